//! Times on screen: Vietnam's clock (Asia/Ho_Chi_Minh), from UTC epoch seconds.

use crate::lang::Lang;
use crate::text;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Weekday};
use maud::{Markup, html};

/// Vietnam's offset in seconds: UTC+7 with no summer time since 1975, so no zone tables are needed.
pub const OFFSET_S: i32 = 7 * 3600;

text! {
    JUST_NOW, "vừa xong", "just now";
    MINUTES_AGO, "{n} phút trước", "{n} min ago";
    HOURS_AGO, "{n} giờ trước", "{n} h ago";
    DAYS_AGO, "{n} ngày trước", "{n} days ago";
    ONE_DAY_AGO, "hôm qua", "yesterday";
    MINUTES, "{n} phút", "{n} min";
    HOURS, "{h} giờ {n} phút", "{h} h {n} min";
    UNKNOWN_TIME, "không rõ", "unknown"
}

/// The local time of an instant; `None` beyond the calendar.
fn local(at: i64) -> Option<DateTime<FixedOffset>> {
    FixedOffset::east_opt(OFFSET_S)?.timestamp_opt(at, 0).single()
}

fn shown(lang: Lang, at: i64, write: impl Fn(DateTime<FixedOffset>) -> String) -> String {
    local(at).map_or_else(|| UNKNOWN_TIME.get(lang).to_owned(), write)
}

/// `23/11/2026` or `23 Nov 2026`.
pub fn date(lang: Lang, at: i64) -> String {
    shown(lang, at, |time| match lang {
        Lang::Vi => time.format("%d/%m/%Y").to_string(),
        Lang::En => time.format("%-d %b %Y").to_string(),
    })
}

/// `14:05`.
pub fn clock(lang: Lang, at: i64) -> String {
    shown(lang, at, |time| time.format("%H:%M").to_string())
}

/// `14:05, 23/11/2026`.
pub fn date_time(lang: Lang, at: i64) -> String {
    format!("{}, {}", clock(lang, at), date(lang, at))
}

/// `Thứ hai, 23/11/2026` or `Monday, 23 Nov 2026`.
pub fn day(lang: Lang, at: i64) -> String {
    shown(lang, at, |time| format!("{}, {}", weekday(lang, time.weekday()), date(lang, at)))
}

fn weekday(lang: Lang, day: Weekday) -> &'static str {
    let (vi, en) = match day {
        Weekday::Mon => ("Thứ hai", "Monday"),
        Weekday::Tue => ("Thứ ba", "Tuesday"),
        Weekday::Wed => ("Thứ tư", "Wednesday"),
        Weekday::Thu => ("Thứ năm", "Thursday"),
        Weekday::Fri => ("Thứ sáu", "Friday"),
        Weekday::Sat => ("Thứ bảy", "Saturday"),
        Weekday::Sun => ("Chủ nhật", "Sunday"),
    };
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

/// How long ago `then` was, roughly: `5 phút trước`. The future counts as now.
pub fn ago(lang: Lang, now: i64, then: i64) -> String {
    let passed = now.saturating_sub(then);
    let (words, n) = match passed {
        ..60 => return JUST_NOW.get(lang).to_owned(),
        60..3600 => (MINUTES_AGO, passed / 60),
        3600..86_400 => (HOURS_AGO, passed / 3600),
        86_400..172_800 => return ONE_DAY_AGO.get(lang).to_owned(),
        _ => (DAYS_AGO, passed / 86_400),
    };
    words.fill(lang, &[("n", &n.to_string())])
}

/// A length of time in minutes and hours: `1 giờ 20 phút`.
pub fn duration(lang: Lang, seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match minutes {
        ..60 => MINUTES.fill(lang, &[("n", &minutes.to_string())]),
        _ => HOURS.fill(lang, &[("h", &(minutes / 60).to_string()), ("n", &(minutes % 60).to_string())]),
    }
}

/// A `<time>` element with the exact instant for machines and `words` for people.
pub fn time_tag(at: i64, words: &str) -> Markup {
    match local(at) {
        Some(time) => html! { time datetime=(time.to_rfc3339()) { (words) } },
        None => html! { (words) },
    }
}

/// `2026-11-23T00:00:00+07:00`, for programs.
pub fn rfc3339(at: i64) -> String {
    local(at).map_or_else(String::new, |time| time.to_rfc3339())
}

/// `1.234` or `1,234`.
pub fn number(lang: Lang, n: u64) -> String {
    let separator = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// The value of `<input type="date">` (`2026-11-23`) as the first second of that day in Vietnam.
pub fn parse_date(text: &str) -> Option<i64> {
    let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp() - i64::from(OFFSET_S))
}

/// The value of `<input type="datetime-local">` (`2026-11-23T14:05`), on Vietnam's clock.
pub fn parse_date_time(text: &str) -> Option<i64> {
    let time = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%dT%H:%M").ok()?;
    Some(time.and_utc().timestamp() - i64::from(OFFSET_S))
}

/// An instant as the value of `<input type="datetime-local">`, to the minute.
pub fn date_time_value(at: i64) -> String {
    local(at).map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M").to_string())
}

/// An instant as the value of `<input type="date">`.
pub fn date_value(at: i64) -> String {
    local(at).map_or_else(String::new, |time| time.format("%Y-%m-%d").to_string())
}
