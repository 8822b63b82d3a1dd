//! Published files: what is in them, who can read them, how long they stay.

use crate::harness::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::publication::Stream;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::export::{ExportFile, KeyKind};
use bluezone_protocol::time::DAY_S;
use bluezone_server::{Config, jobs};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use object_store::ObjectStoreExt as _;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::process::Command;
use std::time::Duration;
use tower::ServiceExt as _;

async fn run(server: &TestServer) -> Option<String> {
    jobs::run_once(&server.state).await.unwrap().published
}

async fn main_path(engine: Engine) {
    let server = TestServer::with(engine, config()).await;
    // Noon is the end of a period: a key cut short then would wait for no other.
    server.clock.advance(60);
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    server.publish(&code, &phone).await;
    let today = &phone.keys[0];

    // The period that ends after the publication has everything but today's key, which waits for two hours.
    server.clock.advance(7200);
    let first = run(&server).await.expect("a period is over");
    assert_eq!(run(&server).await, None, "nothing more until the next period");
    assert_eq!(server.index().await, std::slice::from_ref(&first));
    let keys = server.export(&first).await;
    let own = own(&keys, &phone);
    assert_eq!(own.len(), INFECTIOUS as usize - 1);
    for key in own {
        assert_eq!(key.report_type, ReportType::ConfirmedTest);
        assert_eq!(key.transmission_risk, 2);
        assert_eq!(key.days_since_onset, Some(1), "its class");
        assert_eq!((key.rolling_start.0 % 144, key.rolling_period), (0, 144));
    }
    assert!(keys.iter().all(|(_, key)| key.key != today.key));

    server.clock.advance(7200);
    let second = run(&server).await.unwrap();
    assert_eq!(server.index().await, [first, second.clone()]);
    let keys = server.export(&second).await;
    let late = keys.iter().find(|(_, key)| key.key == today.key).expect("today's key, after the embargo");
    assert_eq!((late.1.rolling_start, late.1.rolling_period), (today.rolling_start, 14 * 6));
    assert!(late.1.end() + 7200 <= server.now());
}

fn own<'a>(keys: &'a [(KeyKind, DiagnosisKey)], phone: &Phone) -> Vec<&'a DiagnosisKey> {
    let is_own = |key: &DiagnosisKey| phone.keys.iter().any(|own| own.key == key.key);
    keys.iter().map(|(_, key)| key).filter(|key| is_own(key)).collect()
}

#[tokio::test]
async fn keys_are_published_after_their_embargo_on_sqlite() {
    main_path(Engine::Sqlite).await;
}

#[tokio::test]
async fn keys_are_published_after_their_embargo_on_postgres() {
    main_path(Engine::Postgres).await;
}

#[tokio::test]
async fn a_file_is_cacheable_for_ever_and_the_index_never() {
    let server = TestServer::new().await;
    let empty = server.get("/exports/index.txt").await;
    assert_eq!((empty.status.as_u16(), empty.body.len()), (200, 0));
    server.clock.advance(7200);
    let name = run(&server).await.unwrap();
    let index = server.get("/exports/index.txt").await;
    assert_eq!(index.headers["cache-control"], "no-cache");
    assert_ne!(index.headers["etag"], empty.headers["etag"]);
    assert_eq!(index.body, name.as_bytes(), "no line end after the last name");

    let file = server.get(&format!("/exports/{name}")).await;
    assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(file.headers["content-type"], "application/zip");
    assert_eq!(file.headers["content-length"], file.body.len().to_string().as_str());
    assert!(name.contains(&hex::encode(Sha256::digest(&file.body))), "the name says the contents");
    for (path, etag) in [
        ("/exports/index.txt".to_owned(), &index.headers["etag"]),
        (format!("/exports/{name}"), &file.headers["etag"]),
    ] {
        let mut request = axum::http::Request::builder().uri(&path).body(axum::body::Body::empty()).unwrap();
        request.headers_mut().insert("if-none-match", etag.clone());
        let unchanged = server.send(request).await;
        assert_eq!((unchanged.status.as_u16(), unchanged.body.len()), (304, 0), "{path}");
    }
    for missing in ["nothing.zip", "..%2Fmaster.key", "%2e%2e/master.key", "index.txt%00"] {
        assert_eq!(server.get(&format!("/exports/{missing}")).await.status.as_u16(), 404, "{missing}");
    }
}

