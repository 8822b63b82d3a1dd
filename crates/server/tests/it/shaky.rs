//! A store of published files that can be away or slow, and counts what it is asked.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Another store, until it is away.
#[derive(Debug)]
pub struct Shaky {
    inside: Arc<dyn ObjectStore>,
    away: AtomicBool,
    reads: AtomicUsize,
}

impl Shaky {
    /// In front of what a server has; the server uses it from now on.
    pub fn before(objects: &mut Arc<dyn ObjectStore>) -> Arc<Shaky> {
        let shaky =
            Shaky { inside: objects.clone(), away: AtomicBool::default(), reads: AtomicUsize::default() };
        let shaky = Arc::new(shaky);
        *objects = shaky.clone();
        shaky
    }

    pub fn go_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    /// How often something was read.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    fn here(&self) -> Result<()> {
        match self.away.load(Ordering::Relaxed) {
            true => Err(away()),
            false => Ok(()),
        }
    }
}

fn away() -> object_store::Error {
    object_store::Error::Generic { store: "shaky", source: "it is away".into() }
}

impl fmt::Display for Shaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shaky")
    }
}

#[async_trait]
impl ObjectStore for Shaky {
    async fn put_opts(&self, to: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.here()?;
        self.inside.put_opts(to, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        to: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.here()?;
        self.inside.put_multipart_opts(to, options).await
    }

    async fn get_opts(&self, from: &Path, options: GetOptions) -> Result<GetResult> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.here()?;
        self.inside.get_opts(from, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.here() {
            Ok(()) => self.inside.delete_stream(paths),
            Err(_) => paths.map(|_| Err(away())).boxed(),
        }
    }

    fn list(&self, under: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.here() {
            Ok(()) => self.inside.list(under),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, under: Option<&Path>) -> Result<ListResult> {
        self.here()?;
        self.inside.list_with_delimiter(under).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.here()?;
        self.inside.copy_opts(from, to, options).await
    }
}
