//! Plans for an outbreak: what an officer asks the planner, and how far the answer is.

use crate::Timestamp;
use crate::area::ProvinceCode;
use crate::id::{OfficerId, OutbreakPlanId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Plans of one unit that may wait or run at a time.
pub const OPEN_OF_A_UNIT: u32 = 3;

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// Code of the disease.
    pub disease: String,
    /// Shares of the population with the app, per cent: lowest, highest, step.
    pub adoption: [u32; 3],
    /// Codes of the measures that are taken, besides the app.
    pub measures: Vec<String>,
    /// Days.
    pub days: u16,
    /// People infected at the start.
    pub infected: u32,
    /// Runs of each step.
    pub seeds: u32,
    /// Most people that are simulated.
    pub agents: u32,
    /// A scenario file in the planner's format, where one was sent; then disease, measures, days and infected are what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
}

/// How far a plan is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Others come first.
    Waiting,
    /// It is computed.
    Running,
    /// Its report is there.
    Done,
    /// It broke off.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// A text that names no state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a plan's state")]
pub struct InvalidState;

impl State {
    /// All of them.
    pub const ALL: [State; 5] =
        [State::Waiting, State::Running, State::Done, State::Failed, State::Cancelled];

    /// As the database has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Done => "done",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    /// Whether there is still something to come.
    pub const fn is_open(self) -> bool {
        matches!(self, State::Waiting | State::Running)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<Self, InvalidState> {
        State::ALL.into_iter().find(|state| state.as_str() == text).ok_or(InvalidState)
    }
}

/// How many runs are finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Runs {
    /// Finished.
    pub done: u32,
    /// Of them, finished before it was last started.
    pub found: u32,
    /// All; 0 until known.
    pub of: u32,
}

/// A plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutbreakPlan {
    /// Names it.
    pub id: OutbreakPlanId,
    /// For which province.
    pub province: ProvinceCode,
    /// Code of the unit that asked.
    pub unit: String,
    /// Who asked.
    pub created_by: OfficerId,
    /// When.
    pub created_at: Timestamp,
    /// What.
    pub terms: Terms,
    /// How far it is.
    pub state: State,
    /// The same in runs.
    pub runs: Runs,
    /// When it was last started.
    pub started_at: Option<Timestamp>,
    /// When it was done, broke off or was stopped.
    pub ended_at: Option<Timestamp>,
}

impl OutbreakPlan {
    /// Seconds until it will be done, if the rest goes as fast as what was computed since it was last started.
    pub fn left_s(&self, now: Timestamp) -> Option<i64> {
        let Runs { done, found, of } = self.runs;
        let since = now - self.started_at.filter(|_| self.state == State::Running)?;
        let computed = i64::from(done.checked_sub(found).filter(|computed| *computed > 0)?);
        Some(since.max(0) * i64::from(of.saturating_sub(done)) / computed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_was_computed_here() {
        let mut plan = OutbreakPlan {
            id: OutbreakPlanId::from_bytes([1; 16]),
            province: "19".parse().unwrap(),
            unit: "CDC-19".to_owned(),
            created_by: OfficerId::from_bytes([2; 16]),
            created_at: Timestamp(0),
            terms: Terms {
                disease: "covid-19".to_owned(),
                adoption: [0, 80, 20],
                measures: Vec::new(),
                days: 200,
                infected: 200,
                seeds: 10,
                agents: 100_000,
                scenario: None,
            },
            state: State::Running,
            runs: Runs { done: 30, found: 20, of: 50 },
            started_at: Some(Timestamp(100)),
            ended_at: None,
        };
        assert_eq!(plan.left_s(Timestamp(160)), Some(120));
        plan.runs.done = 20;
        assert_eq!(plan.left_s(Timestamp(160)), None);
        plan.state = State::Done;
        assert_eq!(plan.left_s(Timestamp(160)), None);
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
