//! By time: a row for each person, those behind them below, and the day of onset or exposure on a scale.

use super::picture::{Picture, line_class, node_class, svg};
use bluezone_domain::contact::Class;
use bluezone_domain::graph::{Kind, TimePlace};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use std::fmt::Write;

text! {
    TIME, "Sơ đồ lây truyền theo ngày", "Transmission by day";
    ON, "{code} {class} {who}, ngày {day}", "{code} {class} {who}, {day}"
}

const ROW: f64 = 26.0;
const NAMES: f64 = 236.0;
const HEAD: f64 = 34.0;
const INDENT: f64 = 12.0;
/// The scale is drawn this wide if the days allow it.
const SCALE: f64 = 880.0;
const DAY: (f64, f64) = (30.0, 64.0);
const SIZE: f64 = 7.0;
const DAY_S: i64 = 86_400;

/// Where days stand.
struct Scale {
    first: i64,
    days: i64,
    width: f64,
}

impl Scale {
    fn of(places: &[TimePlace]) -> Scale {
        let first = places.iter().map(|place| place.day).min().unwrap_or_default();
        let last = places.iter().map(|place| place.day).max().unwrap_or_default();
        // A date that was typed wrong must not make the drawing miles wide.
        let days = (last - first + 1).clamp(1, 120);
        Scale { first, days, width: (SCALE / days as f64).clamp(DAY.0, DAY.1) }
    }

    fn x(&self, day: i64) -> f64 {
        let at = (day - self.first).clamp(0, self.days - 1);
        NAMES + (at as f64 + 0.5) * self.width
    }
}

/// Draws it.
pub fn draw(picture: &Picture, lang: Lang, zoom: u32) -> Markup {
    let places = picture.graph.time();
    let scale = Scale::of(&places);
    let width = NAMES + scale.days as f64 * scale.width + 10.0;
    let height = HEAD + places.len() as f64 * ROW + 8.0;
    let mut inside = String::with_capacity(places.len() * 600);
    for row in (0..places.len()).step_by(2) {
        let y = HEAD + row as f64 * ROW;
        let _ =
            write!(inside, r#"<rect class="graph-stripe" x="0" y="{y}" width="{width}" height="{ROW}"/>"#);
    }
    inside.push_str(&days(lang, &scale, height).0);
    for edge in picture.graph.edges() {
        let d = elbow(&scale, places[edge.from], places[edge.to]);
        let class = line_class(edge.evidence, picture.graph.is_main(edge));
        let _ = write!(inside, r#"<path class="{class}" d="{d}"/>"#);
    }
    for (node, place) in places.iter().enumerate() {
        inside.push_str(&person(picture, lang, node, *place, &scale).0);
    }
    svg(width, height, zoom, TIME.get(lang), &inside)
}

/// A line for each day, and its date where there is room.
fn days(lang: Lang, scale: &Scale, height: f64) -> Markup {
    let every = (46.0 / scale.width).ceil() as i64;
    html! {
        @for day in scale.first..scale.first + scale.days {
            @let x = scale.x(day);
            line.graph-grid x1=(x) x2=(x) y1=(HEAD) y2=(height) {}
            @if (day - scale.first) % every == 0 { text.graph-day x=(x) y="22" { (short_day(lang, day)) } }
        }
    }
}

/// `23/11` or `23 Nov`: the date without its year.
fn short_day(lang: Lang, day: i64) -> String {
    let whole = date(lang, day * DAY_S);
    whole.rsplit_once(['/', ' ']).map_or(whole.clone(), |(short, _)| short.to_owned())
}

fn y(place: TimePlace) -> f64 {
    HEAD + (place.row as f64 + 0.5) * ROW
}

/// Down beside the day's line, where nobody stands, and along the other's row, which is theirs alone.
fn elbow(scale: &Scale, from: TimePlace, to: TimePlace) -> String {
    let (x1, y1, x2, y2) = (scale.x(from.day), y(from), scale.x(to.day), y(to));
    let trunk = x1 + SIZE + 5.0;
    let end = if x2 > trunk { x2 - SIZE } else { x2 + SIZE };
    // Rounded corners, towards where the line goes on.
    let down = if y2 > y1 { 4.0 } else { -4.0 };
    let on = if end > trunk { 4.0 } else { -4.0 };
    format!(
        "M{} {y1}H{}Q{trunk} {y1} {trunk} {}V{}Q{trunk} {y2} {} {y2}H{end}",
        x1 + SIZE,
        trunk - 4.0,
        y1 + down,
        y2 - down,
        trunk + on,
    )
}

fn person(picture: &Picture, lang: Lang, node: usize, place: TimePlace, scale: &Scale) -> Markup {
    let of = picture.graph.nodes()[node];
    let (code, who) = picture.words(lang, node);
    let class = picture.class(lang, node);
    let day = date(lang, of.day * DAY_S);
    let title = ON.fill(lang, &[("code", &code), ("class", class), ("who", &who), ("day", &day)]);
    let (x, y) = (scale.x(place.day), y(place));
    let indent = 6.0 + f64::from(place.depth.min(6)) * INDENT;
    picture.linked(
        node,
        &title,
        html! {
            text.graph-code x=(indent) y=(y + 4.5) { (code) tspan.graph-who dx="6" { (who) } }
            (shape(of.kind, x, y))
            text.graph-mark x=(x + SIZE + 3.0) y=(y - 3.0) { (class) }
        },
    )
}

/// Each kind has its shape, so that colour is not needed: a case is a large disc, F1.1 a disc, F1.2 a ring, F2.1 a square, who is
/// not clear a diamond.
fn shape(kind: Kind, x: f64, y: f64) -> Markup {
    let class = node_class(kind);
    match kind {
        Kind::Case => html! { circle class=(class) cx=(x) cy=(y) r=(SIZE + 2.0) {} },
        Kind::Contact(Class::F11) => html! { circle class=(class) cx=(x) cy=(y) r=(SIZE) {} },
        Kind::Contact(Class::F12) => html! {
            circle class=(class) cx=(x) cy=(y) r=(SIZE) {}
            circle.graph-hole cx=(x) cy=(y) r="2.5" {}
        },
        Kind::Contact(Class::F21) => html! {
            rect class=(class) x=(x - SIZE + 1.0) y=(y - SIZE + 1.0) width=(2.0 * SIZE - 2.0)
                height=(2.0 * SIZE - 2.0) rx="2" {}
        },
        Kind::Contact(Class::Unclear | Class::NotContact) => html! {
            path class=(class) d={ "M" (x) " " (y - SIZE) "l" (SIZE) " " (SIZE) "l-" (SIZE) " " (SIZE) "l-" (SIZE) " -" (SIZE) "z" } {}
        },
    }
}
