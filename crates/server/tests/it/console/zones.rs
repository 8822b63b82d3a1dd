//! Zones in the console: deciding, looking first, changing, lifting, and who may.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{NOW, Town};
use axum::http::StatusCode;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};

const NEW: &str = "/console/zones/new";

/// What a form for a whole commune sends, besides the level.
const WHOLE: [(&str, &str); 5] = [
    ("extent", "whole"),
    ("from", "2026-11-23T10:00"),
    ("until", "2026-12-07T00:00"),
    ("decision", "2011/QĐ-UBND"),
    ("reason", "12 ca trong 7 ngày"),
];

fn filled<'a>(level: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = WHOLE.into_iter().chain([("level", level), ("do", "save")]).collect();
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend_from_slice(more);
    fields
}

/// Decides a zone of a commune and gives its identifier.
pub async fn decided(browser: &mut Browser, commune: &str, level: &str) -> String {
    let form = browser.get(&format!("{NEW}?commune={commune}")).await;
    let seen = browser.submit(&form, NEW, &filled(level, &[])).await;
    seen.to().split(['/', '?']).nth(3).unwrap().to_owned()
}

async fn level_now(town: &Town, path: &str) -> String {
    town.browser().get(path).await.first("<h2").to_owned()
}

async fn zones_on(database: TestDatabase) {
    let town = Town::on(&database).await;
    let mut browser = town.health_officer().await;
    assert!(browser.get("/console/zones").await.body.contains("No zones yet"));
    let choose = browser.get(NEW).await;
    assert_eq!(choose.body.matches("<li><a href=\"/console/zones/new?commune=").count(), 92);
    let form = browser.get(&format!("{NEW}?commune=05443")).await;
    assert!(form.body.contains("value=\"2026-11-23T10:00\""), "from now on");

    // A part, looked at first.
    let corners = "21.5895, 105.8320\n21.5925, 105.8320\n21.5925, 105.8350";
    let part = [("extent", "part"), ("places", "Tổ 5"), ("outline", corners)];
    let look = [&part[..], &[("do", "preview")]].concat();
    let seen = browser.submit(&form, NEW, &filled("3", &look)).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.contains("This is the zone that will be published") && seen.body.contains("map-part"));
    assert_eq!(level_now(&town, "/zones/19/05443").await, "No zone", "nothing was saved");
    let seen = browser.submit(&seen, NEW, &filled("3", &part)).await;
    let zone = seen.to().trim_end_matches("?done=1").to_owned();
    // The same form again has done its work.
    assert_eq!(browser.submit(&form, NEW, &filled("3", &part)).await.to(), zone);
    assert!(browser.get(&format!("{zone}?done=1")).await.body.contains("The decision is saved"));
    assert_eq!(level_now(&town, "/zones/19/05443").await, "a part: Level 3 – high risk");

    // Raised from the 25th on.
    let change = format!("{zone}/change");
    let form = browser.get(&change).await;
    let raised =
        [("level", "4"), ("from", "2026-11-25T00:00"), ("decision", "2050/QĐ-UBND"), ("reason", "lan rộng")];
    assert!(browser.submit(&form, &change, &raised).await.to().starts_with(&zone));
    assert_eq!(level_now(&town, "/zones/19/05443").await, "a part: Level 3 – high risk", "not yet");
    assert!(level_now(&town, "/zones/19/05443?as_of=2026-11-25").await.contains("Level 4"));
    // Seen before the change: refused, nothing saved.
    let late = browser.submit(&form, &change, &raised).await;
    assert_eq!(late.status, StatusCode::CONFLICT);

    // Lifted.
    town.wait(3 * 86_400);
    let mut browser = town.signed_in("binh.tran", ROLE, super::town::UNIT).await.1;
    let lift = format!("{zone}/lift");
    let form = browser.get(&lift).await;
    let seen = browser.submit(&form, &lift, &[]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = [("decision", "2100/QĐ-UBND"), ("reason", "hết ca mới")];
    assert!(browser.submit(&seen, &lift, &typed).await.status.is_redirection());
    assert_eq!(level_now(&town, "/zones/19/05443").await, "No zone");
    assert!(level_now(&town, "/zones/19/05443?as_of=2026-11-25").await.contains("Level 4"), "the past stays");
    let page = browser.get(&zone).await;
    for words in ["2011/QĐ-UBND", "2050/QĐ-UBND", "2100/QĐ-UBND", "lan.nguyen", "binh.tran", "Over"] {
        assert!(page.body.contains(words), "{words}");
    }
    for over in [&change, &lift] {
        assert_eq!(browser.get(over).await.status, StatusCode::CONFLICT, "{over}");
    }
    // Each decision stands in the public log, with its number and no officer's name.
    let entries = town.state.store.log_entries(0, 100).await.unwrap();
    let text: Vec<_> = entries.iter().map(|entry| String::from_utf8(entry.clone()).unwrap()).collect();
    let about: Vec<_> = text.iter().filter(|entry| entry.contains("zone ")).collect();
    assert_eq!(about.len(), 3, "{text:?}");
    for (entry, number) in about.iter().zip(["2011", "2050", "2100"]) {
        assert!(entry.contains(number) && !entry.contains("lan.nguyen"), "{entry}");
    }
}

