//! Opening uploads: ordered with an entry in the log, done when the keeper has seen that entry.

use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::log_entries::{NewLogEntry, append, number_to, opt_number};
use crate::units::{unit_within, within};
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::id::CaseId;

/// Where an upload is on its way to being read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpeningState {
    /// Sealed, and nobody asked for more.
    Sealed,
    /// An entry in the log says that it is opened; the keeper is asked once that is cosigned.
    Ordered {
        /// Number of the entry.
        entry: u64,
    },
    /// The keeper refused, or it did not open; why.
    Refused {
        /// Number of the entry.
        entry: u64,
        /// Why.
        problem: String,
    },
    /// Open since then.
    Opened {
        /// Number of the entry.
        entry: u64,
        /// When.
        at: Timestamp,
    },
}

/// An upload without what it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UploadInfo {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Code of the unit it is for.
    pub unit: String,
    /// Hash of the statement that it answers.
    pub request: Option<Hash>,
    /// Whose it is, if a code said so.
    pub case: Option<CaseId>,
    /// When it came.
    pub received_at: Timestamp,
    /// Sealed or open.
    pub state: OpeningState,
}

/// Where a page of uploads ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UploadCursor {
    /// When the last upload of the page came.
    pub received_at: Timestamp,
    /// The last upload of the page.
    pub hash: Hash,
}

impl From<&UploadInfo> for UploadCursor {
    fn from(upload: &UploadInfo) -> Self {
        UploadCursor { received_at: upload.received_at, hash: upload.hash }
    }
}

const FROM_THE_NEWEST: UploadCursor = UploadCursor { received_at: Timestamp(i64::MAX), hash: [0xff; 32] };

macro_rules! columns {
    () => {
        "SELECT hash, unit, request, case_id, received_at, opening, problem, opened_at FROM uploads "
    };
}

const WITHIN: &str = concat!(
    columns!(),
    "WHERE ",
    unit_within!(),
    " AND (received_at, hash) < ($5, $6) ORDER BY received_at DESC, hash DESC LIMIT $4"
);
pub(crate) const OPENED_OF_CASES: &str = "SELECT COALESCE(u.case_id, m.case_id) AS of_case FROM uploads u \
     LEFT JOIN release_requests r ON r.hash = u.request LEFT JOIN mailboxes m ON m.request_key = r.mailbox \
     WHERE u.unit = $1 AND u.received_at >= $2 AND u.opened_at IS NOT NULL AND COALESCE(u.case_id, m.case_id) IS NOT NULL \
     ORDER BY u.received_at DESC LIMIT $3";
pub(crate) const OPENED_OF_CASE: &str =
    "SELECT hash, received_at AS at FROM uploads WHERE case_id = $1 AND unit = $2 AND opened_at IS NOT NULL";
macro_rules! answers {
    ($whose:literal) => {
        concat!(
            "SELECT u.hash AS hash, u.received_at AS at FROM mailboxes m JOIN release_requests r ON r.mailbox = m.request_key \
             JOIN uploads u ON u.request = r.hash WHERE ",
            $whose,
            " AND u.opened_at IS NOT NULL"
        )
    };
}
pub(crate) const OPENED_ANSWERS_OF: &str = answers!("m.upload = $1");
pub(crate) const OPENED_ANSWERS_OF_CASE: &str = answers!("m.case_id = $1 AND u.unit = $2");

impl Store {
    /// The uploads for a unit and for those whose territory lies within this one, the newest first: at most `limit`, after the cursor.
    pub async fn uploads_within(
        &self,
        unit: &str,
        territory: Territory,
        after: Option<UploadCursor>,
        limit: u32,
    ) -> Result<Vec<UploadInfo>, StoreError> {
        let (same, below) = within(territory);
        let UploadCursor { received_at, hash } = after.unwrap_or(FROM_THE_NEWEST);
        let values = values![unit, same, below, limit, received_at, hash];
        self.db.fetch_all(WITHIN, values).await?.iter().map(info_from).collect()
    }

    /// The uploads of a case, oldest first.
    pub async fn uploads_of_case(&self, case: CaseId) -> Result<Vec<UploadInfo>, StoreError> {
        let sql = concat!(columns!(), "WHERE case_id = $1 ORDER BY received_at, hash");
        self.db.fetch_all(sql, values![case]).await?.iter().map(info_from).collect()
    }

    /// The uploads that answer a request.
    pub async fn answers(&self, request: Hash) -> Result<Vec<UploadInfo>, StoreError> {
        let sql = concat!(columns!(), "WHERE request = $1 ORDER BY received_at, hash");
        self.db.fetch_all(sql, values![request]).await?.iter().map(info_from).collect()
    }

    /// Those whose opening stands in the log of so many entries and that are not open yet, at most `limit`.
    pub async fn uploads_to_open(&self, log_size: u64, limit: u32) -> Result<Vec<UploadInfo>, StoreError> {
        let sql = concat!(
            columns!(),
            "WHERE opening < $1 AND opened_at IS NULL AND problem IS NULL ORDER BY opening LIMIT $2"
        );
        self.db.fetch_all(sql, values![number_to(log_size), limit]).await?.iter().map(info_from).collect()
    }

    /// An upload; `None` if there is none, or it was taken back.
    pub async fn upload(&self, hash: Hash) -> Result<Option<UploadInfo>, StoreError> {
        let sql = concat!(columns!(), "WHERE hash = $1");
        self.db.fetch_optional(sql, values![hash]).await?.as_ref().map(info_from).transpose()
    }

