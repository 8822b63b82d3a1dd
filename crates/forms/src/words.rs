//! Wording that stands in a form's file, in both languages.

use bluezone_pages::Lang;
use std::collections::BTreeMap;

/// One piece of wording of a form, in both languages. Places in braces (`{look-back}`) are parameters of the form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The wording in one language, its places unfilled.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }

    /// The wording with its places filled. A place that is no parameter stays as it is.
    pub fn fill(&self, lang: Lang, parameters: &BTreeMap<String, i64>) -> String {
        let mut rest = self.get(lang);
        let mut out = String::with_capacity(rest.len());
        while let Some((before, name, after)) = next_place(rest) {
            out.push_str(before);
            match parameters.get(name) {
                Some(value) => out.push_str(&value.to_string()),
                None => out.extend(["{", name, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The places of both languages, as (Vietnamese, English), each sorted.
    pub(crate) fn places(&self) -> [Vec<&str>; 2] {
        Lang::ALL.map(|lang| {
            let mut rest = self.get(lang);
            let mut found = Vec::new();
            while let Some((_, name, after)) = next_place(rest) {
                found.push(name);
                rest = after;
            }
            found.sort_unstable();
            found
        })
    }
}

fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
