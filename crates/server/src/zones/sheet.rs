//! A map on a page: shapes filled by level, signs, parts that were drawn, and what the colours mean.

use super::drawing::Drawing;
use super::words;
use bluezone_domain::zone::{Level, levels};
use bluezone_pages::Lang;
use maud::{Markup, html};

/// Narrowest shape, in units, that a number is written into.
const ROOM_FOR_A_NUMBER: i32 = 40;

/// How one unit is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// The level that fills it.
    pub fill: Option<Level>,
    /// A level that is shown by a round sign on it: of a part, or of something inside.
    pub sign: Option<Level>,
    /// Where it leads.
    pub href: Option<String>,
    /// Its name, and how things stand there.
    pub title: String,
    /// Whether the page is about it.
    pub current: bool,
}

/// A part of a commune that was drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its level.
    pub level: Level,
    /// Corners, as SVG writes them.
    pub points: String,
    /// Its name.
    pub title: String,
}

/// Draws a map. `label` says what it shows: a screen reader names it as one thing, and the page says the same in words.
/// `inset` names a unit that lies in an inset; `extra` is drawn on top of everything.
pub fn sheet<C: Copy>(
    lang: Lang,
    label: &str,
    drawing: &Drawing<C>,
    look: impl Fn(C) -> Look,
    inset: impl Fn(C) -> String,
    parts: &[Part],
    extra: Markup,
) -> Markup {
    let views = &drawing.views;
    let frame = format!("0 0 {} {}", views.width.ceil(), views.height.ceil());
    let shapes: Vec<_> = drawing.shapes.iter().map(|shape| (shape, look(shape.code))).collect();
    // What has links in it is no mere picture.
    let role = if shapes.iter().any(|(_, look)| look.href.is_some()) { "group" } else { "img" };
    html! {
        figure.map-sheet {
            svg.map viewBox=(frame) role=(role) aria-label=(label) {
                (patterns())
                @for view in &views.insets {
                    @let ((x, y), (width, height)) = (view.corner(), view.size());
                    rect.map-inset x=(x.round()) y=(y.round()) width=(width.round()) height=(height.round()) {}
                }
                @for (shape, look) in &shapes {
                    // The list under the map leads to the same pages: nobody steps through a hundred shapes with the keyboard.
                    @if let Some(href) = &look.href {
                        a href=(href) tabindex="-1" { (unit(&shape.path, look)) }
                    } @else { (unit(&shape.path, look)) }
                }
                @for part in parts {
                    polygon.map-part points=(part.points) fill=(pattern(part.level)) { title { (part.title) } }
                }
                @for (shape, look) in &shapes {
                    @let (x, y) = shape.sign;
                    @if let Some(level) = look.sign {
                        circle class={ "map-sign level-" (level) } cx=(x) cy=(y) r="24" {}
                        text.map-number x=(x) y=(y) { (level) }
                    } @else if let Some(level) = look.fill.filter(|_| shape.room >= ROOM_FOR_A_NUMBER) {
                        text.map-number x=(x) y=(y) { (level) }
                    }
                }
                @for (view, units) in views.insets.iter().zip(&drawing.inset_units) {
                    @let ((x, y), (width, _)) = (view.corner(), view.size());
                    text.map-label x=((x + width).round()) y=((y - 8.0).round()) {
                        (units.iter().map(|unit| inset(*unit)).collect::<Vec<_>>().join(", "))
                    }
                }
                (extra)
            }
            (words::legend(lang))
        }
    }
}

fn unit(path: &str, look: &Look) -> Markup {
    html! {
        path.map-unit.current[look.current] d=(path) fill=[look.fill.map(pattern)] { title { (look.title) } }
    }
}

fn pattern(level: Level) -> String {
    format!("url(#level-{level})")
}

/// The patterns that fill shapes, so that a level can be told without its colour.
fn patterns() -> Markup {
    html! {
        defs {
            @for words in &levels().levels {
                @let level = words.level();
                pattern id={ "level-" (level) } width="24" height="24" patternUnits="userSpaceOnUse" {
                    rect class={ "level-" (level) } width="24" height="24" {}
                    path.level-lines d=(words::lines(level)) {}
                }
            }
        }
    }
}
