//! The first page: is this phone protected, is there a warning, who is around.

use super::data::{LogView, log_alerts, waiting};
use super::near_contact::{NearContact, near_contact};
use super::place_warning::{self, PlaceWarned};
use super::places::{VisitLine, here};
use super::radar::{Radar, radar};
use super::{Frame, Tab};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, badge, card, facts, link_button, status};
use bluezone_pages::time::{ago, day, time_tag};
use bluezone_pages::{Lang, text};

text! {
    TITLE, "Bluezone của bạn", "Your Bluezone";
    LEAD, "Điện thoại này ghi nhận các lần ở gần điện thoại khác và báo cho bạn nếu cần. Dữ liệu nằm trên máy của bạn.",
        "This phone records when it was near other phones and tells you if that matters. The data stay on your phone.";

    HIGH, "Bạn có thể đã ở gần một người mắc {disease}", "You may have been close to someone with {disease}";
    HIGH_WHY, "Lần gần nhất: {day}. Hãy xem bạn nên làm gì.", "Most recently: {day}. See what you should do.";
    LOW, "Có một lần ở gần người mắc {disease}, nguy cơ thấp", "One contact with {disease} was recorded: low risk";
    LOW_WHY, "Ngày {day}, ngắn hoặc ở xa. Hãy theo dõi sức khỏe.", "On {day}, short or at a distance. Watch for symptoms.";
    OPEN_WARNING, "Xem cần làm gì", "See what to do";

    GUARDED, "Đang ghi nhận tiếp xúc gần", "Recording close contacts";
    GUARDED_WHY, "Chưa có cảnh báo nào cho bạn.", "There is no warning for you.";
    UNGUARDED, "Chưa ghi nhận được", "Nothing is being recorded";
    PAUSED, "Bạn đã tạm dừng Bluetooth của Bluezone. Trong lúc dừng, điện thoại không ghi nhận ai và không ai ghi nhận điện thoại này.",
        "You paused Bluezone's Bluetooth. Meanwhile this phone records nobody and nobody records this phone.";
    RESUME, "Bật lại trong Cài đặt", "Turn it on in Settings";
    CLOCK_BEHIND,
        "Đồng hồ của điện thoại chậm hơn các tệp mà cơ quan y tế đã công bố, nên những gì nghe được không được giữ lại. Hãy chỉnh lại ngày giờ của điện thoại.",
        "This phone's clock is behind the files that the health authority has published, so nothing it hears is kept. Set the phone's date and time right.";
    RADIO_OFF, "Bluetooth không hoạt động. Điện thoại tự thử lại; hãy kiểm tra Bluetooth đã bật chưa.",
        "Bluetooth does not work. The phone keeps trying by itself; check that Bluetooth is on.";
    RADIO_SAYS, "Chi tiết kỹ thuật: {why}", "Technical detail: {why}";

    NO_KEYS, "Chưa thể kiểm tra cảnh báo", "Warnings cannot be checked yet";
    NO_KEYS_WHY,
        "Điện thoại này chưa được cài khóa ký của cơ quan y tế nên không tin tệp nào. Hãy khởi động lại với tùy chọn --pins.",
        "This phone has no signing key of the health authority, so it trusts no file. Start it again with --pins.";
    REFUSED_FILE, "Có tệp không đáng tin", "A file was not trusted";
    REFUSED_FILE_WHY, "Điện thoại đã từ chối một tệp tải về: {why}", "The phone refused a downloaded file: {why}";
    MISSING_FILE, "Có tệp chưa tải được", "A file could not be fetched";
    MISSING_FILE_WHY,
        "Máy chủ có liệt kê một tệp nhưng không đưa được. Các tệp khác vẫn được kiểm tra và điện thoại sẽ thử lại. Chi tiết: {why}",
        "The server lists a file and does not give it. The others are checked, and the phone tries again. Details: {why}";
    NOT_KEPT, "Không ghi được dữ liệu", "Data cannot be kept";
    NOT_KEPT_WHY, "Hãy kiểm tra ổ đĩa còn chỗ trống. Chi tiết: {why}", "Check that the disk has room. Details: {why}";
    OFFLINE, "Chưa kết nối được máy chủ", "The server cannot be reached";
    OFFLINE_WHY, "Việc ghi nhận vẫn tiếp tục. Điện thoại tự thử lại và kiểm tra với những gì đã có.",
        "Recording goes on. The phone keeps trying by itself and checks with what it has.";

    STATE, "Tình trạng", "Status";
    BLUETOOTH, "Bluetooth", "Bluetooth";
    ON, "Đang bật", "On";
    OFF, "Đang tắt", "Off";
    STOPPED, "Đã tạm dừng", "Paused";
    LAST_CHECK, "Kiểm tra gần nhất", "Last check for warnings";
    NEVER, "Chưa kiểm tra lần nào", "Not checked yet";
    DAYS_RUN, "Số ngày hoạt động", "Days running";
    DAYS_OF, "{n} trong {all} ngày gần nhất", "{n} of the last {all} days";
    SERVER, "Máy chủ", "Server";
    REACHED, "Kết nối được", "Reachable";
    UNREACHED, "Chưa kết nối được", "Not reachable";
    NOT_TRIED, "Chưa thử", "Not tried yet";

    AROUND, "Quanh bạn lúc này", "Around you now";
    AROUND_NOTE, "Hình chỉ cho biết sóng mạnh hay yếu. Hướng trên hình không phải hướng thật, và điện thoại không biết ai là ai.",
        "The picture only shows how strong signals are. Its directions are not real directions, and the phone does not know who is who.";
    POSITIVE, "Bạn đã được chẩn đoán mắc bệnh?", "Have you been diagnosed?";
    POSITIVE_WHY, "Cán bộ y tế có thể cấp cho bạn một mã. Với mã đó bạn có thể cảnh báo những người đã ở gần bạn mà không nêu tên mình. Bạn xem trước những gì sẽ gửi và tự quyết định.",
        "A health officer can give you a code. With it you can warn those who were near you, without giving your name. You see first what would be sent, and you decide.";
    HAVE_CODE, "Tôi có mã", "I have a code";
    OPENED, "Có người đã mở dữ liệu của bạn", "Somebody opened your data";
    OPENED_SEE, "Xem ai và vì sao", "See who and why";
    PLACES, "Nơi đã đến", "Places you visited";
    PLACES_WHY, "Quét mã ở cửa khi vào. Danh sách chỉ nằm trên máy này; nếu có người bệnh ở đó cùng lúc, máy sẽ báo cho bạn.",
        "Scan the code at the door when you enter. The list stays on this phone, which tells you if a case was there at the same time.";
    PLACES_IN, "Quét mã khi vào", "Check in";
    PLACES_SEE, "Xem danh sách", "See the list";
    DATA, "Dữ liệu của tôi", "My data";
    DATA_WHY, "Bạn đã gửi gì cho ai, ai đã mở, và rút lại.", "What you sent to whom, who opened it, and taking it back.";
    DATA_SEE, "Xem", "See";
    GOING_ON, "Đang có một lần báo chưa xong", "A report is under way";
    CONTINUE, "Xem tiếp", "Continue"
}

