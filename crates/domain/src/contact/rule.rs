//! The rule that proposes how near a contact was: a table that is data, read from the top, the first row that holds
//! decides. Its words are what the officer reads. Each disease has its own, in its file ([`crate::disease`]):
//!
//! | | direct: F1.1 | same space: F1.2 | infectious, from the first symptoms | followed up | source |
//! |---|---|---|---|---|---|
//! | COVID-19 | touch; within 2 m for 15 minutes, or with somebody unmasked | within 2 m, shorter and masked, in a closed place; one closed place for 15 minutes | 2 days before (3 until 11/2021) until isolation | 14 days | decision 3638/QĐ-BYT, letter 11042/BYT-DP |
//! | measles | touch; within 2 m | one closed place, at once or within 2 hours | 4 days before to 8 after: 4 on either side of the rash, which comes some 4 days after them | 21 days | CDC, Manual for the Surveillance of Vaccine-Preventable Diseases, chapter 7; the shared air and its 2 hours: California Department of Public Health, Measles Investigation Quicksheet |
//! | influenza | touch; within 2 m | an officer decides: “for a prolonged time” has no minutes | 1 day before until isolation | 10 days (not read again in the text: to be checked before use) | CDC, Interim Guidance on Follow-up of Close Contacts of Persons Infected with Novel Influenza A Viruses; How Flu Spreads |
//!
//! Full protective equipment makes it no contact of any of them. Where a time or a distance is not certain, the wider one stands
//! here: an officer takes somebody off the list more easily than they find who is not on it.
//!
//! Answers may be missing. A row then holds, does not hold, or *may* hold; the proposal is only as definite as all the rows
//! that may decide agree.

use super::sheet::{Distance, Masks, Sheet, Space};
use super::{Closeness, named};
use crate::Timestamp;
use crate::disease::Name;
use serde::Deserialize;
use std::ops::RangeInclusive;

/// A table. A change of it gets another version, which is stored with each proposal.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Grows with each change.
    pub version: u32,
    /// Where the criteria come from.
    pub source: String,
    /// What an officer must know to answer the questions.
    #[serde(default)]
    pub note: Option<Name>,
    /// The first that holds decides.
    pub rows: Vec<Row>,
}

/// A row: when all of its conditions hold, the contact was so near.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What it then is; [`Closeness::Unclear`] where an officer is to decide.
    pub closeness: Closeness,
    /// The conditions.
    pub when: Conditions,
    /// The row in Vietnamese.
    pub vi: String,
    /// The row in English.
    pub en: String,
}

/// Conditions of a row; those left out hold always.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
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
    /// How near it was; [`Closeness::Unclear`] where the answers allow more than one, or the row leaves it to the officer.
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
    /// Proposes how near a contact was. `infectious`: the time in which the origin could infect
    /// ([`crate::disease::Disease::infectious`]), as far as it is known.
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
    use crate::disease;

    /// Answers in one line: distance, minutes, masks, kind of place; `?` is an answer that nobody gave.
    fn sheet(answers: &str) -> Sheet {
        let [distance, minutes, masks, space] = answers.split(' ').collect::<Vec<_>>()[..] else {
            panic!("four answers: {answers}")
        };
        Sheet {
            distance: distance.parse().ok(),
            minutes: minutes.parse().ok(),
            masks: masks.parse().ok(),
            space: space.parse().ok(),
            last_contact: None,
        }
    }

    fn rule(id: &str) -> &'static Rule {
        disease::contact_rule(id).unwrap()
    }

    fn proposes(id: &str, rows: &[(&str, &str, &str)]) {
        for (answers, closeness, missing) in rows {
            let found = rule(id).propose(&sheet(answers), None);
            let asked: Vec<_> = found.missing.iter().map(|question| question.as_str()).collect();
            assert_eq!(found.closeness.as_str(), *closeness, "{id}: {answers}: {found:?}");
            assert_eq!(asked.join(" "), *missing, "{id}: {answers}: {found:?}");
        }
    }

    #[test]
    fn the_table_of_covid_19_proposes_what_its_words_say() {
        proposes(
            "covid-19",
            &[
                ("touched ? nobody ?", "direct", ""),
                ("touched ? ? ?", "unclear", "masks"),
                ("touched 1 protected closed", "apart", ""),
                ("within-2m 15 both open", "direct", ""),
                ("within-2m 14 both open", "apart", ""),
                ("within-2m 14 both closed", "same-space", ""),
                ("within-2m 1 one open", "direct", ""),
                ("within-2m 14 both ?", "unclear", "space"),
                ("within-2m ? both closed", "unclear", "minutes"),
                ("within-2m ? nobody ?", "direct", ""),
                ("same-space 15 nobody closed", "same-space", ""),
                ("same-space 14 nobody closed", "apart", ""),
                ("same-space 600 nobody open", "apart", ""),
                ("same-space ? ? open", "apart", ""),
                ("same-space 20 both ?", "unclear", "space"),
                ("apart ? ? ?", "apart", ""),
                ("? 20 nobody closed", "unclear", "distance"),
                ("? ? ? ?", "unclear", "distance minutes masks space"),
            ],
        );
    }

    /// The air of a room is enough, masks and minutes are nothing.
    #[test]
    fn the_table_of_measles_proposes_what_its_words_say() {
        proposes(
            "measles",
            &[
                ("touched ? both ?", "direct", ""),
                ("touched 1 protected closed", "apart", ""),
                ("within-2m 1 both open", "direct", ""),
                ("same-space 1 both closed", "same-space", ""),
                ("same-space ? nobody closed", "same-space", ""),
                ("same-space 600 nobody open", "apart", ""),
                ("same-space 600 nobody ?", "unclear", "space"),
                ("apart ? ? ?", "apart", ""),
                ("? 600 nobody closed", "unclear", "distance"),
            ],
        );
    }

    /// What the guidance leaves open is the officer's, whatever else is answered.
    #[test]
    fn the_table_of_influenza_proposes_what_its_words_say() {
        proposes(
            "influenza",
            &[
                ("touched ? both ?", "direct", ""),
                ("within-2m 1 both open", "direct", ""),
                ("within-2m ? protected ?", "apart", ""),
                ("same-space 600 nobody closed", "unclear", ""),
                ("same-space 600 nobody open", "apart", ""),
                ("same-space ? one ?", "unclear", "space"),
                ("apart ? ? ?", "apart", ""),
            ],
        );
    }

    /// With all answers exactly one row decides, and leaving one out never makes the proposal another definite one.
    #[test]
    fn every_full_sheet_is_decided_and_every_gap_is_honest() {
        let window = Timestamp(10)..=Timestamp(20);
        for rule in disease::all().iter().filter_map(|disease| disease.contact.as_ref()) {
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
                            honest(rule, full, &window);
                        }
                    }
                }
            }
        }
    }

    fn honest(rule: &Rule, full: Sheet, window: &RangeInclusive<Timestamp>) {
        let decided = rule.propose(&full, Some(window));
        assert_eq!((decided.rows.len(), decided.missing.len()), (1, 0), "{decided:?}");
        for gap in [
            Sheet { distance: None, ..full },
            Sheet { minutes: None, ..full },
            Sheet { masks: None, ..full },
            Sheet { space: None, ..full },
            Sheet { last_contact: None, ..full },
            Sheet::default(),
        ] {
            let found = rule.propose(&gap, Some(window)).closeness;
            assert!(found == decided.closeness || found == Closeness::Unclear);
        }
    }
}
