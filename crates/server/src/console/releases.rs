//! The unit's requests for contact history, and where each stands.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, uploads, words};
use crate::promise::requests;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, empty, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::ReleaseRequest;
use maud::{Markup, html};

/// The newest so many are shown.
const SHOWN: u32 = 100;

text! {
    TITLE, "Yêu cầu xin lịch sử", "Requests for history";
    LEAD, "Người được hỏi tự quyết. Không trả lời, từ chối và tắt máy trông như nhau.",
        "The person who is asked decides. No answer, a refusal and a switched-off phone look the same.";
    CAPTION, "Yêu cầu của đơn vị và các đơn vị trong địa bàn, mới nhất trước", "The unit's requests and those of units in its territory, newest first";
    PURPOSE, "Mục đích", "Purpose";
    MADE, "Viết lúc", "Written";
    STATE, "Trạng thái", "State";
    UNSIGNED, "Chờ hai chữ ký", "Waits for two signatures";
    ONE, "Chờ chữ ký thứ hai", "Waits for the second signature";
    LOGGED, "Trong sổ, chưa trả lời", "In the log, no answer";
    ANSWERED, "Đã trả lời", "Answered";
    OVER, "Hết hạn, không trả lời", "Over, no answer";
    NOTHING, "Chưa có yêu cầu nào", "There are no requests yet";
    NOTHING_WHY, "Yêu cầu được viết từ trang ca bệnh hoặc từ dữ liệu mà người đó đã gửi, nếu họ cho phép hỏi.",
        "A request is written from a case's page or from what a person sent, if they let themselves be asked.";
    KEYS, "Khóa ký", "Signing keys"
}

/// `GET /console/requests`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let mut rows = Vec::new();
    let (unit, territory) = (&signed.officer.unit, signed.officer.territory);
    for request in state.store.requests_within(unit, territory, SHOWN).await? {
        let answered = !state.store.answers(request.hash).await?.is_empty();
        let purpose = requests::statement(&request)?.terms.purpose;
        rows.push(vec![
            html! { a href=(routes::release(&request.hash)) { (purpose) } },
            html! { (request.unit) },
            words::instant(lang, request.made_at),
            state_badge(lang, &request, answered, now),
        ]);
    }
    let columns = [
        Column::words(PURPOSE.get(lang)),
        Column::words(words::UNIT.get(lang)),
        Column::words(MADE.get(lang)),
        Column::words(STATE.get(lang)),
    ];
    let body = html! {
        (uploads::off(&state, lang))
        div.actions { (link_button(Weight::Secondary, routes::SIGNING_KEYS, KEYS.get(lang))) }
        @if rows.is_empty() {
            (empty(Icon::Document, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (table(CAPTION.get(lang), &columns, rows)) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// Where a request stands. That nobody answered says nothing more.
pub fn state_badge(lang: Lang, request: &ReleaseRequest, answered: bool, now: Timestamp) -> Markup {
    let (tone, words) = match (request.entry, request.first_by) {
        _ if answered => (Tone::Good, ANSWERED),
        _ if request.expires_at <= now => (Tone::Neutral, OVER),
        (Some(_), _) => (Tone::Info, LOGGED),
        (None, Some(_)) => (Tone::Caution, ONE),
        (None, None) => (Tone::Caution, UNSIGNED),
    };
    badge(tone, words.get(lang))
}
