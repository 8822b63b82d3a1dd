//! Trading a one-time code for a token.

use crate::cases::facts_from;
use crate::codes::may_publish;
use crate::db::{Lock, Tx, for_update, transaction};
use crate::error::StoreError;
use crate::guesses::{Admission, GuessLimits, admit, charge};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{CodeKind, ContactFacts, Finding};
use bluezone_domain::id::{CodeId, TokenId};
use std::fmt;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// A phone's attempt to trade a code. `Debug` hides hashes and token.
#[derive(Clone, PartialEq, Eq)]
pub struct Redeem {
    /// Keyed hash of the code.
    pub code_hash: Hash,
    /// What kind of code was typed.
    pub kind: CodeKind,
    /// Keyed hash of the phone's nonce: who sends the same again gets the same token again. Without one there is no retry.
    pub nonce_hash: Option<Hash>,
    /// What the phone can handle: a code that stands for something else is not burnt.
    pub accepted: Vec<CaseStatus>,
    /// Whether it can handle a contact's code.
    pub accepts_contact: bool,
    /// The token to store if the code is good.
    pub token_id: TokenId,
    /// The token, sealed.
    pub token_sealed: Vec<u8>,
    /// The first second in which the token no longer works.
    pub token_expires: Timestamp,
    /// Limits on wrong short codes. Links are not limited: nobody guesses 160 bits.
    pub limits: GuessLimits,
    /// The time.
    pub now: Timestamp,
}

impl fmt::Debug for Redeem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redeem").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What came of it. `Debug` hides the token.
#[derive(Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The code was good; it is burnt, and the token given in is stored.
    New {
        /// The case or contact at this moment; the token keeps it.
        finding: Finding,
    },
    /// The same nonce came again: this is the token of the first time.
    Repeated {
        /// The token's identifier.
        token_id: TokenId,
        /// The token, sealed.
        token_sealed: Vec<u8>,
        /// The case or contact as it was the first time.
        finding: Finding,
    },
    /// The code is good, but stands for this, which the phone does not accept. It can still be used.
    Unsupported(Finding),
    /// Unknown, used by another or expired; which of them is not said.
    Refused,
    /// Too many wrong short codes from everywhere: short codes pause.
    Paused,
    /// Too many wrong short codes from this source.
    SourceLimited,
}

impl fmt::Debug for Redeemed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Redeemed::New { .. } => "New(..)",
            Redeemed::Repeated { .. } => "Repeated(..)",
            Redeemed::Unsupported(_) => "Unsupported(..)",
            Redeemed::Refused => "Refused",
            Redeemed::Paused => "Paused",
            Redeemed::SourceLimited => "SourceLimited",
        })
    }
}

pub(crate) const FIND_CODE: crate::db::Sql =
    for_update!("SELECT id, used_at, expires_at FROM codes WHERE code_hash = $1 AND kind = $2");
/// A statement of its own, after the code is locked: on PostgreSQL it then sees the token of whoever held the lock before.
pub(crate) const FIND_TOKEN: &str = "SELECT tokens.id, nonce_hash, sealed, expires_at, status, symptom_onset, test_date, \
     publish_from FROM tokens WHERE code_id = $1 AND (expires_at > $2 OR response IS NOT NULL)";
pub(crate) const FIND_CASE: &str = "SELECT status, symptom_onset, test_date FROM cases \
     WHERE id = (SELECT case_id FROM codes WHERE id = $1)";
pub(crate) const FIND_CONTACT: &str = "SELECT class, concluded, became_case, publish_from FROM codes \
     JOIN contacts ON contacts.id = codes.contact_id WHERE codes.id = $1";
/// The status that a contact's token has.
const CONTACT: &str = "contact";
/// The token of a phone that asks again, looked for without a lock.
pub(crate) const FIND_REPEATED: &str = "SELECT tokens.id, nonce_hash, sealed, tokens.expires_at, status, symptom_onset, \
     test_date, tokens.publish_from FROM codes JOIN tokens ON tokens.code_id = codes.id \
     WHERE codes.code_hash = $1 AND codes.kind = $2 AND (tokens.expires_at > $3 OR response IS NOT NULL)";
/// Short codes that a process looks at, and that it tries, at the same time: one is tried after another, on all nodes together, and
/// whoever waits for that has a connection. The others are for what is behind it: links, certificates, keys.
const LOOKING: usize = 3;
const TRYING: usize = 2;
/// Short codes that wait for such a turn or have one: each has a request's place, which others want, too.
const AT_ONCE: usize = 200;
/// Whoever has not had a turn by then is told to come again.
const PATIENCE: Duration = Duration::from_secs(8);
const CROWDED: StoreError = StoreError::Crowded("to try a short code");
pub(crate) const BURN: &str =
    "UPDATE codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2";

