//! Signing keys: making, replacing, and what that does to files and tokens.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_protocol::api::*;
use bluezone_protocol::export::ExportFile;
use bluezone_protocol::time::DAY_S;
use bluezone_server::admin::keys::{self, KeyState};
use bluezone_server::{ServerError, jobs};
use bluezone_store::Purpose;
use std::io::Cursor;

#[tokio::test]
async fn first_keys_are_made_once() {
    let server = TestServer::new().await;
    assert!(matches!(keys::init(&server.state).await, Err(ServerError::KeysExist)));
    let all = keys::list(&server.state).await.unwrap();
    assert_eq!(all.len(), 3);
    let shown = format!("{all:?}");
    assert!(!shown.contains("PRIVATE") && !shown.contains("private"), "{shown}");
    assert!(all.iter().all(|key| key.public_pem.starts_with("-----BEGIN PUBLIC KEY-----")));
    assert!(all.iter().all(|key| !String::from_utf8_lossy(&key.private_sealed).contains("PRIVATE")));
}

#[tokio::test]
async fn while_keys_overlap_files_carry_both_signatures() {
    let server = TestServer::new().await;
    let old_pin = server.pins().await;
    keys::rotate(&server.state, &[Purpose::Export], 30 * DAY_S).await.unwrap();
    let new_pin: Vec<_> = server.pins().await.into_iter().filter(|pin| !old_pin.contains(pin)).collect();
    assert_eq!(new_pin.len(), 1);
    server.clock.advance(3 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    let zip = server.file(&name).await;
    for pins in [&old_pin, &new_pin] {
        ExportFile::open(Cursor::new(zip.clone())).unwrap().verify(pins).unwrap();
    }
    let header = ExportFile::open(Cursor::new(zip)).unwrap().header().unwrap();
    let versions: Vec<_> = header.signature_infos.iter().map(|info| info.key_version.as_str()).collect();
    assert_eq!(versions, ["v2", "v1"], "newest first");

    let states = |records: Vec<bluezone_store::SigningKeyRecord>| -> Vec<KeyState> {
        records
            .iter()
            .filter(|r| r.purpose == Purpose::Export)
            .map(|r| KeyState::of(r, server.now()))
            .collect()
    };
    assert_eq!(states(keys::list(&server.state).await.unwrap()), [KeyState::Current, KeyState::Retiring]);
    server.clock.advance(31 * DAY_S);
    assert_eq!(states(keys::list(&server.state).await.unwrap()), [KeyState::Current, KeyState::Retired]);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    let zip = server.file(&name).await;
    ExportFile::open(Cursor::new(zip.clone())).unwrap().verify(&new_pin).unwrap();
    assert!(ExportFile::open(Cursor::new(zip)).unwrap().verify(&old_pin).is_err());
}

#[tokio::test]
async fn tokens_and_certificates_outlive_a_rotation() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    let token = server.verify(&code, "").await.ok::<VerifyResponse>().token;
    keys::rotate(&server.state, &Purpose::ALL, 0).await.unwrap();
    let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
    server.clock.advance(60);
    keys::rotate(&server.state, &Purpose::ALL, 0).await.unwrap();
    server.post("/v1/publish", phone.request(&certificate)).await.ok::<PublishResponse>();
    let after = server.new_code(CaseStatus::Confirmed).await;
    let token = server.verify(&after, "").await.ok::<VerifyResponse>().token;
    assert_eq!(bluezone_server::tokens::parse_untrusted(&token).unwrap().kid, "token-v3");
}

#[tokio::test]
async fn without_keys_the_server_says_what_to_type() {
    let dir = tempfile::tempdir().unwrap();
    let database = bluezone_store::testing::sqlite().await;
    let clock = std::sync::Arc::new(bluezone_protocol::time::ManualClock::new(NOON));
    let state = open(&database.url, dir.path(), config(), clock, seeds(0)).await;
    let error = jobs::run_once(&state).await.unwrap_err().to_string();
    assert!(error.contains("bluezone admin keys init"), "{error}");
}
