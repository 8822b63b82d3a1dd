//! Places where the owner checked in, and checking in. Nothing of it leaves the phone.

use super::{BACK_HOME, Frame, Tab};
use bluezone_pages::form::{Field, form, tick};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, badge, button, empty, fold, link_button, status};
use bluezone_pages::scan::{Scan, scanner_on_phone};
use bluezone_pages::time::{clock, day, time_tag};
use bluezone_pages::{Lang, Text, scan_field_script_path, text};

text! {
    TITLE, "Nơi đã đến", "Places you visited";
    LEAD, "Những nơi và chuyến xe mà bạn đã quét mã. Danh sách chỉ nằm trên điện thoại này và tự xóa sau 21 ngày.",
        "Places and vehicles where you checked in. The list is on this phone only and is deleted after 21 days.";
    NOTHING, "Chưa có nơi nào", "No place yet";
    NOTHING_WHY, "Quét mã ở cửa khi vào. Nếu sau đó biết có người bệnh ở đó cùng lúc, điện thoại sẽ báo cho bạn.",
        "Scan the code at the door when you enter. If it turns out later that a case was there at the same time, this phone tells you.";
    CHECK_IN, "Quét mã khi vào", "Check in";
    HERE, "Bạn đang ở {place}", "You are at {place}";
    SINCE, "Từ {from}. Tự kết thúc lúc {to} nếu bạn không bấm.", "Since {from}. Ends by itself at {to} if you do not press.";
    LEAVE, "Tôi đã rời đi", "I have left";
    UNNAMED, "nơi có mã {code}", "the place with code {code}";
    UNNAMED_VEHICLE, "xe có mã {code}", "the vehicle with code {code}";
    FROM_TO, "{from} – {to}", "{from} – {to}";
    BY_RULE, "tự kết thúc", "ended by itself";
    WARNED, "Có cảnh báo", "Warning";
    SEE_WARNING, "Xem cần làm gì", "See what to do";
    DELETE, "Xóa lần này", "Delete this visit";
    DELETE_ALL, "Xóa tất cả", "Delete all";
    DELETE_ALL_WHY, "Sau khi xóa, điện thoại không thể cảnh báo bạn về những nơi đó nữa, và cảnh báo đã có cũng mất.",
        "Once deleted, this phone cannot warn you about these places any more, and warnings that it has are gone.";

    NEW_TITLE, "Quét mã khi vào", "Check in";
    NEW_LEAD, "Quét mã QR ở cửa, hoặc gõ chín chữ số in dưới mã.",
        "Scan the QR code at the door, or type the nine digits under it.";
    CODE_LABEL, "Mã của nơi này", "Code of the place";
    CODE_HINT, "Ví dụ: 123 456 789", "For example: 123 456 789";
    NAME_LABEL, "Bạn gọi nơi này là gì?", "What do you call it?";
    NAME_HINT, "Chỉ bạn thấy, trong danh sách trên máy này.", "Only you see it, in the list on this phone.";
    ASK, "Với mã QR: hỏi máy chủ tên của nơi này", "For a QR code: ask the server what this place is called";
    ENTER, "Vào", "Check in";
    PRIVATE, "Ai biết tôi đến đây?", "Who learns that I am here?";
    PRIVATE_SCAN, "Khi quét mã QR: không ai. Mã có đủ những gì điện thoại cần.",
        "If you scan the QR code: nobody. It holds all that the phone needs.";
    PRIVATE_TYPED,
        "Khi gõ số: điện thoại phải hỏi máy chủ một lần. Máy chủ khi đó biết có ai đó, từ địa chỉ mạng của bạn, hỏi về nơi này. Máy chủ không biết bạn là ai và không lưu câu hỏi.",
        "If you type the digits: the phone has to ask the server once. The server then learns that somebody at your network address asks about this place. It does not know who you are and does not keep the question.";
    OPEN_NOTE, "Khi bạn vào nơi mới, lần ở {place} kết thúc.", "When you check in, your visit of {place} ends.";

    ERROR_DIGITS, "Đây không phải mã của một nơi: cần chín chữ số.", "This is not a place's code: nine digits are needed.";
    ERROR_CHECK, "Có chữ số sai. Hãy so lại với mã ở cửa.", "One of the digits is wrong. Compare them with the code at the door.";
    ERROR_OTHER, "Mã QR này không phải của một nơi đăng ký trên máy chủ của bạn.", "This QR code is not of a place on your server.";
    ERROR_UNKNOWN, "Không có nơi nào có mã này.", "No place has this code.";
    ERROR_UNREACHED, "Chưa hỏi được máy chủ. Hãy thử lại, hoặc quét mã QR: khi đó không cần mạng.",
        "The server could not be asked. Try again, or scan the QR code: that needs no network.";
    ERROR_TOO_MANY, "Mạng của bạn đã hỏi quá nhiều lần. Hãy quét mã QR, hoặc thử lại sau một giờ.",
        "Your network has asked too often. Scan the QR code, or try again in an hour."
}