impl Store {
    /// Burns the code and stores its token, in one transaction; or repeats, or refuses and charges the guess, in that same
    /// transaction. A short code that the limits refuse is refused before it: who is over them does not stand in the way of others.
    ///
    /// Unknown, used and expired codes run the same statements, so that time does not tell them apart either.
    ///
    /// # Errors
    /// [`StoreError::Crowded`] if too many short codes are tried at this moment, besides the database's.
    pub async fn redeem_code(&self, redeem: &Redeem) -> Result<Redeemed, StoreError> {
        if redeem.kind == CodeKind::Link {
            return self.try_code(redeem).await;
        }
        let turns = &self.short_codes;
        let _place = turns.at_once.try_acquire().map_err(|_| CROWDED)?;
        let looking = turn(&turns.looking).await?;
        if let Some(answer) = self.look_at_short_code(redeem).await? {
            return Ok(answer);
        }
        drop(looking);
        let _trying = turn(&turns.trying).await?;
        self.try_code(redeem).await
    }

    /// What is answered without a try: that it is over the limits, unless it comes again. What is within them here is asked again when
    /// nobody else can spend what is left.
    async fn look_at_short_code(&self, redeem: &Redeem) -> Result<Option<Redeemed>, StoreError> {
        let refused = match self.would_admit(&redeem.limits, redeem.now).await? {
            Admission::Admitted { .. } => return Ok(None),
            Admission::Paused => Redeemed::Paused,
            Admission::SourceLimited => Redeemed::SourceLimited,
        };
        let code = values![redeem.code_hash, redeem.kind.as_str(), redeem.now];
        let token = self.db.fetch_optional(FIND_REPEATED, code).await?;
        let repeated = token.map(|row| repeat(&row, redeem)).transpose()?.flatten();
        Ok(Some(repeated.unwrap_or(refused)))
    }

    async fn try_code(&self, redeem: &Redeem) -> Result<Redeemed, StoreError> {
        transaction!(self.db, tx => {
            if redeem.kind == CodeKind::Short {
                tx.lock(Lock::Guesses).await?;
            }
            let code = tx.fetch_optional(FIND_CODE, values![redeem.code_hash, redeem.kind.as_str()]).await?;
            let good = code.as_ref().map(|row| is_good(row, redeem.now)).transpose()?.unwrap_or(false);
            let id = code.as_ref().map(|row| row.parsed("id")).transpose()?;
            // No code has this identifier: it makes an unknown code run what a known one runs.
            let id = id.unwrap_or(CodeId::from_bytes([0; 16]));
            let token = tx.fetch_optional(FIND_TOKEN, values![id, redeem.now]).await?;
            let case = tx.fetch_optional(FIND_CASE, values![id]).await?;
            let contact = tx.fetch_optional(FIND_CONTACT, values![id]).await?;
            // A retry is no guess: it is answered even while short codes pause.
            if let Some(repeated) = token.as_ref().map(|row| repeat(row, redeem)).transpose()?.flatten() {
                return Ok(repeated);
            }
            let cost = match redeem.kind {
                CodeKind::Link => None,
                CodeKind::Short => match admit(&mut tx, &redeem.limits, redeem.now).await? {
                    Admission::Admitted { cost } => Some(cost),
                    Admission::Paused => return Ok(Redeemed::Paused),
                    Admission::SourceLimited => return Ok(Redeemed::SourceLimited),
                },
            };
            let finding = match (case.as_ref(), contact.as_ref()) {
                (None, _) => None,
                (Some(case), None) => Some(Finding::Case(facts_from(case)?)),
                // Who became a case, or turned out to be no contact, needs another code or none.
                (Some(_), Some(contact)) if !may_publish(contact)? => None,
                (Some(_), Some(contact)) => Some(contact_from(contact)?),
            };
            if let Some(finding) = finding
                && good
                && !redeem.accepts(finding)
            {
                return Ok(Redeemed::Unsupported(finding));
            }
            // The nobody's identifier for a contact that may not publish: the same statement, and nothing is burnt.
            let burnt = if finding.is_some() { id } else { CodeId::from_bytes([0; 16]) };
            if tx.execute(BURN, values![burnt, redeem.now]).await? == 1 {
                let finding = finding.ok_or(StoreError::Corrupt("codes.case_id"))?;
                insert_token(&mut tx, id, redeem, finding).await?;
                return Ok(Redeemed::New { finding });
            }
            if let Some(cost) = cost {
                charge(&mut tx, &redeem.limits, cost, redeem.now).await?;
            }
            Ok(Redeemed::Refused)
        })
    }
}

/// Turns at short codes, of one process.
pub(crate) struct ShortCodes {
    at_once: Semaphore,
    looking: Semaphore,
    trying: Semaphore,
}

impl ShortCodes {
    pub fn new() -> Self {
        ShortCodes {
            at_once: Semaphore::new(AT_ONCE),
            looking: Semaphore::new(LOOKING),
            trying: Semaphore::new(TRYING),
        }
    }
}

async fn turn(turns: &Semaphore) -> Result<SemaphorePermit<'_>, StoreError> {
    let turn = timeout(PATIENCE, turns.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or(CROWDED)
}

