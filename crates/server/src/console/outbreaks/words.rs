//! Words that the pages of plans share.

pub use crate::console::words::{disease, diseases};
use bluezone_domain::outbreak_plan::{State, Terms};
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::{Lang, Text, text};
use bluezone_planner::plan::Lever;
use maud::Markup;

text! {
    WAITING, "Đang chờ", "Waiting";
    RUNNING, "Đang tính", "Being computed";
    DONE, "Đã xong", "Done";
    FAILED, "Bị lỗi", "Broke off";
    CANCELLED, "Đã dừng", "Stopped";
    APP, "Ứng dụng Bluezone", "The app";
    MANUAL, "Truy vết thủ công", "Tracing by people";
    SYMPTOMS, "Ở nhà khi có triệu chứng", "Home on symptoms";
    TESTS, "Xét nghiệm khi có triệu chứng hoặc được cảnh báo", "Tests on symptoms or a warning";
    DECLARATIONS, "Khai báo y tế", "Health declarations";
    HOUSEHOLDS, "Cách ly cả nhà của ca bệnh", "Isolation of a case’s household";
    SECOND_RING, "Cảnh báo cả người tiếp xúc của người tiếp xúc (F2)", "Warning the contacts of contacts too (F2)";
    VENUES, "Cảnh báo theo địa điểm", "Warnings by place";
    ZONES, "Khoanh vùng: vùng 5.000 dân đóng khi có 5 ca trong tuần trên 1.000 dân",
        "Closed zones: of 5,000 people, closed at 5 cases a week for 1,000 people";
    CLOSURES, "Giảm nửa tiếp xúc ở trường, nơi làm và nơi khác", "Half of the contacts at school, at work and elsewhere avoided";
    MASKS, "Khẩu trang: ngoài nhà lây bằng 60 %", "Masks: outside the home 60 % as infectious";
    ADOPTION_SHORT, "Mức cài", "Adoption";
    ANY_ZONES, "Khoanh vùng", "Closed zones";
    ANY_CLOSURES, "Giảm tiếp xúc ngoài gia đình", "Contacts outside the household avoided";
    ANY_MASKS, "Khẩu trang", "Masks";
    ADOPTION, "{from} % đến {to} %, mỗi bước {step} %", "{from} % to {to} % in steps of {step} %";
    NO_MEASURE, "chỉ có ứng dụng", "the app alone"
}

/// A state with its tone.
pub fn state_badge(lang: Lang, state: State) -> Markup {
    let (tone, words) = match state {
        State::Waiting => (Tone::Neutral, WAITING),
        State::Running => (Tone::Info, RUNNING),
        State::Done => (Tone::Good, DONE),
        State::Failed => (Tone::Bad, FAILED),
        State::Cancelled => (Tone::Neutral, CANCELLED),
    };
    badge(tone, words.get(lang))
}

/// What a measure means here; in a scenario file it has numbers of its own.
pub fn measure(lever: Lever, of_file: bool) -> Text {
    match lever {
        Lever::Zones if of_file => ANY_ZONES,
        Lever::Closures if of_file => ANY_CLOSURES,
        Lever::Masks if of_file => ANY_MASKS,
        Lever::App => APP,
        Lever::Manual => MANUAL,
        Lever::Symptoms => SYMPTOMS,
        Lever::Tests => TESTS,
        Lever::Declarations => DECLARATIONS,
        Lever::Households => HOUSEHOLDS,
        Lever::SecondRing => SECOND_RING,
        Lever::Venues => VENUES,
        Lever::Zones => ZONES,
        Lever::Closures => CLOSURES,
        Lever::Masks => MASKS,
    }
}

/// The steps of adoption.
pub fn adoption(lang: Lang, terms: &Terms) -> String {
    let [from, to, step] = terms.adoption.map(|percent| percent.to_string());
    ADOPTION.fill(lang, &[("from", &from), ("to", &to), ("step", &step)])
}
