//! Texts of the original: the keys of a case (`InfoF` in the push message), a phone's own keys (`InfoF` in an
//! upload) and its history file. Hex is upper-case there; times are seconds, in the file whatever the phone keeps.

use super::{BaseId, BluezoneId, CheckWindow, DAY_MS, DailyKey, SlotsPerDay, day_number, day_start_ms};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A text is not what the original writes.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InfoFError {
    /// Not the JSON expected.
    #[error("not an InfoF text: {0}")]
    Json(String),
    /// A key is not 64 hex digits.
    #[error("a daily key or base id is 64 hexadecimal digits")]
    Key,
    /// A number of slots that no phone can use.
    #[error(transparent)]
    Slots(#[from] super::SlotsPerDayError),
}

/// What a phone uploads about itself beside its history: from this the server can follow it from `time_start` on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InfoF {
    /// The phone's base id.
    pub base_id: BaseId,
    /// Midnight of the base id's day, seconds.
    pub base_day_s: i64,
    /// The key of the first day traced.
    pub daily_key: DailyKey,
    /// Midnight of that day, seconds.
    pub time_start_s: i64,
}

#[derive(Serialize, Deserialize)]
struct InfoFJson {
    base_id: String,
    time: i64,
    daily_key: String,
    time_start: i64,
}

impl InfoF {
    /// For the `days` before `now_ms`, but not before the base id's day.
    pub fn new(base_id: &BaseId, base_ms: i64, now_ms: i64, days: u32) -> Self {
        let wanted = day_start_ms(now_ms.saturating_sub(i64::from(days) * DAY_MS));
        let time_start_ms = wanted.max(day_start_ms(base_ms));
        Self {
            base_id: base_id.clone(),
            base_day_s: day_start_ms(base_ms) / 1000,
            daily_key: base_id.daily_key(day_number(base_ms, time_start_ms)),
            time_start_s: time_start_ms / 1000,
        }
    }

    /// The text, byte for byte as the original writes it.
    pub fn to_json(&self) -> String {
        let json = InfoFJson {
            base_id: hex::encode_upper(self.base_id.as_bytes()),
            time: self.base_day_s,
            daily_key: hex::encode_upper(self.daily_key.as_bytes()),
            time_start: self.time_start_s,
        };
        serde_json::to_string(&json).expect("strings and numbers always serialise")
    }

    /// Reads such a text; hex of either case.
    pub fn from_json(text: &str) -> Result<Self, InfoFError> {
        let json: InfoFJson = parse(text)?;
        Ok(Self {
            base_id: BaseId::from_bytes(key(&json.base_id)?),
            base_day_s: json.time,
            daily_key: DailyKey::from_bytes(key(&json.daily_key)?),
            time_start_s: json.time_start,
        })
    }
}

/// One published key of a case, as in the push message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedDay {
    /// The key of the day `time_start_s`.
    pub daily_key: DailyKey,
    /// Start of the window, seconds.
    pub time_start_s: i64,
    /// End of the window, seconds.
    pub time_end_s: i64,
    /// Slots a day.
    pub slots: SlotsPerDay,
}

impl PublishedDay {
    /// For [`super::check_contact`].
    pub fn window(&self) -> CheckWindow {
        CheckWindow {
            daily_key: self.daily_key.clone(),
            start_ms: self.time_start_s.saturating_mul(1000),
            end_ms: self.time_end_s.saturating_mul(1000),
            slots: self.slots,
        }
    }
}

/// The push message's list of keys: `{"data":[{"daily_key":"…","time_start":…,"time_end":…,"max":…},…]}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedDays(pub Vec<PublishedDay>);

#[derive(Serialize, Deserialize)]
struct PublishedDaysJson {
    data: Vec<PublishedDayJson>,
}

#[derive(Serialize, Deserialize)]
struct PublishedDayJson {
    daily_key: String,
    time_start: i64,
    time_end: i64,
    max: u32,
}

impl PublishedDays {
    /// The text, byte for byte as in the original.
    pub fn to_json(&self) -> String {
        let day = |day: &PublishedDay| PublishedDayJson {
            daily_key: hex::encode_upper(day.daily_key.as_bytes()),
            time_start: day.time_start_s,
            time_end: day.time_end_s,
            max: day.slots.get(),
        };
        let json = PublishedDaysJson { data: self.0.iter().map(day).collect() };
        serde_json::to_string(&json).expect("strings and numbers always serialise")
    }

    /// Reads such a text; hex of either case.
    pub fn from_json(text: &str) -> Result<Self, InfoFError> {
        let json: PublishedDaysJson = parse(text)?;
        let day = |day: PublishedDayJson| {
            Ok(PublishedDay {
                daily_key: DailyKey::from_bytes(key(&day.daily_key)?),
                time_start_s: day.time_start,
                time_end_s: day.time_end,
                slots: SlotsPerDay::new(day.max)?,
            })
        };
        json.data.into_iter().map(day).collect::<Result<_, _>>().map(Self)
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, InfoFError> {
    // The parser's message gives only kind and place, never the text itself: the text holds keys.
    serde_json::from_str(text).map_err(|error| {
        InfoFError::Json(format!(
            "{:?} error at line {} column {}",
            error.classify(),
            error.line(),
            error.column()
        ))
    })
}

fn key(hex_text: &str) -> Result<[u8; 32], InfoFError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex_text, &mut bytes).map_err(|_| InfoFError::Key)?;
    Ok(bytes)
}

/// One stored sighting of the original: a pair, for it kept its own identifier of the moment too.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TraceRow {
    /// Our own identifier then.
    pub own: BluezoneId,
    /// Whom we heard.
    pub contact: BluezoneId,
    /// Received strength, dBm.
    pub rssi_dbm: i32,
    /// When, ms.
    pub time_ms: i64,
}

/// The history file `data_trace.txt`: rows not older than `days` before `now_ms` (counted from the moment, not from
/// midnight), one line each: own id, contact's id, strength, time, tab-separated.
pub fn trace_file_text(rows: &[TraceRow], now_ms: i64, days: u32) -> String {
    let from = now_ms.saturating_sub(i64::from(days) * DAY_MS);
    let mut text = String::new();
    for row in rows.iter().filter(|row| row.time_ms >= from) {
        let (own, contact) =
            (hex::encode_upper(row.own.as_bytes()), hex::encode_upper(row.contact.as_bytes()));
        writeln!(text, "{own}\t{contact}\t{}\t{}", row.rssi_dbm, row.time_ms)
            .expect("writing to a String does not fail");
    }
    text
}
