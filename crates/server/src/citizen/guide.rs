//! How to use these pages, in short answers.

use super::access::MaybeSigned;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use axum::extract::Query;
use axum::response::Response;
use bluezone_pages::parts::{Weight, card, fold, link_button};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Hướng dẫn", "Guide";
    LEAD, "Mỗi việc một câu trả lời ngắn.", "A short answer to each question.";
    INSTALL, "Cài Bluezone lên điện thoại thế nào?", "How do I install Bluezone on my phone?";
    INSTALL_1, "Không cần kho ứng dụng. Mở trang này trên điện thoại, rồi đưa Bluezone ra màn hình chính; lần sau bấm biểu tượng là mở, khi mất mạng cũng được.",
        "You need no store. Open this page on your phone and put Bluezone on the home screen; from then on its icon opens it, without a network too.";
    ANDROID, "Android (Chrome): bấm ⋮ ở góc trên, chọn “Thêm vào màn hình chính” hoặc “Cài đặt ứng dụng”, rồi “Cài đặt”.",
        "Android (Chrome): press ⋮ in the upper corner, choose “Add to Home screen” or “Install app”, then “Install”.";
    IPHONE, "iPhone (Safari): bấm nút Chia sẻ (ô vuông có mũi tên lên), chọn “Thêm vào Màn hình chính”, rồi “Thêm”.",
        "iPhone (Safari): press Share (the square with an arrow up), choose “Add to Home Screen”, then “Add”.";
    OTHER, "Trình duyệt khác: tìm mục “Thêm vào màn hình chính” trong thực đơn.", "Other browsers: look for “Add to Home screen” in the menu.";
    INSTALL_2, "Bluezone trên web khai báo và quét mã địa điểm. Cảnh báo qua Bluetooth cần ứng dụng chạy trên điện thoại, do cơ quan y tế phát hành.",
        "Bluezone on the web declares and scans places. Warnings over Bluetooth need the app that runs on the phone, which the health authority hands out.";
    HOW, "Khai báo thế nào?", "How do I declare?";
    HOW_1, "Bấm “Khai báo ngay” ở trang chủ, trả lời các câu hỏi rồi gửi. Lần đầu, bạn xác nhận số điện thoại bằng mã trong tin nhắn. Những lần sau chỉ còn năm câu.",
        "Press “Declare now” on the home page, answer the questions and send. The first time you confirm your number with the code of a text message. After that there are five questions only.";
    HOW_2, "Khai xong, bạn biết ngay cần làm gì và gọi ai. Lời khuyên theo quy tắc ghi sẵn trong tờ khai.",
        "At the end you are told what to do and whom to call. The advice follows rules written into the form.";
    OTHERS, "Khai hộ con nhỏ, cha mẹ già thế nào?", "How do I declare for a child or an old parent?";
    OTHERS_1, "Ở mục “Khai báo”, chọn “Khai hộ người khác”. Mỗi người có mã riêng; bạn in mã cho họ mang theo. Trẻ dưới 16 tuổi cần cha, mẹ hoặc người giám hộ đồng ý.",
        "Under “Declare” choose “Declare for somebody else”. Each of them has a code of their own, which you can print. Who is under 16 needs the consent of a parent or guardian.";
    CODE, "Mã QR của tôi nói gì?", "What does my QR code tell?";
    CODE_1, "Không nói gì cho người chụp lại: mã đổi 5 phút một lần và chỉ máy chủ đọc được. Nơi quét thấy tên viết tắt, giới tính, năm sinh và việc bạn đã khai hay chưa, không thấy câu trả lời nào.",
        "Nothing to who takes a picture of it: it changes every 5 minutes and only the server reads it. The place that scans it sees a shortened name, gender, year of birth and whether you declared, none of your answers.";
    CODE_2, "Mất mạng, mã vẫn chạy thêm nhiều giờ. Mất bản in, hãy bấm “Đổi mã mới”.",
        "Without a network the code goes on for hours. If you lose a print, press “Get a new code”.";
    PLACES, "Vì sao cần quét mã nơi đến?", "Why check in at places?";
    PLACES_1, "Để báo cho bạn nếu một ca bệnh ở đó cùng lúc. Nhật ký cho biết lượt đến được giữ bao lâu; chủ địa điểm chỉ thấy tên viết tắt.",
        "So that you can be warned if a case was there at the same time. The diary says for how long visits are kept; the place sees shortened names only.";
    WARNED, "Tôi nhận được cảnh báo thì làm gì?", "What do I do when I am warned?";
    WARNED_1, "Chưa chắc bạn mắc bệnh. Khai báo y tế, theo dõi sức khỏe 14 ngày, và gọi trạm y tế nếu sốt, ho hoặc khó thở. Cảnh báo không nói ca bệnh là ai.",
        "You may not be ill. Declare your health, watch it for 14 days, and call the health station if you get a fever, a cough or trouble breathing. A warning never says who the case is.";
    DATA, "Ai xem được những gì tôi khai?", "Who sees what I declare?";
    DATA_1, "Trạm y tế nơi bạn ở và Trung tâm Kiểm soát bệnh tật tỉnh, chỉ để phòng dịch. Mỗi lần xem đều được ghi lại. Tờ khai được xóa khi hết 45 ngày, trong khoảng một ngày sau đó; bạn rút lại sự đồng ý lúc nào cũng được.",
        "The health station of your commune and the province's Centre for Disease Control, only against the disease. Every look is recorded. Declarations are deleted after 45 days, within about a day, and you can take your consent back at any time.";
    NO_PHONE, "Không có điện thoại thông minh thì sao?", "And without a smartphone?";
    NO_PHONE_1, "Người nhà khai hộ và in mã giúp, hoặc khai trên giấy tại trạm y tế.",
        "A relative declares for you and prints your code, or you fill in a paper form at the health station.";
    OFFLINE, "Mất mạng thì sao?", "And without a network?";
    OFFLINE_1, "Nếu đã đăng nhập, cứ khai và gửi: tờ khai được giữ trên máy và tự gửi khi có mạng lại, dù gửi nhiều lần cũng chỉ lưu một. Trang chủ cho biết tờ nào đã gửi, tờ nào cần sửa.",
        "If you are signed in, fill in and send: the declaration is kept on your device and sent when there is a network again. However often it is sent, it is stored once. The home page tells which were sent and which must be mended.";
    OFFLINE_2, "Lượt vào, ra một nơi thì không được giữ: hãy quét lại khi có mạng, hoặc đưa mã của bạn cho người ở cửa quét.",
        "Coming to a place and leaving it is not kept: scan again when there is a network, or show your code to whoever stands at the door.";
    DECLARE, "Khai báo ngay", "Declare now"
}

