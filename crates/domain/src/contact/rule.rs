//! The rule that proposes how near a contact was: a table that is data, read from the top, the first row that holds
//! decides. Its words are what the officer reads.
//!
//! Answers may be missing. A row then holds, does not hold, or *may* hold; the proposal is only as definite as all the rows
//! that may decide agree.

use super::sheet::{Distance, Masks, Sheet, Space};
use super::{Closeness, named};
use crate::Timestamp;
use serde::Deserialize;
use std::ops::RangeInclusive;

const COVID_19: &str = include_str!("covid-19.json");

/// A table. A change of it gets another version, which is stored with each proposal.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Id of the disease profile that it belongs to.
    pub id: String,
    /// Grows with each change.
    pub version: u32,
    /// Where the criteria come from.
    pub source: String,
    /// The first that holds decides.
    pub rows: Vec<Row>,
}

/// A row: when all of its conditions hold, the contact was so near.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What it then is.
    pub closeness: Closeness,
    /// The conditions.
    pub when: Conditions,
    /// The row in Vietnamese.
    pub vi: String,
    /// The row in English.
    pub en: String,
}

/// Conditions of a row; those left out hold always.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// The last contact lay in the infectious time, or did not.
    pub infectious: Option<bool>,
    /// One of these distances.
    pub distance: Option<Vec<Distance>>,
    /// At least so many minutes.
    pub minutes_from: Option<u16>,
    /// One of these.
    pub masks: Option<Vec<Masks>>,
    /// One of these.
    pub space: Option<Vec<Space>>,
}

named! {
    /// A question of the sheet.
    Question, "a question" {
        /// The least distance.
        Distance = "distance",
        /// Its minutes.
        Minutes = "minutes",
        /// Masks.
        Masks = "masks",
        /// The place.
        Space = "space",
        /// When they were last together.
        LastContact = "last-contact",
    }
}

/// What the rule proposes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// How near it was; [`Closeness::Unclear`] where the answers allow more than one.
    pub closeness: Closeness,
    /// The rows that decided: one, or all that may hold. Indexes into [`Rule::rows`].
    pub rows: Vec<usize>,
    /// Whose answer would make it definite; empty if it is.
    pub missing: Vec<Question>,
}

/// Whether a condition holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    No,
    Maybe,
    Yes,
}

impl Rule {
    /// The built-in rule of the default disease.
    pub fn covid19() -> Rule {
        serde_json::from_str(COVID_19).expect("the built-in rule is read by the tests")
    }

    /// Proposes how near a contact was. `infectious`: the time in which the origin could infect
    /// ([`crate::disease::Disease::trace_from`] to its isolation), as far as it is known.
    pub fn propose(&self, answers: &Sheet, infectious: Option<&RangeInclusive<Timestamp>>) -> Proposal {
        let mut rows = Vec::new();
        let mut missing = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let (holds, asked) = row.when.hold(answers, infectious);
            if holds != Holds::No {
                rows.push(at);
                missing.extend(asked);
            }
            if holds == Holds::Yes {
                break;
            }
        }
        let mut found = rows.iter().map(|row| self.rows[*row].closeness);
        let first = found.next().unwrap_or(Closeness::Unclear);
        if found.all(|other| other == first) {
            return Proposal { closeness: first, rows, missing: Vec::new() };
        }
        missing.sort_unstable();
        missing.dedup();
        Proposal { closeness: Closeness::Unclear, rows, missing }
    }
}

impl Conditions {
    /// Whether all hold, and the questions that are open if that is not known.
    fn hold(
        &self,
        answers: &Sheet,
        infectious: Option<&RangeInclusive<Timestamp>>,
    ) -> (Holds, Vec<Question>) {
        // While nobody knows the time, it is taken to be met: a contact is not dropped for want of a date.
        let window = match infectious {
            None => Some(true),
            Some(window) => answers.last_contact.map(|at| window.contains(&at)),
        };
        let conditions = [
            (Question::LastContact, self.infectious.map(|wanted| known(window, |found| found == wanted))),
            (
                Question::Distance,
                self.distance.as_ref().map(|of| known(answers.distance, |d| of.contains(&d))),
            ),
            (Question::Minutes, self.minutes_from.map(|from| known(answers.minutes, |found| found >= from))),
            (Question::Masks, self.masks.as_ref().map(|of| known(answers.masks, |m| of.contains(&m)))),
            (Question::Space, self.space.as_ref().map(|of| known(answers.space, |s| of.contains(&s)))),
        ];
        let stated = conditions.into_iter().filter_map(|(question, holds)| Some((question, holds?)));
        let mut all = Holds::Yes;
        let mut open = Vec::new();
        for (question, holds) in stated {
            all = all.min(holds);
            if holds == Holds::Maybe {
                open.push(question);
            }
        }
        (all, open)
    }
}

