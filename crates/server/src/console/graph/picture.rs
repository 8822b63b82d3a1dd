//! What is drawn of each person and each line, and the parts that both layouts share.

use crate::console::contact_words as words;
use bluezone_domain::graph::{Evidence, Graph, Kind};
use bluezone_pages::{Lang, text};
use maud::{Markup, PreEscaped, html};

text! {
    PERSONS, "{n} người", "{n} persons";
    F0, "F0", "F0"
}

/// What is written on a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// `F1-3`.
    pub code: String,
    /// Initials and year of birth, or the name; empty for somebody that the officer does not reach.
    pub who: String,
    /// Address of the record; `None` for somebody that the officer does not reach.
    pub href: Option<String>,
}

/// A graph with what is written on it. [`bluezone_domain::graph::Node::record`] is an index into `labels`.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// Who met whom.
    pub graph: Graph,
    /// By record.
    pub labels: Vec<Label>,
}

impl Picture {
    /// The label of a node, for several drawn as one with their number.
    pub fn words(&self, lang: Lang, node: usize) -> (String, String) {
        let of = self.graph.nodes()[node];
        let label = &self.labels[of.record];
        match of.persons {
            1 => (label.code.clone(), label.who.clone()),
            persons => {
                let ring = label.code.split('-').next().unwrap_or_default().to_owned();
                (ring, PERSONS.fill(lang, &[("n", &persons.to_string())]))
            }
        }
    }

    /// What a person is called: `F0`, `F1.1`.
    pub fn class(&self, lang: Lang, node: usize) -> &'static str {
        kind(lang, self.graph.nodes()[node].kind)
    }

    /// A person's group: a link to the record where there is one.
    pub fn linked(&self, node: usize, title: &str, inside: Markup) -> Markup {
        let of = self.graph.nodes()[node];
        match &self.labels[of.record].href {
            Some(href) => html! { a href=(href) { title { (title) } (inside) } },
            None => html! { g { title { (title) } (inside) } },
        }
    }
}

/// What a person is called.
pub fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Case => F0.get(lang),
        Kind::Contact(class) => words::class(lang, class),
    }
}

/// The style of a person's shape.
pub fn node_class(kind: Kind) -> &'static str {
    use bluezone_domain::contact::Class;
    match kind {
        Kind::Case => "graph-node f0",
        Kind::Contact(Class::F11) => "graph-node f11",
        Kind::Contact(Class::F12) => "graph-node f12",
        Kind::Contact(Class::F21) => "graph-node f21",
        Kind::Contact(Class::Unclear) => "graph-node unclear",
        Kind::Contact(Class::NotContact) => "graph-node no-contact",
    }
}

/// The style of a line.
pub fn line_class(evidence: Evidence, main: bool) -> &'static str {
    match (evidence, main) {
        (Evidence::TwoSided, true) => "graph-line two-sided",
        (Evidence::OneSided, true) => "graph-line one-sided",
        (Evidence::Place, true) => "graph-line place",
        (Evidence::Told, true) => "graph-line told",
        (Evidence::Contradicted, true) => "graph-line contradicted",
        (Evidence::TwoSided, false) => "graph-line other two-sided",
        (Evidence::OneSided, false) => "graph-line other one-sided",
        (Evidence::Place, false) => "graph-line other place",
        (Evidence::Told, false) => "graph-line other told",
        (Evidence::Contradicted, false) => "graph-line other contradicted",
    }
}

/// The whole drawing; `zoom` in percent of its natural size. It has links in it, so that it is no mere picture.
pub fn svg(width: f64, height: f64, zoom: u32, label: &str, inside: &str) -> Markup {
    let scaled = |size: f64| (size * f64::from(zoom) / 100.0).round();
    html! {
        svg.graph viewBox={ "0 0 " (width) " " (height) } width=(scaled(width)) height=(scaled(height)) role="group"
            aria-label=(label) {
            (PreEscaped(inside))
        }
    }
}

/// A short sample of a line, for the legend.
pub fn line_sample(evidence: Evidence) -> Markup {
    html! {
        svg.graph width="48" height="12" viewBox="0 0 48 12" aria-hidden="true" {
            path class=(line_class(evidence, true)) d="M2 6H46" {}
        }
    }
}

/// A sample of a person's shape, for the legend.
pub fn node_sample(kind: Kind) -> Markup {
    html! {
        svg.graph width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" {
            rect class=(node_class(kind)) x="1.5" y="1.5" width="17" height="17" rx="5" {}
        }
    }
}
