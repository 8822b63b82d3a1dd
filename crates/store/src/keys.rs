//! Published keys as rows.

use crate::db::{Row, Tx, Value};
use crate::error::StoreError;
use bluezone_domain::publication::StoredKey;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::IntervalNumber;

const INSERT: &str = "INSERT INTO published_keys (key, rolling_start, rolling_period, transmission_risk, report_type, \
     days_since_onset, released_at, batch, padding)";

/// Inserts keys that no row has yet: received ones, or the padding of a batch. The caller sorts them, so that two transactions meet in one order.
pub(crate) async fn insert_keys(
    tx: &mut Tx,
    keys: &[StoredKey],
    padding_of: Option<i64>,
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = keys.iter().map(|key| row_of(key, padding_of)).collect();
    tx.insert_rows(INSERT, 9, &rows).await
}

fn row_of(StoredKey { key, released_at }: &StoredKey, padding_of: Option<i64>) -> Vec<Value> {
    vec![
        Value::from(*key.key.as_bytes()),
        Value::from(key.rolling_start.0),
        Value::from(key.rolling_period),
        Value::from(key.transmission_risk),
        Value::from(key.report_type.number()),
        Value::from(key.days_since_onset),
        Value::from(*released_at),
        Value::from(padding_of),
        Value::from(padding_of.is_some()),
    ]
}

/// From the columns of one key; see the aliases of the statements that read keys.
pub(crate) fn key_from(row: &Row) -> Result<DiagnosisKey, StoreError> {
    let days_since_onset = row
        .opt_int("days_since_onset")?
        .map(|days| i32::try_from(days).map_err(|_| StoreError::Corrupt("days_since_onset")))
        .transpose()?;
    Ok(DiagnosisKey {
        key: TemporaryExposureKey::from_bytes(row.array("key")?),
        rolling_start: IntervalNumber(row.small("rolling_start")?),
        rolling_period: row.small("rolling_period")?,
        transmission_risk: row.small("transmission_risk")?,
        report_type: ReportType::from_number(row.small("report_type")?),
        days_since_onset,
    })
}
