//! An officer outside the territory, and whoever has stolen an officer's session.

use crate::console::town::{OTHER_UNIT, UNIT};
use crate::promise::passkey::*;
use crate::promise::phone::Phone;
use crate::promise::release::{order, write_request};
use crate::promise::world::*;
use axum::http::StatusCode;
use bluezone_domain::area::Territory;
use bluezone_domain::officer::Role;
use bluezone_server::admin::log;
use bluezone_server::promise::{officers, requests, site};
use bluezone_transparency::entry::{Entry, Event, KeyChange, OfficerKeyChange};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::officers::OfficerRegister;
use p256::ecdsa::SigningKey;

/// Her key stands in the log; she works elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_of_another_unit_signs_and_opens_nothing() {
    let world = World::new().await;
    log::add_unit(&world.town.state, OTHER_UNIT, "CDC Bắc Kạn").await.unwrap();
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let mut lan = Signatory::new(&world, "lan.nguyen", UNIT, 11).await;
    let mut hoa = Signatory::new(&world, "hoa.pham", OTHER_UNIT, 13).await;
    lan.asks_in().await;
    hoa.asks_in().await;
    let page = write_request(&mut lan.browser, &report).await;
    let action = format!("{page}/sign");
    let seen = lan.browser.get(&page).await;
    let challenge = challenge(&seen, &action);
    // Not through the page …
    assert_eq!(hoa.browser.get(&page).await.status, StatusCode::NOT_FOUND);
    let path = format!("/console/uploads/{}", hex::encode(report.hash().0));
    assert_eq!(hoa.browser.get(&path).await.status, StatusCode::NOT_FOUND);
    let csrf = hoa.csrf().await;
    let fields = [("csrf", csrf.as_str()), ("basis", "Luật"), ("purpose", "Xem")];
    assert_eq!(hoa.browser.post(&format!("{path}/open"), &fields).await.status, StatusCode::NOT_FOUND);
    // … and not past it: her signature does not count for that unit.
    let assertion = hoa.assertion(&world, &challenge);
    let store = &world.town.state.store;
    let request = store.requests_within(UNIT, Territory::Nowhere, 1).await.unwrap().remove(0);
    let officer = world.officer("hoa.pham").await;
    let refused = requests::sign(&world.town.state, &officer, &request, &assertion).await.unwrap_err();
    assert!(refused.to_string().contains("another unit"), "{refused}");
    // Without the check of the unit it would: the key stands, the signature is good.
    let register = officers::register(&world.town.state).await.unwrap();
    let (now, site) = (world.town.clock_now(), site(&world.town.state));
    assert!(register.check_one(&assertion, &Hash(request.hash), None, now, &site).is_ok());
}

/// The cookie of an officer who is signed in, without the officer's passkey.
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_signs_nothing_and_what_it_opens_is_seen() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let report = phone.tells(&world, UNIT, "").await;
    let (lan, mut minh) = founders(&world, UNIT).await;
    let standing: [u8; 32] = hex::decode(lan.id()).unwrap().try_into().unwrap();
    // The thief has the cookie and a key of their own, and calls it Lan's.
    let mut thief = Signatory { key: SigningKey::from_slice(&[99; 32]).unwrap(), ..lan };
    let page = write_request(&mut thief.browser, &report).await;
    let action = format!("{page}/sign");
    let seen = thief.signs(&world, &page, &action).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("The signature cannot be checked"), "{}", seen.body);
    // With that one check taken out, that the key which signs is the one which stands in the log as Lan's, it would count: beside
    // the second officer's signature the request would be signed, for the phone as for the server.
    let mut careless = OfficerRegister::default();
    for entry in world.town.state.store.officer_key_entries().await.unwrap() {
        let mut entry = Entry::parse(&entry).unwrap();
        if let Event::OfficerKey(OfficerKeyChange { change: KeyChange::Add { key, .. }, .. }) =
            &mut entry.event
            && key.id() == Hash(standing)
        {
            *key = thief.public_key();
        }
        careless.read(&entry, &site(&world.town.state)).unwrap();
    }
    let asked = challenge(&thief.browser.get(&page).await, &action);
    let signatures = [thief.assertion(&world, &asked), minh.assertion(&world, &asked)];
    let request =
        world.town.state.store.requests_within(UNIT, Territory::Nowhere, 1).await.unwrap().remove(0);
    let statement = requests::statement(&request).unwrap();
    let (unit, issued, here) = (Some(&statement.terms.unit), statement.issued, site(&world.town.state));
    assert!(careless.check_two(&signatures, &statement.hash(), unit, issued, &here).is_ok());
    let register = officers::register(&world.town.state).await.unwrap();
    assert!(register.check_two(&signatures, &statement.hash(), unit, issued, &here).is_err());

    // A passkey of the thief's own: none comes into an account without its password (the browser's test of passkeys tries), and
    // that of another account is not Lan's to ask for.
    let mut second = Signatory::new(&world, "other.account", UNIT, 98).await;
    second.browser = thief.browser.clone();
    let (csrf, credential) = (second.csrf().await, hex::encode(&second.credential));
    let asked = second.browser.post(KEYS, &[("csrf", &csrf), ("passkey", &credential)]).await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
    // Without that check it would only wait, for two officers.
    let mut passkey = world.town.state.store.passkey(&second.credential).await.unwrap().unwrap();
    passkey.credential_id = vec![97; 20];
    passkey.officer = world.officer("lan.nguyen").await.id;
    world.town.state.store.add_passkey(&passkey).await.unwrap();
    second.credential = passkey.credential_id;
    assert_eq!(second.asks_in().await.to(), KEYS);
    world.hour().await;
    assert_eq!(world.verified().await.kinds["officer-key"], 2);
    assert!(minh.browser.get(KEYS).await.body.contains("Waits for two signatures"));
    assert!(phone.asks(&world).await.is_empty());

    // The residual: with a session alone an upload is opened. Its owner sees that in the log, and an auditor who it was.
    order(&mut thief.browser, &report).await;
    world.hour().await;
    let entries = world.entries().await;
    let opening = entries.iter().find(|entry| matches!(entry.event, Event::Opening(_))).unwrap();
    assert!(phone.handle.recognises(&opening.subjects()[0]));
    let mut auditor = world.town.signed_in("auditor", Role::Auditor, UNIT).await.1;
    let seen = auditor.get("/console/audit?officer=lan.nguyen").await;
    assert!(
        seen.body.contains(&format!("/console/uploads/{}/open", hex::encode(report.hash().0))),
        "{}",
        seen.body
    );
    // And the session ends by itself.
    world.town.wait(31 * 60);
    assert!(thief.browser.get("/console/uploads").await.to().starts_with("/console/sign-in"));
}
