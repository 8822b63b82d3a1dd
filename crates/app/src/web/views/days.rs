//! The days with contacts, as this phone recorded them.

use super::{Frame, Tab};
use bluezone_pages::icon::Icon;
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{empty, figures, fold};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{day, duration, number, time_tag};
use bluezone_pages::{Lang, text};

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
    KEPT, "ngày thì tự xoá", "days, then deleted";
    READ, "Đọc các con số này thế nào?", "How to read these numbers";
    READ_CODES,
        "Mỗi điện thoại đổi mã ngẫu nhiên khoảng 10 phút một lần. Một người ngồi cạnh bạn cả buổi được đếm thành nhiều mã, nên đây không phải số người.",
        "Every phone changes its random code about every ten minutes. One person beside you for an afternoon counts as many codes, so this is not a number of people.";
    READ_NEAR,
        "Sóng mạnh thường có nghĩa là ở gần, nhưng tường, túi xách và cơ thể người làm sóng yếu đi. Đây là ước lượng.",
        "A strong signal usually means near, but walls, bags and bodies weaken it. It is an estimate.";
    READ_UTC,
        "Mỗi dòng tính từ 7 giờ sáng hôm đó đến 7 giờ sáng hôm sau, vì mọi điện thoại trên thế giới đổi khoá vào lúc 0 giờ UTC.",
        "Each line runs from 7:00 of that day to 7:00 of the next, because phones everywhere change their key at midnight UTC.";
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

/// Draws the diary; `lines` with the latest day first.
pub fn days(frame: &Frame, lines: &[DayLine], retention_days: u32) -> Markup {
    let lang = frame.lang;
    let body = if lines.is_empty() {
        empty(Icon::Calendar, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } })
    } else {
        diary(lang, lines, retention_days)
    };
    let body = html! {
        (body)
        (fold(READ.get(lang), html! {
            @for words in [READ_CODES, READ_NEAR, READ_UTC, READ_WHO] { p { (words.get(lang)) } }
        }))
    };
    frame.page(Tab::Days, TITLE.get(lang), Some(LEAD.get(lang)), body)
}

fn diary(lang: Lang, lines: &[DayLine], retention_days: u32) -> Markup {
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
        (table(CAPTION.get(lang), &columns, rows))
    }
}
