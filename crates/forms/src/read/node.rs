//! A walk over JSON that knows where it is, and refuses what it was not told of.

use super::FormError;
use serde_json::{Map, Value};

/// A value and the way to it, `item[3].item[0].text`.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: String,
}

/// An object, each of whose fields is known.
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Node<'a> {
        Node { value, path: String::new() }
    }

    pub(crate) fn fail<T>(&self, what: impl Into<String>) -> Result<T, FormError> {
        Err(FormError::Unfit { path: self.path.clone(), what: what.into() })
    }

    /// Its fields, if it is an object of no others than these.
    pub(crate) fn fields(&self, known: &[&str]) -> Result<Fields<'a>, FormError> {
        let fields = self.fields_any()?;
        if let Some(unknown) = fields.object.keys().find(|key| !known.contains(&key.as_str())) {
            return self.child(unknown, &Value::Null).fail("is not understood here");
        }
        Ok(fields)
    }

    /// Its fields, if it is an object, whatever they are.
    pub(crate) fn fields_any(&self) -> Result<Fields<'a>, FormError> {
        let Value::Object(object) = self.value else { return self.fail("expected an object") };
        Ok(Fields { object, path: self.path.clone() })
    }

    pub(crate) fn str(&self) -> Result<&'a str, FormError> {
        match self.value.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => self.fail("expected a text"),
        }
    }

    pub(crate) fn bool(&self) -> Result<bool, FormError> {
        self.value.as_bool().map_or_else(|| self.fail("expected true or false"), Ok)
    }

    pub(crate) fn int(&self) -> Result<i64, FormError> {
        self.value.as_i64().map_or_else(|| self.fail("expected a whole number"), Ok)
    }

    pub(crate) fn number(&self) -> Result<f64, FormError> {
        self.value.as_f64().map_or_else(|| self.fail("expected a number"), Ok)
    }

    pub(crate) fn date(&self) -> Result<chrono::NaiveDate, FormError> {
        self.str()?.parse().or_else(|_| self.fail("expected a date, 2026-11-25"))
    }

    /// Parses its text; `what` says what was expected.
    pub(crate) fn parse<T: std::str::FromStr>(&self, what: &str) -> Result<T, FormError> {
        self.str()?.parse().or_else(|_| self.fail(format!("expected {what}")))
    }

    pub(crate) fn list(&self) -> Result<Vec<Node<'a>>, FormError> {
        let Value::Array(values) = self.value else { return self.fail("expected a list") };
        let path = |at| format!("{}[{at}]", self.path);
        Ok(values.iter().enumerate().map(|(at, value)| Node { value, path: path(at) }).collect())
    }

    fn child<'b>(&self, key: &str, value: &'b Value) -> Node<'b> {
        let dot = if self.path.is_empty() { "" } else { "." };
        Node { value, path: format!("{}{dot}{key}", self.path) }
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.object.get(key)?;
        Some(Node { value: &Value::Null, path: self.path.clone() }.child(key, value))
    }

    pub(crate) fn need(&self, key: &str) -> Result<Node<'a>, FormError> {
        let missing = || FormError::Unfit { path: self.path.clone(), what: format!("{key} is missing") };
        self.get(key).ok_or_else(missing)
    }

    /// The elements of a list that may be left out.
    pub(crate) fn list(&self, key: &str) -> Result<Vec<Node<'a>>, FormError> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |node| node.list())
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, FormError> {
        self.get(key).map_or(Ok(false), |node| node.bool())
    }
}
