//! A row as a case.

use super::Column;
use crate::Timestamp;
use crate::admin_unit::{Edition, Level};
use crate::area::{Area, CommuneCode, ProvinceCode};
use crate::case::{CaseFacts, CaseStatus};
use crate::disease;
use crate::id::CaseId;
use crate::person::{Birth, Gender, Identity, folded_name, tidy};
use bluezone_protocol::time::DAY_S;
use chrono::{NaiveDate, NaiveDateTime};

/// Vietnam's clock is seven hours ahead of UTC, all year.
pub(super) const VIETNAM_S: i64 = 7 * 3600;
/// Longest text of a cell, in characters.
const LONGEST: usize = 200;
/// Longest reference, in characters.
const LONGEST_REFERENCE: usize = 40;

/// What a row says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Which case, if it is one that is known.
    pub id: Option<CaseId>,
    /// The versions that were written out.
    pub version: String,
    /// The officer's reference.
    pub reference: String,
    /// Who it is.
    pub identity: Identity,
    /// Where they live.
    pub area: Area,
    /// The disease's id.
    pub disease: String,
    /// Status and dates.
    pub facts: CaseFacts,
    /// Day of the result.
    pub result_date: Option<Timestamp>,
    /// When it was reported.
    pub reported_at: Option<Timestamp>,
    /// The unit it is handed to.
    pub assigned: Option<String>,
}

/// What is wrong with a cell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Problem {
    /// It must not be empty.
    Missing,
    /// Too long, or with control characters.
    BadText,
    /// Not the identifier of a case.
    BadId,
    /// Not an identity card, passport or phone number.
    BadNumber,
    /// Not a year or day.
    BadDate,
    /// It lies in the future.
    Future,
    /// None of the words that are known.
    UnknownWord,
    /// No commune or province has that code, or the commune lies in another province.
    UnknownArea,
    /// A confirmed case has a sample.
    NeedsSample,
    /// There is no such case within the officer's reach.
    NoSuchCase,
    /// The case has changed since it was written out.
    ChangedMeanwhile,
    /// A case of this status cannot become that.
    BadStatus,
    /// The row's place is beyond the officer's reach.
    OutOfReach,
    /// An earlier row of the file is about the same case.
    Twice,
}

/// A cell with its problem.
pub type Wrong = (Column, Problem);

/// What reading a row depends on.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The time it is.
    pub now: Timestamp,
    /// Where a row without a place belongs: the officer's own.
    pub area: Option<Area>,
}

/// Reads a row. `cell` gives the text of a column. Where the file has no such column, it is what [`super::row`] writes of the
/// case as it is, so that it stays so; for a new case, nothing.
///
/// # Errors
/// Everything that is wrong with it at once.
pub fn read<'a>(cell: impl Fn(Column) -> &'a str, rules: Rules) -> Result<Line, Vec<Wrong>> {
    let mut reader = Reader { cell, rules, wrong: Vec::new() };
    let line = reader.line();
    let mut wrong = reader.wrong;
    wrong.sort_unstable_by_key(|(column, _)| *column);
    if wrong.is_empty() { Ok(line) } else { Err(wrong) }
}

struct Reader<F> {
    cell: F,
    rules: Rules,
    wrong: Vec<Wrong>,
}

impl<'a, F: Fn(Column) -> &'a str> Reader<F> {
    fn line(&mut self) -> Line {
        let identity = Identity {
            name: self.text(Column::Name, LONGEST),
            birth: self.birth(),
            gender: self.choice(Column::Gender, &Gender::ALL, gender_words, Gender::as_str),
            national_id: self.number(Column::NationalId, |text| with_zeros(text, 10..=11, 12).parse().ok()),
            passport: self.number(Column::Passport, |text| text.parse().ok()),
            phone: self.number(Column::Phone, |text| with_zeros(text, 9..=9, 10).parse().ok()),
            address: self.text(Column::Address, LONGEST),
            occupation: self.text(Column::Occupation, LONGEST),
        };
        let status = self.choice(Column::Status, &CaseStatus::ALL, status_words, CaseStatus::as_str);
        let facts = CaseFacts {
            status: self.needed(Column::Status, status).unwrap_or(CaseStatus::Suspected),
            symptom_onset: self.day(Column::Onset),
            test_date: self.day(Column::TestDate),
        };
        if facts.status == CaseStatus::Confirmed && (self.cell)(Column::TestDate).trim().is_empty() {
            self.wrong.push((Column::TestDate, Problem::NeedsSample));
        }
        let reference = self.text(Column::Reference, LONGEST_REFERENCE);
        let reference = self.needed(Column::Reference, Some(reference).filter(|text| !text.is_empty()));
        Line {
            id: self.parsed(Column::Id, Problem::BadId, |text| text.parse().ok()),
            version: self.text(Column::Version, LONGEST),
            reference: reference.unwrap_or_default(),
            identity,
            area: self.area(),
            disease: self.disease(),
            facts,
            result_date: self.day(Column::ResultDate),
            reported_at: self.instant(Column::ReportedAt),
            assigned: Some(self.text(Column::Assigned, LONGEST_REFERENCE)).filter(|text| !text.is_empty()),
        }
    }

