//! QR codes as SVG.

use fast_qr::qr::QRBuilder;
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
