//! The page of a warning: somebody was at a place or in a vehicle with a case; and of its notice to whoever has the place.

use super::call::call;
use super::routes;
use crate::console::words;
use bluezone_domain::message::Whereabouts;
use bluezone_pages::advice::advice;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, card, link_button, status};
use bluezone_pages::warning_words::{DO, UNKNOWN, UNTOLD, Warned};
use bluezone_pages::{Lang, text};
use bluezone_proximity::{DiseaseProfile, RiskLevel};
use bluezone_store::Station;
use chrono::NaiveDate;
use maud::{Markup, html};

text! {
    DECLARE, "Khai báo y tế", "Declare your health";
    WHOM, "Số của {station}:", "The number of {station}:";
    NO_NUMBER, "Số của trạm y tế nơi bạn ở được ghi ở trạm; cấp cứu: 115.",
        "The number of your commune's health station is at the station; in an emergency call 115.";
    PRIVATE, "Ai biết về cảnh báo này?", "Who knows about this warning?";
    PRIVATE_WHY, "Máy chủ biết, vì bạn đã quét mã trên web. Nơi đó và những khách khác không biết bạn nhận cảnh báo.",
        "The server does, because you checked in on the web. The place and its other guests do not know that you were warned.";
    NOTICE, "Cơ quan y tế đã báo cho khách của {place}", "The health authority warned guests of {place}";
    NOTICE_WHY, "Ngày {day} có một ca bệnh ở đây. Khách có mặt lúc đó đã được báo. Không ai được cho biết ca bệnh là ai.",
        "On {day} a case was here. Guests of that time have been told. Nobody is told who the case is.";
    NOTICE_AIR, "Mở cửa cho thoáng, lau khử khuẩn tay nắm, bàn, thanh vịn.", "Let air in; disinfect handles, tables and rails.";
    NOTICE_STAFF, "Nhân viên có mặt hôm đó theo dõi sức khỏe 14 ngày, khai báo mỗi ngày và hỏi trạm y tế về xét nghiệm.",
        "Staff who were there that day watch their health for 14 days, declare daily and ask the health station about a test.";
    NOTICE_LIST, "Giữ mã quét ở cửa; đừng tự công bố tên khách nào.", "Keep the code at the door; do not publish any guest's name."
}

/// A warning.
#[derive(Clone, Copy, Debug)]
pub struct Warning<'a> {
    pub whereabouts: Whereabouts,
    /// Its name in the citizen's diary.
    pub place: &'a str,
    pub day: NaiveDate,
    /// The disease, by the name of its profile.
    pub disease: &'a str,
    pub margin_s: i64,
}

impl Warning<'_> {
    fn with<T>(&self, lang: Lang, say: impl Fn(Warned<'_>) -> T) -> T {
        say(Warned {
            vehicle: self.whereabouts == Whereabouts::Vehicle,
            disease: words::disease(lang, self.disease),
            day: &shown(self.day),
            margin_s: self.margin_s,
        })
    }

    /// The headline.
    pub fn title(&self, lang: Lang) -> String {
        self.with(lang, |warned| warned.title(lang))
    }

    /// The page: what happened, what to do and whom to call, what nobody is told.
    pub fn page(&self, lang: Lang, station: Option<&Station>) -> Markup {
        let profile = DiseaseProfile::covid19();
        let pieces: Vec<_> =
            profile.advice_for(RiskLevel::High).iter().filter_map(|id| advice(self.disease, id)).collect();
        let day = shown(self.day);
        let visit = if self.place.is_empty() { day } else { format!("{}, {day}", self.place) };
        html! {
            (status(Tone::Caution, Icon::Warning, &visit, html! {
                p { (self.with(lang, |warned| warned.what(lang))) }
                div.actions { (link_button(Weight::Primary, routes::DECLARE, DECLARE.get(lang))) }
            }))
            (card(DO.get(lang), html! {
                ol { @for piece in &pieces { li { strong { (piece.title.get(lang)) } p { (piece.detail.get(lang)) } } } }
                @match station.filter(|station| !station.phone.is_empty()) {
                    Some(station) => {
                        p { (WHOM.fill(lang, &[("station", &station.name)])) }
                        div.actions { (call(lang, Weight::Secondary, &station.phone)) }
                    }
                    None => p { (NO_NUMBER.get(lang)) },
                }
                p { (self.with(lang, |warned| warned.say(lang))) }
            }))
            (card(UNKNOWN.get(lang), html! { ul { @for words in UNTOLD { li { (words.get(lang)) } } } }))
            (card(PRIVATE.get(lang), html! { p { (PRIVATE_WHY.get(lang)) } }))
        }
    }
}

/// The headline of the notice to whoever has the place.
pub fn notice_title(lang: Lang, place: &str) -> String {
    NOTICE.fill(lang, &[("place", place)])
}

/// The notice to whoever has the place: what to do there.
pub fn notice(lang: Lang, day: NaiveDate) -> Markup {
    html! {
        section.card {
            p { (NOTICE_WHY.fill(lang, &[("day", &shown(day))])) }
            ul { @for words in [NOTICE_AIR, NOTICE_STAFF, NOTICE_LIST] { li { (words.get(lang)) } } }
        }
    }
}

fn shown(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}
