//! Codes in text messages: the last one for each number and purpose, who tried it how often, and how many were sent.
//!
//! Nobody shuts the owner of a number out: whenever no other code may be sent to it, the last one is still good; and each source
//! has tries of its own. What then keeps guessers out is what all of them may spend together: [`bluezone_domain::text_guess`].

use crate::db::{Lock, Tx, for_update, transaction};
use crate::error::StoreError;
use crate::guesses::{bucket, count_source, count_within, first_bucket, note_source};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::citizen::{CODE_LIFETIME_S, CODE_TRIES, CodeLength, LAST_CODE_LIFETIME_S};
use bluezone_domain::{Timestamp, guess, text_guess};
use std::fmt;

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 86_400;
/// It outlives the pause.
const _: () = assert!(LAST_CODE_LIFETIME_S >= HOUR_S + crate::guesses::BUCKET_S);

macro_rules! find {
    () => {
        "SELECT code_hash, long, expires_at FROM phone_codes WHERE number_hash = $1"
    };
}
#[cfg(test)]
pub(crate) const FIND: &str = find!();
pub(crate) const TRIES: &str =
    "SELECT wrong FROM phone_code_tries WHERE number_hash = $1 AND source_hash = $2";
pub(crate) const SPENT: &str =
    "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) AS spent FROM texted_charges WHERE bucket >= $1";

/// A code that is about to be sent. `Debug` hides the hashes.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPhoneCode {
    /// Keyed hash of the number and of what it is confirmed for: a code for one purpose opens no other.
    pub number: Hash,
    /// Keyed hash of the code.
    pub code: Hash,
    /// How long it is: [`Store::phone_code_length`].
    pub length: CodeLength,
    /// Keyed hash of the network address that asked.
    pub source: Hash,
    /// When.
    pub at: Timestamp,
}

impl fmt::Debug for NewPhoneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPhoneCode").finish_non_exhaustive()
    }
}

/// How many text messages may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextLimits {
    /// To one number in an hour.
    pub number_hour: u32,
    /// To one number in a day; from then on one an hour.
    pub number_day: u32,
    /// For one source in an hour. Many people share the address of a mobile network.
    pub source_hour: u32,
}

/// Whether a code may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeptPhoneCode {
    /// It is kept for so many seconds: send it.
    Kept {
        /// For how long it can be typed.
        lifetime_s: i64,
    },
    /// The number got enough of them for now; the last one is still good.
    StillGood,
    /// The number got enough of them for now, and the last one was used.
    NumberLimited,
    /// The source asked for too many.
    SourceLimited,
}

/// What wrong codes are held to. `Debug` hides the source.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TextGuessLimits {
    /// What all guessers together may be charged in 24 hours, see [`guess::budget_units`].
    pub budget_units: i64,
    /// Keyed hash of where the code was typed.
    pub source: Hash,
    /// Wrong codes from one source in an hour.
    pub source_hour: u32,
}

impl fmt::Debug for TextGuessLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextGuessLimits").field("budget_units", &self.budget_units).finish_non_exhaustive()
    }
}

/// What a typed code was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TriedPhoneCode {
    /// Right; it is used up now.
    Right,
    /// Wrong; it may be tried from there so many times more.
    Wrong {
        /// Tries left.
        left: u32,
    },
    /// There is none (any more): expired, tried too often from there, used, never sent, or short while short ones pause.
    Over,
    /// Too many wrong codes came from there, or from everywhere: nothing was looked at.
    Limited,
}

impl Store {
    /// How long a code is that is sent now.
    pub async fn phone_code_length(
        &self,
        budget_units: i64,
        now: Timestamp,
    ) -> Result<CodeLength, StoreError> {
        let row = self.db.fetch_one(SPENT, values![first_bucket(now, guess::WINDOW_S)]).await?;
        Ok(text_guess::length(row.int("spent")?, budget_units))
    }

