//! Export files: the signed zips of published keys. Its types first; reader and writer stand below them.

use crate::time::Timestamp;

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

/// Object identifier of ECDSA over P-256 with SHA-256, the only algorithm used.
pub const ALGORITHM: &str = "1.2.840.10045.4.3.2";

/// What stands before the keys of an export file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportHeader {
    /// First moment of the batch: keys published from here on.
    pub start: Timestamp,
    /// First moment after the batch.
    pub end: Timestamp,
    /// Region the keys are of, such as `VN`.
    pub region: String,
    /// Number of this file in its batch, from 1; always 1 here.
    pub batch_num: i32,
    /// Number of files in the batch; always 1 here.
    pub batch_size: i32,
    /// The keys that signed it.
    pub signature_infos: Vec<SignatureInfo>,
}
