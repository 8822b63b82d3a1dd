//! Canonical text: lines of `name value`, each with one spelling, in one order. Everything that is hashed, signed or logged
//! is written so: a person can read it, and two programs never disagree about its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Bytes that are not what they should be.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a valid {what}: {field}: {problem}")]
pub struct FormatError {
    /// What was read.
    pub what: &'static str,
    /// Where in it.
    pub field: &'static str,
    /// What is wrong there.
    pub problem: &'static str,
}

/// A line of text for people: 1 to [`Line::MAX`] bytes, no character that is not seen, no space at either end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line(String);

impl Line {
    /// Longest line in bytes.
    pub const MAX: usize = 400;

    /// Checks a text.
    pub fn new(text: impl Into<String>) -> Result<Self, FormatError> {
        let text = text.into();
        let wrong = |problem| Err(FormatError { what: "line of text", field: "text", problem });
        if text.is_empty() || text.len() > Self::MAX {
            return wrong("must be 1 to 400 bytes long");
        }
        if text.chars().any(is_unseen) {
            return wrong("must not contain control characters or such that turn the reading direction");
        }
        if text.trim() != text {
            return wrong("must not begin or end with a space");
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Line {
    type Err = FormatError;
    fn from_str(text: &str) -> Result<Self, FormatError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Line {
    type Error = FormatError;
    fn try_from(text: String) -> Result<Self, FormatError> {
        Self::new(text)
    }
}

impl From<Line> for String {
    fn from(line: Line) -> String {
        line.0
    }
}

/// Characters that nobody sees and that change what is seen: a person decides by these lines.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Standard base64 with padding.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The reverse of [`base64`], one spelling only.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// As [`from_base64`], of a fixed length.
pub(crate) fn from_base64_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_base64(text)?.try_into().ok()
}

/// ASCII digits without leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if canonical { text.parse().ok() } else { None }
}

/// Reads canonical text line by line. Every line ends in a newline, the last one too.
pub(crate) struct Reader<'a> {
    what: &'static str,
    whole: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(what: &'static str, bytes: &'a [u8]) -> Result<Self, FormatError> {
        let whole = std::str::from_utf8(bytes).map_err(|_| FormatError {
            what,
            field: "bytes",
            problem: "must be UTF-8",
        })?;
        Ok(Self { what, whole, at: 0 })
    }

    pub fn rest(&self) -> &'a str {
        &self.whole[self.at..]
    }

    pub fn error(&self, field: &'static str, problem: &'static str) -> FormatError {
        FormatError { what: self.what, field, problem }
    }

    /// The next line, without its newline.
    pub fn line(&mut self, field: &'static str) -> Result<&'a str, FormatError> {
        let length = self.rest().find('\n').ok_or(self.error(field, "the line is missing"))?;
        let line = &self.rest()[..length];
        self.at += length + 1;
        Ok(line)
    }

    /// A line that must read so.
    pub fn exactly(&mut self, line: &'static str) -> Result<(), FormatError> {
        if self.line(line)? == line { Ok(()) } else { Err(self.error(line, "another line stands there")) }
    }

    /// Whether the next line is this field.
    pub fn is_next(&self, field: &str) -> bool {
        self.rest().strip_prefix(field).is_some_and(|rest| rest.starts_with(' '))
    }

    /// The value of the next line, which must be this field.
    pub fn field(&mut self, field: &'static str) -> Result<&'a str, FormatError> {
        let line = self.line(field)?;
        let value = line.strip_prefix(field).and_then(|rest| rest.strip_prefix(' '));
        value.ok_or(self.error(field, "another line stands there"))
    }

    pub fn text(&mut self, field: &'static str) -> Result<Line, FormatError> {
        let value = self.field(field)?;
        Line::new(value).map_err(|error| self.error(field, error.problem))
    }

    pub fn number(&mut self, field: &'static str) -> Result<u64, FormatError> {
        let value = self.field(field)?;
        decimal(value).ok_or(self.error(field, "must be a decimal number without leading zeroes"))
    }

    pub fn time(&mut self, field: &'static str) -> Result<crate::Timestamp, FormatError> {
        let number = self.number(field)?;
        i64::try_from(number).map(crate::Timestamp).map_err(|_| self.error(field, "is beyond any time"))
    }

    pub fn bytes<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], FormatError> {
        let value = self.field(field)?;
        from_base64_array(value).ok_or(self.error(field, "must be base64 of the right length"))
    }

    /// A value with a spelling of its own.
    pub fn parse<T: FromStr>(
        &mut self,
        field: &'static str,
        problem: &'static str,
    ) -> Result<T, FormatError> {
        self.field(field)?.parse().map_err(|_| self.error(field, problem))
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), FormatError> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.error("end", "something follows")) }
    }
}
