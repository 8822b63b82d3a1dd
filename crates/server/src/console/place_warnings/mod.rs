//! Warning those who were at a place or in a vehicle with a case: one officer proposes, another of the unit decides.

pub mod list;
pub mod new;
pub mod one;
pub mod place;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{case_page, routes};
use crate::state::AppState;
use bluezone_domain::case::Case;
use bluezone_domain::id::CaseId;
use bluezone_domain::place_warning::{State, Window};
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::parts::{Tone, Weight, badge, card, link_button};
use bluezone_pages::time::{clock, date};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    WHERE_THEY_WERE, "Ai đã ở cùng nơi", "Who was at the same places";
    OFFER, "Ai đã ở cùng nơi, cùng chuyến xe với ca bệnh được báo qua điện thoại hoặc hộp thư, khi hai cán bộ đồng ý.",
        "Who was at a place or in a vehicle with the case is told, on their phone or in their inbox, when two officers agree.";
    LOOK_UP, "Xem nơi ca đã quét mã", "Look up where they checked in";
    PROPOSE, "Đề nghị cảnh báo một nơi", "Propose to warn of a place";
    PROPOSED, "Chờ cán bộ thứ hai", "Waits for a second officer";
    APPROVED, "Đã cảnh báo", "People are warned";
    REFUSED, "Không duyệt", "Refused";
    WITHDRAWN, "Đã rút lại", "Taken back";
    MARGIN, "cộng trừ {margin} phút", "give or take {margin} min"
}

/// A case that this officer sees and may warn of.
async fn case_to_warn_of(state: &AppState, signed: &Signed, id: &str) -> Result<Case, Failure> {
    let case = case_page::find(state, signed, id).await?;
    if allows(signed.scope(), Action::WarnByPlace, case.record()) { Ok(case) } else { Err(Failure::NotFound) }
}

/// The part of a case's page about who was where the case was.
pub fn offer(signed: &Signed, lang: Lang, case: &Case) -> Markup {
    if !allows(signed.scope(), Action::WarnByPlace, case.record()) {
        return html! {};
    }
    card(
        WHERE_THEY_WERE.get(lang),
        html! {
            p { (OFFER.get(lang)) }
            div.actions {
                (link_button(Weight::Secondary, &routes::case_visits(case.id), LOOK_UP.get(lang)))
                (link_button(Weight::Secondary, &routes::new_place_warning(case.id), PROPOSE.get(lang)))
            }
        },
    )
}

/// A case's reference, if it is still there.
async fn reference(state: &AppState, case: CaseId) -> Result<String, Failure> {
    Ok(state.store.case(case).await?.map_or_else(|| "–".to_owned(), |case| case.reference))
}

/// A state as a label.
fn state_badge(lang: Lang, of: State) -> Markup {
    let (tone, words) = match of {
        State::Proposed => (Tone::Caution, PROPOSED),
        State::Approved => (Tone::Good, APPROVED),
        State::Refused => (Tone::Neutral, REFUSED),
        State::Withdrawn => (Tone::Neutral, WITHDRAWN),
    };
    badge(tone, words.get(lang))
}

/// `08:30–09:15, 23/11/2026, give or take 60 min`.
fn window(lang: Lang, of: &Window) -> String {
    let (from, to) = (of.from.0, of.to.0);
    let span = match (date(lang, from), date(lang, to)) {
        (first, last) if first == last => format!("{}–{}, {first}", clock(lang, from), clock(lang, to)),
        (first, last) => format!("{}, {first} – {}, {last}", clock(lang, from), clock(lang, to)),
    };
    format!("{span}, {}", MARGIN.fill(lang, &[("margin", &(of.margin_s / 60).to_string())]))
}
