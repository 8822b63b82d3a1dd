//! Reports and dummies against a server.

use super::support::server::Server;
use super::support::{HOUR_S, MORNING, TokioClock, config, phone, phone_with};
use bluezone_app::client::Client;
use bluezone_app::errand::{Carried, Errand};
use bluezone_app::phone::Phone;
use bluezone_app::report_loop::{dummy, run, run_dummies, step};
use bluezone_device::{MemoryStorage, ReportFailure, ReportStep};
use bluezone_protocol::api::{
    CERTIFICATE_REQUEST_BYTES, CONSENT_REQUEST_BYTES, PUBLISH_REQUEST_BYTES, PublishRequest,
    VERIFY_REQUEST_BYTES, VerifyRequest, from_json,
};
use bluezone_protocol::time::ManualClock;
use std::future::Future;
use std::sync::{Arc, Mutex};

const VERIFIED: &str = r#"{"testtype":"confirmed","symptomDate":"2026-11-18","token":"tok","padding":""}"#;

fn ready() -> (Server, Client, Phone, Arc<ManualClock>) {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    let (phone, clock) = phone();
    // Two days on the air, so that there is something to share.
    phone.with(|mind, now, rng| {
        mind.rotation(now - 24 * HOUR_S, rng).unwrap();
        mind.rotation(now, rng).unwrap();
    });
    (server, client, phone, clock)
}

fn start(phone: &Phone) {
    phone.with(|mind, now, rng| mind.report_start("1234 5678", rng, now).unwrap());
}

fn consent(phone: &Phone) {
    phone.with(|mind, now, rng| {
        let days: Vec<_> = mind.report_preview(None, now).unwrap().iter().map(|day| day.day).collect();
        mind.report_consent(&days, None, now, rng).unwrap();
    });
}

fn next(phone: &Phone) -> ReportStep {
    phone.with(|mind, now, rng| mind.report_next(now, rng).unwrap())
}

#[tokio::test]
async fn a_report_waits_for_its_owner_and_then_goes_through() {
    let (server, client, phone, _) = ready();
    server.answers("/api/verify", 200, VERIFIED);
    server.answers("/api/certificate", 200, r#"{"certificate":"cert"}"#);
    server.answers("/v1/publish", 200, r#"{"revisionToken":"rev","insertedExposures":2}"#);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::Nothing);
    start(&phone);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::On);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::Nothing, "nothing more without a yes");
    assert_eq!(server.paths(), ["/api/verify"]);

    consent(&phone);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::On);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::On);
    assert!(matches!(next(&phone), ReportStep::Done { .. }));
    assert_eq!(server.paths(), ["/api/verify", "/api/certificate", "/v1/publish"]);
    let asked = server.asked();
    let sizes: Vec<usize> = asked.iter().map(|asked| asked.body.len()).collect();
    assert_eq!(sizes, [VERIFY_REQUEST_BYTES, CERTIFICATE_REQUEST_BYTES, PUBLISH_REQUEST_BYTES]);
    let published: PublishRequest = from_json(&asked[2].body).unwrap();
    assert_eq!(published.keys.len(), 2);
    assert_eq!(published.verification_payload, "cert");
}

#[tokio::test]
async fn a_server_that_is_away_or_busy_is_asked_again_with_the_same_nonce() {
    let (server, client, phone, _) = ready();
    start(&phone);
    server.answers("/api/verify", 503, "");
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::Later(String::new()));
    server.answers("/api/verify", 429, r#"{"error":"x","errorCode":"short_codes_paused"}"#);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::Later("short_codes_paused".to_owned()));
    server.answers("/api/verify", 200, VERIFIED);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::On);
    let nonces: Vec<String> =
        server.asked().iter().map(|asked| from_json::<VerifyRequest>(&asked.body).unwrap().nonce).collect();
    assert!(nonces.iter().all(|nonce| *nonce == nonces[0] && !nonce.is_empty()));

    let nobody = Client::new("http://127.0.0.1:1").unwrap();
    consent(&phone);
    assert_eq!(step(&phone, &nobody).await.unwrap(), Carried::Later(String::new()));
    assert_eq!(phone.health().server_reached, Some(false));
}

#[tokio::test]
async fn a_refused_code_ends_the_report() {
    let (server, client, phone, _) = ready();
    server.answers("/api/verify", 400, r#"{"error":"x","errorCode":"code_invalid"}"#);
    start(&phone);
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::On);
    assert_eq!(
        next(&phone),
        ReportStep::Failed { failure: ReportFailure::CodeRefused, maybe_published: false }
    );
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::Nothing);
}

