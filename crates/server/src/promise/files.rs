//! The log's files in the object store.

use crate::objects::Hot;
use crate::state::AppState;
use bluezone_transparency::storage::{ReadFiles, WriteFiles};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};
use std::io;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Folder of the object store that holds the log.
const FOLDER: &str = "log";

/// Where one of the log's files lies.
pub fn object_path(path: &str) -> Path {
    Path::from(format!("{FOLDER}/{path}"))
}

/// The log's files, for threads that may block.
#[derive(Clone)]
pub struct ObjectFiles {
    objects: Arc<dyn ObjectStore>,
    hot: Arc<Hot>,
    runtime: Handle,
}

impl ObjectFiles {
    /// Of a server. Called on the runtime, used beside it.
    pub fn new(state: &AppState) -> Self {
        Self { objects: state.objects.clone(), hot: state.hot.clone(), runtime: Handle::current() }
    }
}

impl ReadFiles for ObjectFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.runtime.block_on(async {
            match self.objects.get(&object_path(path)).await {
                Ok(object) => Ok(Some(object.bytes().await.map_err(io::Error::other)?.to_vec())),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(io::Error::other(error)),
            }
        })
    }
}

impl WriteFiles for ObjectFiles {
    fn create(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let (to, bytes_put) = (object_path(path), bytes.to_vec().into());
        match self.runtime.block_on(self.objects.put_opts(&to, bytes_put, PutMode::Create.into())) {
            Ok(_) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. }) => {
                if self.read(path)?.as_deref() == Some(bytes) {
                    Ok(())
                } else {
                    Err(changed(path))
                }
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let (to, bytes) = (object_path(path), bytes.to_vec().into());
        self.runtime.block_on(self.objects.put(&to, bytes)).map_err(io::Error::other)?;
        self.hot.forget(&to);
        Ok(())
    }
}

fn changed(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, format!("{path} is there already, with other bytes"))
}
