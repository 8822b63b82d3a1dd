//! What an officer may decide about a zone: checked before it is written down, everything that is wrong at once.

use super::{Extent, Level, Step, Zone};
use crate::Timestamp;
use crate::admin_unit::{Edition, IN_FORCE_SINCE};
use crate::area::{CommuneCode, ProvinceCode, Territory};
use crate::map::Outline;
use thiserror::Error;

/// Longest time that one decision may last, in seconds: 90 days. Whatever lasts longer is decided again.
pub const LONGEST_S: i64 = 90 * 86_400;

const LONGEST_DECISION: usize = 80;
const LONGEST_REASON: usize = 500;
const LONGEST_PLACES: usize = 300;

/// What a decision says. Texts are as [`one_line`] gives them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The level.
    pub level: Level,
    /// From then on.
    pub from: Timestamp,
    /// Not any more from then on.
    pub until: Timestamp,
    /// Number of the decision.
    pub decision: String,
    /// Why.
    pub reason: String,
}

/// A text as one line: single spaces, and no control characters (a database may refuse them).
pub fn one_line(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.replace(char::is_control, ""));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What is wrong with a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum TermsProblem {
    /// There was no such commune when it begins.
    #[error("there is no such commune at that time")]
    UnknownCommune,
    /// Its end is no later than its beginning.
    #[error("the zone ends before it begins")]
    EndsBeforeItBegins,
    /// It is over already.
    #[error("the zone would be over already: check the year")]
    Over,
    /// It lasts too long.
    #[error("the zone lasts longer than 90 days: decide again when they are over")]
    TooLong,
    /// No number.
    #[error("the number of the decision is missing")]
    NoDecision,
    /// The number is too long.
    #[error("the number of the decision is longer than 80 characters")]
    LongDecision,
    /// No reason.
    #[error("the reason is missing")]
    NoReason,
    /// The reason is too long.
    #[error("the reason is longer than 500 characters")]
    LongReason,
    /// The reason is published and has a number as people have: of a telephone or an identity card.
    #[error("the reason holds what looks like a telephone or identity number")]
    PersonalReason,
    /// A lifted zone cannot be changed: it is decided anew.
    #[error("the zone is over: decide a new one")]
    ZoneOver,
}

impl Terms {
    /// Everything that is wrong; nothing if it may be decided now, of this commune.
    pub fn problems(
        &self,
        province: ProvinceCode,
        commune: CommuneCode,
        now: Timestamp,
    ) -> Vec<TermsProblem> {
        let mut problems = Vec::new();
        // Codes of before name other communes now, so an earlier list has no say.
        let there = Edition::in_force().has(Territory::Commune(province, commune));
        if !there || self.from < IN_FORCE_SINCE {
            problems.push(TermsProblem::UnknownCommune);
        }
        if self.until <= self.from {
            problems.push(TermsProblem::EndsBeforeItBegins);
        } else if self.until <= now {
            problems.push(TermsProblem::Over);
        } else if self.until - self.from > LONGEST_S {
            problems.push(TermsProblem::TooLong);
        }
        problems.extend(paper(&self.decision, &self.reason));
        problems
    }

    /// What it does to a zone.
    pub fn step(&self) -> Step {
        Step::InForce { level: self.level, from: self.from, until: self.until }
    }
}

/// What is wrong with a decision that lifts a zone.
pub fn lift(zone: &Zone, decision: &str, reason: &str, now: Timestamp) -> Vec<TermsProblem> {
    let over = zone.end().is_none_or(|end| end <= now).then_some(TermsProblem::ZoneOver);
    over.into_iter().chain(paper(decision, reason)).collect()
}

fn paper(decision: &str, reason: &str) -> Vec<TermsProblem> {
    let mut problems = Vec::new();
    match decision.trim().chars().count() {
        0 => problems.push(TermsProblem::NoDecision),
        1..=LONGEST_DECISION => {}
        _ => problems.push(TermsProblem::LongDecision),
    }
    match reason.trim().chars().count() {
        0 => problems.push(TermsProblem::NoReason),
        1..=LONGEST_REASON => {}
        _ => problems.push(TermsProblem::LongReason),
    }
    if looks_personal(reason) {
        problems.push(TermsProblem::PersonalReason);
    }
    problems
}

