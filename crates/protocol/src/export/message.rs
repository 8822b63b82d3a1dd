//! The small messages of the schema (`proto/export.proto`). The large one, with the keys, is never held whole:
//! [`super::walker`] reads it field by field and [`super::writer`] writes it so.

use super::{KeyProblem, SignatureInfo};
use crate::diagnosis::{DiagnosisKey, ReportType};
use crate::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use crate::time::IntervalNumber;

/// Field numbers of the large message.
pub(super) mod field {
    pub const START: u32 = 1;
    pub const END: u32 = 2;
    pub const REGION: u32 = 3;
    pub const BATCH_NUM: u32 = 4;
    pub const BATCH_SIZE: u32 = 5;
    pub const SIGNATURE_INFO: u32 = 6;
    pub const KEY: u32 = 7;
    pub const REVISED_KEY: u32 = 8;
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SignatureInfoMessage {
    #[prost(string, optional, tag = "3")]
    pub key_version: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub key_id: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub algorithm: Option<String>,
}

impl From<&SignatureInfo> for SignatureInfoMessage {
    fn from(info: &SignatureInfo) -> Self {
        Self {
            key_version: Some(info.key_version.clone()),
            key_id: Some(info.key_id.clone()),
            algorithm: Some(info.algorithm.clone()),
        }
    }
}

impl From<SignatureInfoMessage> for SignatureInfo {
    fn from(message: SignatureInfoMessage) -> Self {
        Self {
            key_version: message.key_version.unwrap_or_default(),
            key_id: message.key_id.unwrap_or_default(),
            algorithm: message.algorithm.unwrap_or_default(),
        }
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct KeyMessage {
    #[prost(bytes = "vec", optional, tag = "1")]
    pub key_data: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "2")]
    pub transmission_risk: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub rolling_start: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    pub rolling_period: Option<i32>,
    #[prost(int32, optional, tag = "5")]
    pub report_type: Option<i32>,
    #[prost(sint32, optional, tag = "6")]
    pub days_since_onset: Option<i32>,
}

/// The furthest a key's day can lie from the onset of symptoms and still say something.
const MAX_DAYS_SINCE_ONSET: i32 = 14;

impl From<&DiagnosisKey> for KeyMessage {
    fn from(key: &DiagnosisKey) -> Self {
        let period = key.rolling_period as i32; // At most 144; what is beyond would not be read back.
        Self {
            key_data: Some(key.key.as_bytes().to_vec()),
            transmission_risk: (key.transmission_risk != 0).then_some(i32::from(key.transmission_risk)),
            rolling_start: Some(i32::try_from(key.rolling_start.0).unwrap_or(i32::MAX)),
            rolling_period: (key.rolling_period != MAX_ROLLING_PERIOD).then_some(period),
            report_type: (key.report_type != ReportType::Unknown).then_some(key.report_type.number()),
            days_since_onset: key.days_since_onset,
        }
    }
}

/// Absent fields take the schema's defaults. What only refines the key (risk, onset) is dropped where it is out of
/// range; what says when it was on the air must be right.
impl TryFrom<KeyMessage> for DiagnosisKey {
    type Error = KeyProblem;

    fn try_from(message: KeyMessage) -> Result<Self, KeyProblem> {
        let bytes = message.key_data.unwrap_or_default();
        let key = <[u8; 16]>::try_from(bytes.as_slice()).map_err(|_| KeyProblem::Length(bytes.len()))?;
        let start = u32::try_from(message.rolling_start.unwrap_or(0)).map_err(|_| KeyProblem::Start)?;
        let period = message.rolling_period.unwrap_or(MAX_ROLLING_PERIOD as i32);
        let rolling_period = u32::try_from(period)
            .ok()
            .filter(|period| (1..=MAX_ROLLING_PERIOD).contains(period))
            .ok_or(KeyProblem::Period(period))?;
        let risk =
            message.transmission_risk.and_then(|risk| u8::try_from(risk).ok()).filter(|risk| *risk <= 8);
        let onset = message.days_since_onset;
        Ok(Self {
            key: TemporaryExposureKey::from_bytes(key),
            rolling_start: IntervalNumber(start),
            rolling_period,
            transmission_risk: risk.unwrap_or(0),
            report_type: ReportType::from_number(message.report_type.unwrap_or(0)),
            days_since_onset: onset.filter(|days| days.unsigned_abs() <= MAX_DAYS_SINCE_ONSET.unsigned_abs()),
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SignatureMessage {
    #[prost(message, optional, tag = "1")]
    pub info: Option<SignatureInfoMessage>,
    #[prost(int32, optional, tag = "2")]
    pub batch_num: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub batch_size: Option<i32>,
    #[prost(bytes = "vec", optional, tag = "4")]
    pub signature: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SignatureListMessage {
    #[prost(message, repeated, tag = "1")]
    pub signatures: Vec<SignatureMessage>,
}
