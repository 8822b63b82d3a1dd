//! What the public pages about zones have in common: the frame, the day they speak of, and pages for when there is nothing.

use crate::console::shell::View;
use crate::zones::ZONES;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use bluezone_domain::Timestamp;
use bluezone_pages::form::{Field, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{NavItem, Page, Width, layout};
use bluezone_pages::parts::{Weight, button, link_button};
use bluezone_pages::time::{clock, date, date_value, parse_date};
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use std::ops::Range;

text! {
    PLACE, "Khoanh vùng dịch", "Outbreak zones";
    MAP, "Bản đồ cả nước", "Map of the country";
    NOW, "Lúc {time}, {date}", "At {time}, {date}";
    ON_A_DAY, "Ngày {date}: cấp độ cao nhất trong ngày", "On {date}: the highest level of that day";
    AS_OF, "Xem theo ngày", "Look at a day";
    AS_OF_HINT, "Bỏ trống để xem lúc này.", "Leave empty to see how it is now.";
    SHOW, "Xem", "Show";
    NO_DAY, "Không đọc được ngày. Đang hiện tình hình lúc này.", "The day cannot be read. This is how it is now.";
    NOT_FOUND, "Không tìm thấy trang", "Page not found";
    NOT_FOUND_WHY, "Địa chỉ có thể đã cũ: tỉnh và xã đã đổi từ ngày 01/07/2025.",
        "The address may be old: provinces and communes changed on 1 July 2025.";
    BROKEN, "Chưa xem được lúc này", "Not available right now";
    BROKEN_WHY, "Lỗi ở máy chủ, không phải ở bạn. Hãy thử lại sau ít phút.",
        "This is our fault, not yours. Please try again in a few minutes."
}

const DAY_S: i64 = 86_400;

/// The time that a page speaks of: now, or a whole day in Vietnam.
#[derive(Clone, Debug)]
pub struct When {
    /// The time; one second for now.
    pub span: Range<Timestamp>,
    /// The day, if one was asked for.
    pub day: Option<Timestamp>,
    /// Whether a day was asked for that cannot be read.
    pub unreadable: bool,
}

impl When {
    /// From what stands in the address: `2026-11-23`, or nothing for now.
    pub fn asked(as_of: &str, now: Timestamp) -> When {
        let day = parse_date(as_of).map(Timestamp);
        let span = day.map_or(now..now + 1, |day| day..day + DAY_S);
        When { span, day, unreadable: day.is_none() && !as_of.trim().is_empty() }
    }

    /// In words.
    pub fn words(&self, lang: Lang) -> String {
        let at = self.span.start.0;
        match self.day {
            None => NOW.fill(lang, &[("time", &clock(lang, at)), ("date", &date(lang, at))]),
            Some(_) => ON_A_DAY.fill(lang, &[("date", &date(lang, at))]),
        }
    }

    /// The day as `2026-11-23`; `None` for now.
    pub fn date(&self) -> Option<String> {
        self.day.map(|day| date_value(day.0))
    }

    /// A page's address, on the same day.
    pub fn at(&self, path: &str) -> String {
        match self.date() {
            None => path.to_owned(),
            Some(date) => format!("{path}?as_of={date}"),
        }
    }

    /// The field for another day.
    pub fn field(&self, lang: Lang) -> Markup {
        let value = self.date().unwrap_or_default();
        html! {
            (Field::input(lang, "date", "as_of", AS_OF.get(lang)).hint(AS_OF_HINT.get(lang)).value(&value).optional()
                .error(self.unreadable.then(|| NO_DAY.get(lang))))
        }
    }

    /// A form that shows the same page on another day.
    pub fn form(&self, lang: Lang, path: &str) -> Markup {
        html! {
            form.form.inline method="get" action=(path) {
                (self.field(lang))
                (button(Weight::Secondary, SHOW.get(lang)))
            }
        }
    }

    /// What is wrong with the day, above the page.
    pub fn problem(&self, lang: Lang) -> Markup {
        if self.unreadable {
            to_mend(lang, &[("as_of", NO_DAY.get(lang))])
        } else {
            html! {}
        }
    }
}

/// A public page about zones.
pub struct Frame<'a> {
    /// The reader.
    pub view: &'a View,
    /// The page's title.
    pub title: &'a str,
    /// A line under it.
    pub lead: &'a str,
    /// The page above it: address and words.
    pub back: Option<(&'a str, &'a str)>,
    /// The main part.
    pub body: Markup,
}

impl Frame<'_> {
    /// The whole page.
    pub fn render(self) -> Response {
        let lang = self.view.lang;
        let nav = vec![NavItem {
            href: ZONES,
            label: MAP.get(lang),
            icon: Icon::Map,
            current: self.view.here.split('?').next() == Some(ZONES),
        }];
        let page = Page {
            lead: Some(self.lead),
            back: self.back,
            place: PLACE.get(lang),
            home: ZONES,
            here: &self.view.here,
            nav,
            width: Width::Wide,
            body: self.body,
            ..Page::new(lang, self.title)
        };
        Html(layout(&page).into_string()).into_response()
    }
}

/// There is no such province or commune.
pub fn not_found(view: &View) -> Response {
    let lang = view.lang;
    instead(view, StatusCode::NOT_FOUND, NOT_FOUND.get(lang), NOT_FOUND_WHY.get(lang))
}

/// The database does not answer.
pub fn broken(view: &View, error: &StoreError) -> Response {
    tracing::error!(%error, "zones cannot be read");
    let lang = view.lang;
    instead(view, StatusCode::INTERNAL_SERVER_ERROR, BROKEN.get(lang), BROKEN_WHY.get(lang))
}

fn instead(view: &View, status: StatusCode, title: &str, lead: &str) -> Response {
    let body = html! { div.actions { (link_button(Weight::Primary, ZONES, MAP.get(view.lang))) } };
    let mut answer = Frame { view, title, lead, back: None, body }.render();
    *answer.status_mut() = status;
    answer
}
