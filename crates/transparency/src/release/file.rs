//! The file of all current requests, which every phone downloads: a note signed by the log's key, with sealed envelopes that
//! all look alike. How many are real, and whose, it does not tell.
//!
//! ```text
//! bluezone/requests/v1
//! origin <origin of the log>
//! issued <time>
//! checkpoint <base64 of the cosigned checkpoint>
//! request <base64 of an envelope>          a power of two of these, at least 4
//! ```

use crate::Timestamp;
use crate::checkpoint::{CheckpointError, CosignedCheckpoint, LogPolicy};
use crate::entry::{Entry, Event};
use crate::merkle::Hash;
use crate::note::{BadSignature, Note, Signer};
use crate::release::Details;
use crate::seal::{self, BadKey, PrivateKey, PublicKey};
use crate::text::{FormatError, Reader, base64, from_base64};
use rand::CryptoRng;
use rand::seq::SliceRandom as _;

const HEADER: &str = "bluezone/requests/v1";
const ENVELOPE_HEADER: &str = "bluezone/envelope/v1";
const ENVELOPE_INFO: &[u8] = b"bluezone/envelope/v1";
/// Fewest envelopes in a file; beyond that their number is a power of two.
pub const MIN_ENVELOPES: usize = 4;
/// Bytes of the text inside an envelope.
pub const ENVELOPE_TEXT: usize = 6144;
/// Most hashes in an inclusion proof.
const MAX_PROOF: usize = 63;

/// Why a requests file cannot be used at all.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// Not a requests file.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Changed on the way.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
    /// Not signed by the log's key.
    #[error("the requests file is not signed by the log {0}")]
    NotSigned(String),
    /// Its checkpoint is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why a request cannot be put into a file.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WriteFileError {
    /// Its key is unusable.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// Its texts are too long together.
    #[error("the request does not fit into an envelope of {ENVELOPE_TEXT} bytes: shorten its texts")]
    TooLong,
    /// Only logged requests go out.
    #[error("the entry to be sent is no request")]
    NotARequest,
}

/// A request on its way out. `Debug` shows nothing: key and entry together tell whose phone it is.
#[derive(Clone)]
pub struct OutgoingRequest {
    /// The key that the phone made.
    pub to: PublicKey,
    /// The entry as it stands in the log.
    pub entry: Entry,
    /// Where it stands.
    pub index: u64,
    /// Proof of that, in the tree of the file's checkpoint.
    pub inclusion: Vec<Hash>,
    /// What only the person who is asked may read.
    pub details: Details,
}

impl std::fmt::Debug for OutgoingRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OutgoingRequest(..)")
    }
}

