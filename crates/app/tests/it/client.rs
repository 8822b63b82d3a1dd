//! Which servers a phone talks to, and what it makes of odd ones.

use super::support::server::Server;
use bluezone_app::client::{Answer, Client, ClientError, Kind, MAX_INDEX_BYTES};
use bluezone_device::Publisher;
use bluezone_protocol::api::{CertificateRequest, PublishRequest, VerifyRequest};
use std::net::TcpListener;

#[test]
fn only_https_or_this_machine() {
    for good in
        ["https://bluezone.gov.vn", "https://x.vn:8443/api/", "http://127.0.0.1:8080", "http://localhost:1"]
    {
        assert!(Client::new(good).is_ok(), "{good}");
    }
    let bad = [
        "",
        "bluezone.vn",
        "http://bluezone.vn",
        "http://127.0.0.1.evil.vn",
        "ftp://127.0.0.1",
        "https://a:b@x.vn",
        "https://x.vn/?a=1",
        "http://10.0.0.1:80",
        "https://",
    ];
    for bad in bad {
        assert!(matches!(Client::new(bad), Err(ClientError::Address(_))), "{bad}");
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_an_error_not_a_panic() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let error = Client::new(&format!("https://{address}")).unwrap().index(Publisher::Case).unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error}");
    thread.join().unwrap();
}

#[test]
fn nobody_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = Client::new(&format!("http://{address}")).unwrap().index(Publisher::Case).unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error}");
}

#[test]
fn what_is_too_long_is_not_read() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    server.answers("/exports/index.txt", 200, vec![b'a'; MAX_INDEX_BYTES as usize]);
    assert_eq!(client.index(Publisher::Case).unwrap().len() as u64, MAX_INDEX_BYTES);
    server.answers("/exports/index.txt", 200, vec![b'a'; MAX_INDEX_BYTES as usize + 1]);
    assert!(matches!(
        client.index(Publisher::Case),
        Err(ClientError::TooLarge { limit: MAX_INDEX_BYTES, .. })
    ));
    server.answers("/api/verify", 200, vec![b' '; 70_000]);
    let verify = client.verify(&VerifyRequest::default(), Kind::Real);
    assert!(matches!(verify, Err(ClientError::TooLarge { .. })));
}

#[test]
fn refusals_keep_their_code_in_both_spellings() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    server.answers("/api/verify", 400, r#"{"error":"x","errorCode":"code_invalid"}"#);
    assert_eq!(client.verify(&VerifyRequest::default(), Kind::Real).unwrap(), refused(400, "code_invalid"));
    server.answers("/v1/publish", 401, r#"{"error":"x","code":"bad_request"}"#);
    assert_eq!(client.publish(&PublishRequest::default(), Kind::Real).unwrap(), refused(401, "bad_request"));
    server.answers("/api/certificate", 502, "<html>proxy</html>");
    assert_eq!(client.certificate(&CertificateRequest::default(), Kind::Real).unwrap(), refused(502, ""));
    server.answers("/api/certificate", 200, "<html>hotel wifi</html>");
    let odd = client.certificate(&CertificateRequest::default(), Kind::Real);
    assert!(matches!(odd, Err(ClientError::Unreadable { .. })));
    // A redirect could lead anywhere: it is not followed.
    server.answers("/exports/index.txt", 302, "");
    assert!(matches!(client.index(Publisher::Case), Err(ClientError::Busy { status: 302, .. })));
}

#[test]
fn a_request_says_nothing_of_who_sends_it() {
    let server = Server::start();
    let client = Client::new(&server.url).unwrap();
    let _ = client.verify(&VerifyRequest::default(), Kind::Real);
    let _ = client.verify(&VerifyRequest::default(), Kind::Dummy);
    let asked = server.asked();
    let bytes = |at: usize| -> usize {
        asked[at].headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
    };
    assert_eq!(bytes(0), bytes(1), "a dummy's headers are as long as a real request's");
    assert!(asked[0].headers.get("x-chaff").is_none() && asked[1].headers.get("x-chaff").is_some());
    let mut names: Vec<_> = asked[0].headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    let known = ["accept", "content-length", "content-type", "host", "user-agent", "x-cover"];
    let others: Vec<_> = names.into_iter().filter(|name| !known.contains(name)).collect();
    assert!(others.is_empty() || others == ["accept-encoding"], "{others:?}");
    assert_eq!(asked[0].headers["user-agent"], "bluezone");
}

fn refused<T>(status: u16, code: &str) -> Answer<T> {
    Answer::Refused { status, code: code.to_owned() }
}
