//! Deleting what is no longer needed.

use crate::Store;
use crate::citizens;
use crate::days;
use crate::db::{Db, Sql, for_update, transaction};
use crate::error::StoreError;
use crate::guesses::bucket;
use crate::streams::{PerStream, per_stream};
use crate::value::values;
use bluezone_domain::agency::{APP_COUNTS_S, INVITED_S};
use bluezone_domain::publication::Stream;
use bluezone_domain::visit::{RETENTION_DAYS, day_start};
use bluezone_domain::{Timestamp, guess};
use bluezone_protocol::time::DAY_S;

/// Rows that one transaction deletes at most, so that nobody waits long for the database.
const AT_ONCE: u32 = 10_000;
/// Cases or persons that one transaction deletes at most: each takes several statements.
const CASES_AT_ONCE: u32 = 500;

/// For how many seconds a browser stays known after the last sign-in: as long as browsers keep its cookie.
pub const KNOWN_BROWSER_S: i64 = 400 * DAY_S;

/// For how many seconds things are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Keys, from the start of their rolling period.
    pub keys_s: i64,
    /// Codes (their hash and when they were issued and used), after they expire. Longer than a token lives.
    pub codes_s: i64,
    /// Tokens, after they expire.
    pub tokens_s: i64,
    /// Cases with their history and contacts, and persons who are in no case or contact any more, after the last change of
    /// any; a case longer if a code is kept longer.
    pub cases_s: i64,
    /// Health declarations, after they arrived - on PostgreSQL all of a day, as visits -, and consents on paper.
    pub declarations_s: i64,
    /// Messages in citizens' inboxes.
    pub messages_s: i64,
    /// Citizens' accounts, after they were here last.
    pub citizens_s: i64,
    /// Visits, after they began - on PostgreSQL all of a day (Vietnam's) when the day has had its time -; and places, after they
    /// were closed and their last visit was deleted.
    pub visits_s: i64,
    /// What phones sent by consent, opened or not, mailboxes, requests that are over, and notes of what was taken back.
    pub consents_s: i64,
    /// Looks at people's data; requests about it that were answered, breaches that are closed, from then on. Long enough to
    /// answer a complaint.
    pub rights_s: i64,
}

impl Default for Retention {
    /// Keys 14 days and two of margin: the last day's key itself, and its way through an export. Cases 90 days: see
    /// SECURITY.md.
    fn default() -> Self {
        Retention {
            keys_s: 16 * DAY_S,
            codes_s: 14 * DAY_S,
            tokens_s: DAY_S,
            cases_s: 90 * DAY_S,
            consents_s: 30 * DAY_S,
            rights_s: 730 * DAY_S,
            declarations_s: 45 * DAY_S,
            messages_s: 90 * DAY_S,
            citizens_s: 400 * DAY_S,
            visits_s: RETENTION_DAYS.start() * DAY_S,
        }
    }
}

/// How many rows were deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Purged {
    /// Published keys.
    pub keys: u64,
    /// Codes, and links by which contacts name others.
    pub codes: u64,
    /// Tokens, besides those of deleted codes.
    pub tokens: u64,
    /// Sessions, half-done sign-ins, codes in text messages, and declarations whose sender never confirmed their number.
    pub sessions: u64,
    /// Browsers that nobody signed in from for long.
    pub browsers: u64,
    /// Charges and counts of wrong codes.
    pub guesses: u64,
    /// Cases.
    pub cases: u64,
    /// Uploads, mailboxes, requests and withdrawals.
    pub consents: u64,
    /// Persons of whom no record is left but their own.
    pub persons: u64,
    /// Line lists that nobody imported.
    pub uploads: u64,
    /// Changes of contacts that are gone.
    pub batches: u64,
    /// Warnings of places.
    pub place_warnings: u64,
    /// Reports of citizens.
    pub signals: u64,
    /// Looks, requests and breaches.
    pub rights: u64,
    /// Notes about files that are long gone.
    pub exports: u64,
    /// Health declarations.
    pub declarations: u64,
    /// Messages in citizens' inboxes.
    pub messages: u64,
    /// Citizens' accounts.
    pub citizens: u64,
    /// Invitations of agencies that nobody answered, or that let nothing be seen.
    pub invitations: u64,
    /// What people said of their app, too long ago to count.
    pub app_days: u64,
    /// Visits.
    pub visits: u64,
    /// Places that were closed.
    pub places: u64,
}

