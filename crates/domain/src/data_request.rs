//! What people ask about their own data, and by when they must have an answer.
//!
//! Rights: law on personal data 91/2025/QH15, Art. 4. Terms: decree 356/2025/NĐ-CP, Art. 5; how days are counted:
//! [`crate::workday`]. Whoever asks is told that it arrived within two working days.

use crate::Timestamp;
use crate::area::Area;
use crate::contact::named;
use crate::id::{CitizenId, DataRequestId, OfficerId};
use crate::workday::Calendar;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Working days within which whoever asked is told that it arrived.
pub const ACKNOWLEDGE_WORKING_DAYS: u16 = 2;

named! {
    /// What is asked.
    Right, "a right" {
        /// To see what is kept.
        View = "view",
        /// To have something corrected that the person cannot correct themself.
        Correct = "correct",
        /// To be given a copy.
        Provide = "provide",
        /// To take a consent back.
        Withdraw = "withdraw",
        /// That it is used less.
        Restrict = "restrict",
        /// That it is not used.
        Object = "object",
        /// That it is deleted.
        Delete = "delete",
    }
}

impl Right {
    /// Days within which it must be done.
    pub const fn days(self) -> u16 {
        match self {
            Right::View | Right::Correct | Right::Provide => 10,
            Right::Withdraw | Right::Restrict | Right::Object => 15,
            Right::Delete => 20,
        }
    }

    /// Days that an extension adds, once.
    pub const fn extension_days(self) -> u16 {
        match self {
            Right::View | Right::Correct | Right::Provide => 10,
            Right::Withdraw | Right::Restrict | Right::Object => 15,
            Right::Delete => 20,
        }
    }
}

named! {
    /// Why a request is refused.
    Refusal, "a reason to refuse" {
        /// To protect somebody's life or health at once (law 91/2025/QH15, Art. 19).
        Emergency = "art19-emergency",
        /// A state of emergency, or to prevent one (Art. 19).
        State = "art19-state",
        /// A duty of a state body under the law on disease prevention 114/2025/QH15 (Art. 19); a deletion: with Art. 14.2.
        Duty = "art19-duty",
        /// Nothing of the kind is kept.
        NotKept = "not-kept",
        /// It is about somebody for whom the person cannot ask.
        NotTheirs = "not-theirs",
    }
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused(Refusal),
    /// The person took it back.
    TakenBack,
}

/// What is sealed of a request.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// What the person wrote.
    pub asked: String,
    /// Why it takes longer.
    pub extension: String,
    /// What the person was told at the end.
    pub answer: String,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(redacted)")
    }
}

/// A request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataRequest {
    /// Names it.
    pub id: DataRequestId,
    /// Who asks; nobody any more once their account is deleted.
    pub citizen: Option<CitizenId>,
    /// What.
    pub right: Right,
    /// Where the person lives.
    pub area: Area,
    /// When it arrived.
    pub received_at: Timestamp,
    /// By when the person must know that it arrived.
    pub acknowledge_by: Timestamp,
    /// By when it must be answered.
    pub due_at: Timestamp,
    /// When the person was told that it arrived.
    pub acknowledged_at: Option<Timestamp>,
    /// When it was given more time.
    pub extended_at: Option<Timestamp>,
    /// When and how it ended.
    pub closed: Option<(Timestamp, Outcome)>,
    /// Who answers it.
    pub officer: Option<OfficerId>,
    /// What was written.
    pub words: Words,
}

/// What an officer, or the person, does with a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Step {
    /// Tells the person that it arrived.
    Acknowledge,
    /// Takes more time, once, and says why.
    Extend {
        /// Why.
        reason: String,
    },
    /// Ends it.
    Close {
        /// How.
        outcome: Outcome,
        /// What the person is told.
        answer: String,
    },
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Acknowledge => "Acknowledge",
            Step::Extend { .. } => "Extend(..)",
            Step::Close { .. } => "Close(..)",
        })
    }
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum StepProblem {
    /// The request has ended.
    #[error("the request was answered already")]
    Closed,
    /// It was acknowledged before.
    #[error("the person was told already that it arrived")]
    Acknowledged,
    /// It was extended before.
    #[error("the time was extended once already")]
    Extended,
    /// The time is over.
    #[error("the time is over: answer it now")]
    Overdue,
    /// Nothing was written to the person.
    #[error("the person must be told why")]
    NoWords,
}

impl DataRequest {
    /// A request that has just arrived.
    pub fn new(
        (id, citizen): (DataRequestId, CitizenId),
        right: Right,
        area: Area,
        asked: String,
        now: Timestamp,
        calendar: &Calendar,
    ) -> DataRequest {
        DataRequest {
            id,
            citizen: Some(citizen),
            right,
            area,
            received_at: now,
            acknowledge_by: calendar.end_of_working_days(now, ACKNOWLEDGE_WORKING_DAYS),
            due_at: calendar.end_of_days(now, right.days()),
            acknowledged_at: None,
            extended_at: None,
            closed: None,
            officer: None,
            words: Words { asked, ..Words::default() },
        }
    }

