//! On what basis a citizen's check-ins are kept, for how long, and who may open them: beside the diary and in each copy of it.

use super::super::routes;
use bluezone_pages::parts::{Weight, card, link_button};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    TITLE, "Nơi bạn đã đến", "Places you were at";
    BY_WHOM, "Có ở đây vì bạn tự ghi lượt vào, hoặc đưa mã của bạn cho người ở cửa quét. Chỉ dùng để báo cho bạn và truy vết khi có ca bệnh.",
        "They are here because you checked in yourself, or staff at a door scanned your code. They serve only to warn you and to trace when there is a case.";
    BY_CARD, "Lượt mà người ở cửa ghi bằng giấy tờ, thẻ bảo hiểm y tế hoặc số điện thoại thì không có ở đây: không ai kiểm tra giấy tờ, thẻ hay số đó là của ai. Bạn không xóa được lượt đó; nó cũng tự xóa sau {days} ngày.",
        "Visits that staff at a door wrote down by a paper, a health insurance card or a telephone number are not here: nobody checked whose it is. You cannot delete those; they are deleted after {days} days, too.";
    BASIS, "Căn cứ: không phải một ô đồng ý, mà là nhiệm vụ phòng bệnh của cơ quan y tế (Luật 114/2025/QH15; Luật 91/2025/QH15, Điều 19).",
        "Basis: no box of consent, but the health authority's duty to prevent disease (Law 114/2025/QH15; Law 91/2025/QH15, Art. 19).";
    HOW_LONG, "Giữ {days} ngày rồi tự xóa: không lâu hơn mức cần cho mục đích (Luật 91/2025/QH15, Điều 3). Lượt nào có ở đây, bạn xóa lúc nào cũng được (Điều 4).",
        "Kept for {days} days, then deleted: no longer than the purpose needs (Law 91/2025/QH15, Art. 3). You delete any that is here at any time (Art. 4).";
    WHO, "Ai mở được: chỉ cơ quan y tế, khi bạn là ca bệnh hoặc nghi mắc, hoặc khi bạn đồng ý; mỗi lần ghi rõ căn cứ, lý do và hiện ở mục “Ai đã mở dữ liệu của bạn”. Người ở cửa và chủ địa điểm chỉ thấy tên viết tắt, giới tính, năm sinh.",
        "Who may open them: the health authority alone, when you are a case or suspected to be one, or when you agree; each time with its basis and reason, which stand under “Who opened your data”. Staff and the place's owner see your abbreviated name, gender and year of birth only.";
    SEE, "Xem nhật ký", "See the diary"
}

/// A sentence or two on each: whence, what is missing, basis, how long, who.
pub fn sentences(lang: Lang, days: i64) -> [String; 5] {
    let days = days.to_string();
    [BY_WHOM, BY_CARD, BASIS, HOW_LONG, WHO].map(|words| words.fill(lang, &[("days", &days)]))
}

/// The part of the overview about them.
pub fn shown(lang: Lang, days: i64) -> Markup {
    card(
        TITLE.get(lang),
        html! {
            @for sentence in sentences(lang, days) { p { (sentence) } }
            div.actions { (link_button(Weight::Secondary, routes::VISITS, SEE.get(lang))) }
        },
    )
}
