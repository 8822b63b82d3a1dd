use serde::{Deserialize, Serialize};

use crate::parameters::{Measures, NETWORKS};

/// A measure that can be left out to see what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lever {
    /// The app's warnings.
    App,
    /// Interviews and contacts told by people.
    Manual,
    /// Staying at home on symptoms.
    Symptoms,
    /// Tests of people with symptoms and of the warned.
    Tests,
    /// Health declarations that lead to a test.
    Declarations,
    /// Quarantine of whoever lives with somebody who has symptoms, is a case or is warned.
    Households,
    /// Warning the contacts of contacts.
    SecondRing,
    /// Warnings by place.
    Venues,
    /// Closing zones.
    Zones,
    /// Closing schools and work places, forbidding gatherings.
    Closures,
    /// Masks.
    Masks,
}

impl Lever {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::App,
        Self::Manual,
        Self::Symptoms,
        Self::Tests,
        Self::Declarations,
        Self::Households,
        Self::SecondRing,
        Self::Venues,
        Self::Zones,
        Self::Closures,
        Self::Masks,
    ];

    /// Its name in tables.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Manual => "manual-tracing",
            Self::Symptoms => "home-on-symptoms",
            Self::Tests => "tests-on-symptoms",
            Self::Declarations => "declarations",
            Self::Households => "households",
            Self::SecondRing => "second-ring",
            Self::Venues => "venues",
            Self::Zones => "zones",
            Self::Closures => "closures",
            Self::Masks => "masks",
        }
    }

    /// Takes it away.
    pub fn switch_off(self, measures: &mut Measures) {
        match self {
            Self::App => measures.adoption = 0.0,
            Self::Manual => measures.manual.interviews = 0.0,
            Self::Symptoms => measures.on_symptoms.compliance = 0.0,
            Self::Tests => {
                (measures.test_on_symptoms, measures.test_when_warned) = (0.0, 0.0);
                measures.test_when_warned_of_symptoms = 0.0;
            }
            Self::Declarations => measures.declare = 0.0,
            Self::Households => {
                measures.household_of_symptoms = false;
                (measures.household_of_case, measures.household_of_warned) = (false, false);
                measures.household_of_warned_of_symptoms = false;
            }
            Self::SecondRing => measures.depth = 1,
            Self::Venues => measures.venues.check_in = 0.0,
            Self::Zones => measures.zones.people = 0,
            // Whoever may go out is at home no more than usual.
            Self::Closures => {
                (measures.contacts_left, measures.occupation_left) = ([1.0; 2], [1.0; NETWORKS]);
                measures.at_home = 1.0;
            }
            Self::Masks => measures.masks = 1.0,
        }
    }
}
