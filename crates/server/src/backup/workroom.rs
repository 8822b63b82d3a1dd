//! Where copies lie in plain while they are packed or unpacked.

use super::{BackupError, Doing};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

const DOING: &str = "cannot make room for the copy of the database";

/// A folder beside the data: as private, and on a disk with room for it. For one backup or restore at a time; gone again at its
/// end, or, if it was killed, at the beginning of the next.
pub struct Workroom {
    folder: PathBuf,
    _alone: File,
}

impl Workroom {
    /// # Errors
    /// [`BackupError::UnderWay`] while somebody else has it.
    pub fn beside(data: &Path) -> Result<Workroom, BackupError> {
        let folder = data.join("backup-under-way");
        make_private(&folder).doing(DOING)?;
        let alone = File::create(folder.join("lock")).doing(DOING)?;
        match alone.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::UnderWay(data.display().to_string())),
            Err(TryLockError::Error(error)) => return Err(error).doing(DOING),
        }
        let room = folder.join("plain");
        match fs::remove_dir_all(&room) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).doing(DOING),
            _ => make_private(&room).doing(DOING)?,
        }
        Ok(Workroom { folder, _alone: alone })
    }

    /// An empty folder.
    pub fn path(&self) -> PathBuf {
        self.folder.join("plain")
    }
}

impl Drop for Workroom {
    fn drop(&mut self) {
        // What stays is taken away by the next one.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_at_a_time_and_what_a_killed_one_left_goes() {
        let data = tempfile::tempdir().unwrap();
        let room = Workroom::beside(data.path()).unwrap();
        let plain = room.path().join("bluezone.db");
        fs::write(&plain, "names").unwrap();
        assert!(matches!(Workroom::beside(data.path()), Err(BackupError::UnderWay(_))));
        assert!(plain.exists());
        // Killed: the system takes the lock back and nothing else.
        room._alone.unlock().unwrap();
        std::mem::forget(room);
        let next = Workroom::beside(data.path()).unwrap();
        assert!(!plain.exists() && next.path().is_dir());
        drop(next);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }
}
