//! The folder of a plan: what is finished stays finished, whenever the program ends.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Outcome, Plan};

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It holds the runs of something else.
    #[error("{0} holds the runs of another plan: choose another folder, or empty this one")]
    OtherPlan(PathBuf),
    /// What lies there cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The disk.
    #[error("cannot write {0}: {1}")]
    Io(PathBuf, io::Error),
}

/// A folder with `plan.json` and `runs/`, one file a finished run.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Opens or makes it for `plan`.
    ///
    /// # Errors
    ///
    /// If it belongs to another plan or cannot be written.
    pub fn open(path: &Path, plan: &Plan) -> Result<Self, Error> {
        let folder = Self(path.to_owned());
        let runs = path.join("runs");
        fs::create_dir_all(&runs).map_err(|error| Error::Io(runs, error))?;
        let record = format!("{:#}\n", plan.record());
        let place = path.join("plan.json");
        match fs::read(&place) {
            Ok(found) if found == record.as_bytes() => {}
            Ok(_) => return Err(Error::OtherPlan(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                folder.write("plan.json", record.as_bytes())?;
            }
            Err(error) => return Err(Error::Unreadable(place, error)),
        }
        Ok(folder)
    }

    /// A finished run. One that cannot be read is run again.
    #[must_use]
    pub fn finished(&self, cell: usize, seed: u32) -> Option<Outcome> {
        let text = fs::read(self.0.join(run_name(cell, seed))).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Keeps a finished run.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep(&self, cell: usize, seed: u32, outcome: &Outcome) -> Result<(), Error> {
        let text = serde_json::to_vec(outcome).map_err(|error| Error::Io(self.0.clone(), error.into()))?;
        self.write(&run_name(cell, seed), &text)
    }

    /// Writes a file so that it is there as a whole or not at all.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        /// Two that compute in one folder, by mistake or because one has not ended yet, write the same, but not into the same draft.
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let path = self.0.join(name);
        let draft = path.with_extension(format!("{}-{number}.part", process::id()));
        let written = fs::File::create(&draft)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&draft, &path));
        written.map_err(|error| Error::Io(path, error))
    }
}

fn run_name(cell: usize, seed: u32) -> String {
    format!("runs/{cell}-{seed}.json")
}
