//! What a phone keeps because it could not be sent, and what became of it: the frame, which the pages' script fills with what the
//! worker knows of whoever is signed in.

use super::routes;
use crate::state::AppState;
use bluezone_pages::parts::{Tone, Weight, alert, link_button};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use std::collections::BTreeMap;

text! {
    TITLE, "Tờ khai giữ trong máy này", "Declarations kept on this device";
    WHY, "Chỉ bạn thấy, khi đã đăng nhập. Đăng xuất thì máy gửi những gì gửi được rồi xóa phần còn lại. Nếu phiên đăng nhập tự hết hạn, chúng đợi bạn 14 ngày.",
        "Only you see them, while you are signed in. When you sign out, what can be sent is sent and the rest is deleted. If your session ends by itself, they wait for you for 14 days.";
    FILLED, "điền lúc", "filled in";
    WAITING, "Đang chờ mạng", "Waiting for a network";
    WAITING_WHY, "Chưa gửi. Máy tự gửi khi có mạng.", "Not sent yet. It goes out by itself when there is a network.";
    SENT, "Đã gửi", "Sent";
    SENT_WHY, "Tờ khai đã tới nơi và được lưu một lần.", "It arrived and is stored once.";
    ADVICE, "Xem lời khuyên", "See the advice";
    DAY_SENT, "Không gửi: ngày này bạn đã khai rồi", "Not sent: you had declared for this day already";
    DAY_SENT_WHY, "Mỗi ngày một lần là đủ. Nếu sức khỏe thay đổi, hãy khai bằng tờ khai khác hoặc gọi trạm y tế.",
        "Once a day is enough. If your health has changed, use another form or call the health station.";
    WRONG, "Chưa gửi được: cần sửa", "Not sent: something is to be mended";
    WRONG_WHY, "Mở lại tờ khai: những gì bạn đã điền còn nguyên, trừ các ô đồng ý.", "Open the form again: what you wrote is still there, except the boxes of consent.";
    MEND, "Mở và sửa", "Open and mend";
    CLOSED, "Không gửi: tờ khai này đã đóng", "Not sent: this form is closed";
    CLOSED_WHY, "Hãy chọn một tờ khai khác.", "Please choose another form.";
    NOBODY, "Không gửi: không rõ khai cho ai", "Not sent: it is not clear whom it is about";
    NOBODY_WHY, "Người này không còn trong số những người bạn khai hộ.", "This person is no longer among those you declare for.";
    FULL, "Không gửi: bạn đã khai hộ nhiều người nhất có thể", "Not sent: you already declare for as many people as possible";
    FULL_WHY, "Hãy xóa bớt người không còn khai hộ ở mục “Dữ liệu của tôi”.", "Remove people you no longer declare for under “My data”.";
    FORMS, "Các tờ khai", "The forms";
    TOLD, "Đã hiểu", "I see";
    DROP, "Bỏ tờ này", "Drop it"
}

/// What can be done about an entry.
#[derive(Clone, Copy)]
enum Way {
    Wait,
    Advice,
    Mend,
    Choose,
    Know,
}

/// What becomes of an entry, as the worker names it ([`super::declare::queue`]).
const OUTCOMES: [(&str, Tone, Text, Text, Way); 7] = [
    ("waiting", Tone::Info, WAITING, WAITING_WHY, Way::Wait),
    ("stored", Tone::Good, SENT, SENT_WHY, Way::Advice),
    ("day-sent", Tone::Caution, DAY_SENT, DAY_SENT_WHY, Way::Know),
    ("wrong", Tone::Caution, WRONG, WRONG_WHY, Way::Mend),
    ("closed", Tone::Caution, CLOSED, CLOSED_WHY, Way::Choose),
    ("nobody", Tone::Caution, NOBODY, NOBODY_WHY, Way::Choose),
    ("full", Tone::Caution, FULL, FULL_WHY, Way::Know),
];

/// The frame; it shows itself when there is something in it.
pub async fn outbox(state: &AppState, lang: Lang) -> Result<Markup, StoreError> {
    let forms = state.forms().await?;
    // The library goes from the oldest version to the newest, whose title stays.
    let titles: BTreeMap<&str, &str> =
        forms.library.iter().map(|form| (form.name.as_str(), form.title.get(lang))).collect();
    let titles = serde_json::to_string(&titles).expect("texts always serialise");
    Ok(html! {
        section.card.stack data-outbox=(titles) hidden {
            h2 { (TITLE.get(lang)) }
            ul.entries {}
            p.hint { (WHY.get(lang)) }
            @for (outcome, tone, title, why, way) in OUTCOMES {
                template data-of=(outcome) { li data-outcome=(outcome) { (entry(lang, tone, title, why, way)) } }
            }
        }
    })
}

fn entry(lang: Lang, tone: Tone, title: Text, why: Text, way: Way) -> Markup {
    let drop = |words: Text| html! { button.button type="button" data-told { (words.get(lang)) } };
    let body = html! {
        p { strong data-form {} " · " (FILLED.get(lang)) " " time data-filled {} }
        p { (why.get(lang)) }
        @match way {
            Way::Wait => {}
            Way::Advice => div.actions { a.button.primary href="" data-declared { (ADVICE.get(lang)) } (drop(TOLD)) },
            Way::Mend => {
                ul data-why {}
                div.actions { button.button.primary type="button" data-mend { (MEND.get(lang)) } (drop(DROP)) }
            }
            Way::Choose => div.actions { (link_button(Weight::Primary, routes::DECLARE, FORMS.get(lang))) (drop(TOLD)) },
            Way::Know => div.actions { (drop(TOLD)) },
        }
    };
    alert(tone, title.get(lang), body)
}
