//! What the states, steps and kinds of reports are called.

use bluezone_domain::Timestamp;
use bluezone_domain::signal::{Did, Signal, State, Step};
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};

text! {
    SIGNAL, "Dấu hiệu mới", "New signal";
    SCREENED, "Đã sàng lọc", "Screened";
    VERIFIED, "Đã xác minh", "Verified";
    EVENT, "Sự kiện", "Event";
    DISMISSED, "Đã loại", "Dismissed";
    SCREEN, "Đáng xem xét: cần xác minh", "Worth a look: to be verified";
    VERIFY, "Đúng sự thật", "It is true";
    MAKE_EVENT, "Có nguy cơ dịch: là sự kiện", "A risk of disease: it is an event";
    DISMISS, "Loại", "Dismiss";
    ASSIGNED, "Giao đơn vị", "Handed over";
    LINKED, "Gắn với ca bệnh", "Linked to a case";
    FEEDBACK, "Trả lời người phản ánh", "Answer to whoever reported";
    SICK, "Bản thân hoặc người thân nghi mắc bệnh", "They or a relative may be ill";
    KNOWS_CONTACT, "Biết người tiếp xúc F0, F1, F2", "Knows a contact";
    BORDER, "Nhập cảnh trái phép, không cách ly", "Crossed the border, does not isolate";
    CROWD, "Tụ tập đông người có nguy cơ", "A crowd at risk";
    OTHER, "Khác", "Other";
    SCREEN_BY, "sàng lọc trước {at}", "screen by {at}";
    VERIFY_BY, "xác minh trước {at}", "verify by {at}";
    LATE, "quá hạn từ {at}", "late since {at}"
}

/// A state in words.
pub fn state(state: State) -> Text {
    match state {
        State::Signal => SIGNAL,
        State::Screened => SCREENED,
        State::Verified => VERIFIED,
        State::Event => EVENT,
        State::Dismissed => DISMISSED,
    }
}

/// A state as a label.
pub fn state_badge(lang: Lang, of: State) -> Markup {
    let tone = match of {
        State::Signal => Tone::Caution,
        State::Screened => Tone::Info,
        State::Verified | State::Event => Tone::Bad,
        State::Dismissed => Tone::Neutral,
    };
    badge(tone, state(of).get(lang))
}

/// A step as the officer chooses it.
pub fn step(step: Step) -> Text {
    match step {
        Step::Screen => SCREEN,
        Step::Verify => VERIFY,
        Step::MakeEvent => MAKE_EVENT,
        Step::Dismiss => DISMISS,
    }
}

/// What was done, in the history.
pub fn did(did: Did) -> Text {
    match did {
        Did::Step(of) => step(of),
        Did::Assigned => ASSIGNED,
        Did::Linked => LINKED,
        Did::Feedback => FEEDBACK,
    }
}

/// What a report is about, by the code of the form's first question.
pub fn category(code: &str) -> Text {
    match code {
        "sick" => SICK,
        "knows-contact" => KNOWS_CONTACT,
        "border" => BORDER,
        "crowd" => CROWD,
        _ => OTHER,
    }
}

/// By when the next step is due.
pub fn due(lang: Lang, signal: &Signal, now: Timestamp) -> Markup {
    let Some(due) = signal.due_at() else { return html! { "–" } };
    let words = match signal.state {
        _ if now >= due => LATE,
        State::Screened => VERIFY_BY,
        _ => SCREEN_BY,
    };
    let words = words.fill(lang, &[("at", &date_time(lang, due.0))]);
    if now >= due {
        badge(Tone::Bad, &words)
    } else {
        html! { (words) }
    }
}
