//! What somebody is told who was near a contact of a case (F2): its own words, never those of a warning of a case.

use bluezone_pages::icon::Icon;
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, status};
use bluezone_pages::time::{day, time_tag};
use bluezone_pages::{Lang, text};

text! {
    TITLE, "Bạn đã ở gần một người tiếp xúc gần của ca mắc {disease}", "You were near someone who is a close contact of a {disease} case";
    NOT_ILL, "Chưa ai biết người đó có mắc bệnh hay không. Đây không phải là cảnh báo đã ở gần người bệnh.",
        "They are not known to be ill. This is not a warning that you were near an ill person.";
    DAYS, "Ngày ở gần:", "Days near them:";
    TO_DO, "Bạn nên làm gì", "What to do";
    TO_DO_1, "Theo dõi sức khỏe trong 14 ngày kể từ ngày đó; đeo khẩu trang khi ở gần người khác.",
        "Watch your health for 14 days from that day; wear a mask near others.";
    TO_DO_2, "Tránh gặp người già, người có bệnh nền và nơi đông người nếu có thể.",
        "Keep away from old people, people with other illnesses and crowds if you can.";
    TO_DO_3, "Có sốt, ho, đau họng: ở nhà và gọi trạm y tế.", "With fever, cough or a sore throat: stay at home and call the health station.";
    ENDS, "Thông báo này tự mất khi người đó được xác định không mắc bệnh, và chuyển thành cảnh báo nếu người đó mắc bệnh.",
        "This goes away by itself when they turn out not to be ill, and becomes a warning if they are."
}

/// The days (epoch seconds, the latest first) on which the owner was close to such people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearContact {
    /// The days.
    pub days: Vec<i64>,
    /// The disease's name in the reader's language.
    pub disease: String,
}

/// Draws it.
pub fn near_contact(lang: Lang, near: &NearContact) -> Markup {
    let title = TITLE.fill(lang, &[("disease", &near.disease)]);
    let body = html! {
        p { strong { (NOT_ILL.get(lang)) } }
        p { (DAYS.get(lang)) }
        ul { @for start in &near.days { li { (time_tag(*start, &day(lang, *start))) } } }
        h3 { (TO_DO.get(lang)) }
        ul { @for line in [TO_DO_1, TO_DO_2, TO_DO_3] { li { (line.get(lang)) } } }
        p.small { (ENDS.get(lang)) }
    };
    status(Tone::Info, Icon::Info, &title, body)
}
