//! Values to rows and back.

use super::places;
use bluezone_device::{Applied, Change, Document, OwnKey, Publisher, StoredMatch, StoredSighting, Strength};
use bluezone_protocol::bluezone2020::BluezoneId;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::{RollingProximityIdentifier, TemporaryExposureKey};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) const OWN_KEYS: &str =
    "SELECT rolling_start, key, rolling_period, sent_until, shared FROM own_keys ORDER BY rolling_start";

pub(super) const FIRST_SEEN: &str =
    "SELECT min(time) FROM sightings WHERE identifier = (SELECT id FROM identifiers WHERE bytes = ?1)";

pub(super) const SIGHTINGS: &str =
    "SELECT bytes, aem, time, gap, mean_dbm, strongest_dbm, packets, tx_power_dbm
    FROM sightings JOIN identifiers ON id = identifier WHERE time >= ?1 ORDER BY time, bytes";

pub(super) const SCANS: &str = "SELECT DISTINCT time, gap FROM sightings WHERE time >= ?1 ORDER BY time, gap";

pub(super) const SIGHTINGS_OF: &str =
    "SELECT bytes, aem, time, gap, mean_dbm, strongest_dbm, packets, tx_power_dbm
    FROM sightings JOIN identifiers ON id = identifier WHERE bytes = ?1 ORDER BY time";

pub(super) const MATCHES: &str = "SELECT key, rolling_start, rolling_period, transmission_risk, report_type,
    days_since_onset, revised, found, of_contact FROM matches ORDER BY key";

/// The identifier without its metadata.
pub(super) fn bytes_of(identifier: &Identifier) -> Vec<u8> {
    match identifier {
        Identifier::Gaen { rpi, .. } => rpi.as_bytes().to_vec(),
        Identifier::Bluezone2020(id) => id.as_bytes().to_vec(),
    }
}

pub(super) fn own_key(row: &Row<'_>) -> rusqlite::Result<OwnKey> {
    Ok(OwnKey {
        rolling_start: IntervalNumber(row.get(0)?),
        key: TemporaryExposureKey::from_bytes(row.get(1)?),
        rolling_period: row.get(2)?,
        sent_until: IntervalNumber(row.get(3)?),
        shared: row.get(4)?,
    })
}

/// When a scan was, and seconds since the one before.
pub(super) fn scan(row: &Row<'_>) -> rusqlite::Result<(Timestamp, u32)> {
    Ok((Timestamp(row.get(0)?), row.get(1)?))
}

pub(super) fn sighting(row: &Row<'_>) -> rusqlite::Result<StoredSighting> {
    let bytes: Vec<u8> = row.get(0)?;
    let identifier = if let Ok(id) = <[u8; 12]>::try_from(bytes.as_slice()) {
        Identifier::Bluezone2020(BluezoneId(id))
    } else {
        let rpi = bytes.try_into().map_err(|_| wrong(0, Type::Blob))?;
        Identifier::Gaen { rpi: RollingProximityIdentifier(rpi), aem: row.get(1)? }
    };
    let mean: Option<i8> = row.get(4)?;
    let strength = match mean {
        Some(mean_dbm) => Some(Strength { mean_dbm, strongest_dbm: row.get(5)?, packets: row.get(6)? }),
        None => None,
    };
    Ok(StoredSighting {
        identifier,
        time: Timestamp(row.get(2)?),
        seconds_since_last_scan: row.get(3)?,
        strength,
        tx_power_dbm: row.get(7)?,
    })
}

pub(super) fn found(row: &Row<'_>) -> rusqlite::Result<StoredMatch> {
    Ok(StoredMatch {
        key: DiagnosisKey {
            key: TemporaryExposureKey::from_bytes(row.get(0)?),
            rolling_start: IntervalNumber(row.get(1)?),
            rolling_period: row.get(2)?,
            transmission_risk: row.get(3)?,
            report_type: ReportType::from_number(row.get(4)?),
            days_since_onset: row.get(5)?,
        },
        revised: row.get(6)?,
        found: Timestamp(row.get(7)?),
        publisher: if row.get(8)? { Publisher::Contact } else { Publisher::Case },
    })
}

pub(super) fn wrong(column: usize, kind: Type) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(FromSqlError::InvalidType))
}

/// Whether another key starts in the same interval.
pub(super) fn conflicts(connection: &Connection, key: &OwnKey) -> rusqlite::Result<bool> {
    let sql = "SELECT key FROM own_keys WHERE rolling_start = ?1";
    let stored: Option<[u8; 16]> =
        connection.prepare_cached(sql)?.query_row([key.rolling_start.0], |row| row.get(0)).optional()?;
    Ok(stored.is_some_and(|stored| stored != *key.key.as_bytes()))
}