/// Writes the file: seals each request to its phone, adds others that nobody can open, shuffles, signs.
pub fn write_requests_file(
    checkpoint: &CosignedCheckpoint,
    requests: &[OutgoingRequest],
    signer: &Signer,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<String, WriteFileError> {
    let origin = checkpoint.origin();
    let mut envelopes = Vec::new();
    for request in requests {
        let text = envelope_text(request)?;
        envelopes.push(seal::seal(&request.to, ENVELOPE_INFO, origin.as_bytes(), &text, rng)?);
    }
    let slots = envelopes.len().next_power_of_two().max(MIN_ENVELOPES);
    while envelopes.len() < slots {
        let mut nothing = vec![0; ENVELOPE_TEXT];
        rng.fill_bytes(&mut nothing);
        let nobody = PrivateKey::generate(rng).public();
        envelopes.push(seal::seal(&nobody, ENVELOPE_INFO, origin.as_bytes(), &nothing, rng)?);
    }
    envelopes.shuffle(rng);
    let issued = now.0.max(0);
    let checkpoint = base64(checkpoint.note());
    let mut text = format!("{HEADER}\norigin {origin}\nissued {issued}\ncheckpoint {checkpoint}\n");
    for envelope in envelopes {
        text.push_str(&format!("request {}\n", base64(envelope)));
    }
    let line = signer.sign(&text, now);
    Ok(format!("{text}\n{line}"))
}

fn envelope_text(request: &OutgoingRequest) -> Result<Vec<u8>, WriteFileError> {
    if !matches!(request.entry.event, Event::Request(_)) {
        return Err(WriteFileError::NotARequest);
    }
    let proof: String = request.inclusion.iter().map(|hash| format!("proof {hash}\n")).collect();
    let Details { salt, text } = &request.details;
    let text = format!(
        "{ENVELOPE_HEADER}\nindex {}\n{proof}salt {}\ndetails {text}\n{}",
        request.index,
        base64(salt),
        request.entry.to_text()
    );
    let mut bytes = text.into_bytes();
    if bytes.len() > ENVELOPE_TEXT {
        return Err(WriteFileError::TooLong);
    }
    bytes.resize(ENVELOPE_TEXT, 0);
    Ok(bytes)
}

/// What stands in an envelope, unchecked.
pub(crate) struct Envelope {
    pub index: u64,
    pub inclusion: Vec<Hash>,
    pub details: Details,
    /// The bytes that are said to stand in the log.
    pub entry: Vec<u8>,
}

impl Envelope {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let mut reader = Reader::new("request envelope", &bytes[..end])?;
        reader.exactly(ENVELOPE_HEADER)?;
        let index = reader.number("index")?;
        let mut inclusion = Vec::new();
        while reader.is_next("proof") {
            if inclusion.len() == MAX_PROOF {
                return Err(reader.error("proof", "has more than 63 hashes"));
            }
            inclusion.push(Hash(reader.bytes("proof")?));
        }
        let details = Details { salt: reader.bytes("salt")?, text: reader.text("details")? };
        Ok(Self { index, inclusion, details, entry: reader.rest().as_bytes().to_vec() })
    }
}

/// A requests file whose signature and checkpoint are believed. What is in its envelopes is checked one by one.
#[derive(Clone, Debug)]
pub struct RequestsFile {
    checkpoint: CosignedCheckpoint,
    issued: Timestamp,
    envelopes: Vec<Vec<u8>>,
}

impl RequestsFile {
    /// Reads a file, and checks who signed it and that its checkpoint is cosigned and fresh.
    pub fn read(bytes: &[u8], policy: &LogPolicy, now: Timestamp) -> Result<Self, FileError> {
        let note = Note::parse(bytes)?;
        let origin = policy.log().name();
        note.verify(policy.log())?.ok_or_else(|| FileError::NotSigned(origin.to_owned()))?;
        let mut reader = Reader::new("requests file", note.text().as_bytes())?;
        reader.exactly(HEADER)?;
        if reader.field("origin")? != origin {
            return Err(reader.error("origin", "is another log").into());
        }
        let issued = reader.time("issued")?;
        let checkpoint = from_base64(reader.field("checkpoint")?);
        let checkpoint = checkpoint.ok_or(reader.error("checkpoint", "must be base64"))?;
        let mut envelopes = Vec::new();
        while !reader.rest().is_empty() {
            let envelope = from_base64(reader.field("request")?);
            envelopes.push(envelope.ok_or(reader.error("request", "must be base64"))?);
        }
        Ok(Self { checkpoint: policy.check(&checkpoint, now)?, issued, envelopes })
    }

    /// The checkpoint that its proofs are of.
    pub fn checkpoint(&self) -> &CosignedCheckpoint {
        &self.checkpoint
    }

    /// When it was made.
    pub fn issued(&self) -> Timestamp {
        self.issued
    }

    /// How many envelopes it holds, real or not.
    pub fn len(&self) -> usize {
        self.envelopes.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.envelopes.is_empty()
    }

    /// What this phone's keys open.
    pub(crate) fn opened<'a>(&'a self, keys: &'a [PrivateKey]) -> impl Iterator<Item = Vec<u8>> + 'a {
        let aad = self.checkpoint.origin().as_bytes();
        let open = move |envelope: &Vec<u8>| {
            keys.iter().find_map(|key| seal::open(key, ENVELOPE_INFO, aad, envelope).ok())
        };
        self.envelopes.iter().filter_map(open)
    }
}
