//! Zones and what was decided about them.

use crate::Store;
use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::log_entries::{NewLogEntry, append};
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::id::ZoneId;
use bluezone_domain::zone::{Change, Extent, Level, Step, Zone};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT zones.id, province, commune, places, outline, at, by_officer, level, from_at, until_at, decision, \
             reason FROM zones JOIN zone_changes ON zone_id = zones.id ",
            $rest
        )
    };
}

const BY_ID: &str = select!("WHERE zones.id = $1 ORDER BY number");

/// An empty code filters nothing.
pub(crate) const LIST: &str = select!(
    "WHERE zones.id IN (SELECT ending.zone_id FROM zone_changes ending WHERE ending.until_at > $1) \
     AND ($2 = '' OR province = $2) AND ($3 = '' OR commune = $3) ORDER BY zones.id, number"
);

impl Store {
    /// Writes down a new zone and what was decided first, the only one of its changes, with the log entry that says so.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is a zone of that identifier: the form was sent twice.
    pub async fn create_zone(&self, zone: &Zone, entry: &NewLogEntry) -> Result<(), StoreError> {
        let (places, outline) = match &zone.extent {
            Extent::Whole => (String::new(), String::new()),
            Extent::Part { places, outline } => {
                (places.clone(), outline.as_ref().map(ToString::to_string).unwrap_or_default())
            }
        };
        let [first] = zone.changes.as_slice() else {
            return Err(StoreError::NotAllowed(
                "a new zone has one decision: write the others down one by one",
            ));
        };
        let insert = values![zone.id, zone.province.as_str(), zone.commune.as_str(), places, outline];
        transaction!(self.db, tx => {
            let sql = "INSERT INTO zones (id, province, commune, places, outline) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT DO NOTHING";
            match tx.execute(sql, insert).await? {
                0 => Err(StoreError::Conflict("the zone")),
                _ => add_change(&mut tx, zone.id, 1, first, entry).await,
            }
        })
    }

    /// Writes down what was decided about a zone after its first `seen` changes, with the log entry that says so.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if there are more changes than those (another officer was faster);
    /// [`StoreError::NotFound`].
    pub async fn change_zone(
        &self,
        id: ZoneId,
        seen: usize,
        change: &Change,
        entry: &NewLogEntry,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            tx.fetch_optional(for_update!("SELECT id FROM zones WHERE id = $1"), values![id])
                .await?
                .ok_or(StoreError::NotFound("the zone"))?;
            let sql = "SELECT COUNT(*) AS there FROM zone_changes WHERE zone_id = $1";
            if tx.fetch_one(sql, values![id]).await?.small::<usize>("there")? != seen {
                return Err(StoreError::NotAllowed("the zone has changed meanwhile: look at it again"));
            }
            add_change(&mut tx, id, seen + 1, change, entry).await
        })
    }

    /// A zone with everything that was decided about it.
    pub async fn zone(&self, id: ZoneId) -> Result<Option<Zone>, StoreError> {
        Ok(gathered(self.db.fetch_all(BY_ID, values![id]).await?)?.pop())
    }

    /// The zones of a territory that may be in force after an instant: all but those that were over by then. What holds
    /// at an instant is told by [`Zone::level_at`].
    pub async fn zones(&self, of: Territory, after: Timestamp) -> Result<Vec<Zone>, StoreError> {
        let (province, commune) = match &of {
            Territory::Nowhere => return Ok(Vec::new()),
            Territory::Nation => ("", ""),
            Territory::Province(province) => (province.as_str(), ""),
            Territory::Commune(province, commune) => (province.as_str(), commune.as_str()),
        };
        gathered(self.db.fetch_all(LIST, values![after, province, commune]).await?)
    }
}

/// Every decision about a zone is written here: no zone changes without an entry of the public log.
async fn add_change(
    tx: &mut Tx,
    zone: ZoneId,
    number: usize,
    change: &Change,
    entry: &NewLogEntry,
) -> Result<(), StoreError> {
    let (level, from, until) = match change.step {
        Step::InForce { level, from, until } => (level.number(), from, until),
        Step::Lifted { from } => (0, from, from),
    };
    let values = values![
        zone,
        number as i64,
        change.at,
        change.by,
        level,
        from,
        until,
        &change.decision,
        &change.reason,
    ];
    tx.execute(
        "INSERT INTO zone_changes (zone_id, number, at, by_officer, level, from_at, until_at, decision, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values,
    )
    .await?;
    append(tx, entry).await?;
    Ok(())
}

/// Zones of their changes: the rows of one zone follow each other, in order.
fn gathered(rows: Vec<Row>) -> Result<Vec<Zone>, StoreError> {
    let mut zones: Vec<Zone> = Vec::new();
    for row in rows {
        let (id, change) = (row.parsed("id")?, change_from(&row)?);
        match zones.last_mut().filter(|zone| zone.id == id) {
            Some(zone) => zone.changes.push(change),
            None => zones.push(Zone {
                id,
                province: row.parsed("province")?,
                commune: row.parsed("commune")?,
                extent: extent_from(&row)?,
                changes: vec![change],
            }),
        }
    }
    Ok(zones)
}

fn extent_from(row: &Row) -> Result<Extent, StoreError> {
    let places = row.text("places")?;
    if places.is_empty() {
        return Ok(Extent::Whole);
    }
    let outline = match row.text("outline")?.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| StoreError::Corrupt("outline"))?),
    };
    Ok(Extent::Part { places, outline })
}

fn change_from(row: &Row) -> Result<Change, StoreError> {
    let from = row.time("from_at")?;
    let step = match row.small("level")? {
        0 => Step::Lifted { from },
        number => Step::InForce {
            level: Level::new(number).map_err(|_| StoreError::Corrupt("level"))?,
            from,
            until: row.time("until_at")?,
        },
    };
    Ok(Change {
        at: row.time("at")?,
        by: row.parsed("by_officer")?,
        step,
        decision: row.text("decision")?,
        reason: row.text("reason")?,
    })
}