    /// Of which cases this unit opened what came in since: shared with a code, or sent in answer to a request to the case. The
    /// newest `limit` uploads are looked at; a case is named once, those that sent last first. And whether these were all.
    pub async fn cases_opened(
        &self,
        unit: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<(Vec<CaseId>, bool), StoreError> {
        let rows = self.db.fetch_all(OPENED_OF_CASES, values![unit, since, limit]).await?;
        let mut cases = Vec::new();
        for row in &rows {
            let case = row.parsed("of_case")?;
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        Ok((cases, rows.len() < limit as usize))
    }

    /// What this unit opened of one case, oldest first.
    pub async fn opened_of_case(&self, unit: &str, case: CaseId) -> Result<Vec<Hash>, StoreError> {
        let mut rows = self.db.fetch_all(OPENED_OF_CASE, values![case, unit]).await?;
        rows.extend(self.db.fetch_all(OPENED_ANSWERS_OF_CASE, values![case, unit]).await?);
        by_age(&rows)
    }

    /// The uploads that were sent together with one, itself among them, and what takes them back: by that they are one telling.
    pub async fn telling_of(&self, upload: Hash) -> Result<(Hash, Vec<Hash>), StoreError> {
        let sql = "SELECT withdrawal FROM uploads WHERE hash = $1";
        let row = self.db.fetch_optional(sql, values![upload]).await?;
        let withdrawal = row.ok_or(StoreError::NotFound("the upload"))?.opt_bytes("withdrawal")?;
        let Some(withdrawal) = withdrawal else { return Ok((upload, vec![upload])) };
        let withdrawal: Hash =
            withdrawal.try_into().map_err(|_| StoreError::Corrupt("uploads.withdrawal"))?;
        let sql = "SELECT hash FROM uploads WHERE withdrawal = $1 ORDER BY received_at, hash";
        let rows = self.db.fetch_all(sql, values![withdrawal]).await?;
        Ok((withdrawal, rows.iter().map(|row| row.array("hash")).collect::<Result<_, _>>()?))
    }

    /// What was opened of a person's answers to requests that went to whoever sent an upload, oldest first.
    pub async fn opened_answers_of(&self, upload: Hash) -> Result<Vec<Hash>, StoreError> {
        by_age(&self.db.fetch_all(OPENED_ANSWERS_OF, values![upload]).await?)
    }

    /// The sealed bytes of an upload.
    pub async fn upload_bytes(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.db.fetch_optional("SELECT bytes FROM uploads WHERE hash = $1", values![hash]).await?;
        row.map(|row| row.bytes("bytes")).transpose()
    }

    /// What was opened of an upload, sealed for the database.
    pub async fn opened_bytes(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT opened_sealed FROM uploads WHERE hash = $1 AND opened_at IS NOT NULL";
        let row = self.db.fetch_optional(sql, values![hash]).await?;
        row.map(|row| row.bytes("opened_sealed")).transpose()
    }

    /// Orders an opening: its entry gets its number, and the upload waits for it to be cosigned. One that is ordered or open
    /// already stays as it is; one that was refused is ordered anew.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such upload.
    pub async fn order_opening(&self, hash: Hash, entry: &NewLogEntry) -> Result<u64, StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!("SELECT opening, problem FROM uploads WHERE hash = $1");
            let row = tx.fetch_optional(sql, values![hash]).await?;
            let row = row.ok_or(StoreError::NotFound("the upload"))?;
            if let (Some(entry), None) = (opt_number(&row, "opening")?, row.opt_text("problem")?) {
                return Ok(entry);
            }
            let number = append(&mut tx, entry).await?;
            let sql = "UPDATE uploads SET opening = $2, problem = NULL WHERE hash = $1";
            tx.execute(sql, values![hash, number_to(number)]).await?;
            Ok(number)
        })
    }

    /// Keeps what was opened. An upload that was taken back meanwhile stays gone.
    pub async fn finish_opening(&self, hash: Hash, sealed: &[u8], at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE uploads SET opened_at = $2, opened_sealed = $3, problem = NULL \
                   WHERE hash = $1 AND opening IS NOT NULL AND opened_at IS NULL";
        transaction!(self.db, tx => { tx.execute(sql, values![hash, at, sealed]).await.map(drop) })
    }

    /// Notes why an upload cannot be opened.
    pub async fn refuse_opening(&self, hash: Hash, problem: &str) -> Result<(), StoreError> {
        let sql =
            "UPDATE uploads SET problem = $2 WHERE hash = $1 AND opening IS NOT NULL AND opened_at IS NULL";
        transaction!(self.db, tx => { tx.execute(sql, values![hash, problem]).await.map(drop) })
    }
}

/// A few rows that several indexes led to, put in order here.
fn by_age(rows: &[Row]) -> Result<Vec<Hash>, StoreError> {
    let found = |row: &Row| Ok((row.time("at")?, row.array("hash")?));
    let mut found = rows.iter().map(found).collect::<Result<Vec<(Timestamp, Hash)>, StoreError>>()?;
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, hash)| hash).collect())
}

pub(crate) fn info_from(row: &Row) -> Result<UploadInfo, StoreError> {
    let corrupt = || StoreError::Corrupt("uploads.request");
    let request = row.opt_bytes("request")?.map(|hash| hash.try_into().map_err(|_| corrupt())).transpose()?;
    let entry = opt_number(row, "opening")?;
    let state = match (entry, row.opt_time("opened_at")?, row.opt_text("problem")?) {
        (Some(entry), Some(at), _) => OpeningState::Opened { entry, at },
        (Some(entry), None, Some(problem)) => OpeningState::Refused { entry, problem },
        (Some(entry), None, None) => OpeningState::Ordered { entry },
        (None, _, _) => OpeningState::Sealed,
    };
    Ok(UploadInfo {
        hash: row.array("hash")?,
        unit: row.text("unit")?,
        request,
        case: row.opt_parsed("case_id")?,
        received_at: row.time("received_at")?,
        state,
    })
}
