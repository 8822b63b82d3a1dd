//! Dummies look like the real thing, and change nothing.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_protocol::api::*;
use bluezone_server::{Config, jobs};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn dummies() -> [(&'static str, Vec<u8>); 3] {
    let mut rng = StdRng::seed_from_u64(1);
    [
        ("/api/verify", pad(&mut VerifyRequest::default(), VERIFY_REQUEST_BYTES, &mut rng)),
        ("/api/certificate", pad(&mut CertificateRequest::default(), CERTIFICATE_REQUEST_BYTES, &mut rng)),
        ("/v1/publish", pad(&mut PublishRequest::default(), PUBLISH_REQUEST_BYTES, &mut rng)),
    ]
}

/// Real requests of the three kinds, and refused ones; in an order that works.
async fn real(server: &TestServer) -> Vec<(&'static str, Vec<u8>)> {
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    let certificate = server.certificate_for(&code, &phone).await;
    let token_code = server.new_code(CaseStatus::Suspected).await;
    let verify = VerifyRequest { code: token_code, ..VerifyRequest::default() };
    let token = {
        let code = server.new_code(CaseStatus::Suspected).await;
        server.verify(&code, "").await.ok::<VerifyResponse>().token
    };
    let ekeyhmac = encode_base64(&tek_mac(&phone.hmac_key, &phone.keys));
    vec![
        ("/api/verify", to_json(&verify)),
        ("/api/verify", to_json(&VerifyRequest { code: "00000000".to_owned(), ..VerifyRequest::default() })),
        ("/api/certificate", to_json(&CertificateRequest { token, ekeyhmac, padding: String::new() })),
        ("/api/certificate", to_json(&CertificateRequest::default())),
        ("/v1/publish", phone.request(&certificate)),
        ("/v1/publish", phone.request("")),
        ("/v1/publish", b"{".to_vec()),
    ]
}

#[tokio::test]
async fn dummies_get_the_status_the_headers_and_the_size_of_the_real_thing() {
    let server = TestServer::new().await;
    let real = real(&server).await;
    for (path, dummy) in dummies() {
        let dummy = server.chaff(path, dummy).await;
        assert_eq!(dummy.status.as_u16(), 200, "{path}");
        let mut accepted = 0;
        for (_, body) in real.iter().filter(|(real_path, _)| *real_path == path) {
            let real = server.post(path, body.clone()).await;
            assert_eq!(real.body.len(), dummy.body.len(), "{path}");
            if real.status == dummy.status {
                accepted += 1;
                assert_eq!(real.headers, dummy.headers, "{path}");
                let names = |answer: &Answer| -> Vec<String> {
                    answer.json::<serde_json::Map<_, _>>().keys().cloned().collect()
                };
                if path != "/api/verify" {
                    assert_eq!(names(&real), names(&dummy), "{path}");
                }
            }
        }
        assert_eq!(accepted, 1, "{path}: one of the real requests is a good one");
    }
    // Broken dummies too.
    for path in ["/api/verify", "/api/certificate", "/v1/publish"] {
        assert_eq!(server.chaff(path, b"\xff".to_vec()).await.status.as_u16(), 200, "{path}");
    }
}

/// Status line, headers and body together, as they travel.
#[tokio::test]
async fn every_exchange_has_one_length_on_the_wire() {
    let server = TestServer::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving =
        tokio::spawn(bluezone_server::serve(listener, server.state.clone(), std::future::pending()));
    let send = async |path: &str, body: &[u8], chaff: bool| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mark = if chaff { "x-chaff: 1\r\n" } else { "" };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{mark}content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        (answer[9..12].to_vec(), answer.len())
    };
    let real = real(&server).await;
    for (path, dummy) in dummies() {
        let (status, length) = send(path, &dummy, true).await;
        assert_eq!(status, b"200", "{path}");
        let mut statuses = Vec::new();
        for (_, body) in real.iter().filter(|(real_path, _)| *real_path == path) {
            let (status, real_length) = send(path, body, false).await;
            assert_eq!(real_length, length, "{path}");
            statuses.push(status);
        }
        statuses.sort();
        statuses.dedup();
        assert!(statuses.len() > 1, "{path}: accepted and refused ones were compared");
    }
    serving.abort();
}

/// No answer leaves before the floor, whatever was done for it. That a longer one waits for a multiple of it is tested
/// beside [`bluezone_server`]'s beat, in simulated time.
#[tokio::test]
async fn real_and_dummy_answers_wait_for_the_floor() {
    let floor = Duration::from_millis(400);
    let config = Config { response_floor_ms: 400, ..Config::default() };
    let server = TestServer::with(Engine::Sqlite, config).await;
    let code = server.new_code(CaseStatus::Confirmed).await;
    let bodies = [
        (false, to_json(&VerifyRequest { code, ..VerifyRequest::default() })),
        (false, to_json(&VerifyRequest { code: "00000000".to_owned(), ..VerifyRequest::default() })),
        (false, b"{".to_vec()),
        (true, dummies()[0].1.clone()),
    ];
    let timed = bodies.map(|(chaff, body)| {
        let server = &server;
        async move {
            let start = tokio::time::Instant::now();
            server.send(post("/api/verify", body, "192.0.2.1", chaff)).await;
            start.elapsed()
        }
    });
    let [a, b, c, d] = timed;
    let elapsed = tokio::join!(a, b, c, d);
    for time in [elapsed.0, elapsed.1, elapsed.2, elapsed.3] {
        assert!(time >= floor, "{time:?}");
    }
}

#[tokio::test]
async fn dummies_store_nothing_and_open_nothing() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    // Even with a good code inside: marked as dummies they are not traded.
    let body = to_json(&VerifyRequest { code: code.clone(), ..VerifyRequest::default() });
    let token = server.chaff("/api/verify", body).await.ok::<VerifyResponse>().token;
    let invalid = (400, error_code::TOKEN_INVALID.to_owned());
    assert_eq!(server.certificate(&token, &phone).await.refusal(), invalid);

    let certificate = server.certificate_for(&code, &phone).await;
    server.chaff("/v1/publish", phone.request(&certificate)).await.ok::<PublishResponse>();
    let body = to_json(&CertificateRequest::default());
    let dummy = server.chaff("/api/certificate", body).await.ok::<CertificateResponse>().certificate;
    let refused = server.post("/v1/publish", phone.request(&dummy)).await;
    assert_eq!(refused.refusal(), (401, error_code::CERTIFICATE_INVALID.to_owned()));

    for _ in 0..200 {
        let (path, body) = dummies()[0].clone();
        server.chaff(path, body).await;
    }
    assert_eq!(server.state.store.guess_spent(server.now()).await.unwrap(), 0.0, "dummies are no guesses");
    server.clock.advance(4 * 3600);
    let name = jobs::run_once(&server.state).await.unwrap().published.unwrap();
    let published = server.export(&name).await;
    assert!(published.iter().all(|(_, key)| phone.keys.iter().all(|own| own.key != key.key)));
}
