//! Lays what a file says over the complete parameters, and knows the line of everything it says.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::Error;
use crate::parameters::Catalogue;

/// A file's text.
pub struct Overlay<'a> {
    pub text: &'a str,
}

/// The line of a byte, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

impl Overlay<'_> {
    /// The set that `own` names as its `base` (or the usual one), with its own fields laid over it.
    pub fn set(
        &self,
        kind: &str,
        own: Option<Spanned<DeValue<'_>>>,
        usual: &str,
    ) -> Result<(String, Table), Error> {
        let catalogue = Catalogue::built_in();
        let usual_set = || (usual.to_owned(), catalogue.set(kind, usual).unwrap_or_default());
        let Some(own) = own else { return Ok(usual_set()) };
        let start = own.span().start;
        let DeValue::Table(mut own) = own.into_inner() else {
            return Err(self.error(kind, start, format!("not a table: write [{kind}]")));
        };
        let (name, mut set) = match own.remove("base") {
            None => usual_set(),
            Some(base) => {
                let name = base.get_ref().as_str().unwrap_or_default().to_owned();
                let set = catalogue.set(kind, &name).ok_or_else(|| {
                    let known = catalogue.names(kind).join(", ");
                    let field = format!("{kind}.base");
                    self.error(&field, base.span().start, format!("{name:?} is none of {known}"))
                })?;
                (name, set)
            }
        };
        self.lay(kind, &mut set, &own)?;
        Ok((name, set))
    }

    /// Lays a table over another that has all fields.
    pub fn lay(&self, place: &str, under: &mut Table, over: &DeTable<'_>) -> Result<(), Error> {
        for (key, value) in over {
            let name = key.get_ref().as_ref();
            let field = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
            let Some(slot) = under.get_mut(name) else {
                let known = under.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return Err(self.error(
                    &field,
                    key.span().start,
                    format!("no such field; there are {known}"),
                ));
            };
            self.value(&field, slot, value)?;
        }
        Ok(())
    }

    fn value(&self, field: &str, slot: &mut Value, value: &Spanned<DeValue<'_>>) -> Result<(), Error> {
        let wrong = |wanted: &str| Err(self.error(field, value.span().start, format!("not {wanted}")));
        match (slot, value.get_ref()) {
            (Value::Table(under), DeValue::Table(over)) => return self.lay(field, under, over),
            (Value::Table(_), _) => return wrong("a table"),
            // The only list of tables; it has as many as the file says.
            (Value::Array(items), given) if field.ends_with(".units") => match given {
                DeValue::Array(given) => *items = self.units(field, given)?,
                _ => return wrong(&format!("a list of tables: write [[{field}]]")),
            },
            (Value::Array(items), DeValue::Array(given)) => {
                if given.len() != items.len() {
                    return wrong(&format!("a list of {} values, but of {}", items.len(), given.len()));
                }
                for (item, given) in items.iter_mut().zip(given.iter()) {
                    self.value(field, item, given)?;
                }
            }
            // One number for all of a list.
            (Value::Array(items), DeValue::Integer(_) | DeValue::Float(_)) => {
                for item in items {
                    self.value(field, item, value)?;
                }
            }
            (Value::Array(items), _) => return wrong(&format!("a list of {} values", items.len())),
            (Value::Float(slot), DeValue::Float(given)) => match given.as_str().parse() {
                Ok(number) => *slot = number,
                Err(_) => return wrong("a number"),
            },
            (Value::Float(slot), DeValue::Integer(given)) => match given.as_str().parse() {
                Ok(number) => *slot = number,
                Err(_) => return wrong("a number"),
            },
            (Value::Float(_), _) => return wrong("a number"),
            (Value::Integer(slot), DeValue::Integer(given)) => {
                // Days and the like have 16 bits; numbers of people have 32.
                let most = if field.ends_with("people") || field == "infected_at_start" {
                    200_000_000
                } else {
                    65_535
                };
                match given.as_str().parse::<i64>() {
                    Ok(number) if (0..=most).contains(&number) => *slot = number,
                    _ => return wrong(&format!("a whole number from 0 to {most}")),
                }
            }
            (Value::Integer(_), _) => return wrong("a whole number"),
            (Value::Boolean(slot), DeValue::Boolean(given)) => *slot = *given,
            (Value::Boolean(_), _) => return wrong("true or false"),
            (Value::String(slot), DeValue::String(given)) => *slot = given.to_string(),
            _ => return wrong("a text in quotation marks"),
        }
        Ok(())
    }

    /// The units with an adoption of their own, of which each says everything.
    fn units(&self, field: &str, given: &[Spanned<DeValue<'_>>]) -> Result<Vec<Value>, Error> {
        let unit = |(number, given): (usize, &Spanned<DeValue<'_>>)| {
            let place = format!("{field}[{number}]");
            let DeValue::Table(own) = given.get_ref() else {
                let problem = format!("not a table: write [[{field}]]");
                return Err(self.error(&place, given.span().start, problem));
            };
            let mut slot = Table::new();
            slot.insert("name".to_owned(), Value::String(String::new()));
            slot.insert("share".to_owned(), Value::Float(0.0));
            slot.insert("adoption".to_owned(), Value::Float(0.0));
            self.lay(&place, &mut slot, own)?;
            match slot.keys().find(|&name| own.get(name.as_str()).is_none()) {
                Some(name) => {
                    Err(self.error(&format!("{place}.{name}"), given.span().start, "missing".to_owned()))
                }
                None => Ok(Value::Table(slot)),
            }
        };
        given.iter().enumerate().map(unit).collect()
    }

    /// The phases: each lays its measures over those of the phase before.
    pub fn phases(
        &self,
        phases: Option<Spanned<DeValue<'_>>>,
        first: &Value,
    ) -> Result<Vec<(u16, Value)>, Error> {
        let Some(phases) = phases else { return Ok(Vec::new()) };
        let start = phases.span().start;
        let DeValue::Array(phases) = phases.into_inner() else {
            return Err(self.error("phase", start, "not a list: write [[phase]]".to_owned()));
        };
        let mut all = Vec::new();
        let mut measures = first.clone();
        for (number, phase) in phases.iter().enumerate() {
            let mut slot = Table::new();
            slot.insert("from".to_owned(), Value::Integer(-1));
            slot.insert("measures".to_owned(), measures);
            let DeValue::Table(own) = phase.get_ref() else {
                return Err(self.error(
                    "phase",
                    phase.span().start,
                    "not a table: write [[phase]]".to_owned(),
                ));
            };
            let place = format!("phase[{number}]");
            let adoption = own.get("measures").and_then(|measures| measures.get_ref().get("adoption"));
            if let Some(adoption) = adoption {
                let field = format!("{place}.measures.adoption");
                let problem = "a plan sets one adoption for all days: leave it out here".to_owned();
                return Err(self.error(&field, adoption.span().start, problem));
            }
            self.lay(&place, &mut slot, own)?;
            measures = slot["measures"].clone();
            let from = slot["from"].as_integer().and_then(|day| u16::try_from(day).ok());
            let Some(from) = from else {
                let problem = "missing: the first day of the phase".to_owned();
                return Err(self.error(&format!("{place}.from"), phase.span().start, problem));
            };
            all.push((from, measures.clone()));
        }
        Ok(all)
    }

    /// The line on which a field stands, or the nearest table around it.
    pub fn line(&self, root: &Spanned<DeValue<'_>>, field: &str) -> Option<usize> {
        let mut at = root;
        let mut found = None;
        for part in field.split('.') {
            let (name, number) = match part.split_once('[') {
                Some((name, number)) => (name, number.trim_end_matches(']').parse::<usize>().ok()),
                None => (part, None),
            };
            let Some(next) = at.get_ref().get(name) else { break };
            at = next;
            if let Some(item) = number.and_then(|number| at.get_ref().get(number)) {
                at = item;
            }
            found = Some(line_of(self.text, at.span().start));
        }
        found
    }

    fn error(&self, field: &str, at: usize, problem: String) -> Error {
        Error::Field { line: line_of(self.text, at), field: field.to_owned(), problem }
    }
}