/// Keys of an open batch stay: its file must be the same however late it is written.
pub(crate) const KEYS: PerStream = per_stream!("DELETE FROM " keys " WHERE key IN (SELECT k.key FROM " keys " k \
     WHERE k.rolling_start < $1 AND NOT EXISTS (SELECT 1 FROM " exports " e \
     WHERE e.state = 'open' AND (e.id = k.batch OR e.id = k.revised_batch)) LIMIT $2)");
pub(crate) const TOKENS: &str =
    "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires_at < $1 LIMIT $2)";
pub(crate) const CODES: &str =
    "DELETE FROM codes WHERE id IN (SELECT id FROM codes WHERE expires_at < $1 LIMIT $2)";
pub(crate) const SESSIONS: &str = "DELETE FROM sessions WHERE token_hash IN \
     (SELECT token_hash FROM sessions WHERE expires_at <= $1 LIMIT $2)";
pub(crate) const CEREMONIES: &str = "DELETE FROM ceremonies WHERE ticket_hash IN \
     (SELECT ticket_hash FROM ceremonies WHERE expires_at <= $1 LIMIT $2)";
pub(crate) const CITIZEN_SESSIONS: &str = "DELETE FROM citizen_sessions WHERE token_hash IN \
     (SELECT token_hash FROM citizen_sessions WHERE expires_at <= $1 LIMIT $2)";
pub(crate) const PHONE_CODES: &str = "DELETE FROM phone_codes WHERE number_hash IN \
     (SELECT number_hash FROM phone_codes WHERE expires_at <= $1 LIMIT $2)";
/// Of days that went. Their files go with them.
pub(crate) const HANDLINGS: &str = "DELETE FROM declaration_handling WHERE declaration_id IN \
     (SELECT declaration_id FROM declaration_handling WHERE received_at < $1 LIMIT $2)";
pub(crate) const PAPER_CONSENTS: &str = "DELETE FROM consents WHERE id IN \
     (SELECT id FROM consents WHERE citizen_id IS NULL AND given_at < $1 LIMIT $2)";
pub(crate) const WAITING_DECLARATIONS: &str = "DELETE FROM waiting_declarations WHERE id IN \
     (SELECT id FROM waiting_declarations WHERE expires_at <= $1 LIMIT $2)";
pub(crate) const MESSAGES: &str =
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE sent_at < $1 LIMIT $2)";
/// Silence, a refusal and an answer that lets nothing be seen look alike: how long one stands on the list tells nothing either.
pub(crate) const INVITATIONS: &str = "DELETE FROM agency_staff WHERE id IN \
     (SELECT id FROM agency_staff WHERE see_declared = 0 AND see_app = 0 AND left_at IS NULL AND invited_at < $1 LIMIT $2)";
/// The agency saw that they let it see nothing more: from then on as long as everybody else.
pub(crate) const LEFT: &str = "DELETE FROM agency_staff WHERE id IN \
     (SELECT id FROM agency_staff WHERE see_declared = 0 AND see_app = 0 AND left_at < $1 LIMIT $2)";
pub(crate) const APP_DAYS: &str = "DELETE FROM app_running WHERE citizen_id IN \
     (SELECT citizen_id FROM app_running WHERE said_at < $1 LIMIT $2)";
pub(crate) const CITIZENS: Sql = for_update!("SELECT id FROM citizens WHERE seen_at < $1 LIMIT $2");
pub(crate) const PLACES: &str = "DELETE FROM places WHERE id IN (SELECT id FROM places p WHERE closed_at < $1 \
     AND NOT EXISTS (SELECT 1 FROM visits WHERE place_id = p.id) LIMIT $2)";
pub(crate) const BROWSERS: &str = "DELETE FROM known_browsers WHERE (browser_hash, officer_id) IN \
     (SELECT browser_hash, officer_id FROM known_browsers WHERE seen_at < $1 LIMIT $2)";
pub(crate) const CHARGES: &str =
    "DELETE FROM guess_charges WHERE bucket IN (SELECT bucket FROM guess_charges WHERE bucket < $1 LIMIT $2)";
pub(crate) const TEXTED_CHARGES: &str = "DELETE FROM texted_charges WHERE bucket IN (SELECT bucket FROM texted_charges WHERE bucket < $1 LIMIT $2)";
pub(crate) const SOURCES: &str = "DELETE FROM guess_sources WHERE (source_hash, bucket) IN \
     (SELECT source_hash, bucket FROM guess_sources WHERE bucket < $1 LIMIT $2)";

pub(crate) const UPLOADS: &str = "DELETE FROM line_list_uploads WHERE id IN \
     (SELECT id FROM line_list_uploads WHERE expires_at <= $1 LIMIT $2)";
