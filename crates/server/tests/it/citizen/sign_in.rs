//! Signing in with a telephone number.

use crate::console::browser::Browser;
use crate::console::town::Town;
use axum::http::StatusCode;
use bluezone_protocol::time::DAY_S;
use bluezone_server::Config;
use bluezone_server::texting::{NotSetUp, TextsConfig};
use std::sync::Arc;

const PHONE: &str = "0900000001";

#[tokio::test]
async fn a_number_and_its_code_are_all_it_takes() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.open("/inbox").await;
    assert_eq!(page.first("<h1"), "Sign in");
    let seen = browser.submit(&page, "/sign-in", &[("phone", "0900 000 001")]).await;
    assert_eq!(seen.to(), "/sign-in/code");
    let text = town.texts.last(&PHONE.parse().unwrap()).unwrap();
    let code = town.code(PHONE);
    assert!(text.ends_with(&format!("@127.0.0.1:8080 #{code}")), "{text}");
    assert!(text.chars().count() <= 160 && text.is_ascii(), "one message: {text}");
    assert!(text.contains("Tell it to nobody") && text.contains("door staff"), "{text}");
    let page = browser.get("/sign-in/code").await;
    assert!(
        page.body.contains("autocomplete=\"one-time-code\"") && page.body.contains("•••\u{a0}•••\u{a0}001")
    );
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let again = browser.submit(&page, "/sign-in/code", &[("code", wrong)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("You have 4 tries left"));
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let seen = browser.submit(&again, "/sign-in/code", &[("code", &spaced)]).await;
    assert_eq!(seen.to(), "/inbox", "where they wanted to go");
    assert_eq!(browser.get("/inbox").await.first("<h1"), "Inbox");
    assert!(!browser.cookies.contains_key("bz-number"));
    // The code is used up.
    let mut other = town.browser();
    let page = other.get("/sign-in").await;
    other.submit(&page, "/sign-in", &[("phone", PHONE)]).await;
    let page = other.get("/sign-in/code").await;
    let seen = other.submit(&page, "/sign-in/code", &[("code", &code)]).await;
    if town.code(PHONE) != code {
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn the_same_number_is_the_same_citizen_and_signs_out() {
    let town = Town::new().await;
    town.citizen(PHONE).await;
    let first = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let mut browser = town.citizen("+84 900 000 001").await;
    let second = town.state.store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(first.id, second.id);
    let page = browser.get("/").await;
    let seen = browser.submit(&page, "/sign-out", &[]).await;
    assert!(browser.open(seen.to()).await.body.contains("You are signed out"));
    assert!(browser.get("/inbox").await.to().starts_with("/sign-in"));
}

#[tokio::test]
async fn a_session_lasts_as_long_as_it_is_used() {
    let town = Town::new().await;
    let mut browser = town.citizen(PHONE).await;
    for _ in 0..3 {
        town.wait(80 * DAY_S);
        assert_eq!(browser.get("/inbox").await.status, StatusCode::OK);
    }
    town.wait(90 * DAY_S);
    assert!(browser.get("/inbox").await.to().starts_with("/sign-in"));
}

#[tokio::test]
async fn what_is_no_mobile_number_is_refused_and_shown_again() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/sign-in").await;
    for wrong in ["", "12345", "02083855245", "+66812345678"] {
        let seen = browser.submit(&page, "/sign-in", &[("phone", wrong)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(seen.body.contains("Write a mobile number of Vietnam"));
    }
}

#[tokio::test]
async fn a_number_gets_no_more_than_its_messages() {
    let texts = TextsConfig { number_an_hour: 2, ..TextsConfig::default() };
    let town = Town::with(Config { texts, ..Config::default() }).await;
    let mut browser = town.browser();
    let page = browser.get("/sign-in").await;
    let seen = browser.submit(&page, "/sign-in", &[("phone", PHONE)]).await;
    let page = browser.open(seen.to()).await;
    let seen = browser.submit(&page, "/sign-in/code/again", &[]).await;
    assert!(browser.open(seen.to()).await.body.contains("Another code was sent"));
    assert!(
        town.texts.last(&PHONE.parse().unwrap()).unwrap().contains("good for 70 minutes"),
        "the last for an hour"
    );
    let seen = browser.submit(&page, "/sign-in/code/again", &[]).await;
    assert!(browser.open(seen.to()).await.body.contains("The code from before is still good"));
    // Its owner comes an hour after a stranger asked for all of them.
    town.wait(3600);
    let mut owner = town.browser();
    let page = owner.get("/sign-in").await;
    let seen = owner.submit(&page, "/sign-in", &[("phone", PHONE)]).await;
    let page = owner.open(seen.to()).await;
    let seen = owner.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    assert_eq!(seen.to(), "/");
}

#[tokio::test]
async fn codes_grow_when_many_are_guessed_and_an_address_has_so_many_guesses() {
    let texts = TextsConfig { guess_budget: 5e-6, source_wrong_an_hour: 3, ..TextsConfig::default() };
    let town = Town::with(Config { texts, ..Config::default() }).await;
    let mut browser = town.browser();
    let page = browser.get("/sign-in").await;
    let seen = browser.submit(&page, "/sign-in", &[("phone", PHONE)]).await;
    let page = browser.open(seen.to()).await;
    let code = town.code(PHONE);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let guess = async |browser: &mut Browser, wrong: &str| {
        browser.submit(&page, "/sign-in/code", &[("code", wrong)]).await
    };
    for left in [4, 3] {
        let seen = guess(&mut browser, wrong).await;
        assert!(seen.body.contains(&format!("You have {left} tries left")));
    }
    let seen = guess(&mut browser, &code).await;
    assert!(seen.body.contains("This code is over"), "short codes pause");
    let seen = browser.submit(&page, "/sign-in/code/again", &[]).await;
    browser.open(seen.to()).await;
    let code = town.code(PHONE);
    assert_eq!(code.len(), 9);
    assert!(guess(&mut browser, wrong).await.body.contains("You have 4 tries left"));
    let seen = guess(&mut browser, &code).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS, "not even the right one, after three wrong ones");
    assert!(seen.body.contains("Too many wrong codes were typed from this network"));
    town.wait(2 * 3600);
    let seen = browser.get("/sign-in").await;
    let seen = browser.submit(&seen, "/sign-in", &[("phone", PHONE)]).await;
    browser.open(seen.to()).await;
    let spaced = town.code(PHONE);
    let spaced = format!("{} {} {}", &spaced[..3], &spaced[3..6], &spaced[6..]);
    assert_eq!(guess(&mut browser, &spaced).await.to(), "/");
}

#[tokio::test]
async fn without_a_gateway_the_page_says_so() {
    let mut town = Town::new().await;
    town.state.texts = Arc::new(NotSetUp);
    let mut browser = town.browser();
    let page = browser.get("/sign-in").await;
    let seen = browser.submit(&page, "/sign-in", &[("phone", PHONE)]).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(seen.body.contains("The message could not be sent"));
}
