//! Back to a moment, by the settings and commands of docs/operate.md as they stand there: only addresses and the moment are put in.

use crate::program;
use crate::reliability::database::{Database, as_postgres, own, programs};
use crate::serve::{Server, bluezone, ok};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

const PAGE: &str = include_str!("../../../../docs/operate.md");
/// PostgreSQL says that it is up before it has come to the moment.
const LOOKS: u32 = 300;
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What the page has between a comment that begins so and the next one.
fn commands(begin: &str) -> String {
    let (_, rest) = PAGE.split_once(&format!("\n# {begin}")).expect("the page has these commands");
    let (_, rest) = rest.split_once('\n').unwrap();
    let ends = ["\n# ", "\n```"].map(|end| rest.find(end).unwrap_or(rest.len()));
    rest[..ends[0].min(ends[1])].to_owned()
}

/// Where archive and copies lie in this test.
struct Archive {
    dir: tempfile::TempDir,
    recipient: String,
}

impl Archive {
    fn new() -> Archive {
        let dir = tempfile::Builder::new().prefix("bluezone-wal-").tempdir_in("/tmp").unwrap();
        fs::create_dir(dir.path().join("wal")).unwrap();
        let made = Command::new("age-keygen").args(["-o", "backup-key.txt"]).current_dir(dir.path()).output();
        assert!(made.unwrap().status.success());
        let key = fs::read_to_string(dir.path().join("backup-key.txt")).unwrap();
        let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned();
        for name in ["", "wal", "backup-key.txt"] {
            own(&dir.path().join(name));
        }
        Archive { dir, recipient }
    }

    /// The page's words with what it leaves open.
    fn here(&self, words: &str) -> String {
        let path = |name: &str| self.dir.path().join(name).display().to_string();
        let words = words.replace("/root-of-postgres/backup-key.txt", &path("backup-key.txt"));
        words.replace("/srv/wal", &path("wal")).replace("age1…", &self.recipient)
    }

    /// Runs commands of the page as PostgreSQL's user.
    fn run(&self, database: &Database, commands: &str) {
        let path = std::env::var("PATH").unwrap();
        let mut shell = as_postgres(Path::new("bash"));
        shell.args(["-e", "-c", &self.here(commands)]).current_dir(self.dir.path());
        shell.env("PATH", format!("{}:{path}", programs().display()));
        shell.env("DATABASE_URL", url(database)).env("PGDATA", &database.data);
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{commands}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn url(database: &Database) -> String {
    format!("postgres://postgres@{}/bluezone", database.address)
}

/// The program, on this database.
fn on(dir: &Path, database: &Database, arguments: &str) -> Command {
    let mut command = bluezone(dir);
    command.env("DATABASE_URL", url(database)).args(arguments.split(' '));
    command
}

fn run(dir: &Path, database: &Database, arguments: &str) -> Output {
    program::run(&mut on(dir, database, arguments))
}

/// A node that publishes nothing: what is published does not go back, and a node does not start behind it.
fn node(dir: &Path, database: &Database) -> Server {
    let serve = "serve --listen 127.0.0.1:0 --operate 127.0.0.1:0 --no-jobs";
    Server::of(program::start(&mut on(dir, database, serve)), 4)
}

/// Killed when dropped.
struct Load(Child);

impl Load {
    /// Declares, checks in and reports at a node for so many seconds.
    fn on(dir: &Path, database: &Database, node: &Server, seconds: u32) -> Load {
        let rates = "--publish 2 --declare 20 --check-in 20 --connections 4 --seed 1";
        let files = "--cast cast.json --journal journal.jsonl --again";
        let server = node.address();
        let line = format!("load run --server {server} --seconds {seconds} {rates} {files}");
        Load(program::start(on(dir, database, &line).stdin(Stdio::null())))
    }

    fn ends(mut self) {
        assert!(self.0.wait().unwrap().success(), "the load broke off");
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_database_goes_back_to_a_moment_by_the_commands_of_the_page() {
    let (dir, archive) = (tempfile::tempdir().unwrap(), Archive::new());
    let mut database = Database::new(None).unwrap();
    database.stop();
    let settings = archive.here(&commands("postgresql.conf"));
    let mut file = fs::OpenOptions::new().append(true).open(database.data.join("postgresql.conf")).unwrap();
    file.write_all(format!("\n{settings}\n").as_bytes()).unwrap();
    database.start();
    let unit = |database: &Database, code: &str| {
        let place = "--kind commune-station --territory 19/05710 --name TYT";
        ok(run(dir.path(), database, &format!("admin unit add --code {code} {place}")));
    };
    ok(run(dir.path(), &database, "admin keys init"));
    ok(run(dir.path(), &database, "load prepare --citizens 30 --places 4 --codes 20 --cast cast.json"));

    // A copy while people declare and check in.
    let serving = node(dir.path(), &database);
    let load = Load::on(dir.path(), &database, &serving, 4);
    let written = "SELECT COUNT(*) FROM declarations";
    until(|| database.answer("bluezone", written) != "0");
    let began = database.answer("bluezone", written);
    archive.run(&database, &commands("every week"));
    until(|| database.answer("bluezone", written) != began);
    load.ends();
    unit(&database, "TYT-BEFORE");
    let moment = database.answer("bluezone", "SELECT clock_timestamp()");
    unit(&database, "TYT-AFTER");
    assert!(serving.terminate());
    database.stop();

    // Everything of before is still in the archive and the copy, and nowhere else.
    fs::rename(&database.data, archive.dir.path().join("set-aside")).unwrap();
    fs::create_dir(&database.data).unwrap();
    let private = Command::new("chmod").arg("700").arg(&database.data).status();
    assert!(private.unwrap().success());
    own(&database.data);
    let back = commands("back to a moment");
    assert!(back.contains("'2026-11-26 08:04:29+07'"), "{back}");
    archive.run(&database, &back.replace("2026-11-26 08:04:29+07", &moment));
    database.start();
    until(|| database.answer("bluezone", "SELECT pg_is_in_recovery()") == "f");

    let units = ok(run(dir.path(), &database, "admin unit list"));
    assert!(units.contains("TYT-BEFORE") && !units.contains("TYT-AFTER"), "{units}");
    // Of all that was acknowledged to people nothing is lost, and nothing is there twice.
    let compared = ok(run(dir.path(), &database, "load check --json --journal journal.jsonl"));
    let compared: serde_json::Value = serde_json::from_str(&compared).unwrap();
    for kind in compared.as_array().unwrap() {
        assert!(kind["acked"].as_u64().unwrap() > 0, "{compared}");
        assert_eq!((&kind["lost"], &kind["doubled"]), (&0.into(), &0.into()), "{compared}");
    }
    let doctor = ok(run(dir.path(), &database, "admin doctor"));
    let serving = node(dir.path(), &database);
    assert!(serving.get("/readyz").starts_with("HTTP/1.1 200"), "{doctor}");
    // It takes what comes, and its archive goes on.
    unit(&database, "TYT-SINCE");
    let archived = "SELECT pg_walfile_name(pg_switch_wal())";
    let segment =
        archive.dir.path().join("wal").join(format!("{}.age", database.answer("bluezone", archived)));
    until(|| segment.exists());
    assert!(serving.terminate());
}

/// Other processes in real time: there is nothing to wait on but their answers.
fn until(so: impl Fn() -> bool) {
    for _ in 0..LOOKS {
        if so() {
            return;
        }
        sleep(LOOK_EVERY);
    }
    panic!("it did not come to that");
}
