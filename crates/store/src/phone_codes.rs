//! Codes in text messages: the last one for each number and purpose, how often it was tried, and how many were sent.

use crate::db::{Lock, for_update, transaction};
use crate::error::StoreError;
use crate::guesses::{count_within, note_source};
use crate::value::values;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::{CODE_LIFETIME_S, CODE_TRIES};
use std::fmt;

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 86_400;

macro_rules! find {
    () => {
        "SELECT code_hash, tries_left, expires_at FROM phone_codes WHERE number_hash = $1 AND purpose = $2"
    };
}
#[cfg(test)]
pub(crate) const FIND: &str = find!();

/// A code that is about to be sent. `Debug` hides the hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPhoneCode<'a> {
    /// Keyed hash of the number.
    pub number: Hash,
    /// What it confirms the number for: a code for one purpose opens no other.
    pub purpose: &'a str,
    /// Keyed hash of the code.
    pub code: Hash,
    /// Keyed hash of the network address that asked.
    pub source: Hash,
    /// When.
    pub at: Timestamp,
}

impl fmt::Debug for NewPhoneCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPhoneCode").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// How many text messages may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextLimits {
    /// To one number in an hour.
    pub number_hour: u32,
    /// To one number in a day.
    pub number_day: u32,
    /// For one source in an hour. Many people share the address of a mobile network.
    pub source_hour: u32,
}

/// Whether a code may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeptPhoneCode {
    /// It is kept: send it.
    Kept,
    /// The number got too many.
    NumberLimited,
    /// The source asked for too many.
    SourceLimited,
}

/// What a typed code was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TriedPhoneCode {
    /// Right; it is used up now.
    Right,
    /// Wrong; it may be tried so many times more.
    Wrong {
        /// Tries left.
        left: u32,
    },
    /// There is none (any more): expired, tried too often, used, or never sent.
    Over,
}

impl Store {
    /// Keeps a code in place of an earlier one for the same number and purpose, and counts it.
    pub async fn keep_phone_code(
        &self,
        new: &NewPhoneCode<'_>,
        limits: &TextLimits,
    ) -> Result<KeptPhoneCode, StoreError> {
        transaction!(self.db, tx => {
            tx.lock(Lock::Texts).await?;
            let hour = count_within(&mut tx, new.number, new.at, HOUR_S).await?;
            let day = count_within(&mut tx, new.number, new.at, DAY_S).await?;
            if hour >= i64::from(limits.number_hour) || day >= i64::from(limits.number_day) {
                return Ok(KeptPhoneCode::NumberLimited);
            }
            if count_within(&mut tx, new.source, new.at, HOUR_S).await? >= i64::from(limits.source_hour) {
                return Ok(KeptPhoneCode::SourceLimited);
            }
            note_source(&mut tx, new.number, new.at).await?;
            note_source(&mut tx, new.source, new.at).await?;
            tx.execute(
                "INSERT INTO phone_codes (number_hash, purpose, code_hash, tries_left, expires_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (number_hash, purpose) DO UPDATE \
                 SET code_hash = $3, tries_left = $4, expires_at = $5",
                values![new.number, new.purpose, new.code, CODE_TRIES, new.at + CODE_LIFETIME_S],
            )
            .await?;
            Ok(KeptPhoneCode::Kept)
        })
    }

    /// Tries a code. The right one works once.
    pub async fn try_phone_code(
        &self,
        number: Hash,
        purpose: &str,
        code: Hash,
        now: Timestamp,
    ) -> Result<TriedPhoneCode, StoreError> {
        transaction!(self.db, tx => {
            let names = values![number, purpose];
            let Some(row) = tx.fetch_optional(for_update!(find!()), names).await? else {
                return Ok(TriedPhoneCode::Over);
            };
            let left: u32 = row.small("tries_left")?;
            if left == 0 || row.time("expires_at")? <= now {
                return Ok(TriedPhoneCode::Over);
            }
            // Keyed hashes: how far they agree tells nothing of the code.
            if row.array::<32>("code_hash")? == code {
                tx.execute("DELETE FROM phone_codes WHERE number_hash = $1 AND purpose = $2", names).await?;
                return Ok(TriedPhoneCode::Right);
            }
            let sql = "UPDATE phone_codes SET tries_left = $3 WHERE number_hash = $1 AND purpose = $2";
            tx.execute(sql, values![number, purpose, left - 1]).await?;
            Ok(if left == 1 { TriedPhoneCode::Over } else { TriedPhoneCode::Wrong { left: left - 1 } })
        })
    }
}
