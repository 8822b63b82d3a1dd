//! Plans for an outbreak, how far each is, and what came of it.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::within::Within;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::id::OutbreakPlanId;
use bluezone_domain::outbreak_plan::{OPEN_OF_A_UNIT, OutbreakPlan, Runs, State};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, province, unit, created_by, created_at, terms, state, runs_done, runs_found, runs, started_at, \
             ended_at FROM outbreak_plans ",
            $rest
        )
    };
}

pub(crate) const BY_ID: &str = select!("WHERE id = $1");
/// Newest first, from a cursor on.
pub(crate) const LIST: &str =
    select!("WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");
pub(crate) const LIST_OF_PROVINCE: &str =
    select!("WHERE province = $4 AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");
pub(crate) const LIST_OF_UNIT: &str =
    select!("WHERE unit = $4 AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");
/// The one that is under way, or was when a server ended, is the oldest that is open.
pub(crate) const NEXT: &str =
    select!("WHERE state IN ('waiting', 'running') AND created_at > 0 ORDER BY created_at, id LIMIT 1");
pub(crate) const OPEN_OF_UNIT: &str =
    "SELECT COUNT(*) AS open FROM outbreak_plans WHERE unit = $1 AND state IN ('waiting', 'running')";
pub(crate) const FILES: &str = "SELECT name, CAST(length(bytes) AS BIGINT) AS size FROM outbreak_plan_files WHERE plan_id = $1 ORDER BY name";
pub(crate) const FILE: &str = "SELECT bytes FROM outbreak_plan_files WHERE plan_id = $1 AND name = $2";

/// Where a page of plans ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutbreakPlanCursor {
    /// When the last plan of the page was asked for.
    pub created_at: Timestamp,
    /// The last plan of the page.
    pub id: OutbreakPlanId,
}

impl From<&OutbreakPlan> for OutbreakPlanCursor {
    fn from(plan: &OutbreakPlan) -> Self {
        OutbreakPlanCursor { created_at: plan.created_at, id: plan.id }
    }
}

