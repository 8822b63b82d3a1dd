//! Attacks on places and on the citizens' pages: whoever photographs a poster, stands at a door, guesses the codes of text
//! messages, or floods the forms that take pictures.

use crate::citizen::places::{OWNER, VISITOR, register};
use crate::citizen::report::{ANONYMOUS, PHOTO, REPORT};
use crate::citizen::visits::{poster, scan};
use crate::console::browser::Browser;
use crate::console::town::Town;
use axum::http::StatusCode;
use bluezone_server::Config;
use bluezone_server::photo::Darkroom;
use bluezone_server::texting::TextsConfig;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

/// A town that believes what its requests say of their address, and another address for each number.
async fn networks(config: Config) -> Town {
    let trusted_proxies = vec![IpAddr::V6(Ipv6Addr::UNSPECIFIED).into()];
    Town::with(Config { trusted_proxies, ..config }).await
}

fn at(browser: &Browser, number: usize) -> Browser {
    let mut there = browser.clone();
    there.headers.push(("x-forwarded-for", format!("2001:db8:{number:x}::1")));
    there
}

#[tokio::test]
async fn a_photograph_of_a_poster_ends_with_its_edition() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    let photograph = poster(&town, &code, 1);
    let page = owner.get(&format!("/places/{code}")).await;
    owner.submit(&page, &format!("/places/{code}/edition"), &[]).await;
    let mut attacker = town.citizen(VISITOR).await;
    scan(&mut attacker, &code, &photograph).await;
    let log = owner.get(&format!("/places/{code}/log")).await.body;
    assert!(log.contains("old poster, perhaps a photograph"));

    // A residual: a photograph of the poster that hangs there is as good as the poster.
    let photograph = poster(&town, &code, 2);
    let mut attacker = town.citizen("0900000002").await;
    scan(&mut attacker, &code, &photograph).await;
    let log = owner.get(&format!("/places/{code}/log")).await.body;
    assert_eq!(log.matches("old poster, perhaps a photograph").count(), 1);
}

/// Asks for the codes of many numbers, then types wrong ones at each, from addresses of their own, as often as they are looked at.
/// Returns how many were.
async fn guessed(town: &Town, numbers: usize) -> usize {
    let mut asked = Vec::new();
    for number in 0..numbers {
        let phone = format!("09000000{number:02}");
        let mut browser = at(&town.browser(), number);
        let page = browser.get("/sign-in").await;
        let seen = browser.submit(&page, "/sign-in", &[("phone", &phone)]).await;
        let page = browser.open(seen.to()).await;
        asked.push((browser, page, town.code(&phone)));
    }
    let mut guesses = 0;
    for (number, (browser, page, code)) in asked.iter().enumerate() {
        assert_eq!(code.len(), 6);
        let wrong = match code.strip_prefix('0') {
            Some(rest) => format!("1{rest}"),
            None => format!("0{}", &code[1..]),
        };
        for again in 0..4 {
            let mut elsewhere = at(browser, 100 * number + again);
            let seen = elsewhere.submit(page, "/sign-in/code", &[("code", &wrong)]).await;
            guesses += usize::from(seen.body.contains("tries left"));
        }
    }
    guesses
}

#[tokio::test]
async fn many_addresses_guess_no_more_codes_than_one() {
    // Half of this budget are nine wrong short codes.
    let texts = |guess_budget| TextsConfig { guess_budget, ..TextsConfig::default() };
    let town = networks(Config { texts: texts(2e-5), ..Config::default() }).await;
    assert_eq!(guessed(&town, 20).await, 9);
    // Nobody is shut out by it: who has a number signs in, with a longer code.
    town.citizen("0900000050").await;
    assert_eq!(town.code("0900000050").len(), 9);

    // Without the budget every guess of every address is looked at.
    let town = networks(Config { texts: texts(1.0), ..Config::default() }).await;
    assert_eq!(guessed(&town, 20).await, 80);
}

/// Asks a controller's look-up about a number, whose owner reads out the code.
async fn looked_up(town: &Town, owner: &mut Browser, code: &str, number: &str) -> String {
    let phone = format!("/places/{code}/control/phone");
    let page = owner.get(&format!("/places/{code}/control")).await;
    let asked = owner.submit(&page, &phone, &[("number", number)]).await;
    let typed = [("code", town.code(number)), ("name", "Trần Thị Bình".to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let seen = owner.submit(&asked, &format!("{phone}/code"), &typed).await;
    let from = seen.body.find("id=\"outcome\"").unwrap();
    seen.body[from..].split("id=\"queue\"").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_controller_does_not_learn_who_has_an_account() {
    let town = Town::new().await;
    let mut owner = town.citizen(OWNER).await;
    let code = register(&mut owner, &[]).await;
    crate::citizen::declare::declare_first(&mut town.citizen(VISITOR).await).await;
    let known = looked_up(&town, &mut owner, &code, VISITOR).await;
    let unknown = looked_up(&town, &mut owner, &code, "0912000111").await;
    assert_eq!(known, unknown);
    // The person's own code tells whether they declared: that is theirs to show.
    assert!(!known.contains("declared health"));
}

#[tokio::test]
async fn a_flood_of_pictures_stops_nobody_without_one() {
    let mut town = networks(Config::default()).await;
    // Every place is taken, and nothing waits: what a flood from many addresses comes to.
    town.state.photos = Arc::new(Darkroom::new(1, 0, Duration::from_millis(10)));
    let _flood = town.state.photos.tray();
    let browser = town.browser();
    for number in 0..3 {
        let mut there = at(&browser, number);
        let page = there.get(REPORT).await;
        let seen = there.submit_files(&page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", PHOTO)]).await;
        assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
        let seen = there.submit_files(&seen, REPORT, &ANONYMOUS, &[]).await;
        assert_eq!(seen.status, StatusCode::OK);
    }
    // From one address no more than twenty an hour come so far, however many it sends.
    town.state.photos = Arc::new(Darkroom::new(1, 1, Duration::from_millis(10)));
    let mut flood = at(&town.browser(), 9);
    let page = flood.get(REPORT).await;
    let mut looked_at = 0;
    for _ in 0..30 {
        let seen = flood.submit_files(&page, REPORT, &ANONYMOUS, &[("photos", "a.jpg", b"no picture")]).await;
        looked_at += usize::from(seen.status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(looked_at, 20);
}
