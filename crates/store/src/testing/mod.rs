//! Throw-away databases for tests.
//!
//! PostgreSQL: the server at `BLUEZONE_TEST_POSTGRES` (an address whose user may create databases), or else one of our own
//! from Debian's `postgresql` package, in a temporary directory, stopped when the test program ends, however it ends.
//! A database takes 12 MB: hundreds at once would fill a small disk, so each goes soon after its test, when the next one
//! is made; at a server that is somebody else's the last ones stay.

mod rows;

pub use rows::{fill, insert_keys};

use crate::vault::VaultSecret;
use crate::{Store, StoreError};
use bluezone_domain::Timestamp;
use bluezone_domain::visit::day_start;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};
use zeroize::Zeroizing;

/// Address of a PostgreSQL server to use instead of starting one.
pub const POSTGRES_VARIABLE: &str = "BLUEZONE_TEST_POSTGRES";

/// Which database [`database`] makes: `sqlite` (or nothing) or `postgres`.
pub const ENGINE_VARIABLE: &str = "BLUEZONE_TEST_ENGINE";

/// An empty database with the current layout.
#[derive(Debug)]
pub struct TestDatabase {
    /// Its address, for [`Store::open`].
    pub url: String,
    _goes: Option<Goes>,
}

/// What goes when the value is dropped, or soon after: keep it for as long as the database is used.
#[derive(Debug)]
enum Goes {
    Folder { _dir: TempDir },
    Database(String),
}

/// Databases whose tests are over; whoever makes the next deletes them.
static OVER: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

impl Drop for Goes {
    fn drop(&mut self) {
        if let (Goes::Database(name), Ok(mut over)) = (self, OVER.lock()) {
            over.push(std::mem::take(name));
        }
    }
}

impl TestDatabase {
    /// A database that somebody else made and deletes.
    pub fn at(url: String) -> Self {
        TestDatabase { url, _goes: None }
    }

    /// Opens it, with the vault of [`vault_secret`]. Each call makes connections of its own, as another process would.
    pub async fn open(&self) -> Store {
        let store = Store::open(&self.url).await;
        store
            .unwrap_or_else(|error| panic!("cannot open the test database: {error}"))
            .with_vault(vault_secret())
    }

    /// Runs statements beside the store, as somebody does who can write to the database.
    pub async fn execute(&self, script: &str) {
        // Of a test: nothing in it comes from outside.
        let statements = sqlx::raw_sql(AssertSqlSafe(script.to_owned()));
        let done = match self.is_sqlite() {
            true => statements.execute(&mut file(&self.url).await).await.map(drop),
            false => statements.execute(&mut connect(&self.url).await).await.map(drop),
        };
        done.unwrap_or_else(|error| panic!("{script}: {error}"));
    }

