//! Nothing that names a person, a phone or a secret reaches the log, however much is logged.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::id::SigningKeyId;
use bluezone_protocol::api::*;
use bluezone_server::jobs;
use bluezone_store::SigningKeyRecord;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

/// Everything that any crate logs on the way from a code to a file, refusals and errors of ours included.
#[tokio::test]
async fn the_most_talkative_log_holds_no_code_token_key_or_address() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let case = server.case(CaseStatus::Confirmed).await;
    let (short, link) = (server.code(case, CodeKind::Short).await, server.code(case, CodeKind::Link).await);
    let nonce = encode_base64(&[0x5a; 32]);
    let token = server.verify(&short, &nonce).await.ok::<VerifyResponse>().token;
    server.verify(&short, "").await;
    server.verify(&link, &nonce).await.ok::<VerifyResponse>();
    server.verify("86420975", "").await;
    let certificate = server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
    server.post("/v1/publish", phone.request("wrong")).await;
    let published: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    server.post("/v1/publish", phone.request(&certificate)[..500].to_vec()).await;
    server.clock.advance(3 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    server.export(&name).await;
    // An error of ours: no key to sign with any more.
    server.clock.advance(86_400);
    for record in bluezone_server::admin::keys::list(&server.state).await.unwrap() {
        // Replaced by one that does not sign yet.
        let id = SigningKeyId::generate(&mut server.rng());
        let (version, not_before) = ("v2".to_owned(), server.now() + 86_400);
        let waiting = SigningKeyRecord { id, version, not_before, ..record };
        server.state.store.rotate_signing_keys(&[(waiting, NOON)]).await.unwrap();
    }
    assert_eq!(server.verify(&link, "").await.refusal(), (500, error_code::INTERNAL_ERROR.to_owned()));

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("a device request failed"), "the log was captured");
    assert!(log.contains("bluezone admin keys init"), "it says what to do");
    let mut secrets = vec![short, link, nonce, token, certificate, published.revision_token];
    secrets.extend(["86420975", "192.0.2.1", "PRIVATE KEY"].map(str::to_owned));
    secrets.push(encode_base64(&phone.hmac_key));
    for key in &phone.keys {
        secrets.extend([encode_base64(key.key.as_bytes()), hex::encode(key.key.as_bytes())]);
    }
    for secret in secrets {
        assert!(!log.contains(&secret), "the log holds {secret}");
    }
}
