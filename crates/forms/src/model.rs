//! A form as it is in memory: what a FHIR R4 Questionnaire of the understood subset says (see [`crate::read`]).

use crate::advice::AdviceRule;
use crate::condition::Enable;
use crate::limit::Limit;
use crate::parameters::{Parameter, Period};
use crate::value::Value;
use crate::words::Words;
use regex::Regex;

/// A form.
#[derive(Clone, Debug)]
pub struct Questionnaire {
    /// Its canonical address, the same for all versions.
    pub url: String,
    /// Its version, `1.0.0`.
    pub version: String,
    /// Its short name, `toan-dan`: what addresses of pages and switches say.
    pub name: String,
    /// Its title.
    pub title: Words,
    /// What it is for.
    pub description: Option<Words>,
    /// The days on which it may be filled in.
    pub effective: Period,
    /// The form that it asks again in part, as `url|version`.
    pub derived_from: Option<String>,
    /// Diseases that it is for, by the names of their profiles; empty: any.
    pub diseases: Vec<String>,
    /// Numbers that its words and rules name.
    pub parameters: Vec<Parameter>,
    /// Purposes that it asks consent for, each by a box of its own ([`crate::consent`]).
    pub consents: Vec<String>,
    /// How the answer is advised, see [`crate::advice`].
    pub advice: Vec<AdviceRule>,
    /// What it asks.
    pub items: Vec<Item>,
}

impl Questionnaire {
    /// `url|version`: what a response says it answers.
    pub fn canonical(&self) -> String {
        format!("{}|{}", self.url, self.version)
    }

    /// Every item, those of a group after the group.
    pub fn flat(&self) -> Vec<&Item> {
        fn add<'a>(items: &'a [Item], into: &mut Vec<&'a Item>) {
            for item in items {
                into.push(item);
                add(&item.items, into);
            }
        }
        // Nearly every form has fewer.
        let mut all = Vec::with_capacity(64);
        add(&self.items, &mut all);
        all
    }

    /// Every item that can be answered, in the order in which it is asked.
    pub fn questions(&self) -> Vec<&Item> {
        self.flat().into_iter().filter(|item| item.is_question()).collect()
    }

    /// The item of that name.
    pub fn item(&self, link_id: &str) -> Option<&Item> {
        fn find<'a>(items: &'a [Item], link_id: &str) -> Option<&'a Item> {
            items.iter().find_map(|item| {
                if item.link_id == link_id { Some(item) } else { find(&item.items, link_id) }
            })
        }
        find(&self.items, link_id)
    }

    /// The value sets that it needs, by address.
    pub fn value_sets(&self) -> Vec<&str> {
        let mut urls: Vec<&str> = Vec::new();
        for item in self.flat() {
            if let Kind::Choice { options: Options::Set { url, .. }, .. } = &item.kind {
                urls.push(url);
            }
        }
        urls.sort_unstable();
        urls.dedup();
        urls
    }
}

/// A question, a group of questions or a sentence.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name within the form, and the name of the field on a page.
    pub link_id: String,
    /// What it says. Every item but a group has words.
    pub text: Option<Words>,
    /// A sentence that helps to answer.
    pub help: Option<Words>,
    /// What it takes.
    pub kind: Kind,
    /// Whether it must be answered, where it applies. Of a box to tick: whether it must be ticked.
    pub required: bool,
    /// How many answers it takes.
    pub most: usize,
    /// When it applies.
    pub enable: Enable,
    /// What the page holds before anybody answers.
    pub initial: Vec<Value>,
    /// The items of a group.
    pub items: Vec<Item>,
}

impl Item {
    /// Whether it can be answered.
    pub fn is_question(&self) -> bool {
        !matches!(self.kind, Kind::Group | Kind::Display)
    }
}

/// What an item takes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing itself: it holds items.
    Group,
    /// Nothing: a sentence.
    Display,
    /// Yes or no; with `tick` a box that is ticked or not.
    Boolean {
        /// Drawn as a box.
        tick: bool,
    },
    /// A whole number.
    Integer {
        /// The least and the greatest.
        range: Range,
    },
    /// A number with at most so many places.
    Decimal {
        /// The least and the greatest.
        range: Range,
        /// Digits after the comma.
        places: usize,
    },
    /// A day.
    Date {
        /// The first and the last.
        range: Range,
    },
    /// Words.
    Text {
        /// Several lines.
        long: bool,
        /// Fewest characters.
        least: usize,
        /// Most characters.
        most: usize,
        /// How all of it must be written.
        pattern: Option<Pattern>,
    },
    /// One or several of a list.
    Choice {
        /// The list.
        options: Options,
        /// Drawn as a list that opens, not as boxes or dots.
        drop_down: bool,
    },
    /// A file.
    Attachment {
        /// MIME types.
        types: Vec<String>,
        /// Most bytes.
        most_bytes: u64,
    },
}

/// Least and greatest, each if there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Range {
    /// The least.
    pub min: Option<Limit>,
    /// The greatest.
    pub max: Option<Limit>,
}

/// A regular expression that all of a text must match, and how to say so.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Anchored at both ends.
    pub(crate) regex: Regex,
    /// The expression as the file has it.
    pub source: String,
    /// What it wants, in words: "10 digits".
    pub format: Words,
}

/// What can be chosen.
#[derive(Clone, Debug)]
pub enum Options {
    /// These.
    Listed(Vec<Choice>),
    /// Those of a value set ([`crate::value_set::ValueSets`]).
    Set {
        /// Its address.
        url: String,
        /// The item whose answer chooses the part of it: the province of a commune.
        of: Option<String>,
    },
}

/// One that can be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The code's system, if it has one.
    pub system: Option<String>,
    /// What is sent and stored.
    pub code: String,
    /// What is read.
    pub words: Words,
    /// Chosen, no other may be.
    pub exclusive: bool,
}
