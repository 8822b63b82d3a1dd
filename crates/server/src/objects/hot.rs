//! Small published texts that every phone asks for, in memory: the object store is asked for each at most once a second,
//! however many phones there are, and nothing of it needs the database.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How old a text may be when another server has published a newer one. Phones ask every few hours.
const KEPT: Duration = Duration::from_secs(1);

/// A text and what it is known by.
#[derive(Debug)]
pub struct Text {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its `ETag`: changes whenever a byte does.
    pub etag: String,
}

/// The texts that were asked for lately.
#[derive(Debug, Default)]
pub struct Hot {
    held: Mutex<HashMap<Path, (Instant, Arc<Text>)>>,
}

impl Hot {
    /// A text; none if there is no such object.
    ///
    /// # Errors
    /// What the object store says when it does not answer.
    pub async fn text(
        &self,
        objects: &dyn ObjectStore,
        path: &Path,
    ) -> Result<Option<Arc<Text>>, object_store::Error> {
        if let Some((read, text)) = self.lock().get(path)
            && read.elapsed() < KEPT
        {
            return Ok(Some(text.clone()));
        }
        // Of the instant before it was asked for: a text that is written meanwhile must not count as newer than it is.
        let asked = Instant::now();
        let bytes = match objects.get(path).await {
            Ok(object) => object.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let etag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
        let text = Arc::new(Text { bytes, etag });
        self.lock().insert(path.clone(), (asked, text.clone()));
        Ok(Some(text))
    }

    /// This server has written it: the next who asks gets what is there now.
    pub fn forget(&self, path: &Path) {
        self.lock().remove(path);
    }

    /// A map is whole whatever panicked while it was locked.
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Path, (Instant, Arc<Text>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        assert_eq!(read().await.unwrap(), "one", "that there was none is not kept");
        objects.put(&path, "two".into()).await.unwrap();
        assert_eq!(read().await.unwrap(), "one");
        tokio::time::advance(KEPT).await;
        assert_eq!(read().await.unwrap(), "two");
        objects.put(&path, "three".into()).await.unwrap();
        hot.forget(&path);
        assert_eq!(read().await.unwrap(), "three");
    }
}
