//! Published keys as rows.

use crate::db::{Tx, Value};
use crate::error::StoreError;
use crate::streams::{PerStream, per_stream};
use crate::value::Row;
use bluezone_domain::publication::{StoredKey, Stream};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::IntervalNumber;

pub(crate) const INSERT: PerStream = per_stream!("INSERT INTO " keys " (key, rolling_start, rolling_period, transmission_risk, \
     report_type, days_since_onset, released_at)");

pub(crate) const COLUMNS: usize = 7;

/// Inserts received keys that no row has yet. The caller sorts them, so that two transactions meet in one order.
pub(crate) async fn insert_keys(tx: &mut Tx, stream: Stream, keys: &[StoredKey]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = keys.iter().map(row_of).collect();
    tx.insert_rows(INSERT.of(stream).sqlite, COLUMNS, &rows).await
}

/// The values of a key's row, for [`INSERT`].
pub(crate) fn row_of(StoredKey { key, released_at }: &StoredKey) -> Vec<Value> {
    vec![
        Value::from(*key.key.as_bytes()),
        Value::from(key.rolling_start.0),
        Value::from(key.rolling_period),
        Value::from(key.transmission_risk),
        Value::from(key.report_type.number()),
        Value::from(key.days_since_onset),
        Value::from(*released_at),
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