/// Whoever stands in no case and no contact, and speaks for no other record.
macro_rules! persons {
    () => {
        "SELECT id FROM persons p WHERE updated_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM cases WHERE person_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM contacts WHERE person_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM persons WHERE merged_into = p.id)"
    };
}
pub(crate) const PERSONS: Sql =
    Sql { sqlite: concat!(persons!(), " LIMIT $2"), postgres: concat!(persons!(), " LIMIT $2 FOR UPDATE") };
/// Their lines went with the contacts.
pub(crate) const BATCHES: &str = "DELETE FROM contact_batches WHERE id IN (SELECT id FROM contact_batches b \
     WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM contact_changes WHERE batch_id = b.id) LIMIT $2)";

/// Whatever became of them: as long as anybody is warned of a visit, and looks up why.
pub(crate) const PLACE_WARNINGS: &str = "DELETE FROM place_warnings WHERE id IN \
     (SELECT id FROM place_warnings WHERE ends_at < $1 LIMIT $2)";

macro_rules! cases {
    () => {
        "SELECT id FROM cases WHERE updated_at < $1 AND NOT EXISTS (SELECT 1 FROM codes WHERE case_id = cases.id) \
         AND NOT EXISTS (SELECT 1 FROM contacts WHERE case_id = cases.id AND updated_at >= $1)"
    };
}
pub(crate) const CONSENTS: [&str; 4] = [
    "DELETE FROM uploads WHERE hash IN (SELECT hash FROM uploads WHERE received_at < $1 LIMIT $2)",
    "DELETE FROM mailboxes WHERE request_key IN \
     (SELECT request_key FROM mailboxes WHERE received_at < $1 LIMIT $2)",
    "DELETE FROM release_requests WHERE hash IN \
     (SELECT hash FROM release_requests WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM withdrawals WHERE hash IN (SELECT hash FROM withdrawals WHERE at < $1 LIMIT $2)",
];
/// Photographs and history go with them.
pub(crate) const SIGNALS: &str =
    "DELETE FROM signals WHERE id IN (SELECT id FROM signals WHERE updated_at < $1 LIMIT $2)";
pub(crate) const RIGHTS: [&str; 3] = [
    "DELETE FROM data_looks WHERE id IN (SELECT id FROM data_looks WHERE at < $1 LIMIT $2)",
    "DELETE FROM data_requests WHERE id IN (SELECT id FROM data_requests WHERE closed_at < $1 LIMIT $2)",
    "DELETE FROM breaches WHERE id IN (SELECT id FROM breaches WHERE closed_at < $1 LIMIT $2)",
];
/// Padding of a file depends on the 168 files before it and a fortnight of days.
pub(crate) const EXPORTS: PerStream = per_stream!("DELETE FROM " exports " WHERE id IN (SELECT id FROM " exports " \
     WHERE state = 'gone' AND ends_at < $1 AND id < (SELECT MAX(id) FROM " exports ") - 200 LIMIT $2)");
pub(crate) const LISTING_LINKS: &str = "DELETE FROM listing_links WHERE secret_hash IN \
     (SELECT secret_hash FROM listing_links WHERE expires_at < $1 LIMIT $2)";
pub(crate) const CASES: Sql =
    Sql { sqlite: concat!(cases!(), " LIMIT $2"), postgres: concat!(cases!(), " LIMIT $2 FOR UPDATE") };

const CASE_ROWS: [&str; 2] =
    ["DELETE FROM case_changes WHERE case_id = $1", "DELETE FROM cases WHERE id = $1"];
const PERSON_ROWS: [&str; 2] =
    ["DELETE FROM person_changes WHERE person_id = $1", "DELETE FROM persons WHERE id = $1"];

