//! What a warned person reported, held against what cases shared: only histories that their owners sent to this unit and that it
//! opened through the log.

use super::opening::opened;
use crate::error::ServerError;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::evidence::{Comparison, Verdict, compare};
use bluezone_protocol::history::History;
use bluezone_protocol::time::DAY_S;
use bluezone_proximity::DiseaseProfile;
use bluezone_store::Hash;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Histories of cases that came in longer ago than this, seconds, are not looked at: their days lie before any that a phone keeps.
const LOOK_BACK_S: i64 = 30 * DAY_S;
/// Most cases that one look compares with, those that sent last: each may be a megabyte.
const MOST_CASES: usize = 200;
/// Most uploads that these cases are taken from, the newest: a history comes in some parts.
const MOST_UPLOADS: u32 = 3000;

/// A case of whom the report says something, or which says something of who reported.
pub struct Found {
    /// The case.
    pub case: Case,
    /// What the two say together.
    pub comparison: Comparison,
    /// What it was made of: the case's uploads, the report and the later answers of who reported.
    pub uploads: Vec<Hash>,
}

impl Found {
    /// In one word.
    pub fn verdict(&self) -> Option<Verdict> {
        self.comparison.verdict()
    }

    /// Minutes that both recorded, all days.
    pub fn two_sided_minutes(&self) -> f64 {
        // Not `sum`: of nothing that is minus zero.
        self.comparison.days.iter().fold(0.0, |sum, day| sum + day.two_sided_minutes)
    }

    /// When they were last together, by all that is not contradicted.
    pub fn last_together(&self) -> Option<Timestamp> {
        let believed = |verdict| !matches!(verdict, Verdict::Contradicted(_));
        self.comparison.encounters.iter().filter(|one| believed(one.verdict)).map(|one| one.to).max()
    }
}

/// What a report was compared with.
pub struct Look {
    /// The cases that it speaks of, two-sided first, then by the minutes that both recorded.
    pub found: Vec<Found>,
    /// Whether there are more cases than one look compares with: then one is to be named.
    pub partial: bool,
}

/// What who reported has told: the report in all its parts, and answers to requests since.
pub struct Reported {
    /// What all parts of the report have in common.
    pub telling: Hash,
    uploads: Vec<Hash>,
    history: Arc<Vec<History>>,
}

impl Reported {
    /// What is open of it.
    pub async fn of(state: &AppState, report: Hash) -> Result<Reported, ServerError> {
        let (telling, mut hashes) = state.store.telling_of(report).await?;
        for part in hashes.clone() {
            hashes.extend(state.store.opened_answers_of(part).await?);
        }
        let (uploads, history) = open_ones(state, &hashes).await?;
        Ok(Reported { telling, uploads, history: Arc::new(history) })
    }

    /// What it says with one case's history, as far as this unit opened that; `None` if nothing.
    pub async fn with(&self, state: &AppState, unit: &str, case: Case) -> Result<Option<Found>, ServerError> {
        let shared = state.store.opened_of_case(unit, case.id).await?;
        let (shared, history) = open_ones(state, &shared).await?;
        let reported = self.history.clone();
        let compared = spawn_blocking(move || {
            // The only disease profile so far that says what a contact is.
            let rule = DiseaseProfile::covid19().contact?;
            Some(compare(&history, &reported, &rule.model()))
        });
        let comparison = compared.await.map_err(ServerError::BrokenOff)?.unwrap_or_default();
        let uploads = [shared, self.uploads.clone()].concat();
        Ok(comparison.verdict().is_some().then_some(Found { case, comparison, uploads }))
    }

    /// What it says with the histories of cases that this unit opened, of those within reach.
    pub async fn look(
        &self,
        state: &AppState,
        unit: &str,
        reach: impl Fn(&Case) -> bool,
    ) -> Result<Look, ServerError> {
        let since = state.now() - LOOK_BACK_S;
        let (mut cases, all) = state.store.cases_opened(unit, since, MOST_UPLOADS).await?;
        let partial = !all || cases.len() > MOST_CASES;
        cases.truncate(MOST_CASES);
        let mut found = Vec::new();
        for case in cases {
            if let Some(case) = state.store.case(case).await?.filter(|case| reach(case)) {
                found.extend(self.with(state, unit, case).await?);
            }
        }
        found.sort_by(|a, b| {
            let two_sided = |one: &Found| one.verdict() == Some(Verdict::TwoSided);
            (two_sided(b).cmp(&two_sided(a))).then(b.two_sided_minutes().total_cmp(&a.two_sided_minutes()))
        });
        Ok(Look { found, partial })
    }
}

/// Those of these uploads that are open, and what was opened; without those taken back meanwhile.
async fn open_ones(state: &AppState, hashes: &[Hash]) -> Result<(Vec<Hash>, Vec<History>), ServerError> {
    let (mut open, mut histories) = (Vec::new(), Vec::new());
    for hash in hashes {
        if let Some(history) = opened(state, *hash).await? {
            open.push(*hash);
            histories.push(history);
        }
    }
    Ok((open, histories))
}
