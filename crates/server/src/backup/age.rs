//! The program `age` as a filter (Debian's package of that name): its format is what other tools read, and its own crates would
//! bring a second generation of every cipher that is here already.

use super::{BackupError, Doing};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::{self, JoinHandle};

const MISSING: &str = "the program `age` is needed: install Debian's package age";

/// Lets `fill` write what is sealed for these public keys into a new file.
pub fn seal<T>(
    recipients: &[String],
    to: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    let mut age = Command::new("age");
    for recipient in recipients {
        age.args(["--recipient", recipient]);
    }
    age.arg("--output").arg(to).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = age.spawn().doing(MISSING)?;
    let said = listen(child.stderr.take());
    let filled = match child.stdin.take() {
        Some(mut pipe) => fill(&mut pipe),
        None => Err(BackupError::Broken),
    };
    // What age says comes first: a pipe that broke is only its echo.
    ended(child, said)?;
    filled
}

/// Lets `take` read what such a file holds, opened with a file of private keys. What `take` made of it counts only if this
/// returns `Ok`: age notices a change at the end of the piece that it is in.
pub fn open<T>(
    identity: &Path,
    from: &Path,
    take: impl FnOnce(&mut dyn Read) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    let mut age = Command::new("age");
    age.arg("--decrypt").arg("--identity").arg(identity).arg(from);
    age.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = age.spawn().doing(MISSING)?;
    let said = listen(child.stderr.take());
    let taken = match child.stdout.take() {
        Some(mut pipe) => take(&mut pipe),
        None => Err(BackupError::Broken),
    };
    ended(child, said)?;
    taken
}

/// Reads what it says while it works, so that a full pipe never holds it up.
fn listen(stderr: Option<ChildStderr>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(mut pipe) = stderr {
            // What cannot be read is not said.
            let _ = pipe.read_to_end(&mut said);
        }
        let text = String::from_utf8_lossy(&said).into_owned();
        text.lines().find(|line| !line.is_empty()).unwrap_or_default().to_owned()
    })
}

fn ended(mut child: Child, said: JoinHandle<String>) -> Result<(), BackupError> {
    let status = child.wait().doing("age was lost")?;
    let said = said.join().unwrap_or_default();
    if status.success() { Ok(()) } else { Err(BackupError::Tool { tool: "age", said }) }
}