    /// Keeps a code in place of an earlier one for the same number and purpose, and counts it.
    pub async fn keep_phone_code(
        &self,
        new: &NewPhoneCode,
        limits: &TextLimits,
    ) -> Result<KeptPhoneCode, StoreError> {
        let (number_hour, number_day) = (i64::from(limits.number_hour), i64::from(limits.number_day));
        let enough = |hour: i64, day: i64| hour >= number_hour || (day >= number_day && hour > 0);
        transaction!(self.db, tx => {
            tx.lock(Lock::Texts).await?;
            let hour = count_within(&mut tx, new.number, new.at, HOUR_S).await?;
            let day = count_within(&mut tx, new.number, new.at, DAY_S).await?;
            if enough(hour, day) {
                let last = tx.fetch_optional(for_update!(find!()), values![new.number]).await?;
                let good = last.map(|row| row.time("expires_at")).transpose()?.is_some_and(|until| until > new.at);
                return Ok(if good { KeptPhoneCode::StillGood } else { KeptPhoneCode::NumberLimited });
            }
            if count_within(&mut tx, new.source, new.at, HOUR_S).await? >= i64::from(limits.source_hour) {
                return Ok(KeptPhoneCode::SourceLimited);
            }
            note_source(&mut tx, new.number, new.at).await?;
            note_source(&mut tx, new.source, new.at).await?;
            let lifetime_s = if enough(hour + 1, day + 1) { LAST_CODE_LIFETIME_S } else { CODE_LIFETIME_S };
            let long = i64::from(new.length == CodeLength::Long);
            tx.execute(
                "INSERT INTO phone_codes (number_hash, code_hash, long, expires_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (number_hash) DO UPDATE SET code_hash = $2, long = $3, expires_at = $4",
                values![new.number, new.code, long, new.at + lifetime_s],
            )
            .await?;
            tx.execute("DELETE FROM phone_code_tries WHERE number_hash = $1", values![new.number]).await?;
            Ok(KeptPhoneCode::Kept { lifetime_s })
        })
    }

    /// Tries a code. The right one works once.
    pub async fn try_phone_code(
        &self,
        number: Hash,
        code: Hash,
        limits: &TextGuessLimits,
        now: Timestamp,
    ) -> Result<TriedPhoneCode, StoreError> {
        transaction!(self.db, tx => {
            // Until the attempt is charged: otherwise many at once would all see the same unspent budget.
            tx.lock(Lock::Texts).await?;
            let Some(row) = tx.fetch_optional(for_update!(find!()), values![number]).await? else {
                return Ok(TriedPhoneCode::Over);
            };
            let tries = tx.fetch_optional(TRIES, values![number, limits.source]).await?;
            let wrong: u32 = tries.map(|row| row.small("wrong")).transpose()?.unwrap_or_default();
            if wrong >= CODE_TRIES || row.time("expires_at")? <= now {
                return Ok(TriedPhoneCode::Over);
            }
            if count_source(&mut tx, limits.source, now).await? >= i64::from(limits.source_hour) {
                return Ok(TriedPhoneCode::Limited);
            }
            let length = length_of(&row)?;
            let spent = tx.fetch_one(SPENT, values![first_bucket(now, guess::WINDOW_S)]).await?.int("spent")?;
            if !text_guess::admits(spent, limits.budget_units, length) {
                return Ok(match length {
                    CodeLength::Short => TriedPhoneCode::Over,
                    CodeLength::Long => TriedPhoneCode::Limited,
                });
            }
            // Keyed hashes: how far they agree tells nothing of the code.
            if row.array::<32>("code_hash")? == code {
                tx.execute("DELETE FROM phone_codes WHERE number_hash = $1", values![number]).await?;
                return Ok(TriedPhoneCode::Right);
            }
            charge(&mut tx, number, limits.source, text_guess::cost(length), now).await?;
            Ok(match CODE_TRIES - wrong - 1 {
                0 => TriedPhoneCode::Over,
                left => TriedPhoneCode::Wrong { left },
            })
        })
    }
}

fn length_of(row: &Row) -> Result<CodeLength, StoreError> {
    Ok(if row.int("long")? == 0 { CodeLength::Short } else { CodeLength::Long })
}

/// Charges a wrong code: to everybody, to where it came from, and to what may be tried of it from there.
async fn charge(
    tx: &mut Tx,
    number: Hash,
    source: Hash,
    cost: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO texted_charges (bucket, units) VALUES ($1, $2) \
         ON CONFLICT (bucket) DO UPDATE SET units = texted_charges.units + excluded.units",
        values![bucket(now), cost],
    )
    .await?;
    tx.execute(
        "INSERT INTO phone_code_tries (number_hash, source_hash, wrong) VALUES ($1, $2, 1) \
         ON CONFLICT (number_hash, source_hash) DO UPDATE SET wrong = phone_code_tries.wrong + 1",
        values![number, source],
    )
    .await?;
    note_source(tx, source, now).await
}
