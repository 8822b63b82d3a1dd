//! How many people live where: the census that comes with Bluezone has provinces only; for communes an administrator takes in a
//! table, with where it comes from and the day that it is of.

use crate::admin_unit::Edition;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use thiserror::Error;

/// The first line of such a table.
pub const HEADER: [&str; 2] = ["code", "population"];
/// More people than live in any province.
pub const MOST_PEOPLE: u64 = 20_000_000;
/// Longest name of a source, in characters.
pub const LONGEST_SOURCE: usize = 200;

/// A figure, with where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Population {
    /// How many people.
    pub people: u64,
    /// Where the figure comes from.
    pub source: String,
    /// The day that it is of.
    pub as_of: NaiveDate,
}

/// What is wrong with a line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Error)]
pub enum LineProblem {
    /// The first line does not name the columns.
    #[error("the first line is not code,population")]
    Header,
    /// A line of other than two fields.
    #[error("not two fields")]
    Fields,
    /// A code of no province or commune in force.
    #[error("no province or commune in force has this code")]
    Code,
    /// A number that is none, or none that fits.
    #[error("not a whole number from 1 to 20,000,000, written without separators")]
    Number,
    /// A code that stands further up already.
    #[error("this code stands further up already")]
    Twice,
}

/// A line, from 1, and what is wrong with it.
pub type WrongLine = (usize, LineProblem);

/// Reads a table of `code,population`: fields parted by commas or, as spreadsheets here write them, semicolons. All lines that
/// are wrong are named at once; then nothing is read.
///
/// # Errors
/// The wrong lines in their order; a table without any is wrong in its first line.
pub fn read(text: &str) -> Result<BTreeMap<String, u64>, Vec<WrongLine>> {
    let lines =
        text.trim_start_matches('\u{feff}').lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let mut lines =
        lines.map(|(line, number)| (line.split([',', ';']).map(field).collect::<Vec<_>>(), number));
    let (mut read, mut wrong) = (BTreeMap::new(), Vec::new());
    if lines.next().is_none_or(|(fields, _)| fields != HEADER) {
        wrong.push((1, LineProblem::Header));
    }
    for (fields, number) in lines {
        let [code, people] = fields.as_slice() else {
            wrong.push((number, LineProblem::Fields));
            continue;
        };
        let people = people.parse::<u64>().ok().filter(|people| (1..=MOST_PEOPLE).contains(people));
        match people {
            _ if Edition::in_force().get(code).is_none() => wrong.push((number, LineProblem::Code)),
            _ if read.contains_key(*code) => wrong.push((number, LineProblem::Twice)),
            None => wrong.push((number, LineProblem::Number)),
            Some(people) => drop(read.insert((*code).to_owned(), people)),
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

fn field(text: &str) -> &str {
    text.trim().trim_matches('"').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_spreadsheets_write_it() {
        let read = read("\u{feff}code;population\r\n\"05443\";12345\r\n\r\n19;1799489\r\n").unwrap();
        assert_eq!(read, BTreeMap::from([("05443".to_owned(), 12_345), ("19".to_owned(), 1_799_489)]));
        assert_eq!(super::read("code,population\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn every_wrong_line_is_named_by_its_number() {
        let text =
            "code,population\n05443,12.345\n99999,10\n05443,100\n05443,200\n05455\n05455,0\n\n05455,-1";
        let problems = [
            (2, LineProblem::Number),
            (3, LineProblem::Code),
            (5, LineProblem::Twice),
            (6, LineProblem::Fields),
            (7, LineProblem::Number),
            (9, LineProblem::Number),
        ];
        assert_eq!(read(text), Err(problems.to_vec()));
        for text in ["", "05443,100"] {
            assert_eq!(read(text), Err(vec![(1, LineProblem::Header)]));
        }
    }
}
