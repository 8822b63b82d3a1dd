//! The poster that asks people to install Bluezone.

use super::{HEIGHT, MARGIN, WIDTH, Wording, heading, steps};
use crate::canvas::{Align, Canvas, Pdf};
use crate::color::{ACCENT, INK, SOFT, WASH};
use crate::drawing::Drawing;
use crate::qr::Qr;
use crate::typeset::{Type, fit};
use crate::{Paper, PrintError};
use bluezone_pages::text;

text! {
    TITLE, "Cài Bluezone, bảo vệ nhau", "Install Bluezone, protect each other";
    SCAN, "Quét mã để cài đặt", "Scan to install";
    WARNS, "Báo cho bạn khi bạn đã ở gần người mắc bệnh", "Tells you when you were near somebody who is ill";
    KEEPS, "Lịch sử tiếp xúc nằm trong máy của bạn; chỉ bạn quyết định chia sẻ", "Whom you met stays in your phone; only you decide to share it";
    DECLARES, "Khai báo và quét mã địa điểm, khi mất mạng cũng được", "Declare and scan places, even without a network"
}

/// What the poster says.
pub struct Install<'a> {
    /// The address that the QR code opens, shown in letters too.
    pub link: &'a str,
    /// Who asks: the unit's name.
    pub unit: &'a str,
}

/// How wide the QR code is on A4, in millimetres.
const SIDE: f32 = 120.0;

/// Draws it.
pub fn install(poster: &Install<'_>, paper: Paper, wording: Wording) -> Result<Vec<u8>, PrintError> {
    let code = Qr::new(poster.link)?;
    let mut pdf = Pdf::new(TITLE.get(wording.first()), wording.first());
    pdf.page(paper.size(), |canvas| draw(canvas, poster, &code, paper.scale(), wording));
    pdf.finish()
}

fn draw(canvas: &mut Canvas<'_, '_>, poster: &Install<'_>, code: &Qr, s: f32, wording: Wording) {
    let top = heading(canvas, s, wording, TITLE);
    let (middle, wide) = (WIDTH * s / 2.0, (WIDTH - 2.0 * MARGIN) * s);

    let of = Type::bold(22.0 * s);
    let mut y = canvas.lines(
        (middle, top + 12.0 * s),
        of,
        INK,
        Align::Center,
        &[SCAN.get(wording.first()).to_owned()],
    );
    if let Some(lang) = wording.second() {
        let of = Type::regular(14.0 * s);
        y = canvas.lines((middle, y), of, SOFT, Align::Center, &[SCAN.get(lang).to_owned()]);
    }

    let side = SIDE * s;
    let quiet = code.quiet(side);
    // Between the words above it and the band below it, the QR code with its quiet zone is in the middle.
    let reasons = (HEIGHT - 62.0) * s;
    let address = reasons - 16.0 * s;
    let from = y + ((address - y) - side - 2.0 * quiet).max(0.0) / 2.0 + quiet;
    canvas.qr((middle - side / 2.0, from), side, code);
    // As it is typed.
    let typed = poster.link.trim_start_matches("https://").trim_end_matches('/');
    let (of, lines) = fit(typed, Type::bold(15.0 * s), 8.0 * s, wide, 1);
    canvas.lines((middle, address), of, ACCENT, Align::Center, &lines);

    let three = [(Drawing::Radio, WARNS), (Drawing::Lock, KEEPS), (Drawing::Sheet, DECLARES)];
    steps(canvas, s, reasons, 34.0 * s, wording, three, false);

    let band = (HEIGHT - 20.0) * s;
    canvas.rect([0.0, band, WIDTH * s, 20.0 * s], 0.0, WASH);
    let (of, lines) = fit(poster.unit, Type::bold(15.0 * s), 8.0 * s, wide, 2);
    let y = band + (20.0 * s - of.line() * lines.len() as f32) / 2.0;
    canvas.lines((middle, y), of, INK, Align::Center, &lines);
}