    /// Bytes, given in hexadecimal digits, as a literal for [`Self::execute`].
    pub fn bytes(&self, hex: &str) -> String {
        if self.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The number that a query answers with, read beside the store.
    pub async fn number(&self, query: &'static str) -> i64 {
        let found = match self.is_sqlite() {
            true => sqlx::query_scalar(query).fetch_one(&mut file(&self.url).await).await,
            false => sqlx::query_scalar(query).fetch_one(&mut connect(&self.url).await).await,
        };
        found.unwrap_or_else(|error| panic!("{query}: {error}"))
    }
}

/// Has a store keep the plans of what check-ins ask, as it does on a day on which many came.
pub fn busy_day(store: &Store, at: Timestamp) {
    store.groups.busy_day.make_busy(day_start(at));
}

/// Has SQLite answer whatever needs more room as on a full disk, for as long as the store keeps the connection that it writes by.
///
/// # Panics
/// On PostgreSQL.
pub async fn no_more_room(store: &Store) {
    let crate::db::Db::Sqlite { write, .. } = &store.db else { panic!("not SQLite") };
    // No limit is lower than what there is.
    sqlx::raw_sql("PRAGMA max_page_count = 1").execute(write).await.expect("SQLite takes the limit");
}

/// The secret of every test's vault.
pub fn vault_secret() -> VaultSecret {
    VaultSecret { wrapping: Zeroizing::new([7; 32]), lookup: Zeroizing::new([8; 32]) }
}

/// A database of the engine that this run of the tests is for: what does not depend on the engine is tested on one at a time.
///
/// # Panics
/// If the variable names another engine: a run that was meant for PostgreSQL is not one on SQLite.
pub async fn database() -> TestDatabase {
    match std::env::var(ENGINE_VARIABLE).as_deref() {
        Ok("postgres") => postgres().await,
        Err(_) | Ok("sqlite") => sqlite().await,
        Ok(other) => panic!("{ENGINE_VARIABLE} is sqlite or postgres, not {other}"),
    }
}

/// A SQLite file in a temporary directory, deleted with the value.
pub async fn sqlite() -> TestDatabase {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite:{}", dir.path().join("test.db").display());
    TestDatabase { url, _goes: Some(Goes::Folder { _dir: dir }) }
}

/// A database of its own on the test's PostgreSQL server, copied from a template.
///
/// # Panics
/// If there is no server and none can be started: a test of PostgreSQL is never skipped.
pub async fn postgres() -> TestDatabase {
    static TEMPLATE: OnceCell<Result<String, String>> = OnceCell::const_new();
    let server = server().await;
    let template = TEMPLATE.get_or_init(|| make_template(server)).await;
    let template = template.as_ref().unwrap_or_else(|error| panic!("cannot make the template: {error}"));
    copied(server, template).await
}

/// The same without any layout, for tests of migrations.
pub async fn empty_postgres() -> TestDatabase {
    copied(server().await, "template0").await
}

async fn copied(server: &Server, template: &str) -> TestDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    // PostgreSQL copies a template only while nobody else uses it.
    static COPYING: Mutex<()> = Mutex::const_new(());
    let mut admin = connect(&server.url("postgres")).await;
    let over = OVER.lock().map(|mut over| std::mem::take(&mut *over)).unwrap_or_default();
    for name in over {
        // Its test may have left connections open.
        if let Err(error) =
            admin_execute(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
        {
            eprintln!("the database {name} stays: {error}");
        }
    }
    let name = format!("bluezone_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    {
        let _copying = COPYING.lock().await;
        admin_execute(&mut admin, format!("DROP DATABASE IF EXISTS {name}"))
            .await
            .expect("dropping a database");
        admin_execute(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .expect("copying the template");
    }
    let _ = admin.close().await;
    TestDatabase { url: server.url(&name), _goes: Some(Goes::Database(name)) }
}

async fn make_template(server: &Server) -> Result<String, String> {
    let name = format!("bluezone_template_{}", std::process::id());
    let mut admin = connect(&server.url("postgres")).await;
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        admin_execute(&mut admin, sql).await.map_err(|error| error.to_string())?;
    }
    let store = Store::open(&server.url(&name)).await.map_err(|error: StoreError| error.to_string())?;
    store.close().await;
    Ok(name)
}

async fn file(url: &str) -> SqliteConnection {
    SqliteConnection::connect(url)
        .await
        .unwrap_or_else(|error| panic!("cannot open the test's file: {error}"))
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url)
        .await
        .unwrap_or_else(|error| panic!("cannot reach the test's PostgreSQL: {error}"))
}

async fn admin_execute(admin: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    // The names are ours: a word and two numbers.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await.map(drop)
}

/// A PostgreSQL server: somebody else's, or our own, which stops when `_own` is dropped or this process ends.
struct Server {
    base: String,
    query: String,
    _own: Option<Child>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.query)
    }
}

async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            match std::env::var(POSTGRES_VARIABLE) {
                Ok(url) => external(&url),
                // Starting takes seconds; other tests of this thread's runtime have nothing to do meanwhile.
                Err(_) => start().unwrap_or_else(|error| panic!("no PostgreSQL to test with: {error}")),
            }
        })
        .await
}

