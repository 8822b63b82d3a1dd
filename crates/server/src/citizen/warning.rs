//! The page of a warning: somebody was at a place or in a vehicle with a case; and of its notice to whoever has the place.

use super::call::call;
use super::failure::Failure;
use super::routes;
use crate::console::words;
use crate::state::AppState;
use bluezone_domain::citizen::Profile;
use bluezone_domain::message::{Message, Whereabouts, Whom};
use bluezone_domain::workday::day_of;
use bluezone_pages::advice::advice;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, card, link_button, status};
use bluezone_pages::warning_words::{DO, UNKNOWN, UNTOLD, Warned};
use bluezone_pages::{Lang, text};
use bluezone_proximity::{DiseaseProfile, RiskLevel};
use bluezone_store::Station;
use chrono::NaiveDate;
use maud::{Markup, html};

text! {
    TITLE_FOR, "{title} (cho {name})", "{title} (for {name})";
    FOR, "Cảnh báo này cho {name}", "This warning is for {name}";
    FOR_WHY, "“Bạn” trong thư này là {name}.", "“You” in this message means {name}.";
    SOMEBODY, "người bạn đã thôi khai hộ", "somebody you declare for no more";
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
    /// Its name, as long as the visit is kept.
    pub place: &'a str,
    /// Who was there, if it was not the account's own holder.
    pub name: Option<&'a str>,
    pub day: NaiveDate,
    /// The disease, by the name of its profile.
    pub disease: &'a str,
    pub margin_s: i64,
}

impl Warning<'_> {
    fn with<T>(&self, lang: Lang, say: impl Fn(Warned<'_>) -> T) -> T {
        say(Warned {
            vehicle: self.whereabouts == Whereabouts::Vehicle,
            disease: &words::disease(lang, self.disease),
            day: &shown(self.day),
            margin_s: self.margin_s,
        })
    }

    /// The headline.
    pub fn title(&self, lang: Lang) -> String {
        let title = self.with(lang, |warned| warned.title(lang));
        match self.name {
            Some(name) => TITLE_FOR.fill(lang, &[("title", &title), ("name", name)]),
            None => title,
        }
    }

    /// The page: what happened, what to do and whom to call, what nobody is told.
    pub fn page(&self, lang: Lang, station: Option<&Station>) -> Markup {
        let profile = DiseaseProfile::covid19();
        let pieces: Vec<_> =
            profile.advice_for(RiskLevel::High).iter().filter_map(|id| advice(self.disease, id)).collect();
        let day = shown(self.day);
        let visit = if self.place.is_empty() { day } else { format!("{}, {day}", self.place) };
        html! {
            @if let Some(name) = self.name {
                (alert(Tone::Info, &FOR.fill(lang, &[("name", name)]), html! {
                    p { (FOR_WHY.fill(lang, &[("name", name)])) }
                }))
            }
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

/// What somebody is called that a warning is for, if it is not the account's own holder.
pub fn name(lang: Lang, whom: &Whom, profiles: &[Profile]) -> Option<String> {
    match whom {
        Whom::Holder => None,
        Whom::Guest(name) => Some(name.clone()),
        Whom::Profile(id) => {
            let profile = profiles.iter().find(|profile| profile.id == *id);
            Some(profile.map_or(SOMEBODY.get(lang), |profile| &profile.person.identity.name).to_owned())
        }
    }
}

/// A message with what it does not hold itself: the place of a warning's visit, for as long as that visit is kept.
pub async fn filled_in(state: &AppState, mut message: Message) -> Result<Message, Failure> {
    if let Message::PlaceWarning { visit, place, day, .. } = &mut message {
        match visit {
            Some(visit) => {
                *place = String::new();
                if let Some(visit) = state.store.visit(*visit).await?
                    && let Some(at) = state.store.place(visit.place).await?
                {
                    *place = at.details.name;
                }
            }
            // From before: no visit of that day is kept any more.
            None if (day_of(state.now()) - *day).num_days() > state.config.visit_retention_days => {
                place.clear()
            }
            None => {}
        }
    }
    Ok(message)
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
