//! Where the log's files are: bytes by path. A directory, an object store or a web server behind it; the crate does not ask.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

/// Reads files by their path below the log's prefix, such as `tile/0/000`.
pub trait ReadFiles {
    /// The whole file, or `None` if there is none of this name.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;
}

/// Writes them. A file appears whole or not at all.
pub trait WriteFiles: ReadFiles {
    /// Writes a file that never changes again. The same bytes under the same name are no error; other bytes are
    /// [`io::ErrorKind::AlreadyExists`].
    fn create(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Writes one of the two files that change: `head` and `checkpoint`. When it returns, everything written before is
    /// durable too.
    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

impl<F: ReadFiles + ?Sized> ReadFiles for &F {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        (**self).read(path)
    }
}

impl<F: WriteFiles + ?Sized> WriteFiles for &F {
    fn create(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        (**self).create(path, bytes)
    }
    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        (**self).replace(path, bytes)
    }
}

/// Files in memory: for tests and simulations.
#[derive(Debug, Default)]
pub struct MemoryFiles(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryFiles {
    /// All files, by path.
    pub fn snapshot(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().expect("no panic while the files are held").clone()
    }
}

impl From<BTreeMap<String, Vec<u8>>> for MemoryFiles {
    fn from(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Mutex::new(files))
    }
}

impl ReadFiles for MemoryFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().expect("no panic while the files are held").get(path).cloned())
    }
}

impl WriteFiles for MemoryFiles {
    fn create(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.0.lock().expect("no panic while the files are held");
        match files.get(path) {
            Some(present) if present != bytes => {
                Err(io::Error::new(io::ErrorKind::AlreadyExists, path.to_owned()))
            }
            Some(_) => Ok(()),
            None => {
                files.insert(path.to_owned(), bytes.to_vec());
                Ok(())
            }
        }
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().expect("no panic while the files are held").insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}
