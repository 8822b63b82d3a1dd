//! What must be remembered about signing in, so that a restart forgives nothing.
//!
//! Wrong sign-ins count where they come from. A browser in which the officer has signed in before has a count of its own;
//! all others share the account's. So strangers can lock out strangers, and nobody whose browser is known: the scheme of
//! "device cookies" (OWASP, Slow Down Online Guessing with Device Cookies).

use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::officers::unit_is_valid;
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::lock_seconds;

macro_rules! of_browser {
    () => {
        "SELECT failures, locked_until FROM known_browsers WHERE browser_hash = $1 AND officer_id = $2"
    };
}
macro_rules! of_account {
    () => {
        "SELECT failures, locked_until FROM officers WHERE id = $1"
    };
}
pub(crate) const OF_BROWSER: &str = of_browser!();
const USE_TOTP_STEP: &str = concat!(
    "UPDATE officers SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2 AND disabled_at IS NULL \
     AND EXISTS (SELECT 1 FROM units WHERE units.code = officers.unit AND ",
    unit_is_valid!("$3"),
    ")"
);

impl Store {
    /// Until when signing in to this account from this browser is refused, if it is: by the browser's own count where the
    /// browser is known for the account, by the account's otherwise.
    pub async fn locked_until(
        &self,
        id: OfficerId,
        browser: Option<Hash>,
    ) -> Result<Option<Timestamp>, StoreError> {
        if let Some(browser) = browser
            && let Some(row) = self.db.fetch_optional(OF_BROWSER, values![browser, id]).await?
        {
            return row.opt_time("locked_until");
        }
        let row = self.db.fetch_optional(of_account!(), values![id]).await?;
        row.ok_or(StoreError::NotFound("the officer"))?.opt_time("locked_until")
    }

    /// Counts a wrong password or TOTP code from this browser; returns until when it (or every unknown one) is refused, if
    /// it now is. Failures during a lock do not lengthen it: ask [`Store::locked_until`] first.
    pub async fn record_sign_in_failure(
        &self,
        id: OfficerId,
        browser: Option<Hash>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        transaction!(self.db, tx => {
            let count = Count::find(&mut tx, id, browser).await?;
            count.add_failure(&mut tx, now).await
        })
    }

    /// Counts an attempt at the password as a failure before anybody looks at it, so that many at once are no more than
    /// one after another: [`Store::forgive_attempts`] takes it back. `None`: it is locked, do not look at it. Otherwise, whether
    /// it is locked if the password is wrong.
    pub async fn begin_attempt(
        &self,
        id: OfficerId,
        browser: Option<Hash>,
        now: Timestamp,
    ) -> Result<Option<bool>, StoreError> {
        transaction!(self.db, tx => {
            let count = Count::find(&mut tx, id, browser).await?;
            if count.is_locked(now) {
                return Ok(None);
            }
            Ok(Some(count.add_failure(&mut tx, now).await?.is_some()))
        })
    }

    /// Takes back what [`Store::begin_attempt`] counted, once the password was right.
    pub async fn forgive_attempts(&self, id: OfficerId, browser: Option<Hash>) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let count = Count::find(&mut tx, id, browser).await?;
            count.set(&mut tx, 0, None).await
        })
    }

    /// Takes a TOTP step (Unix time / 30) and clears the count of failures of this browser (or of the unknown ones), once
    /// password and code were right. `false` if this step or a later one was used before (the code was replayed), if it is
    /// locked by now (wrong guesses that were made at the same time), if the account is disabled or if its unit has ended:
    /// the sign-in is refused.
    pub async fn use_totp_step(
        &self,
        id: OfficerId,
        browser: Option<Hash>,
        step: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let count = Count::find(&mut tx, id, browser).await?;
            if count.is_locked(now) || tx.execute(USE_TOTP_STEP, values![id, step, now]).await? == 0 {
                return Ok(false);
            }
            count.set(&mut tx, 0, None).await?;
            Ok(true)
        })
    }

    /// Remembers a browser in which the officer has just signed in.
    pub async fn remember_browser(
        &self,
        id: OfficerId,
        browser: Hash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO known_browsers (browser_hash, officer_id, failures, seen_at) VALUES ($1, $2, 0, $3) \
                 ON CONFLICT (browser_hash, officer_id) DO UPDATE SET seen_at = $3",
                values![browser, id, now],
            )
            .await?;
            Ok(())
        })
    }
}

/// Where failures count.
struct Count {
    officer: OfficerId,
    /// The account's, if none.
    browser: Option<Hash>,
    failures: u32,
    locked_until: Option<Timestamp>,
}

impl Count {
    /// Locks its row until the transaction ends.
    async fn find(tx: &mut Tx, officer: OfficerId, browser: Option<Hash>) -> Result<Count, StoreError> {
        let of = |row: Row, browser| {
            let (failures, locked_until) = (row.small("failures")?, row.opt_time("locked_until")?);
            Ok(Count { officer, browser, failures, locked_until })
        };
        if let Some(hash) = browser
            && let Some(row) = tx.fetch_optional(for_update!(of_browser!()), values![hash, officer]).await?
        {
            return of(row, browser);
        }
        let row = tx.fetch_optional(for_update!(of_account!()), values![officer]).await?;
        of(row.ok_or(StoreError::NotFound("the officer"))?, None)
    }

    fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    async fn add_failure(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let failures = self.failures.saturating_add(1);
        let locked_until = lock_seconds(failures).map(|seconds| now + seconds);
        self.set(tx, failures, locked_until).await?;
        Ok(locked_until)
    }

    async fn set(&self, tx: &mut Tx, failures: u32, until: Option<Timestamp>) -> Result<(), StoreError> {
        let (sql, values) = match self.browser {
            Some(browser) => (
                "UPDATE known_browsers SET failures = $2, locked_until = $3 WHERE officer_id = $1 AND browser_hash = $4",
                values![self.officer, failures, until, browser].to_vec(),
            ),
            None => (
                "UPDATE officers SET failures = $2, locked_until = $3 WHERE id = $1",
                values![self.officer, failures, until].to_vec(),
            ),
        };
        tx.execute(sql, &values).await?;
        Ok(())
    }
}
