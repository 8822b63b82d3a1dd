//! How many people declared and how many said that their app runs, by commune. The caller decides what of it may be told.

use crate::Store;
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::area::{Area, ProvinceCode};

/// People of one commune, or of a province of whom no commune is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// Where.
    pub area: Area,
    /// How many.
    pub people: u64,
}

// Each reads every declaration, or everybody with an app, of its weeks: they are asked by the few who look at the counts.
const DECLARED: &str = "SELECT province, commune, COUNT(DISTINCT profile_id) AS people FROM declarations \
     WHERE province IS NOT NULL AND ($3 = '' OR province = $3) AND received_at >= $1 AND received_at < $2 \
     GROUP BY province, commune ORDER BY province, commune";
const RUNNING: &str = "SELECT province, commune, COUNT(*) AS people FROM app_running \
     WHERE province IS NOT NULL AND ($2 = '' OR province = $2) AND said_at >= $1 \
     GROUP BY province, commune ORDER BY province, commune";

impl Store {
    /// How many people declared from one instant until before another, by commune; of one province or of all.
    pub async fn count_declared(
        &self,
        province: Option<ProvinceCode>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Counted>, StoreError> {
        let province = province.map(|code| code.to_string()).unwrap_or_default();
        let rows = self.db.fetch_all(DECLARED, values![from, until, province]).await?;
        rows.iter().map(counted).collect()
    }

    /// How many people said since an instant that their app runs, by commune; of one province or of all.
    pub async fn count_running(
        &self,
        province: Option<ProvinceCode>,
        since: Timestamp,
    ) -> Result<Vec<Counted>, StoreError> {
        let province = province.map(|code| code.to_string()).unwrap_or_default();
        let rows = self.db.fetch_all(RUNNING, values![since, province]).await?;
        rows.iter().map(counted).collect()
    }
}

fn counted(row: &Row) -> Result<Counted, StoreError> {
    Ok(Counted { area: row.area()?, people: row.small("people")? })
}
