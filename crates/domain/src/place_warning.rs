//! Warning those who were at a place or in a vehicle with a case: one officer proposes it, another approves it.
//!
//! What is warned of is a place and a time; who the case is, nobody is told. A warning that was approved also counts for visits
//! that become known later (a controller's phone that was offline). Nobody is warned twice of the same.

use crate::Timestamp;
use crate::case::CaseStatus;
use crate::contact::LegalBasis;
use crate::id::{CaseId, OfficerId, PlaceWarningId};
use bluezone_codes::place::PlaceCode;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Longest time that one warning covers: a day and a night, as the longest stay.
pub const LONGEST_S: i64 = 24 * 3600;
/// For how many days back anybody is warned: what lies longer ago no visit is kept of, and nobody falls ill of.
pub const OLDEST_S: i64 = 21 * 24 * 3600;
/// Greatest margin, in seconds.
pub const MAX_MARGIN_S: i64 = 6 * 3600;
/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 400;

/// How far a warning has come.
///
/// ```text
/// proposed ──> approved     by another officer: people are warned
///     ├──────> refused      by another officer
///     └──────> withdrawn    by who proposed it
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Waits for a second officer.
    Proposed,
    /// People are warned.
    Approved,
    /// A second officer said no.
    Refused,
    /// Who proposed it took it back.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Proposed, State::Approved, State::Refused, State::Withdrawn];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Refused => "refused",
            State::Withdrawn => "withdrawn",
        }
    }
}

/// A text that names no state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a state of a warning: expected proposed, approved, refused or withdrawn")]
pub struct InvalidState;

impl std::str::FromStr for State {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<State, InvalidState> {
        State::ALL.into_iter().find(|state| state.as_str() == text).ok_or(InvalidState)
    }
}

/// What is warned of: this place, from then to then, and visits that miss it by no more than the margin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The place or vehicle.
    pub place: PlaceCode,
    /// When the case came.
    pub from: Timestamp,
    /// When the case left.
    pub to: Timestamp,
    /// By how many seconds a visit may miss it.
    pub margin_s: i64,
}

/// Why there is no such warning.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Error)]
pub enum WindowProblem {
    /// It ends before it begins.
    #[error("the end lies before the beginning")]
    Backwards,
    /// The case was not there yet.
    #[error("the end has not come yet")]
    Future,
    /// Longer than anybody stays.
    #[error("longer than a day")]
    TooLong,
    /// Nobody knows any more who was there.
    #[error("longer ago than visits are kept")]
    TooOld,
    /// A margin that is none, or takes in half a day.
    #[error("the margin lies between 0 and 6 hours")]
    Margin,
}

impl Window {
    /// Everything that is wrong with it.
    pub fn problems(&self, now: Timestamp) -> Vec<WindowProblem> {
        let checks = [
            (self.to < self.from, WindowProblem::Backwards),
            (self.to > now, WindowProblem::Future),
            (self.to - self.from > LONGEST_S, WindowProblem::TooLong),
            (self.from < now - OLDEST_S, WindowProblem::TooOld),
            (!(0..=MAX_MARGIN_S).contains(&self.margin_s), WindowProblem::Margin),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, problem)| problem).collect()
    }
}

/// Of which case, why, and how many it would warn: for the officers. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The case that was there.
    pub case: CaseId,
    /// The disease, by the name of its profile.
    pub disease: String,
    /// Why people are warned, for the second officer and for who asks later.
    pub reason: String,
    /// How many it would have warned when it was proposed: counted once, so that who looks at it later counts nobody anew.
    #[serde(default)]
    pub reach: Option<Reach>,
}

impl fmt::Debug for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ground(redacted)")
    }
}

/// A warning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceWarning {
    /// Names it.
    pub id: PlaceWarningId,
    /// What is warned of.
    pub window: Window,
    /// Whether the place is a vehicle.
    pub vehicle: bool,
    /// Of which case, and why.
    pub ground: Ground,
    /// On what legal basis the case's visit is used.
    pub basis: LegalBasis,
    /// How far it has come.
    pub state: State,
    /// Code of the unit whose officers decide.
    pub unit: String,
    /// Who proposed it.
    pub proposed_by: OfficerId,
    /// When.
    pub proposed_at: Timestamp,
    /// Who decided, if anybody did.
    pub decided_by: Option<OfficerId>,
    /// When it was decided, or taken back.
    pub decided_at: Option<Timestamp>,
}