#[tokio::test]
async fn an_answer_to_a_report_that_was_cancelled_meanwhile_changes_nothing() {
    let (server, client, phone, _) = ready();
    server.answers("/api/verify", 200, VERIFIED);
    start(&phone);
    let carried = {
        let step = step(&phone, &client);
        phone.with(|mind, _, _| mind.report_cancel().unwrap());
        step.await.unwrap()
    };
    assert_ne!(carried, Carried::Later(String::new()));
    assert_eq!(next(&phone), ReportStep::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_dummy_looks_like_a_report_and_says_so_to_the_server() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    let phone = phone_with(config(), MemoryStorage::new(), Arc::new(TokioClock::new()));
    dummy(&phone, &client).await;
    assert!(phone.now() - MORNING >= 15, "a person reads before saying yes");
    let asked = server.asked();
    assert_eq!(server.paths(), ["/api/verify", "/api/certificate", "/v1/publish", "/v1/consent"]);
    let sizes: Vec<usize> = asked.iter().map(|asked| asked.body.len()).collect();
    let publish = [VERIFY_REQUEST_BYTES, CERTIFICATE_REQUEST_BYTES, PUBLISH_REQUEST_BYTES];
    assert_eq!((&sizes[..3], sizes[3]), (&publish[..], CONSENT_REQUEST_BYTES));
    assert!(asked.iter().all(|asked| asked.headers.get("x-chaff").is_some()));
    assert_eq!(next(&phone), ReportStep::Idle);
}

#[tokio::test(start_paused = true)]
async fn dummies_come_about_daily_at_random() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    let phone = phone_with(config(), MemoryStorage::new(), Arc::new(TokioClock::new()));
    let month = phone.sleep_until(MORNING + 30 * 24 * HOUR_S);
    tokio::select! {
        () = run_dummies(&phone, &client) => unreachable!("it never ends"),
        () = month => {}
    }
    let sequences = server.paths().iter().filter(|path| *path == "/v1/publish").count();
    assert!((15..=50).contains(&sequences), "{sequences} in a month");
}

#[tokio::test(start_paused = true)]
async fn the_loop_tries_again_later_and_at_once_when_told() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    let phone = phone_with(config(), MemoryStorage::new(), Arc::new(TokioClock::new()));
    server.answers("/api/verify", 503, "");
    phone.with(|mind, now, rng| {
        mind.rotation(now, rng).unwrap();
        mind.report_start("12345678", rng, now).unwrap();
    });
    let watch = async {
        phone.sleep_until(MORNING + HOUR_S).await;
        let tries = server.paths().len();
        // 5, 10, 20, ... 600 s apart, then every 600 s.
        assert!((10..=14).contains(&tries), "{tries}");
        assert!(phone.health().report_wait.is_some());
        server.answers("/api/verify", 200, VERIFIED);
        phone.moved(Errand::Report);
        phone.sleep_until(MORNING + HOUR_S + 2).await;
        assert!(matches!(next(&phone), ReportStep::Confirm { .. }));
        assert_eq!(phone.health().report_wait, None);
    };
    tokio::select! {
        () = run(&phone, &client) => unreachable!("it never ends"),
        () = watch => {}
    }
}

#[tokio::test]
async fn trouble_told_in_an_answer_of_success_is_tried_again_later() {
    let (server, client, phone, _) = ready();
    server.answers("/api/verify", 200, VERIFIED);
    server.answers("/api/certificate", 200, r#"{"certificate":"cert"}"#);
    server.answers("/v1/publish", 200, r#"{"code":"internal_error"}"#);
    start(&phone);
    step(&phone, &client).await.unwrap();
    consent(&phone);
    step(&phone, &client).await.unwrap();
    assert_eq!(step(&phone, &client).await.unwrap(), Carried::Later("internal_error".to_owned()));
}

/// What a log says at the level that is on by default, and all that it says.
fn logged(work: impl Future<Output = ()>) -> (String, String) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_env_filter("bluezone_app=debug")
        .without_time()
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(work));
    let all = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let shown = all.lines().filter(|line| !line.contains("DEBUG")).collect();
    (shown, all)
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Log;
    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[test]
fn the_log_does_not_tell_a_report_from_a_dummy() {
    let nobody = Client::new("http://127.0.0.1:1").unwrap();
    let (_server, _, phone, _) = ready();
    start(&phone);
    let real = logged(async { drop(step(&phone, &nobody).await.unwrap()) });
    let pretended = logged(dummy(&phone, &nobody));
    assert_eq!(real, pretended);
    assert!(real.0.is_empty() && real.1.contains("calls to the server broke off"), "{real:?}");
}
