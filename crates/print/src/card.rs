//! Personal cards: the size of A7, which badge holders fit, four on a sheet of A4.

use crate::canvas::{Align, Canvas, Pdf};
use crate::color::{ACCENT, INK, LINE, SOFT, WHITE};
use crate::qr::Qr;
use crate::typeset::{Type, fit};
use crate::{Paper, PrintError};
use bluezone_pages::{Lang, text};

text! {
    TITLE, "Mã cá nhân", "Personal code";
    CARDS, "Thẻ mã cá nhân", "Personal code cards";
    BORN, "Sinh năm {year}", "Born {year}";
    UNTIL, "Dùng đến hết {day}", "Good until {day}";
    HIDES, "Mã không chứa tên hay số điện thoại. Mất thẻ: hủy trong mục Mã của tôi.", "The code holds no name or number. Lost? Cancel it under My code.";
    CUT, "Cắt theo đường nét đứt. Mỗi thẻ vừa bao đựng thẻ cỡ A7 (74 × 105 mm).", "Cut along the dashed lines. Each card fits a badge holder of size A7 (74 × 105 mm)."
}

/// Width and height of a card, in millimetres.
const CARD: (f32, f32) = (74.0, 105.0);

/// How wide the QR code is, in millimetres, without its quiet zone: 5 cm even after a printer has shrunk the page to what it
/// can print (96 %).
pub const SIDE: f32 = 53.0;

/// What a card says.
pub struct Card<'a> {
    /// What the QR code says.
    pub code: &'a str,
    /// Whose it is.
    pub name: &'a str,
    /// Year of birth, which helps to tell people of one name apart.
    pub born: Option<i32>,
    /// The last day on which the code is good, as it is to be read.
    pub until: &'a str,
}

/// Draws cards, four on a page.
pub fn cards(cards: &[Card<'_>], lang: Lang) -> Result<Vec<u8>, PrintError> {
    let codes = cards.iter().map(|card| Qr::new(card.code)).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<_> = cards.iter().zip(&codes).collect();
    let mut pdf = Pdf::new(CARDS.get(lang), lang);
    for page in all.chunks(4) {
        pdf.page(Paper::A4.size(), |canvas| sheet(canvas, page, lang));
    }
    pdf.finish()
}

fn sheet(canvas: &mut Canvas<'_, '_>, cards: &[(&Card<'_>, &Qr)], lang: Lang) {
    let (width, height) = Paper::A4.size();
    let columns = cards.len().min(2);
    let rows = cards.len().div_ceil(2);
    let left = (width - CARD.0 * columns as f32) / 2.0;
    let top = (height - CARD.1 * 2.0) / 2.0;
    let (right, bottom) = (left + CARD.0 * columns as f32, top + CARD.1 * rows as f32);
    for (n, (card, code)) in cards.iter().enumerate() {
        draw(canvas, card, code, (left + CARD.0 * (n % 2) as f32, top + CARD.1 * (n / 2) as f32), lang);
    }
    for column in 0..=columns {
        let x = left + CARD.0 * column as f32;
        canvas.dashed(&[(x, top - 6.0), (x, bottom + 6.0)], 0.25, LINE);
    }
    for row in 0..=rows {
        let y = top + CARD.1 * row as f32;
        canvas.dashed(&[(left - 6.0, y), (right + 6.0, y)], 0.25, LINE);
    }
    canvas.text((width / 2.0, top - 12.0), Type::regular(9.0), SOFT, Align::Center, CUT.get(lang));
}

fn draw(canvas: &mut Canvas<'_, '_>, card: &Card<'_>, code: &Qr, (x, y): (f32, f32), lang: Lang) {
    let (middle, wide) = (x + CARD.0 / 2.0, CARD.0 - 8.0);
    canvas.rect([x + 2.5, y + 2.5, CARD.0 - 5.0, 9.0], 2.0, ACCENT);
    canvas.text((middle, y + 8.7), Type::bold(13.0), WHITE, Align::Center, TITLE.get(lang));
    let qr_top = y + 11.5 + code.quiet(SIDE);
    canvas.qr((middle - SIDE / 2.0, qr_top), SIDE, code);
    let mut next = qr_top + SIDE + code.quiet(SIDE);
    let (of, name) = fit(card.name, Type::bold(13.0), 7.0, wide, 2);
    next = canvas.lines((middle, next), of, INK, Align::Center, &name);
    let born = card.born.map(|year| BORN.fill(lang, &[("year", &year.to_string())]));
    let until = UNTIL.fill(lang, &[("day", card.until)]);
    let facts = born.map_or(until.clone(), |born| format!("{born} · {until}"));
    let (of, facts) = fit(&facts, Type::regular(8.5), 6.0, wide, 1);
    next = canvas.lines((middle, next), of, INK, Align::Center, &facts);
    let (of, hides) = fit(HIDES.get(lang), Type::regular(6.5), 5.0, wide, 2);
    canvas.lines((middle, next + 0.4), of, SOFT, Align::Center, &hides);
}
