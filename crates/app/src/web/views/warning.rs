//! The warning: what the phone knows, what it does not, what to do.
//!
//! The words are careful: the phone knows that a phone was near whose owner later published a diagnosis. It does not
//! know who, where, or whether anybody was infected. It tells nobody else.

use super::place_warning::{self, PlaceWarned};
use super::{Frame, Tab};
use bluezone_pages::advice::advice;
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, card, facts, fold, link_button, status};
use bluezone_pages::time::{ago, day, time_tag};
use bluezone_pages::warning_words::UNTOLD;
use bluezone_pages::{Lang, text};
use bluezone_proximity::ContactRule;

text! {
    TITLE, "Cảnh báo của bạn", "Your warning";
    NONE_TITLE, "Không có cảnh báo", "No warning";
    NONE, "Điện thoại này chưa ghi nhận lần ở gần nào với người đã báo mắc {disease} trong {n} ngày qua.",
        "In the last {n} days this phone recorded no close contact with anyone who reported {disease}.";
    NONE_NOTE,
        "Điều này không có nghĩa là bạn chắc chắn chưa tiếp xúc: không phải ai cũng dùng Bluezone, và không phải ai mắc bệnh cũng báo.",
        "This does not mean that you were certainly not exposed: not everyone uses Bluezone, and not everyone who falls ill reports it.";
    UNCHECKED, "Điện thoại chưa kiểm tra lần nào", "This phone has not checked yet";
    UNCHECKED_WHY, "Chưa tải được danh sách từ máy chủ, nên chưa thể nói là có cảnh báo hay không.",
        "No list has been downloaded from the server yet, so it cannot say whether there is a warning.";

    HIGH, "Bạn có thể đã ở gần một người mắc {disease}", "You may have been close to someone with {disease}";
    LOW, "Nguy cơ thấp: có một lần ở gần người mắc {disease}", "Low risk: one contact with someone with {disease}";
    HIGH_WHAT,
        "Một điện thoại ở gần điện thoại của bạn đủ lâu để được tính là tiếp xúc gần. Sau đó chủ của nó được chẩn đoán và đã đồng ý cảnh báo. Điều này không có nghĩa là bạn đã nhiễm bệnh.",
        "A phone was near yours for long enough to count as a close contact. Later its owner was diagnosed and agreed to warn others. This does not mean that you are infected.";
    LOW_WHAT,
        "Một điện thoại ở gần điện thoại của bạn trong thời gian ngắn hoặc ở xa. Sau đó chủ của nó được chẩn đoán và đã đồng ý cảnh báo. Chưa đến mức tính là tiếp xúc gần.",
        "A phone was near yours for a short time or at a distance. Later its owner was diagnosed and agreed to warn others. It does not reach what counts as a close contact.";

    DO, "Bạn nên làm gì", "What you should do";
    CALL, "Gọi trạm y tế: {phone}", "Call the health station: {phone}";
    SAY, "Khi gọi, hãy nói: “Bluezone báo tôi có thể đã tiếp xúc gần ngày {day}.” Bạn có thể cho họ xem trang này.",
        "When you call, say: “Bluezone told me that I may have had a close contact on {day}.” You may show them this page.";

    TELL, "Báo cho trạm y tế từ máy này", "Report to the health station from here";
    TELL_WHY, "Nếu muốn, bạn gửi được cho họ những lần tiếp xúc này. Bạn xem trước và tự quyết định từng phần.",
        "If you like, you can send them these contacts. You see first what would be sent, and decide on each part.";
    TELL_SEE, "Xem sẽ gửi gì", "See what would be sent";
    KNOWN, "Điện thoại biết gì", "What the phone knows";
    LATEST, "Ngày gần nhất", "Most recent day";
    EARLIER, "Các ngày khác", "Other days";
    NEAR_TIME, "Thời gian ở gần", "Time close by";
    NEAR_LIKELY, "khoảng {n} phút ở gần, khả năng cao", "about {n} minutes close by, likely";
    NEAR_POSSIBLE, "khoảng {n} phút ở gần, có thể", "about {n} minutes close by, possibly";
    NEAR_UNLIKELY, "khoảng {n} phút ở gần, ít khả năng", "about {n} minutes close by, unlikely";
    SURE, "Chắc đến đâu", "How sure this is";
    SURE_OF, "Trong 10 lần điện thoại ước tính như vậy, khoảng {n} lần hai người thật sự ở gần nhau dưới {m} mét ít nhất {min} phút. Điện thoại chỉ đo sóng, không đo được khoảng cách.",
        "Of 10 times that a phone reckons so, the two people really were within {m} metres for at least {min} minutes about {n} times. A phone measures radio strength, not distance.";
    SURE_LESS, "Trong 10 lần điện thoại ước tính như vậy, chưa đến 1 lần hai người thật sự ở gần nhau dưới {m} mét ít nhất {min} phút.",
        "Of 10 times that a phone reckons so, the two people really were within {m} metres for at least {min} minutes less than once.";
    NEAR, "khoảng {n} phút ở gần", "about {n} minutes close by";
    CHECKED, "Kiểm tra lúc", "Checked";
    RULE, "Cách tính", "Counted by";
    RULE_VERSION, "Hồ sơ bệnh {disease}, bản {n}", "Disease profile {disease}, version {n}";

    UNKNOWN, "Điện thoại không biết gì", "What the phone does not know";
    UNKNOWN_WHO, "Người đó là ai, và hai người gặp nhau ở đâu.", "Who that person is, and where you met.";
    UNKNOWN_WALL, "Giữa hai người có tường, kính hay khẩu trang không.", "Whether a wall, a window or a mask was between you.";
    UNKNOWN_ILL, "Bạn có nhiễm bệnh hay không. Chỉ xét nghiệm mới trả lời được.", "Whether you are infected. Only a test can tell.";

    PRIVATE, "Ai biết về cảnh báo này?", "Who knows about this warning?";
    PRIVATE_WHY,
        "Chỉ bạn. Điện thoại tự so sánh trên máy và không gửi gì đi. Trừ khi bạn tự báo, cơ quan y tế, máy chủ và người kia đều không biết bạn được cảnh báo. Bạn quyết định có nói hay không; chúng tôi khuyên bạn gọi trạm y tế.",
        "Only you. The phone compared on its own and sent nothing. Unless you report it, the health authority, the server and the other person do not know that you were warned. Whether you tell is up to you; we advise you to call the health station.";
    UTC_NOTE, "Ngày tính từ 7 giờ sáng đến 7 giờ sáng hôm sau.", "A day runs from 7:00 to 7:00 of the next day."
}

