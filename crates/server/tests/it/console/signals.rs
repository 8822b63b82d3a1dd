//! Reports of citizens in the console: screened, verified, an event, answered.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{OTHER_UNIT, STATION, Town, UNIT, register};
use crate::citizen::report::{reported, the_only_signal};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_store::testing::{TestDatabase, postgres, sqlite};

/// Sends one of the forms of a report's page, as it stands now.
async fn act(browser: &mut Browser, signal: &str, form: &str, typed: &[(&str, &str)]) -> Seen {
    let page = browser.get(signal).await;
    browser.submit(&page, &format!("{signal}/{form}"), typed).await
}

async fn from_signal_to_event_on(database: TestDatabase) {
    let town = Town::on(&database).await;
    let mut citizen = town.citizen("0900000001").await;
    let named = [("anonymous", "no"), ("reporterName", "Trần Thị Bình"), ("reporterPhone", "0912 000 111")];
    let code = reported(&mut citizen, &named, &[]).await;
    let id = the_only_signal(&town).await;
    let mut officer = town.health_officer().await;
    let list = officer.get("/console/signals").await;
    assert!(
        list.body.contains(&format!("href=\"/console/signals/{id}\"")) && list.body.contains("screen by")
    );
    let signal = format!("/console/signals/{id}");
    let page = officer.get(&signal).await;
    for words in ["Hẻm Canary", "Trần Thị Bình", "New signal", "has an account"] {
        assert!(page.body.contains(words), "{words}");
    }
    // Step by step; a step that does not follow is no choice.
    assert!(page.body.contains("value=\"screen\"") && !page.body.contains("value=\"make-event\""));
    let seen = act(&mut officer, &signal, "decide", &[("step", "screen"), ("reason", "có địa chỉ")]).await;
    assert_eq!(seen.to(), format!("{signal}?done=1"));
    // A page from before that decides nothing any more.
    let late =
        officer.submit(&page, &format!("{signal}/decide"), &[("step", "dismiss"), ("reason", "x")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    act(&mut officer, &signal, "decide", &[("step", "verify")]).await.to();
    act(&mut officer, &signal, "decide", &[("step", "make-event")]).await.to();
    let page = officer.get(&signal).await;
    assert!(page.forms(&format!("{signal}/decide")).is_empty(), "nothing more is decided");
    register(&mut officer, "BN 1342", "suspected").await;
    let seen = act(&mut officer, &signal, "case", &[("reference", "bn 9")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    act(&mut officer, &signal, "case", &[("reference", "bn 1342")]).await.to();
    assert!(officer.get(&signal).await.body.contains(">BN 1342</a>"));
    let seen = act(&mut officer, &signal, "feedback", &[("text", " ")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    act(&mut officer, &signal, "feedback", &[("text", "Đã xử lý, cảm ơn bạn.")]).await.to();

    // What whoever reported sees: the answer, and no officer's notes.
    let page = town.browser().get(&format!("/report/{code}")).await;
    assert!(page.body.contains("What you reported is true") && page.body.contains("Đã xử lý, cảm ơn bạn."));
    assert!(!page.body.contains("có địa chỉ") && !page.body.contains("BN 1342"));
    let copy = citizen.get("/me/export.json").await;
    let copy: serde_json::Value = serde_json::from_str(&copy.body).unwrap();
    assert_eq!(copy["reports"][0]["answers"][0]["words"], "Đã xử lý, cảm ơn bạn.");
    assert!(!copy.to_string().contains("có địa chỉ"), "officers' notes stay theirs in the copy, too");
    let inbox = citizen.get("/inbox").await;
    assert!(inbox.body.contains("Answer to your report"), "{}", inbox.body);
    let mine = citizen.get("/me").await;
    assert!(mine.body.contains(&format!("href=\"/report/{code}\"")));
    assert!(mine.body.contains("your report") && mine.body.contains("Đơn vị TN-CDC"), "who read it");
}

#[tokio::test]
async fn from_signal_to_event() {
    from_signal_to_event_on(sqlite().await).await;
    from_signal_to_event_on(postgres().await).await;
}

#[tokio::test]
async fn what_is_dismissed_has_its_reason() {
    let town = Town::new().await;
    let code = reported(&mut town.browser(), &[], &[]).await;
    let signal = format!("/console/signals/{}", the_only_signal(&town).await);
    let mut officer = town.health_officer().await;
    let seen = act(&mut officer, &signal, "decide", &[("step", "dismiss")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("id=\"reason-error\""));
    let seen = act(&mut officer, &signal, "decide", &[]).await;
    assert!(seen.body.contains("id=\"step-error\""));
    act(&mut officer, &signal, "decide", &[("step", "dismiss"), ("reason", "đã đến, không có ai")])
        .await
        .to();
    let page = town.browser().get(&format!("/report/{code}")).await;
    assert!(page.body.contains("nothing more has to be done") && !page.body.contains("không có ai"));
}

#[tokio::test]
async fn the_clock_is_seen() {
    let town = Town::new().await;
    reported(&mut town.browser(), &[], &[]).await;
    town.wait(24 * 3600 - 1);
    assert!(town.health_officer().await.get("/console/signals").await.body.contains("screen by"));
    town.wait(1);
    let (_, mut officer) = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await;
    assert!(officer.get("/console/signals").await.body.contains("late since"));
}

#[tokio::test]
async fn a_report_is_its_territorys_and_the_units_that_it_was_handed_to() {
    let town = Town::new().await;
    // Of Hà Nội.
    reported(&mut town.browser(), &[("provinceId", "01"), ("wardId", "00004")], &[]).await;
    let id = the_only_signal(&town).await;
    let signal = format!("/console/signals/{id}");
    let (_, mut there) = town.signed_in("binh.tran", Role::ProvincialCdc, OTHER_UNIT).await;
    let (_, mut station) = town.signed_in("station", Role::CommuneStation, STATION).await;
    let mut here = town.health_officer().await;
    for browser in [&mut here, &mut station] {
        assert_eq!(browser.get(&signal).await.status, StatusCode::NOT_FOUND);
        assert!(!browser.get("/console/signals").await.body.contains(&id.to_string()));
        assert_eq!(browser.get(&format!("{signal}/photos/1")).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(there.get(&signal).await.status, StatusCode::OK);
    // Units of elsewhere are not offered, and not taken.
    let seen = act(&mut there, &signal, "assign", &[("to_unit", STATION)]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    act(&mut there, &signal, "assign", &[("to_unit", OTHER_UNIT)]).await.to();
    assert!(there.get("/console/signals").await.body.contains(OTHER_UNIT));
}

#[tokio::test]
async fn the_pages_are_whole_in_both_languages() {
    let town = Town::new().await;
    let mut officer = town.health_officer().await;
    for lang in ["vi", "en"] {
        check_page(
            "no reports",
            lang,
            &officer.get(&format!("/console/signals?state=event&lang={lang}")).await,
        );
    }
    reported(&mut town.browser(), &[], &[]).await;
    let signal = format!("/console/signals/{}", the_only_signal(&town).await);
    act(&mut officer, &signal, "feedback", &[("text", "x")]).await.to();
    for lang in ["vi", "en"] {
        check_page("reports", lang, &officer.get(&format!("/console/signals?lang={lang}")).await);
        check_page("a report", lang, &officer.get(&format!("{signal}?done=1&lang={lang}")).await);
        check_page("a report to mend", lang, &act(&mut officer, &signal, "decide", &[]).await);
        check_page(
            "a report that changed",
            lang,
            &act(&mut officer, &signal, "feedback", &[("text", "x"), ("seen", "1")]).await,
        );
    }
}
