//! Making a copy.

use super::age;
use super::database::{dump, is_postgres};
use super::workroom::Workroom;
use super::{BackupError, Doing, FORMAT, MANIFEST, Manifest, OBJECTS, POSTGRES, SQLITE};
use crate::error::ServerError;
use crate::objects::ObjectsAt;
use crate::secrets::MASTER_KEY_FILE;
use crate::startup::Options;
use bluezone_protocol::time::Timestamp;
use bluezone_store::{Store, StoreError};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

const DOING: &str = "cannot write the backup";

/// What was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// Size of the encrypted file, in bytes.
    pub bytes: u64,
    /// Published files in it.
    pub objects: u64,
    /// Whether the master key is in it; one that comes from elsewhere is not.
    pub master_key: bool,
}

/// Writes a copy of the server's data to a new file, for one or more age public keys. The server may run meanwhile.
///
/// The file appears under its name only when it is whole and on the disk.
pub async fn write(
    options: &Options,
    recipients: &[String],
    to: &Path,
    now: Timestamp,
) -> Result<Written, BackupError> {
    if to.exists() {
        return Err(BackupError::Occupied(to.display().to_string()));
    }
    let beside = Workroom::beside(&options.data)?;
    let copy = beside.path().join(SQLITE);
    let url = options.database();
    // As it is: a newer program than the one that serves changes nothing. A standby's copy is as good.
    let store = Store::connect_to_read(&url).await.map_err(ServerError::from)?;
    if store.master_key_proof().await.map_err(ServerError::from)?.is_none() {
        return Err(ServerError::from(StoreError::NotFound("a server's data in that database")).into());
    }
    let dumped = dump(&store, &url, &copy).await;
    store.close().await;
    dumped?;
    let manifest = Manifest {
        format: FORMAT,
        made_at: now.0,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        database_sha256: sha256_of(&copy).doing("cannot read the copy of the database")?,
        objects: options.objects_at().folder().is_some(),
    };

    let folder = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).doing("cannot write the backup there")?;
    let database = if is_postgres(&url) { POSTGRES } else { SQLITE };
    let (objects, master_key) = age::seal(recipients, file.path(), |sealed| {
        let mut archive = tar::Builder::new(BufWriter::with_capacity(1 << 16, sealed));
        let filled = fill(&mut archive, options, &manifest, &copy, database).doing(DOING)?;
        archive.into_inner().and_then(|mut out| out.flush()).doing(DOING)?;
        Ok(filled)
    })?;
    let written = File::open(file.path()).doing(DOING)?;
    written.sync_all().doing(DOING)?;
    let bytes = written.metadata().doing(DOING)?.len();
    file.persist_noclobber(to).map_err(|error| error.error).doing("cannot put the backup in its place")?;
    Ok(Written { bytes, objects, master_key })
}

/// Puts everything into the archive; the published files last. How many of them there are, and whether there is a master key.
fn fill<W: Write>(
    archive: &mut tar::Builder<W>,
    options: &Options,
    manifest: &Manifest,
    copy: &Path,
    database: &str,
) -> io::Result<(u64, bool)> {
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    let key = options.data.join(MASTER_KEY_FILE);
    // A key that comes by the environment is kept where it comes from.
    let master_key = key.is_file();
    if master_key {
        archive.append_path_with_name(key, MASTER_KEY_FILE)?;
    }
    archive.append_path_with_name(copy, database)?;
    let ObjectsAt::Folder(folder) = options.objects_at() else { return Ok((0, master_key)) };
    let mut count = 0;
    append_folder(archive, &folder, Path::new(OBJECTS), &mut count)?;
    Ok((count, master_key))
}

/// A file that goes away meanwhile was retired; the database's copy names it for a day at most.
fn append_folder<W: Write>(
    archive: &mut tar::Builder<W>,
    folder: &Path,
    name: &Path,
    count: &mut u64,
) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = name.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            append_folder(archive, &entry.path(), &name, count)?;
            continue;
        }
        match File::open(entry.path()) {
            Ok(mut file) => archive.append_file(&name, &mut file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        *count += 1;
    }
    Ok(())
}

/// SHA-256 of a file, hexadecimal.
pub(super) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut Hashing(&mut hash))?;
    Ok(hex::encode(hash.finalize()))
}

/// Hashes what is written to it.
struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
