//! QR codes as rectangles.

use crate::PrintError;
use fast_qr::ECL;
use fast_qr::qr::{QRBuilder, QRCode};

/// The white margin that readers need, in modules (ISO/IEC 18004).
const QUIET: f32 = 4.0;

/// The most modules on a side: a 15 cm code of as many is read from three metres.
const MOST: usize = 57;

/// A QR code.
pub struct Qr(QRCode);

impl Qr {
    /// The code of a text. A quarter of it may be dirty or torn, if the text is short enough for that; if not, an eighth.
    pub fn new(text: &str) -> Result<Qr, PrintError> {
        [ECL::Q, ECL::M]
            .into_iter()
            .filter_map(|level| QRBuilder::new(text).ecl(level).build().ok())
            .find(|code| code.size <= MOST)
            .map(Qr)
            .ok_or(PrintError::QrTooLong(text.len()))
    }

    /// Modules on a side, without the quiet zone.
    pub fn modules(&self) -> usize {
        self.0.size
    }

    /// How wide the quiet zone is on each side of a code that is `side` wide.
    pub fn quiet(&self, side: f32) -> f32 {
        side * QUIET / self.modules() as f32
    }

    /// The dark modules as (row, first column, column after the last).
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for y in 0..self.0.size {
            let mut begun = None;
            for x in 0..=self.0.size {
                let dark = x < self.0.size && self.0[y][x].value();
                match (dark, begun) {
                    (true, None) => begun = Some(x),
                    (false, Some(from)) => {
                        runs.push((y, from, x));
                        begun = None;
                    }
                    _ => {}
                }
            }
        }
        runs
    }
}
