//! From a telling to its opening, and from a request to its answer: the whole way through the console, the log, the keeper and
//! the phone.

use super::passkey::*;
use super::phone::*;
use super::world::*;
use crate::console::browser::Browser;
use crate::console::town::{OTHER_UNIT, UNIT};
use axum::http::StatusCode;
use bluezone_domain::officer::Role;
use bluezone_protocol::api::ConsentResponse;
use bluezone_server::admin::officer::disable_officer;
use bluezone_server::jobs;
use bluezone_server::promise::opening;
use bluezone_transparency::entry::Event;
use bluezone_transparency::release::RequestError;
use bluezone_transparency::seal::Upload;
use std::sync::Arc;
use std::time::Duration;

pub fn path_of(upload: &Upload) -> String {
    format!("/console/uploads/{}", hex::encode(upload.hash().0))
}

/// An officer orders an opening.
pub async fn order(browser: &mut Browser, upload: &Upload) {
    let path = path_of(upload);
    let page = browser.get(&path).await;
    let action = format!("{path}/open");
    let typed = [("basis", "Luật Phòng bệnh 2025, Điều 20"), ("purpose", "Truy vết tại chợ")];
    assert_eq!(browser.submit(&page, &action, &typed).await.to(), path);
}

/// An officer writes a request to whoever sent an upload; gives its page.
pub async fn write_request(browser: &mut Browser, upload: &Upload) -> String {
    let form = "/console/requests/new";
    let page = browser.get(&format!("{form}?upload={}", hex::encode(upload.hash().0))).await;
    let typed = [
        ("basis", "Luật Phòng bệnh 2025, Điều 20"),
        ("purpose", "Truy vết tại chợ Thái Nguyên"),
        ("details", "Hỏi chị Lan, 0208 385 5555"),
        ("days", "3"),
        ("open_days", "2"),
    ];
    browser.submit(&page, form, &typed).await.to().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_opened_after_its_entry_is_cosigned_and_not_before() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let upload = phone.tells(&world, UNIT, "").await;
    let hash = upload.hash().0;
    let mut officer = world.town.health_officer().await;
    let page = officer.get(&path_of(&upload)).await;
    assert!(page.body.contains("Open it"), "{}", page.body);
    // Numbers of people do not get into the log.
    let action = format!("{}/open", path_of(&upload));
    let seen = officer.submit(&page, &action, &[("basis", "Luật"), ("purpose", "gọi 0912 345 678")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);

    order(&mut officer, &upload).await;
    order_again_changes_nothing(&mut officer, &upload).await;
    let seen = officer.get(&path_of(&upload)).await;
    assert!(seen.body.contains("Waiting for the next log hour"), "{}", seen.body);
    jobs::run_once(&world.town.state).await.unwrap();
    assert!(opening::opened(&world.town.state, hash).await.unwrap().is_none());
    assert_eq!(world.others.openings(), 0);

    world.hour().await;
    let opened = opening::opened(&world.town.state, hash).await.unwrap().unwrap();
    assert!(opened == history(opened.consents[0].at));
    assert_eq!(world.others.openings(), 1);
    let seen = officer.get(&path_of(&upload)).await;
    assert!(seen.body.contains("Trần Thị Bích Canary") && seen.body.contains("0912000111"), "{}", seen.body);
    // What is kept does not lie open in the database.
    let bytes = world.town.state.store.opened_bytes(hash).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("Canary"));
    // The log says who, for what; the phone recognises itself in it.
    let entries = world.entries().await;
    let mine: Vec<_> = entries
        .iter()
        .filter(|entry| entry.subjects().iter().any(|subject| phone.handle.recognises(subject)))
        .collect();
    let [entry] = mine[..] else { panic!("one entry") };
    assert!(
        matches!(&entry.event, Event::Opening(opening) if opening.terms.purpose.as_str() == "Truy vết tại chợ")
    );
    assert!(world.verified().await.findings.is_empty());
    // Taken back: opened or not, it is gone; the entry stays.
    let body = phone.withdrawal();
    send(&world, "/v1/consent/withdraw", body).await.ok::<ConsentResponse>();
    assert!(opening::opened(&world.town.state, hash).await.unwrap().is_none());
    assert_eq!(officer.get(&path_of(&upload)).await.status, StatusCode::NOT_FOUND);
}