/// One day that counts.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct NearDay {
    /// Its start, epoch seconds.
    pub day: i64,
    /// Minutes near, if there were any.
    pub minutes: f64,
    /// How likely it was a contact, 0 to 1, if the disease profile has that estimated.
    pub probability: Option<f64>,
}

/// From this probability on a contact is called likely; from the one that warns, possible.
const LIKELY: f64 = 0.5;

/// What the warning page shows.
#[derive(Clone, Debug)]
pub struct WarningPage {
    /// The moment, epoch seconds.
    pub now: i64,
    /// Last complete check, epoch seconds.
    pub last_check: Option<i64>,
    /// The disease's name in the reader's language.
    pub disease: String,
    /// The profile's id and version.
    pub profile: (String, u32),
    /// Days looked back.
    pub retention_days: u32,
    /// What the profile calls a contact, and when it warns of one.
    pub contact: Option<ContactRule>,
    /// Telephone number of the owner's health station, if it was configured.
    pub station_phone: Option<String>,
    /// Whether it can be reported from here.
    pub tell: bool,
    /// The warning over Bluetooth; `None` when there is none.
    pub warning: Option<Warned>,
    /// Visits at which the owner may have met a case, the latest first.
    pub places: Vec<PlaceWarned>,
    /// Identifiers of what to do after a close contact, or having been where a case was.
    pub high_advice: Vec<String>,
}

/// A warning.
#[derive(Clone, PartialEq, Debug)]
pub struct Warned {
    /// Close contact, or a lesser one.
    pub high: bool,
    /// Days at this level, the latest first; at least one.
    pub days: Vec<NearDay>,
    /// Identifiers of what to do, in order.
    pub advice: Vec<String>,
}

/// Draws the warning page.
pub fn warning(frame: &Frame, page: &WarningPage) -> Markup {
    let lang = frame.lang;
    let body = match (&page.warning, page.places.first()) {
        // Of a short contact and a place, the place is told first.
        (Some(warned), None) => warned_body(lang, page, warned),
        (Some(warned), Some(_)) if warned.high => warned_body(lang, page, warned),
        (_, Some(latest)) => place_body(lang, page, latest),
        (None, None) => none(lang, page),
    };
    let back = Some(("/", super::BACK_HOME.get(lang)));
    layout(&Page { back, body, ..frame.page(Tab::Home, TITLE.get(lang)) })
}

fn none(lang: Lang, page: &WarningPage) -> Markup {
    if page.last_check.is_none() {
        return status(
            Tone::Info,
            Icon::Clock,
            UNCHECKED.get(lang),
            html! { p { (UNCHECKED_WHY.get(lang)) } },
        );
    }
    let words =
        NONE.fill(lang, &[("disease", page.disease.as_str()), ("n", &page.retention_days.to_string())]);
    status(
        Tone::Good,
        Icon::Check,
        NONE_TITLE.get(lang),
        html! {
            p { (words) }
            p.small { (NONE_NOTE.get(lang)) }
        },
    )
}

