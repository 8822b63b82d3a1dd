//! The file of units that uploads can be sealed to: a note signed by the log's key, the same for every phone.
//!
//! ```text
//! bluezone/units/v1
//! origin <origin of the log>
//! issued <time>
//! unit <code> <X25519 key, base64> <name>      one line a unit, codes in ascending order
//! ```
//!
//! A server could give one phone a file of its own, with a key that it holds itself. So the newest list stands in the log: a
//! rule change of [`UNITS_RULE`] whose version is [`UnitsFile::version`]. A phone uses no other.

use crate::Timestamp;
use crate::merkle::Hash;
use crate::note::{BadSignature, Note, Signer, VerifierKey};
use crate::seal::PublicKey;
use crate::text::{FormatError, Line, Reader};

const HEADER: &str = "bluezone/units/v1";
/// Name of the rule whose version is the hash of the list.
pub const UNITS_RULE: &str = "units";
/// Most units in a file.
const MAX_UNITS: usize = 10_000;

/// Why a units file cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnitsError {
    /// Not a units file.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Changed on the way.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
    /// Not signed by the log's key.
    #[error("the units file is not signed by the log {0}")]
    NotSigned(String),
}

/// A unit that receives uploads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UploadUnit {
    /// Its code, without white space.
    pub code: Line,
    /// What uploads for it are sealed to.
    pub key: PublicKey,
    /// Its name, for people.
    pub name: Line,
}

/// The units, in the order of their codes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitsFile {
    issued: Timestamp,
    units: Vec<UploadUnit>,
}

impl UnitsFile {
    /// A new list. Of two units with one code, the first stays.
    pub fn new(mut units: Vec<UploadUnit>, issued: Timestamp) -> Self {
        units.sort_by(|a, b| a.code.as_str().cmp(b.code.as_str()));
        units.dedup_by(|next, kept| next.code == kept.code);
        Self { issued, units }
    }

    /// The file.
    pub fn write(&self, signer: &Signer, now: Timestamp) -> String {
        let (origin, issued) = (signer.verifier().name(), self.issued.0.max(0));
        let text = format!("{HEADER}\norigin {origin}\nissued {issued}\n{}", self.lines());
        let signature = signer.sign(&text, now);
        format!("{text}\n{signature}")
    }

    /// Reads a file and checks who signed it.
    pub fn read(bytes: &[u8], log: &VerifierKey) -> Result<Self, UnitsError> {
        let note = Note::parse(bytes)?;
        note.verify(log)?.ok_or_else(|| UnitsError::NotSigned(log.name().to_owned()))?;
        let mut reader = Reader::new("units file", note.text().as_bytes())?;
        reader.exactly(HEADER)?;
        if reader.field("origin")? != log.name() {
            return Err(reader.error("origin", "is another log").into());
        }
        let issued = reader.time("issued")?;
        let mut units: Vec<UploadUnit> = Vec::new();
        while !reader.rest().is_empty() {
            let unit =
                parse_unit(reader.field("unit")?).ok_or(reader.error("unit", "is not code, key and name"))?;
            if units.last().is_some_and(|last| last.code.as_str() >= unit.code.as_str()) {
                return Err(reader.error("unit", "is out of order").into());
            }
            if units.len() == MAX_UNITS {
                return Err(reader.error("unit", "are more than 10,000").into());
            }
            units.push(unit);
        }
        Ok(Self { issued, units })
    }

    /// SHA-256 of its `unit` lines: what the log holds of it.
    pub fn version(&self) -> Hash {
        Hash::of(self.lines().as_bytes())
    }

    /// When it was made.
    pub fn issued(&self) -> Timestamp {
        self.issued
    }

    /// The units.
    pub fn units(&self) -> &[UploadUnit] {
        &self.units
    }

    /// The unit of a code.
    pub fn unit(&self, code: &str) -> Option<&UploadUnit> {
        self.units.iter().find(|unit| unit.code.as_str() == code)
    }

    fn lines(&self) -> String {
        let line = |unit: &UploadUnit| format!("unit {} {} {}\n", unit.code, unit.key, unit.name);
        self.units.iter().map(line).collect()
    }
}

fn parse_unit(text: &str) -> Option<UploadUnit> {
    let (code, rest) = text.split_once(' ')?;
    let (key, name) = rest.split_once(' ')?;
    let key = PublicKey::from_bytes(crate::text::from_base64_array(key)?);
    Some(UploadUnit { code: Line::new(code).ok()?, key, name: Line::new(name).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::SignatureKind;
    use crate::seal::PrivateKey;
    use rand::{SeedableRng as _, rngs::StdRng};

    #[test]
    fn a_file_is_read_back_and_a_changed_byte_is_refused() {
        let mut rng = StdRng::seed_from_u64(1);
        let signer = Signer::from_seed("log.example/bluezone", SignatureKind::Ed25519, &[7; 32]).unwrap();
        let mut unit = |code: &str| UploadUnit {
            code: Line::new(code).unwrap(),
            key: PrivateKey::generate(&mut rng).public(),
            name: Line::new(format!("Trạm y tế {code}")).unwrap(),
        };
        let file = UnitsFile::new(vec![unit("tyt-05710"), unit("cdc-19")], Timestamp(1_795_000_000));
        let text = file.write(&signer, Timestamp(1_795_000_000));
        let read = UnitsFile::read(text.as_bytes(), signer.verifier()).unwrap();
        assert_eq!(read, file);
        assert_eq!(read.units()[0].code.as_str(), "cdc-19");
        assert_eq!(read.version(), file.version());
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert!(UnitsFile::read(&changed, signer.verifier()).is_err(), "byte {at}");
        }
    }
}
