//! Guessing codes: from one source, from many, across restarts.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{Code, CodeKind};
use bluezone_domain::guess::{DEFAULT_BUDGET_HITS, WINDOW_S};
use bluezone_domain::id::CodeId;
use bluezone_protocol::api::*;
use bluezone_server::secrets::Hashed;
use bluezone_store::NewCode;
use std::collections::BTreeSet;

async fn guess(server: &TestServer, code: &str, from: &str) -> (u16, String) {
    let body = to_json(&VerifyRequest { code: code.to_owned(), ..VerifyRequest::default() });
    server.send(post("/api/verify", body, from, false)).await.refusal()
}

fn address(number: u32) -> String {
    std::net::Ipv4Addr::from(0x0a00_0000 + number).to_string()
}

/// 1,000 short codes that nobody will guess by chance in this test: the guesser below tries others on purpose.
async fn thousand_codes(server: &TestServer) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    while codes.len() < 1000 {
        let case = server.case(CaseStatus::Confirmed).await;
        let code = Code::generate(CodeKind::Short, &mut server.rng());
        let issue = NewCode {
            id: CodeId::generate(&mut server.rng()),
            case,
            contact: None,
            kind: CodeKind::Short,
            code_hash: server.state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
            issued_by: server.officer,
            issued_at: server.now(),
            // Live all day, as if new ones were issued all the time.
            expires_at: server.now() + 2 * WINDOW_S,
        };
        if server.state.store.issue_code(&issue).await.is_ok() {
            codes.insert(code.as_str().to_owned());
        }
    }
    codes
}

#[tokio::test]
async fn with_a_thousand_live_codes_a_distributed_guesser_gets_99_guesses_a_day() {
    let mut server = TestServer::new().await;
    let codes = thousand_codes(&server).await;
    let mut wrong = (0_u32..).map(|n| format!("{n:08}")).filter(|code| !codes.contains(code));
    let (mut tried, mut paused) = (0, 0);
    // A new address for every guess, spread over a day.
    for number in 0..300 {
        match guess(&server, &wrong.next().unwrap(), &address(number)).await.1.as_str() {
            "code_invalid" => tried += 1,
            "short_codes_paused" => paused += 1,
            other => panic!("{other}"),
        }
        server.clock.advance(WINDOW_S / 400);
        if number == 150 {
            server.reopen().await;
        }
    }
    assert_eq!((tried, paused), (99, 201));
    let spent = server.state.store.guess_spent(server.now()).await.unwrap();
    assert!(spent <= DEFAULT_BUDGET_HITS, "{spent}");
    // Blind guesses at 1,000 of 10^8 codes: what they can expect to hit.
    assert!(f64::from(tried) * 1000.0 / 1e8 <= DEFAULT_BUDGET_HITS);

    // A real code waits as well, but is not burnt, and a link works.
    let code = codes.first().unwrap();
    assert_eq!(guess(&server, code, "192.0.2.9").await, (429, "short_codes_paused".to_owned()));
    let case = server.case(CaseStatus::Confirmed).await;
    let link = server.code(case, CodeKind::Link).await;
    server.verify(&link, "").await.ok::<VerifyResponse>();
    // A day later short codes work again.
    server.clock.advance(WINDOW_S + 600);
    server.verify(code, "").await.ok::<VerifyResponse>();
}

#[tokio::test]
async fn one_network_gets_ten_wrong_codes_an_hour_also_across_a_restart() {
    let mut server = TestServer::new().await;
    for number in 0..10 {
        assert_eq!(guess(&server, &format!("{number:08}"), "203.0.113.7").await.0, 400);
        server.reopen().await;
    }
    let limited = (429, error_code::TOO_MANY_ATTEMPTS.to_owned());
    assert_eq!(guess(&server, "99999999", "203.0.113.7").await, limited);
    assert_eq!(guess(&server, "99999999", "203.0.113.8").await.0, 400, "a neighbour is not concerned");
    let case = server.case(CaseStatus::Confirmed).await;
    let code = server.code(case, CodeKind::Short).await;
    assert_eq!(guess(&server, &code, "203.0.113.7").await, limited, "not even with a good code");
    let link = server.code(case, CodeKind::Link).await;
    let body = to_json(&VerifyRequest { code: link, ..VerifyRequest::default() });
    server.send(post("/api/verify", body, "203.0.113.7", false)).await.ok::<VerifyResponse>();
    server.clock.advance(3600 + 600);
    assert_eq!(guess(&server, "99999999", "203.0.113.7").await.0, 400, "an hour later");
}

#[tokio::test]
async fn many_guesses_at_once_do_not_pass_the_budget() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let server = TestServer::with(engine, config()).await;
        let codes = thousand_codes(&server).await;
        let wrong: Vec<String> =
            (0_u32..).map(|n| format!("{n:08}")).filter(|code| !codes.contains(code)).take(160).collect();
        let server = &server;
        let mut tried = 0;
        for chunk in wrong.chunks(16) {
            let all = chunk
                .iter()
                .map(|code| async move { guess(server, code, &address(code.parse().unwrap())).await });
            let all: Vec<_> = all.collect();
            for outcome in join_all(all).await {
                tried += usize::from(outcome.1 == error_code::CODE_INVALID);
            }
        }
        assert_eq!(tried, 99, "{engine:?}");
    }
}

/// Polls all of them together.
async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, output) in &mut futures {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}
