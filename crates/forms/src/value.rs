//! Answers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One answer. `Debug` hides it.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// A day.
    Date(NaiveDate),
    /// Words.
    Text(String),
    /// The code of what was chosen.
    Code(String),
    /// A file, by what is known of it.
    Attachment(Attachment),
}

impl Value {
    /// The kind of value, by FHIR's name.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Value::Boolean(_) => "boolean",
            Value::Integer(_) => "integer",
            Value::Decimal(_) => "decimal",
            Value::Date(_) => "date",
            Value::Text(_) => "string",
            Value::Code(_) => "choice",
            Value::Attachment(_) => "attachment",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({}, ..)", self.type_name())
    }
}

/// A file that was sent with an answer. The bytes are kept elsewhere. `Debug` hides its name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its MIME type, as found in its bytes and not as the browser says.
    pub content_type: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, by which it is kept.
    pub sha256: [u8; 32],
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.content_type, self.size)
    }
}

/// Answers by the name of their item. No list is empty. `Debug` shows which items were answered, not how.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answers(BTreeMap<String, Vec<Value>>);

impl Answers {
    /// The answers to an item; empty if there are none.
    pub fn get(&self, link_id: &str) -> &[Value] {
        self.0.get(link_id).map_or(&[], Vec::as_slice)
    }

    /// Answers an item, instead of what was answered before. No values: as if it had not been answered.
    pub fn set(&mut self, link_id: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        let (link_id, values) = (link_id.into(), values.into_iter().collect::<Vec<_>>());
        if values.is_empty() {
            self.0.remove(&link_id);
        } else {
            self.0.insert(link_id, values);
        }
    }

    /// All that was answered.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Value])> {
        self.0.iter().map(|(link_id, values)| (link_id.as_str(), values.as_slice()))
    }

    /// The one code that was chosen.
    pub fn code(&self, link_id: &str) -> Option<&str> {
        match self.get(link_id) {
            [Value::Code(code)] => Some(code),
            _ => None,
        }
    }

    /// The one text.
    pub fn text(&self, link_id: &str) -> Option<&str> {
        match self.get(link_id) {
            [Value::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Yes or no.
    pub fn boolean(&self, link_id: &str) -> Option<bool> {
        match self.get(link_id) {
            [Value::Boolean(yes)] => Some(*yes),
            _ => None,
        }
    }

    /// The one day.
    pub fn date(&self, link_id: &str) -> Option<NaiveDate> {
        match self.get(link_id) {
            [Value::Date(day)] => Some(*day),
            _ => None,
        }
    }
}
