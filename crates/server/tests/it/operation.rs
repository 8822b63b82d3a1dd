//! Probes, metrics, and what happens when there is too much to do or something is away.

use crate::harness::{Engine, INFECTIOUS, Phone, TestServer, config};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::place::PlaceCode;
use bluezone_server::operation::Class;
use bluezone_server::serving::{Listening, Tls, serve_router};
use bluezone_server::{Config, jobs};
use bluezone_store::testing::TestDatabase;
use futures_util::stream::{self, StreamExt as _};
use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

#[tokio::test]
async fn metrics_count_routes_and_jobs_and_name_nobody() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let server = TestServer::with(engine, config()).await;
        let code = server.new_code(CaseStatus::Confirmed).await;
        server.verify(&code, "").await;
        server.get("/p/123456789").await;
        jobs::run_once(&server.state).await.unwrap();
        let text = server.metrics().await;
        for line in [
            "bluezone_http_requests_total{route=\"/api/verify\",method=\"POST\",status=\"200\"} 1",
            "bluezone_http_request_seconds_count{route=\"/p/{code}\"} 1",
            "bluezone_http_in_flight 0",
            "bluezone_database_up 1",
            "bluezone_objects_up 1",
            "bluezone_job_last_success_timestamp_seconds{task=\"retention\"}",
            "bluezone_shared_transactions_total{of=\"publications\"}",
            "process_resident_memory_bytes ",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains(&code) && !text.contains("123456789"));
        assert_eq!(server.get("/metrics").await.status, StatusCode::NOT_FOUND, "not for the public");
    }
}

#[tokio::test]
async fn readiness_says_what_is_away_and_what_phones_fetch_needs_no_database() {
    let server = TestServer::with(Engine::Postgres, config()).await;
    assert_eq!(server.get("/readyz").await.status, StatusCode::OK);
    server.state.close().await;
    // An answer is good for a second.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(2)).await;
    tokio::time::resume();
    let answer = server.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.body, b"database: down\npublished files: ok\n");
    assert_eq!(server.get("/readyz/database").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.get("/readyz/node").await.status, StatusCode::OK, "it is away for all nodes");
    assert_eq!(server.get("/livez").await.status, StatusCode::OK);
    assert_eq!(server.get("/exports/index.txt").await.status, StatusCode::OK);
    // A phone is asked to come again, and a citizen reads why.
    let refused = server.verify("12345678", "").await;
    assert_eq!(refused.refusal(), (503, "internal_error".to_owned()));
    let place = PlaceCode::generate(&mut server.rng());
    let page = server.get(&format!("/p/{place}")).await;
    assert_eq!(
        (page.status, &page.headers["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap())
    );
    assert!(String::from_utf8(page.body).unwrap().contains("Máy chủ đang quá tải"));
    server.state.operation.drain();
    let answer = server.get("/readyz/node").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.starts_with(b"draining"));
}

/// The playbook: "Reports are still taken".
#[tokio::test]
async fn without_the_bucket_the_node_goes_on_getting_reports() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut server = TestServer::with(engine, config()).await;
        server.shaky_objects().go_away(true);
        let truth = server.get("/readyz").await;
        assert_eq!(truth.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(truth.body, b"database: ok\npublished files: down\n");
        for probe in ["/readyz/node", "/readyz/database"] {
            assert_eq!(server.get(probe).await.status, StatusCode::OK, "{probe}");
        }
        let phone = Phone::new(server.now(), &mut server.rng());
        let code = server.new_code(CaseStatus::Confirmed).await;
        assert_eq!(server.publish(&code, &phone).await.inserted_exposures, INFECTIOUS);
    }
}

