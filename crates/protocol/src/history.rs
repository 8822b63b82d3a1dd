//! What stands inside a sealed upload: part of one person's contact history, as its owner chose it.
//!
//! Protocol buffers; the schema is `proto/history.proto`. The same message serves the three ways of telling: a case that
//! shares, a warned person who reports (then only the encounters that warned), and an answer to a request.

use crate::gaen::{MAX_ROLLING_PERIOD, RollingProximityIdentifier, RollingProximityIdentifierKey};
use crate::time::{DAY_S, IntervalNumber, Timestamp};
use prost::Message as _;
use serde::{Deserialize, Serialize};

/// Most bytes of a message that is read.
pub const MAX_HISTORY_BYTES: usize = 1 << 20;
/// Longest of a person's own texts, in bytes.
pub const MAX_HISTORY_TEXT: usize = 400;
const VERSION: u32 = 1;

/// Part of a person's contact history. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct History {
    /// Which way of telling.
    pub kind: HistoryKind,
    /// The days chosen, oldest first.
    pub days: Vec<HistoryDay>,
    /// What its owner said yes to.
    pub consents: Vec<GivenConsent>,
    /// Who it is, if its owner said.
    pub reporter: Option<Reporter>,
    /// Which part this is, from 0.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
}

/// Which way of telling.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HistoryKind {
    /// A case that shares all it heard on the days chosen.
    Case,
    /// A warned person's proof: only the encounters that warned.
    Contact,
    /// The answer to a request.
    Answer,
}

/// One UTC day.
#[derive(Clone, PartialEq, Eq)]
pub struct HistoryDay {
    /// Its start.
    pub day: Timestamp,
    /// What the phone called itself.
    pub keys: Vec<IdentifierKey>,
    /// What it heard.
    pub heard: Vec<Heard>,
}

/// What a phone called itself for a while: enough to derive the identifiers, not to read their metadata or to be published.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentifierKey {
    /// Derives the identifiers.
    pub key: RollingProximityIdentifierKey,
    /// First interval.
    pub rolling_start: IntervalNumber,
    /// Intervals, 1 to 144.
    pub rolling_period: u32,
}

/// One identifier heard in one scan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// What was heard.
    pub identifier: RollingProximityIdentifier,
    /// Start of the scan.
    pub at: Timestamp,
    /// Mean received strength; `None`: told over GATT.
    pub mean_dbm: Option<i8>,
    /// Packets in the scan.
    pub packets: u16,
    /// Since the start of the scan before, seconds.
    pub seconds_since_last_scan: u32,
}

/// A box that its owner ticked: the proof that consent was given, and to which words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GivenConsent {
    /// Name of the purpose.
    pub purpose: String,
    /// SHA-256 of the words beside the box.
    pub text_sha256: [u8; 32],
    /// `vi` or `en`.
    pub language: String,
    /// When, by the phone's clock.
    pub at: Timestamp,
}

/// What a warned person says of themselves.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Reporter {
    /// Name.
    pub name: String,
    /// Telephone number.
    pub phone: String,
    /// Commune, five digits, or empty.
    pub commune: String,
}

/// Why a message is no history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a contact history: {0}")]
pub struct HistoryError(&'static str);

impl History {
    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let kind = match self.kind {
            HistoryKind::Case => 1,
            HistoryKind::Contact => 2,
            HistoryKind::Answer => 3,
        };
        let message = wire::History {
            version: VERSION,
            kind,
            days: self.days.iter().map(HistoryDay::to_wire).collect(),
            consents: self.consents.iter().map(GivenConsent::to_wire).collect(),
            reporter: self.reporter.as_ref().map(Reporter::to_wire),
            part: self.part,
            parts: self.parts,
        };
        message.encode_to_vec()
    }

    /// Reads a message; refuses what breaks the schema's rules.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HistoryError> {
        if bytes.len() > MAX_HISTORY_BYTES {
            return Err(HistoryError("it is too long"));
        }
        let message =
            wire::History::decode(bytes).map_err(|_| HistoryError("the bytes are not the schema's"))?;
        let kind = match message.kind {
            1 => HistoryKind::Case,
            2 => HistoryKind::Contact,
            3 => HistoryKind::Answer,
            _ => return Err(HistoryError("of an unknown kind")),
        };
        let days = message.days.into_iter().map(HistoryDay::from_wire).collect::<Result<Vec<_>, _>>()?;
        let consents: Result<Vec<_>, _> = message.consents.into_iter().map(GivenConsent::from_wire).collect();
        let history = Self {
            kind,
            days,
            consents: consents?,
            reporter: message.reporter.map(Reporter::from_wire).transpose()?,
            part: message.part,
            parts: message.parts,
        };
        let must = |ok: bool, problem| if ok { Ok(()) } else { Err(HistoryError(problem)) };
        must(message.version == VERSION, "of an unknown version")?;
        must(history.days.windows(2).all(|pair| pair[0].day < pair[1].day), "its days are out of order")?;
        must(!history.consents.is_empty(), "nobody agreed to it")?;
        must(history.part < history.parts && history.parts <= 64, "its parts do not count up")?;
        Ok(history)
    }
}

impl HistoryDay {
    fn to_wire(&self) -> wire::Day {
        let keys = self.keys.iter().map(|key| wire::Key {
            identifier_key: key.key.as_bytes().to_vec(),
            rolling_start: key.rolling_start.0,
            rolling_period: key.rolling_period,
        });
        let heard = self.heard.iter().map(|heard| wire::Heard {
            identifier: heard.identifier.as_bytes().to_vec(),
            second: u32::try_from(heard.at - self.day).unwrap_or_default(),
            mean_dbm: heard.mean_dbm.map_or(0, i32::from),
            packets: heard.packets.into(),
            seconds_since_last_scan: heard.seconds_since_last_scan,
        });
        wire::Day { day: self.day.0, keys: keys.collect(), heard: heard.collect() }
    }