/// Splits `postgres://user@host:port/database?options` so that other databases of the server can be named.
fn external(url: &str) -> Server {
    let (address, query) = url.split_once('?').map_or((url, String::new()), |(a, q)| (a, format!("?{q}")));
    let (scheme, rest) = address.split_once("://").expect("BLUEZONE_TEST_POSTGRES is a postgres:// address");
    let host = rest.split('/').next().unwrap_or(rest);
    Server { base: format!("{scheme}://{host}"), query, _own: None }
}

/// Runs until its standard input closes, which the kernel does when the test program ends, even by SIGKILL.
/// `$1`: PostgreSQL's programs, `$2`: the directory.
const SUPERVISOR: &str = r#"
trap '' INT TERM HUP
"$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$2/log" 2>&1 || {
    tail -n 3 "$2/log"; rm -rf "$2"; exit 1; }
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=256MB >>"$2/log" 2>&1 </dev/null &
server=$!
until "$1/pg_isready" -q -h "$2"; do
    kill -0 "$server" 2>/dev/null || { tail -n 3 "$2/log"; rm -rf "$2"; exit 1; }
    sleep 0.05
done
echo ready
cat >/dev/null
kill -QUIT "$server"
wait "$server"
rm -rf "$2"
"#;

fn start() -> Result<Server, String> {
    let programs =
        installed().ok_or("it is not installed: run ./test, which installs it (Debian: postgresql)")?;
    let dir = private_dir().map_err(|error| format!("cannot make a directory: {error}"))?;
    let mut command = match unprivileged(&dir) {
        // PostgreSQL refuses to run as root.
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups", "--", "sh"]);
            command
        }
        None => Command::new("sh"),
    };
    let mut child = command
        .args(["-c", SUPERVISOR, "sh"])
        .arg(&programs)
        .arg(&dir)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start it: {error}"))?;
    let stdout = child.stdout.take().ok_or("no output of the supervisor")?;
    let mut said = Vec::new();
    for line in BufReader::new(stdout).lines() {
        match line {
            Ok(line) if line == "ready" => {
                let query = format!("?host={}", dir.display());
                return Ok(Server { base: "postgres://postgres@localhost".into(), query, _own: Some(child) });
            }
            Ok(line) => said.push(line),
            Err(error) => said.push(error.to_string()),
        }
    }
    Err(format!("it did not start: {}", said.join(" / ")))
}

/// The newest of Debian's PostgreSQL versions here.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    versions
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max()
        .map(|(_, bin)| bin)
}

/// Short, because a socket's path may not be long; the supervisor deletes it. In memory where there is room: a database is hundreds of
/// files, and among many that were just deleted a disk's file system looks long for the place of a new one.
fn private_dir() -> io::Result<PathBuf> {
    let parent = if free_kb(MEMORY).is_some_and(|free| free >= ROOM_KB) { MEMORY } else { "/tmp" };
    Ok(tempfile::Builder::new().prefix("bluezone-pg-").tempdir_in(parent)?.keep())
}

const MEMORY: &str = "/dev/shm";
/// A server with a hundred databases and its log of what it writes took a tenth of it.
const ROOM_KB: u64 = 4 << 20;

fn free_kb(dir: &str) -> Option<u64> {
    let output = Command::new("df").args(["-k", "--output=avail", dir]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.lines().last()?.trim().parse().ok()
}

/// Who shall run the server if we are root; the directory becomes theirs.
fn unprivileged(dir: &Path) -> Option<&'static str> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout.trim_ascii() != b"0" {
        return None;
    }
    // `postgres` comes with Debian's package, `daemon` with every system.
    ["postgres", "daemon"].into_iter().find(|user| {
        Command::new("chown")
            .arg(format!("{user}:{user}"))
            .arg(dir)
            .status()
            .is_ok_and(|status| status.success())
    })
}