/// How the radio is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RadioState {
    /// It works.
    On,
    /// It does not; why, in technical words.
    Off(String),
    /// The owner paused it.
    Paused,
}

/// How the last call to the server went.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ServerState {
    /// No call yet.
    NotTried,
    /// It answered.
    Reached,
    /// It did not.
    Unreached,
}

/// A warning in brief.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Brief {
    /// Close contact, or a lesser one.
    pub high: bool,
    /// The most recent day that gave it, epoch seconds.
    pub day: i64,
    /// The disease's name in the reader's language.
    pub disease: String,
}

/// What the first page shows.
#[derive(Clone, Debug)]
pub struct Home {
    /// The moment, epoch seconds.
    pub now: i64,
    /// The radio.
    pub radio: RadioState,
    /// Whether the clock is so far behind that nothing heard is kept.
    pub clock_behind: bool,
    /// The server.
    pub server: ServerState,
    /// Whether there is a key to check published files with.
    pub pinned: bool,
    /// A published file that was refused, and why.
    pub refused_file: Option<String>,
    /// A published file that could not be fetched, and why.
    pub missing_file: Option<String>,
    /// The storage's failure, if it does not work.
    pub storage: Option<String>,
    /// Last complete check, epoch seconds.
    pub last_check: Option<i64>,
    /// Days of the retention time on which this phone was on the air.
    pub days_run: usize,
    /// Days that data are kept.
    pub retention_days: u32,
    /// The warning, if there is one.
    pub warning: Option<Brief>,
    /// Whether the owner was close to a contact of a case: said besides a warning, never in its place.
    pub near_contact: Option<NearContact>,
    /// Visits at which the owner may have met a case, the latest first.
    pub places: Vec<PlaceWarned>,
    /// Where the owner is checked in.
    pub open_visit: Option<VisitLine>,
    /// Whether a report is under way.
    pub reporting: bool,
    /// Requests that wait for the owner.
    pub requests: usize,
    /// Times that the owner's data were opened or exported and the owner has not looked.
    pub opened: usize,
    /// The transparency log.
    pub log: LogView,
    /// Phones around.
    pub radar: Radar,
}

