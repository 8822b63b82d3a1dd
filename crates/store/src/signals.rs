//! What citizens report.

use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::guesses::{count_source, note_source};
use crate::messages::{self, NewMessage};
use crate::value::{Row, values};
use crate::vault::Place;
use crate::vault_keys::sealing;
use crate::within::Within;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::id::{CaseId, CitizenId, SignalId};
use bluezone_domain::signal::{Change, Signal, State};
use rand::Rng;
use std::fmt;
use zeroize::Zeroizing;

macro_rules! columns {
    () => {
        "id, citizen_id, category, province, commune, state, received_at, updated_at, assigned, case_id, version"
    };
}

/// An empty text filters nothing.
macro_rules! list {
    ($where:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM signals WHERE ",
            $where,
            "(received_at, id) < ($1, $2) AND ($4 = '' OR state = $4) ORDER BY received_at DESC, id DESC LIMIT $3"
        )
    };
}

pub(crate) const BY_ID: &str = concat!("SELECT ", columns!(), " FROM signals WHERE id = $1");
pub(crate) const BY_TRACKING: &str = concat!("SELECT ", columns!(), " FROM signals WHERE tracking_hash = $1");
pub(crate) const OF_CITIZEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM signals WHERE citizen_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2"
);
/// Newest first, from a cursor on: a page costs the same wherever it is.
pub(crate) const LIST: &str = list!("");
pub(crate) const LIST_OF_PROVINCE: &str = list!("province = $5 AND ");
pub(crate) const LIST_OF_COMMUNE: &str = list!("province = $5 AND commune = $6 AND ");
pub(crate) const LIST_OF_UNIT: &str = list!("assigned = $5 AND ");
pub(crate) const CHANGES: &str = "SELECT id, at, by_officer, did, words, vault_key FROM signal_changes \
     WHERE signal_id = $1 ORDER BY number";

/// A report that has just arrived. `Debug` hides what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSignal {
    /// The report, not decided on.
    pub signal: Signal,
    /// Keyed hash of the code under which whoever reported finds it again.
    pub tracking_hash: Hash,
    /// The filled-in form, as JSON.
    pub content: String,
    /// Photographs, cleaned.
    pub photos: Vec<Vec<u8>>,
    /// Keyed hash of where it comes from.
    pub source: Hash,
    /// Reports that one source may send in an hour.
    pub most_an_hour: u32,
}

impl fmt::Debug for NewSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSignal").field("signal", &self.signal.id).finish_non_exhaustive()
    }
}

/// What became of a report that was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reported {
    /// It is kept.
    Taken,
    /// The same form was sent before: it is there.
    Again,
    /// Too many came from there.
    TooMany,
}

/// What a change does to a report besides standing in its history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignalEffect {
    /// It is in another state.
    State(State),
    /// It is a unit's, or nobody's.
    Assigned(Option<String>),
    /// It belongs to a case, or to none.
    Case(Option<CaseId>),
    /// Nothing.
    None,
}

/// Where a page of reports ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignalCursor {
    /// When the last report of the page arrived.
    pub received_at: Timestamp,
    /// The last report of the page.
    pub id: SignalId,
}

impl From<&Signal> for SignalCursor {
    fn from(signal: &Signal) -> Self {
        SignalCursor { received_at: signal.received_at, id: signal.id }
    }
}

