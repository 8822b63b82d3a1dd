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
const MAX_PERIOD: i32 = MAX_ROLLING_PERIOD as i32;

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

/// The numbers of a key's message.
#[derive(Copy, Clone)]
struct Numbers {
    risk: i32,
    start: i32,
    period: i32,
    report_type: i32,
    onset: Option<i32>,
}

impl Numbers {
    /// Absent fields take the schema's defaults.
    const DEFAULT: Self = Self { risk: 0, start: 0, period: MAX_PERIOD, report_type: 0, onset: None };

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

    /// What says when the key was on the air must be right.
    #[inline(always)]
    fn check(&self) -> Result<(), KeyProblem> {
        if self.start < 0 {
            return Err(KeyProblem::Start);
        }
        match self.period {
            1..=MAX_PERIOD => Ok(()),
            period => Err(KeyProblem::Period(period)),
        }
    }

    /// The key, if the numbers were checked. What only refines it (risk, onset) is dropped where it is out of range.
    #[inline(always)]
    fn key(&self, data: [u8; 16]) -> DiagnosisKey {
        const DAYS: std::ops::RangeInclusive<i32> = -MAX_DAYS_SINCE_ONSET..=MAX_DAYS_SINCE_ONSET;
        DiagnosisKey {
            key: TemporaryExposureKey::from_bytes(data),
            rolling_start: IntervalNumber(self.start.cast_unsigned()),
            rolling_period: self.period.cast_unsigned(),
            transmission_risk: if (0..=8).contains(&self.risk) { self.risk as u8 } else { 0 },
            report_type: ReportType::from_number(self.report_type),
            days_since_onset: self.onset.filter(|days| DAYS.contains(days)),
        }
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
    Ok(data.map_err(KeyProblem::Length).and_then(|data| numbers.check().map(|()| numbers.key(data))))
}

/// A key's message of the usual form: 16 bytes, then numbers that are all known and right.
#[derive(Copy, Clone)]
pub(super) struct UsualKey {
    data: [u8; 16],
    numbers: Numbers,
}

impl UsualKey {
    /// The one at the beginning of `bytes`, with its field's number and length, if there is one. Anything else is left
    /// to [`decode_diagnosis_key`], which gives the same for these, but five times as slowly: a file has a million.
    #[inline(always)]
    pub fn read(bytes: &[u8]) -> Option<(u32, usize, Self)> {
        const DATA: u8 = (key_field::DATA << 3 | WireType::LengthDelimited as u32) as u8;
        let ([tag, length, DATA, 16], rest) = bytes.split_first_chunk()? else { return None };
        let data = *rest.first_chunk::<16>()?;
        // A one-byte tag of a length-delimited field, and a one-byte length.
        if tag & 0x87 != WireType::LengthDelimited as u8 || *length > 0x7F {
            return None;
        }
        let end = 2 + usize::from(*length);
        let mut fields = bytes.get(20..end)?;
        let mut numbers = Numbers::DEFAULT;
        while let [tag, rest @ ..] = fields {
            let (value, length) = short_varint(rest)?;
            if tag & 0x87 != WireType::Varint as u8 || !numbers.set(u32::from(tag >> 3), value) {
                return None;
            }
            fields = &rest[length..];
        }
        numbers.check().ok()?;
        Some((u32::from(tag >> 3), end, Self { data, numbers }))
    }

    /// The key.
    #[inline(always)]
    pub fn key(&self) -> DiagnosisKey {
        self.numbers.key(self.data)
    }
}

/// A varint of at most four bytes, and its length. Longer numbers are negative ones, or nonsense.
#[inline(always)]
fn short_varint(bytes: &[u8]) -> Option<(i32, usize)> {
    let mut value = 0;
    for length in 0..4 {
        let byte = *bytes.get(length)?;
        value |= i32::from(byte & 0x7F) << (7 * length);
        if byte < 0x80 {
            return Some((value, length + 1));
        }
    }
    None
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
