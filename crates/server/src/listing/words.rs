//! The words and the form of the page.

use super::F2;
use super::named::{NAMES, field};
use bluezone_domain::contact::Relation;
use bluezone_pages::form::{Field, tick, to_mend};
use bluezone_pages::parts::{Weight, button, card, fold};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use std::collections::HashMap;

text! {
    TITLE, "Những người bạn đã gặp", "The people you met";
    PLACE, "Cơ quan y tế", "Health authority";
    LEAD, "Bạn là người tiếp xúc gần (F1). Ở đây bạn có thể cho cơ quan y tế biết ai đã ở gần bạn, để họ được báo sớm.",
        "You are a close contact (F1). Here you can tell the health authority who was near you, so that they are told early.";
    WHAT_FOR, "Dùng để làm gì", "What it is for";
    WHAT_FOR_1, "Cán bộ y tế sẽ gọi cho những người này, hướng dẫn họ theo dõi sức khỏe. Chỉ cán bộ phụ trách nơi đó xem được.",
        "Health officers call these people and tell them how to watch their health. Only the officers in charge there can see it.";
    WHAT_FOR_2, "Bạn không bắt buộc phải điền. Chưa có gì được lưu cho đến khi bạn bấm Gửi; chỉ gửi được một lần.",
        "You need not fill this in. Nothing is saved before you press Send; it can be sent once.";
    WHAT_FOR_3, "Cơ sở pháp lý: Luật Phòng bệnh 114/2025/QH15. Dữ liệu bị xóa cùng hồ sơ ca bệnh.",
        "Legal basis: the law on disease prevention 114/2025/QH15. It is deleted with the file of the case.";
    SECRET, "Đường dẫn bạn nhận được", "The link that you received";
    SECRET_HINT, "Dán cả đường dẫn vào đây. Trình duyệt không tự gửi phần sau dấu #.",
        "Paste the whole link here. Browsers do not send what stands after # by themselves.";
    PERSON, "Người thứ {n}", "Person {n}";
    NAME, "Họ và tên", "Full name";
    PHONE, "Số điện thoại", "Telephone";
    RELATION, "Quan hệ với bạn", "What they are to you";
    DAY, "Ngày gặp gần nhất", "Day you last met";
    WHERE, "Gặp ở đâu", "Where you met";
    COMMUNE, "Xã, phường nơi họ ở", "Commune where they live";
    MORE, "Thêm người khác", "More people";
    AGREE, "Tôi hiểu những điều trên và được phép cho biết thông tin liên lạc của những người này.",
        "I understand the above, and I may tell the contact details of these people.";
    SEND, "Gửi danh sách", "Send the list";
    NO_SECRET, "Hãy dán cả đường dẫn mà cán bộ y tế gửi cho bạn.", "Paste the whole link that the health officer sent you.";
    NO_NAME, "Hãy ghi họ và tên.", "Give the full name.";
    NO_TEXT, "Quá dài: nhiều nhất 200 chữ.", "Too long: at most 200 characters.";
    NO_PHONE, "Số điện thoại chưa đúng; có thể để trống.", "The telephone number is not right; it may be left empty.";
    NO_DAY, "Hãy chọn ngày gặp gần nhất, trong 21 ngày vừa qua.", "Choose the day you last met, within the last 21 days.";
    NO_AGREE, "Hãy đánh dấu ô này, hoặc đóng trang nếu bạn không muốn gửi.", "Tick this box, or close the page if you do not want to send it.";
    OVER, "Đường dẫn này không dùng được nữa", "This link does not work any more";
    OVER_WHY, "Nó đã được dùng, đã quá 48 giờ, hoặc chưa được chép đủ. Danh sách đã gửi thì cán bộ y tế đã nhận. Nếu cần, hãy xin một đường dẫn mới.",
        "It was used, is older than 48 hours, or was not copied whole. A list that was sent has reached the officer. If needed, ask for a new link.";
    LIMITED, "Thử sai quá nhiều lần", "Too many wrong tries";
    LIMITED_WHY, "Hãy thử lại sau một giờ, hoặc gọi cho cán bộ y tế.", "Try again in an hour, or call the health officer.";
    SENT, "Đã gửi. Cảm ơn bạn.", "Sent. Thank you.";
    SENT_WHY, "Cán bộ y tế sẽ xem và liên hệ với những người này. Đường dẫn không dùng lại được.",
        "A health officer will look at it and get in touch with them. The link does not work again.";
    BROKEN, "Chưa gửi được", "It was not sent";
    BROKEN_WHY, "Lỗi ở máy chủ, không phải ở bạn. Hãy quay lại và gửi lại sau ít phút; gửi lại không bị tính hai lần.",
        "This is our fault, not yours. Go back and send it again in a few minutes; it is not counted twice."
}

