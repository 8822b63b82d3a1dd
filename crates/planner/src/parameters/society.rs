use serde::{Deserialize, Serialize};

use super::{AGE_BANDS, Catalogue};

/// People and their networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Society {
    /// Relative number of households with 1 to 6 people.
    pub household_sizes: [f64; 6],
    /// Share of households of 1 to 6 people with 0 to 5 members below 20 years: the composition before it is raked to
    /// ages and sizes.
    pub children: [[f64; 6]; 6],
    /// Relative number of pairs of people who live together, by the age of the older (row) and of the younger. Nothing but zeros: not
    /// known, and the rules for couples, parents and children alone decide who lives with whom.
    pub household_pairs: [[f64; AGE_BANDS]; AGE_BANDS],
    /// Relative number of people by age.
    pub ages: [f64; AGE_BANDS],
    /// Mean daily contacts at school (0–19), work (20–69) and in the networks of the retired (70 and over).
    pub occupation_contacts: [f64; 3],
    /// Probability that an edge of these networks is a contact on a day.
    pub occupation_daily: f64,
    /// Probability that an end of an edge is rewired at random (Watts and Strogatz 1998, Nature 393: 440).
    pub occupation_rewired: f64,
    /// Adults working in the school networks, and in those of the elderly, per member.
    pub staff: [f64; 2],
    /// Mean daily random contacts below 20 years, from 20 to 69, from 70: negative binomial between people.
    pub random_mean: [f64; 3],
    /// Standard deviation of these.
    pub random_sd: [f64; 3],
    /// How far those whose random partner stays away look for another, in doublings of the group: 0 = the contact is
    /// lost; with 8 all but one in a thousand find one.
    pub rematch: u16,
}

impl Default for Society {
    fn default() -> Self {
        Catalogue::built_in().parse("society", "openabm")
    }
}
