//! Export files: published keys, signed, as phones download them.
//!
//! A zip of exactly two entries. `export.bin` is the 16 bytes `EK Export v1    ` and a protobuf message with a
//! header, the keys and the revised keys; `export.sig` lists ECDSA signatures over the whole of `export.bin`. The
//! schema is `proto/export.proto`.
//!
//! ```
//! # use bluezone_protocol::{export::*, time::*, gaen::*, diagnosis::*};
//! # use rand::SeedableRng; use std::io::Cursor;
//! # let mut rng = rand::rngs::StdRng::seed_from_u64(1);
//! let signer = SigningKey::generate(SignatureInfo::new("452", "v1"), &mut rng);
//! let pinned = [signer.verifying_key()];
//! # let key = DiagnosisKey { key: TemporaryExposureKey::generate(&mut rng), rolling_start: IntervalNumber(2650032),
//! #     rolling_period: 144, transmission_risk: 0, report_type: ReportType::ConfirmedTest, days_since_onset: None };
//! let mut zip = Cursor::new(Vec::new());
//! let meta = ExportMeta::new(Timestamp(1_590_019_200), Timestamp(1_590_022_800), "VN");
//! write_export(&mut zip, &meta, [&key].into_iter(), [].iter(), &[signer])?;
//!
//! let mut file = ExportFile::open(zip)?;
//! file.verify(&pinned)?;
//! for item in file.keys()? {
//!     let (kind, read) = item?;
//!     assert!(kind == KeyKind::New && read == key);
//! }
//! # Ok::<(), ExportError>(())
//! ```

mod entry;
mod message;
mod pass;
mod reader;
mod signing;
mod walker;
mod writer;
mod zip_index;
mod zip_writer;

pub use reader::{ExportFile, ExportSummary, KeyItem, KeyKind, Limits};
pub use signing::{PemError, SigningKey, TekSignature, VerifyingKey};
pub use writer::{ExportWriter, write_export};

use crate::time::Timestamp;
use std::io;

/// What every `export.bin` begins with.
pub const EXPORT_MAGIC: &[u8; 16] = b"EK Export v1    ";

/// Object identifier of ECDSA over P-256 with SHA-256, the only algorithm used.
pub const ALGORITHM: &str = "1.2.840.10045.4.3.2";

/// Names of the two entries of the zip.
const EXPORT_BIN: &str = "export.bin";
const EXPORT_SIG: &str = "export.sig";

/// Which key made or checks a signature.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SignatureInfo {
    /// Version of the key, raised at each rotation: `v1`.
    pub key_version: String,
    /// Id of the key's owner: the mobile country code, as iPhones expect it (`452` is Vietnam).
    pub key_id: String,
    /// Object identifier of the algorithm: see [`ALGORITHM`].
    pub algorithm: String,
}

impl SignatureInfo {
    /// With [`ALGORITHM`].
    pub fn new(key_id: impl Into<String>, key_version: impl Into<String>) -> Self {
        Self { key_version: key_version.into(), key_id: key_id.into(), algorithm: ALGORITHM.to_owned() }
    }
}

/// As it is named in messages: `key 452 v1`.
impl std::fmt::Display for SignatureInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Read from files: whatever stands there must not break out of one line.
        write!(f, "key {} {}", self.key_id.escape_debug(), self.key_version.escape_debug())
    }
}

/// What stands in an export file beside the keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportHeader {
    /// First moment of the batch: keys published from here on.
    pub start: Timestamp,
    /// First moment after the batch.
    pub end: Timestamp,
    /// Region the keys are of, such as `VN`.
    pub region: String,
    /// Number of this file in its batch, from 1; always 1 in ours.
    pub batch_num: i32,
    /// Number of files in the batch; always 1 in ours.
    pub batch_size: i32,
    /// The keys that signed it.
    pub signature_infos: Vec<SignatureInfo>,
}

/// What a writer is told about a file; the signers' infos come from the signers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportMeta {
    /// First moment of the batch.
    pub start: Timestamp,
    /// First moment after the batch.
    pub end: Timestamp,
    /// Region the keys are of.
    pub region: String,
    /// Number of this file in its batch, from 1.
    pub batch_num: i32,
    /// Number of files in the batch.
    pub batch_size: i32,
}

impl ExportMeta {
    /// File 1 of 1.
    pub fn new(start: Timestamp, end: Timestamp, region: impl Into<String>) -> Self {
        Self { start, end, region: region.into(), batch_num: 1, batch_size: 1 }
    }
}

/// Why an export cannot be read, trusted or written. Whoever opened the file adds its name.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The reader or writer failed.
    #[error("cannot read or write: {0}")]
    Io(io::Error),
    /// Begins neither as a zip nor as an `export.bin`.
    #[error("not an export file: begins neither as a zip nor as an export.bin")]
    NotAnExport,
    /// A zip, but not one of an export.
    #[error("not an export file: the zip {0}")]
    Zip(&'static str),
    /// Beyond a limit of [`Limits`].
    #[error("too large: {what} exceeds {limit}")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The contents cannot be read to their end.
    #[error("damaged: {0}")]
    Damaged(String),
    /// One key cannot be used; reading may go on after it.
    #[error("key {index} is not usable: {problem}")]
    Key {
        /// Place in the file, from 0, new and revised keys counted together.
        index: u64,
        /// What is wrong with it.
        problem: KeyProblem,
    },
    /// There is no signature to check.
    #[error("a bare export.bin carries no signature; give the zip it came in")]
    Unsigned,
    /// The signatures are by keys that are not pinned.
    #[error("not signed by a trusted key (signed by: {0})")]
    Untrusted(String),
    /// No signature was made by the key at hand over these contents.
    #[error("no signature fits this key and the contents (signed by: {0})")]
    NoSignatureFits(String),
    /// Signed by a pinned key, but for other contents.
    #[error("the signature of {0} does not fit the contents: the file was changed or is not genuine")]
    BadSignature(SignatureInfo),
    /// A signature claims to be for another file of the batch.
    #[error("the signature of {0} is for another file of the batch")]
    OtherBatch(SignatureInfo),
    /// An export without signature is of no use to phones.
    #[error("no signing key was given")]
    NoSigner,
    /// The order of keys must not tell which belong together.
    #[error("keys must be given in the order of their bytes")]
    Unsorted,
}

/// What makes a key in a file unusable.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyProblem {
    /// Not 16 bytes.
    #[error("it is {0} bytes long, not 16")]
    Length(usize),
    /// Before 1970.
    #[error("its rolling start is negative")]
    Start,
    /// Not 1 to 144.
    #[error("its rolling period is {0}, not 1 to 144")]
    Period(i32),
}

impl From<io::Error> for ExportError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // What our own readers and the inflater say about the contents.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Damaged(error.to_string()),
            io::ErrorKind::UnexpectedEof => Self::Damaged("it ends too early".to_owned()),
            _ => Self::Io(error),
        }
    }
}
