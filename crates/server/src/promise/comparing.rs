//! What a warned person reported, held against what cases shared: only histories that their owners sent and that were opened
//! through the log.

use super::opening::opened;
use crate::error::ServerError;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::evidence::{Comparison, Verdict, compare};
use bluezone_domain::id::CaseId;
use bluezone_protocol::history::History;
use bluezone_protocol::time::DAY_S;
use bluezone_proximity::DiseaseProfile;
use bluezone_store::Hash;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Histories of cases that came in longer ago than this, seconds, are not looked at: their days lie before any that a phone keeps.
const LOOK_BACK_S: i64 = 30 * DAY_S;
/// Most uploads of cases that are looked at, the newest.
const MOST: u32 = 500;

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

/// The cases within `reach` that an opened report speaks of, two-sided first, then by the minutes that both recorded.
pub async fn found(
    state: &AppState,
    report: Hash,
    reach: impl Fn(&Case) -> bool,
) -> Result<Vec<Found>, ServerError> {
    let mut of_cases: BTreeMap<CaseId, Vec<Hash>> = BTreeMap::new();
    for (case, hash) in state.store.opened_of_cases(state.now() - LOOK_BACK_S, MOST).await? {
        of_cases.entry(case).or_default().push(hash);
    }
    let (uploads, reported) = reported(state, report).await?;
    let reported = Arc::new(reported);
    let mut all = Vec::new();
    for (case, shared) in of_cases {
        let Some(case) = state.store.case(case).await?.filter(|case| reach(case)) else { continue };
        // One case at a time: a shared history may be a megabyte.
        let history = histories(state, &shared).await?;
        let reported = reported.clone();
        let compared = spawn_blocking(move || {
            // The only disease profile so far that says what a contact is.
            let rule = DiseaseProfile::covid19().contact?;
            Some(compare(&history, &reported, &rule.model()))
        });
        let comparison = compared.await.map_err(ServerError::BrokenOff)?.unwrap_or_default();
        if comparison.verdict().is_some() {
            all.push(Found { case, comparison, uploads: [shared, uploads.clone()].concat() });
        }
    }
    all.sort_by(|a, b| {
        let two_sided = |one: &Found| one.verdict() == Some(Verdict::TwoSided);
        (two_sided(b).cmp(&two_sided(a))).then(b.two_sided_minutes().total_cmp(&a.two_sided_minutes()))
    });
    Ok(all)
}

/// What who reported has sent so far: the report, and answers to requests since.
async fn reported(state: &AppState, report: Hash) -> Result<(Vec<Hash>, Vec<History>), ServerError> {
    let mut hashes = vec![report];
    hashes.extend(state.store.opened_answers_of(report).await?);
    let histories = histories(state, &hashes).await?;
    Ok((hashes, histories))
}

/// What was opened of uploads, without those taken back meanwhile.
async fn histories(state: &AppState, hashes: &[Hash]) -> Result<Vec<History>, ServerError> {
    let mut histories = Vec::with_capacity(hashes.len());
    for hash in hashes {
        histories.extend(opened(state, *hash).await?);
    }
    Ok(histories)
}
