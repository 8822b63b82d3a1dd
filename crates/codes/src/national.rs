//! The personal QR code of decision 1405/QĐ-BTTTT (2021), version 1.1: `SoGiayTo|HoTen|NgaySinh|LoaiDinhDanh|QID|EXT`.
//!
//! It carries a person's identity in plain text and no obligatory signature: whoever reads it learns it, and whoever likes makes
//! one. So it is read for convenience, never trusted, and written with everything masked that may be.

use crate::person::{Birth, Gender, YEARS, day};
use chrono::Datelike;
use std::fmt::{self, Write};
use std::str::FromStr;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of the paper's number that are masked.
const MASKED: usize = 6;

/// A personal code. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct National {
    paper: String,
    name: String,
    birth: Birth,
    on_behalf: bool,
    qid: String,
    extension: Vec<String>,
}

impl fmt::Debug for National {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("National(..)")
    }
}

/// What of a code is masked when it is written. The default masks all that may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Masking {
    /// The first six characters of the paper's number.
    pub paper: bool,
    /// Day and month of birth.
    pub birth: bool,
}

impl Default for Masking {
    fn default() -> Masking {
        Masking { paper: true, birth: true }
    }
}

/// Why something is no personal code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum NotNational {
    /// Fewer or more fields than five or six.
    #[error("not a national personal code: expected 5 or 6 fields")]
    Fields,
    /// The paper's number.
    #[error("the number of the paper is not 1 to 20 letters, digits and *")]
    Paper,
    /// The name.
    #[error("the name is not 1 to 100 capital letters without marks")]
    Name,
    /// The date of birth.
    #[error("the date of birth is not written YYYY-MM-DD")]
    Birth,
    /// Declared by the person or for them.
    #[error("the kind of identification is neither 0 nor 1")]
    Kind,
    /// The national platform's number.
    #[error("the QID is not 1 to 32 digits")]
    Qid,
    /// The extension.
    #[error("the extension has more than 16 values, or one of more than 200 characters")]
    Extension,
}

/// What a code is made of.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// Number of identity card or passport.
    pub paper: &'a str,
    /// Name, in any spelling: it is written in capital letters without marks.
    pub name: &'a str,
    /// Birth.
    pub birth: Birth,
    /// Whether another person declared for this one.
    pub on_behalf: bool,
    /// The identifier that the national platform issued.
    pub qid: &'a str,
    /// The identifier of who declared for them.
    pub proxy: &'a str,
    /// Sex, if known.
    pub gender: Option<Gender>,
    /// Number of the health insurance card.
    pub insurance: &'a str,
    /// Telephone.
    pub phone: &'a str,
}

impl National {
    /// A code of these parts.
    pub fn new(parts: &Parts) -> Result<National, NotNational> {
        let gender = match parts.gender {
            None => "0",
            Some(Gender::Male) => "1",
            Some(Gender::Female) => "2",
        };
        let extension = [parts.proxy, gender, parts.insurance, parts.phone].map(str::to_owned).to_vec();
        let national = National {
            paper: parts.paper.to_owned(),
            name: plain_name(parts.name),
            birth: parts.birth,
            on_behalf: parts.on_behalf,
            qid: parts.qid.to_owned(),
            extension,
        };
        // What is written must read back, whatever was put in.
        national.write(Masking { paper: false, birth: false }).parse()
    }

    /// Number of identity card or passport; masked characters are `*`.
    pub fn paper(&self) -> &str {
        &self.paper
    }

    /// The name, in capital letters without marks.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Birth; the year alone if the rest is masked.
    pub fn birth(&self) -> Birth {
        self.birth
    }

    /// Whether another person declared for this one.
    pub fn on_behalf(&self) -> bool {
        self.on_behalf
    }

    /// The identifier that the national platform issued.
    pub fn qid(&self) -> &str {
        &self.qid
    }

    fn extra(&self, at: usize) -> Option<&str> {
        self.extension.get(at).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The identifier of who declared for them.
    pub fn proxy(&self) -> Option<&str> {
        self.extra(0)
    }

    /// Sex, if it is known.
    pub fn gender(&self) -> Option<Gender> {
        match self.extra(1)? {
            "1" => Some(Gender::Male),
            "2" => Some(Gender::Female),
            _ => None,
        }
    }

    /// Number of the health insurance card.
    pub fn insurance(&self) -> Option<&str> {
        self.extra(2)
    }

    /// Telephone.
    pub fn phone(&self) -> Option<&str> {
        self.extra(3)
    }

    /// The code's text.
    pub fn write(&self, masking: Masking) -> String {
        let mut out = String::with_capacity(128);
        for (at, c) in self.paper.chars().enumerate() {
            out.push(if masking.paper && at < MASKED { '*' } else { c });
        }
        let kind = if self.on_behalf { '1' } else { '0' };
        let _ = write!(out, "|{}|", self.name);
        let _ = match self.birth {
            Birth::Day(day) if !masking.birth => write!(out, "{day}"),
            birth => write!(out, "{:04}-**-**", birth.year()),
        };
        let _ = write!(out, "|{kind}|{}|{}", self.qid, self.extension.join("<"));
        out
    }
}

/// Capital letters without marks, one space between words.
fn plain_name(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for c in name.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_uppercase) {
        plain.push(if c == 'Đ' { 'D' } else { c });
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl FromStr for National {
    type Err = NotNational;

    fn from_str(text: &str) -> Result<National, NotNational> {
        let fields: Vec<&str> = text.splitn(8, '|').collect();
        let (paper, name, birth, kind, qid, extension) = match fields[..] {
            [paper, name, birth, kind, qid] => (paper, name, birth, kind, qid, ""),
            [paper, name, birth, kind, qid, extension] => (paper, name, birth, kind, qid, extension),
            _ => return Err(NotNational::Fields),
        };
        let right = |text: &str, longest, of: fn(u8) -> bool| {
            (1..=longest).contains(&text.len()) && text.bytes().all(of)
        };
        if !right(paper, 20, |b| b.is_ascii_alphanumeric() || b == b'*') {
            return Err(NotNational::Paper);
        }
        // Names of other countries have points, dashes and apostrophes.
        if !right(name, 100, |b| b.is_ascii_uppercase() || b" .-'".contains(&b)) || name.trim() != name {
            return Err(NotNational::Name);
        }
        let on_behalf = match kind {
            "0" => false,
            "1" => true,
            _ => return Err(NotNational::Kind),
        };
        if !right(qid, 32, |b| b.is_ascii_digit()) {
            return Err(NotNational::Qid);
        }
        let extension: Vec<String> = extension.split('<').map(str::to_owned).collect();
        let wrong = |value: &String| value.len() > 200 || value.chars().any(char::is_control);
        if extension.len() > 16 || extension.iter().any(wrong) {
            return Err(NotNational::Extension);
        }
        Ok(National {
            paper: paper.to_owned(),
            name: name.to_owned(),
            birth: read_birth(birth).ok_or(NotNational::Birth)?,
            on_behalf,
            qid: qid.to_owned(),
            extension,
        })
    }
}

/// `1987-01-18`, `1987-**-**` or `1987`.
fn read_birth(text: &str) -> Option<Birth> {
    let mut parts = text.split('-');
    match (parts.next()?, parts.next(), parts.next(), parts.next()) {
        (year, None | Some("**"), None | Some("**"), None) => {
            let year = day(year, "01", "01")?.year();
            YEARS.contains(&year).then_some(Birth::Year(year))
        }
        (year, Some(month), Some(of_month), None) => day(year, month, of_month).map(Birth::Day),
        _ => None,
    }
}