/// Nine digits or more, however spaced: telephone numbers have ten, identity cards nine or twelve. Dates stay below, their
/// strokes end a number.
fn looks_personal(text: &str) -> bool {
    let numbers = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '.' | '-')));
    numbers.into_iter().any(|part| part.chars().filter(char::is_ascii_digit).count() >= 9)
}

/// What is wrong with the part of a commune that a zone shall cover.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PartProblem {
    /// It has no words.
    #[error("the part of the commune has no name: write which hamlets, quarters or streets")]
    NoPlaces,
    /// Too many words.
    #[error("the names of the places are longer than 300 characters")]
    LongPlaces,
    /// The words hold a number as people have.
    #[error("the names of the places hold what looks like a telephone or identity number")]
    PersonalPlaces,
}

/// A part of a commune, of its places' names and its outline, if one was drawn.
pub fn part(places: &str, outline: Option<Outline>) -> Result<Extent, PartProblem> {
    let places = one_line(places);
    match places.chars().count() {
        0 => Err(PartProblem::NoPlaces),
        count if count > LONGEST_PLACES => Err(PartProblem::LongPlaces),
        _ if looks_personal(&places) => Err(PartProblem::PersonalPlaces),
        _ => Ok(Extent::Part { places, outline }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{force, zone};
    use super::*;
    use TermsProblem::*;

    const DAY_S: i64 = 86_400;
    /// Day 0 of these tests: 2 July 2025.
    const DAY_0: i64 = 1_751_414_400;

    fn terms(from: i64, until: i64, decision: &str, reason: &str) -> Vec<TermsProblem> {
        let day = |day: i64| Timestamp(DAY_0 + day * DAY_S);
        let (from, until) = (day(from), day(until));
        let level = Level::new(3).unwrap();
        let terms = Terms { level, from, until, decision: decision.into(), reason: reason.into() };
        terms.problems("19".parse().unwrap(), "05443".parse().unwrap(), day(10))
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        assert_eq!(terms(9, 23, "2011/QĐ-UBND", "12 ca trong 7 ngày, 15/10/2021 - 21/10/2021"), []);
        assert_eq!(terms(23, 9, " ", ""), [EndsBeforeItBegins, NoDecision, NoReason]);
        assert_eq!(terms(12, 12, "1", "x"), [EndsBeforeItBegins]);
        assert_eq!(terms(1, 10, "1", "x"), [Over]);
        assert_eq!(terms(10, 101, &"x".repeat(81), &"x".repeat(501)), [TooLong, LongDecision, LongReason]);
        for number in ["0912345678", "ông A, 0912 345 678", "CCCD 001.099.012.345"] {
            assert_eq!(terms(9, 23, "1", number), [PersonalReason], "{number}");
        }
    }

    #[test]
    fn the_commune_must_be_one_when_the_zone_begins() {
        assert_eq!(terms(-5, 23, "1", "x"), [UnknownCommune], "before the communes of today");
        let level = Level::new(1).unwrap();
        let (from, until) = (Timestamp(DAY_0), Timestamp(DAY_0 + DAY_S));
        let terms = Terms { level, from, until, decision: "1".into(), reason: "x".into() };
        let of = |province: &str, commune: &str| {
            terms.problems(province.parse().unwrap(), commune.parse().unwrap(), from)
        };
        assert_eq!(of("19", "05443"), []);
        assert_eq!(of("01", "05443"), [UnknownCommune], "of another province");
        assert_eq!(of("19", "99999"), [UnknownCommune]);
    }

    #[test]
    fn only_what_is_not_over_is_lifted() {
        let of = zone("05443", Extent::Whole, &[force(3, 10, 30)]);
        assert_eq!(lift(&of, "1", "x", Timestamp(29)), []);
        assert_eq!(lift(&of, "", "x", Timestamp(30)), [ZoneOver, NoDecision]);
        assert_eq!(lift(&of, "1", "x", Timestamp(0)), [], "one that was planned");
    }

    #[test]
    fn a_part_has_a_name() {
        assert_eq!(part("  ", None), Err(PartProblem::NoPlaces));
        assert_eq!(part(&"x".repeat(301), None), Err(PartProblem::LongPlaces));
        assert_eq!(part("nhà bà B 0912345678", None), Err(PartProblem::PersonalPlaces));
        assert_eq!(
            part(" Tổ 5,\n \0 tổ\u{7} 6 ", None),
            Ok(Extent::Part { places: "Tổ 5, tổ 6".into(), outline: None })
        );
    }
}
