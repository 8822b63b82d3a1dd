//! How to use these pages, in short answers.

use super::access::MaybeSigned;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use axum::response::Response;
use bluezone_pages::parts::{Weight, fold, link_button};
use bluezone_pages::{Text, text};
use maud::html;

text! {
    TITLE, "Hướng dẫn", "Guide";
    LEAD, "Mỗi việc một câu trả lời ngắn.", "A short answer to each question.";
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
    DATA_1, "Trạm y tế nơi bạn ở và Trung tâm Kiểm soát bệnh tật tỉnh, chỉ để phòng dịch. Mỗi lần xem đều được ghi lại. Tờ khai được xóa sau 45 ngày; bạn rút lại sự đồng ý lúc nào cũng được.",
        "The health station of your commune and the province's Centre for Disease Control, only against the disease. Every look is recorded. Declarations are deleted after 45 days, and you can take your consent back at any time.";
    NO_PHONE, "Không có điện thoại thông minh thì sao?", "And without a smartphone?";
    NO_PHONE_1, "Người nhà khai hộ và in mã giúp, hoặc khai trên giấy tại trạm y tế.",
        "A relative declares for you and prints your code, or you fill in a paper form at the health station.";
    OFFLINE, "Mất mạng thì sao?", "And without a network?";
    OFFLINE_1, "Cứ khai và gửi: tờ khai được giữ trên máy và tự gửi khi có mạng lại, dù gửi nhiều lần cũng chỉ lưu một.",
        "Fill in and send: the declaration is kept on your device and sent when there is a network again. However often it is sent, it is stored once.";
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
    (OFFLINE, &[OFFLINE_1]),
];

/// `GET /guide`
pub async fn page(MaybeSigned(signed): MaybeSigned, view: View) -> Response {
    let lang = view.lang;
    let body = html! {
        @for (question, answer) in ANSWERS {
            (fold(question.get(lang), html! { @for words in answer { p { (words.get(lang)) } } }))
        }
        div.actions { (link_button(Weight::Primary, routes::DECLARE, DECLARE.get(lang))) }
    };
    let title = TITLE.get(lang);
    Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, signed.as_ref(), title) }.render()
}
