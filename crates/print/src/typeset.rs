//! Breaking text into lines.

use crate::font::{Weight, clean, width};

/// Points in a millimetre.
pub const POINT: f32 = 72.0 / 25.4;

/// From one line to the next, in sizes of type: room for stacked Vietnamese accents.
pub const LEADING: f32 = 1.36;

/// Type in a size.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Type {
    pub weight: Weight,
    /// In points.
    pub size: f32,
}

impl Type {
    pub fn regular(size: f32) -> Type {
        Type { weight: Weight::Regular, size }
    }

    pub fn bold(size: f32) -> Type {
        Type { weight: Weight::Bold, size }
    }

    /// The width of a clean text, in millimetres.
    pub fn width(self, text: &str) -> f32 {
        width(text, self.weight) * self.size / POINT
    }

    /// The height of a line, in millimetres.
    pub fn line(self) -> f32 {
        self.size * LEADING / POINT
    }
}

/// The lines of a text within a width in millimetres, broken between words, and within a word that is wider than a line.
/// Never fewer than one line; none is wider unless a single letter is.
pub fn lines(text: &str, of: Type, wide: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    let space = of.width(" ");
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        let width = of.width(word);
        if !line.is_empty() && used + space + width <= wide {
            line.push(' ');
            line.push_str(word);
            used += space + width;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        (line, used) =
            if width <= wide { (word.to_owned(), width) } else { split(word, of, wide, &mut lines) };
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks a word that is too wide for a line; returns what is left of it, which begins the next line, and its width.
fn split(word: &str, of: Type, wide: f32, lines: &mut Vec<String>) -> (String, f32) {
    let mut line = String::new();
    let mut used = 0.0;
    for letter in word.chars() {
        let width = of.width(letter.encode_utf8(&mut [0; 4]));
        if used + width > wide && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        line.push(letter);
        used += width;
    }
    (line, used)
}

/// A text in at most so many lines: as large as possible between two sizes, and cut with an ellipsis if even the smallest
/// does not fit.
pub fn fit(text: &str, of: Type, smallest: f32, wide: f32, most: usize) -> (Type, Vec<String>) {
    let mut of = of;
    loop {
        let mut broken = lines(text, of, wide);
        if broken.len() <= most {
            return (of, broken);
        }
        if of.size <= smallest {
            broken.truncate(most);
            if let Some(last) = broken.last_mut() {
                while !last.is_empty() && of.width(&format!("{last}…")) > wide {
                    last.pop();
                }
                last.push('…');
            }
            return (of, broken);
        }
        of.size = (of.size * 0.94).max(smallest);
    }
}
