//! The days with contacts, as this phone recorded them.

use super::{Frame, Tab};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{empty, figures, fold};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{date, day, duration, number, time_tag};
use bluezone_pages::{Lang, text};
use bluezone_protocol::time::DAY_S;

text! {
    TITLE, "Nhật ký tiếp xúc", "Contact diary";
    LEAD, "Những ngày điện thoại này nghe thấy điện thoại khác có Bluezone. Chỉ bạn xem được trang này.",
        "The days on which this phone heard other phones with Bluezone. Only you can see this page.";
    NOTHING, "Chưa có gì trong nhật ký", "Nothing in the diary yet";
    NOTHING_WHY, "Nhật ký bắt đầu khi có một điện thoại khác dùng Bluezone ở gần.",
        "It starts when another phone with Bluezone is near.";
    CAPTION, "Mỗi ngày một dòng, ngày mới nhất trước", "One line a day, the latest first";
    DAY, "Ngày", "Day";
    IDENTIFIERS, "Số mã nghe thấy", "Codes heard";
    NEAR, "Thời gian có sóng mạnh", "Time with a strong signal";
    IN_ALL, "mã trong {all} ngày qua", "codes in the last {all} days";
    DAYS_WITH, "ngày có tiếp xúc", "days with contacts";
    KEPT, "ngày thì tự xóa", "days, then deleted";
    READ, "Đọc các con số này thế nào?", "How to read these numbers";
    READ_CODES,
        "Mỗi điện thoại đổi mã ngẫu nhiên khoảng 10 phút một lần. Một người ngồi cạnh bạn cả buổi được đếm thành nhiều mã, nên đây không phải số người.",
        "Every phone changes its random code about every ten minutes. One person beside you for an afternoon counts as many codes, so this is not a number of people.";
    READ_NEAR,
        "Sóng mạnh thường có nghĩa là ở gần, nhưng tường, túi xách và cơ thể người làm sóng yếu đi. Đây là ước lượng.",
        "A strong signal usually means near, but walls, bags and bodies weaken it. It is an estimate.";
    BARS, "Thời gian có sóng mạnh trong {n} ngày qua", "Time with a strong signal in the last {n} days";
    TODAY, "hôm nay", "today";
    READ_WHO, "Nhật ký không có tên, số điện thoại hay địa điểm. Điện thoại không biết các mã này là của ai.",
        "The diary holds no names, phone numbers or places. The phone does not know whose codes these are."
}

/// One day.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct DayLine {
    /// Its start, epoch seconds.
    pub day: i64,
    /// Different identifiers heard.
    pub identifiers: usize,
    /// Time with a strong signal, seconds.
    pub near_s: i64,
}

/// Draws the diary; `lines` with the latest day first. `today` is the start of the present day, epoch seconds.
pub fn days(frame: &Frame, lines: &[DayLine], today: i64, retention_days: u32) -> Markup {
    let lang = frame.lang;
    let body = if lines.is_empty() {
        empty(Icon::Calendar, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } })
    } else {
        diary(lang, lines, today, retention_days)
    };
    let body = html! {
        (body)
        (fold(READ.get(lang), html! {
            @for words in [READ_CODES, READ_NEAR, READ_WHO] { p { (words.get(lang)) } }
        }))
    };
    layout(&Page { lead: Some(LEAD.get(lang)), body, ..frame.page(Tab::Days, TITLE.get(lang)) })
}

fn diary(lang: Lang, lines: &[DayLine], today: i64, retention_days: u32) -> Markup {
    let all: usize = lines.iter().map(|line| line.identifiers).sum();
    let in_all = IN_ALL.fill(lang, &[("all", &retention_days.to_string())]);
    let columns = [
        Column::words(DAY.get(lang)),
        Column::numbers(IDENTIFIERS.get(lang)),
        Column::numbers(NEAR.get(lang)),
    ];
    let rows = lines.iter().map(|line| {
        vec![
            time_tag(line.day, &day(lang, line.day)),
            html! { (number(lang, line.identifiers as u64)) },
            html! { (duration(lang, line.near_s)) },
        ]
    });
    html! {
        (figures([
            (number(lang, lines.len() as u64), DAYS_WITH.get(lang)),
            (number(lang, all as u64), in_all.as_str()),
            (retention_days.to_string(), KEPT.get(lang)),
        ]))
        section.card { (bars(lang, lines, today, retention_days)) }
        (table(CAPTION.get(lang), &columns, rows))
    }
}

/// The days as bars, the oldest at the left: the table below says the same in numbers.
fn bars(lang: Lang, lines: &[DayLine], today: i64, retention_days: u32) -> Markup {
    const HEIGHT: f64 = 56.0;
    let days = i64::from(retention_days);
    let longest = lines.iter().map(|line| line.near_s).max().unwrap_or_default().max(1);
    let title = BARS.fill(lang, &[("n", &retention_days.to_string())]);
    let first = today - (days - 1) * DAY_S;
    html! {
        h2 { (title) }
        svg.spark viewBox={ "0 0 " (days * 20) " 60" } role="img" aria-label=(title) {
            @for at in 0..days {
                @let start = first + at * DAY_S;
                @let near = lines.iter().find(|line| line.day == start).map_or(0, |line| line.near_s);
                // A day without a strong signal is a thin line, so that the reader sees that it was counted.
                @let height = (near as f64 / longest as f64 * HEIGHT).max(2.0);
                rect class=(if near > 0 { "spark-bar" } else { "spark-none" }) x=(at * 20 + 3) width="14" rx="2"
                    y=(format!("{:.1}", 60.0 - height)) height=(format!("{height:.1}")) {}
            }
        }
        p.spark-ends { span { (date(lang, first)) } span { (TODAY.get(lang)) } }
    }
}
