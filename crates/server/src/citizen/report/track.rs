//! What became of a report, for whoever has its code.

use super::super::access::MaybeSigned;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::page;
use crate::console::shell::View;
use crate::console::signals::category;
use crate::console::words::{area, instant};
use crate::reporting::{grouped, read_tracking, tracking_hash};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::signal::{Change, Did, Signal, State as SignalState};
use bluezone_pages::parts::{Tone, Weight, alert, card, facts, link_button, steps};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Phản ánh {code}", "Report {code}";
    ABOUT, "Việc", "About";
    WHERE, "Nơi", "Where";
    SENT, "Gửi lúc", "Sent";
    CHANGED, "Cập nhật lúc", "Last change";
    RECEIVED, "Đã nhận", "Received";
    SCREENED, "Đã sàng lọc", "Screened";
    VERIFIED, "Đã xác minh", "Verified";
    HANDLED, "Đang xử lý", "Handled";
    EVENT, "Phản ánh của bạn đúng và đang được xử lý", "What you reported is true and is being handled";
    DISMISSED, "Trạm y tế đã xem và không cần làm gì thêm", "The health station has looked at it; nothing more has to be done";
    ANSWERS, "Trả lời", "Answers";
    NO_ANSWER, "Chưa có câu trả lời. Bạn có thể xem lại trang này bất cứ lúc nào.", "There is no answer yet. You can come back to this page at any time.";
    UNKNOWN, "Không tìm thấy phản ánh", "No such report";
    UNKNOWN_WHY, "Hãy kiểm tra lại mã: 12 chữ và số. Phản ánh được xóa 90 ngày sau lần xử lý cuối.",
        "Check the code: it has 12 letters and digits. Reports are deleted 90 days after they were last handled.";
    AGAIN, "Nhập lại mã", "Type it again"
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

/// `POST /report/find`
pub async fn find(MaybeSigned(signed): MaybeSigned, view: View, Form(typed): Form<Typed>) -> Response {
    match read_tracking(&typed.code) {
        Some(code) => Redirect::to(&routes::report(&grouped(&code))).into_response(),
        None => unknown(view, signed.as_ref()),
    }
}

/// `GET /report/{tracking}`
pub async fn status(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let Some(code) = read_tracking(&typed) else { return Ok(unknown(view, signed.as_ref())) };
    let found = state.store.signal_by_tracking(tracking_hash(&state.secrets, &code)).await?;
    let Some(signal) = found else { return Ok(unknown(view, signed.as_ref())) };
    let changes = state.store.signal_changes(signal.id).await?;
    let lang = view.lang;
    let body = html! {
        (progress(lang, &signal, &changes))
        section.card {
            (facts([
                (ABOUT.get(lang), html! { (category(&signal.category).get(lang)) }),
                (WHERE.get(lang), html! { (area(lang, signal.area)) }),
                (SENT.get(lang), instant(lang, signal.received_at)),
                (CHANGED.get(lang), instant(lang, signal.updated_at)),
            ]))
        }
        (card(ANSWERS.get(lang), answers(lang, &changes)))
    };
    let code = grouped(&code);
    let title = TITLE.fill(lang, &[("code", &code)]);
    let back = Some((routes::REPORT, page::TITLE.get(lang)));
    Ok(Shell { back, body, ..Shell::new(&view, signed.as_ref(), &title) }.render())
}

fn progress(lang: Lang, signal: &Signal, changes: &[Change]) -> Markup {
    let said = |tone, words: Text| alert(tone, words.get(lang), html! {});
    let passed = match signal.state {
        SignalState::Signal => 1,
        SignalState::Screened => 2,
        SignalState::Verified => 3,
        SignalState::Event => 4,
        SignalState::Dismissed => {
            // As far as it came before.
            1 + changes.iter().filter(|change| matches!(change.did, Did::Step(_))).count().saturating_sub(1)
        }
    };
    let names = [RECEIVED, SCREENED, VERIFIED, HANDLED].map(|words| words.get(lang));
    html! {
        @match signal.state {
            SignalState::Event => (said(Tone::Good, EVENT)),
            SignalState::Dismissed => (said(Tone::Info, DISMISSED)),
            _ => {}
        }
        @if signal.state != SignalState::Dismissed { (steps(lang, &names, passed)) }
        @else { (steps(lang, names.get(..passed).unwrap_or(&names), passed)) }
    }
}

/// Only what was written to whoever reported; officers' notes stay theirs.
fn answers(lang: Lang, changes: &[Change]) -> Markup {
    let answers: Vec<_> = changes.iter().filter(|change| change.did == Did::Feedback).collect();
    html! {
        @if answers.is_empty() { p.soft { (NO_ANSWER.get(lang)) } }
        @for answer in answers {
            p.hint { (instant(lang, answer.at)) }
            @for line in answer.words.lines() { p { (line) } }
        }
    }
}

fn unknown(view: View, signed: Option<&super::super::access::Signed>) -> Response {
    let lang = view.lang;
    let view = view.at(routes::REPORT);
    let body = html! { div.actions { (link_button(Weight::Primary, routes::REPORT, AGAIN.get(lang))) } };
    let lead = Some(UNKNOWN_WHY.get(lang));
    let mut answer = Shell { lead, body, ..Shell::new(&view, signed, UNKNOWN.get(lang)) }.render();
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}
