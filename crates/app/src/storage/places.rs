//! Visits and their warnings, to rows and back.

use super::rows::wrong;
use bluezone_codes::visit::Stay;
use bluezone_device::{StoredPlaceMatch, StoredVisit};
use bluezone_protocol::place_warning::{DiseaseTag, PlaceKey, PlaceWarning, WarnedKind};
use bluezone_protocol::time::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

pub(super) const VISITS: &str =
    "SELECT began, ends, ending, code, key, name, vehicle FROM visits ORDER BY began";

pub(super) const MATCHES: &str = "SELECT visit, starts, ends, margin, vehicle, disease, found, dwell FROM place_matches ORDER BY visit, starts, ends";

pub(super) fn visit(row: &Row<'_>) -> rusqlite::Result<StoredVisit> {
    let text = |column| row.get::<_, String>(column);
    let ending = text(2)?.parse().map_err(|_| wrong(2, Type::Text))?;
    Ok(StoredVisit {
        stay: Stay { from: Timestamp(row.get(0)?), to: Timestamp(row.get(1)?), ending },
        code: text(3)?.parse().map_err(|_| wrong(3, Type::Text))?,
        key: PlaceKey::from_bytes(row.get(4)?),
        name: row.get(5)?,
        vehicle: row.get(6)?,
    })
}

pub(super) fn found(row: &Row<'_>) -> rusqlite::Result<StoredPlaceMatch> {
    let warning = PlaceWarning {
        from: Timestamp(row.get(1)?),
        until: Timestamp(row.get(2)?),
        margin_s: row.get(3)?,
        kind: if row.get(4)? { WarnedKind::Vehicle } else { WarnedKind::Place },
        disease: DiseaseTag::from_number(row.get(5)?),
        dwell_s: row.get(7)?,
    };
    Ok(StoredPlaceMatch { visit: Timestamp(row.get(0)?), warning, found: Timestamp(row.get(6)?) })
}

pub(super) fn put_visit(connection: &Connection, visit: &StoredVisit) -> rusqlite::Result<usize> {
    let stay = visit.stay;
    connection
        .prepare_cached(
            "INSERT INTO visits (began, ends, ending, code, key, name, vehicle) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (began) DO UPDATE SET ends = ?2, ending = ?3, code = ?4, key = ?5, name = ?6, vehicle = ?7",
        )?
        .execute(params![
            stay.from.0,
            stay.to.0,
            stay.ending.as_str(),
            visit.code.to_string(),
            visit.key.as_bytes(),
            visit.name,
            visit.vehicle,
        ])
}

/// Gives how many rows were touched.
pub(super) fn replace(
    connection: &Connection,
    span: (Timestamp, Timestamp),
    matches: &[StoredPlaceMatch],
) -> rusqlite::Result<usize> {
    let mut rows = connection
        .prepare_cached("DELETE FROM place_matches WHERE file_start = ?1 AND file_end = ?2")?
        .execute([span.0.0, span.1.0])?;
    let mut put = connection.prepare_cached(
        "INSERT OR REPLACE INTO place_matches
             (file_start, file_end, visit, starts, ends, margin, vehicle, disease, found, dwell)
         SELECT ?1, ?2, began, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM visits WHERE began = ?3",
    )?;
    for StoredPlaceMatch { visit, warning, found } in matches {
        rows += put.execute(params![
            span.0.0,
            span.1.0,
            visit.0,
            warning.from.0,
            warning.until.0,
            warning.margin_s,
            warning.kind == WarnedKind::Vehicle,
            warning.disease.number(),
            found.0,
            warning.dwell_s,
        ])?;
    }
    Ok(rows)
}
