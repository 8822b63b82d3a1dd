//! `POST /v1/publish`: the keys, their binding to the certificate, and the rules for them.

use super::{decode_base64, encode_base64, or_null};
use crate::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use crate::time::{DAY_S, INTERVAL_S, IntervalNumber, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// No phone has more keys to publish: 15 days, with some days' keys cut in two.
pub const MAX_KEYS_PER_PUBLISH: usize = 30;
/// A phone that publishes today's key starts a new one with the same start; so a few may share it.
const MAX_KEYS_WITH_ONE_START: usize = 3;
/// Older keys are of no use: nobody keeps sightings that long.
pub const MAX_KEY_AGE_DAYS: i64 = 15;
/// Where neither officer nor phone knows the onset of symptoms, it is taken to be this long ago.
pub const UNKNOWN_ONSET_DAYS: i64 = 4;
/// An onset further off than this is not believed.
pub const BELIEVABLE_ONSET_DAYS: i64 = 28;
const MAX_TRANSMISSION_RISK: u8 = 8;

/// One key to publish.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedKey {
    /// The key; base64 on the wire.
    #[serde(serialize_with = "key_to_base64", deserialize_with = "key_from_base64")]
    pub key: TemporaryExposureKey,
    /// First interval it was used in.
    #[serde(rename = "rollingStartNumber")]
    pub rolling_start: IntervalNumber,
    /// Intervals it was used for, 1 to 144.
    pub rolling_period: u32,
    /// 0 (the server decides) to 8.
    #[serde(default, deserialize_with = "or_null")]
    pub transmission_risk: u8,
}

fn key_to_base64<S: Serializer>(key: &TemporaryExposureKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode_base64(key.as_bytes()))
}

fn key_from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TemporaryExposureKey, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = decode_base64(&text).and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| serde::de::Error::custom("a key is 16 bytes in base64"))?;
    Ok(TemporaryExposureKey::from_bytes(bytes))
}

/// `POST /v1/publish`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishRequest {
    /// 1 to 30 keys.
    #[serde(rename = "temporaryExposureKeys", deserialize_with = "or_null")]
    pub keys: Vec<PublishedKey>,
    /// Whose verification server made the certificate.
    #[serde(rename = "healthAuthorityID", alias = "healthAuthorityId")]
    pub health_authority_id: String,
    /// The certificate of `/api/certificate`.
    #[serde(default, deserialize_with = "or_null")]
    pub verification_payload: String,
    /// The key of [`tek_mac`], base64. Clients spell the field in two ways.
    #[serde(rename = "hmacKey", alias = "hmackey", default, deserialize_with = "or_null")]
    pub hmac_key: String,
    /// Interval in which symptoms began, if the owner says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symptom_onset_interval: Option<IntervalNumber>,
    /// Whether the owner was abroad.
    #[serde(default, deserialize_with = "or_null")]
    pub traveler: bool,
    /// From the answer of an earlier publication of the same keys; empty at the first.
    #[serde(default, deserialize_with = "or_null")]
    pub revision_token: String,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// Answer of `/v1/publish`, refused or not.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishResponse {
    /// To be kept: only with it can these keys be revised.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub revision_token: String,
    /// Keys stored.
    #[serde(default, deserialize_with = "or_null")]
    pub inserted_exposures: u32,
    /// For a person, in English; empty if all is well.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// One of [`super::error_code`]; empty if all is well.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// What was changed or left out.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Filler.
    #[serde(default, deserialize_with = "or_null")]
    pub padding: String,
}

/// Binds keys to a certificate without showing them to who signs it: HMAC-SHA256 over `key.start.period.risk` of
/// each key, sorted by the key's base64, joined with commas.
pub fn tek_mac(hmac_key: &[u8], keys: &[PublishedKey]) -> [u8; 32] {
    mac(hmac_key, keys, |key, text| {
        format!("{text}.{}.{}.{}", key.rolling_start.0, key.rolling_period, key.transmission_risk)
    })
}

/// The older form, without the risk. `None` unless every risk is 0: only then does it bind all that is published.
pub fn tek_mac_without_risk(hmac_key: &[u8], keys: &[PublishedKey]) -> Option<[u8; 32]> {
    keys.iter().all(|key| key.transmission_risk == 0).then(|| {
        mac(hmac_key, keys, |key, text| format!("{text}.{}.{}", key.rolling_start.0, key.rolling_period))
    })
}

/// Whether `tekmac` of a certificate binds these keys, in either form. Compares in constant time.
pub fn tek_mac_matches(hmac_key: &[u8], keys: &[PublishedKey], tekmac: &[u8]) -> bool {
    let full = bool::from(tek_mac(hmac_key, keys).ct_eq(tekmac));
    let short = tek_mac_without_risk(hmac_key, keys).is_some_and(|mac| mac.ct_eq(tekmac).into());
    full || short
}

