//! The letters, and the widths of what is written with them.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// The two weights of the family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    Regular,
    Bold,
}

struct Loaded {
    face: Face<'static>,
    font: Font,
}

/// The files are part of the program: that they can be read is shown by every test.
static FONTS: LazyLock<[Option<Loaded>; 2]> = LazyLock::new(|| {
    let load = |bytes: &'static [u8]| {
        Some(Loaded { face: Face::from_slice(bytes, 0)?, font: Font::new(bytes.into(), 0)? })
    };
    [
        load(include_bytes!("../fonts/BeVietnamPro-Regular.ttf")),
        load(include_bytes!("../fonts/BeVietnamPro-Bold.ttf")),
    ]
});

fn loaded(weight: Weight) -> Option<&'static Loaded> {
    let [regular, bold] = &*FONTS;
    match weight {
        Weight::Regular => regular.as_ref(),
        Weight::Bold => bold.as_ref(),
    }
}

/// A piece of text that was shaped: its glyphs and its width, both for a size of 1.
pub struct Shaped {
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    pub width: f32,
    pub font: Font,
}

/// What can be printed of a text from anywhere: composed letters, no control characters, none that turn the direction of
/// writing; any white space is one space, and a hyphen that does not break, which the font lacks, is a hyphen: lines break between words.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        let hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if c.is_whitespace() && c != '\u{a0}' {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !hidden {
            out.push(if c == '\u{2011}' { '-' } else { c });
        }
    }
    out.trim().to_owned()
}

/// Shapes a clean text. `None` only if the program was built with a font that cannot be read.
pub fn shape(text: &str, weight: Weight) -> Option<Shaped> {
    let Loaded { face, font } = loaded(weight)?;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(Direction::LeftToRight);
    let shaped = rustybuzz::shape(face, &[], buffer);
    let infos = shaped.glyph_infos();
    let em = font.units_per_em();
    let mut width = 0.0;
    let mut glyphs = Vec::with_capacity(infos.len());
    for (n, (info, position)) in infos.iter().zip(shaped.glyph_positions()).enumerate() {
        let start = info.cluster as usize;
        let next = infos.iter().skip(n).map(|other| other.cluster as usize).find(|other| *other > start);
        let units = |units: i32| units as f32 / em;
        width += units(position.x_advance);
        glyphs.push(KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            units(position.x_advance),
            units(position.x_offset),
            units(position.y_offset),
            units(position.y_advance),
            start..next.unwrap_or(text.len()),
            None,
        ));
    }
    Some(Shaped { text: text.to_owned(), glyphs, width, font: font.clone() })
}

/// The width of a clean text for a size of 1.
pub fn width(text: &str, weight: Weight) -> f32 {
    shape(text, weight).map_or(0.0, |shaped| shaped.width)
}