fn warned_body(lang: Lang, page: &WarningPage, warned: &Warned) -> Markup {
    let disease = [("disease", page.disease.as_str())];
    let (tone, title, what) = match warned.high {
        true => (Tone::Bad, HIGH.fill(lang, &disease), HIGH_WHAT),
        false => (Tone::Caution, LOW.fill(lang, &disease), LOW_WHAT),
    };
    let latest = warned.days.first().filter(|_| warned.high);
    let say = latest.map(|latest| SAY.fill(lang, &[("day", &day(lang, latest.day))]));
    html! {
        (status(tone, Icon::Warning, &title, html! { p { (what.get(lang)) } (call(lang, page, say)) }))
        (what_to_do(lang, page, &warned.advice))
        (place_warning::list(lang, &page.places))
        @if page.tell {
            (card(TELL.get(lang), html! {
                p { (TELL_WHY.get(lang)) }
                div.actions { (link_button(Weight::Secondary, "/tell", TELL_SEE.get(lang))) }
            }))
        }
        (card(KNOWN.get(lang), known(lang, page, warned)))
        (card(UNKNOWN.get(lang), html! {
            ul { @for words in [UNKNOWN_WHO, UNKNOWN_WALL, UNKNOWN_ILL] { li { (words.get(lang)) } } }
        }))
        (fold(PRIVATE.get(lang), html! { p { (PRIVATE_WHY.get(lang)) } }))
    }
}

/// Where a case was at a place, and no close contact is known of.
fn place_body(lang: Lang, page: &WarningPage, latest: &PlaceWarned) -> Markup {
    html! {
        (place_warning::headline(lang, latest, call(lang, page, Some(latest.say(lang)))))
        (what_to_do(lang, page, &page.high_advice))
        (place_warning::list(lang, &page.places))
        @if let Some(warned) = &page.warning { (card(KNOWN.get(lang), known(lang, page, warned))) }
        (card(UNKNOWN.get(lang), html! { ul { @for words in UNTOLD { li { (words.get(lang)) } } } }))
        (fold(PRIVATE.get(lang), html! { p { (PRIVATE_WHY.get(lang)) } }))
    }
}

fn what_to_do(lang: Lang, page: &WarningPage, ids: &[String]) -> Markup {
    html! {
        section.card {
            h2 { (DO.get(lang)) }
            ol.advice {
                @for words in ids.iter().filter_map(|id| advice(&page.profile.0, id)) {
                    li { strong { (words.title.get(lang)) } p { (words.detail.get(lang)) } }
                }
            }
        }
    }
}

fn call(lang: Lang, page: &WarningPage, say: Option<String>) -> Markup {
    let Some(phone) = &page.station_phone else { return html! {} };
    // A link must carry digits only; the eye wants the spaces.
    let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! {
        div.actions {
            (link_button(Weight::Primary, &format!("tel:{digits}"), &CALL.fill(lang, &[("phone", phone)])))
        }
        @if let Some(say) = say { p.small { (say) } }
    }
}

fn known(lang: Lang, page: &WarningPage, warned: &Warned) -> Markup {
    let minutes = |near: &NearDay| time_near(lang, near, page.contact.as_ref());
    let mut pairs = Vec::new();
    if let Some((latest, earlier)) = warned.days.split_first() {
        pairs.push((LATEST.get(lang), time_tag(latest.day, &day(lang, latest.day))));
        pairs.push((NEAR_TIME.get(lang), html! { (minutes(latest)) }));
        if let (Some(probability), Some(rule)) = (latest.probability, &page.contact) {
            pairs.push((SURE.get(lang), html! { (how_sure(lang, probability, rule)) }));
        }
        if !earlier.is_empty() {
            let list = html! {
                ul { @for near in earlier { li { (time_tag(near.day, &day(lang, near.day))) ": " (minutes(near)) } } }
            };
            pairs.push((EARLIER.get(lang), list));
        }
    }
    if let Some(at) = page.last_check {
        pairs.push((CHECKED.get(lang), time_tag(at, &ago(lang, page.now, at))));
    }
    let version = [("disease", page.disease.as_str()), ("n", &page.profile.1.to_string())];
    pairs.push((RULE.get(lang), html! { (RULE_VERSION.fill(lang, &version)) }));
    html! { (facts(pairs)) p.small { (UTC_NOTE.get(lang)) } }
}

/// To the nearest five minutes: more would pretend to a precision that radio does not have.
fn time_near(lang: Lang, near: &NearDay, rule: Option<&ContactRule>) -> String {
    let words = match (near.probability, rule) {
        (Some(p), _) if p >= LIKELY => NEAR_LIKELY,
        (Some(p), Some(rule)) if p >= rule.costs.threshold() => NEAR_POSSIBLE,
        (Some(_), _) => NEAR_UNLIKELY,
        (None, _) => NEAR,
    };
    words.fill(lang, &[("n", &format!("{:.0}", ((near.minutes / 5.0).round() * 5.0).max(5.0)))])
}

/// Never ten of ten: no estimate from radio is certain.
fn how_sure(lang: Lang, probability: f64, rule: &ContactRule) -> String {
    let times = (probability * 10.0).round().min(9.0);
    let words = if times < 1.0 { SURE_LESS } else { SURE_OF };
    let (metres, minutes) = (rule.definition.within_m.to_string(), rule.definition.minutes.to_string());
    words.fill(lang, &[("n", &format!("{times:.0}")), ("m", &metres), ("min", &minutes)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_proximity::DiseaseProfile;

    #[test]
    fn every_advice_of_the_built_in_profile_has_words() {
        let profile = DiseaseProfile::covid19();
        for id in profile.advice.low.iter().chain(&profile.advice.high) {
            assert!(advice(&profile.id, id).is_some(), "no words for {id}");
        }
    }
}