/// Lets an answer grow older than it may be without asking again.
async fn wait(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn many_phones_at_once_read_the_index_once() {
    let mut server = TestServer::new().await;
    server.clock.advance(7200);
    run(&server).await.unwrap();
    let objects = server.shaky_objects();
    for there in ["/exports/index.txt", "/v1/log/checkpoint"] {
        for held in [false, true] {
            wait(2).await;
            let before = objects.reads();
            let answers = join_all((0..50).map(|_| server.get(there))).await;
            assert!(answers.iter().all(|answer| answer.status == answers[0].status));
            assert_eq!(objects.reads() - before, 1, "{there}, held: {held}");
        }
    }
}

/// Nothing new can be published meanwhile, so what is held is still right.
#[tokio::test]
async fn without_the_bucket_the_index_is_answered_for_an_hour() {
    let mut server = TestServer::new().await;
    server.clock.advance(7200);
    let name = run(&server).await.unwrap();
    let objects = server.shaky_objects();
    assert_eq!(server.index().await, std::slice::from_ref(&name));
    objects.go_away(true);
    for _ in 0..5 {
        wait(600).await;
        assert_eq!(server.index().await, std::slice::from_ref(&name));
    }
    let before = objects.reads();
    for _ in 0..20 {
        server.index().await;
    }
    assert_eq!(objects.reads(), before, "it is asked once a second, not by each phone");
    wait(900).await;
    assert_eq!(server.get("/exports/index.txt").await.status.as_u16(), 503);
    objects.go_away(false);
    wait(2).await;
    assert_eq!(server.index().await, [name]);
}

/// Parts come out of the memory that the whole file is in already.
#[tokio::test]
async fn parts_of_a_file_are_read_once_for_all() {
    let mut server = TestServer::new().await;
    server.clock.advance(7200);
    let name = run(&server).await.unwrap();
    let objects = server.shaky_objects();
    let path = format!("/exports/{name}");
    let part = async |range: &str| {
        let request = axum::http::Request::builder().uri(&path).header("range", range);
        server.send(request.body(axum::body::Body::empty()).unwrap()).await
    };
    assert_eq!(part("bytes=0-1").await.body, b"PK");
    assert_eq!(objects.reads(), 1);
    objects.go_away(true);
    let whole = server.file(&name).await;
    let last = part("bytes=-100").await;
    assert_eq!((last.status.as_u16(), &last.body[..]), (206, &whole[whole.len() - 100..]));
    let of = format!("bytes {}-{}/{}", whole.len() - 100, whole.len() - 1, whole.len());
    assert_eq!(last.headers["content-range"], of.as_str());
    assert_eq!(last.headers["content-length"], "100");
    let beyond = part(&format!("bytes={}-", whole.len())).await;
    assert_eq!((beyond.status.as_u16(), objects.reads()), (416, 1));
}

/// One that is too large for memory is handed on as it comes.
#[tokio::test]
async fn a_part_of_a_large_file_is_streamed() {
    let server = TestServer::new().await;
    let name = bluezone_server::published::file_name(0, 7200, 1, &[7; 32]);
    let path = bluezone_server::published::object_path(Stream::Cases, &name);
    let bytes: Vec<u8> = (0..6_000_000_u32).map(|at| (at / 1000) as u8).collect();
    server.state.objects.put(&path, bytes.clone().into()).await.unwrap();
    let request = axum::http::Request::builder().uri(format!("/exports/{name}"));
    let request = request.header("range", "bytes=1000-5500000").body(axum::body::Body::empty()).unwrap();
    let response = bluezone_server::router(server.state.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-range"], "bytes 1000-5500000/6000000");
    assert_eq!(response.headers()["content-length"], "5499001");
    let (mut body, mut longest, mut sent) = (response.into_body().into_data_stream(), 0, Vec::new());
    while let Some(piece) = body.next().await {
        let piece = piece.unwrap();
        longest = longest.max(piece.len());
        sent.extend_from_slice(&piece);
    }
    assert!(sent == bytes[1000..=5_500_000]);
    assert!(longest <= 1 << 20, "a slow reader holds {longest} bytes");
}

/// Judged by programs that are not ours: `openssl` checks the signature, `protoc` reads the message.
#[tokio::test]
async fn openssl_and_protoc_accept_a_file_and_openssl_refuses_a_changed_one() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    server.publish(&code, &phone).await;
    server.clock.advance(7200);
    let name = run(&server).await.unwrap();
    let zip = server.file(&name).await;
    let signature = ExportFile::open(Cursor::new(zip.clone())).unwrap().signatures().unwrap().remove(0);
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("export.zip"), &zip).unwrap();
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let unzipped = Command::new("python3").args(["-c", unzip, &path("export.zip"), &path("")]).status();
    assert!(unzipped.unwrap().success());
    std::fs::write(path("signature"), signature.signature).unwrap();
    std::fs::write(path("key.pem"), server.pins().await[0].to_pem()).unwrap();
    let verify = || {
        let (key, signature, bin) = (path("key.pem"), path("signature"), path("export.bin"));
        Command::new("openssl")
            .args(["dgst", "-sha256", "-verify", &key, "-signature", &signature, &bin])
            .output()
            .expect("openssl is installed")
    };
    assert!(verify().status.success(), "{}", String::from_utf8_lossy(&verify().stdout));

    let mut bin = Vec::new();
    std::fs::File::open(path("export.bin")).unwrap().read_to_end(&mut bin).unwrap();
    std::fs::write(path("message"), &bin[16..]).unwrap();
    let decoded = Command::new("protoc")
        .args(["--decode_raw"])
        .stdin(std::fs::File::open(path("message")).unwrap())
        .output()
        .expect("protoc is installed");
    let text = String::from_utf8(decoded.stdout).unwrap();
    assert!(decoded.status.success());
    let keys = server.export(&name).await;
    let new = keys.iter().filter(|(kind, _)| *kind == KeyKind::New).count();
    assert_eq!(text.lines().filter(|line| line.starts_with("7 {")).count(), new);
    assert!(text.contains(r#"3: "VN""#));

    let last = bin.len() - 1;
    bin[last] ^= 1;
    std::fs::write(path("export.bin"), &bin).unwrap();
    assert!(!verify().status.success());
}

/// After a crash at any step the next run ends with the very same file.
#[tokio::test]
async fn a_batch_that_was_left_open_gives_the_same_bytes_however_late() {
    let server = TestServer::new().await;
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    server.publish(&code, &phone).await;
    server.clock.advance(7200);
    // Opened, then nothing: the crash. Meanwhile somebody publishes, and the keys are rotated.
    let store = &server.state.store;
    let batch = store
        .open_batch(Stream::Cases, server.now(), server.state.config.export_period_s)
        .await
        .unwrap()
        .unwrap();
    let late = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    server.publish(&code, &late).await;
    bluezone_server::admin::keys::rotate(&server.state, &[bluezone_store::Purpose::Export], 0).await.unwrap();
    server.clock.advance(5000);
    let name = run(&server).await.unwrap();
    let keys = server.export(&name).await;
    assert_eq!(own(&keys, &phone).len(), INFECTIOUS as usize);
    assert!(own(&keys, &late).is_empty(), "what came after the batch was opened is in the next one");
    let header = ExportFile::open(Cursor::new(server.file(&name).await)).unwrap().header().unwrap();
    assert_eq!((header.start, header.end), (batch.start, batch.end));
    assert_eq!(header.signature_infos.len(), 1, "signed as of its end, before the rotation");

    server.clock.advance(7200);
    let next = run(&server).await.unwrap();
    let keys = server.export(&next).await;
    assert_eq!(own(&keys, &late).len(), INFECTIOUS as usize);
}

#[tokio::test]
async fn two_servers_at_once_publish_one_file() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let server = TestServer::with(engine, config()).await;
        for _ in 0..4 {
            server.clock.advance(7200);
            let (a, b, c) = tokio::join!(run(&server), run(&server), run(&server));
            let names: BTreeSet<String> = [a, b, c].into_iter().flatten().collect();
            assert_eq!(names.len(), 1, "{engine:?}");
        }
        assert_eq!(server.index().await.len(), 4);
    }
}

