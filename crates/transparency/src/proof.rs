//! A proof that stands alone (C2SP tlog-proof): where an entry is, the hashes up to the root, and the cosigned checkpoint.

use crate::merkle::Hash;
use crate::text::{FormatError, Reader};
use std::fmt;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Proof that an entry stands in the log, unchecked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogProof {
    /// Index of the entry.
    pub index: u64,
    /// From the leaf's sibling up.
    pub inclusion: Vec<Hash>,
    /// The checkpoint, with its signatures.
    pub checkpoint: String,
}

impl LogProof {
    /// Reads a proof. Extra data, which ours never carry, is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new("log proof", bytes)?;
        reader.exactly(HEADER)?;
        let index = reader.number("index")?;
        let mut inclusion = Vec::new();
        loop {
            let line = reader.line("proof")?;
            if line.is_empty() {
                break;
            }
            if inclusion.len() == 63 {
                return Err(reader.error("proof", "has more than 63 hashes"));
            }
            inclusion.push(line.parse().map_err(|_| reader.error("proof", "a line is no hash"))?);
        }
        Ok(Self { index, inclusion, checkpoint: reader.rest().to_owned() })
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}\nindex {}\n", self.index)?;
        for hash in &self.inclusion {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
