//! A bucket in which every object says by itself what it is and how long it may be kept, so that a content delivery network
//! can read it without asking this server.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    Attribute, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;

/// What never changes under its name.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What is to be asked for again each time, which costs one answer without a body.
pub const ASK_AGAIN: &str = "no-cache";

/// A folder of a bucket.
#[derive(Debug)]
pub struct Bucket<S> {
    objects: PrefixStore<S>,
}

impl<S: ObjectStore> Bucket<S> {
    /// The folder of a store; the whole store if it is empty.
    pub fn new(store: S, folder: &str) -> Self {
        Bucket { objects: PrefixStore::new(store, folder) }
    }
}

/// Content type and caching of what has such a name: what is named by its content stays, what has a plain name changes.
fn headers_of(path: &Path) -> (&'static str, &'static str) {
    let name = path.filename().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, "zip")) => ("application/zip", FOR_EVER),
        Some((_, "bin")) => ("application/octet-stream", FOR_EVER),
        _ if path.as_ref().contains("/tile/") => ("application/octet-stream", FOR_EVER),
        Some((_, "json")) => ("application/json", ASK_AGAIN),
        _ => ("text/plain; charset=utf-8", ASK_AGAIN),
    }
}

impl<S> fmt::Display for Bucket<S>
where
    PrefixStore<S>: fmt::Display,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(f)
    }
}

#[async_trait]
impl<S: ObjectStore> ObjectStore for Bucket<S> {
    async fn put_opts(&self, to: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        let (content_type, caching) = headers_of(to);
        options.attributes.insert(Attribute::ContentType, content_type.into());
        options.attributes.insert(Attribute::CacheControl, caching.into());
        self.objects.put_opts(to, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        to: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(to, options).await
    }

    async fn get_opts(&self, from: &Path, options: GetOptions) -> Result<GetResult> {
        self.objects.get_opts(from, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(paths)
    }

    fn list(&self, under: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(under)
    }

    async fn list_with_delimiter(&self, under: Option<&Path>) -> Result<ListResult> {
        self.objects.list_with_delimiter(under).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_by_its_content_is_kept_for_ever_and_nothing_else() {
        let caching = |path: &str| headers_of(&Path::from(path)).1;
        assert_eq!(caching("exports/1-2-00003-ab.zip"), FOR_EVER);
        assert_eq!(caching("exports/f1/1-2-00003-ab.zip"), FOR_EVER);
        assert_eq!(caching("exports/places/1-2-ab.bin"), FOR_EVER);
        assert_eq!(caching("log/tile/0/x001/234"), FOR_EVER);
        for path in [
            "exports/index.txt",
            "exports/places/index.txt",
            "log/checkpoint",
            "log/requests",
            "log/tile",
            "log/units.json",
        ] {
            assert_eq!(caching(path), ASK_AGAIN, "{path}");
        }
    }
}