#[tokio::test]
async fn after_a_pause_one_file_covers_it_all() {
    let server = TestServer::new().await;
    server.clock.advance(7200);
    run(&server).await.unwrap();
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = server.new_code(CaseStatus::Confirmed).await;
    server.publish(&code, &phone).await;
    server.clock.advance(DAY_S);
    let name = run(&server).await.unwrap();
    assert_eq!(run(&server).await, None);
    let keys = server.export(&name).await;
    assert_eq!(own(&keys, &phone).len(), INFECTIOUS as usize);
    let header = ExportFile::open(Cursor::new(server.file(&name).await)).unwrap().header().unwrap();
    assert_eq!(header.end - header.start, DAY_S);
}

/// Out of the index when their days are over, gone a day later.
#[tokio::test]
async fn old_files_leave_the_index_then_the_store() {
    let server = TestServer::with(Engine::Sqlite, Config { export_period_s: DAY_S, ..config() }).await;
    let mut names = Vec::new();
    for _ in 0..18 {
        server.clock.advance(DAY_S);
        names.push(run(&server).await.unwrap());
    }
    let index = server.index().await;
    assert_eq!(index, names[4..], "those that ended within 14 days");
    let status = async |name: &str| server.get(&format!("/exports/{name}")).await.status.as_u16();
    assert_eq!(status(&names[3]).await, 200, "still there for who has yesterday's index");
    assert_eq!(status(&names[2]).await, 404);
}

