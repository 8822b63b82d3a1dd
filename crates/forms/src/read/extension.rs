//! Extensions and translated wording.

use super::FormError;
use super::HL7;
use super::node::{Fields, Node};
use crate::words::Words;

/// An extension: what it is of, and the element.
pub(super) struct Extension<'a> {
    pub(super) url: &'a str,
    node: Node<'a>,
}

impl<'a> Extension<'a> {
    /// Its value of this type: `valueString`.
    pub(super) fn value(&self, key: &str) -> Result<Node<'a>, FormError> {
        self.node.fields(&["url", key])?.need(key)
    }

    /// The element of a value that moves with the day: `_valueDate` where there is no `valueDate`.
    pub(super) fn moving(&self, key: &str) -> Result<Option<Node<'a>>, FormError> {
        let beside = format!("_{key}");
        let fields = self.node.fields(&["url", key, &beside])?;
        Ok(if fields.get(key).is_none() { fields.get(&beside) } else { None })
    }

    /// Its value of whatever type, with the type's key.
    pub(super) fn any_value(&self) -> Result<(&'static str, Node<'a>), FormError> {
        const TYPES: [&str; 6] =
            ["valueBoolean", "valueInteger", "valueDecimal", "valueDate", "valueString", "valueCoding"];
        let fields = self.node.fields_any()?;
        match TYPES.into_iter().find_map(|key| Some((key, fields.get(key)?))) {
            Some((key, value)) => {
                self.node.fields(&["url", key])?;
                Ok((key, value))
            }
            None => self.node.fail("expected a value"),
        }
    }

    /// Its value as wording.
    pub(super) fn words(&self) -> Result<Words, FormError> {
        words(&self.node.fields(&["url", "valueString", "_valueString"])?, "valueString")
    }

    /// The one of its own extensions that has this address.
    pub(super) fn part<'b>(
        &self,
        parts: &'b [Extension<'a>],
        name: &str,
    ) -> Result<&'b Extension<'a>, FormError> {
        one(parts, name).map_or_else(|| self.node.fail(format!("{name} is missing")), Ok)
    }

    /// Its own extensions, which may be these.
    pub(super) fn parts(&self, known: &[&str]) -> Result<Vec<Extension<'a>>, FormError> {
        extensions(&self.node.fields(&["url", "extension"])?, |url| known.contains(&url))
    }
}

/// The one of this address.
pub(super) fn one<'a, 'b>(found: &'b [Extension<'a>], url: &str) -> Option<&'b Extension<'a>> {
    found.iter().find(|extension| extension.url == url)
}

/// The extensions of an element, all of which must be known.
pub(super) fn extensions<'a>(
    fields: &Fields<'a>,
    known: impl Fn(&str) -> bool,
) -> Result<Vec<Extension<'a>>, FormError> {
    let mut found = Vec::new();
    for node in fields.list("extension")? {
        let url = node.fields_any()?.need("url")?;
        let name = url.str()?;
        if !known(name) {
            return url.fail("this extension is not understood here");
        }
        found.push(Extension { url: name, node });
    }
    Ok(found)
}

/// Wording: the text of `key`, and in `_key` its English translation.
pub(super) fn words(fields: &Fields, key: &str) -> Result<Words, FormError> {
    let vi = fields.need(key)?;
    let Some(beside) = fields.get(&format!("_{key}")) else {
        return vi.fail("has no English translation");
    };
    let translation = format!("{HL7}translation");
    let found = extensions(&beside.fields(&["extension"])?, |url| url == translation)?;
    let mut en = None;
    for extension in &found {
        let parts = extension.parts(&["lang", "content"])?;
        let (lang, content) = (extension.part(&parts, "lang")?, extension.part(&parts, "content")?);
        let lang = lang.value("valueCode")?;
        if lang.str()? != "en" {
            return lang.fail("only en is understood");
        }
        if en.replace(content.value("valueString")?.str()?).is_some() {
            return beside.fail("there are two English translations");
        }
    }
    let Some(en) = en else { return vi.fail("has no English translation") };
    let words = Words { vi: vi.str()?.to_owned(), en: en.to_owned() };
    let [in_vi, in_en] = words.places();
    if in_vi != in_en {
        return vi.fail("names other parameters than its translation");
    }
    Ok(words)
}

/// Wording that may be left out.
pub(super) fn words_if_any(fields: &Fields, key: &str) -> Result<Option<Words>, FormError> {
    fields.get(key).map(|_| words(fields, key)).transpose()
}
