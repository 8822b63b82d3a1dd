//! What witness and keeper remember: lines that are only ever added, each durable before the answer that follows from it.

use std::io;

/// A list of lines that grows. After a crash it holds every line whose [`Journal::append`] returned, and at most one more.
pub trait Journal {
    /// Adds a line (without newline). Durable when it returns.
    fn append(&mut self, line: &str) -> io::Result<()>;
}

/// In memory: for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal(pub Vec<String>);

impl Journal for MemoryJournal {
    fn append(&mut self, line: &str) -> io::Result<()> {
        self.0.push(line.to_owned());
        Ok(())
    }
}
