//! The tree: a column for each generation, everybody a card behind whom they hang on.

use super::picture::{Picture, line_class, node_class, svg};
use bluezone_domain::graph::TreePlace;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use std::fmt::Write;

text! {
    TREE, "Sơ đồ lây truyền theo thế hệ", "Transmission by generation";
    GENERATION, "Thế hệ {n}", "Generation {n}"
}

const CARD: (f64, f64) = (156.0, 40.0);
const COLUMN: f64 = 224.0;
const ROW: f64 = 50.0;
const MARGIN: f64 = 10.0;
const HEAD: f64 = 34.0;

/// Draws it.
pub fn draw(picture: &Picture, lang: Lang, zoom: u32) -> Markup {
    let places = picture.graph.tree();
    let columns = places.iter().map(|place| place.column + 1).max().unwrap_or(1);
    let rows = places.iter().map(|place| place.row + 1.0).fold(1.0, f64::max);
    let width = 2.0 * MARGIN + f64::from(columns - 1) * COLUMN + CARD.0;
    let height = HEAD + rows * ROW + MARGIN;
    let mut inside = String::with_capacity(picture.graph.nodes().len() * 500);
    for column in 0..columns {
        let x = MARGIN + f64::from(column) * COLUMN;
        let words = GENERATION.fill(lang, &[("n", &column.to_string())]);
        let head = html! {
            text.graph-head x=(x) y="20" { (words) }
            line.graph-grid x1=(x) x2=(x + CARD.0) y1="27" y2="27" {}
        };
        inside.push_str(&head.0);
    }
    for edge in picture.graph.edges() {
        let d = curve(places[edge.from], places[edge.to]);
        let class = line_class(edge.evidence, picture.graph.is_main(edge));
        let _ = write!(inside, r#"<path class="{class}" d="{d}"/>"#);
    }
    for (node, place) in places.iter().enumerate() {
        inside.push_str(&card(picture, lang, node, *place).0);
    }
    svg(width, height, zoom, TREE.get(lang), &inside)
}

/// The upper left corner of a card.
fn corner(place: TreePlace) -> (f64, f64) {
    (MARGIN + f64::from(place.column) * COLUMN, HEAD + 5.0 + place.row * ROW)
}

/// From the right side of one card to the left side of the other; within a column or backwards from right side to right side.
fn curve(from: TreePlace, to: TreePlace) -> String {
    let ((x1, y1), (x2, y2)) = (corner(from), corner(to));
    let (x1, y1, y2) = (x1 + CARD.0, y1 + CARD.1 / 2.0, y2 + CARD.1 / 2.0);
    if to.column > from.column {
        let bend = (COLUMN - CARD.0) * 0.6;
        return format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend);
    }
    let x2 = x2 + CARD.0;
    let bend = x1.max(x2) + 44.0;
    format!("M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}")
}

fn card(picture: &Picture, lang: Lang, node: usize, place: TreePlace) -> Markup {
    let (x, y) = corner(place);
    let of = picture.graph.nodes()[node];
    let (code, who) = picture.words(lang, node);
    let class = picture.class(lang, node);
    let title = format!("{code} {class} {who}");
    picture.linked(
        node,
        &title,
        html! {
            @if of.persons > 1 {
                rect class=(node_class(of.kind)) x=(x + 4.0) y=(y + 4.0) width=(CARD.0) height=(CARD.1) rx="9" {}
            }
            rect class=(node_class(of.kind)) x=(x) y=(y) width=(CARD.0) height=(CARD.1) rx="9" {}
            text.graph-code x=(x + 11.0) y=(y + 17.0) { (code) }
            text.graph-class x=(x + CARD.0 - 10.0) y=(y + 17.0) { (class) }
            text.graph-who x=(x + 11.0) y=(y + 33.0) { (cut(&who)) }
        },
    )
}

/// As much of a name as fits on a card.
fn cut(who: &str) -> String {
    const MOST: usize = 22;
    if who.chars().count() <= MOST {
        return who.to_owned();
    }
    let start: String = who.chars().take(MOST - 1).collect();
    format!("{}…", start.trim_end())
}
