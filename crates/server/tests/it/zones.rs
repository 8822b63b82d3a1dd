//! What everybody sees of zones, without signing in.

use crate::console::browser::{Browser, Seen};
use crate::console::looks::check_page;
use crate::console::town::{NOW, Town, UNIT};
use axum::http::{Method, StatusCode, header};
use bluezone_domain::id::{OfficerId, ZoneId};
use bluezone_domain::officer::Role;
use bluezone_domain::zone::{Change, Extent, Level, Step, Zone};
use bluezone_store::NewLogEntry;
use serde_json::Value;

const DAY_S: i64 = 86_400;

fn entry() -> NewLogEntry {
    NewLogEntry { bytes: b"zone".to_vec(), at: NOW }
}

/// Days from [`NOW`] on.
fn force(level: u8, from: i64, until: i64) -> Step {
    let (from, until) = (NOW + from * DAY_S, NOW + until * DAY_S);
    Step::InForce { level: Level::new(level).unwrap(), from, until }
}

fn part() -> Extent {
    let outline =
        "21.5895, 105.8320; 21.5925, 105.8320; 21.5925, 105.8350; 21.5895, 105.8350".parse().unwrap();
    Extent::Part { places: "Tổ 5 <và> tổ 6".to_owned(), outline: Some(outline) }
}

/// A town with zones: ward 05443 as a whole at level 2 (4 until yesterday), a part of it at level 3 from tomorrow, the
/// neighbouring ward 05455 in part at level 4, and one of Hà Nội that is over.
struct Zoned {
    town: Town,
    by: OfficerId,
}

impl Zoned {
    async fn new() -> Zoned {
        let town = Town::new().await;
        let by = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await.id;
        let zoned = Zoned { town, by };
        let whole = zoned.zone(1, "19", "05443", Extent::Whole, force(4, -5, 9)).await;
        let change = zoned.change(force(2, -1, 9));
        zoned.town.state.store.change_zone(whole, 1, &change, &entry()).await.unwrap();
        zoned.zone(2, "19", "05443", part(), force(3, 1, 9)).await;
        let undrawn = Extent::Part { places: "Xóm Bãi".to_owned(), outline: None };
        zoned.zone(3, "19", "05455", undrawn, force(4, -2, 9)).await;
        zoned.zone(4, "01", "00004", Extent::Whole, force(1, -9, -3)).await;
        zoned
    }

    fn change(&self, step: Step) -> Change {
        let (decision, reason) = ("2011/QĐ-UBND".to_owned(), "chùm 12 ca".to_owned());
        Change { at: NOW, by: self.by, step, decision, reason }
    }

    async fn zone(&self, id: u8, province: &str, commune: &str, extent: Extent, step: Step) -> ZoneId {
        let (province, commune) = (province.parse().unwrap(), commune.parse().unwrap());
        let id = ZoneId::from_bytes([id; 16]);
        let zone = Zone { id, province, commune, extent, changes: vec![self.change(step)] };
        self.town.state.store.create_zone(&zone, &entry()).await.unwrap();
        id
    }

    fn browser(&self) -> Browser {
        self.town.browser()
    }
}

fn levels(json: &Value) -> Vec<(String, u64)> {
    let zones = json["zones"].as_array().unwrap();
    zones
        .iter()
        .map(|zone| (zone["commune"]["code"].as_str().unwrap().into(), zone["level"].as_u64().unwrap()))
        .collect()
}

fn json(seen: &Seen) -> Value {
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    serde_json::from_str(&seen.body).unwrap()
}

#[tokio::test]
async fn everybody_sees_what_applies_where() {
    let zoned = Zoned::new().await;
    let mut browser = zoned.browser();
    let country = browser.get("/zones").await;
    assert_eq!(country.status, StatusCode::OK);
    assert!(country.body.contains("href=\"/zones/19\"") && country.body.contains("Thai Nguyen Province"));
    assert!(country.body.contains("Level 4: 1, Level 2: 1"), "by the highest level of each commune");
    assert!(country.body.contains("vietnamese-provinces-database"), "the map's source is credited");

    let province = browser.get("/zones/19").await;
    for words in ["Phan Dinh Phung Ward: Level 2", "a part: Level 4", "Xóm Bãi", "2011/QĐ-UBND", "chùm 12 ca"]
    {
        assert!(province.body.contains(words), "{words}");
    }
    assert_eq!(province.body.matches("map-unit").count(), 92, "every commune is on the map");
    assert_eq!(province.body.matches("<li><a href=\"/zones/19/").count(), 92, "and in the list");
    assert!(!province.body.contains("Tổ 5"), "from tomorrow on only");

    let commune = browser.get("/zones/19/05443").await;
    assert!(commune.first("<h2").contains("Level 2 – medium risk"), "{}", commune.first("<h2"));
    assert!(commune.body.contains("Trung Vuong"), "what was there before");
    let nothing = browser.get("/zones/19/05500").await;
    assert_eq!(nothing.first("<h2"), "No zone");
    for missing in ["/zones/99", "/zones/x", "/zones/19/00004", "/zones/19/99999", "/zones/06/05443"] {
        let seen = browser.get(missing).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{missing}");
        assert!(seen.body.contains("Page not found"), "{missing}");
    }
}

