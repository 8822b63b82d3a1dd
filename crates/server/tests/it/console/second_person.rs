//! Changes that one administrator cannot make alone.

use super::browser::Browser;
use super::town::{MINISTRY, OTHER_UNIT, STATION, Town, UNIT};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;

async fn administrator(town: &Town, name: &str, unit: &str) -> Browser {
    town.signed_in(name, Role::Administrator, unit).await.1
}

/// Asks on a page with one form that posts to where the page is.
async fn ask(browser: &mut Browser, path: &str, typed: &[(&str, &str)]) {
    let page = browser.get(path).await;
    let seen = browser.submit(&page, path, typed).await;
    assert_eq!(seen.to(), "/console/approvals?done=asked", "{}", seen.body);
}

/// Where the one request on the page is answered.
async fn the_request(browser: &mut Browser) -> String {
    let page = browser.get("/console/approvals").await;
    let from = page.body.find("action=\"/console/approvals/").expect("a request") + 8;
    page.body[from..].split('"').next().unwrap().to_owned()
}

async fn answer(browser: &mut Browser, action: &str, answer: &str) -> StatusCode {
    let page = browser.get("/console/approvals").await;
    browser.submit(&page, action, &[("answer", answer)]).await.status
}

#[tokio::test]
async fn an_administrator_is_made_by_two() {
    let town = Town::new().await;
    let (mut first, mut second) =
        (administrator(&town, "first", UNIT).await, administrator(&town, "second", UNIT).await);
    let (lan, mut browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    ask(&mut first, &format!("/console/officers/{}/administrator", lan.id), &[]).await;
    let role = async || town.state.store.officer(lan.id).await.unwrap().unwrap().role;

    let action = the_request(&mut first).await;
    assert!(
        !first.get("/console/approvals").await.body.contains("value=\"approve\""),
        "not offered to who asked"
    );
    assert_eq!(answer(&mut first, &action, "approve").await, StatusCode::CONFLICT);
    assert_eq!(role().await, Role::ProvincialCdc);

    let page = second.get("/console/approvals").await;
    assert!(page.body.contains("lan.nguyen") && page.body.contains("first"), "{}", page.body);
    let wrong = second.submit(&page, &action, &[("answer", "approve"), ("seen", &"0".repeat(64))]).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT, "another change than was shown");
    assert_eq!(answer(&mut second, &action, "approve").await, StatusCode::SEE_OTHER);
    assert_eq!(role().await, Role::Administrator);
    assert_eq!(browser.get("/console").await.to(), "/console/sign-in", "signed out of the old role");
    assert_eq!(
        second.post(&action, &[("answer", "approve")]).await.status,
        StatusCode::FORBIDDEN,
        "no token"
    );
}

#[tokio::test]
async fn a_territory_is_changed_by_two_who_hold_both() {
    let town = Town::new().await;
    let mut first = administrator(&town, "first", UNIT).await;
    let path = format!("/console/units/{STATION}/place");
    let page = first.get(&path).await;
    for (typed, words) in [
        ([("kind", "commune_station"), ("territory", "01/00004")], "not within yours"),
        ([("kind", "commune_station"), ("territory", "19/99999")], "not within yours"),
        ([("kind", "commune_station"), ("territory", "19")], "does not answer for"),
        ([("kind", "commune_station"), ("territory", "19/05443")], "like that already"),
        ([("kind", "hospital"), ("territory", "19")], "Choose a kind"),
    ] {
        let seen = first.submit(&page, &path, &typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains(words), "{words}: {}", seen.body);
    }
    ask(&mut first, &path, &[("kind", "commune_station"), ("territory", "19/05455")]).await;
    let action = the_request(&mut first).await;
    let territory = async || town.state.store.unit(STATION).await.unwrap().unwrap().territory.to_string();

    let mut elsewhere = administrator(&town, "elsewhere", OTHER_UNIT).await;
    let page = elsewhere.get("/console/approvals").await;
    assert!(page.body.contains("Nothing is waiting"), "another province's affair");
    let token = page.form("/console/sign-out");
    let sent = elsewhere.submit_form(token, &action, &[("answer", "approve")]).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    assert_eq!(territory().await, "19/05443");

    let mut ministry = administrator(&town, "ministry", MINISTRY).await;
    assert_eq!(answer(&mut ministry, &action, "approve").await, StatusCode::SEE_OTHER);
    assert_eq!(territory().await, "19/05455");
}

#[tokio::test]
async fn a_request_is_taken_back_or_lapses() {
    let town = Town::new().await;
    let (mut first, mut second) =
        (administrator(&town, "first", UNIT).await, administrator(&town, "second", UNIT).await);
    let lan = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let path = format!("/console/officers/{}/administrator", lan.id);
    ask(&mut first, &path, &[]).await;
    let action = the_request(&mut first).await;
    assert_eq!(answer(&mut first, &action, "decline").await, StatusCode::SEE_OTHER);
    assert!(second.get("/console/approvals").await.body.contains("Nothing is waiting"));
    let own = town.state.store.officer_by_username("first").await.unwrap().unwrap().id;
    let seen = first.get(&format!("/console/officers/{own}/administrator")).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "oneself");
}