#[tokio::test]
async fn pages_are_turned_away_before_files_and_files_before_reports() {
    let server = TestServer::with(Engine::Sqlite, Config { in_flight: 8, ..config() }).await;
    let gates = &server.state.operation.gates;
    let people: Vec<_> = (0..4).map(|_| gates.enter(Class::People).unwrap()).collect();
    let page = server.get("/guide").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.headers["retry-after"], "5");
    assert!(String::from_utf8(page.body).unwrap().contains("quá tải"));
    assert_eq!(server.get("/exports/index.txt").await.status, StatusCode::OK);
    let published: Vec<_> = (0..2).map(|_| gates.enter(Class::Published).unwrap()).collect();
    assert_eq!(server.get("/exports/index.txt").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let code = server.new_code(CaseStatus::Confirmed).await;
    let accepted = server.verify(&code, "").await;
    assert_eq!(accepted.status, StatusCode::OK, "a report comes through");
    let reports: Vec<_> = (0..2).map(|_| gates.enter(Class::Warning).unwrap()).collect();
    let refused = server.verify(&code, "").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.body.len(), accepted.body.len(), "as long as any other answer");
    assert_eq!(server.get("/livez").await.status, StatusCode::OK);
    drop((people, published, reports));
    assert_eq!(server.get("/guide").await.status, StatusCode::OK);
    let text = server.metrics().await;
    for class in ["people", "published", "warning"] {
        assert!(text.contains(&format!("bluezone_http_shed_total{{class=\"{class}\"}} 1")), "{text}");
    }
}