async fn order_again_changes_nothing(officer: &mut Browser, upload: &Upload) {
    let account = officer.get("/console/account").await;
    let csrf = account.form("/console/account").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let action = format!("{}/open", path_of(upload));
    let fields = [("csrf", csrf.as_str()), ("basis", "Khác"), ("purpose", "Khác")];
    assert_eq!(officer.post(&action, &fields).await.to(), path_of(upload));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_is_away_is_asked_again() {
    let world = World::new().await;
    let upload = Phone::new(1).tells(&world, UNIT, "").await;
    let mut officer = world.town.health_officer().await;
    order(&mut officer, &upload).await;
    world.others.down.lock().unwrap().push("https://keeper.test".to_owned());
    world.hour().await;
    assert!(officer.get(&path_of(&upload)).await.body.contains("Waiting for the next log hour"));
    world.others.down.lock().unwrap().clear();
    assert_eq!(jobs::run_once(&world.town.state).await.unwrap().opened, 1);
}

/// However many uploads there are, a round of jobs does not last for all of its answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_keeper_is_asked_for_the_rest_in_the_next_round() {
    let world = World::new().await;
    let mut officer = world.town.health_officer().await;
    for number in 1..=3 {
        let upload = Phone::new(number).tells(&world, UNIT, "").await;
        order(&mut officer, &upload).await;
    }
    world.others.down.lock().unwrap().push("https://keeper.test".to_owned());
    world.hour().await;
    world.others.down.lock().unwrap().clear();
    *world.others.before.lock().unwrap() = Some(Arc::new(|_| std::thread::sleep(Duration::from_millis(60))));
    let state = &world.town.state;
    assert_eq!(
        opening::run(state, Duration::from_millis(50)).await.unwrap(),
        1,
        "the first took all the time"
    );
    assert_eq!(opening::run(state, Duration::from_secs(50)).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_one_phone_after_two_signatures_and_an_hour() {
    let world = World::new().await;
    let (mut phone, mut bystander) = (Phone::new(1), Phone::new(2));
    let report = phone.tells(&world, UNIT, "").await;
    bystander.tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    let action = format!("{page}/sign");
    assert_eq!(lan.signs(&world, &page, &action).await.to(), page);
    assert!(lan.browser.get(&page).await.body.contains("Another officer of the unit must sign"));
    world.hour().await;
    assert!(phone.asks(&world).await.is_empty(), "one signature asks nobody");
    assert_eq!(minh.signs(&world, &page, &action).await.to(), page);
    assert!(phone.asks(&world).await.is_empty(), "not before the log hour");
    world.hour().await;
    let requests = phone.asks(&world).await;
    let [Ok(request)] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.details().text.as_str(), "Hỏi chị Lan, 0208 385 5555");
    assert!(bystander.asks(&world).await.is_empty());
    assert!(world.verified().await.findings.is_empty());
    let list = minh.browser.get("/console/requests").await;
    assert!(list.body.contains("In the log, no answer"), "{}", list.body);

    // The answer comes as an upload that names the statement, and is opened on its very terms.
    let answer = phone.answer(request, &history(world.town.clock_now()));
    // Somebody who only read the log can seal an answer too; it is not taken.
    let mut stranger = Phone::new(9);
    let forged = stranger.answer(request, &history(world.town.clock_now()));
    stranger.asked = None;
    let body = stranger.request(Some(&forged), "");
    let refused = send(&world, "/v1/consent", body).await.refusal();
    assert_eq!(refused, (400, "upload_invalid".to_owned()));
    let body = phone.request(Some(&answer), "");
    send(&world, "/v1/consent", body).await.ok::<ConsentResponse>();
    assert!(minh.browser.get("/console/requests").await.body.contains("Answered"));
    order(&mut minh.browser, &answer).await;
    world.hour().await;
    assert!(opening::opened(&world.town.state, answer.hash().0).await.unwrap().is_some());
    assert!(world.verified().await.findings.is_empty());
    // Its owner has answered: it is not shown again.
    phone.answered.insert(request.hash());
    assert_eq!(phone.asks(&world).await, [Err(RequestError::Replayed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_who_took_the_mailbox_back() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let report = phone.tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    for officer in [&mut lan, &mut minh] {
        officer.signs(&world, &page, &format!("{page}/sign")).await;
    }
    world.hour().await;
    assert_eq!(phone.asks(&world).await.len(), 1);
    let body = phone.withdrawal();
    send(&world, "/v1/consent/withdraw", body).await.ok::<ConsentResponse>();
    world.hour().await;
    assert!(phone.asks(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_key_needs_two_officers_and_a_revoked_one_counts_no_more() {
    let world = World::new().await;
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let mut hoa = Signatory::new(&world, "hoa.pham", UNIT, 13).await;
    let page = write_request(&mut lan.browser, &report).await;
    world.town.wait(1);
    hoa.asks_in().await;
    assert!(hoa.browser.get(&page).await.body.contains("You have no signing key that counts"));
    let action = format!("{KEYS}/{}/let-in", hoa.id());
    assert_eq!(lan.signs(&world, KEYS, &action).await.to(), KEYS);
    // The same officer cannot be the second too.
    assert!(!lan.browser.get(KEYS).await.body.contains(&action));
    assert_eq!(minh.signs(&world, KEYS, &action).await.to(), KEYS);
    let signed = hoa.signs(&world, &page, &format!("{page}/sign")).await;
    assert_eq!(
        signed.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "it did not count when the request was written"
    );
    let page = write_request(&mut lan.browser, &report).await;
    assert_eq!(hoa.signs(&world, &page, &format!("{page}/sign")).await.to(), page);
    // Revoked before the second signature: the first counts no more.
    let keys = hoa.browser.get(KEYS).await;
    hoa.browser.submit(&keys, &format!("{KEYS}/{}/revoke", hoa.id()), &[]).await;
    let refused = lan.signs(&world, &page, &format!("{page}/sign")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("first signature does not count any more"), "{}", refused.body);
    world.hour().await;
    let audit = world.verified().await;
    assert_eq!((audit.kinds.get("request"), audit.findings.len()), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_unit_sees_nothing_of_it() {
    let world = World::new().await;
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let (mut lan, _) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    let mut other = world.town.signed_in("other", Role::ProvincialCdc, OTHER_UNIT).await.1;
    let asked = format!("/console/requests/new?upload={}", hex::encode(report.hash().0));
    for path in [path_of(&report), page, asked] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/console/uploads", "/console/requests"] {
        let seen = other.get(path).await;
        assert!(!seen.body.contains(&hex::encode(report.hash().0)) && !seen.body.contains("chợ"), "{path}");
    }
}

/// A colleague leaves, another throws a device away: their keys are revoked in the log without anybody thinking of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_disabled_account_and_of_a_removed_passkey_counts_no_more() {
    let world = World::new().await;
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    let action = format!("{page}/sign");
    assert_eq!(minh.signs(&world, &page, &action).await.to(), page);
    disable_officer(&world.town.state, "minh.le").await.unwrap();
    world.hour().await;
    let audit = world.verified().await;
    assert_eq!((audit.kinds["officer-key"], audit.findings.len()), (3, 0), "two came in, one was revoked");
    // What Minh signed counts no more, and Lan cannot sign alone.
    let refused = lan.signs(&world, &page, &action).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("first signature does not count any more"), "{}", refused.body);
    world.hour().await;
    assert_eq!(world.verified().await.kinds["officer-key"], 3, "once is enough");

    let passkeys = lan.browser.get("/console/account/passkeys").await;
    let remove = format!("/console/account/passkeys/{}/remove", hex::encode(&lan.credential));
    assert!(lan.browser.submit(&passkeys, &remove, &[]).await.to().ends_with("?done=removed"));
    world.hour().await;
    assert_eq!(world.verified().await.kinds["officer-key"], 4);
    assert!(lan.browser.get(&page).await.body.contains("You have no signing key that counts"));
}

/// A unit whose territory holds that of the unit which was told: it sees that and where it stands, and has not its key.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_above_sees_where_it_stands_and_opens_reads_and_signs_nothing() {
    let world = World::new().await;
    let report = Phone::new(1).tells(&world, UNIT, "").await;
    let (mut lan, _) = founders(&world, UNIT).await;
    let request = write_request(&mut lan.browser, &report).await;
    let mut above = world.town.signed_in("above", Role::ProvincialCdc, "CANARY-UNIT").await.1;
    for path in ["/console/uploads", "/console/requests"] {
        assert!(above.get(path).await.body.contains(UNIT), "{path}");
    }
    let upload = path_of(&report);
    for path in [&upload, &request] {
        let seen = above.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        assert!(seen.body.contains("Only TN-CDC can open, read or sign"), "{path}: {}", seen.body);
        assert!(!seen.body.contains("0208 385 5555"), "what is for the person who is asked alone");
    }
    let csrf = above.get("/console/account").await.form("/console/account");
    let csrf = csrf.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let fields = [("csrf", csrf.as_str()), ("basis", "Luật"), ("purpose", "Xem"), ("answer", "{}")];
    for path in [format!("{upload}/open"), format!("{request}/sign")] {
        assert_eq!(above.post(&path, &fields).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let ask = format!("/console/requests/new?upload={}", hex::encode(report.hash().0));
    assert_eq!(above.get(&ask).await.status, StatusCode::NOT_FOUND);
    // Also what the unit opened stays the unit's to read.
    order(&mut lan.browser, &report).await;
    world.hour().await;
    assert!(lan.browser.get(&upload).await.body.contains("Canary"));
    let seen = above.get(&upload).await;
    assert!(seen.body.contains("Opened") && !seen.body.contains("Canary"), "{}", seen.body);
}

/// Whoever was asked answered, and then let themselves be asked no more: the request is gone, what they sent is still theirs to take back.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_request_is_gone_has_a_page_and_is_opened_no_more() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let report = phone.tells(&world, UNIT, "").await;
    let (mut lan, mut minh) = founders(&world, UNIT).await;
    let page = write_request(&mut lan.browser, &report).await;
    for officer in [&mut lan, &mut minh] {
        officer.signs(&world, &page, &format!("{page}/sign")).await;
    }
    world.hour().await;
    let requests = phone.asks(&world).await;
    let answer = phone.answer(requests[0].as_ref().unwrap(), &history(world.town.clock_now()));
    let first = std::mem::replace(&mut phone.secret, [9; 32]);
    let body = phone.request(Some(&answer), "");
    send(&world, "/v1/consent", body).await.ok::<ConsentResponse>();
    assert!(lan.browser.get(&path_of(&answer)).await.body.contains("Open it"));
    phone.secret = first;
    let body = phone.withdrawal();
    send(&world, "/v1/consent/withdraw", body).await.ok::<ConsentResponse>();
    let seen = lan.browser.get(&path_of(&answer)).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.contains("The time to open it is over"), "{}", seen.body);
}