#[tokio::test]
async fn another_day_shows_what_applied_then() {
    let zoned = Zoned::new().await;
    let mut browser = zoned.browser();
    // NOW is 23 November 2026, 10:00.
    let tomorrow = browser.get("/zones/19/05443?as_of=2026-11-24").await;
    assert!(tomorrow.body.contains("Tổ 5 &lt;và&gt; tổ 6") && tomorrow.body.contains("a part: Level 3"));
    assert!(tomorrow.body.contains("<polygon"), "the part is drawn");
    let before = browser.get("/zones/19/05443?as_of=2026-11-20").await;
    assert!(
        before.first("<h2").contains("Level 4"),
        "what was raised or lowered later leaves that day alone"
    );
    let changed = browser.get("/zones/19/05443?as_of=2026-11-22").await;
    assert!(changed.first("<h2").contains("Level 4"), "the highest of the day that it changed on");
    assert!(browser.get("/zones/01/00004?as_of=2026-11-19").await.first("<h2").contains("Level 1"));
    assert!(browser.get("/zones?as_of=2026-11-19").await.body.contains("/zones/01?as_of=2026-11-19"));
    assert_eq!(browser.get("/zones/19/05443?as_of=2027-01-01").await.first("<h2"), "No zone");
    let odd = browser.get("/zones?as_of=yesterday").await;
    assert!(odd.status == StatusCode::OK && odd.body.contains("id=\"as_of-error\""));
    // Ends by itself.
    zoned.town.wait(9 * DAY_S);
    assert_eq!(browser.get("/zones/19/05443").await.first("<h2"), "No zone");
}

#[tokio::test]
async fn old_and_new_names_lead_to_the_level() {
    let zoned = Zoned::new().await;
    let mut browser = zoned.browser();
    let found = browser.get("/zones?q=phan%20dinh%20phung").await;
    assert!(found.body.contains("/zones/19/05443") && found.body.contains("Level 2"));
    let old = browser.get("/zones?q=trung+vuong,+thanh+pho+thai+nguyen").await;
    assert!(old.body.contains("now in") && old.body.contains("/zones/19/05443"));
    let district = browser.get("/zones?q=huyen+dong+hy&as_of=2026-11-20").await;
    assert!(district.body.contains("now in one of these") && district.body.contains("as_of=2026-11-20"));
    assert!(browser.get("/zones?q=%3Cscript%3Exyz").await.body.contains("No place found"));
}

#[tokio::test]
async fn programs_read_the_same() {
    let zoned = Zoned::new().await;
    let mut browser = zoned.browser();
    let now = browser.get("/zones.json").await;
    assert!(now.headers[header::CACHE_CONTROL].to_str().unwrap().contains("max-age"));
    assert!(!now.headers.contains_key(header::SET_COOKIE));
    let body = json(&now);
    assert_eq!(levels(&body), [("05443".into(), 2), ("05455".into(), 4)]);
    assert_eq!(body["as_of"], Value::Null);
    assert_eq!(body["levels"].as_array().unwrap().len(), 4);
    let zone = &body["zones"][0];
    assert_eq!(zone["commune"]["name"]["vi"], "Phường Phan Đình Phùng");
    assert_eq!(zone["from"], "2026-11-22T10:00:00+07:00");
    assert_eq!(zone["part"], Value::Null);
    let tomorrow = json(&browser.get("/zones.json?as_of=2026-11-24&province=19").await);
    assert_eq!(levels(&tomorrow), [("05443".into(), 2), ("05443".into(), 3), ("05455".into(), 4)]);
    let ring = tomorrow["zones"][1]["outline"].as_array().unwrap();
    assert_eq!((ring.len(), &ring[0], &ring[0]), (5, &serde_json::json!([105.832, 21.5895]), &ring[4]));
    assert_eq!(levels(&json(&browser.get("/zones.json?province=01").await)), []);

    let etag = now.headers[header::ETAG].to_str().unwrap().to_owned();
    browser.headers.push(("if-none-match", etag));
    let again = browser.get("/zones.json").await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    zoned.zone(5, "19", "05500", Extent::Whole, force(1, 0, 1)).await;
    assert_eq!(browser.get("/zones.json").await.status, StatusCode::OK);
    for wrong in ["/zones.json?as_of=x", "/zones.json?as_of=2026-13-01", "/zones.json?province=xyz"] {
        assert_eq!(browser.get(wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(browser.send(Method::POST, "/zones.json", axum::body::Body::empty()).await.status, 405);
}

#[tokio::test]
async fn nothing_published_names_anybody() {
    let zoned = Zoned::new().await;
    let mut browser = zoned.browser();
    let by = zoned.by.to_string();
    for path in ["/zones", "/zones/19", "/zones/19/05443", "/zones.json", "/zones.json?as_of=2026-11-20"] {
        let seen = browser.get(path).await;
        assert!(!seen.body.contains(&by) && !seen.body.contains("lan.nguyen"), "{path}");
    }
}

#[tokio::test]
async fn pages_are_whole_in_both_languages_and_light() {
    let zoned = Zoned::new().await;
    let mut browser = zoned.browser();
    for lang in ["vi", "en"] {
        for (path, most) in [
            ("/zones", 300_000),
            ("/zones?q=dong+hy&as_of=2026-11-24", 300_000),
            ("/zones/19", 500_000),
            ("/zones/79", 500_000),
            ("/zones/19/05443?as_of=2026-11-24", 300_000),
            ("/zones/99", 20_000),
        ] {
            let sign = if path.contains('?') { '&' } else { '?' };
            let seen = browser.get(&format!("{path}{sign}lang={lang}")).await;
            check_page(path, lang, &seen);
            assert!(seen.body.len() < most, "{path}: {}", seen.body.len());
        }
    }
    // The citizens' landing page leads here.
    assert!(browser.get("/c").await.body.contains("href=\"/zones\""));
}
