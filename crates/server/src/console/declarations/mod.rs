//! The officers' inbox of health declarations: the most urgent first, each with the rule that says why.

pub mod call_back;
pub mod file;
pub mod list;
pub mod one;
pub mod outcome;
pub mod paper;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::handling::{Handling, Outcome};
use bluezone_domain::policy::{Action, allows};
use bluezone_forms::risk::{Rules, Urgency};
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::{Lang, Text, text};
use maud::Markup;

text! {
    HIGH, "Xem ngay", "Now";
    MEDIUM, "Trong ngày", "Today";
    LOW, "Khi có thời gian", "When there is time";
    POINTS, "{words} · {n} điểm", "{words} · {n} points";
    WELL, "Đã gọi, khỏe", "Called, well";
    WATCH, "Đã gọi, theo dõi", "Called, watches their health";
    CASE, "Thành ca bệnh", "Became a case";
    UNREACHED, "Không liên lạc được", "Not reached";
    SET_ASIDE, "Bỏ qua: trùng hoặc không thật", "Set aside: double, or not real"
}

/// A declaration that this officer reaches. Any other is not found, whether it exists or not.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Handling, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let handling = state.store.handling(id).await?.ok_or(Failure::NotFound)?;
    let may = allows(signed.scope(), Action::HandleDeclarations, handling.record());
    if may { Ok(handling) } else { Err(Failure::NotFound) }
}

/// How urgent a score is, as a label with its points.
fn urgency_badge(lang: Lang, score: u32) -> Markup {
    let (tone, words) = match Rules::current().urgency(score) {
        Urgency::High => (Tone::Bad, HIGH),
        Urgency::Medium => (Tone::Caution, MEDIUM),
        Urgency::Low => (Tone::Neutral, LOW),
    };
    badge(tone, &POINTS.fill(lang, &[("words", words.get(lang)), ("n", &score.to_string())]))
}

/// An outcome in words.
fn outcome_words(of: Outcome) -> Text {
    match of {
        Outcome::Well => WELL,
        Outcome::Watch => WATCH,
        Outcome::Case => CASE,
        Outcome::Unreached => UNREACHED,
        Outcome::Set => SET_ASIDE,
    }
}