/// A certificate for localhost, made by openssl.
fn certificate(dir: &std::path::Path, name: &str) {
    let made = Command::new("openssl")
        .current_dir(dir)
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=DNS:localhost"])
        .args(["-keyout", "key.pem", "-out", "chain.pem"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_a_certificate_from_files() {
    let server = TestServer::new().await;
    let dir = tempfile::tempdir().unwrap();
    let (chain, key) = (dir.path().join("chain.pem"), dir.path().join("key.pem"));
    let refused = Tls::open(&chain, &key).err().unwrap().to_string();
    assert!(refused.contains("chain.pem"), "{refused}");
    certificate(dir.path(), "first");
    let tls = Tls::open(&chain, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = bluezone_server::router(server.state.clone());
    tokio::spawn(serve_router(Listening::with_tls(listener, tls), router, 10, std::future::pending()));
    // A client that we did not write, which checks the chain.
    let asked = tokio::task::spawn_blocking(move || {
        Command::new("openssl")
            .args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", "localhost", "-CAfile"])
            .arg(&chain)
            .args(["-connect", &address.to_string()])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .and_then(|mut child| {
                let request = b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
                child.stdin.as_mut().unwrap().write_all(request)?;
                let mut said = String::new();
                child.stdout.take().unwrap().read_to_string(&mut said)?;
                child.wait()?;
                Ok(said)
            })
            .unwrap()
    });
    let answer = asked.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");
    assert!(
        !server.get("/livez").await.headers.contains_key("strict-transport-security"),
        "a proxy's own, then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_there_are_places_wait() {
    let server = TestServer::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = bluezone_server::router(server.state.clone());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve_router(listener.into(), router, 1, async {
        let _ = stopped.await;
    }));
    let answers = tokio::task::spawn_blocking(move || {
        let ask = |mut stream: &TcpStream| {
            stream.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).map(|()| answer)
        };
        let first = TcpStream::connect(address).unwrap();
        assert_eq!(&ask(&first).unwrap(), b"HTTP/1.1 200");
        let second = TcpStream::connect(address).unwrap();
        second.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        assert!(ask(&second).is_err(), "there is one place");
        drop(first);
        second.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut answer = [0; 12];
        (&second).read_exact(&mut answer).unwrap();
        answer
    });
    assert_eq!(&answers.await.unwrap(), b"HTTP/1.1 200");
    stop.send(()).unwrap();
    serving.await.unwrap();
}

/// It answers questions and takes nothing: a disk that is full, or a replica that a commit waits for.
#[tokio::test]
async fn a_database_that_takes_nothing_is_told_on_sqlite() {
    let server = TestServer::with(Engine::Sqlite, config()).await;
    let file = rusqlite::Connection::open(server.database.url.strip_prefix("sqlite:").unwrap()).unwrap();
    file.execute_batch("BEGIN IMMEDIATE").unwrap();
    takes_nothing(&server, async { file.execute_batch("ROLLBACK").unwrap() }).await;
}

#[tokio::test]
async fn a_database_that_takes_nothing_is_told_on_postgres() {
    let server = TestServer::with(Engine::Postgres, config()).await;
    let beside = TestDatabase::at(server.database.url.clone());
    let hold = "BEGIN; LOCK TABLE leases; SELECT pg_sleep(12); ROLLBACK";
    let held = tokio::spawn(async move { beside.execute(hold).await });
    let locked = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'leases'::regclass AND granted \
                      AND mode = 'AccessExclusiveLock'";
    while server.database.number(locked).await == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    takes_nothing(&server, async { held.await.unwrap() }).await;
}

/// Nobody can write until `release`; whoever asks does not wait for that.
async fn takes_nothing(server: &TestServer, release: impl Future<Output = ()>) {
    let (up, quick) = ("bluezone_database_up", "bluezone_database_seconds_bucket{le=\"1.0\"}");
    let before = server.metric(quick).await;
    for _ in 0..3 {
        assert_eq!(server.metric(up).await, Some(0));
    }
    assert_eq!(server.metric(quick).await, before, "each look counts as slow");
    release.await;
    while server.metric(up).await != Some(1) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn the_share_of_connections_in_use_is_of_the_most_there_may_be() {
    for (engine, most) in [(Engine::Sqlite, 5), (Engine::Postgres, 16)] {
        let server = TestServer::with(engine, config()).await;
        assert_eq!(server.metric("bluezone_database_pool_max").await, Some(most), "{engine:?}");
    }
}

/// What is not written any more grows old, whether or not anybody can look.
#[tokio::test]
async fn without_the_bucket_the_index_grows_old_by_the_clock() {
    let mut server = TestServer::new().await;
    // Files bear the machine's time.
    server.clock.set(bluezone_domain::Timestamp(server.state.store.time().await.unwrap()));
    jobs::run_once(&server.state).await.unwrap();
    let age = "bluezone_export_index_age_seconds";
    let before = server.metric(age).await.unwrap();
    server.shaky_objects().go_away(true);
    server.clock.advance(5 * 3600);
    assert_eq!(server.metric(age).await, Some(before + 5 * 3600));
    assert_eq!(server.metric("bluezone_objects_up").await, Some(0));
}

/// Pages wait for connections to the database in a row; what warns has some of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_does_not_stand_behind_pages_that_wait_for_the_database() {
    let server = std::sync::Arc::new(TestServer::with(Engine::Postgres, config()).await);
    let code = server.new_code(CaseStatus::Confirmed).await;
    let place = PlaceCode::generate(&mut server.rng());
    // Pages look places up, and nobody is let at them for ten seconds.
    let database = TestDatabase::at(server.database.url.clone());
    let held = tokio::spawn(async move {
        database.execute("BEGIN; LOCK TABLE places; SELECT pg_sleep(10); ROLLBACK").await;
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let pages: Vec<_> = (0..40)
        .map(|_| {
            let (server, path) = (server.clone(), format!("/p/{place}"));
            tokio::spawn(async move { server.get(&path).await.status })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = tokio::time::Instant::now();
    assert_eq!(server.verify(&code, "").await.status, StatusCode::OK);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(pages.iter().all(|page| !page.is_finished()));
    held.await.unwrap();
    for page in pages {
        page.await.unwrap();
    }
}

/// A request to report, of which the end never comes.
fn slow() -> Request<Body> {
    let start = stream::once(async { Ok::<_, std::convert::Infallible>("{") });
    let body = Body::from_stream(start.chain(stream::pending()));
    Request::builder().method("POST").uri("/api/verify").body(body).unwrap()
}

#[tokio::test]
async fn who_sends_slowly_keeps_nobody_out() {
    let server = Arc::new(TestServer::with(Engine::Sqlite, Config { in_flight: 4, ..config() }).await);
    let code = server.new_code(CaseStatus::Confirmed).await;
    let send = |count: usize| -> Vec<_> {
        let one = || {
            let server = server.clone();
            tokio::spawn(async move { server.send(slow()).await })
        };
        (0..count).map(|_| one()).collect()
    };
    let mut slow = send(7);
    while server.metric("bluezone_http_in_flight").await != Some(7) {
        tokio::task::yield_now().await;
    }
    let accepted = server.verify(&code, "").await;
    assert_eq!(accepted.status, StatusCode::OK);
    // So many at once are told to come again, and each of them has its time.
    slow.extend(send(1));
    while server.metric("bluezone_http_in_flight").await != Some(8) {
        tokio::task::yield_now().await;
    }
    let refused = server.verify(&code, "").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.body.len(), accepted.body.len());
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    for one in slow {
        assert_eq!(one.await.unwrap().status, StatusCode::REQUEST_TIMEOUT);
    }
    assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
    tokio::time::resume();
    assert_eq!(server.verify(&server.new_code(CaseStatus::Confirmed).await, "").await.status, StatusCode::OK);
}