/// One visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitLine {
    /// When it began, epoch seconds; names it.
    pub began: i64,
    /// When it ended or will end, epoch seconds.
    pub ends: i64,
    /// Whether the owner said that they left.
    pub told: bool,
    /// What it is called, if anybody said.
    pub name: String,
    /// The digits, grouped.
    pub code: String,
    /// Whether it is a vehicle.
    pub vehicle: bool,
    /// Whether there is a warning of it.
    pub warned: bool,
}

impl VisitLine {
    /// What it is called, or its digits.
    pub fn called(&self, lang: Lang) -> String {
        match self.name.is_empty() {
            false => self.name.clone(),
            true => unnamed(lang, self.vehicle, &self.code),
        }
    }
}

/// A place of which only the digits are known.
pub fn unnamed(lang: Lang, vehicle: bool, code: &str) -> String {
    let words = if vehicle { UNNAMED_VEHICLE } else { UNNAMED };
    words.fill(lang, &[("code", code)])
}

/// What the diary shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diary {
    /// The moment, epoch seconds.
    pub now: i64,
    /// The latest first.
    pub visits: Vec<VisitLine>,
}

/// Why nobody was checked in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum CheckInError {
    /// Not nine digits.
    Digits,
    /// One of them is wrong.
    Check,
    /// Another server's QR code, or none of a place.
    Other,
    /// The server knows no such place.
    Unknown,
    /// The server did not answer.
    Unreached,
    /// This network asked too often.
    TooMany,
}

/// What the page for checking in shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CheckIn {
    /// Where the owner is checked in.
    pub open: Option<VisitLine>,
    /// What was typed.
    pub code: String,
    /// What the owner calls the place.
    pub name: String,
    /// Whether the server may be asked.
    pub ask: bool,
    /// What was wrong.
    pub error: Option<CheckInError>,
}

/// That the owner is checked in, and the way out.
pub fn here(frame: &Frame, visit: &VisitLine) -> Markup {
    let lang = frame.lang;
    let title = HERE.fill(lang, &[("place", &visit.called(lang))]);
    let since = SINCE.fill(lang, &[("from", &clock(lang, visit.began)), ("to", &clock(lang, visit.ends))]);
    let body = html! {
        p { (since) }
        (form("/places/check-out", frame.csrf, button(Weight::Primary, LEAVE.get(lang))))
    };
    status(Tone::Info, Icon::Map, &title, body)
}

