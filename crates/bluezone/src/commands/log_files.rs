//! A log's files, on this machine or behind a web server: to be read, and believed only as far as they verify.

use crate::outgoing;
use bluezone_transparency::storage::ReadFiles;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Longest file: a bundle of 256 entries of 64 KiB each.
const MAX_FILE: u64 = 17 << 20;

/// A log in a directory.
pub struct DirectoryFiles(pub PathBuf);

impl ReadFiles for DirectoryFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A log on a web server.
pub struct HttpFiles {
    agent: ureq::Agent,
    prefix: String,
}

impl HttpFiles {
    /// The log below this URL.
    pub fn new(prefix: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .tls_config(outgoing::tls())
            .timeout_global(Some(Duration::from_secs(120)));
        Self { agent: config.build().into(), prefix: prefix.trim_end_matches('/').to_owned() }
    }
}

impl ReadFiles for HttpFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.agent.get(format!("{}/{path}", self.prefix)).call() {
            Ok(mut answer) => {
                let body = answer.body_mut().with_config().limit(MAX_FILE);
                body.read_to_vec().map(Some).map_err(io::Error::other)
            }
            Err(ureq::Error::StatusCode(404)) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}