impl Store {
    /// Keeps a report with its photographs, sealed. Sent again it is kept once.
    pub async fn create_signal(
        &self,
        new: &NewSignal,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Reported, StoreError> {
        let Signal { id, citizen, category, area, state, received_at, .. } = &new.signal;
        let name = id.to_string();
        sealing!(self, ring => {
            let sealed = ring.seal(content_place(&name), new.content.as_bytes(), rng)?;
            let row = values![
                *id,
                new.tracking_hash,
                *citizen,
                category,
                area.province.as_str(),
                area.commune.as_ref().map(|commune| commune.as_str()),
                state.as_str(),
                *received_at,
                sealed.bytes,
                sealed.key,
            ];
            let mut photos = Vec::with_capacity(new.photos.len());
            for (photo, number) in new.photos.iter().zip(1_i64..) {
                let photo_id = format!("{name}/{number}");
                let sealed = ring.seal(photo_place(&photo_id), photo, rng)?;
                photos.push(values![photo_id, *id, number, sealed.bytes, sealed.key].to_vec());
            }
            transaction!(self.db, tx => {
                let there = tx.fetch_optional("SELECT id FROM signals WHERE id = $1", values![*id]).await?;
                if there.is_some() {
                    return Ok(Reported::Again);
                }
                if count_source(&mut tx, new.source, now).await? >= i64::from(new.most_an_hour) {
                    return Ok(Reported::TooMany);
                }
                let sql = "INSERT INTO signals (id, tracking_hash, citizen_id, category, province, commune, state, \
                           received_at, updated_at, version, content, vault_key) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1, $9, $10) ON CONFLICT (id) DO NOTHING";
                if tx.execute(sql, row).await? == 0 {
                    return Ok(Reported::Again);
                }
                let insert = "INSERT INTO signal_photos (id, signal_id, number, photo, vault_key)";
                tx.insert_rows(insert, 5, &photos).await?;
                note_source(&mut tx, new.source, now).await?;
                Ok(Reported::Taken)
            })
        })
    }

    /// A report.
    pub async fn signal(&self, id: SignalId) -> Result<Option<Signal>, StoreError> {
        self.db.fetch_optional(BY_ID, values![id]).await?.as_ref().map(signal_from).transpose()
    }

    /// The report of a tracking code, by its keyed hash.
    pub async fn signal_by_tracking(&self, hash: Hash) -> Result<Option<Signal>, StoreError> {
        self.db.fetch_optional(BY_TRACKING, values![hash]).await?.as_ref().map(signal_from).transpose()
    }

    /// What a citizen reported under their name, the newest first, at most so many.
    pub async fn signals_of(&self, citizen: CitizenId, most: u32) -> Result<Vec<Signal>, StoreError> {
        self.db.fetch_all(OF_CITIZEN, values![citizen, most]).await?.iter().map(signal_from).collect()
    }

    /// The filled-in form of a report, and the numbers of its photographs.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn signal_content(&self, id: SignalId) -> Result<(Zeroizing<Vec<u8>>, Vec<u32>), StoreError> {
        let sql = "SELECT content, vault_key FROM signals WHERE id = $1";
        let row =
            self.db.fetch_optional(sql, values![id]).await?.ok_or(StoreError::NotFound("the report"))?;
        let ring = self.ring_for(std::slice::from_ref(&row)).await?;
        let plain =
            ring.open(content_place(&id.to_string()), row.int("vault_key")?, &row.bytes("content")?)?;
        let sql = "SELECT number FROM signal_photos WHERE signal_id = $1 ORDER BY number";
        let numbers = self.db.fetch_all(sql, values![id]).await?;
        let numbers = numbers.iter().map(|row| row.small("number")).collect::<Result<_, _>>()?;
        Ok((plain, numbers))
    }

    /// A photograph of a report, a JPEG file.
    pub async fn signal_photo(
        &self,
        id: SignalId,
        number: u32,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT id, photo, vault_key FROM signal_photos WHERE signal_id = $1 AND number = $2";
        let Some(row) = self.db.fetch_optional(sql, values![id, number]).await? else { return Ok(None) };
        let ring = self.ring_for(std::slice::from_ref(&row)).await?;
        let place = row.text("id")?;
        ring.open(photo_place(&place), row.int("vault_key")?, &row.bytes("photo")?).map(Some)
    }

    /// The reports that an officer reaches, newest first: at most `limit`, after the cursor.
    pub async fn list_signals(
        &self,
        within: &Within,
        state: Option<State>,
        after: Option<SignalCursor>,
        limit: u32,
    ) -> Result<Vec<Signal>, StoreError> {
        let (time, id) = match after {
            Some(cursor) => (cursor.received_at, cursor.id),
            None => (Timestamp(i64::MAX), SignalId::from_bytes([0xff; 16])),
        };
        let common = values![time, id, limit, state.map_or("", State::as_str)];
        let with = |more: &[crate::db::Value]| [common.as_slice(), more].concat();
        let territory = within.territory.unwrap_or(Territory::Nowhere);
        let mut rows = match territory {
            Territory::Nowhere => Vec::new(),
            Territory::Nation => self.db.fetch_all(LIST, common).await?,
            Territory::Province(province) => {
                self.db.fetch_all(LIST_OF_PROVINCE, &with(values![province.as_str()])).await?
            }
            Territory::Commune(province, commune) => {
                let place = with(values![province.as_str(), commune.as_str()]);
                self.db.fetch_all(LIST_OF_COMMUNE, &place).await?
            }
        };
        if let Some(unit) = within.unit.as_deref().filter(|_| territory != Territory::Nation) {
            rows.extend(self.db.fetch_all(LIST_OF_UNIT, &with(values![unit])).await?);
        }
        let mut signals = rows.iter().map(signal_from).collect::<Result<Vec<_>, _>>()?;
        signals.sort_by_key(|signal| std::cmp::Reverse((signal.received_at, signal.id)));
        // What lies in the territory and was handed to the unit comes twice.
        signals.dedup_by_key(|signal| signal.id);
        signals.truncate(limit as usize);
        Ok(signals)
    }

