//! The health authority's signing keys that this phone trusts, as `bluezone admin keys list` writes them.

use bluezone_device::Authority;
use bluezone_protocol::export::{ALGORITHM, SignatureInfo, VerifyingKey};
use bluezone_transparency::checkpoint::{LogPolicy, PolicyError};
use bluezone_transparency::note::VerifierKey;
use bluezone_transparency::seal::PublicKey;
use bluezone_transparency::webauthn::RelyingParty;
use serde::Deserialize;

/// Key id taken for a bare PEM that names none: Vietnam's mobile country code.
const DEFAULT_KEY_ID: &str = "452";
/// Version taken for a bare PEM that names none.
const DEFAULT_VERSION: &str = "v1";

/// What `bluezone admin log pins` prints: whom the phone believes about the transparency log and what hangs on it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogPins {
    log: VerifierKey,
    witnesses: Vec<VerifierKey>,
    quorum: usize,
    max_age_s: i64,
    keeper: PublicKey,
    site: RelyingParty,
}

/// Reads the pins of the transparency log: a JSON object with `log`, `witnesses`, `quorum`, `max_age_s`, `keeper` and `site`
/// (`docs/transparency.md`).
///
/// # Errors
/// When it is no such object, or fewer than two witnesses are demanded.
pub fn parse_log(text: &str) -> Result<Authority, PinsError> {
    let pins: LogPins = serde_json::from_str(text)?;
    let log = LogPolicy::new(pins.log, pins.witnesses, pins.quorum, pins.max_age_s)?;
    Ok(Authority { log, keeper: pins.keeper, site: pins.site })
}

/// Why pins cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PinsError {
    /// Neither of the two forms.
    #[error("no signing keys found: give the output of `bluezone admin keys list --json` or `--pem`")]
    Nothing,
    /// JSON of another shape.
    #[error("the pins cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A log that nobody could be sure of.
    #[error("the pins of the log cannot be used: {0}")]
    Policy(#[from] PolicyError),
    /// One of the keys.
    #[error("signing key {key_id} {version}: {problem}")]
    Key {
        /// Its id.
        key_id: String,
        /// Its version.
        version: String,
        /// What is wrong.
        problem: String,
    },
}

/// One key of a list. Other fields (dates) are for people.
#[derive(Deserialize)]
struct Listed {
    key_id: String,
    version: String,
    pem: String,
    /// What it signs; phones check export files only.
    #[serde(default = "export")]
    purpose: String,
    #[serde(default)]
    state: String,
}

fn export() -> String {
    "export".to_owned()
}

/// Reads pinned keys: a JSON array of `{key_id, version, pem, purpose?, state?}`, or PEM blocks, each after lines
/// `key_id: …` and `version: …` (452 and v1 where they are missing; a leading `#` is ignored). Keys of other purposes
/// and retired ones are left out.
///
/// # Errors
/// When there is no key, or one that is none.
pub fn parse(text: &str) -> Result<Vec<VerifyingKey>, PinsError> {
    let mut listed =
        if text.trim_start().starts_with('[') { serde_json::from_str(text)? } else { blocks(text) };
    listed.retain(|key| key.purpose == "export" && key.state != "retired");
    if listed.is_empty() {
        return Err(PinsError::Nothing);
    }
    listed.into_iter().map(key).collect()
}

fn key(listed: Listed) -> Result<VerifyingKey, PinsError> {
    let Listed { key_id, version, pem, .. } = listed;
    let info = SignatureInfo {
        key_version: version.clone(),
        key_id: key_id.clone(),
        algorithm: ALGORITHM.to_owned(),
    };
    VerifyingKey::from_pem(info, &pem).map_err(|error| PinsError::Key {
        key_id,
        version,
        problem: error.to_string(),
    })
}

fn blocks(text: &str) -> Vec<Listed> {
    let mut found = Vec::new();
    let (mut key_id, mut version) = (DEFAULT_KEY_ID.to_owned(), DEFAULT_VERSION.to_owned());
    let mut purpose = export();
    let mut pem = String::new();
    for line in text.lines() {
        let words = line.trim().trim_start_matches('#').trim();
        if words.starts_with("-----BEGIN") || !pem.is_empty() {
            pem.push_str(words);
            pem.push('\n');
        } else if let Some(id) = words.strip_prefix("key_id:") {
            key_id = id.trim().to_owned();
        } else if let Some(of_key) = words.strip_prefix("version:") {
            version = of_key.trim().to_owned();
        } else if let Some(signs) = words.strip_prefix("purpose:") {
            purpose = signs.trim().to_owned();
        }
        if words.starts_with("-----END") && !pem.is_empty() {
            found.push(Listed {
                key_id: key_id.clone(),
                version: version.clone(),
                pem: std::mem::take(&mut pem),
                purpose: purpose.clone(),
                state: String::new(),
            });
        }
    }
    found
}
