//! Published keys as rows.

use crate::db::{Tx, Value};
use crate::error::StoreError;
use crate::exports::{LaterReport, PaddingKey};
use crate::value::Row;
use bluezone_domain::Timestamp;
use bluezone_domain::publication::StoredKey;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::IntervalNumber;

const INSERT: &str = "INSERT INTO published_keys (key, rolling_start, rolling_period, transmission_risk, report_type, \
     days_since_onset, released_at, batch, revised_at, revised_transmission_risk, revised_report_type, \
     revised_days_since_onset)";

/// Inserts received keys that no row has yet. The caller sorts them, so that two transactions meet in one order.
pub(crate) async fn insert_keys(tx: &mut Tx, keys: &[StoredKey]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = keys.iter().map(|key| row_of(key, None, None)).collect();
    tx.insert_rows(INSERT, 12, &rows).await
}

/// Inserts the padding of a batch: what is released by its end stands in it, the rest waits like received keys.
pub(crate) async fn insert_padding(
    tx: &mut Tx,
    keys: &[&PaddingKey],
    batch: i64,
    end: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = keys
        .iter()
        .map(|PaddingKey { key, later }| row_of(key, (key.released_at < end).then_some(batch), *later))
        .collect();
    tx.insert_rows(INSERT, 12, &rows).await
}

fn row_of(
    StoredKey { key, released_at }: &StoredKey,
    batch: Option<i64>,
    later: Option<LaterReport>,
) -> Vec<Value> {
    vec![
        Value::from(*key.key.as_bytes()),
        Value::from(key.rolling_start.0),
        Value::from(key.rolling_period),
        Value::from(key.transmission_risk),
        Value::from(key.report_type.number()),
        Value::from(key.days_since_onset),
        Value::from(*released_at),
        Value::from(batch),
        Value::from(later.map(|later| later.at)),
        Value::from(later.map(|later| later.transmission_risk)),
        Value::from(later.map(|later| later.report_type.number())),
        Value::from(later.and(key.days_since_onset)),
    ]
}

/// From the columns of one key; see the aliases of the statements that read keys.
pub(crate) fn key_from(row: &Row) -> Result<DiagnosisKey, StoreError> {
    Ok(DiagnosisKey {
        key: TemporaryExposureKey::from_bytes(row.array("key")?),
        rolling_start: IntervalNumber(row.small("rolling_start")?),
        rolling_period: row.small("rolling_period")?,
        transmission_risk: row.small("transmission_risk")?,
        report_type: ReportType::from_number(row.small("report_type")?),
        days_since_onset: days(row, "days_since_onset")?,
    })
}

/// A column of days since onset.
pub(crate) fn days(row: &Row, column: &'static str) -> Result<Option<i32>, StoreError> {
    row.opt_int(column)?.map(|days| i32::try_from(days).map_err(|_| StoreError::Corrupt(column))).transpose()
}