fn known<T>(answer: Option<T>, holds: impl Fn(T) -> bool) -> Holds {
    match answer.map(holds) {
        None => Holds::Maybe,
        Some(false) => Holds::No,
        Some(true) => Holds::Yes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(distance: &str, minutes: Option<u16>, masks: &str, space: &str) -> Sheet {
        Sheet {
            distance: distance.parse().ok(),
            minutes,
            masks: masks.parse().ok(),
            space: space.parse().ok(),
            last_contact: None,
        }
    }

    /// `?` is an answer that nobody gave.
    #[test]
    fn the_table_proposes_what_its_words_say() {
        let rule = Rule::covid19();
        for (distance, minutes, masks, space, closeness, missing) in [
            ("touched", None, "nobody", "?", "direct", ""),
            ("touched", None, "?", "?", "unclear", "masks"),
            ("touched", Some(1), "protected", "closed", "apart", ""),
            ("within-2m", Some(15), "both", "open", "direct", ""),
            ("within-2m", Some(14), "both", "open", "apart", ""),
            ("within-2m", Some(14), "both", "closed", "same-space", ""),
            ("within-2m", Some(1), "one", "open", "direct", ""),
            ("within-2m", Some(14), "both", "?", "unclear", "space"),
            ("within-2m", None, "both", "closed", "unclear", "minutes"),
            ("within-2m", None, "nobody", "?", "direct", ""),
            ("same-space", Some(15), "nobody", "closed", "same-space", ""),
            ("same-space", Some(14), "nobody", "closed", "apart", ""),
            ("same-space", Some(600), "nobody", "open", "apart", ""),
            ("same-space", None, "?", "open", "apart", ""),
            ("same-space", Some(20), "both", "?", "unclear", "space"),
            ("apart", None, "?", "?", "apart", ""),
            ("?", Some(20), "nobody", "closed", "unclear", "distance"),
            ("?", None, "?", "?", "unclear", "distance minutes masks space"),
        ] {
            let found = rule.propose(&sheet(distance, minutes, masks, space), None);
            let asked: Vec<_> = found.missing.iter().map(|question| question.as_str()).collect();
            let row = format!("{distance} {minutes:?} {masks} {space}: {found:?}");
            assert_eq!(found.closeness.as_str(), closeness, "{row}");
            assert_eq!(asked.join(" "), missing, "{row}");
            assert_eq!(found.missing.is_empty(), found.closeness != Closeness::Unclear, "{row}");
        }
    }

    /// With all answers exactly one row decides, and leaving one out never makes the proposal another definite one.
    #[test]
    fn every_full_sheet_is_decided_and_every_gap_is_honest() {
        let rule = Rule::covid19();
        let window = Timestamp(10)..=Timestamp(20);
        for distance in Distance::ALL {
            for masks in Masks::ALL {
                for space in Space::ALL {
                    for (minutes, last) in [(14, 15), (15, 15), (15, 21), (0, 9)] {
                        let full = Sheet {
                            distance: Some(*distance),
                            minutes: Some(minutes),
                            masks: Some(*masks),
                            space: Some(*space),
                            last_contact: Some(Timestamp(last)),
                        };
                        let decided = rule.propose(&full, Some(&window));
                        assert_eq!(decided.rows.len(), 1, "{decided:?}");
                        assert_ne!(decided.closeness, Closeness::Unclear);
                        for gap in [
                            Sheet { distance: None, ..full },
                            Sheet { minutes: None, ..full },
                            Sheet { masks: None, ..full },
                            Sheet { space: None, ..full },
                            Sheet { last_contact: None, ..full },
                            Sheet::default(),
                        ] {
                            let found = rule.propose(&gap, Some(&window)).closeness;
                            assert!(found == decided.closeness || found == Closeness::Unclear);
                        }
                    }
                }
            }
        }
    }
}