/// What becomes of a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// People are warned.
    Approve,
    /// They are not.
    Refuse,
    /// Who proposed it takes it back.
    Withdraw,
}

impl Decision {
    /// The state that follows.
    pub const fn state(self) -> State {
        match self {
            Decision::Approve => State::Approved,
            Decision::Refuse => State::Refused,
            Decision::Withdraw => State::Withdrawn,
        }
    }
}

/// Why a decision does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("{}", self.as_str())]
pub enum Undecidable {
    /// It was decided before.
    Decided,
    /// Nobody approves or refuses what they proposed.
    SameOfficer,
    /// Only who proposed it takes it back.
    NotTheirs,
    /// The officer belongs to another unit.
    OtherUnit,
    /// What is warned of lies too long ago by now.
    TooOld,
    /// The case was found to be none: there is nothing to warn of.
    RuledOut,
}

impl Undecidable {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Undecidable::Decided => "the warning was decided on before",
            Undecidable::SameOfficer => "who proposed a warning cannot decide on it: another officer must",
            Undecidable::NotTheirs => "only who proposed a warning can take it back",
            Undecidable::OtherUnit => "the officers of another unit decide on this warning",
            Undecidable::TooOld => "what it warns of lies longer ago than visits are kept",
            Undecidable::RuledOut => "the case was ruled out since: nobody is warned of it",
        }
    }
}

impl PlaceWarning {
    /// Whether this officer of this unit may decide so now, when the case has this status; none: it is gone.
    pub fn check(
        &self,
        by: OfficerId,
        unit: &str,
        decision: Decision,
        case: Option<CaseStatus>,
        now: Timestamp,
    ) -> Result<(), Undecidable> {
        let own = by == self.proposed_by;
        if self.state != State::Proposed {
            Err(Undecidable::Decided)
        } else if unit != self.unit {
            Err(Undecidable::OtherUnit)
        } else if own && decision != Decision::Withdraw {
            Err(Undecidable::SameOfficer)
        } else if !own && decision == Decision::Withdraw {
            Err(Undecidable::NotTheirs)
        } else if decision == Decision::Approve && self.window.problems(now).contains(&WindowProblem::TooOld)
        {
            Err(Undecidable::TooOld)
        } else if decision == Decision::Approve && !case.is_some_and(may_warn) {
            Err(Undecidable::RuledOut)
        } else {
            Ok(())
        }
    }
}

/// Whether where somebody was may be looked up: with their consent, or as long as they are a case, suspected at least. The law
/// that takes the place of consent is for cases; who was found to be none is a person like any other.
pub fn may_look(status: CaseStatus, basis: LegalBasis) -> bool {
    match basis {
        LegalBasis::Consent => true,
        LegalBasis::Emergency | LegalBasis::Duty => !status.is_ruled_out(),
    }
}

/// Whether anybody is warned of a case: not of one that was found to be none, whoever agreed to it.
pub fn may_warn(status: CaseStatus) -> bool {
    !status.is_ruled_out()
}

