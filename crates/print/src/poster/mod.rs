//! Posters: a heading, a QR code to be seen from some steps away, three drawings with words, in one language or both.

mod install;
mod place;

pub use install::{Install, install};
pub use place::{Kind, Place, place};

use crate::canvas::{Align, Canvas};
use crate::color::{ACCENT, INK, SOFT, WHITE};
use crate::drawing::{Drawing, draw};
use crate::typeset::{Type, fit};
use bluezone_pages::{Lang, Text};

/// The language of a poster.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Wording {
    /// One language.
    One(Lang),
    /// Vietnamese, and English below it.
    #[default]
    Both,
}

impl Wording {
    /// The wording of a name: `vi`, `en` or `both`.
    pub fn from_name(name: &str) -> Option<Wording> {
        match name {
            "both" => Some(Wording::Both),
            _ => Lang::from_code(name).map(Wording::One),
        }
    }

    /// The language that comes first.
    pub fn first(self) -> Lang {
        match self {
            Wording::One(lang) => lang,
            Wording::Both => Lang::Vi,
        }
    }

    /// The language that comes below it.
    fn second(self) -> Option<Lang> {
        match self {
            Wording::One(_) => None,
            Wording::Both => Some(Lang::En),
        }
    }
}

/// The width of A4; everything is laid out on A4 and enlarged.
const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
/// The white margin on either side.
const MARGIN: f32 = 12.0;

/// The band at the top with the heading; returns where it ends. `s` enlarges A4.
fn heading(canvas: &mut Canvas<'_, '_>, s: f32, wording: Wording, words: Text) -> f32 {
    let bottom = 24.0 * s;
    canvas.rect([0.0, 0.0, WIDTH * s, bottom], 0.0, ACCENT);
    let wide = (WIDTH - 2.0 * MARGIN) * s;
    let (of, lines) = fit(words.get(wording.first()), Type::bold(27.0 * s), 12.0, wide, 1);
    let middle = WIDTH * s / 2.0;
    match wording.second() {
        None => {
            canvas.lines((middle, (bottom - of.line()) / 2.0), of, WHITE, Align::Center, &lines);
        }
        Some(lang) => {
            let (below, second) = fit(words.get(lang), Type::regular(14.0 * s), 8.0, wide, 1);
            let top = (bottom - of.line() - below.line()) / 2.0;
            let next = canvas.lines((middle, top), of, WHITE, Align::Center, &lines);
            canvas.lines((middle, next), below, WHITE, Align::Center, &second);
        }
    }
    bottom
}

/// Three drawings with their words side by side from `top`, `height` tall at most.
fn steps(
    canvas: &mut Canvas<'_, '_>,
    s: f32,
    top: f32,
    height: f32,
    wording: Wording,
    steps: [(Drawing, Text); 3],
    numbered: bool,
) {
    let gap = 4.0 * s;
    let column = ((WIDTH - 2.0 * MARGIN) * s - 2.0 * gap) / 3.0;
    let side = 13.0 * s;
    for (n, (drawing, words)) in steps.into_iter().enumerate() {
        let left = MARGIN * s + (column + gap) * n as f32;
        draw(canvas, drawing, (left, top), side);
        let words_left = left + side + 2.5 * s;
        let wide = column - side - 2.5 * s;
        let number = if numbered { format!("{}. ", n + 1) } else { String::new() };
        let say = |lang| format!("{number}{}", words.get(lang));
        let share = if wording.second().is_some() { 0.56 } else { 1.0 };
        let (of, lines) = fit_height(&say(wording.first()), Type::bold(12.0 * s), wide, height * share);
        let mut next = canvas.lines((words_left, top - 0.6 * s), of, INK, Align::Left, &lines);
        if let Some(lang) = wording.second() {
            next += 0.6 * s;
            let (of, lines) = fit_height(&say(lang), Type::regular(10.0 * s), wide, top + height - next);
            canvas.lines((words_left, next), of, SOFT, Align::Left, &lines);
        }
    }
}

/// A text as large as fits into a box, no larger than asked.
fn fit_height(text: &str, mut of: Type, wide: f32, height: f32) -> (Type, Vec<String>) {
    loop {
        let most = (height / of.line()).max(1.0) as usize;
        let (fitting, lines) = fit(text, of, of.size, wide, most);
        let cut = lines.last().is_some_and(|line| line.ends_with('…'));
        if !cut || of.size <= 5.0 {
            return (fitting, lines);
        }
        of.size *= 0.94;
    }
}
