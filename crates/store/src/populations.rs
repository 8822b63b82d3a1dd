//! How many people live where, as an administrator took it in.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::id::OfficerId;
use bluezone_domain::population::Population;
use chrono::NaiveDate;
use std::collections::BTreeMap;

const OF_UNITS: &str = "SELECT code, people, source, as_of FROM populations WHERE code IN";

impl Store {
    /// Takes figures in; those of the same units before are replaced.
    pub async fn put_populations(
        &self,
        people: &BTreeMap<String, u64>,
        source: &str,
        as_of: NaiveDate,
        by: OfficerId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let put = "INSERT INTO populations (code, people, source, as_of, officer_id, at) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (code) DO UPDATE SET people = $2, source = $3, as_of = $4, officer_id = $5, at = $6";
        transaction!(self.db, tx => {
            for (code, people) in people {
                let people = i64::try_from(*people).map_err(|_| StoreError::NotAllowed("more people than there are"))?;
                tx.execute(put, values![code, people, source, as_of.to_string(), by, now]).await?;
            }
            Ok(())
        })
    }

    /// What was taken in of these units, by their codes.
    pub async fn populations<'a>(
        &self,
        codes: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Population>, StoreError> {
        let codes: Vec<_> = codes.map(Into::into).collect();
        let rows = self.db.fetch_in(OF_UNITS, &codes).await?;
        let read = |row: &crate::value::Row| {
            let population = Population {
                people: row.small("people")?,
                source: row.text("source")?,
                as_of: row.parsed("as_of")?,
            };
            Ok((row.text("code")?, population))
        };
        rows.iter().map(read).collect()
    }
}