/// Draws the diary.
pub fn diary(frame: &Frame, page: &Diary) -> Markup {
    let lang = frame.lang;
    let open = |visit: &&VisitLine| visit.began <= page.now && page.now < visit.ends && !visit.told;
    let body = html! {
        @if let Some(visit) = page.visits.iter().find(open) { (here(frame, visit)) }
        div.actions { (link_button(Weight::Primary, "/places/new", CHECK_IN.get(lang))) }
        @if page.visits.is_empty() {
            (empty(Icon::Map, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else {
            section.card {
                @for visits in page.visits.chunk_by(|a, b| day(lang, a.began) == day(lang, b.began)) {
                    @if let Some(first) = visits.first() { h2 { (time_tag(first.began, &day(lang, first.began))) } }
                    @for visit in visits { (entry(frame, visit, page.now)) }
                }
            }
            (fold(DELETE_ALL.get(lang), html! {
                p { (DELETE_ALL_WHY.get(lang)) }
                (form("/places/delete", frame.csrf, html! {
                    input type="hidden" name="all" value="yes";
                    (button(Weight::Danger, DELETE_ALL.get(lang)))
                }))
            }))
        }
    };
    let back = Some(("/", BACK_HOME.get(lang)));
    layout(&Page { back, lead: Some(LEAD.get(lang)), body, ..frame.page(Tab::Home, TITLE.get(lang)) })
}

fn entry(frame: &Frame, visit: &VisitLine, now: i64) -> Markup {
    let lang = frame.lang;
    let times = [("from", clock(lang, visit.began)), ("to", clock(lang, visit.ends))];
    let times = FROM_TO.fill(lang, &times.each_ref().map(|(name, value)| (*name, value.as_str())));
    html! {
        article.entry {
            h3 { (visit.called(lang)) @if visit.warned { " " (badge(Tone::Bad, WARNED.get(lang))) } }
            p { (times) @if !visit.told && visit.ends <= now { " · " (BY_RULE.get(lang)) } }
            div.actions {
                @if visit.warned { (link_button(Weight::Secondary, "/warning", SEE_WARNING.get(lang))) }
                (form("/places/delete", frame.csrf, html! {
                    input type="hidden" name="began" value=(visit.began);
                    (button(Weight::Secondary, DELETE.get(lang)))
                }))
            }
        }
    }
}

/// Draws the page for checking in.
pub fn check_in(frame: &Frame, page: &CheckIn) -> Markup {
    let lang = frame.lang;
    let error = page.error.map(|error| words(error).get(lang));
    let body = html! {
        @if let Some(visit) = &page.open {
            (alert(Tone::Info, &OPEN_NOTE.fill(lang, &[("place", &visit.called(lang))]), html! {}))
        }
        div data-scanned-into="code" {
            (scanner_on_phone(&Scan { lang, frames: "/places/frame", token: frame.csrf }))
        }
        section.card {
            (form("/places/check-in", frame.csrf, html! {
                (Field::input(lang, "text", "code", CODE_LABEL.get(lang)).hint(CODE_HINT.get(lang))
                    .value(&page.code).error(error).verbatim().focus())
                (Field::input(lang, "text", "name", NAME_LABEL.get(lang)).hint(NAME_HINT.get(lang))
                    .value(&page.name).longest(100).optional())
                (tick("ask", ASK.get(lang), page.ask, None))
                (button(Weight::Primary, ENTER.get(lang)))
            }))
        }
        script type="module" src=(scan_field_script_path()) {}
        (fold(PRIVATE.get(lang), html! {
            @for words in [PRIVATE_SCAN, PRIVATE_TYPED] { p { (words.get(lang)) } }
        }))
    };
    let back = Some(("/places", TITLE.get(lang)));
    layout(&Page { back, lead: Some(NEW_LEAD.get(lang)), body, ..frame.page(Tab::Home, NEW_TITLE.get(lang)) })
}

fn words(error: CheckInError) -> Text {
    match error {
        CheckInError::Digits => ERROR_DIGITS,
        CheckInError::Check => ERROR_CHECK,
        CheckInError::Other => ERROR_OTHER,
        CheckInError::Unknown => ERROR_UNKNOWN,
        CheckInError::Unreached => ERROR_UNREACHED,
        CheckInError::TooMany => ERROR_TOO_MANY,
    }
}