pub const ROLE: bluezone_domain::officer::Role = bluezone_domain::officer::Role::ProvincialCdc;

#[tokio::test]
async fn a_zone_is_decided_changed_and_lifted() {
    zones_on(sqlite().await).await;
    zones_on(postgres().await).await;
}

fn wrong(seen: &Seen, fields: &[&str]) {
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in fields {
        assert!(seen.body.contains(&format!("id=\"{field}-error\"")), "{field}: {}", seen.body);
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_named() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let form = browser.get(&format!("{NEW}?commune=05443")).await;
    let nothing =
        [("extent", ""), ("level", ""), ("from", ""), ("until", ""), ("decision", " "), ("reason", "")];
    let seen = browser.submit(&form, NEW, &nothing).await;
    wrong(&seen, &["extent", "level", "from", "until", "decision", "reason"]);
    let seen = browser.submit(&form, NEW, &filled("3", &[("until", "2026-11-01T00:00")])).await;
    wrong(&seen, &["until"]);
    let seen = browser.submit(&form, NEW, &filled("9", &[("reason", "gọi 0912 345 678")])).await;
    wrong(&seen, &["level", "reason"]);
    for corners in [
        "x",
        "21.59, 105.83",
        "105.83, 21.59",
        "21.58, 105.83\n21.59, 105.84\n21.58, 105.84\n21.59, 105.83",
        "21.59, 105.83\n21.60, 105.83\n22.00, 105.90",
    ] {
        let part = [("extent", "part"), ("places", ""), ("outline", corners)];
        wrong(&browser.submit(&form, NEW, &filled("3", &part)).await, &["outline", "places"]);
    }
    assert!(browser.get("/console/zones").await.body.contains("No zones yet"));
}

#[tokio::test]
async fn nobody_decides_for_another_province() {
    let town = Town::new().await;
    let mut here = town.health_officer().await;
    let mut there = town.signed_in("binh.tran", ROLE, super::town::OTHER_UNIT).await.1;
    let zone = decided(&mut here, "05443", "4").await;
    assert!(!there.get("/console/zones").await.body.contains(&zone));
    for path in [&format!("{NEW}?commune=05443"), &format!("/console/zones/{zone}")] {
        assert_eq!(there.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // The form of one's own province, with another's commune put into it.
    let form = there.get(&format!("{NEW}?commune=00004")).await;
    let seen = there.submit(&form, NEW, &filled("4", &[("commune", "05443")])).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_pages_of_zones_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let zone = decided(&mut browser, "05443", "2").await;
    for lang in ["vi", "en"] {
        for path in [
            "/console/zones".to_owned(),
            NEW.to_owned(),
            format!("/console/zones/{zone}?done=1"),
            format!("/console/zones/{zone}/change"),
            format!("/console/zones/{zone}/lift"),
        ] {
            let sign = if path.contains('?') { '&' } else { '?' };
            check_page(&path, lang, &browser.get(&format!("{path}{sign}lang={lang}")).await);
        }
        let form = browser.get(&format!("{NEW}?commune=05443&lang={lang}")).await;
        check_page(NEW, lang, &form);
        check_page("a zone to mend", lang, &browser.submit(&form, NEW, &[]).await);
    }
    assert_eq!(town.clock_now(), NOW);
}
