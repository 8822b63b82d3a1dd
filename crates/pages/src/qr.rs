//! QR codes as SVG.

use fast_qr::qr::{QRBuilder, QRCode};
use maud::{Markup, html};
use std::fmt::Write as _;

/// A QR code of `text` with its quiet zone, one path, black on white in dark mode too; `label` says what scanning
/// it does. Nothing when the text is too long for a QR code (about 2,900 bytes).
pub fn qr(text: &str, label: &str) -> Option<Markup> {
    const QUIET: usize = 4;
    let code = QRBuilder::new(text).build().ok()?;
    let side = code.size + 2 * QUIET;
    let mut dark = String::new();
    for y in 0..code.size {
        for x in 0..code.size {
            if code[y][x].value() {
                let _ = write!(dark, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
    }
    Some(html! {
        svg.qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(dark) fill="#000" {}
        }
    })
}

/// The modules of a QR code for a script to draw: how many on each side, and row by row four in a hexadecimal digit, 1 for dark;
/// the last digit may be filled up with light ones. Nothing when the text is too long.
pub fn modules(text: &str) -> Option<(usize, String)> {
    let code = QRBuilder::new(text).build().ok()?;
    let dark = bits(&code);
    let digits = dark.chunks(4).map(|four| {
        let value = (0..4).fold(0, |value, at| value << 1 | u32::from(four.get(at) == Some(&true)));
        char::from_digit(value, 16).unwrap_or('0')
    });
    Some((code.size, digits.collect()))
}

fn bits(code: &QRCode) -> Vec<bool> {
    (0..code.size).flat_map(|y| (0..code.size).map(move |x| code[y][x].value())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_picture_are_the_same_code() {
        let (side, digits) = modules("BZ1:AB").unwrap();
        let picture = qr("BZ1:AB", "").unwrap().into_string();
        assert_eq!(
            picture.matches("h1v1h-1z").count(),
            digits.chars().filter_map(|c| c.to_digit(16)).map(u32::count_ones).sum::<u32>() as usize
        );
        // The finder pattern's first row.
        assert_eq!((side, &digits[..2]), (21, "fe"));
    }
}