/// Questions and the sentences that answer them.
const ANSWERS: [(Text, &[Text]); 8] = [
    (HOW, &[HOW_1, HOW_2]),
    (OTHERS, &[OTHERS_1]),
    (CODE, &[CODE_1, CODE_2]),
    (PLACES, &[PLACES_1]),
    (WARNED, &[WARNED_1]),
    (DATA, &[DATA_1]),
    (NO_PHONE, &[NO_PHONE_1]),
    (OFFLINE, &[OFFLINE_1, OFFLINE_2]),
];

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Present for who scanned the poster that asks to install.
    install: Option<String>,
}

/// `GET /guide`
pub async fn page(MaybeSigned(signed): MaybeSigned, view: View, Query(asked): Query<Asked>) -> Response {
    let lang = view.lang;
    let body = html! {
        @match asked.install {
            Some(_) => (card(INSTALL.get(lang), how_to_install(lang))),
            None => (fold(INSTALL.get(lang), how_to_install(lang))),
        }
        @for (question, answer) in ANSWERS {
            (fold(question.get(lang), html! { @for words in answer { p { (words.get(lang)) } } }))
        }
        div.actions { (link_button(Weight::Primary, routes::DECLARE, DECLARE.get(lang))) }
    };
    let title = TITLE.get(lang);
    Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, signed.as_ref(), title) }.render()
}

fn how_to_install(lang: Lang) -> Markup {
    html! {
        p { (INSTALL_1.get(lang)) }
        ul { @for words in [ANDROID, IPHONE, OTHER] { li { (words.get(lang)) } } }
        p { (INSTALL_2.get(lang)) }
    }
}