    /// Everything that was done with a report, oldest first.
    pub async fn signal_changes(&self, id: SignalId) -> Result<Vec<Change>, StoreError> {
        let rows = self.db.fetch_all(CHANGES, values![id]).await?;
        let ring = self.ring_for(&rows).await?;
        let change = |row: &Row| {
            let place = row.text("id")?;
            let words = ring.open(words_place(&place), row.int("vault_key")?, &row.bytes("words")?)?;
            Ok(Change {
                at: row.time("at")?,
                by: row.parsed("by_officer")?,
                did: row.parsed("did")?,
                words: String::from_utf8(words.to_vec()).map_err(|_| StoreError::Corrupt("words"))?,
            })
        };
        rows.iter().map(change).collect()
    }

    /// Changes a report that stands at version `seen`, writes that down, and tells whoever reported, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if it has changed since; [`StoreError::NotFound`].
    pub async fn change_signal(
        &self,
        id: SignalId,
        seen: u32,
        change: &Change,
        effect: &SignalEffect,
        message: Option<&NewMessage>,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let place = format!("{id}/{seen}");
        sealing!(self, ring => {
            let words = ring.seal(words_place(&place), change.words.as_bytes(), rng)?;
            let message = message.map(|message| messages::seal(&ring, message, rng)).transpose()?;
            transaction!(self.db, tx => {
                let lock = for_update!("SELECT version FROM signals WHERE id = $1");
                let row = tx.fetch_optional(lock, values![id]).await?.ok_or(StoreError::NotFound("the report"))?;
                if row.small::<u32>("version")? != seen {
                    return Err(StoreError::NotAllowed("the report has changed meanwhile: look at it again"));
                }
                apply(&mut tx, id, change, effect).await?;
                let row = values![
                    place.as_str(), id, seen, change.at, change.by, change.did.as_str(), words.bytes.as_slice(),
                    words.key,
                ];
                let sql = "INSERT INTO signal_changes (id, signal_id, number, at, by_officer, did, words, vault_key) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
                tx.execute(sql, row).await?;
                match &message {
                    Some(message) => messages::insert(&mut tx, message).await,
                    None => Ok(()),
                }
            })
        })
    }
}

async fn apply(tx: &mut Tx, id: SignalId, change: &Change, effect: &SignalEffect) -> Result<(), StoreError> {
    let at = change.at;
    let (sql, values) = match effect {
        SignalEffect::State(state) => (
            "UPDATE signals SET state = $3, version = version + 1, updated_at = $2 WHERE id = $1",
            values![id, at, state.as_str()].to_vec(),
        ),
        SignalEffect::Assigned(unit) => (
            "UPDATE signals SET assigned = $3, version = version + 1, updated_at = $2 WHERE id = $1",
            values![id, at, unit.as_deref()].to_vec(),
        ),
        SignalEffect::Case(case) => (
            "UPDATE signals SET case_id = $3, version = version + 1, updated_at = $2 WHERE id = $1",
            values![id, at, *case].to_vec(),
        ),
        SignalEffect::None => (
            "UPDATE signals SET version = version + 1, updated_at = $2 WHERE id = $1",
            values![id, at].to_vec(),
        ),
    };
    tx.execute(sql, &values).await.map(drop)
}

fn content_place(row: &str) -> Place<'_> {
    Place { table: "signals", column: "content", row }
}

fn photo_place(row: &str) -> Place<'_> {
    Place { table: "signal_photos", column: "photo", row }
}

fn words_place(row: &str) -> Place<'_> {
    Place { table: "signal_changes", column: "words", row }
}

fn signal_from(row: &Row) -> Result<Signal, StoreError> {
    Ok(Signal {
        id: row.parsed("id")?,
        citizen: row.opt_parsed("citizen_id")?,
        category: row.text("category")?,
        area: row.area()?,
        state: row.parsed("state")?,
        received_at: row.time("received_at")?,
        updated_at: row.time("updated_at")?,
        assigned: row.opt_text("assigned")?,
        case: row.opt_parsed("case_id")?,
        version: row.small("version")?,
    })
}
