//! Where published files lie: a folder, or a bucket of an S3-compatible store that a content delivery network may read by
//! itself. Everything else of the server sees one [`ObjectStore`].

mod bucket;
mod hot;
pub(crate) mod range;

pub(crate) use bucket::{ASK_AGAIN, FOR_EVER};
pub use hot::{Held, Hot, Text};

use crate::error::ServerError;
use bucket::Bucket;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, RetryConfig};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where published files lie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObjectsAt {
    /// A folder, made if it does not exist.
    Folder(PathBuf),
    /// `s3://bucket` or `s3://bucket/folder`. Key, region and, for another store than Amazon's, endpoint come from the
    /// variables that other S3 tools read: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`
    /// (`AWS_ALLOW_HTTP=true` for one without TLS).
    S3(String),
}

impl FromStr for ObjectsAt {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.starts_with("s3://") {
            true => ObjectsAt::S3(text.to_owned()),
            false => ObjectsAt::Folder(PathBuf::from(text)),
        })
    }
}

/// Opens it.
///
/// # Errors
/// [`ServerError::Objects`] for an address or a setting that the store's client does not understand. Whether the store
/// answers is seen at the first use: publishing waits for it, and nothing else does.
pub fn open(at: &ObjectsAt) -> Result<Arc<dyn ObjectStore>, ServerError> {
    Ok(match at {
        // Durable when `put` returns: a batch is marked as published only then.
        ObjectsAt::Folder(folder) => Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)),
        ObjectsAt::S3(address) => {
            // Who waits is a phone or a job, and both come again: better a quick refusal.
            let retry = RetryConfig {
                max_retries: 2,
                retry_timeout: Duration::from_secs(10),
                ..RetryConfig::default()
            };
            let store = AmazonS3Builder::from_env().with_url(address).with_retry(retry).build()?;
            Arc::new(Bucket::new(store, folder_in(address)))
        }
    })
}

/// What stands behind the bucket's name.
fn folder_in(address: &str) -> &str {
    address.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).map_or("", |(_, folder)| folder)
}

impl ObjectsAt {
    /// The folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            ObjectsAt::Folder(folder) => Some(folder),
            ObjectsAt::S3(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_or_a_folder() {
        let at = |text: &str| text.parse::<ObjectsAt>().unwrap();
        assert_eq!(at("s3://files/vn"), ObjectsAt::S3("s3://files/vn".to_owned()));
        assert_eq!(at("data/objects").folder(), Some(Path::new("data/objects")));
        assert_eq!(["s3://files", "s3://files/", "s3://files/vn/19"].map(folder_in), ["", "", "vn/19"]);
    }
}
