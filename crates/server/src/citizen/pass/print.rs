//! A code on paper, for who has no phone at hand.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::{Whose, one};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_codes::pass;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::Profile;
use bluezone_pages::parts::{Weight, facts, link_button};
use bluezone_pages::qr::qr;
use bluezone_pages::text;
use bluezone_pages::time::date;
use bluezone_protocol::time::DAY_S;
use maud::html;

text! {
    TITLE, "Thẻ mã cá nhân", "Personal code card";
    LEAD, "In trang này, cắt theo khung và mang theo. Mã rộng hơn 5 cm để máy nào cũng quét được.",
        "Print this page, cut along the frame and carry it. The code is wider than 5 cm, so that any device reads it.";
    CARD, "Tải thẻ để in (PDF)", "Card to print (PDF)";
    HOUSEHOLD, "Thẻ của cả nhà trên một tờ (PDF)", "Cards of the whole household on a sheet (PDF)";
    LABEL, "Mã QR cá nhân trên giấy", "Personal QR code on paper";
    NAME, "Họ tên", "Name";
    BIRTH, "Năm sinh", "Year of birth";
    UNTIL, "Dùng đến hết ngày", "Good until the end of";
    LOST, "Mất thẻ? Bấm “Đổi mã mới” ở trang “Mã của tôi”: thẻ này hết hiệu lực ngay.", "Lost it? Press “Get a new code” under “My code”: this card stops working at once.";
    BACK, "Mã của tôi", "My code"
}

/// A printed code is good for so many days.
pub const LASTS_DAYS: i64 = 90;

/// The code of a printed card, and its last moment: the same all day, so that a second print is the same card.
pub fn printed(state: &AppState, profile: &Profile) -> (String, Timestamp) {
    let from = state.now().day_start();
    let until = from + LASTS_DAYS * DAY_S;
    (pass::printed(&state.secrets.code_keys(), profile.card, from, until), until)
}

/// `GET /pass/print`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(whose): Query<Whose>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let profile = one(&state, &signed, &whose).await?;
    let (code, until) = printed(&state, &profile);
    let identity = &profile.person.identity;
    let year = identity.birth.map(|birth| birth.year().to_string()).unwrap_or_default();
    let body = html! {
        section.card.pass-paper {
            @if let Some(code) = qr(&code, LABEL.get(lang)) { (code) }
            (facts([
                (NAME.get(lang), html! { (identity.name.to_uppercase()) }),
                (BIRTH.get(lang), html! { (year) }),
                (UNTIL.get(lang), html! { (date(lang, until.0 - 1)) }),
            ]))
        }
        div.actions {
            (link_button(Weight::Secondary, &format!("{}?for={}", routes::PASS_CARDS, profile.id), CARD.get(lang)))
            (link_button(Weight::Secondary, routes::PASS_CARDS, HOUSEHOLD.get(lang)))
        }
        p.soft { (LOST.get(lang)) }
    };
    let back_to = format!("{}?for={}", routes::PASS, profile.id);
    let back = Some((back_to.as_str(), BACK.get(lang)));
    Ok(Shell { back, lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) }
        .render())
}
