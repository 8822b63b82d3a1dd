//! What every phone asks for, in memory, and nothing of it needs the database. Of small texts, which change, the object store is
//! asked for each at most once a second, however many phones there are; files, which never change, are read once for many.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

/// How old a text may be when another server has published a newer one. Phones ask every few hours.
const KEPT: Duration = Duration::from_secs(1);
/// How old when the object store does not answer: nothing new can be published there meanwhile. But who is cut off alone would
/// go on telling what others took back.
const KEPT_WITHOUT: Duration = Duration::from_secs(3600);
/// Who has a text that may do waits no longer for a newer one.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file that is larger is read for each who asks. Two hours of a nation's worst day are 2 MB.
const LARGEST: u64 = 4 << 20;
/// All files together take no more memory than this.
const ALL: usize = 48 << 20;
/// How long a file is kept at most: one that retention takes away is soon gone from here, too.
const FILE_KEPT: Duration = Duration::from_secs(600);

/// A text and what it is known by.
#[derive(Debug)]
pub struct Text {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its `ETag`: changes whenever a byte does.
    pub etag: String,
}

/// A file that is in memory, or is too large for that.
#[derive(Clone, Debug)]
pub enum Held {
    /// All of it.
    Whole(Bytes),
    /// Its size.
    Large(u64),
}

/// One who asks first reads it; the others wait for that.
type Reading = Arc<OnceCell<Held>>;

/// What was asked for lately.
#[derive(Debug, Default)]
pub struct Hot {
    texts: Mutex<HashMap<Path, Arc<Asked>>>,
    files: Mutex<HashMap<Path, File>>,
}

/// A text as all who ask for it share it.
#[derive(Debug, Default)]
struct Asked {
    /// Of those who ask one asks the object store; the others take what is held, or wait.
    asking: tokio::sync::Mutex<()>,
    said: Mutex<Option<Said>>,
}

/// What the object store said of a text.
#[derive(Clone, Debug)]
struct Said {
    /// When it was asked last. Of the instant before: a text that is written meanwhile must not count as newer than it is.
    asked: Instant,
    /// When it was asked and answered.
    read: Instant,
    /// None if there was no such object.
    text: Result<Option<Arc<Text>>, Arc<Error>>,
}

impl Asked {
    fn said(&self) -> MutexGuard<'_, Option<Said>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said within this second.
    fn fresh(&self) -> Option<Result<Option<Arc<Text>>, Arc<Error>>> {
        self.said().as_ref().filter(|said| said.asked.elapsed() < KEPT).map(|said| said.text.clone())
    }

    /// What does as long as there is nothing newer.
    fn usable(&self) -> Option<Said> {
        self.said().clone().filter(|said| said.text.is_ok() && said.read.elapsed() < KEPT_WITHOUT)
    }

    async fn text(&self, objects: &dyn ObjectStore, path: &Path) -> Result<Option<Arc<Text>>, Arc<Error>> {
        if let Some(text) = self.fresh() {
            return text;
        }
        let asking = match (self.asking.try_lock(), self.usable()) {
            (Ok(asking), _) => asking,
            (Err(_), Some(said)) => return said.text,
            (Err(_), None) => self.asking.lock().await,
        };
        // Whoever asked before may have read it meanwhile.
        if let Some(text) = self.fresh() {
            return text;
        }
        let (asked, usable) = (Instant::now(), self.usable());
        let answer = match usable {
            Some(_) => timeout(PATIENCE, read(objects, path))
                .await
                .unwrap_or_else(|late| Err(Error::Generic { store: "published files", source: late.into() })),
            None => read(objects, path).await,
        };
        let said = match (answer, usable) {
            (Err(error), Some(before)) => {
                tracing::warn!(%path, %error, "a text cannot be read: what is held is told on");
                Said { asked, ..before }
            }
            (answer, _) => Said { asked, read: asked, text: answer.map_err(Arc::new) },
        };
        let text = self.said().insert(said).text.clone();
        drop(asking);
        text
    }
}

