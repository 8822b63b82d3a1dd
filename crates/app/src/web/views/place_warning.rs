//! The warning of somebody who was at a place or in a vehicle with a case: the words are shared with the inbox of who checks in
//! with a browser, and beside a warning over Bluetooth it is no second alarm.

use super::places::unnamed;
use bluezone_pages::icon::Icon;
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, card, facts, status};
use bluezone_pages::time::{clock, day, time_tag};
use bluezone_pages::{Lang, text, warning_words};

text! {
    OTHER_DISEASE, "bệnh truyền nhiễm", "a contagious disease";
    PLACES, "Những nơi có người bệnh cùng lúc", "Places where a case was at the same time";
    WHERE, "Nơi", "Place";
    YOU_WERE, "Bạn ở đó", "You were there";
    FROM_TO, "{day}, {from} – {to}", "{day}, {from} – {to}";
    ALSO, "Bạn cũng đã ở cùng nơi với người bệnh: {places}.", "You were also at the same place as a case: {places}."
}

/// A visit at which the owner may have met a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceWarned {
    /// What the place is called, if anybody said.
    pub name: String,
    /// Its digits, grouped.
    pub code: String,
    /// Whether it is a vehicle.
    pub vehicle: bool,
    /// When the owner came, epoch seconds.
    pub from: i64,
    /// When the owner left, epoch seconds.
    pub to: i64,
    /// By how many seconds visits may miss each other and still count.
    pub margin_s: i64,
    /// The disease's name in the reader's language; none if it is one that this phone has no words for.
    pub disease: Option<String>,
}

impl PlaceWarned {
    fn words<'a>(&'a self, lang: Lang, day: &'a str) -> warning_words::Warned<'a> {
        let disease = self.disease.as_deref().unwrap_or(OTHER_DISEASE.get(lang));
        warning_words::Warned { vehicle: self.vehicle, disease, day, margin_s: self.margin_s }
    }

    fn called(&self, lang: Lang) -> String {
        match self.name.is_empty() {
            false => self.name.clone(),
            true => unnamed(lang, self.vehicle, &self.code),
        }
    }

    /// What to say on the telephone.
    pub fn say(&self, lang: Lang) -> String {
        self.words(lang, &day(lang, self.from)).say(lang)
    }
}

/// The headline of the latest; `below` stands under its words.
pub fn headline(lang: Lang, latest: &PlaceWarned, below: Markup) -> Markup {
    let day = day(lang, latest.from);
    let words = latest.words(lang, &day);
    let body = html! { p { (words.what(lang)) } (below) };
    status(Tone::Bad, Icon::Warning, &words.title(lang), body)
}

/// One line for a page that warns already.
pub fn also(lang: Lang, places: &[PlaceWarned]) -> Markup {
    let mut names: Vec<_> = places.iter().map(|place| place.called(lang)).collect();
    names.dedup();
    html! { @if !names.is_empty() { p { (ALSO.fill(lang, &[("places", &names.join(", "))])) } } }
}

/// Where and when, of all of them.
pub fn list(lang: Lang, places: &[PlaceWarned]) -> Markup {
    if places.is_empty() {
        return html! {};
    }
    let of = |place: &PlaceWarned| {
        let (day, from, to) = (day(lang, place.from), clock(lang, place.from), clock(lang, place.to));
        let times = FROM_TO.fill(lang, &[("day", &day), ("from", &from), ("to", &to)]);
        html! {
            article.entry {
                (facts([
                    (WHERE.get(lang), html! { (place.called(lang)) }),
                    (YOU_WERE.get(lang), time_tag(place.from, &times)),
                ]))
                p.small { (place.words(lang, &day).what(lang)) }
            }
        }
    };
    card(PLACES.get(lang), html! { @for place in places { (of(place)) } })
}