/// Draws the first page.
pub fn home(frame: &Frame, home: &Home) -> Markup {
    let lang = frame.lang;
    let body = html! {
        (headline(lang, home))
        @if let Some(visit) = &home.open_visit { (here(frame, visit)) }
        @if let Some(near) = &home.near_contact { (near_contact(lang, near)) }
        @if let Some(why) = &home.storage {
            (alert(Tone::Bad, NOT_KEPT.get(lang), html! { p { (NOT_KEPT_WHY.fill(lang, &[("why", why)])) } }))
        }
        @if !home.pinned {
            (alert(Tone::Caution, NO_KEYS.get(lang), html! { p { (NO_KEYS_WHY.get(lang)) } }))
        }
        @if let Some(why) = &home.refused_file {
            (alert(Tone::Bad, REFUSED_FILE.get(lang), html! { p { (REFUSED_FILE_WHY.fill(lang, &[("why", why)])) } }))
        }
        @if let Some(why) = &home.missing_file {
            (alert(Tone::Caution, MISSING_FILE.get(lang), html! { p { (MISSING_FILE_WHY.fill(lang, &[("why", why)])) } }))
        }
        @if home.server == ServerState::Unreached {
            (alert(Tone::Info, OFFLINE.get(lang), html! { p { (OFFLINE_WHY.get(lang)) } }))
        }
        (log_alerts(lang, &home.log))
        @if home.requests > 0 { (waiting(lang, home.requests)) }
        @if home.opened > 0 {
            (alert(Tone::Caution, OPENED.get(lang), link_button(Weight::Secondary, "/data#opened", OPENED_SEE.get(lang))))
        }
        @if home.reporting {
            (alert(Tone::Info, GOING_ON.get(lang), link_button(Weight::Secondary, "/report", CONTINUE.get(lang))))
        }
        div.grid {
            section.card {
                h2 { (AROUND.get(lang)) }
                div data-refresh="/radar" data-every="10" { (radar(lang, &home.radar)) }
                p.small { (AROUND_NOTE.get(lang)) }
            }
            div.stack {
                (card(STATE.get(lang), state(lang, home)))
                (card(PLACES.get(lang), html! {
                    p { (PLACES_WHY.get(lang)) }
                    div.actions {
                        (link_button(Weight::Secondary, "/places/new", PLACES_IN.get(lang)))
                        (link_button(Weight::Secondary, "/places", PLACES_SEE.get(lang)))
                    }
                }))
                @if !home.reporting {
                    (card(POSITIVE.get(lang), html! {
                        p { (POSITIVE_WHY.get(lang)) }
                        div.actions { (link_button(Weight::Secondary, "/report", HAVE_CODE.get(lang))) }
                    }))
                }
                (card(DATA.get(lang), html! {
                    p { (DATA_WHY.get(lang)) }
                    div.actions { (link_button(Weight::Secondary, "/data", DATA_SEE.get(lang))) }
                }))
            }
        }
    };
    layout(&Page { lead: Some(LEAD.get(lang)), body, ..frame.page(Tab::Home, TITLE.get(lang)) })
}