async fn read(objects: &dyn ObjectStore, path: &Path) -> Result<Option<Arc<Text>>, Error> {
    let bytes = match objects.get(path).await {
        Ok(object) => object.bytes().await?,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let etag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
    Ok(Some(Arc::new(Text { bytes, etag })))
}

#[derive(Debug)]
struct File {
    since: Instant,
    asked: Instant,
    reading: Reading,
}

impl Hot {
    /// A text; none if there is no such object. While the object store does not answer, what it said within the last hour.
    ///
    /// # Errors
    /// What the object store says when it does not answer.
    pub async fn text(
        &self,
        objects: &dyn ObjectStore,
        path: &Path,
    ) -> Result<Option<Arc<Text>>, Arc<Error>> {
        let asked = {
            let mut texts = lock(&self.texts);
            match texts.get(path) {
                Some(asked) => asked.clone(),
                None => texts.entry(path.clone()).or_default().clone(),
            }
        };
        asked.text(objects, path).await
    }

    /// A file that never changes.
    ///
    /// # Errors
    /// What the object store says; also when there is no such object.
    pub async fn file(&self, objects: &dyn ObjectStore, path: &Path) -> Result<Held, Error> {
        let reading = self.reading(path);
        let read = async || {
            let object = objects.get(path).await?;
            match object.meta.size {
                size if size > LARGEST => Ok(Held::Large(size)),
                _ => object.bytes().await.map(Held::Whole),
            }
        };
        let fresh = !reading.initialized();
        let held = reading.get_or_try_init(read).await.cloned();
        if held.is_err() {
            lock(&self.files).remove(path);
        } else if fresh {
            self.make_room();
        }
        held
    }

    fn reading(&self, path: &Path) -> Reading {
        let (mut files, now) = (lock(&self.files), Instant::now());
        match files.get_mut(path) {
            Some(file) if now - file.since < FILE_KEPT => {
                file.asked = now;
                file.reading.clone()
            }
            _ => {
                let reading = Reading::default();
                files.insert(path.clone(), File { since: now, asked: now, reading: reading.clone() });
                reading
            }
        }
    }

    /// Those that nobody asked for the longest go first.
    fn make_room(&self) {
        let mut files = lock(&self.files);
        let size = |file: &File| match file.reading.get() {
            Some(Held::Whole(bytes)) => bytes.len(),
            _ => 0,
        };
        let mut all: usize = files.values().map(size).sum();
        while all > ALL {
            let oldest = files.iter().filter(|(_, file)| size(file) > 0).min_by_key(|(_, file)| file.asked);
            let Some(path) = oldest.map(|(path, _)| path.clone()) else { return };
            all -= files.remove(&path).as_ref().map_or(0, size);
        }
    }

    /// This server has written it, or taken it away: the next who asks gets what is there now.
    pub fn forget(&self, path: &Path) {
        lock(&self.texts).remove(path);
        lock(&self.files).remove(path);
    }
}

/// A map is whole whatever panicked while it was locked.
fn lock<T>(map: &Mutex<HashMap<Path, T>>) -> MutexGuard<'_, HashMap<Path, T>> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    #[tokio::test(start_paused = true)]
    async fn a_text_is_read_again_after_a_second_or_when_we_wrote_it() {
        let (objects, hot, path) = (InMemory::new(), Hot::default(), Path::from("index.txt"));
        let read = async || hot.text(&objects, &path).await.unwrap().map(|text| text.bytes.clone());
        assert_eq!(read().await, None);
        objects.put(&path, "one".into()).await.unwrap();
        assert_eq!(read().await, None);
        tokio::time::advance(KEPT).await;
        assert_eq!(read().await.unwrap(), "one");
        objects.put(&path, "two".into()).await.unwrap();
        assert_eq!(read().await.unwrap(), "one");
        tokio::time::advance(KEPT).await;
        assert_eq!(read().await.unwrap(), "two");
        objects.put(&path, "three".into()).await.unwrap();
        hot.forget(&path);
        assert_eq!(read().await.unwrap(), "three");
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_is_read_once_for_many_and_no_longer_kept_than_retention_allows() {
        let (objects, hot, path) = (InMemory::new(), Hot::default(), Path::from("1.zip"));
        assert!(hot.file(&objects, &path).await.is_err());
        objects.put(&path, "file".into()).await.unwrap();
        let read = async || match hot.file(&objects, &path).await {
            Ok(Held::Whole(bytes)) => Some(bytes),
            _ => None,
        };
        assert_eq!(read().await.unwrap(), "file", "that there was none is not kept");
        objects.delete(&path).await.unwrap();
        assert_eq!(read().await.unwrap(), "file");
        tokio::time::advance(FILE_KEPT).await;
        assert_eq!(read().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn files_take_a_bounded_memory_and_large_ones_none() {
        let (objects, hot) = (InMemory::new(), Hot::default());
        let name = |number: usize| Path::from(format!("{number}.zip"));
        for number in 0..20 {
            objects.put(&name(number), vec![0; 4 << 20].into()).await.unwrap();
            hot.file(&objects, &name(number)).await.unwrap();
            tokio::time::advance(Duration::from_millis(1)).await;
            hot.file(&objects, &name(0)).await.unwrap();
        }
        let held: Vec<Path> = lock(&hot.files).keys().cloned().collect();
        assert_eq!(held.len(), ALL / (4 << 20));
        assert!(held.contains(&name(0)) && held.contains(&name(19)) && !held.contains(&name(1)));
        objects.put(&name(99), vec![0; LARGEST as usize + 1].into()).await.unwrap();
        let large = hot.file(&objects, &name(99)).await.unwrap();
        assert!(matches!(large, Held::Large(size) if size == LARGEST + 1));
    }
}
