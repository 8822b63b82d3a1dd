//! The warning of somebody who was at a place or in a vehicle with a case: the same words on a phone, which finds out by
//! itself, and in the inbox of who checked in with a browser.
//!
//! They are as careful as those of a warning over Bluetooth: somebody was there at about the same time and later fell ill. Not
//! who, and not that anybody was infected. What to do is a disease profile's [`crate::advice`], for both alike.

use crate::time::duration;
use crate::{Lang, Text, text};

text! {
    PLACE, "Bạn có thể đã ở cùng nơi với một người mắc {disease}", "You may have been at the same place as someone with {disease}";
    VEHICLE, "Bạn có thể đã đi cùng xe với một người mắc {disease}", "You may have travelled in the same vehicle as someone with {disease}";
    PLACE_WHAT,
        "Ngày {day}, một người đã có mặt ở nơi này cùng lúc với bạn, hoặc cách không quá {margin}. Sau đó người ấy được chẩn đoán. Điều này không có nghĩa là bạn đã nhiễm bệnh.",
        "On {day} someone was at this place at the same time as you, or within {margin} of it. Later they were diagnosed. This does not mean that you are infected.";
    VEHICLE_WHAT,
        "Ngày {day}, một người đã đi trên xe này cùng lúc với bạn, hoặc cách không quá {margin}. Sau đó người ấy được chẩn đoán. Điều này không có nghĩa là bạn đã nhiễm bệnh.",
        "On {day} someone was in this vehicle at the same time as you, or within {margin} of it. Later they were diagnosed. This does not mean that you are infected.";
    SAY_PLACE, "Khi gọi, hãy nói: “Bluezone báo tôi đã ở cùng nơi với một ca bệnh ngày {day}.” Bạn có thể cho họ xem trang này.",
        "When you call, say: “Bluezone told me that I was at the same place as a case on {day}.” You may show them this page.";
    SAY_VEHICLE, "Khi gọi, hãy nói: “Bluezone báo tôi đã đi cùng xe với một ca bệnh ngày {day}.” Bạn có thể cho họ xem trang này.",
        "When you call, say: “Bluezone told me that I was in the same vehicle as a case on {day}.” You may show them this page.";
    DO, "Bạn nên làm gì", "What you should do";
    UNKNOWN, "Điều cảnh báo không cho biết", "What the warning does not tell";
    UNKNOWN_WHO, "Người đó là ai. Không ai được cho biết.", "Who that person is. Nobody is told.";
    UNKNOWN_NEAR, "Hai người có ở gần nhau không: chỉ biết là cùng nơi, cùng lúc.",
        "Whether you were close to each other: only that it was the same place at about the same time.";
    UNKNOWN_ILL, "Bạn có nhiễm bệnh hay không. Chỉ xét nghiệm mới trả lời được.", "Whether you are infected. Only a test can tell."
}

/// What it is about.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Warned<'a> {
    /// Whether it was a vehicle; otherwise a place.
    pub vehicle: bool,
    /// The disease's name in the reader's language.
    pub disease: &'a str,
    /// The day of the reader's visit, as it is shown.
    pub day: &'a str,
    /// By how many seconds visits may miss each other and still count.
    pub margin_s: i64,
}

impl Warned<'_> {
    /// The headline.
    pub fn title(&self, lang: Lang) -> String {
        self.either(PLACE, VEHICLE).fill(lang, &[("disease", self.disease)])
    }

    /// What happened, in three sentences.
    pub fn what(&self, lang: Lang) -> String {
        let margin = duration(lang, self.margin_s);
        self.either(PLACE_WHAT, VEHICLE_WHAT).fill(lang, &[("day", self.day), ("margin", &margin)])
    }

    /// What to say on the telephone.
    pub fn say(&self, lang: Lang) -> String {
        self.either(SAY_PLACE, SAY_VEHICLE).fill(lang, &[("day", self.day)])
    }

    fn either(&self, place: Text, vehicle: Text) -> Text {
        if self.vehicle { vehicle } else { place }
    }
}

/// What nobody is told, a sentence each.
pub const UNTOLD: [Text; 3] = [UNKNOWN_WHO, UNKNOWN_NEAR, UNKNOWN_ILL];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_and_a_vehicle_differ_and_no_place_is_left_to_fill() {
        let of = |vehicle| Warned { vehicle, disease: "COVID-19", day: "20/11/2026", margin_s: 3600 };
        for lang in Lang::ALL {
            for words in [Warned::title, Warned::what, Warned::say] {
                let (place, vehicle) = (words(&of(false), lang), words(&of(true), lang));
                assert_ne!(place, vehicle);
                assert!(!place.contains('{') && !vehicle.contains('{'), "{place} {vehicle}");
            }
            assert!(of(true).what(lang).contains("20/11/2026"));
        }
    }
}