    /// Whether its answer is late, or the word that it arrived is.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.closed.is_none()
            && (now >= self.due_at || (self.acknowledged_at.is_none() && now >= self.acknowledge_by))
    }

    /// The request after a step; `by` is the officer who takes it, or nobody where the person does.
    ///
    /// # Errors
    /// [`StepProblem`].
    pub fn after(
        mut self,
        step: &Step,
        by: Option<OfficerId>,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Result<DataRequest, StepProblem> {
        if self.closed.is_some() {
            return Err(StepProblem::Closed);
        }
        match step {
            Step::Acknowledge if self.acknowledged_at.is_some() => return Err(StepProblem::Acknowledged),
            Step::Acknowledge => {}
            Step::Extend { .. } if self.extended_at.is_some() => return Err(StepProblem::Extended),
            Step::Extend { .. } if now >= self.due_at => return Err(StepProblem::Overdue),
            Step::Extend { reason } if reason.trim().is_empty() => return Err(StepProblem::NoWords),
            Step::Extend { reason } => {
                self.extended_at = Some(now);
                self.words.extension.clone_from(reason);
                let days = self.right.days() + self.right.extension_days();
                self.due_at = calendar.end_of_days(self.received_at, days);
            }
            Step::Close { outcome: Outcome::Done | Outcome::Refused(_), answer }
                if answer.trim().is_empty() =>
            {
                return Err(StepProblem::NoWords);
            }
            Step::Close { outcome, answer } => {
                self.closed = Some((now, *outcome));
                self.words.answer.clone_from(answer);
            }
        }
        // Whatever the officer writes to the person says that it arrived.
        if by.is_some() {
            self.acknowledged_at.get_or_insert(now);
            self.officer = by;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workday::day_of;

    /// Noon of 25 November 2026 in Vietnam.
    const NOW: Timestamp = Timestamp(1_795_582_800);
    const OFFICER: OfficerId = OfficerId::from_bytes([7; 16]);

    fn request(right: Right) -> DataRequest {
        let ids = (DataRequestId::from_bytes([1; 16]), CitizenId::from_bytes([2; 16]));
        let area = Area { province: "19".parse().unwrap(), commune: None };
        DataRequest::new(ids, right, area, "mọi thứ".to_owned(), NOW, &Calendar::default())
    }

    fn step(request: &DataRequest, step: Step, at: Timestamp) -> Result<DataRequest, StepProblem> {
        request.clone().after(&step, Some(OFFICER), at, &Calendar::default())
    }

    fn last(end: Timestamp) -> String {
        day_of(end - 1).to_string()
    }

    fn extend() -> Step {
        Step::Extend { reason: "nhiều hồ sơ giấy".to_owned() }
    }

    /// Golden: counted by hand on the calendar.
    #[test]
    fn each_right_has_its_term() {
        for (right, due, extended) in [
            (Right::View, "2026-12-07", "2026-12-15"),
            (Right::Correct, "2026-12-07", "2026-12-15"),
            (Right::Provide, "2026-12-07", "2026-12-15"),
            (Right::Withdraw, "2026-12-10", "2026-12-25"),
            (Right::Restrict, "2026-12-10", "2026-12-25"),
            (Right::Object, "2026-12-10", "2026-12-25"),
            // Forty days end on Monday 4 January.
            (Right::Delete, "2026-12-15", "2027-01-04"),
        ] {
            let request = request(right);
            assert_eq!(last(request.acknowledge_by), "2026-11-27", "{right:?}");
            assert_eq!(last(request.due_at), due, "{right:?}");
            let longer = step(&request, extend(), NOW + 1).unwrap();
            assert_eq!(last(longer.due_at), extended, "{right:?}");
            assert_eq!(step(&longer, extend(), NOW + 2), Err(StepProblem::Extended));
        }
    }

    #[test]
    fn late_is_late_by_the_second() {
        let request = request(Right::View);
        assert!(!request.is_late(request.acknowledge_by - 1) && request.is_late(request.acknowledge_by));
        let known = step(&request, Step::Acknowledge, NOW + 1).unwrap();
        assert!(!known.is_late(known.due_at - 1) && known.is_late(known.due_at));
        assert_eq!(step(&known, Step::Acknowledge, NOW + 2), Err(StepProblem::Acknowledged));
        assert_eq!(step(&known, extend(), known.due_at), Err(StepProblem::Overdue));
        let close = Step::Close { outcome: Outcome::Done, answer: "Xem tệp kèm theo.".to_owned() };
        let done = step(&known, close.clone(), known.due_at + 5).unwrap();
        assert!(!done.is_late(known.due_at + 9));
        assert_eq!(step(&done, close, NOW), Err(StepProblem::Closed));
    }

    #[test]
    fn a_refusal_says_why_and_the_person_may_take_it_back() {
        let request = request(Right::Delete);
        let refuse = |answer: &str| Step::Close {
            outcome: Outcome::Refused(Refusal::Duty),
            answer: answer.to_owned(),
        };
        assert_eq!(step(&request, refuse(" "), NOW), Err(StepProblem::NoWords));
        let refused = step(&request, refuse("Hồ sơ ca bệnh phải lưu."), NOW).unwrap();
        assert_eq!(refused.acknowledged_at, Some(NOW), "an answer says that it arrived");
        let back = Step::Close { outcome: Outcome::TakenBack, answer: String::new() };
        let back = request.after(&back, None, NOW, &Calendar::default()).unwrap();
        assert_eq!((back.officer, back.acknowledged_at), (None, None));
    }

    #[test]
    fn debug_shows_nothing_of_what_was_written() {
        let request = request(Right::View);
        let shown = format!("{request:?} {:?}", extend());
        assert!(!shown.contains("mọi") && !shown.contains("giấy"), "{shown}");
    }
}
