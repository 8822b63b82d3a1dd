//! Declarations of who has not signed in yet: they wait for the code, and outlive what goes wrong with it.

use super::declare::{
    AGREED, CHILD, FIRST, HOME, PERSON, PHONE, WELL, another, declare_first, declared, fill,
};
use crate::console::browser::{Browser, Seen};
use crate::console::town::{NOW, Town};
use axum::http::StatusCode;
use bluezone_codes::pass::CardId;
use bluezone_domain::citizen::{MOST_PROFILES, Profile, ProfilePerson};
use bluezone_domain::id::ProfileId;
use bluezone_server::Config;
use bluezone_server::texting::TextsConfig;

/// Sends a form without having signed in; the page that asks for the code.
async fn send_unconfirmed(town: &Town, browser: &mut Browser, parts: &[&[(&str, &str)]]) -> Seen {
    let seen = fill(browser, "/declare/toan-dan", parts).await;
    assert_eq!(seen.to(), "/sign-in/code");
    assert!(town.texts.last(&PHONE.parse().unwrap()).is_some());
    browser.open(seen.to()).await
}

#[tokio::test]
async fn who_typed_the_right_code_is_in_whatever_becomes_of_the_declaration() {
    let town = Town::new().await;
    town.citizen(PHONE).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    for card in (1..).take(MOST_PROFILES) {
        let profile = Profile {
            id: ProfileId::generate(&mut *town.state.rng()),
            citizen: citizen.id,
            // The first is their own.
            person: ProfilePerson {
                relation: (card > 1).then(|| "other".to_owned()),
                ..ProfilePerson::default()
            },
            card: CardId([card; 16]),
            created_at: NOW,
            updated_at: NOW,
        };
        store.put_profile(&profile, &mut *town.state.rng()).await.unwrap();
    }
    // One more than they may declare for.
    let mut browser = town.browser();
    let page = send_unconfirmed(&town, &mut browser, &[CHILD, HOME, WELL, AGREED]).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    let form = browser.open(seen.to()).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("You are signed in, but your declaration is not stored"), "{}", form.body);
    assert!(
        form.body.contains("value=\"LÊ VĂN MẪU\"") && !form.body.contains("consent-declaration\" checked")
    );
    assert_eq!(browser.get("/inbox").await.first("<h1"), "Inbox");
    // Sent for themself, it is stored; and what waited is gone from the browser.
    let own =
        ["proxyName", "proxyRelation", "proxyPhone", "guardianName", "guardianRelation", "guardianPhone"];
    let own: Vec<_> = own.into_iter().map(|name| (name, "")).chain([("otherUser", "no")]).collect();
    let not_asked = ["guardianConsent", "childAssent"];
    let mut form = form.form("/declare/toan-dan");
    form.retain(|(name, _)| !not_asked.contains(&name.as_str()));
    let typed = [&own, PERSON, HOME, WELL, AGREED].concat();
    let seen = browser.submit_form(form, "/declare/toan-dan", &typed).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    assert!(!browser.cookies.contains_key("bz-number"));
    assert!(!browser.get("/declare/toan-dan?typed=unsent").await.body.contains("LÊ VĂN MẪU"));
}

#[tokio::test]
async fn a_form_that_closes_while_its_code_is_on_the_way_is_said() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = send_unconfirmed(&town, &mut browser, &[PERSON, HOME, WELL, AGREED]).await;
    crate::console::forms::close(&town, "toan-dan").await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    let list = browser.open(seen.to()).await;
    assert_eq!(list.first("<h1"), "Declare your health");
    assert!(list.body.contains("You are signed in, but your declaration is not stored"));
    assert_eq!(browser.get("/inbox").await.first("<h1"), "Inbox");
}

#[tokio::test]
async fn another_number_does_not_lose_the_declaration() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = send_unconfirmed(&town, &mut browser, &[PERSON, HOME, WELL, AGREED]).await;
    assert!(page.body.contains("href=\"/declare/toan-dan?typed=number\""), "{}", page.body);
    let form = browser.get("/declare/toan-dan?typed=number").await;
    assert!(
        form.body.contains("Change the telephone number") && form.body.contains("value=\"TRẦN THỊ THỬ\"")
    );
    let seen = browser.submit(&form, "/declare/toan-dan", &[("phone", "0900000002"), AGREED[0]]).await;
    let page = browser.open(seen.to()).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code("0900000002"))]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
    let all = declared(&town, "0900000002").await;
    assert_eq!((all.len(), all[0].content.person.name.as_str()), (1, "TRẦN THỊ THỬ"));
    // What somebody typed is shown in the browser where it was typed only.
    let elsewhere = town.browser().get("/declare/toan-dan?typed=number").await;
    assert!(!elsewhere.body.contains("TRẦN THỊ THỬ"));
}