    /// What a cell says, if anything and if it is right.
    fn parsed<T>(
        &mut self,
        column: Column,
        problem: Problem,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = (self.cell)(column).trim();
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            self.wrong.push((column, problem));
        }
        value
    }

    /// An empty cell is wrong; one that was found wrong is so already.
    fn needed<T>(&mut self, column: Column, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.wrong.iter().any(|(of, _)| *of == column) {
            self.wrong.push((column, Problem::Missing));
        }
        value
    }

    fn text(&mut self, column: Column, longest: usize) -> String {
        let right = |text: &str| {
            let text = tidy(text);
            (text.chars().count() <= longest && !text.chars().any(char::is_control)).then_some(text)
        };
        self.parsed(column, Problem::BadText, right).unwrap_or_default()
    }

    fn number<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.parsed(column, Problem::BadNumber, parse)
    }

    fn choice<T: Copy>(
        &mut self,
        column: Column,
        all: &[T],
        words: fn(T) -> &'static str,
        name: fn(T) -> &'static str,
    ) -> Option<T> {
        self.parsed(column, Problem::UnknownWord, |text| {
            let text = folded_name(text);
            all.iter().copied().find(|one| text == folded_name(words(*one)) || text == name(*one))
        })
    }

    fn birth(&mut self) -> Option<Birth> {
        let birth: Birth = self.parsed(Column::Birth, Problem::BadDate, |text| text.parse().ok())?;
        let this_year = chrono::DateTime::from_timestamp(self.rules.now.0 + VIETNAM_S, 0)
            .map(|now| now.format("%Y").to_string().parse().unwrap_or(0));
        if Some(birth.year()) > this_year {
            self.wrong.push((Column::Birth, Problem::Future));
        }
        Some(birth)
    }

    /// A day as its midnight UTC.
    fn day(&mut self, column: Column) -> Option<Timestamp> {
        let day = self.parsed(column, Problem::BadDate, read_day)?;
        let today = (self.rules.now + VIETNAM_S).day_start();
        if day > today {
            self.wrong.push((column, Problem::Future));
        }
        Some(day)
    }

    fn instant(&mut self, column: Column) -> Option<Timestamp> {
        let at = self.parsed(column, Problem::BadDate, |text| {
            let exact = NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M");
            let at = exact.map(|at| Timestamp(at.and_utc().timestamp())).ok().or_else(|| read_day(text))?;
            Some(at - VIETNAM_S)
        })?;
        if at > self.rules.now + DAY_S {
            self.wrong.push((column, Problem::Future));
        }
        Some(at)
    }

    fn disease(&mut self) -> String {
        let find = |text: &str| {
            let folded = folded_name(text);
            let named = |disease: &&disease::Disease| {
                [&disease.id, &disease.name.vi, &disease.name.en]
                    .iter()
                    .any(|name| folded_name(name) == folded)
            };
            disease::all().iter().find(named).map(|disease| disease.id.clone())
        };
        let disease = self.parsed(Column::Disease, Problem::UnknownWord, find);
        self.needed(Column::Disease, disease).unwrap_or_default()
    }

    fn area(&mut self) -> Area {
        let units = Edition::in_force();
        let province = self.parsed(Column::Province, Problem::UnknownArea, |text| {
            let code: ProvinceCode = with_zeros(text, 1..=1, 2).parse().ok()?;
            units.get(code.as_str()).filter(|unit| unit.level == Level::Province).map(|_| code)
        });
        let commune = self.parsed(Column::Commune, Problem::UnknownArea, |text| {
            let code: CommuneCode = with_zeros(text, 1..=4, 5).parse().ok()?;
            units.area(code)
        });
        let area = match (province, commune) {
            (Some(province), Some(commune)) if commune.province != province => {
                self.wrong.push((Column::Commune, Problem::UnknownArea));
                return commune;
            }
            (_, Some(commune)) => Some(commune),
            (Some(province), None) => Some(Area { province, commune: None }),
            (None, None) => self.rules.area,
        };
        self.needed(Column::Province, area).unwrap_or_else(crate::case::no_place)
    }
}

/// Programs for tables take codes for numbers and drop their zeros: puts them back if as many digits are left as such a
/// number would have.
fn with_zeros(text: &str, left: std::ops::RangeInclusive<usize>, digits: usize) -> String {
    if left.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
        return format!("{text:0>digits$}");
    }
    text.to_owned()
}

fn read_day(text: &str) -> Option<Timestamp> {
    let day =
        NaiveDate::parse_from_str(text, "%d/%m/%Y").or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"));
    let at = day.ok()?.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
    // Two digits for the year are a slip, not the first century.
    (at > -(60 * 366 * DAY_S)).then_some(Timestamp(at))
}

/// A gender as the lists have it.
pub(super) fn gender_words(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "Nam",
        Gender::Female => "Nữ",
        Gender::Other => "Khác",
    }
}

/// A status as the lists have it.
pub(super) fn status_words(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Suspected => "Nghi ngờ",
        CaseStatus::Probable => "Có thể",
        CaseStatus::Confirmed => "Xác định",
        CaseStatus::Negative => "Âm tính",
        CaseStatus::Discarded => "Loại trừ",
    }
}