/// How many would be warned: never who.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Reach {
    /// People who are told in an inbox, their own or that of who declares for them, each once.
    pub people: u64,
    /// Visits there then, but those of the case itself.
    pub visits: u64,
    /// Visits of those among them who have no account: nobody can tell them but somebody who calls them.
    pub without_account: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_402_800);
    const UNIT: &str = "TN-CDC";

    fn window() -> Window {
        let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(1);
        Window { place: PlaceCode::generate(&mut rng), from: NOW - 7200, to: NOW - 3600, margin_s: 3600 }
    }

    fn warning(by: OfficerId) -> PlaceWarning {
        PlaceWarning {
            id: PlaceWarningId::from_bytes([1; 16]),
            window: window(),
            vehicle: false,
            ground: Ground {
                case: CaseId::from_bytes([2; 16]),
                disease: "covid-19".to_owned(),
                reason: "canary".to_owned(),
                reach: None,
            },
            basis: LegalBasis::Duty,
            state: State::Proposed,
            unit: UNIT.to_owned(),
            proposed_by: by,
            proposed_at: NOW,
            decided_by: None,
            decided_at: None,
        }
    }

    #[test]
    fn two_officers_of_one_unit_decide() {
        let [asker, other] = [1, 2].map(|byte| OfficerId::from_bytes([byte; 16]));
        let of = warning(asker);
        let case = Some(CaseStatus::Confirmed);
        let check = |by, unit, decision| of.check(by, unit, decision, case, NOW);
        assert_eq!(check(asker, UNIT, Decision::Approve), Err(Undecidable::SameOfficer));
        assert_eq!(check(asker, UNIT, Decision::Refuse), Err(Undecidable::SameOfficer));
        assert_eq!(check(asker, UNIT, Decision::Withdraw), Ok(()));
        assert_eq!(check(other, UNIT, Decision::Approve), Ok(()));
        assert_eq!(check(other, UNIT, Decision::Refuse), Ok(()));
        assert_eq!(check(other, UNIT, Decision::Withdraw), Err(Undecidable::NotTheirs));
        assert_eq!(check(other, "HN-CDC", Decision::Approve), Err(Undecidable::OtherUnit));
        let late = of.check(other, UNIT, Decision::Approve, case, NOW + OLDEST_S);
        assert_eq!(late, Err(Undecidable::TooOld));
        for state in [State::Approved, State::Refused, State::Withdrawn] {
            let of = PlaceWarning { state, ..of.clone() };
            assert_eq!(of.check(other, UNIT, Decision::Approve, case, NOW), Err(Undecidable::Decided));
        }
    }

    #[test]
    fn nobody_is_warned_of_a_case_that_was_ruled_out() {
        let [asker, other] = [1, 2].map(|byte| OfficerId::from_bytes([byte; 16]));
        for basis in [LegalBasis::Duty, LegalBasis::Consent] {
            let of = PlaceWarning { basis, ..warning(asker) };
            for status in CaseStatus::ALL.into_iter().map(Some).chain([None]) {
                let approved = of.check(other, UNIT, Decision::Approve, status, NOW);
                let is_case = status.is_some_and(|status| !status.is_ruled_out());
                assert_eq!(approved, if is_case { Ok(()) } else { Err(Undecidable::RuledOut) }, "{status:?}");
                assert_eq!(of.check(other, UNIT, Decision::Refuse, status, NOW), Ok(()));
                assert_eq!(of.check(asker, UNIT, Decision::Withdraw, status, NOW), Ok(()));
            }
        }
    }

    #[test]
    fn a_window_lies_in_the_past_and_is_no_longer_than_a_day() {
        let fine = window();
        assert_eq!(fine.problems(NOW), []);
        assert_eq!(Window { to: fine.from, ..fine }.problems(NOW), []);
        for (wrong, problem) in [
            (Window { to: fine.from - 1, ..fine }, WindowProblem::Backwards),
            (Window { to: NOW + 1, ..fine }, WindowProblem::Future),
            (Window { from: fine.to - LONGEST_S - 1, ..fine }, WindowProblem::TooLong),
            (Window { from: NOW - OLDEST_S - 1, to: NOW - OLDEST_S, ..fine }, WindowProblem::TooOld),
            (Window { margin_s: -1, ..fine }, WindowProblem::Margin),
            (Window { margin_s: MAX_MARGIN_S + 1, ..fine }, WindowProblem::Margin),
        ] {
            assert_eq!(wrong.problems(NOW), [problem]);
        }
    }

    #[test]
    fn only_a_case_is_looked_up_without_consent() {
        for status in CaseStatus::ALL {
            assert!(may_look(status, LegalBasis::Consent));
            assert_eq!(may_look(status, LegalBasis::Duty), !status.is_ruled_out());
            assert_eq!(may_look(status, LegalBasis::Emergency), !status.is_ruled_out());
        }
    }

    #[test]
    fn names_are_read_again_and_the_ground_is_not_shown() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!(!format!("{:?}", warning(OfficerId::from_bytes([1; 16]))).contains("canary"));
    }
}