text! {
    PARENT, "Bố mẹ, ông bà", "Parent or grandparent";
    SPOUSE, "Vợ, chồng, người yêu", "Spouse or partner";
    CHILD, "Con, cháu", "Child or grandchild";
    SIBLING, "Anh, chị, em", "Brother or sister";
    RELATIVE, "Họ hàng khác", "Another relative";
    FRIEND, "Bạn bè, hàng xóm", "Friend or neighbour";
    COLLEAGUE, "Đồng nghiệp", "Colleague";
    SCHOOL, "Cùng lớp, cùng trường", "From one school";
    CARE, "Người chăm sóc", "Carer";
    TRAVELLER, "Cùng chuyến xe", "On one vehicle";
    STRANGER, "Người lạ", "Stranger";
    UNKNOWN, "Khác", "Other"
}

const fn relation(relation: Relation) -> Text {
    match relation {
        Relation::Parent => PARENT,
        Relation::Spouse => SPOUSE,
        Relation::Child => CHILD,
        Relation::Sibling => SIBLING,
        Relation::Relative => RELATIVE,
        Relation::Friend => FRIEND,
        Relation::Colleague => COLLEAGUE,
        Relation::School => SCHOOL,
        Relation::Care => CARE,
        Relation::Traveller => TRAVELLER,
        Relation::Stranger => STRANGER,
        Relation::Unknown => UNKNOWN,
    }
}

/// People whose fields are not folded away.
const OPEN: usize = 2;

/// The form, with what was typed and what is to be mended.
pub fn form(lang: Lang, fields: &HashMap<String, String>, problems: &[(&'static str, Text)]) -> Markup {
    let problems: Vec<(&str, &str)> =
        problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let problem = |of: &str| problems.iter().find(|(field, _)| *field == of).map(|(_, words)| *words);
    let secret = fields.get("secret").map(String::as_str).unwrap_or_default();
    let people = |range: std::ops::Range<usize>| html! { @for index in range { (person(lang, fields, index, problem(NAMES[index]))) } };
    html! {
        (to_mend(lang, &problems))
        (card(WHAT_FOR.get(lang), html! {
            ul { @for line in [WHAT_FOR_1, WHAT_FOR_2, WHAT_FOR_3] { li { (line.get(lang)) } } }
        }))
        form.form method="post" action=(F2) novalidate autocomplete="off" {
            section.card {
                (Field::input(lang, "text", "secret", SECRET.get(lang)).hint(SECRET_HINT.get(lang)).value(secret)
                    .verbatim().error(problem("secret")))
            }
            (people(0..OPEN))
            (fold(MORE.get(lang), people(OPEN..NAMES.len())))
            section.card.accent {
                (tick("agree", AGREE.get(lang), false, problem("agree")))
                div.actions { (button(Weight::Primary, SEND.get(lang))) }
            }
        }
    }
}

fn person(lang: Lang, fields: &HashMap<String, String>, index: usize, error: Option<&str>) -> Markup {
    let named = |what: &str| format!("{what}{index}");
    let get = |what: &str| field(fields, what, index);
    let title = PERSON.fill(lang, &[("n", &(index + 1).to_string())]);
    let relations: Vec<(&str, &str)> =
        Relation::ALL.iter().rev().map(|value| (value.as_str(), relation(*value).get(lang))).collect();
    let (phone, kind, day, place, commune) =
        (named("phone"), named("relation"), named("day"), named("place"), named("commune"));
    html! {
        section.card {
            h2 { (title) }
            (Field::input(lang, "text", NAMES[index], NAME.get(lang)).value(get("name")).error(error))
            (Field::input(lang, "tel", &phone, PHONE.get(lang)).value(get("phone")).optional())
            (Field::select(lang, &kind, RELATION.get(lang), relations).value(get("relation")))
            (Field::input(lang, "date", &day, DAY.get(lang)).value(get("day")))
            (Field::input(lang, "text", &place, WHERE.get(lang)).value(get("place")).optional())
            (Field::input(lang, "text", &commune, COMMUNE.get(lang)).value(get("commune")).optional())
        }
    }
}