/// The warning if there is one, and whether the phone is recording.
fn headline(lang: Lang, home: &Home) -> Markup {
    let open = html! { div.actions { (link_button(Weight::Primary, "/warning", OPEN_WARNING.get(lang))) } };
    let warned = home.warning.as_ref().map(|brief| {
        let day = day(lang, brief.day);
        let disease = [("disease", brief.disease.as_str())];
        let (tone, title, why) = if brief.high {
            (Tone::Bad, HIGH.fill(lang, &disease), HIGH_WHY.fill(lang, &[("day", &day)]))
        } else {
            (Tone::Caution, LOW.fill(lang, &disease), LOW_WHY.fill(lang, &[("day", &day)]))
        };
        status(
            tone,
            Icon::Warning,
            &title,
            html! {
                p { (why) }
                @if brief.high { (place_warning::also(lang, &home.places)) }
                (open)
            },
        )
    });
    // One alarm, not two: beside a close contact a place is a sentence, and before a lesser one it comes first.
    let place = match (&home.warning, home.places.first()) {
        (Some(Brief { high: true, .. }), _) | (_, None) => None,
        (_, Some(latest)) => Some(place_warning::headline(lang, latest, open.clone())),
    };
    let recording = match &home.radio {
        RadioState::On if home.clock_behind => Some(status(
            Tone::Caution,
            Icon::Radar,
            UNGUARDED.get(lang),
            html! { p { (CLOCK_BEHIND.get(lang)) } },
        )),
        RadioState::On if warned.is_some() || place.is_some() => None,
        RadioState::On => {
            Some(status(Tone::Good, Icon::Shield, GUARDED.get(lang), html! { p { (GUARDED_WHY.get(lang)) } }))
        }
        RadioState::Paused => Some(status(
            Tone::Caution,
            Icon::Radar,
            UNGUARDED.get(lang),
            html! {
                p { (PAUSED.get(lang)) }
                div.actions { (link_button(Weight::Secondary, "/settings", RESUME.get(lang))) }
            },
        )),
        RadioState::Off(why) => Some(status(
            Tone::Caution,
            Icon::Radar,
            UNGUARDED.get(lang),
            html! {
                p { (RADIO_OFF.get(lang)) }
                p.small { (RADIO_SAYS.fill(lang, &[("why", why)])) }
            },
        )),
    };
    let all = [place, warned, recording];
    html! { @for one in all.into_iter().flatten() { (one) } }
}

fn state(lang: Lang, home: &Home) -> Markup {
    let radio = match home.radio {
        RadioState::On => badge(Tone::Good, ON.get(lang)),
        RadioState::Off(_) => badge(Tone::Caution, OFF.get(lang)),
        RadioState::Paused => badge(Tone::Caution, STOPPED.get(lang)),
    };
    let server = match home.server {
        ServerState::NotTried => badge(Tone::Neutral, NOT_TRIED.get(lang)),
        ServerState::Reached => badge(Tone::Good, REACHED.get(lang)),
        ServerState::Unreached => badge(Tone::Caution, UNREACHED.get(lang)),
    };
    let checked = match home.last_check {
        Some(at) => time_tag(at, &ago(lang, home.now, at)),
        None => html! { (NEVER.get(lang)) },
    };
    let days =
        DAYS_OF.fill(lang, &[("n", &home.days_run.to_string()), ("all", &home.retention_days.to_string())]);
    facts([
        (BLUETOOTH.get(lang), radio),
        (LAST_CHECK.get(lang), checked),
        (DAYS_RUN.get(lang), html! { (days) }),
        (SERVER.get(lang), server),
    ])
}
