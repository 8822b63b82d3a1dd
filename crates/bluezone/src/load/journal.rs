//! What was acknowledged, to hold against the database afterwards.

use super::Kind;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::Path;

/// One request's end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// What was asked.
    pub kind: Kind,
    /// What names it: the declaration, the form of a check-in, the keys that were published. Empty: its end is unknown.
    pub names: Vec<String>,
    /// Of a declaration or check-in, who; of a report, how many of its keys the server said that it took.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// Of a check-in, where.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
}

impl Entry {
    /// Acknowledged.
    pub fn acked(kind: Kind, names: Vec<String>, of: String) -> Self {
        Entry { kind, names, of, at: String::new() }
    }

    /// Nobody knows whether it was done.
    pub fn unsure(kind: Kind) -> Self {
        Entry { kind, names: Vec::new(), of: String::new(), at: String::new() }
    }

    /// Whether it was acknowledged.
    pub fn is_acked(&self) -> bool {
        !self.names.is_empty()
    }
}

/// All that was asked for and changes something.
#[derive(Clone, Default, Debug)]
pub struct Journal {
    /// In no order.
    pub entries: Vec<Entry>,
}

impl Journal {
    /// From a file with an entry a line, as JSON.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let entries = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        Ok(Journal { entries: entries.with_context(|| format!("{} is no journal", path.display()))? })
    }

    /// Into a file.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for entry in &self.entries {
            writeln!(text, "{}", serde_json::to_string(entry)?)?;
        }
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}