#[tokio::test]
async fn the_store_is_never_asked_for_names_that_are_not_ours() {
    let server = TestServer::new().await;
    let objects = server.state.objects.clone();
    use object_store::ObjectStoreExt;
    objects.put(&object_store::path::Path::from("exports/secret.zip"), "x".into()).await.unwrap();
    assert_eq!(server.get("/exports/secret.zip").await.status.as_u16(), 404);
}

/// A phone that asks once a day fetches what is new and nothing else: files are never sums of others, and are known by their names.
#[tokio::test]
async fn fourteen_days_of_daily_polling_fetch_each_key_once() {
    let server = TestServer::new().await;
    let pins = server.pins().await;
    let (mut fetched, mut times, mut reported) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
    let (mut bytes, mut all_bytes) = (0, 0);
    for _ in 0..14 {
        let phone = Phone::new(server.now(), &mut server.rng());
        server.publish(&server.new_code(CaseStatus::Confirmed).await, &phone).await;
        reported.push(phone);
        for _ in 0..12 {
            server.clock.advance(7200);
            let name = run(&server).await.expect("a period is over");
            all_bytes += server.file(&name).await.len();
        }
        for name in server.index().await {
            if !fetched.insert(name.clone()) {
                continue;
            }
            let file = server.file(&name).await;
            bytes += file.len();
            for (kind, key) in read_export(file, &pins) {
                if kind == KeyKind::New {
                    *times.entry(*key.key.as_bytes()).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!((fetched.len(), bytes), (14 * 12, all_bytes));
    assert!(times.values().all(|times| *times == 1));
    let of = |phone: &Phone| phone.keys.iter().filter(|own| times.contains_key(own.key.as_bytes())).count();
    // The last one's key of that day waits for its embargo.
    assert!(reported.iter().all(|phone| of(phone) >= INFECTIOUS as usize - 1));
}