impl Redeem {
    fn accepts(&self, finding: Finding) -> bool {
        match finding {
            Finding::Case(facts) => self.accepted.contains(&facts.status),
            Finding::Contact(_) => self.accepts_contact,
        }
    }
}

fn contact_from(row: &Row) -> Result<Finding, StoreError> {
    Ok(Finding::Contact(ContactFacts { publish_from: row.time("publish_from")? }))
}

/// What a token keeps.
pub(crate) fn finding_from(token: &Row) -> Result<Finding, StoreError> {
    match token.text("status")?.as_str() {
        CONTACT => contact_from(token),
        _ => Ok(Finding::Case(facts_from(token)?)),
    }
}

/// Whether [`BURN`] would burn it.
fn is_good(code: &Row, now: Timestamp) -> Result<bool, StoreError> {
    Ok(code.opt_int("used_at")?.is_none() && code.time("expires_at")? > now)
}

/// The stored token, if it was this phone that burnt the code.
fn repeat(token: &Row, redeem: &Redeem) -> Result<Option<Redeemed>, StoreError> {
    let stored = token.opt_bytes("nonce_hash")?;
    // Keyed hashes: comparing them in variable time tells nothing about the nonce.
    match (&stored, &redeem.nonce_hash) {
        (Some(stored), Some(sent)) if stored == sent => {
            let finding = finding_from(token)?;
            if !redeem.accepts(finding) {
                return Ok(Some(Redeemed::Unsupported(finding)));
            }
            let (token_id, token_sealed) = (token.parsed("id")?, token.bytes("sealed")?);
            Ok(Some(Redeemed::Repeated { token_id, token_sealed, finding }))
        }
        _ => Ok(None),
    }
}

async fn insert_token(
    tx: &mut Tx,
    code: CodeId,
    redeem: &Redeem,
    finding: Finding,
) -> Result<(), StoreError> {
    let (status, symptom_onset, test_date, publish_from) = match finding {
        Finding::Case(facts) => (facts.status.as_str(), facts.symptom_onset, facts.test_date, None),
        Finding::Contact(facts) => (CONTACT, None, None, Some(facts.publish_from)),
    };
    tx.execute(
        "INSERT INTO tokens (id, code_id, nonce_hash, sealed, expires_at, status, symptom_onset, test_date, \
         publish_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            redeem.token_id,
            code,
            redeem.nonce_hash,
            redeem.token_sealed.as_slice(),
            redeem.token_expires,
            status,
            symptom_onset,
            test_date,
            publish_from,
        ],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::postgres;

    fn attempt(kind: CodeKind, source_failures: u32) -> Redeem {
        let limits = GuessLimits { budget_units: 1_000, source_hash: [1; 32], source_failures };
        Redeem {
            code_hash: [2; 32],
            kind,
            nonce_hash: None,
            accepted: Vec::new(),
            accepts_contact: false,
            token_id: TokenId::from_bytes([3; 16]),
            token_sealed: Vec::new(),
            token_expires: Timestamp(2_000),
            limits,
            now: Timestamp(1_000),
        }
    }

    const SOON: Duration = Duration::from_secs(5);

    /// Somebody, here or on another node, is trying a code, and it takes its time.
    #[tokio::test]
    async fn whoever_is_over_the_limits_waits_for_nobody() {
        let database = postgres().await;
        let store = database.open().await;
        let mut other = store.db.begin().await.unwrap();
        other.lock(Lock::Guesses).await.unwrap();
        let over = attempt(CodeKind::Short, 0);
        let answer = timeout(SOON, store.redeem_code(&over)).await.expect("it waits");
        assert_eq!(answer.unwrap(), Redeemed::SourceLimited);
        other.rollback().await.unwrap();
    }

    #[tokio::test]
    async fn short_codes_that_wait_leave_connections_to_links() {
        let database = postgres().await;
        let store = database.open().await;
        let ahead = store.ahead(TRYING as u32 + 1);
        let mut other = store.db.begin().await.unwrap();
        other.lock(Lock::Guesses).await.unwrap();
        let mut short = Vec::new();
        for _ in 0..AT_ONCE + 10 {
            let ahead = ahead.clone();
            let redeem = attempt(CodeKind::Short, u32::MAX);
            short.push(tokio::spawn(async move { ahead.redeem_code(&redeem).await }));
        }
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while database.number(waiting).await < TRYING as i64 {
            tokio::task::yield_now().await;
        }
        let link = attempt(CodeKind::Link, 0);
        let answer = timeout(SOON, ahead.redeem_code(&link)).await.expect("no connection is left");
        assert_eq!(answer.unwrap(), Redeemed::Refused);
        other.rollback().await.unwrap();
        let mut crowded = 0;
        for one in short {
            match one.await.unwrap() {
                Ok(answer) => assert_eq!(answer, Redeemed::Refused),
                Err(error) => {
                    assert!(error.is_unavailable(), "{error}");
                    crowded += 1;
                }
            }
        }
        assert!(crowded >= 10, "more than can be done are told so at once");
    }
}
