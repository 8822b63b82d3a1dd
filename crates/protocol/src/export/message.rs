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

/// What a key's message says beside its 16 bytes, before it is judged.
struct Numbers {
    risk: i32,
    start: i32,
    period: i32,
    report_type: i32,
    onset: Option<i32>,
}

impl Numbers {
    /// Absent fields take the schema's defaults.
    const DEFAULT: Self =
        Self { risk: 0, start: 0, period: MAX_ROLLING_PERIOD as i32, report_type: 0, onset: None };

    /// A field that is a number; `false` if there is none of that name.
    #[inline(always)]
    fn set(&mut self, field: u32, number: i32) -> bool {
        match field {
            key_field::RISK => self.risk = number,
            key_field::START => self.start = number,
            key_field::PERIOD => self.period = number,
            key_field::REPORT_TYPE => self.report_type = number,
            key_field::ONSET => {
                self.onset = Some((number.cast_unsigned() >> 1).cast_signed() ^ -(number & 1));
            }
            _ => return false,
        }
        true
    }

    /// What only refines the key (risk, onset) is dropped where it is out of range; what says when it was on the air
    /// must be right.
    #[inline(always)]
    fn judge(self, data: [u8; 16]) -> Result<DiagnosisKey, KeyProblem> {
        const DAYS: std::ops::RangeInclusive<i32> = -MAX_DAYS_SINCE_ONSET..=MAX_DAYS_SINCE_ONSET;
        let periods = 1..=MAX_ROLLING_PERIOD as i32;
        Ok(DiagnosisKey {
            key: TemporaryExposureKey::from_bytes(data),
            rolling_start: IntervalNumber(u32::try_from(self.start).map_err(|_| KeyProblem::Start)?),
            rolling_period: match periods.contains(&self.period) {
                true => self.period.unsigned_abs(),
                false => return Err(KeyProblem::Period(self.period)),
            },
            transmission_risk: if (0..=8).contains(&self.risk) { self.risk as u8 } else { 0 },
            report_type: ReportType::from_number(self.report_type),
            days_since_onset: self.onset.filter(|days| DAYS.contains(days)),
        })
    }
}

/// A key from its message. What has another type than the schema's is passed over. The outer error: the message cannot
/// be read.
pub(super) fn decode_diagnosis_key(message: &[u8]) -> io::Result<Result<DiagnosisKey, KeyProblem>> {
    let mut walker = Walker::new(message);
    let (mut data, mut numbers) = (Err(0), Numbers::DEFAULT);
    while let Some((number, wire)) = walker.field()? {
        match wire {
            Wire::Bytes if number == key_field::DATA => {
                let read = |bytes: &[u8]| <[u8; 16]>::try_from(bytes).map_err(|_| bytes.len());
                data = walker.value(&mut Vec::new(), message.len(), read)?;
            }
            Wire::Varint => {
                let value = walker.int32()?;
                numbers.set(number, value);
            }
            _ => walker.skip(number, wire)?,
        }
    }
    Ok(data.map_err(KeyProblem::Length).and_then(|data| numbers.judge(data)))
}

/// The usual key at the beginning of `bytes`, with its field's number and length, if it is one: 16 bytes, then numbers
/// that are all known and right. Anything else is left to [`decode_diagnosis_key`], which gives the same for these,
/// but five times as slowly: a file has a million.
#[inline(always)]
pub(super) fn usual_key(bytes: &[u8]) -> Option<(u32, usize, DiagnosisKey)> {
    const DATA: u8 = (key_field::DATA << 3 | WireType::LengthDelimited as u32) as u8;
    let ([tag, length, DATA, 16], rest) = bytes.split_first_chunk()? else { return None };
    let (data, _) = rest.split_first_chunk::<16>()?;
    // A one-byte tag of a length-delimited field, and a one-byte length.
    if tag & 0x87 != WireType::LengthDelimited as u8 || *length > 0x7F {
        return None;
    }
    let end = 2 + usize::from(*length);
    let mut fields = bytes.get(20..end)?;
    let mut numbers = Numbers::DEFAULT;
    while let [tag, rest @ ..] = fields {
        let mut value = 0;
        let mut length = 0;
        loop {
            let byte = *rest.get(length)?;
            value |= u32::from(byte & 0x7F) << (7 * length);
            length += 1;
            match byte {
                0..0x80 => break,
                // Longer numbers are negative ones, or nonsense.
                _ if length == 4 => return None,
                _ => {}
            }
        }
        if tag & 0x87 != WireType::Varint as u8 || !numbers.set(u32::from(tag >> 3), value.cast_signed()) {
            return None;
        }
        fields = &rest[length..];
    }
    Some((u32::from(tag >> 3), end, numbers.judge(*data).ok()?))
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
