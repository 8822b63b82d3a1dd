//! The directory of a process that must never forget: a private key that only its owner reads, and a journal that is on the
//! disk before an answer leaves. Keeper and witness each have one.

use anyhow::{Context as _, bail};
use bluezone_transparency::journal::Journal;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const KEY: &str = "key";
const JOURNAL: &str = "journal";

/// Makes the directory if it is not there, and its key; a key that is there already stays and is an error.
pub fn init(dir: &Path, key: &str) -> anyhow::Result<()> {
    make_private_dir(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let path = dir.join(KEY);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let written = options.open(&path).and_then(|mut file| {
        file.write_all(key.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        sync_dir(dir)
    });
    match written {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("there is a key already in {}: it stays as it is", path.display())
        }
        written => written.with_context(|| format!("cannot write {}", path.display())),
    }
}

/// The key of a directory that [`init`] made.
pub fn read_key(dir: &Path) -> anyhow::Result<Zeroizing<String>> {
    let path = dir.join(KEY);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("there is no key in {}: run `init` with the same --state first", dir.display())
        }
        read => Zeroizing::new(read.with_context(|| format!("cannot read {}", path.display()))?),
    };
    refuse_exposed(&path)?;
    Ok(Zeroizing::new(text.trim_end().to_owned()))
}

/// Lines in a file, each synced before it counts. One process has it at a time.
#[derive(Debug)]
pub struct FileJournal {
    file: File,
    /// Set when a write failed: what is behind the last whole line is not known any more.
    broken: bool,
}

impl FileJournal {
    /// Opens the journal of a directory, with the lines in it. Half a line at the end, which a crash left, was never
    /// answered for and is cut off.
    pub fn open(dir: &Path) -> anyhow::Result<(Self, Vec<String>)> {
        let path = dir.join(JOURNAL);
        let (file, text) =
            Self::read(dir, &path).with_context(|| format!("cannot use {}", path.display()))?;
        Ok((Self { file, broken: false }, text.lines().map(str::to_owned).collect()))
    }

    fn read(dir: &Path, path: &PathBuf) -> anyhow::Result<(File, String)> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        private(&mut options);
        let mut file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another process uses it"),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        bytes.truncate(whole);
        file.set_len(whole as u64)?;
        file.sync_all()?;
        sync_dir(dir)?;
        Ok((file, String::from_utf8(bytes)?))
    }
}

impl Journal for FileJournal {
    fn append(&mut self, line: &str) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed: restart the program"));
        }
        self.broken = true;
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.file.sync_data()?;
        self.broken = false;
        Ok(())
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(unix)]
fn make_private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        bail!("the key file {path} can be read by others: run `chmod 600 {path}`", path = path.display());
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
