//! Published files in a bucket of an S3-compatible store that is not ours (Moto, over HTTP).

use crate::program;
use crate::serve::{Server, admin_keys, bluezone, ok};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The store in a process of its own, with an empty bucket `files`.
struct Moto {
    process: Child,
    port: u16,
}

impl Moto {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto.sh");
        let python = Command::new(script).output().expect("moto.sh can be run");
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        let python = String::from_utf8(python.stdout).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(python.trim())
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Moto { process, port };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        assert!(moto.ask("PUT", "/files").starts_with("HTTP/1.1 200"));
        moto
    }

    fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // Moto wants to see that somebody signed, and does not look who.
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: AWS4-HMAC-SHA256 Credential=key/20261125/\
             us-east-1/s3/aws4_request\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn command(&self, dir: &Path) -> Command {
        let mut command = bluezone(dir);
        command
            .env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1");
        command
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn a_bucket_holds_what_is_published_and_says_how_long_it_may_be_kept() {
    let (moto, dir) = (Moto::start(), tempfile::tempdir().unwrap());
    ok(admin_keys(dir.path(), &["init"]));
    let serve = |moto: &Moto| {
        let mut command = moto.command(dir.path());
        command.args(["serve", "--listen", "127.0.0.1:0", "--objects", "s3://files/vn"]);
        Server::of(program::start(&mut command), 4)
    };
    let server = serve(&moto);
    let index = loop {
        let answer = server.get("/exports/index.txt");
        if !body(&answer).is_empty() {
            break answer;
        }
        std::thread::yield_now();
    };
    let name = body(&index).lines().next().unwrap();

    // A content delivery network that reads the bucket finds the same, with the same orders.
    let stored = moto.ask("GET", "/files/vn/exports/index.txt");
    assert_eq!(body(&stored), body(&index));
    assert!(stored.to_lowercase().contains("cache-control: no-cache"), "{stored}");
    let stored = moto.ask("HEAD", &format!("/files/vn/exports/{name}")).to_lowercase();
    assert!(stored.contains("cache-control: public, max-age=31536000, immutable"), "{stored}");
    assert!(stored.contains("content-type: application/zip"), "{stored}");
    assert!(!dir.path().join("bluezone-data/objects/exports").exists(), "nothing lies beside it");

    let whole = server.get(&format!("/exports/{name}"));
    assert!(whole.starts_with("HTTP/1.1 200") && body(&whole).starts_with("PK"), "{name}");
    let part = server.get_with(&format!("/exports/{name}"), "range: bytes=0-1");
    assert!(part.starts_with("HTTP/1.1 206") && body(&part) == "PK", "{part}");

    // Without the store nothing but the files is missing, and not those that were just asked for, nor the index.
    drop(moto);
    assert!(server.get(&format!("/exports/{name}")).starts_with("HTTP/1.1 200"));
    let part = server.get_with(&format!("/exports/{name}"), "range: bytes=0-1");
    assert!(part.starts_with("HTTP/1.1 206") && body(&part) == "PK", "{part}");
    assert_eq!(body(&server.get("/exports/index.txt")), body(&index));
    let refused = server.get(&format!("/exports/{}", name.replace("-00001-", "-00002-")));
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(server.get("/readyz/node").starts_with("HTTP/1.1 200"));
    assert!(server.get("/readyz").contains("database: ok\npublished files: down"));
    assert!(server.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(server.terminate());
}

/// The database of before the first publication is put back beside the bucket of after it.
#[test]
fn a_database_that_is_older_than_the_bucket_serves_only_when_told_to() {
    let (moto, dir) = (Moto::start(), tempfile::tempdir().unwrap());
    ok(admin_keys(dir.path(), &["init"]));
    let command = |args: &[&str]| {
        let mut command = moto.command(dir.path());
        command.env("BLUEZONE_OBJECTS", "s3://files/vn").args(args);
        command
    };
    let serve = || Server::of(program::start(&mut command(&["serve", "--listen", "127.0.0.1:0"])), 4);
    // With what was not yet written into the file itself.
    let (data, earlier) = (dir.path().join("bluezone-data"), dir.path().join("earlier"));
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        for file in ["bluezone.db", "bluezone.db-wal", "bluezone.db-shm"] {
            let _ = std::fs::remove_file(to.join(file));
            if from.join(file).exists() {
                std::fs::copy(from.join(file), to.join(file)).unwrap();
            }
        }
    };
    std::fs::create_dir(&earlier).unwrap();
    copy(&data, &earlier);
    let server = serve();
    let name = loop {
        let answer = server.get("/exports/index.txt");
        if !body(&answer).is_empty() {
            break body(&answer).to_owned();
        }
        std::thread::yield_now();
    };
    assert!(server.terminate());

    copy(&earlier, &data);
    let said = |output: std::process::Output| {
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for refused in [
        said(program::run(&mut command(&["serve", "--listen", "127.0.0.1:0"]))),
        said(program::run(&mut command(&["serve", "--no-jobs", "--listen", "127.0.0.1:0"]))),
    ] {
        assert!(refused.contains(&name) && refused.contains("set-back --accept"), "{refused}");
    }
    assert!(said(program::run(&mut command(&["admin", "set-back"]))).contains(&name));
    assert!(said(program::run(&mut command(&["admin", "doctor"]))).contains("must be mended"));
    let accepted = ok(program::run(&mut command(&["admin", "set-back", "--accept"])));
    assert!(accepted.contains("accepted") && accepted.contains(&name), "{accepted}");
    assert!(
        ok(program::run(&mut command(&["admin", "set-back"]))).contains("nothing that is published is newer")
    );
    let server = serve();
    assert!(body(&server.get("/exports/index.txt")).starts_with(&name), "it stays published");
    assert!(server.terminate());
}
