//! What phones tell: stored once, durably, and gone when it is taken back.

use super::others;
use super::phone::*;
use super::world::*;
use crate::console::town::{UNIT, register};
use crate::harness::post;
use bluezone_domain::area::Territory;
use bluezone_protocol::api::*;
use bluezone_server::Config;
use bluezone_server::promise::PromiseConfig;
use bluezone_store::{OpeningState, UploadCursor};

/// A case of the unit, and the token of a code that an officer gave for it.
pub async fn case_token(world: &World) -> (bluezone_domain::id::CaseId, String) {
    let mut browser = world.town.health_officer().await;
    let case = register(&mut browser, "A-1", "confirmed").await;
    let path = format!("/console/cases/{case}");
    let page = browser.get(&path).await;
    let action = format!("{path}/codes");
    let kind = ("kind".to_owned(), "short".to_owned());
    let form = page.forms(&action).into_iter().find(|form| form.contains(&kind)).unwrap();
    let to = browser.submit_form(form, &action, &[]).await.to().to_owned();
    let shown = browser.get(&to).await;
    let block = shown.body.split("class=\"big-code\"").nth(1).unwrap().split("</p>").next().unwrap();
    let code: String = block.chars().filter(char::is_ascii_digit).collect();
    let request = VerifyRequest { code, nonce: encode_base64(&[7; 32]), ..VerifyRequest::default() };
    let answer: VerifyResponse = send(world, "/api/verify", to_json(&request)).await.ok();
    (case, answer.token)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_case_and_a_warned_person_tell_is_stored_once() {
    let world = World::new().await;
    let (case, token) = case_token(&world).await;
    let store = &world.town.state.store;
    let mut phone = Phone::new(1);
    let upload = phone.tells(&world, UNIT, &token).await;
    for _ in 0..3 {
        let again = phone.request(Some(&upload), &token);
        send(&world, "/v1/consent", again).await.ok::<ConsentResponse>();
    }
    let mut warned = Phone::new(2);
    let report = warned.tells(&world, UNIT, "").await;
    let of_case = store.uploads_of_case(case).await.unwrap();
    assert_eq!(of_case.iter().map(|one| one.hash).collect::<Vec<_>>(), [upload.hash().0]);
    assert_eq!(store.uploads_within(UNIT, Territory::Nowhere, None, 10).await.unwrap().len(), 2);
    assert!(store.upload(report.hash().0).await.unwrap().unwrap().case.is_none());
    assert_eq!(store.mailboxes_of_case(case).await.unwrap().len(), 1);
    assert!(store.mailbox_of_upload(report.hash().0).await.unwrap().is_some());
    assert!(of_case[0].state == OpeningState::Sealed);
    // A mailbox alone, of a case that shares nothing.
    let mut silent = Phone::new(3);
    let body = silent.request(None, &token);
    send(&world, "/v1/consent", body).await.ok::<ConsentResponse>();
    assert_eq!(store.mailboxes_of_case(case).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_come_to_the_older_ones_page_by_page() {
    let world = World::new().await;
    let store = &world.town.state.store;
    for number in [1, 2] {
        Phone::new(number).tells(&world, UNIT, "").await;
    }
    let within =
        async |after, most| store.uploads_within(UNIT, Territory::Nowhere, after, most).await.unwrap();
    let both = within(None, 10).await;
    assert_eq!(both.len(), 2);
    let [newest, older] = [0, 1].map(|at| UploadCursor::from(&both[at]));
    assert_eq!(
        (within(None, 1).await, within(Some(newest), 10).await),
        (both[..1].to_vec(), both[1..].to_vec())
    );
    assert_eq!(within(Some(older), 10).await, []);
    let mut officer = world.town.health_officer().await;
    let links = |body: &str| {
        both.iter().filter(|one| body.contains(&format!("uploads/{}", hex::encode(one.hash)))).count()
    };
    let after = format!("{}-{}", newest.received_at.0, hex::encode(newest.hash));
    for (asked, shown) in [("", 2), (after.as_str(), 1), ("1-0", 2)] {
        let page = officer.get(&format!("/console/uploads?after={asked}")).await;
        assert_eq!((page.status.as_u16(), links(&page.body)), (200, shown), "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_gone_and_a_late_copy_does_not_come_in() {
    let world = World::new().await;
    let store = &world.town.state.store;
    let mut phone = Phone::new(1);
    let upload = phone.tells(&world, UNIT, "").await;
    let mut other = Phone::new(2);
    let kept = other.tells(&world, UNIT, "").await;
    let late = phone.request(Some(&upload), "");
    for _ in 0..2 {
        let body = phone.withdrawal();
        send(&world, "/v1/consent/withdraw", body).await.ok::<ConsentResponse>();
        send(&world, "/v1/consent", late.clone()).await.ok::<ConsentResponse>();
        let left = store.uploads_within(UNIT, Territory::Nowhere, None, 10).await.unwrap();
        assert_eq!(left.iter().map(|one| one.hash).collect::<Vec<_>>(), [kept.hash().0]);
        assert!(store.mailbox_of_upload(upload.hash().0).await.unwrap().is_none());
    }
    // Somebody else's secret takes nothing back.
    let stranger = Phone::new(9).withdrawal();
    send(&world, "/v1/consent/withdraw", stranger).await.ok::<ConsentResponse>();
    assert_eq!(store.uploads_within(UNIT, Territory::Nowhere, None, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_ones_are_refused_and_all_answers_look_alike() {
    let world = World::new().await;
    let mut phone = Phone::new(1);
    let upload = phone.seal(&world, UNIT, &history(world.town.clock_now())).await;
    let good = phone.request(Some(&upload), "");
    let with = |change: &dyn Fn(&mut ConsentRequest)| {
        let mut request: ConsentRequest = from_json(&good).unwrap();
        request.padding.clear();
        change(&mut request);
        to_json(&request)
    };
    let cases = [
        (b"{".to_vec(), (400, "bad_request")),
        (with(&|request| request.upload = String::new()), (400, "bad_request")),
        (with(&|request| request.upload = "AAAA".to_owned()), (400, "upload_invalid")),
        (
            with(&|request| {
                let mut bytes = upload.to_bytes();
                let unit = bytes.windows(6).position(|part| part == b"TN-CDC").unwrap();
                bytes[unit] = b'X';
                request.upload = encode_base64(&bytes);
            }),
            (400, "upload_invalid"),
        ),
        (with(&|request| request.token = "a.b.c".to_owned()), (400, "token_invalid")),
        (with(&|request| request.withdrawal = "AAAA".to_owned()), (400, "bad_request")),
        (vec![b'x'; CONSENT_REQUEST_BYTES + 1], (413, "bad_request")),
    ];
    for (body, expected) in cases {
        let answer = send(&world, "/v1/consent", body).await;
        assert_eq!(answer.refusal(), (expected.0, expected.1.to_owned()));
        assert_eq!(answer.body.len(), CONSENT_RESPONSE_BYTES);
    }
    let (real, dummy) = (
        send(&world, "/v1/consent", good.clone()).await,
        send_from(&world, "/v1/consent", good.clone(), "192.0.2.1", true).await,
    );
    assert_eq!((real.status, real.headers, real.body.len()), (dummy.status, dummy.headers, dummy.body.len()));
    let withdrawal = phone.withdrawal();
    let dummy = send_from(&world, "/v1/consent/withdraw", withdrawal, "192.0.2.1", true).await;
    assert_eq!((dummy.status.as_u16(), dummy.body.len()), (200, CONSENT_RESPONSE_BYTES));
    assert_eq!(
        world.town.state.store.uploads_within(UNIT, Territory::Nowhere, None, 10).await.unwrap().len(),
        1,
        "dummies do nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_sends_so_many_without_a_code() {
    let promise = PromiseConfig { source_uploads_per_hour: 3, ..others::config() };
    let world = World::with(Config { promise, ..Config::default() }).await;
    let mut bodies = Vec::new();
    for seed in 1..=5 {
        let mut phone = Phone::new(seed);
        let upload = phone.seal(&world, UNIT, &history(world.town.clock_now())).await;
        bodies.push(phone.request(Some(&upload), ""));
    }
    for body in &bodies[..3] {
        assert_eq!(send(&world, "/v1/consent", body.clone()).await.status, 200);
    }
    assert_eq!(send(&world, "/v1/consent", bodies[3].clone()).await.refusal().0, 429);
    assert_eq!(
        send(&world, "/v1/consent", bodies[0].clone()).await.status,
        200,
        "a repetition costs nothing"
    );
    assert_eq!(send_from(&world, "/v1/consent", bodies[3].clone(), "198.51.100.7", false).await.status, 200);
    world.town.wait(3600 + 600);
    assert_eq!(send(&world, "/v1/consent", bodies[4].clone()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_witnesses_and_keeper_nothing_is_taken_and_everybody_is_told() {
    let server = crate::harness::TestServer::new().await;
    let mut phone = Phone::new(1);
    let body = phone.request(None, "x");
    for chaff in [false, true] {
        let answer = server.send(post("/v1/consent", body.clone(), "192.0.2.1", chaff)).await;
        assert_eq!(answer.refusal(), (503, "consent_off".to_owned()));
        assert_eq!(answer.body.len(), CONSENT_RESPONSE_BYTES);
    }
    server.post("/v1/consent/withdraw", phone.withdrawal()).await.ok::<ConsentResponse>();
    let town = crate::console::town::Town::new().await;
    let seen = town.health_officer().await.get("/console/uploads").await;
    assert!(seen.body.contains("This server takes no uploads yet"), "{}", seen.body);
}
