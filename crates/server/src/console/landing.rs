//! `/c`: where the link to a code leads.
//!
//! The link is `https://HOST/c#CODE`. What stands after `#` is never sent by a browser: not in the request, so in no log
//! of this server or of a proxy before it; not in a referrer. So this page is the same for everybody, and the phone's
//! app is where the code is read (`domain::code::Code::parse` takes the whole link). The script on the page copies the
//! address; it sends nothing.

use crate::console::shell::View;
use crate::console::{copy, routes};
use axum::response::Html;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::parts::{Tone, alert, card, fold};
use bluezone_pages::text;
use maud::html;

text! {
    TITLE, "Mã của bạn đã tới điện thoại này", "Your code has reached this phone";
    PLACE, "Mã từ cơ quan y tế", "Code from the health authority";
    LEAD, "Cơ quan y tế gửi cho bạn đường dẫn này để bạn có thể báo cho những người đã ở gần, nếu bạn muốn.",
        "The health authority sent you this link so that you can warn those who were near you, if you want to.";
    HOW, "Dùng mã thế nào", "How to use it";
    COPY, "Chép toàn bộ địa chỉ của trang này (trên thanh địa chỉ, cả phần sau dấu #).",
        "Copy the whole address of this page (in the address bar, with what stands after #).";
    OPEN, "Mở Bluezone, chọn “Nhập mã” và dán vào đó.", "Open Bluezone, choose “Enter code” and paste it there.";
    SEE, "Bluezone cho bạn xem chính xác những gì sẽ được chia sẻ, rồi mới hỏi bạn có đồng ý không.",
        "Bluezone shows you exactly what would be shared, and only then asks whether you agree.";
    SECRET, "Đừng gửi đường dẫn này cho ai khác", "Do not pass this link on";
    SECRET_WHY, "Ai có nó cũng có thể báo thay bạn. Nó chỉ dùng được một lần và hết hạn sau 24 giờ.",
        "Whoever has it can report in your place. It works once and expires after 24 hours.";
    SEEN, "Trang này có biết mã của tôi không?", "Does this page know my code?";
    SEEN_WHY, "Không. Mã nằm sau dấu # và trình duyệt không gửi phần đó đi. Chỉ ứng dụng trên điện thoại của bạn đọc nó, sau khi bạn dán vào.",
        "No. The code stands after the #, and browsers do not send that part. Only the app on your phone reads it, after you paste it.";
    NO_APP, "Tôi không có Bluezone", "I do not have Bluezone";
    NO_APP_WHY, "Không có Bluezone thì điện thoại của bạn không lưu ai đã ở gần và không có gì để chia sẻ. Hãy báo lại cho cán bộ y tế.",
        "Without Bluezone your phone has no record of who was near and nothing to share. Tell the health officer.";
    ZONES, "Nơi nào đang bị khoanh vùng?", "Where are the outbreak zones?"
}

/// `GET /c`
pub async fn page(view: View) -> Html<String> {
    let lang = view.lang;
    let body = html! {
        (card(HOW.get(lang), html! {
            ol {
                li { (COPY.get(lang)) }
                li { (OPEN.get(lang)) }
                li { (SEE.get(lang)) }
            }
            (copy::button(lang, copy::What::Address))
        }))
        (alert(Tone::Caution, SECRET.get(lang), html! { p { (SECRET_WHY.get(lang)) } }))
        (fold(SEEN.get(lang), html! { p { (SEEN_WHY.get(lang)) } }))
        (fold(NO_APP.get(lang), html! { p { (NO_APP_WHY.get(lang)) } }))
        p { a href=(crate::zones::ZONES) { (ZONES.get(lang)) } }
    };
    let page = Page {
        lead: Some(LEAD.get(lang)),
        place: PLACE.get(lang),
        home: routes::LANDING,
        here: routes::LANDING,
        body,
        ..Page::new(lang, TITLE.get(lang))
    };
    Html(layout(&page).into_string())
}