#[tokio::test]
async fn a_copy_that_cannot_be_dropped_does_not_unsay_what_is_stored() {
    let town = Town::in_files(Config::default()).await;
    let mut browser = town.browser();
    let page = send_unconfirmed(&town, &mut browser, &[PERSON, HOME, WELL, AGREED]).await;
    let stuck =
        "CREATE TRIGGER stuck BEFORE DELETE ON waiting_declarations BEGIN SELECT RAISE(ABORT, 'stuck'); END";
    town.database.execute(stuck).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.to());
    assert_eq!(browser.open(seen.to()).await.status, StatusCode::OK);
    assert!(!browser.cookies.contains_key("bz-number"));
}

/// After a number's messages nothing more is sent, and what is kept for it is counted all the same.
#[tokio::test]
async fn who_floods_a_number_leaves_no_more_copies_than_messages() {
    let texts = TextsConfig { number_an_hour: 1, source_an_hour: 8, ..TextsConfig::default() };
    let town = Town::with(Config { texts, ..Config::default() }).await;
    let mut browser = town.browser();
    let page = browser.get("/declare/toan-dan").await;
    let typed = FIRST.concat();
    let waiting = "SELECT COUNT(*) FROM waiting_declarations";
    for sent in 1..=8 {
        let seen = browser.submit(&page, "/declare/toan-dan", &typed).await;
        assert!(seen.to().starts_with("/sign-in/code"), "{sent}");
        assert_eq!(town.database.number(waiting).await, sent.min(5), "a few wait for a number");
    }
    let seen = browser.submit(&page, "/declare/toan-dan", &typed).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(seen.body.contains("value=\"TRẦN THỊ THỬ\""), "what was typed is still there");
    assert_eq!(town.database.number(waiting).await, 5);
}

/// The number is known, and what was typed tells of somebody else: nobody's profile becomes another person.
#[tokio::test]
async fn who_is_known_under_the_number_is_not_overwritten() {
    let town = Town::new().await;
    declare_first(&mut town.citizen(PHONE).await).await;
    let mut browser = town.browser();
    let page = send_unconfirmed(&town, &mut browser, &[&another(), HOME, WELL, AGREED]).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    let form = browser.open(seen.to()).await;
    assert!(form.body.contains("You are signed in, but your declaration is not stored"), "{}", form.body);
    let all = declared(&town, PHONE).await;
    assert_eq!((all.len(), all[0].content.person.name.as_str()), (1, "TRẦN THỊ THỬ"));
    let seen = browser.submit(&form, "/declare/toan-dan", AGREED).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("Whom is this declaration about?") && seen.body.contains("LÊ VĂN MẪU"));
}

/// What waited was typed before anything was known: its form opened again showed nothing that could be emptied.
#[tokio::test]
async fn what_waited_empties_nothing() {
    let town = Town::new().await;
    declare_first(&mut town.citizen(PHONE).await).await;
    let store = &town.state.store;
    let citizen = store.citizen_by_phone(&PHONE.parse().unwrap()).await.unwrap().unwrap();
    let mut own = store.profiles_of(citizen.id).await.unwrap().remove(0);
    own.person.insurance = "GD4191912345678".to_owned();
    store.put_profile(&own, &mut *town.state.rng()).await.unwrap();
    let mut browser = town.browser();
    let page = send_unconfirmed(&town, &mut browser, &[&another(), HOME, WELL, AGREED]).await;
    let seen = browser.submit(&page, "/sign-in/code", &[("code", &town.code(PHONE))]).await;
    let form = browser.open(seen.to()).await;
    let seen = browser.submit(&form, "/declare/toan-dan", &[PERSON, AGREED].concat()).await;
    assert!(seen.to().starts_with("/declared/"), "{}", seen.body);
    let known = store.profiles_of(citizen.id).await.unwrap();
    assert_eq!((known.len(), known[0].person.insurance.as_str()), (1, "GD4191912345678"));
}