    fn from_wire(message: wire::Day) -> Result<Self, HistoryError> {
        let day = Timestamp(message.day);
        if day.0 < 0 || day.0 % DAY_S != 0 || day.0 / DAY_S > i64::from(u32::MAX) / 144 {
            return Err(HistoryError("a day is no day"));
        }
        let keys = message.keys.into_iter().map(|key| {
            let bytes: [u8; 16] =
                key.identifier_key.try_into().map_err(|_| HistoryError("a key is not 16 bytes long"))?;
            let interval = day.interval().0;
            let fits = (1..=MAX_ROLLING_PERIOD).contains(&key.rolling_period)
                && (interval.saturating_sub(MAX_ROLLING_PERIOD)..interval + 144).contains(&key.rolling_start);
            if !fits {
                return Err(HistoryError("a key is not of its day"));
            }
            Ok(IdentifierKey {
                key: RollingProximityIdentifierKey::from_bytes(bytes),
                rolling_start: IntervalNumber(key.rolling_start),
                rolling_period: key.rolling_period,
            })
        });
        let heard = message.heard.into_iter().map(|heard| {
            let wrong = HistoryError("a sighting is not one of its day");
            let identifier: [u8; 16] = heard.identifier.try_into().map_err(|_| wrong)?;
            if i64::from(heard.second) >= DAY_S {
                return Err(wrong);
            }
            let strength = i8::try_from(heard.mean_dbm).map_err(|_| wrong)?;
            Ok(Heard {
                identifier: RollingProximityIdentifier(identifier),
                at: day + i64::from(heard.second),
                mean_dbm: (strength != 0).then_some(strength),
                packets: u16::try_from(heard.packets).map_err(|_| wrong)?,
                seconds_since_last_scan: heard.seconds_since_last_scan,
            })
        });
        Ok(Self { day, keys: keys.collect::<Result<_, _>>()?, heard: heard.collect::<Result<_, _>>()? })
    }
}

impl GivenConsent {
    fn to_wire(&self) -> wire::Consent {
        wire::Consent {
            purpose: self.purpose.clone(),
            text_sha256: self.text_sha256.to_vec(),
            language: self.language.clone(),
            at: self.at.0,
        }
    }

    fn from_wire(message: wire::Consent) -> Result<Self, HistoryError> {
        let digest = message.text_sha256.try_into().map_err(|_| HistoryError("a consent names no words"))?;
        Ok(Self {
            purpose: text(message.purpose)?,
            text_sha256: digest,
            language: text(message.language)?,
            at: Timestamp(message.at.max(0)),
        })
    }
}

impl Reporter {
    fn to_wire(&self) -> wire::Reporter {
        let Self { name, phone, commune } = self.clone();
        wire::Reporter { name, phone, commune }
    }

    fn from_wire(message: wire::Reporter) -> Result<Self, HistoryError> {
        Ok(Self { name: text(message.name)?, phone: text(message.phone)?, commune: text(message.commune)? })
    }
}

fn text(text: String) -> Result<String, HistoryError> {
    let fits = text.len() <= MAX_HISTORY_TEXT && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(HistoryError("a text is too long or holds control characters")) }
}

macro_rules! silent {
    ($($name:ident),*) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )* };
}
silent!(History, HistoryDay, IdentifierKey, Heard, Reporter);

/// The schema's messages, field by field.
mod wire {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct History {
        #[prost(uint32, tag = "1")]
        pub version: u32,
        #[prost(int32, tag = "2")]
        pub kind: i32,
        #[prost(message, repeated, tag = "3")]
        pub days: Vec<Day>,
        #[prost(message, repeated, tag = "4")]
        pub consents: Vec<Consent>,
        #[prost(message, optional, tag = "5")]
        pub reporter: Option<Reporter>,
        #[prost(uint32, tag = "6")]
        pub part: u32,
        #[prost(uint32, tag = "7")]
        pub parts: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Day {
        #[prost(sint64, tag = "1")]
        pub day: i64,
        #[prost(message, repeated, tag = "2")]
        pub keys: Vec<Key>,
        #[prost(message, repeated, tag = "3")]
        pub heard: Vec<Heard>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Key {
        #[prost(bytes = "vec", tag = "1")]
        pub identifier_key: Vec<u8>,
        #[prost(uint32, tag = "2")]
        pub rolling_start: u32,
        #[prost(uint32, tag = "3")]
        pub rolling_period: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Heard {
        #[prost(bytes = "vec", tag = "1")]
        pub identifier: Vec<u8>,
        #[prost(uint32, tag = "2")]
        pub second: u32,
        #[prost(sint32, tag = "3")]
        pub mean_dbm: i32,
        #[prost(uint32, tag = "4")]
        pub packets: u32,
        #[prost(uint32, tag = "5")]
        pub seconds_since_last_scan: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Consent {
        #[prost(string, tag = "1")]
        pub purpose: String,
        #[prost(bytes = "vec", tag = "2")]
        pub text_sha256: Vec<u8>,
        #[prost(string, tag = "3")]
        pub language: String,
        #[prost(sint64, tag = "4")]
        pub at: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Reporter {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(string, tag = "2")]
        pub phone: String,
        #[prost(string, tag = "3")]
        pub commune: String,
    }
}
