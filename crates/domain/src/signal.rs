//! *Phản ánh*: what citizens report, on its way from a signal to an event.
//!
//! Circular 15/2026/TT-BYT: a *signal* is first information, not verified (Art. 2.4); an *event* is a signal that was verified and
//! carries a risk (Art. 2.5); reports of citizens are a source of event-based surveillance, which screens, verifies and
//! assesses them (Art. 9.1). The circular gives these steps no hours; ours follow the 24 hours in which a suspected case must
//! be told on (Art. 10.1), and as many again to verify.

use crate::Timestamp;
use crate::area::Area;
use crate::contact::named;
use crate::id::{CaseId, CitizenId, OfficerId, SignalId};
use crate::policy::Record;
use std::fmt;
use thiserror::Error;

/// Seconds within which a signal is screened.
pub const SCREEN_S: i64 = 24 * 3600;
/// Seconds from its arrival within which a screened signal is verified.
pub const VERIFY_S: i64 = 48 * 3600;

named! {
    /// How far a report is.
    State, "a state of reports" {
        /// Just arrived.
        Signal = "signal",
        /// Worth a look: it will be verified.
        Screened = "screened",
        /// It is true.
        Verified = "verified",
        /// True, and a risk.
        Event = "event",
        /// Nothing follows from it.
        Dismissed = "dismissed",
    }
}

named! {
    /// What is done with a report.
    Step, "a step of reports" {
        /// It is worth a look.
        Screen = "screen",
        /// It turned out to be true.
        Verify = "verify",
        /// It is a risk.
        MakeEvent = "make-event",
        /// Nothing follows from it.
        Dismiss = "dismiss",
    }
}

impl State {
    /// The state after a step; `None` where the step does not lead anywhere from here.
    pub const fn after(self, step: Step) -> Option<State> {
        Some(match (self, step) {
            (State::Signal, Step::Screen) => State::Screened,
            (State::Screened, Step::Verify) => State::Verified,
            (State::Verified, Step::MakeEvent) => State::Event,
            (State::Signal | State::Screened | State::Verified, Step::Dismiss) => State::Dismissed,
            _ => return None,
        })
    }

    /// The steps from here.
    pub fn steps(self) -> impl Iterator<Item = Step> {
        Step::ALL.iter().copied().filter(move |step| self.after(*step).is_some())
    }

    /// Whether nothing more is decided.
    pub const fn is_end(self) -> bool {
        matches!(self, State::Event | State::Dismissed)
    }
}

/// A report. What was written and photographed is kept apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signal {
    /// Names it among officers; whoever reported knows a tracking code instead.
    pub id: SignalId,
    /// Who reported it, if they were signed in and gave their name.
    pub citizen: Option<CitizenId>,
    /// What it is about: a code of the form's first question.
    pub category: String,
    /// Where.
    pub area: Area,
    /// How far it is.
    pub state: State,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Code of the unit that it was handed to.
    pub assigned: Option<String>,
    /// The case that it led to.
    pub case: Option<CaseId>,
    /// Counts changes, from 1: nobody decides on a state that they did not see.
    pub version: u32,
}

impl Signal {
    /// By when the next step is due; nothing where none is.
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Signal => Some(self.received_at + SCREEN_S),
            State::Screened => Some(self.received_at + VERIFY_S),
            State::Verified | State::Event | State::Dismissed => None,
        }
    }

    /// What [`crate::policy::allows`] asks about it.
    pub fn record(&self) -> Record<'_> {
        Record { area: self.area, assigned: self.assigned.as_deref() }
    }
}

/// What was done, as its history has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Did {
    /// A step.
    Step(Step),
    /// It was handed to a unit.
    Assigned,
    /// A case was named.
    Linked,
    /// Words to whoever reported.
    Feedback,
}

impl Did {
    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Did::Step(step) => step.as_str(),
            Did::Assigned => "assigned",
            Did::Linked => "linked",
            Did::Feedback => "feedback",
        }
    }
}

impl std::str::FromStr for Did {
    type Err = crate::contact::UnknownName;

    fn from_str(text: &str) -> Result<Did, Self::Err> {
        Ok(match text {
            "assigned" => Did::Assigned,
            "linked" => Did::Linked,
            "feedback" => Did::Feedback,
            step => Did::Step(step.parse()?),
        })
    }
}

/// One change of a report.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: OfficerId,
    /// What.
    pub did: Did,
    /// Why, for officers; or what whoever reported is told.
    pub words: String,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("did", &self.did).finish_non_exhaustive()
    }
}

/// Why something cannot be done with a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Problem {
    /// The step does not lead anywhere from this state.
    #[error("this cannot be done in this state")]
    NotFromHere,
    /// A report is never dismissed without a reason.
    #[error("the reason is missing")]
    NoReason,
}

/// The state after a step that an officer gives a reason for.
///
/// # Errors
/// [`Problem`].
pub fn decide(state: State, step: Step, reason: &str) -> Result<State, Problem> {
    let next = state.after(step).ok_or(Problem::NotFromHere)?;
    if step == Step::Dismiss && reason.trim().is_empty() { Err(Problem::NoReason) } else { Ok(next) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state and step: what is not listed leads nowhere.
    #[test]
    fn the_way_from_signal_to_event() {
        let ways = [
            (State::Signal, Step::Screen, State::Screened),
            (State::Screened, Step::Verify, State::Verified),
            (State::Verified, Step::MakeEvent, State::Event),
            (State::Signal, Step::Dismiss, State::Dismissed),
            (State::Screened, Step::Dismiss, State::Dismissed),
            (State::Verified, Step::Dismiss, State::Dismissed),
        ];
        for state in State::ALL {
            for step in Step::ALL {
                let listed = ways.iter().find(|(from, by, _)| (from, by) == (state, step));
                assert_eq!(state.after(*step), listed.map(|(_, _, to)| *to), "{state:?} {step:?}");
            }
            assert_eq!(state.is_end(), state.steps().next().is_none(), "{state:?}");
        }
    }

    #[test]
    fn nothing_is_dismissed_without_a_reason() {
        assert_eq!(decide(State::Signal, Step::Dismiss, " "), Err(Problem::NoReason));
        assert_eq!(decide(State::Signal, Step::Dismiss, "đã hỏi, không có ai ốm"), Ok(State::Dismissed));
        assert_eq!(decide(State::Signal, Step::Screen, ""), Ok(State::Screened));
        assert_eq!(decide(State::Event, Step::Dismiss, "x"), Err(Problem::NotFromHere));
    }

    #[test]
    fn the_clock_runs_from_the_arrival_and_ends_when_it_is_verified() {
        let signal = |state| Signal {
            id: SignalId::from_bytes([1; 16]),
            citizen: None,
            category: "sick".to_owned(),
            area: Area { province: "19".parse().unwrap(), commune: None },
            state,
            received_at: Timestamp(0),
            updated_at: Timestamp(0),
            assigned: None,
            case: None,
            version: 1,
        };
        let due = |state| signal(state).due_at();
        assert_eq!(due(State::Signal), Some(Timestamp(86_400)));
        assert_eq!(due(State::Screened), Some(Timestamp(172_800)));
        assert_eq!([State::Verified, State::Event, State::Dismissed].map(due), [None; 3]);
    }

    #[test]
    fn names_come_back() {
        for did in [Did::Assigned, Did::Linked, Did::Feedback]
            .into_iter()
            .chain(Step::ALL.iter().copied().map(Did::Step))
        {
            assert_eq!(did.as_str().parse::<Did>().unwrap(), did);
        }
        assert!("x".parse::<Did>().is_err());
    }
}