fn mac(hmac_key: &[u8], keys: &[PublishedKey], segment: impl Fn(&PublishedKey, &str) -> String) -> [u8; 32] {
    let mut segments: Vec<_> = keys.iter().map(|key| (encode_base64(key.key.as_bytes()), key)).collect();
    segments.sort_by(|(a, _), (b, _)| a.cmp(b));
    let clear: Vec<_> = segments.iter().map(|(text, key)| segment(key, text)).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(hmac_key).expect("HMAC takes keys of any length");
    mac.update(clear.join(",").as_bytes());
    mac.finalize().into_bytes().into()
}

/// Why keys cannot be published as they are.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PublishProblem {
    /// Nothing to publish.
    #[error("send at least one key")]
    NoKeys,
    /// More than a phone can have.
    #[error("send at most {MAX_KEYS_PER_PUBLISH} keys, not {0}")]
    TooManyKeys(usize),
    /// A rolling period of 0 or longer than a day.
    #[error("key {index}: the rolling period is 1 to {MAX_ROLLING_PERIOD} intervals, not {period}")]
    Period {
        /// Place in the request, from 0.
        index: usize,
        /// What was sent.
        period: u32,
    },
    /// A risk above 8.
    #[error("key {index}: the transmission risk is 0 to {MAX_TRANSMISSION_RISK}, not {risk}")]
    TransmissionRisk {
        /// Place in the request, from 0.
        index: usize,
        /// What was sent.
        risk: u8,
    },
    /// It was over more than 15 days ago.
    #[error("key {index}: ended more than {MAX_KEY_AGE_DAYS} days ago")]
    TooOld {
        /// Place in the request, from 0.
        index: usize,
    },
    /// It starts after now.
    #[error("key {index}: starts in the future; check the phone's clock")]
    Future {
        /// Place in the request, from 0.
        index: usize,
    },
    /// The same key twice.
    #[error("the same key was sent twice")]
    Duplicate,
    /// More keys with one start than a phone makes.
    #[error("at most {MAX_KEYS_WITH_ONE_START} keys may start at one interval")]
    TooManyWithOneStart,
    /// Two keys of one phone cannot be on the air at once.
    #[error("keys overlap in time")]
    Overlap,
}

/// Checks the keys of a request by themselves: how many, how long, how old, overlapping. Returns them ordered by
/// start. Certificate, revision and report type are the server's to check.
pub fn validate_publish(
    request: &PublishRequest,
    now: Timestamp,
) -> Result<Vec<PublishedKey>, PublishProblem> {
    if request.keys.is_empty() {
        return Err(PublishProblem::NoKeys);
    }
    if request.keys.len() > MAX_KEYS_PER_PUBLISH {
        return Err(PublishProblem::TooManyKeys(request.keys.len()));
    }
    for (index, key) in request.keys.iter().enumerate() {
        validate_key(index, key, now)?;
    }
    let mut keys = request.keys.clone();
    keys.sort_by_key(|key| key.rolling_start);
    validate_together(&keys)?;
    Ok(keys)
}

/// Checks one key by itself: how long, how risky, how old. `index` is its place in the request.
pub fn validate_key(index: usize, key: &PublishedKey, now: Timestamp) -> Result<(), PublishProblem> {
    let period = key.rolling_period;
    if period == 0 || period > MAX_ROLLING_PERIOD {
        return Err(PublishProblem::Period { index, period });
    }
    if key.transmission_risk > MAX_TRANSMISSION_RISK {
        return Err(PublishProblem::TransmissionRisk { index, risk: key.transmission_risk });
    }
    // In seconds, where a start near the end of 32 bits cannot saturate.
    let end = key.rolling_start.start() + i64::from(period) * INTERVAL_S;
    if end < now - MAX_KEY_AGE_DAYS * DAY_S {
        return Err(PublishProblem::TooOld { index });
    }
    if key.rolling_start > now.interval() {
        return Err(PublishProblem::Future { index });
    }
    Ok(())
}

/// `keys` are ordered by start and each valid by itself.
fn validate_together(keys: &[PublishedKey]) -> Result<(), PublishProblem> {
    let mut bytes: Vec<_> = keys.iter().map(|key| key.key.as_bytes()).collect();
    bytes.sort();
    if bytes.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(PublishProblem::Duplicate);
    }
    let mut end_before = IntervalNumber(0);
    for same_start in keys.chunk_by(|a, b| a.rolling_start == b.rolling_start) {
        if same_start.len() > MAX_KEYS_WITH_ONE_START {
            return Err(PublishProblem::TooManyWithOneStart);
        }
        let start = same_start[0].rolling_start;
        if start < end_before {
            return Err(PublishProblem::Overlap);
        }
        let longest = same_start.iter().map(|key| key.rolling_period).max().unwrap_or_default();
        end_before = start + longest;
    }
    Ok(())
}