impl Store {
    /// Deletes what its time has passed. Files are another matter: [`Store::retire_files`].
    pub async fn purge(&self, now: Timestamp, retention: &Retention) -> Result<Purged, StoreError> {
        let keys_before = (now - retention.keys_s).interval();
        // A day past the window: nobody counts them any more.
        let guesses_before = bucket(now - guess::WINDOW_S - DAY_S);
        Ok(Purged {
            keys: self.delete_of_streams(KEYS, i64::from(keys_before.0)).await?,
            tokens: self.delete(TOKENS, (now - retention.tokens_s).0).await?,
            codes: self.delete(CODES, (now - retention.codes_s).0).await?
                + self.delete(LISTING_LINKS, (now - retention.codes_s).0).await?,
            sessions: self.delete(SESSIONS, now.0).await?
                + self.delete(CEREMONIES, now.0).await?
                + self.delete(CITIZEN_SESSIONS, now.0).await?
                + self.delete(PHONE_CODES, now.0).await?
                + self.delete(WAITING_DECLARATIONS, now.0).await?,
            browsers: self.delete(BROWSERS, (now - KNOWN_BROWSER_S).0).await?,
            guesses: self.delete(CHARGES, guesses_before).await?
                + self.delete(TEXTED_CHARGES, guesses_before).await?
                + self.delete(SOURCES, guesses_before).await?,
            consents: self.delete_all(&CONSENTS, now - retention.consents_s).await?,
            cases: self.delete_with_history(CASES, &CASE_ROWS, now - retention.cases_s).await?,
            persons: self.delete_with_history(PERSONS, &PERSON_ROWS, now - retention.cases_s).await?,
            uploads: self.delete(UPLOADS, now.0).await?,
            batches: self.delete(BATCHES, (now - retention.cases_s).0).await?,
            place_warnings: self.delete(PLACE_WARNINGS, (now - retention.cases_s).0).await?,
            declarations: self.purge_declarations(now - retention.declarations_s).await?
                + self.delete(PAPER_CONSENTS, (now - retention.declarations_s).0).await?,
            messages: self.delete(MESSAGES, (now - retention.messages_s).0).await?,
            citizens: self.delete_citizens(now - retention.citizens_s, now).await?,
            signals: self.delete(SIGNALS, (now - retention.cases_s).0).await?,
            rights: self.delete_all(&RIGHTS, now - retention.rights_s).await?,
            invitations: self.delete(INVITATIONS, (now - INVITED_S).0).await?
                + self.delete(LEFT, (now - INVITED_S).0).await?,
            app_days: self.delete(APP_DAYS, (now - APP_COUNTS_S).0).await?,
            visits: self.purge_days(&days::VISITS, now - retention.visits_s).await?,
            places: self.delete(PLACES, (now - retention.visits_s).0).await?,
            exports: self.delete_of_streams(EXPORTS, (now - retention.keys_s.max(30 * DAY_S)).0).await?,
        })
    }

    /// What belongs to them goes with them, but after a day that went as a table.
    async fn purge_declarations(&self, before: Timestamp) -> Result<u64, StoreError> {
        let deleted = self.purge_days(&days::DECLARATIONS, before).await?;
        if let Db::Postgres(_) = self.db {
            let first = days::DECLARATIONS.days(&self.db).await?.first().copied();
            let gone = day_start(before).min(first.unwrap_or(before));
            self.delete(HANDLINGS, gone.0).await?;
        }
        Ok(deleted)
    }

    /// Deletes accounts that nobody used since then, as their citizens would.
    async fn delete_citizens(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let found = transaction!(self.db, tx => {
                let found = tx.fetch_all(CITIZENS, values![before, CASES_AT_ONCE]).await?;
                for row in &found {
                    citizens::delete(&mut tx, &row.text("id")?, now).await?;
                }
                Ok(found.len() as u64)
            })?;
            deleted += found;
            if found < u64::from(CASES_AT_ONCE) {
                return Ok(deleted);
            }
        }
    }

    /// Deletes what a statement finds, and first the rows that refer to it.
    async fn delete_with_history(
        &self,
        find: Sql,
        delete: &[&'static str],
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let now = transaction!(self.db, tx => {
                let found = tx.fetch_all(find, values![before, CASES_AT_ONCE]).await?;
                for row in &found {
                    let id = values![row.text("id")?];
                    for sql in delete {
                        tx.execute(*sql, id).await?;
                    }
                }
                Ok(found.len() as u64)
            })?;
            deleted += now;
            if now < u64::from(CASES_AT_ONCE) {
                return Ok(deleted);
            }
        }
    }

    async fn delete_all(&self, of: &[&'static str], before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for sql in of {
            deleted += self.delete(*sql, before.0).await?;
        }
        Ok(deleted)
    }

    async fn delete_of_streams(&self, sql: PerStream, before: i64) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for stream in Stream::ALL {
            deleted += self.delete(sql.of(stream), before).await?;
        }
        Ok(deleted)
    }

    pub(crate) async fn delete(&self, sql: impl Into<Sql>, before: i64) -> Result<u64, StoreError> {
        let sql = sql.into();
        let mut deleted = 0;
        loop {
            let values = values![before, AT_ONCE];
            let now = transaction!(self.db, tx => { tx.execute(sql, values).await })?;
            deleted += now;
            if now < u64::from(AT_ONCE) {
                return Ok(deleted);
            }
        }
    }
}
