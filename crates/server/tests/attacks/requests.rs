//! The server changes, repeats or sends on what officers signed.

use crate::console::town::UNIT;
use crate::promise::passkey::{challenge, founders};
use crate::promise::phone::Phone;
use crate::promise::release::write_request;
use crate::promise::world::*;
use bluezone_domain::area::Territory;
use bluezone_protocol::time::DAY_S;
use bluezone_server::promise::{requests, site};
use bluezone_store::ReleaseRequest;
use bluezone_transparency::entry::{DataKind, Entry, Event};
use bluezone_transparency::officers::{OfficerRegister, OfficersError};
use bluezone_transparency::release::{RequestError, Statement};
use bluezone_transparency::webauthn::{Assertion, AssertionError};

/// A phone that is asked, and the page of the signed request.
async fn signed(world: &World) -> (Phone, String) {
    let mut phone = Phone::new(1);
    let report = phone.tells(world, UNIT, "").await;
    let (mut lan, mut minh) = founders(world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    for officer in [&mut lan, &mut minh] {
        officer.signs(world, &page, &format!("{page}/sign")).await;
    }
    (phone, page)
}

fn hash(page: &str) -> &str {
    page.rsplit('/').next().unwrap()
}

/// The request's entry, and how many there are.
async fn logged(world: &World) -> (usize, Vec<u8>, usize) {
    let entries = world.town.state.store.log_entries(0, 1000).await.unwrap();
    let is_request = |bytes: &Vec<u8>| matches!(Entry::parse(bytes).unwrap().event, Event::Request(_));
    let at = entries.iter().rposition(is_request).unwrap();
    (at, entries[at].clone(), entries.len())
}

fn widened(bytes: &[u8]) -> Entry {
    let mut entry = Entry::parse(bytes).unwrap();
    let Event::Request(signed) = &mut entry.event else { panic!("it is a request") };
    signed.statement.terms.scope.kinds.extend(DataKind::ALL);
    signed.statement.terms.scope.from = signed.statement.issued - 21 * DAY_S;
    entry
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_was_widened_after_signing_asks_nobody() {
    let world = World::new().await;
    let (mut phone, page) = signed(&world).await;
    let (index, bytes, _) = logged(&world).await;
    let entry = widened(&bytes);
    // Between the signatures and the log hour, whoever writes the database changes what was signed.
    let database = &world.town.database;
    let wider = database.bytes(&hex::encode(entry.to_text()));
    database.execute(&format!("UPDATE log_entries SET bytes = {wider} WHERE number = {index}")).await;
    world.hour().await;
    let other = OfficersError::Assertion(AssertionError::OtherChallenge);
    assert_eq!(phone.asks(&world).await, [Err(RequestError::Officers(other))]);
    let audit = world.verified().await;
    assert_eq!(audit.findings.len(), 1, "and every auditor sees it: {:?}", audit.findings);
    // Without the check of what was signed: two genuine signatures of two officers stand under it, for this phone's owner.
    let Event::Request(signed) = &entry.event else { panic!("it is a request") };
    assert_eq!(signed.signatures.len(), 2);
    assert!(phone.handle.recognises(&signed.statement.subject));
    assert_eq!(signed.statement.terms.scope.kinds.len(), 5);
    let genuine = Entry::parse(&bytes).unwrap();
    let Event::Request(genuine) = &genuine.event else { panic!("it is a request") };
    let (unit, issued) = (Some(&genuine.statement.terms.unit), genuine.statement.issued);
    let register = register(&world).await;
    let site = site(&world.town.state);
    assert!(register.check_two(&signed.signatures, &genuine.statement.hash(), unit, issued, &site).is_ok());
    assert!(!page.is_empty());
}

/// The statement is changed between the first signature and the second.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_officer_does_not_complete_another_statement() {
    let world = World::new().await;
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    let action = format!("{page}/sign");
    let narrow = requests::statement(&stored(&world).await).unwrap();
    let asked = challenge(&lan.browser.get(&page).await, &action);
    let first = lan.assertion(&world, &asked);
    lan.signs(&world, &page, &action).await;
    let request = world.town.database.bytes(hash(&page));
    world
        .town
        .database
        .execute(&format!(
            "UPDATE release_requests SET statement = REPLACE(statement, 'kinds contacts', \
             'kinds contacts,identifier-keys,visits') WHERE hash = {request}"
        ))
        .await;
    assert!(minh.browser.get(&page).await.body.contains("kinds contacts,identifier-keys,visits"));
    // Minh signs what is shown; Lan's signature is of another statement.
    let seen = minh.signs(&world, &page, &action).await;
    assert!(!seen.status.is_redirection() && !seen.status.is_success(), "{}", seen.status);
    world.hour().await;
    assert_eq!(world.verified().await.kinds.get("request"), None);
    // Without the check that both signed the same, each signature is good: Lan's of the narrow one, Minh's of the wide one.
    let wide = requests::statement(&stored(&world).await).unwrap();
    let asked = challenge(&minh.browser.get(&page).await, &action);
    let second = minh.assertion(&world, &asked);
    let (register, site) = (register(&world).await, site(&world.town.state));
    let good = |signature: &Assertion, statement: &Statement| {
        let (unit, issued) = (Some(&statement.terms.unit), statement.issued);
        register.check_one(signature, &statement.hash(), unit, issued, &site).is_ok()
    };
    assert!(good(&first, &narrow) && good(&second, &wide));
    assert!(!good(&first, &wide));
}

/// The one request that there is.
async fn stored(world: &World) -> ReleaseRequest {
    world.town.state.store.requests_within(UNIT, Territory::Nowhere, 1).await.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_and_an_expired_request_are_not_shown_again() {
    let world = World::new().await;
    let (mut phone, page) = signed(&world).await;
    world.hour().await;
    let requests = phone.asks(&world).await;
    let [Ok(request)] = &requests[..] else { panic!("{requests:?}") };
    phone.answered.insert(request.hash());
    // Logged a second time, and sent again.
    let (_, bytes, again) = logged(&world).await;
    let database = &world.town.database;
    let (text, request) = (database.bytes(&hex::encode(&bytes)), database.bytes(hash(&page)));
    database
        .execute(&format!(
            "INSERT INTO log_entries (number, bytes, at) VALUES ({again}, {text}, 0); \
             UPDATE release_requests SET entry = {again} WHERE hash = {request}"
        ))
        .await;
    world.hour().await;
    assert_eq!(phone.asks(&world).await, [Err(RequestError::Replayed)]);
    // Without its memory the phone shows it.
    phone.answered.clear();
    assert!(phone.asks(&world).await[0].is_ok());
    // After its time, although the server goes on sending it. (That it is shown without the look at the clock is seen in the
    // tests of `transparency`, on a phone that lacks it.)
    world.town.database.execute("UPDATE release_requests SET expires_at = 9999999999").await;
    world.town.wait(2 * DAY_S);
    world.hour().await;
    assert_eq!(phone.asks(&world).await, [Err(RequestError::Expired)]);
}

async fn register(world: &World) -> OfficerRegister {
    let mut register = OfficerRegister::default();
    for entry in world.entries().await {
        let _ = register.read(&entry, &site(&world.town.state));
    }
    register
}
