//! Publishing the same keys again with another report.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::export::KeyKind;
use bluezone_server::jobs;
use std::collections::BTreeMap;

async fn likely_then(engine: Engine, next: CaseStatus, expected: ReportType) {
    let server = TestServer::with(engine, config()).await;
    let case = server.case(CaseStatus::Suspected).await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    let code = server.code(case, CodeKind::Short).await;
    let first = server.publish(&code, &phone).await;
    server.clock.advance(4 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    let of_phone = |keys: Vec<(KeyKind, _)>, phone: &Phone| -> Vec<(KeyKind, ReportType, u8)> {
        let keys: BTreeMap<[u8; 16], (KeyKind, bluezone_protocol::diagnosis::DiagnosisKey)> = keys
            .into_iter()
            .map(|(kind, key): (KeyKind, bluezone_protocol::diagnosis::DiagnosisKey)| {
                (*key.key.as_bytes(), (kind, key))
            })
            .collect();
        let find = |own: &PublishedKey| keys.get(own.key.as_bytes());
        phone
            .keys
            .iter()
            .filter_map(find)
            .map(|(kind, key)| (*kind, key.report_type, key.transmission_risk))
            .collect()
    };
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

#[tokio::test]
async fn keys_change_once_and_never_back() {
    let server = TestServer::new().await;
    let case = server.case(CaseStatus::Suspected).await;
    let mut phone = Phone::new(server.now(), &mut server.rng());
    let code = server.code(case, CodeKind::Short).await;
    phone.revision_token = server.publish(&code, &phone).await.revision_token;
    server.change_case(case, CaseStatus::Confirmed).await;
    let code = server.code(case, CodeKind::Short).await;
    phone.revision_token = server.publish(&code, &phone).await.revision_token;

    let suspected = server.new_code(CaseStatus::Suspected).await;
    let certificate = server.certificate_for(&suspected, &phone).await;
    let back = server.post("/v1/publish", phone.request(&certificate)).await.refusal();
    assert_eq!(back.0, 400);
    let negative = server.new_code(CaseStatus::Negative).await;
    let certificate = server.certificate_for(&negative, &phone).await;
    let twice = server.post("/v1/publish", phone.request(&certificate)).await.refusal();
    assert_eq!(twice, (400, error_code::KEY_ALREADY_REVISED.to_owned()));
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