impl Store {
    /// Writes down a plan that waits. The same again is the same. `false`: the unit has enough of them open.
    pub async fn ask_outbreak_plan(&self, plan: &OutbreakPlan) -> Result<bool, StoreError> {
        let terms = serde_json::to_string(&plan.terms)
            .map_err(|_| StoreError::NotAllowed("terms that are no text"))?;
        transaction!(self.db, tx => {
            if tx.fetch_optional(BY_ID, values![plan.id]).await?.is_some() {
                return Ok(true);
            }
            let open = tx.fetch_one(OPEN_OF_UNIT, values![&plan.unit]).await?.int("open")?;
            if open >= i64::from(OPEN_OF_A_UNIT) {
                return Ok(false);
            }
            let sql = "INSERT INTO outbreak_plans (id, province, unit, created_by, created_at, terms, state) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let row = values![
                plan.id,
                plan.province.as_str(),
                &plan.unit,
                plan.created_by,
                plan.created_at,
                &terms,
                State::Waiting.as_str(),
            ];
            tx.execute(sql, row).await?;
            Ok(true)
        })
    }

    /// A plan.
    pub async fn outbreak_plan(&self, id: OutbreakPlanId) -> Result<Option<OutbreakPlan>, StoreError> {
        self.db.fetch_optional(BY_ID, values![id]).await?.as_ref().map(plan_from).transpose()
    }

    /// Plans, the newest first: at most `limit`, after the cursor. A plan is of a whole province, so nobody of a commune reaches
    /// any by territory.
    pub async fn outbreak_plans(
        &self,
        within: &Within,
        after: Option<OutbreakPlanCursor>,
        limit: u32,
    ) -> Result<Vec<OutbreakPlan>, StoreError> {
        let (time, id) = match after {
            Some(cursor) => (cursor.created_at, cursor.id),
            None => (Timestamp(i64::MAX), OutbreakPlanId::from_bytes([0xff; 16])),
        };
        let common = values![time, id, limit];
        let of = |what: &str| [common.as_slice(), values![what]].concat();
        let mut rows = match within.territory {
            Some(Territory::Nation) => self.db.fetch_all(LIST, common).await?,
            Some(Territory::Province(province)) => {
                self.db.fetch_all(LIST_OF_PROVINCE, &of(province.as_str())).await?
            }
            None | Some(Territory::Nowhere | Territory::Commune(..)) => Vec::new(),
        };
        if let Some(unit) = &within.unit
            && within.territory != Some(Territory::Nation)
        {
            rows.extend(self.db.fetch_all(LIST_OF_UNIT, &of(unit)).await?);
        }
        // Two ways in, each in order: a plan that both found stands once.
        let mut plans = rows.iter().map(plan_from).collect::<Result<Vec<_>, _>>()?;
        plans.sort_by_key(|plan| std::cmp::Reverse((plan.created_at, plan.id)));
        plans.dedup_by_key(|plan| plan.id);
        plans.truncate(limit as usize);
        Ok(plans)
    }

    /// The plan whose turn it is, waiting or begun.
    pub async fn next_outbreak_plan(&self) -> Result<Option<OutbreakPlan>, StoreError> {
        self.db.fetch_optional(NEXT, values![]).await?.as_ref().map(plan_from).transpose()
    }

    /// It is computed from now on. `false`: it is over.
    pub async fn begin_outbreak_plan(&self, id: OutbreakPlanId, now: Timestamp) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE outbreak_plans SET state = 'running', started_at = $2, runs_found = runs_done \
                       WHERE id = $1 AND state IN ('waiting', 'running')";
            Ok(tx.execute(sql, values![id, now]).await? == 1)
        })
    }

    /// It has come so far. `false`: it is over, and nobody waits for the rest.
    pub async fn note_outbreak_runs(&self, id: OutbreakPlanId, runs: Runs) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE outbreak_plans SET runs_done = $2, runs_found = $3, runs = $4 \
                       WHERE id = $1 AND state = 'running'";
            Ok(tx.execute(sql, values![id, runs.done, runs.found, runs.of]).await? == 1)
        })
    }

    /// It is over, with these files, unless it was already.
    pub async fn end_outbreak_plan(
        &self,
        id: OutbreakPlanId,
        state: State,
        files: &[(&str, Vec<u8>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = "UPDATE outbreak_plans SET state = $2, ended_at = $3 \
                       WHERE id = $1 AND state IN ('waiting', 'running')";
            if tx.execute(sql, values![id, state.as_str(), now]).await? == 1 {
                let sql = "INSERT INTO outbreak_plan_files (plan_id, name, bytes) VALUES ($1, $2, $3)";
                for (name, bytes) in files {
                    tx.execute(sql, values![id, *name, bytes.as_slice()]).await?;
                }
            }
            Ok(())
        })
    }

    /// Deletes a plan that is over, with its files. `false`: it is not over, or not there.
    pub async fn delete_outbreak_plan(&self, id: OutbreakPlanId) -> Result<bool, StoreError> {
        transaction!(self.db, tx => {
            let sql = "DELETE FROM outbreak_plans WHERE id = $1 AND state NOT IN ('waiting', 'running')";
            Ok(tx.execute(sql, values![id]).await? == 1)
        })
    }

    /// Names and sizes of a plan's files.
    pub async fn outbreak_plan_files(&self, id: OutbreakPlanId) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = self.db.fetch_all(FILES, values![id]).await?;
        rows.iter().map(|row| Ok((row.text("name")?, row.int("size")?.unsigned_abs()))).collect()
    }

    /// A file of a plan.
    pub async fn outbreak_plan_file(
        &self,
        id: OutbreakPlanId,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.db.fetch_optional(FILE, values![id, name]).await?;
        row.map(|row| row.bytes("bytes")).transpose()
    }
}

fn plan_from(row: &Row) -> Result<OutbreakPlan, StoreError> {
    Ok(OutbreakPlan {
        id: row.parsed("id")?,
        province: row.parsed("province")?,
        unit: row.text("unit")?,
        created_by: row.parsed("created_by")?,
        created_at: row.time("created_at")?,
        terms: serde_json::from_str(&row.text("terms")?).map_err(|_| StoreError::Corrupt("terms"))?,
        state: row.parsed("state")?,
        runs: Runs { done: row.small("runs_done")?, found: row.small("runs_found")?, of: row.small("runs")? },
        started_at: row.opt_time("started_at")?,
        ended_at: row.opt_time("ended_at")?,
    })
}
