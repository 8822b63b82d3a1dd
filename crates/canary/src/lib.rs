//! Nothing personal and no secret stands in a log line: watched over the whole test suite, not case by case.
//!
//! A test binary says [`watch!`] once. From its first instruction on, whatever it or a dependency logs, at the most
//! talkative level, goes to a file of its own below `target/debug/test-logs`; so does what the programs log that it starts
//! ([`log_file`]). What must never stand there, the canaries, is written beside it: [`SEEDED`], and what generators of
//! test data [`mark`]. When the suite is through, `check.sh` looks for the ones in the others. Only tests use this crate.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;

/// Names, telephone numbers and identity cards of people in the tests' data, as they are typed and as they are searched.
/// New test data takes its people from here or brings a new line.
pub const SEEDED: &[&str] = &[
    "Nguyễn Văn An",
    "Nguyễn Văn Ân",
    "Nguyễn Thị Ân",
    "nguyen van an",
    "nguyen thi an",
    "Trần Thị Bình",
    "tran thi binh",
    "Trần Thị Bích Canary",
    "Trần Văn B",
    "Lê Văn Cường",
    "le van cuong",
    "Lê Thị Canary",
    "Trần Bình",
    "Phạm Thị Mẫu",
    "Lê Văn Mẫu",
    "Trần Thị Thử",
    "Canary Văn A",
    "Canary Named",
    "Trần Bình",
    "Phạm Thị Mẫu",
    "Lê Văn Mẫu",
    "Trần Thị Thử",
    "0900000001",
    "0900000002",
    "0900000003",
    "0900000009",
    "0900000050",
    "0919999999",
    "Trường Thử",
    "0900000101",
    "0900000102",
    "0900000199",
    "canary ngoc",
    "Canary Ngọc",
    "Hẻm Canary",
    "canary market",
    "canary wrong password",
    "0912345678",
    "912345678",
    "912345679",
    "0912000111",
    "0900000000",
    "0900000001",
    "0900000002",
    "0900000003",
    "0987000111",
    "019185001234",
    "019185001235",
];

/// Shortest value that can be marked, in bytes: what is shorter stands in a log by chance.
const SHORTEST: usize = 8;
const DAY: Duration = Duration::from_secs(86_400);

/// Makes a test binary write its log. Once in a binary, beside its modules.
#[macro_export]
macro_rules! watch {
    () => {
        // Runs before `main`: the harness of the tests has no other place that is before them all.
        #[used]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
        static WATCHED: extern "C" fn() = $crate::start;
    };
}

/// Starts writing this process's log. Called by [`watch!`].
///
/// # Panics
///
/// Where the folder cannot be written, or something else takes this process's log already.
pub extern "C" fn start() {
    for canary in SEEDED {
        mark(canary.as_bytes());
    }
    let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_thread_names(true);
    lines.without_time().with_ansi(false).with_writer(Arc::new(log_file(&program()))).init();
    // As the product does (`start_logging`): below that the HTTP client writes down all that goes over the wire.
    log::set_max_level(log::LevelFilter::Debug);
    tidy();
}

/// This must not stand in any log line of the suite, nor in any form that [`forms`] knows.
///
/// # Panics
///
/// If it has fewer than 8 bytes, or the folder cannot be written.
pub fn mark(canary: &[u8]) {
    static FILE: OnceLock<Mutex<(File, BTreeSet<Vec<u8>>)>> = OnceLock::new();
    assert!(canary.len() >= SHORTEST, "it would be found by chance");
    let file = FILE.get_or_init(|| Mutex::new((create(&program(), "canaries"), BTreeSet::new())));
    let (file, known) = &mut *file.lock().expect("no test stops while it marks");
    if known.insert(canary.to_vec()) {
        let lines = forms(canary).join("\n") + "\n";
        file.write_all(lines.as_bytes()).expect("canaries can be written down");
    }
}

/// How bytes can look in a log line: as text, as text in an address, as text with its bytes escaped, in hexadecimal,
/// in base64, as a list of numbers.
pub fn forms(canary: &[u8]) -> Vec<String> {
    let numbers: Vec<_> = canary.iter().map(u8::to_string).collect();
    let mut forms = vec![
        hex::encode(canary),
        hex::encode_upper(canary),
        STANDARD_NO_PAD.encode(canary),
        URL_SAFE_NO_PAD.encode(canary),
        numbers.join(", "),
    ];
    if let Ok(text) = std::str::from_utf8(canary).map(str::to_owned)
        && !text.chars().any(char::is_control)
    {
        let escaped = canary.escape_ascii().to_string();
        let encoded = |space: &str| {
            let byte = |&byte: &u8| match byte {
                b' ' => space.to_owned(),
                byte if byte.is_ascii() => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            };
            canary.iter().map(byte).collect::<String>()
        };
        forms.extend([encoded("+"), encoded("%20"), escaped, text]);
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// A log of this suite, for what a program that a test starts says on standard error.
///
/// # Panics
///
/// Where the folder cannot be written.
pub fn log_file(program: &str) -> File {
    create(program, "log")
}

/// Everything that this process has logged so far.
///
/// # Panics
///
/// If this binary is not watched.
pub fn logged() -> String {
    let log = fs::read(path(&program(), "log")).expect("the binary says watch!");
    String::from_utf8_lossy(&log).into_owned()
}

/// Appending: lines of several threads and processes stay whole, and what was logged is there when one is killed.
fn create(program: &str, kind: &str) -> File {
    let path = path(program, kind);
    fs::create_dir_all(path.parent().expect("it is below a folder")).expect("a folder for logs can be made");
    OpenOptions::new().create(true).append(true).open(path).expect("a log can be written")
}

fn path(program: &str, kind: &str) -> PathBuf {
    folder().join(format!("{program}-{}.{kind}", std::process::id()))
}

/// `test-logs` in the folder of the profile: `target/debug/test-logs`.
fn folder() -> PathBuf {
    let me = std::env::current_exe().expect("this program knows where it is");
    let profile = me.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    profile.expect("tests are run by cargo").join("test-logs")
}

/// Tests that are run by themselves, without `./test`, leave their logs: those of the day before go.
fn tidy() {
    let age = |path: &Path| path.metadata()?.modified();
    let Ok(now) = age(&path(&program(), "log")) else { return };
    for entry in fs::read_dir(folder()).into_iter().flatten().flatten() {
        let old = age(&entry.path()).is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age > DAY));
        if old {
            // Another test may have been quicker.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn program() -> String {
    let me = std::env::current_exe().expect("this program knows where it is");
    me.file_stem().and_then(|name| name.to_str()).unwrap_or("test").to_owned()
}

/// Where the check is.
pub fn check() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("check.sh")
}
