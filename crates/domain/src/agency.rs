//! Agencies - offices, schools, companies - and what their staff let them see.
//!
//! An agency invites people by telephone. Each accepts for themself, and ticks what the agency may see: whether they declared
//! today, whether their app runs today. Two answers of yes or no, never what was declared, and each can be taken back at any
//! time. Who did not answer, who refused and who ticked nothing look alike to the agency.
//!
//! That an app runs is what its owner says: they press one button a day. The phone never tells the server that it runs, since a
//! server that heard from each phone each day would know when it was on and, by its address, roughly where.

use crate::Timestamp;
use crate::area::Area;
use crate::id::{AgencyId, CitizenId, StaffId};
use crate::person::Phone;
use std::fmt;

/// The most people on an agency's list.
pub const MOST_STAFF: usize = 2000;
/// The most people on it who let it see nothing: because they did not answer yet, refused, or ticked nothing, which look alike.
/// And the most that it invites in a day.
pub const MOST_OPEN: usize = 500;
/// The most invitations that one person is told of in a day, by all agencies together. Of more they learn when they look.
pub const MOST_INVITATIONS_A_DAY: usize = 3;
/// The most agencies that one citizen runs.
pub const MOST_AGENCIES: usize = 20;
/// The longest name of an agency or of a person on its list, in characters.
pub const LONGEST_NAME: usize = 120;
/// An agency may remind a person again after so many seconds.
pub const REMIND_AGAIN_S: i64 = 12 * 3600;
/// For how long an invitation that nobody answered is kept, or a member who lets nothing be seen any more, in seconds.
pub const INVITED_S: i64 = 60 * 86_400;
/// For how long it counts that somebody said their app runs, in seconds: people with the app are those who said so in the
/// last seven days.
pub const APP_COUNTS_S: i64 = 7 * 86_400;

/// The purpose of the consent that lets an agency see [`Sees::declared`].
pub const SEE_DECLARED: &str = "staff-declared";
/// The purpose of the consent that lets an agency see [`Sees::app`].
pub const SEE_APP: &str = "staff-app";

/// An agency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agency {
    /// Names it in other records.
    pub id: AgencyId,
    /// Who runs its list.
    pub owner: CitizenId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a person lets their agency see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sees {
    /// Whether they declared today.
    pub declared: bool,
    /// Whether they said that their app runs today.
    pub app: bool,
}

impl Sees {
    /// What whoever agreed to these purposes lets be seen.
    pub fn agreed<'a>(purposes: impl IntoIterator<Item = &'a str>) -> Sees {
        purposes.into_iter().fold(Sees::default(), |sees, purpose| Sees {
            declared: sees.declared || purpose == SEE_DECLARED,
            app: sees.app || purpose == SEE_APP,
        })
    }
}

/// That somebody said their app runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AppRuns {
    /// When they said it last.
    pub said_at: Timestamp,
    /// Where they live, as far as they told: they are counted there.
    pub area: Option<Area>,
}

/// Somebody on an agency's list, as the agency sees them. `Debug` hides who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Staff {
    /// Names the entry.
    pub id: StaffId,
    /// Their name, as the agency wrote it.
    pub name: String,
    /// The number that was invited.
    pub phone: Phone,
    /// Whether they declared today; none where they do not let the agency see it.
    pub declared: Option<bool>,
    /// Whether they said that their app runs today; none where they do not let the agency see it.
    pub app: Option<bool>,
}

impl fmt::Debug for Staff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Staff({})", self.id)
    }
}

/// An invitation, as the one invited sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    /// Names the entry.
    pub id: StaffId,
    /// The agency's name.
    pub agency: String,
    /// When it invited them.
    pub invited_at: Timestamp,
    /// What it sees; none before the person accepted.
    pub sees: Option<Sees>,
}

/// An agency that somebody refused, as they see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Which agency.
    pub agency: AgencyId,
    /// Its name.
    pub name: String,
}

/// How many of a list answered how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// People on the list.
    pub all: usize,
    /// Yes.
    pub yes: usize,
    /// Not yet.
    pub not: usize,
}

impl Tally {
    /// Counts answers.
    pub fn of(answers: impl IntoIterator<Item = Option<bool>>) -> Tally {
        answers.into_iter().fold(Tally::default(), |tally, answer| Tally {
            all: tally.all + 1,
            yes: tally.yes + usize::from(answer == Some(true)),
            not: tally.not + usize::from(answer == Some(false)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_show_it_is_in_neither_count() {
        let tally = Tally::of([Some(true), Some(false), None, Some(true)]);
        assert_eq!(tally, Tally { all: 4, yes: 2, not: 1 });
    }
}
