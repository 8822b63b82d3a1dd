//! What people ask about their own data.

use crate::Store;
use crate::db::{Value, transaction};
use crate::error::StoreError;
use crate::messages::{self, NewMessage};
use crate::value::{Row, values};
use crate::vault::{Place, Ring, Sealed};
use crate::vault_keys::sealing;
use bluezone_domain::area::Territory;
use bluezone_domain::data_request::{DataRequest, Outcome};
use bluezone_domain::id::{CitizenId, DataRequestId};
use rand::Rng;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, citizen_id, asked, province, commune, received_at, acknowledge_by, due_at, acknowledged_at, \
             extended_at, closed_at, outcome, officer_id, words, vault_key FROM data_requests WHERE ",
            $rest
        )
    };
}

const BY_ID: &str = select!("id = $1");
pub(crate) const OF_CITIZEN: &str = select!("citizen_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2");
pub(crate) const OPEN: &str = select!("closed_at IS NULL AND due_at > 0 ORDER BY due_at, id LIMIT $1");
pub(crate) const OPEN_OF_PROVINCE: &str =
    select!("closed_at IS NULL AND province = $2 ORDER BY due_at, id LIMIT $1");
pub(crate) const CLOSED: &str = select!("closed_at IS NOT NULL ORDER BY closed_at DESC, id DESC LIMIT $1");
pub(crate) const CLOSED_OF_PROVINCE: &str =
    select!("closed_at IS NOT NULL AND province = $2 ORDER BY closed_at DESC, id DESC LIMIT $1");

impl Store {
    /// Keeps a request that has just arrived. The same identifier again changes nothing.
    pub async fn create_data_request(
        &self,
        request: &DataRequest,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let words = seal(&ring, request, rng)?;
            let row = values![
                request.id,
                request.citizen,
                request.right.as_str(),
                request.area.province.as_str(),
                request.area.commune.as_ref().map(|commune| commune.as_str()),
                request.received_at,
                request.acknowledge_by,
                request.due_at,
                words.bytes.as_slice(),
                words.key,
            ];
            transaction!(self.db, tx => {
                let sql = "INSERT INTO data_requests (id, citizen_id, asked, province, commune, received_at, \
                           acknowledge_by, due_at, words, vault_key) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING";
                tx.execute(sql, row).await.map(drop)
            })
        })
    }

    /// A request.
    pub async fn data_request(&self, id: DataRequestId) -> Result<Option<DataRequest>, StoreError> {
        let rows = self.db.fetch_all(BY_ID, values![id]).await?;
        Ok(self.requests_of(rows).await?.pop())
    }

    /// What a citizen asked, the newest first, at most so many.
    pub async fn data_requests_of(
        &self,
        citizen: CitizenId,
        most: u32,
    ) -> Result<Vec<DataRequest>, StoreError> {
        let rows = self.db.fetch_all(OF_CITIZEN, values![citizen, most]).await?;
        self.requests_of(rows).await
    }

    /// The requests of a territory that wait for their answer, the next due first, at most so many. Only whoever answers for
    /// a province or the nation answers requests.
    pub async fn open_data_requests(&self, of: Territory, most: u32) -> Result<Vec<DataRequest>, StoreError> {
        self.data_requests_within(of, most, OPEN, OPEN_OF_PROVINCE).await
    }

    /// Those that were answered, the newest first, at most so many.
    pub async fn closed_data_requests(
        &self,
        of: Territory,
        most: u32,
    ) -> Result<Vec<DataRequest>, StoreError> {
        self.data_requests_within(of, most, CLOSED, CLOSED_OF_PROVINCE).await
    }

    async fn data_requests_within(
        &self,
        of: Territory,
        most: u32,
        nation: &'static str,
        province: &'static str,
    ) -> Result<Vec<DataRequest>, StoreError> {
        let rows = match of {
            Territory::Nation => self.db.fetch_all(nation, values![most]).await?,
            Territory::Province(code) => self.db.fetch_all(province, values![most, code.as_str()]).await?,
            Territory::Nowhere | Territory::Commune(..) => Vec::new(),
        };
        self.requests_of(rows).await
    }

    /// Puts a request that went a step further in the place of the one that it was, and tells the person, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if it is not any more what it was.
    pub async fn step_data_request(
        &self,
        before: &DataRequest,
        after: &DataRequest,
        message: Option<&NewMessage>,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let words = seal(&ring, after, rng)?;
            let message = message.map(|message| messages::seal(&ring, message, rng)).transpose()?;
            let row = values![
                after.id,
                after.due_at,
                after.acknowledged_at,
                after.extended_at,
                after.closed.map(|(at, _)| at),
                after.closed.map(|(_, outcome)| outcome_name(outcome)),
                after.officer,
                words.bytes.as_slice(),
                words.key,
                never(before.acknowledged_at),
                never(before.extended_at),
            ];
            transaction!(self.db, tx => {
                let sql = "UPDATE data_requests SET due_at = $2, acknowledged_at = $3, extended_at = $4, closed_at = $5, \
                           outcome = $6, officer_id = $7, words = $8, vault_key = $9 WHERE id = $1 \
                           AND closed_at IS NULL AND COALESCE(acknowledged_at, -1) = $10 \
                           AND COALESCE(extended_at, -1) = $11";
                if tx.execute(sql, row).await? == 0 {
                    return Err(StoreError::NotAllowed("the request has changed meanwhile: look at it again"));
                }
                match &message {
                    Some(message) => messages::insert(&mut tx, message).await,
                    None => Ok(()),
                }
            })
        })
    }

    async fn requests_of(&self, rows: Vec<Row>) -> Result<Vec<DataRequest>, StoreError> {
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| request_from(row, &ring)).collect()
    }
}

/// A time for the comparison with what may be missing.
fn never(at: Option<bluezone_domain::Timestamp>) -> Value {
    at.map_or(-1, |at| at.0).into()
}

/// `done`, `taken-back`, or the reason of a refusal.
fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::TakenBack => "taken-back",
        Outcome::Refused(refusal) => refusal.as_str(),
    }
}

fn outcome_from(name: &str) -> Result<Outcome, StoreError> {
    Ok(match name {
        "done" => Outcome::Done,
        "taken-back" => Outcome::TakenBack,
        refusal => Outcome::Refused(refusal.parse().map_err(|_| StoreError::Corrupt("outcome"))?),
    })
}

fn place(row: &str) -> Place<'_> {
    Place { table: "data_requests", column: "words", row }
}

fn seal(ring: &Ring, request: &DataRequest, rng: &mut (dyn Rng + Send)) -> Result<Sealed, StoreError> {
    let plain = serde_json::to_vec(&request.words)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| StoreError::NotAllowed("words that are no text"))?;
    ring.seal(place(&request.id.to_string()), &plain, rng)
}

fn request_from(row: &Row, ring: &Ring) -> Result<DataRequest, StoreError> {
    let id: DataRequestId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("words")?)?;
    let closed = match (row.opt_time("closed_at")?, row.opt_text("outcome")?) {
        (Some(at), Some(name)) => Some((at, outcome_from(&name)?)),
        _ => None,
    };
    Ok(DataRequest {
        id,
        citizen: row.opt_parsed("citizen_id")?,
        right: row.parsed("asked")?,
        area: row.area()?,
        received_at: row.time("received_at")?,
        acknowledge_by: row.time("acknowledge_by")?,
        due_at: row.time("due_at")?,
        acknowledged_at: row.opt_time("acknowledged_at")?,
        extended_at: row.opt_time("extended_at")?,
        closed,
        officer: row.opt_parsed("officer_id")?,
        words: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("words"))?,
    })
}
