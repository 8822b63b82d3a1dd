//! The strip: days from left to right, a row for each kind of event.

use super::events::{Event, Lane, Time};
use bluezone_pages::time::{OFFSET_S, date};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    STRIP, "Dòng thời gian của ca; danh sách bên dưới nói đủ mọi việc", "The case's time-line; the list below says all of it";
    ILLNESS, "Bệnh", "Illness";
    PLACES, "Nơi đã đến", "Places";
    CONTACTS, "Tiếp xúc", "Contacts";
    PHONE, "Mã, dữ liệu", "Codes, data";
    RECORD, "Hồ sơ", "Record";
    TRACED, "Tính tiếp xúc", "Contacts count"
}

const DAY_S: i64 = 86_400;
const NAMES: f64 = 104.0;
const HEAD: f64 = 46.0;
const ROW: f64 = 34.0;
/// The scale is drawn this wide if the days allow it.
const SCALE: f64 = 820.0;
const DAY: (f64, f64) = (26.0, 140.0);
/// A date that was typed wrong must not make the drawing miles wide.
const MOST_DAYS: i64 = 120;

struct Scale {
    /// The first day, counted from 1970 on Vietnam's calendar.
    first: i64,
    days: i64,
    width: f64,
}

impl Scale {
    fn of(events: &[Event]) -> Scale {
        let first = events.iter().map(|event| day(event.time.start().0)).min().unwrap_or_default();
        let last = events.iter().map(|event| day(event.time.end().0)).max().unwrap_or_default();
        // Of too many the newest are shown.
        let days = (last - first + 1).clamp(1, MOST_DAYS);
        Scale { first: last - days + 1, days, width: (SCALE / days as f64).clamp(DAY.0, DAY.1) }
    }

    fn x(&self, at: i64) -> f64 {
        let passed = (at + i64::from(OFFSET_S)) as f64 / DAY_S as f64 - self.first as f64;
        NAMES + passed.clamp(0.0, self.days as f64) * self.width
    }

    fn end(&self) -> f64 {
        NAMES + self.days as f64 * self.width
    }
}

/// The day in Vietnam that an instant lies in; midnight UTC of a date lies in that date.
fn day(at: i64) -> i64 {
    (at + i64::from(OFFSET_S)).div_euclid(DAY_S)
}

fn row(lane: Lane) -> Option<(usize, &'static str)> {
    Some(match lane {
        Lane::Infectious => return None,
        Lane::Illness => (0, "f0"),
        Lane::Places => (1, "f12"),
        Lane::Contacts => (2, "f21"),
        Lane::Phone => (3, "f11"),
        Lane::Record => (4, ""),
    })
}

/// Draws the strip: a group, because it has links in it.
pub fn draw(lang: Lang, events: &[Event]) -> Markup {
    let scale = Scale::of(events);
    let names = [ILLNESS, PLACES, CONTACTS, PHONE, RECORD];
    let (width, height) = (scale.end() + 12.0, HEAD + names.len() as f64 * ROW + 6.0);
    html! {
        svg.graph viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="group"
            aria-label=(STRIP.get(lang)) {
            @for (at, name) in names.iter().enumerate() {
                @let y = HEAD + at as f64 * ROW;
                @if at % 2 == 0 { rect.graph-stripe x="0" y=(y) width=(width) height=(ROW) {} }
                text.graph-code x="8" y=(y + ROW / 2.0 + 4.5) { (name.get(lang)) }
            }
            (traced(lang, &scale, events, height))
            (days(lang, &scale, height))
            @for event in events { (mark(lang, &scale, event)) }
        }
    }
}

/// A line where each day begins, and its date where there is room.
fn days(lang: Lang, scale: &Scale, height: f64) -> Markup {
    let every = (52.0 / scale.width).ceil() as i64;
    html! {
        @for at in 0..scale.days {
            @let x = NAMES + at as f64 * scale.width;
            line.graph-grid x1=(x) x2=(x) y1=(HEAD) y2=(height) {}
            @if at % every == 0 { text.graph-day x=(x + scale.width / 2.0) y="38" { (short_day(lang, scale.first + at)) } }
        }
    }
}

/// `23/11` or `23 Nov`: the date without its year.
fn short_day(lang: Lang, day: i64) -> String {
    let whole = date(lang, day * DAY_S);
    whole.rsplit_once(['/', ' ']).map_or(whole.clone(), |(short, _)| short.to_owned())
}

/// From when on contacts count.
fn traced(lang: Lang, scale: &Scale, events: &[Event], height: f64) -> Markup {
    let Some(from) = events.iter().find(|event| event.lane == Lane::Infectious) else { return html! {} };
    // The whole first day counts.
    let x = scale.x(from.time.start().0 - i64::from(OFFSET_S));
    html! {
        rect.strip-traced x=(x) y="22" width=(scale.end() - x) height=(height - 22.0) { title { (from.what) } }
        text.graph-mark x=(x + 4.0) y="16" { (TRACED.get(lang)) " →" }
    }
}

fn mark(lang: Lang, scale: &Scale, event: &Event) -> Markup {
    let Some((at, class)) = row(event.lane) else { return html! {} };
    let y = HEAD + (at as f64 + 0.5) * ROW;
    let title = format!("{}: {}", date(lang, event.time.start().0), event.what);
    let class = format!("graph-node {class}").trim_end().to_owned();
    let shape = match event.time {
        // A day is as wide as it is.
        Time::Day(day) => {
            let x = scale.x(day.0 - i64::from(OFFSET_S));
            html! { rect class=(class) x=(x + 2.0) y=(y - 9.0) width=(scale.width - 4.0) height="18" rx="4" {} }
        }
        Time::At(at) => html! { circle class=(class) cx=(scale.x(at.0)) cy=(y) r="6" {} },
        Time::Span(from, to) => {
            let (from, to) = (scale.x(from.0), scale.x(to.0));
            html! { rect class=(class) x=(from - 1.0) y=(y - 9.0) width=((to - from).max(4.0) + 2.0) height="18" rx="3" {} }
        }
    };
    let inside = html! { title { (title) } (shape) };
    match &event.href {
        Some(href) => html! { a href=(href) { (inside) } },
        None => html! { g { (inside) } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_domain::Timestamp;

    const NOW: i64 = 1_795_402_800;

    fn event(time: Time, lane: Lane) -> Event {
        Event { time, lane, what: "x".to_owned(), href: None, by: None }
    }

    #[test]
    fn a_day_stands_where_an_instant_of_it_stands() {
        // Midnight UTC of a date, and 01:00 and 23:00 of that date in Vietnam.
        let date = NOW / DAY_S * DAY_S;
        let seven = i64::from(OFFSET_S);
        for at in [date, date - seven + 3600, date - seven + 23 * 3600] {
            assert_eq!(day(at), date / DAY_S);
        }
    }

    #[test]
    fn a_wrong_year_does_not_make_the_strip_miles_wide() {
        let events = [
            event(Time::Day(Timestamp(0)), Lane::Illness),
            event(Time::At(Timestamp(NOW)), Lane::Record),
            event(Time::Span(Timestamp(NOW - 3600), Timestamp(NOW)), Lane::Places),
        ];
        let scale = Scale::of(&events);
        assert_eq!(scale.days, MOST_DAYS);
        assert_eq!(scale.x(0), NAMES, "held at the left edge");
        let drawn = draw(Lang::Vi, &events).into_string();
        assert!(drawn.contains("<circle") && !drawn.contains("NaN"), "{drawn}");
        assert_eq!(draw(Lang::En, &[]).into_string().matches("<circle").count(), 0);
    }
}
