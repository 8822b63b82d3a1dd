//! Publishing the same keys again with another report.

use crate::harness::*;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::code::CodeKind;
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::KeyKind;
use bluezone_protocol::time::DAY_S;
use bluezone_server::jobs;
use bluezone_store::StatusChange;
use std::collections::BTreeMap;

type Exported = Vec<(KeyKind, DiagnosisKey)>;

/// How a phone's keys stand in an export.
fn of_phone(keys: Exported, phone: &Phone) -> Vec<(KeyKind, ReportType, u8)> {
    let keys: BTreeMap<[u8; 16], (KeyKind, DiagnosisKey)> =
        keys.into_iter().map(|(kind, key)| (*key.key.as_bytes(), (kind, key))).collect();
    let find = |own: &PublishedKey| keys.get(own.key.as_bytes());
    let found = phone.keys.iter().filter_map(find);
    found.map(|(kind, key)| (*kind, key.report_type, key.transmission_risk)).collect()
}

async fn likely_then(engine: Engine, next: CaseStatus, expected: ReportType) {
    let server = TestServer::with(engine, config()).await;
    let case = server.case(CaseStatus::Suspected).await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    let code = server.code(case, CodeKind::Short).await;
    let first = server.publish(&code, &phone).await;
    server.clock.advance(4 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    let published = of_phone(server.export(&name).await, &phone);
    assert_eq!(published, vec![(KeyKind::New, ReportType::ConfirmedClinical, 4); INFECTIOUS as usize]);

    server.change_case(case, next).await;
    let code = server.code(case, CodeKind::Short).await;
    let certificate = server.certificate_for(&code, &phone).await;
    // Not without the token, not with another's.
    let missing = server.post("/v1/publish", phone.request(&certificate)).await;
    assert_eq!(missing.refusal(), (400, error_code::MISSING_REVISION_TOKEN.to_owned()));
    let stranger = Phone::new(server.now(), &mut server.rng());
    let strangers_code = server.new_code(CaseStatus::Confirmed).await;
    phone.revision_token = server.publish(&strangers_code, &stranger).await.revision_token;
    let invalid = (400, error_code::INVALID_REVISION_TOKEN.to_owned());
    assert_eq!(server.post("/v1/publish", phone.request(&certificate)).await.refusal(), invalid);
    phone.revision_token = "nonsense".to_owned();
    assert_eq!(server.post("/v1/publish", phone.request(&certificate)).await.refusal(), invalid);

    phone.revision_token = first.revision_token;
    let revised: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    assert_eq!(revised.inserted_exposures, INFECTIOUS);
    let again: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    assert_eq!(again.revision_token, revised.revision_token);

    server.clock.advance(3 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    let published = of_phone(server.export(&name).await, &phone);
    let risk = if expected == ReportType::Revoked { 6 } else { 2 };
    assert_eq!(published, vec![(KeyKind::Revised, expected, risk); INFECTIOUS as usize]);
}

#[tokio::test]
async fn likely_becomes_confirmed_on_sqlite() {
    likely_then(Engine::Sqlite, CaseStatus::Confirmed, ReportType::ConfirmedTest).await;
}

#[tokio::test]
async fn likely_becomes_confirmed_on_postgres() {
    likely_then(Engine::Postgres, CaseStatus::Confirmed, ReportType::ConfirmedTest).await;
}

#[tokio::test]
async fn likely_is_withdrawn() {
    likely_then(Engine::Sqlite, CaseStatus::Negative, ReportType::Revoked).await;
}

/// What the next export says of a phone's keys.
async fn next_export(server: &TestServer, phone: &Phone) -> Vec<(KeyKind, ReportType, u8)> {
    server.clock.advance(4 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    of_phone(server.export(&name).await, phone)
}

async fn suspected_confirmed_negative(exported_between: bool) {
    let server = TestServer::new().await;
    let case = server.case(CaseStatus::Suspected).await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    for status in [CaseStatus::Suspected, CaseStatus::Confirmed] {
        if status == CaseStatus::Confirmed {
            server.change_case(case, status).await;
        }
        let code = server.code(case, CodeKind::Short).await;
        phone.revision_token = server.publish(&code, &phone).await.revision_token;
        if exported_between || status == CaseStatus::Suspected {
            next_export(&server, &phone).await;
        }
    }
    server.change_case(case, CaseStatus::Negative).await;
    let code = server.code(case, CodeKind::Short).await;
    let withdrawn = server.publish(&code, &phone).await;
    assert_eq!((withdrawn.inserted_exposures, withdrawn.code.as_str()), (INFECTIOUS, ""));
    let published = next_export(&server, &phone).await;
    assert_eq!(published, vec![(KeyKind::Revised, ReportType::Revoked, 6); INFECTIOUS as usize]);

    let confirmed = server.new_code(CaseStatus::Confirmed).await;
    let certificate = server.certificate_for(&confirmed, &phone).await;
    let back = server.post("/v1/publish", phone.request(&certificate)).await.refusal();
    assert_eq!(back, (400, error_code::INVALID_REPORT_TYPE_TRANSITION.to_owned()));
}

#[tokio::test]
async fn a_confirmed_report_is_withdrawn_and_never_comes_back() {
    suspected_confirmed_negative(true).await;
}

#[tokio::test]
async fn a_confirmation_that_no_phone_saw_is_withdrawn_too() {
    suspected_confirmed_negative(false).await;
}

#[tokio::test]
async fn a_negative_test_withdraws_what_the_token_vouches_for_listed_or_not_whatever_the_onset() {
    let server = TestServer::new().await;
    let case = server.case(CaseStatus::Confirmed).await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    let code = server.code(case, CodeKind::Short).await;
    phone.revision_token = server.publish(&code, &phone).await.revision_token;
    next_export(&server, &phone).await;

    let before = server.state.store.case(case).await.unwrap().unwrap();
    let long_ago = Some(server.now() - 27 * DAY_S);
    let facts = CaseFacts { status: CaseStatus::Negative, symptom_onset: long_ago, ..before.facts };
    let expected = before.facts.status;
    let change = StatusChange { case, expected, facts, by: server.officer, at: server.now() };
    server.state.store.change_case_status(&change).await.unwrap();
    let code = server.code(case, CodeKind::Short).await;
    let listed = Phone { keys: phone.keys[..2].to_vec(), ..phone.clone() };
    assert_eq!(server.publish(&code, &listed).await.inserted_exposures, INFECTIOUS);
    assert_eq!(
        next_export(&server, &phone).await,
        vec![(KeyKind::Revised, ReportType::Revoked, 6); INFECTIOUS as usize]
    );
}

#[tokio::test]
async fn without_a_word_on_the_onset_a_revision_leaves_the_days_since_alone() {
    let server = TestServer::new().await;
    let no_onset = |status| CaseFacts { status, symptom_onset: None, test_date: None };
    let case = server.case(CaseStatus::Suspected).await;
    let set = async |status| {
        let expected = server.state.store.case(case).await.unwrap().unwrap().facts.status;
        let facts = no_onset(status);
        let change = StatusChange { case, expected, facts, by: server.officer, at: server.now() };
        server.state.store.change_case_status(&change).await.unwrap();
    };
    let mut phone = Phone::new(server.now(), &mut server.rng());
    let days = async |phone: &Phone| {
        server.clock.advance(4 * 3600);
        let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
        let own = |key: &DiagnosisKey| phone.keys.iter().any(|own| own.key == key.key);
        let keys = server.export(&name).await.into_iter().map(|(_, key)| key).filter(own);
        keys.map(|key| (*key.key.as_bytes(), key.days_since_onset)).collect::<BTreeMap<_, _>>()
    };
    let code = server.code(case, CodeKind::Link).await;
    phone.revision_token = server.publish(&code, &phone).await.revision_token;
    let first = days(&phone).await;
    // By then the usual guess at the onset is another day than the first report's.
    server.clock.advance(2 * DAY_S);
    set(CaseStatus::Confirmed).await;
    let code = server.code(case, CodeKind::Link).await;
    server.publish(&code, &phone).await;
    assert_eq!((first.len(), days(&phone).await), (INFECTIOUS as usize, first));
}

#[tokio::test]
async fn two_full_reports_in_a_chain_fit_their_fixed_sizes() {
    let server = TestServer::new().await;
    let full = |rng: &mut dyn rand::Rng| {
        let today = NOON.day_start().interval();
        let key = |i: u32, rng: &mut dyn rand::Rng| PublishedKey {
            key: bluezone_protocol::gaen::TemporaryExposureKey::generate(rng),
            rolling_start: today - 144 * (i / 2),
            rolling_period: 72,
            transmission_risk: 0,
        };
        (0..30).map(|i| key(i, rng)).collect::<Vec<_>>()
    };
    let mut phone = Phone::new(server.now(), &mut server.rng());
    for revision_tokens_keys in [30, 60] {
        phone.keys = full(&mut *server.rng());
        let code = server.new_code(CaseStatus::Confirmed).await;
        let certificate = server.certificate_for(&code, &phone).await;
        let mut request: PublishRequest = from_json(&phone.request(&certificate)).unwrap();
        let request = pad(&mut request, PUBLISH_REQUEST_BYTES, &mut *server.rng());
        assert_eq!(request.len(), PUBLISH_REQUEST_BYTES, "{revision_tokens_keys}");
        let answer = server.post("/v1/publish", request).await;
        assert_eq!(answer.body.len(), PUBLISH_RESPONSE_BYTES);
        phone.revision_token = answer.ok::<PublishResponse>().revision_token;
    }
    // The last token vouches for all that was published, two keys a day of either report: a negative test that lists
    // those of one withdraws both's.
    let code = server.new_code(CaseStatus::Negative).await;
    assert_eq!(server.publish(&code, &phone).await.inserted_exposures, 2 * 2 * INFECTIOUS);
}

#[tokio::test]
async fn confirmed_does_not_become_likely() {
    let server = TestServer::new().await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    phone.revision_token = server.publish(&code, &phone).await.revision_token;
    let suspected = server.new_code(CaseStatus::Suspected).await;
    let certificate = server.certificate_for(&suspected, &phone).await;
    let back = server.post("/v1/publish", phone.request(&certificate)).await.refusal();
    assert_eq!(back, (400, error_code::INVALID_REPORT_TYPE_TRANSITION.to_owned()));
}

#[tokio::test]
async fn unknown_keys_under_a_negative_test_are_not_published() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Negative).await;
    assert_eq!(server.publish(&code, &phone).await.inserted_exposures, 0);
}
