//! Taking a copy back.

use super::age;
use super::database::{is_postgres, load};
use super::workroom::Workroom;
use super::write::sha256_of;
use super::{BackupError, Doing, FORMAT, MANIFEST, Manifest, OBJECTS, POSTGRES, SQLITE};
use crate::admin::set_back;
use crate::error::ServerError;
use crate::jobs::purge;
use crate::objects::ObjectsAt;
use crate::secrets::MASTER_KEY_FILE;
use crate::startup::{Options, make_directory};
use crate::state::{AppState, RngSource};
use bluezone_protocol::time::Clock;
use bluezone_store::{Store, StoreError};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Puts a copy where a server's data goes. Refuses to run over data unless `replace`. What retention has passed since the copy
/// was made is dropped before anybody can look at it.
///
/// `identity` is a file with the age private key. Returns what the copy is of.
pub async fn restore(
    options: Options,
    from: &Path,
    identity: &Path,
    replace: bool,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn RngSource>,
) -> Result<Manifest, BackupError> {
    make_directory(&options.data, true)?;
    let url = options.database();
    refuse_to_replace(&options, &url, replace).await?;
    refuse_while_served(&url).await?;

    // Everything is unpacked and checked beside its place before anything in its place is touched.
    let beside = Workroom::beside(&options.data)?;
    let manifest = age::open(identity, from, |plain| unpack(plain, &beside.path()))?;
    let database = beside.path().join(if is_postgres(&url) { POSTGRES } else { SQLITE });
    if !database.is_file() {
        return Err(BackupError::NotOurs(
            "it is of the other kind of database: `bluezone admin move` carries data over",
        ));
    }
    if sha256_of(&database).doing("cannot read the copy of the database")? != manifest.database_sha256 {
        return Err(BackupError::Damaged);
    }
    // Unpacking took its time.
    refuse_while_served(&url).await?;
    put_in_place(&options, &url, &beside.path(), &database, replace)?;
    drop(beside);

    let state = AppState::open(options, clock, rng).await?;
    if manifest.objects {
        // A file that was published while the copy was made is in it, and not in the database's part.
        let found = set_back::look(&state).await?;
        set_back::adopt(&state, &found).await?;
    }
    purge(&state).await?;
    state.store.close().await;
    Ok(manifest)
}

async fn refuse_to_replace(options: &Options, url: &str, replace: bool) -> Result<(), BackupError> {
    if replace {
        return Ok(());
    }
    let occupied = match sqlite_file(url) {
        Some(file) => file.exists(),
        None => {
            let store = Store::connect(url).await.map_err(ServerError::from)?;
            let used = store.master_key_proof().await.map_err(ServerError::from)?.is_some();
            store.close().await;
            used
        }
    };
    if occupied || options.data.join(MASTER_KEY_FILE).exists() {
        return Err(BackupError::Occupied(options.data.display().to_string()));
    }
    Ok(())
}

/// A server that has the file open would go on with one that no longer has a name, and lose what it then acknowledges.
async fn refuse_while_served(url: &str) -> Result<(), BackupError> {
    let Some(file) = sqlite_file(url).filter(|file| file.exists()) else { return Ok(()) };
    match Store::nobody_has(file).await {
        Err(error @ StoreError::InUse) => Err(ServerError::from(error).into()),
        // What cannot be opened at all is what there is a copy for.
        Ok(()) | Err(_) => Ok(()),
    }
}

fn sqlite_file(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite:").map(|path| Path::new(path.strip_prefix("//").unwrap_or(path)))
}

/// Unpacks what belongs to a copy and nothing else: an archive that names other paths is not ours.
fn unpack(plain: impl Read, into: &Path) -> Result<Manifest, BackupError> {
    let mut archive = tar::Archive::new(plain);
    archive.set_preserve_permissions(false);
    let mut manifest = None;
    for entry in archive.entries().doing("cannot read the backup")? {
        let mut entry = entry.doing("cannot read the backup")?;
        let path = entry.path().doing("cannot read the backup")?.into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(BackupError::NotOurs("something in it is no file"));
        }
        if path == Path::new(MANIFEST) {
            let mut text = String::new();
            (&mut entry).take(1 << 16).read_to_string(&mut text).doing("cannot read the backup")?;
            let read: Manifest = serde_json::from_str(&text)
                .map_err(|_| BackupError::NotOurs("its description cannot be read"))?;
            if read.format != FORMAT {
                return Err(BackupError::NotOurs("it is of a newer program"));
            }
            manifest = Some(read);
            continue;
        }
        let ours = [MASTER_KEY_FILE, SQLITE, POSTGRES].iter().any(|name| path == Path::new(name))
            || path.starts_with(OBJECTS);
        if manifest.is_none() || !ours {
            return Err(BackupError::NotOurs("it holds other things"));
        }
        // Refuses by itself what would lead out of the folder.
        if !entry.unpack_in(into).doing("cannot unpack the backup")? {
            return Err(BackupError::NotOurs("it holds other things"));
        }
    }
    manifest.ok_or(BackupError::NotOurs("it is empty"))
}

/// The database first: if that cannot be, everything is as it was.
fn put_in_place(
    options: &Options,
    url: &str,
    unpacked: &Path,
    database: &Path,
    replace: bool,
) -> Result<(), BackupError> {
    const DOING: &str = "cannot put the backup in its place: restore it again with --replace";
    match sqlite_file(url) {
        Some(file) => put_file(database, file).doing(DOING)?,
        None => load(url, database, &unpacked.join("restore.sql"), replace)?,
    }
    if let ObjectsAt::Folder(folder) = options.objects_at() {
        let from = unpacked.join(OBJECTS);
        if from.is_dir() {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).doing(DOING),
                _ => fs::rename(&from, &folder).doing(DOING)?,
            }
        }
    }
    let key = unpacked.join(MASTER_KEY_FILE);
    if key.is_file() {
        let to = options.data.join(MASTER_KEY_FILE);
        place(&key, &to).and_then(|()| private(&to)).doing(DOING)?;
    }
    Ok(())
}

fn put_file(database: &Path, to: &Path) -> std::io::Result<()> {
    // What an older database had not yet taken in would be taken into this one.
    for side in ["-wal", "-shm"] {
        let mut name = to.as_os_str().to_owned();
        name.push(side);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    place(database, to).and_then(|()| private(to))
}

fn place(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::rename(from, to).or_else(|_| fs::copy(from, to).map(drop))
}

/// For its owner only, where the system knows owners.
fn private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
