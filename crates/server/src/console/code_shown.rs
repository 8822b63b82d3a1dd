//! The page that shows a one-time code, once: large, with its time and what to tell the patient.

use crate::console::access::Signed;
use crate::console::shell::{Shell, View};
use crate::console::{copy, routes, words};
use crate::state::AppState;
use axum::response::Response;
use bluezone_domain::case::Case;
use bluezone_domain::code::{Code, CodeKind};
use bluezone_pages::parts::{Tone, Weight, alert, back, big_code, card, link_button};
use bluezone_pages::qr::qr;
use bluezone_pages::time::{clock, date, duration};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::IssuedCode;
use maud::{Markup, html};

text! {
    SHORT_TITLE, "Mã 8 số của ca {reference}", "8 digits for case {reference}";
    LINK_TITLE, "Đường dẫn của ca {reference}", "Link for case {reference}";
    ONCE, "Chỉ hiện một lần", "Shown only once";
    ONCE_WHY, "Máy chủ không lưu mã. Rời trang này là không xem lại được; nếu cần, hãy cấp mã khác.",
        "The server does not keep it. Once you leave this page it cannot be seen again; if needed, issue another.";
    UNTIL, "Dùng được đến {time} ngày {date}, còn {left}.", "Good until {time} on {date}, {left} from now.";
    USED_ONCE, "Mã chỉ dùng được một lần, trên một điện thoại.", "It works once, on one phone.";
    TELL, "Nói với người bệnh", "Tell the patient";
    TELL_OPEN, "Mở Bluezone, chọn “Nhập mã”.", "Open Bluezone and choose “Enter code”.";
    TELL_TYPE, "Nhập 8 chữ số này.", "Type these 8 digits.";
    TELL_SCAN, "Mở đường dẫn hoặc quét mã QR trên điện thoại có cài Bluezone, rồi chép đường dẫn vào ô “Nhập mã”.",
        "Open the link or scan the QR code on the phone with Bluezone, then copy the link into “Enter code”.";
    TELL_SEE, "Màn hình cho thấy chính xác những gì sẽ được chia sẻ; có thể bỏ bớt từng ngày.",
        "The screen shows exactly what would be shared; days can be left out.";
    TELL_FREE, "Chia sẻ hay không là do người bệnh quyết định. Không ai biết tên hay số điện thoại của họ qua Bluezone.",
        "Sharing is the patient's own choice. Nobody learns their name or number through Bluezone.";
    TELL_WITHDRAW, "Điện thoại sẽ rút lại cảnh báo đã gửi trước đó.", "The phone will withdraw the warning it sent before.";
    SECRET, "Chỉ đưa mã cho chính người bệnh: ai có mã cũng có thể báo thay họ.",
        "Give it to the patient only: whoever has it can report in their place.";
    LINK_LABEL, "Đường dẫn để gửi", "Link to send";
    LINK_HINT, "Chọn toàn bộ rồi sao chép. Phần sau dấu # là mã; trình duyệt không gửi phần này cho máy chủ nào.",
        "Select all of it and copy. The part after # is the code; browsers send that part to no server.";
    QR_LABEL, "Mã QR của đường dẫn", "QR code of the link";
    GONE_TITLE, "Mã đã được hiện", "The code has been shown";
    GONE, "Mã chỉ hiện một lần", "A code is shown only once";
    GONE_WHY, "Máy chủ không lưu mã nên không hiện lại được. Mã đã đưa cho người bệnh vẫn dùng được đến khi hết hạn. Nếu chưa kịp đưa, hãy cấp mã khác.",
        "The server does not keep the code and cannot show it again. A code that the patient already has works until it expires. If it was lost, issue another."
}

/// The code and everything around it.
pub fn code(
    state: &AppState,
    signed: &Signed,
    view: &View,
    case: &Case,
    issued: &IssuedCode,
    code: &Code,
) -> Response {
    let lang = view.lang;
    let left = issued.expires_at - state.now();
    let until = UNTIL.fill(
        lang,
        &[
            ("time", &clock(lang, issued.expires_at.0)),
            ("date", &date(lang, issued.expires_at.0)),
            ("left", &duration(lang, left)),
        ],
    );
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        section.card.accent {
            @match code.kind() {
                CodeKind::Short => (big_code(code.as_str())),
                CodeKind::Link => (link(lang, &code.link(&state.config.public_url))),
            }
            p { strong { (until) } " " (USED_ONCE.get(lang)) }
        }
        (card(TELL.get(lang), tell(lang, case, code.kind())))
        (alert(Tone::Caution, ONCE.get(lang), html! { p { (ONCE_WHY.get(lang)) } p { (SECRET.get(lang)) } }))
        div.actions { (link_button(Weight::Primary, &routes::case(case.id), words::BACK_TO_CASE.get(lang))) }
    };
    let title = match code.kind() {
        CodeKind::Short => SHORT_TITLE,
        CodeKind::Link => LINK_TITLE,
    };
    shown(signed, view, case, title, body)
}

/// What stands in its place afterwards.
pub fn gone(signed: &Signed, view: &View, case: &Case) -> Response {
    let lang = view.lang;
    let body = html! {
        (alert(Tone::Info, GONE.get(lang), html! { p { (GONE_WHY.get(lang)) } }))
        div.actions { (link_button(Weight::Primary, &routes::case(case.id), words::BACK_TO_CASE.get(lang))) }
    };
    shown(signed, view, case, GONE_TITLE, body)
}

fn shown(signed: &Signed, view: &View, case: &Case, title: Text, body: Markup) -> Response {
    // The language switch would be a new look at a page that shows its code only once: it leads to the case.
    let view = view.clone().at(&routes::case(case.id));
    let title = title.fill(view.lang, &[("reference", &case.reference)]);
    Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render()
}

/// A link to copy or to scan.
pub fn link(lang: Lang, link: &str) -> Markup {
    html! {
        div.link-code {
            @if let Some(code) = qr(link, QR_LABEL.get(lang)) { (code) }
            div.field {
                label for="link" { (LINK_LABEL.get(lang)) }
                p.hint id="link-hint" { (LINK_HINT.get(lang)) }
                textarea.mono id="link" rows="3" readonly aria-describedby="link-hint" spellcheck="false" { (link) }
                (copy::button(lang, copy::What::Field("link")))
            }
        }
    }
}

fn tell(lang: Lang, case: &Case, kind: CodeKind) -> Markup {
    html! {
        ol {
            @match kind {
                CodeKind::Short => {
                    li { (TELL_OPEN.get(lang)) }
                    li { (TELL_TYPE.get(lang)) }
                }
                CodeKind::Link => { li { (TELL_SCAN.get(lang)) } }
            }
            @if case.facts.status.is_ruled_out() {
                li { (TELL_WITHDRAW.get(lang)) }
            } @else {
                li { (TELL_SEE.get(lang)) }
                li { (TELL_FREE.get(lang)) }
            }
        }
    }
}