/// One change, within the caller's transaction. Gives whether something was erased that must not be found again.
pub(super) fn apply(
    connection: &Connection,
    change: &Change,
    applied: &mut Applied,
) -> rusqlite::Result<bool> {
    let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(params);
    let rows = match change {
        Change::PutKey(key) => run(
            "INSERT INTO own_keys (rolling_start, key, rolling_period, sent_until, shared) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (rolling_start) DO UPDATE SET rolling_period = ?3, sent_until = ?4, shared = ?5",
            params![
                key.rolling_start.0,
                key.key.as_bytes(),
                key.rolling_period,
                key.sent_until.0,
                key.shared
            ],
        )?,
        Change::DeleteKeysEndedBy(at) => {
            run("DELETE FROM own_keys WHERE rolling_start + rolling_period <= ?1", params![at.0])?
        }
        Change::DeleteKeysStartingAfter(at) => {
            run("DELETE FROM own_keys WHERE rolling_start > ?1", params![at.0])?
        }
        Change::PutSighting(sighting) => {
            let added = put_sighting(connection, sighting)?;
            applied.stored += added;
            added
        }
        Change::DeleteSightingsBefore(at) => {
            let deleted = run("DELETE FROM sightings WHERE time < ?1", params![at.0])?;
            applied.deleted += deleted;
            forget_identifiers(connection, deleted)?;
            deleted
        }
        Change::DeleteSightingsAfter(at) => {
            let deleted = run("DELETE FROM sightings WHERE time > ?1", params![at.0])?;
            applied.deleted += deleted;
            forget_identifiers(connection, deleted)?;
            deleted
        }
        Change::KeepStrongest { from, until, most } => {
            let deleted = run(
                "DELETE FROM sightings WHERE (identifier, time) IN (
                     SELECT identifier, time FROM sightings WHERE time >= ?1 AND time < ?2
                     ORDER BY strongest_dbm DESC NULLS LAST LIMIT -1 OFFSET ?3)",
                params![from.0, until.0, most],
            )?;
            applied.deleted += deleted;
            forget_identifiers(connection, deleted)?;
            deleted
        }
        Change::PutMatch(found) => put_match(connection, found)?,
        Change::DeleteMatchesEndedBefore(at) => run("DELETE FROM matches WHERE ends < ?1", params![at.0])?,
        Change::PutVisit(visit) => places::put_visit(connection, visit)?,
        Change::DeleteVisit(began) => run("DELETE FROM visits WHERE began = ?1", params![began.0])?,
        Change::DeleteVisitsEndedBefore(at) => run("DELETE FROM visits WHERE ends < ?1", params![at.0])?,
        Change::ReplacePlaceMatches { span, matches } => places::replace(connection, *span, matches)?,
        Change::PutProcessed { name, at } => {
            run("INSERT OR REPLACE INTO processed (name, at) VALUES (?1, ?2)", params![name, at.0])?
        }
        Change::DeleteProcessedBefore(at) => run("DELETE FROM processed WHERE at < ?1", params![at.0])?,
        Change::PutDocument(document, text) => run(
            "INSERT OR REPLACE INTO documents (name, text) VALUES (?1, ?2)",
            params![document.name(), text],
        )?,
        Change::DeleteDocument(document) => {
            run("DELETE FROM documents WHERE name = ?1", params![document.name()])?
        }
    };
    Ok(rows > 0 && erases(change))
}

/// Whether a change that touched a row took something away. A report's state replaces one that held a code or a token, a
/// consent's one that held keys.
fn erases(change: &Change) -> bool {
    match change {
        Change::DeleteKeysEndedBy(_)
        | Change::DeleteKeysStartingAfter(_)
        | Change::DeleteSightingsBefore(_)
        | Change::DeleteSightingsAfter(_)
        | Change::KeepStrongest { .. }
        | Change::DeleteMatchesEndedBefore(_)
        | Change::DeleteVisit(_)
        | Change::DeleteVisitsEndedBefore(_)
        | Change::ReplacePlaceMatches { .. }
        | Change::DeleteProcessedBefore(_)
        | Change::DeleteDocument(_)
        | Change::PutDocument(
            Document::Report | Document::Receipt | Document::Requests | Document::Consents | Document::Outbox,
            _,
        ) => true,
        Change::PutKey(_)
        | Change::PutSighting(_)
        | Change::PutMatch(_)
        | Change::PutVisit(_)
        | Change::PutProcessed { .. }
        | Change::PutDocument(..) => false,
    }
}

fn put_sighting(connection: &Connection, sighting: &StoredSighting) -> rusqlite::Result<usize> {
    let bytes = bytes_of(&sighting.identifier);
    connection
        .prepare_cached("INSERT INTO identifiers (bytes) VALUES (?1) ON CONFLICT (bytes) DO NOTHING")?
        .execute([&bytes])?;
    let aem = match sighting.identifier {
        Identifier::Gaen { aem, .. } => Some(aem),
        Identifier::Bluezone2020(_) => None,
    };
    let strength = sighting.strength;
    connection
        .prepare_cached(
            "INSERT INTO sightings (identifier, time, gap, aem, mean_dbm, strongest_dbm, packets, tx_power_dbm)
             SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM identifiers WHERE bytes = ?1
             ON CONFLICT (identifier, time) DO NOTHING",
        )?
        .execute(params![
            bytes,
            sighting.time.0,
            sighting.seconds_since_last_scan,
            aem,
            strength.map(|s| s.mean_dbm),
            strength.map(|s| s.strongest_dbm),
            strength.map(|s| s.packets),
            sighting.tx_power_dbm,
        ])
}

/// Identifiers without a sighting are forgotten.
fn forget_identifiers(connection: &Connection, deleted: usize) -> rusqlite::Result<()> {
    if deleted > 0 {
        let sql = "DELETE FROM identifiers WHERE NOT EXISTS (SELECT 1 FROM sightings WHERE identifier = id)";
        connection.prepare_cached(sql)?.execute([])?;
    }
    Ok(())
}

fn put_match(connection: &Connection, found: &StoredMatch) -> rusqlite::Result<usize> {
    let key = &found.key;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO matches (key, rolling_start, rolling_period, ends, transmission_risk,
             report_type, days_since_onset, revised, found, of_contact)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            key.key.as_bytes(),
            key.rolling_start.0,
            key.rolling_period,
            key.end().0,
            key.transmission_risk,
            key.report_type.number(),
            key.days_since_onset,
            found.revised,
            found.found.0,
            found.publisher == Publisher::Contact,
        ])
}
