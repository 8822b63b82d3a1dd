//! The small messages of the schema (`proto/export.proto`). The large one, with the keys, is never held whole:
//! [`super::walker`] reads it field by field and [`super::writer`] writes it so.

use super::walker::{Walker, Wire};
use super::{KeyProblem, SignatureInfo};
use crate::diagnosis::{DiagnosisKey, ReportType};
use crate::gaen::{MAX_ROLLING_PERIOD, TemporaryExposureKey};
use crate::time::IntervalNumber;
use prost::encoding::{WireType, encode_key, encode_varint};
use std::io;

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

/// Field numbers of a key.
mod key_field {
    pub const DATA: u32 = 1;
    pub const RISK: u32 = 2;
    pub const START: u32 = 3;
    pub const PERIOD: u32 = 4;
    pub const REPORT_TYPE: u32 = 5;
    pub const ONSET: u32 = 6;
}

/// The furthest a key's day can lie from the onset of symptoms and still say something.
const MAX_DAYS_SINCE_ONSET: i32 = 14;

/// Appends a key's message, without its length. What has the schema's default is left out.
pub(super) fn encode_diagnosis_key(key: &DiagnosisKey, out: &mut Vec<u8>) {
    encode_key(key_field::DATA, WireType::LengthDelimited, out);
    let bytes = key.key.as_bytes();
    encode_varint(bytes.len() as u64, out);
    out.extend(bytes);
    let mut number = |field, number: u64| {
        encode_key(field, WireType::Varint, out);
        encode_varint(number, out);
    };
    if key.transmission_risk != 0 {
        number(key_field::RISK, key.transmission_risk.into());
    }
    number(key_field::START, u64::from(key.rolling_start.0).min(i32::MAX as u64));
    if key.rolling_period != MAX_ROLLING_PERIOD {
        // At most 144; what is beyond would not be read back.
        number(key_field::PERIOD, key.rolling_period.into());
    }
    if key.report_type != ReportType::Unknown {
        number(key_field::REPORT_TYPE, u64::from(key.report_type.number().unsigned_abs()));
    }
    if let Some(days) = key.days_since_onset {
        // A signed number with its sign in the lowest bit.
        number(key_field::ONSET, u64::from(((days << 1) ^ (days >> 31)).cast_unsigned()));
    }
}

/// A key from its message. Absent fields take the schema's defaults; what has another type than the schema's is passed
/// over. What only refines the key (risk, onset) is dropped where it is out of range; what says when it was on the air
/// must be right. The outer error: the message cannot be read.
pub(super) fn decode_diagnosis_key(message: &[u8]) -> io::Result<Result<DiagnosisKey, KeyProblem>> {
    let mut walker = Walker::new(message);
    let mut data = Err(0);
    let (mut risk, mut start, mut period, mut report_type) = (0, 0, MAX_ROLLING_PERIOD as i32, 0);
    let mut onset = None;
    while let Some((number, wire)) = walker.field()? {
        match (number, wire) {
            (key_field::DATA, Wire::Bytes) => {
                data = walker.value(&mut Vec::new(), message.len(), |bytes| {
                    <[u8; 16]>::try_from(bytes).map_err(|_| bytes.len())
                })?;
            }
            (key_field::RISK, Wire::Varint) => risk = walker.int32()?,
            (key_field::START, Wire::Varint) => start = walker.int32()?,
            (key_field::PERIOD, Wire::Varint) => period = walker.int32()?,
            (key_field::REPORT_TYPE, Wire::Varint) => report_type = walker.int32()?,
            (key_field::ONSET, Wire::Varint) => {
                let number = walker.int32()?;
                onset = Some((number.cast_unsigned() >> 1).cast_signed() ^ -(number & 1));
            }
            _ => walker.skip(number, wire)?,
        }
    }
    Ok((|| {
        Ok(DiagnosisKey {
            key: TemporaryExposureKey::from_bytes(data.map_err(KeyProblem::Length)?),
            rolling_start: IntervalNumber(u32::try_from(start).map_err(|_| KeyProblem::Start)?),
            rolling_period: u32::try_from(period)
                .ok()
                .filter(|period| (1..=MAX_ROLLING_PERIOD).contains(period))
                .ok_or(KeyProblem::Period(period))?,
            transmission_risk: u8::try_from(risk).ok().filter(|risk| *risk <= 8).unwrap_or(0),
            report_type: ReportType::from_number(report_type),
            days_since_onset: onset
                .filter(|days| days.unsigned_abs() <= MAX_DAYS_SINCE_ONSET.unsigned_abs()),
        })
    })())
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
