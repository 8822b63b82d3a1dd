//! The poster of a place or a vehicle.

use super::{HEIGHT, MARGIN, WIDTH, Wording, heading, steps};
use crate::canvas::{Align, Canvas, Pdf};
use crate::color::{ACCENT, INK, SOFT, WASH};
use crate::drawing::Drawing;
use crate::qr::Qr;
use crate::typeset::{Type, fit};
use crate::{Paper, PrintError};
use bluezone_pages::text;

text! {
    ARRIVE, "Quét mã khi đến và khi về", "Scan when you come and when you leave";
    BOARD, "Quét mã khi lên và khi xuống xe", "Scan when you get on and when you get off";
    OPEN, "Mở máy ảnh của điện thoại, hoặc Bluezone", "Open your phone's camera, or Bluezone";
    POINT, "Hướng máy vào mã, mở liên kết hiện ra", "Point it at the code, open the link that appears";
    IN_AND_OUT, "Bấm “Vào”. Khi về, quét lại và bấm “Ra”", "Press “Check in”. On leaving, scan again and press “Check out”";
    ON_AND_OFF, "Bấm “Vào”. Khi xuống, quét lại và bấm “Ra”", "Press “Check in”. Getting off, scan again and press “Check out”";
    NO_CAMERA, "Không quét được? Mở {site} và nhập mã này:", "Cannot scan? Open {site} and type this code:"
}

/// How wide the QR code is on A4, in millimetres, without its quiet zone: 15 cm even after a printer has shrunk the page to
/// what it can print (96 %).
pub const SIDE: f32 = 157.0;

/// What a poster hangs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A place that people come to and leave.
    Place,
    /// A vehicle that they get on and off.
    Vehicle,
}

/// What a place's poster says.
pub struct Place<'a> {
    /// Of what.
    pub kind: Kind,
    /// The place's name; a vehicle's line or owner.
    pub name: &'a str,
    /// Its address; a vehicle's plate and route.
    pub address: &'a str,
    /// The code to type, grouped: `123 456 789`.
    pub code: &'a str,
    /// What the QR code says.
    pub link: &'a str,
    /// Where the code is typed: a host and a path, short.
    pub site: &'a str,
}

/// Draws it.
pub fn place(place: &Place<'_>, paper: Paper, wording: Wording) -> Result<Vec<u8>, PrintError> {
    let code = Qr::new(place.link)?;
    let mut pdf = Pdf::new(&format!("{} · {}", place.name, place.code), wording.first());
    pdf.page(paper.size(), |canvas| draw(canvas, place, &code, paper.scale(), wording));
    pdf.finish()
}

fn draw(canvas: &mut Canvas<'_, '_>, place: &Place<'_>, code: &Qr, s: f32, wording: Wording) {
    let (title, third) = match place.kind {
        Kind::Place => (ARRIVE, (Drawing::Door, IN_AND_OUT)),
        Kind::Vehicle => (BOARD, (Drawing::Bus, ON_AND_OFF)),
    };
    let top = heading(canvas, s, wording, title) + 2.0 * s;
    let (middle, wide) = (WIDTH * s / 2.0, (WIDTH - 2.0 * MARGIN) * s);

    // From below: the code to type, the steps, the QR code; the name has what is left.
    let box_top = (HEIGHT - 18.0) * s;
    typed_code(canvas, place, s, box_top, wording);
    let steps_top = box_top - 28.0 * s;
    steps(
        canvas,
        s,
        steps_top,
        26.0 * s,
        wording,
        [(Drawing::Phone, OPEN), (Drawing::Scan, POINT), third],
        true,
    );
    let side = SIDE * s;
    let qr_top = steps_top - 2.0 * s - code.quiet(side) - side;
    canvas.qr((middle - side / 2.0, qr_top), side, code);

    let space = qr_top - code.quiet(side) - top;
    let (name_type, name) = fit(place.name, Type::bold(25.0 * s), 13.0 * s, wide, 2);
    let (address_type, address) = fit(place.address, Type::regular(12.0 * s), 9.0 * s, wide, 2);
    let tall = name_type.line() * name.len() as f32 + address_type.line() * address.len() as f32;
    // Long names in both: everything a little smaller, so that the quiet zone stays white.
    let shrink = (space / tall).min(1.0);
    let smaller = |of: Type| Type { size: of.size * shrink, ..of };
    let from = top + (space - tall * shrink).max(0.0) / 2.0;
    let below = canvas.lines((middle, from), smaller(name_type), INK, Align::Center, &name);
    canvas.lines((middle, below), smaller(address_type), SOFT, Align::Center, &address);
}

/// The box with the code to type.
fn typed_code(canvas: &mut Canvas<'_, '_>, place: &Place<'_>, s: f32, top: f32, wording: Wording) {
    let height = 13.0 * s;
    let left = MARGIN * s;
    let wide = (WIDTH - 2.0 * MARGIN) * s;
    canvas.rect([left, top, wide, height], 2.5 * s, WASH);
    let of = Type::bold(25.0 * s);
    canvas.text((left + wide - 4.0 * s, top + 9.2 * s), of, ACCENT, Align::Right, place.code);
    let words_wide = wide - of.width(place.code) - 14.0 * s;
    let say = |lang| NO_CAMERA.fill(lang, &[("site", place.site)]);
    let (first, lines) = fit(&say(wording.first()), Type::bold(11.0 * s), 6.0 * s, words_wide, 1);
    match wording.second() {
        None => {
            let y = top + (height - first.line()) / 2.0;
            canvas.lines((left + 4.0 * s, y), first, INK, Align::Left, &lines);
        }
        Some(lang) => {
            let (second, below) = fit(&say(lang), Type::regular(9.5 * s), 6.0 * s, words_wide, 1);
            let y = top + (height - first.line() - second.line()) / 2.0;
            let next = canvas.lines((left + 4.0 * s, y), first, INK, Align::Left, &lines);
            canvas.lines((left + 4.0 * s, next), second, SOFT, Align::Left, &below);
        }
    }
}
