//! The check finds what was logged, and logs are written.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

bluezone_canary::watch!();

fn check(folder: &Path) -> Output {
    Command::new(bluezone_canary::check()).arg(folder).output().unwrap()
}

/// A folder as a run of the tests leaves it.
fn folder(canary: &[u8], log: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("it-1.canaries"), bluezone_canary::forms(canary).join("\n") + "\n").unwrap();
    fs::write(folder.path().join("it-1.log"), "TRACE main sqlx: nothing to see\n").unwrap();
    fs::write(folder.path().join("bluezone-2.log"), format!("INFO one line\nDEBUG {log}\n")).unwrap();
    folder
}

#[test]
fn a_canary_is_found_in_every_form_and_named_with_file_and_line() {
    let name = "Nguyễn Văn Én".as_bytes();
    for line in [
        "saved Nguyễn Văn Én",
        "GET /persons?q=Nguy%E1%BB%85n+V%C4%83n+%C3%89n",
        "GET /persons/Nguy%E1%BB%85n%20V%C4%83n%20%C3%89n",
        r#"read b"Nguy\xe1\xbb\x85n V\xc4\x83n \xc3\x89n""#,
        "row 4e677579e1bb856e2056c4836e20c3896e",
        "row 4E677579E1BB856E2056C4836E20C3896E",
        "body Tmd1eeG7hW4gVsSDbiDDiW4=",
        "[78, 103, 117, 121, 225, 187, 133, 110, 32, 86, 196, 131, 110, 32, 195, 137, 110]",
    ] {
        let folder = folder(name, line);
        let output = check(folder.path());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("bluezone-2.log:2:"), "{line}: {said}");
    }
    let key = [0xfb, 0xef, 0xbe, 3, 4, 5, 6, 7];
    for line in ["fbefbe0304050607", "++++AwQFBgc=", "----AwQFBgc"] {
        assert!(!check(folder(&key, line).path()).status.success(), "{line}");
    }
}

#[test]
fn a_clean_log_passes_and_no_log_does_not() {
    let clean = folder(b"0912345678", "a call to 0912345679");
    let output = check(clean.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for file in ["it-1.log", "bluezone-2.log"] {
        fs::remove_file(clean.path().join(file)).unwrap();
    }
    assert!(!check(clean.path()).status.success());
    assert!(!check(tempfile::tempdir().unwrap().path()).status.success());
}

#[test]
fn all_that_this_process_logs_is_written_down() {
    tracing::trace!("the most talkative level");
    std::thread::spawn(|| tracing::info!("another thread")).join().unwrap();
    let logged = bluezone_canary::logged();
    assert!(logged.contains("the most talkative level") && logged.contains("another thread"), "{logged}");
}
