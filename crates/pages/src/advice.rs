//! What a warned person should do, in words. A disease profile names pieces of advice; here they are spelled out,
//! for any disease first, and where a disease needs other words, for that one.

use crate::{Text, text};

/// One piece of advice.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Advice {
    /// What to do, in a few words.
    pub title: Text,
    /// How.
    pub detail: Text,
}

text! {
    STAY_HOME, "Ở nhà", "Stay at home";
    STAY_HOME_HOW,
        "Hãy ở nhà cho đến khi trạm y tế cho bạn biết cần làm gì tiếp. Nếu phải ra ngoài để khám hoặc xét nghiệm, hãy đeo khẩu trang và đi riêng nếu có thể.",
        "Stay at home until the health station tells you what comes next. If you must go out for care or a test, wear a mask and travel alone if you can.";
    AVOID, "Tránh gặp người khác", "Avoid meeting others";
    AVOID_HOW,
        "Nhất là người cao tuổi, người có bệnh nền, phụ nữ mang thai và trẻ nhỏ. Nếu ở chung nhà: ở phòng riêng nếu được, đeo khẩu trang, mở cửa sổ, ăn riêng.",
        "Above all older people, people with long-term illnesses, pregnant women and small children. In a shared home: a room of your own if possible, a mask, open windows, separate meals.";
    WATCH, "Theo dõi sức khỏe", "Watch your health";
    WATCH_HOW, "Trong 14 ngày kể từ ngày ghi trên trang này, hãy để ý các dấu hiệu khác thường và báo trạm y tế nếu có.",
        "For 14 days from the day on this page, look out for anything unusual and tell the health station.";
    WATCH_COVID_HOW,
        "Trong 14 ngày kể từ ngày ghi trên trang này, hãy đo nhiệt độ mỗi ngày và để ý: sốt, ho, đau họng, mệt mỏi, mất mùi hoặc vị, khó thở. Nếu có, hãy ở nhà và gọi trạm y tế.",
        "For 14 days from the day on this page, take your temperature daily and look out for fever, cough, sore throat, tiredness, loss of smell or taste, shortness of breath. If any appears, stay at home and call the health station.";
    MASK, "Đeo khẩu trang khi gần người khác", "Wear a mask near others";
    MASK_HOW, "Cả trong nhà và ngoài trời, khi không giữ được khoảng cách.", "Indoors and outdoors, wherever you cannot keep your distance.";
    DISTANCE, "Giữ khoảng cách, mở cửa cho thoáng", "Keep a distance, let air in";
    DISTANCE_HOW, "Cách người khác 2 mét nếu có thể. Rửa tay thường xuyên.", "Two metres from others if you can. Wash your hands often.";
    TEST, "Hỏi về xét nghiệm", "Ask about a test";
    TEST_HOW,
        "Trạm y tế sẽ cho biết có cần xét nghiệm không và khi nào: xét nghiệm quá sớm có thể chưa phát hiện được bệnh.",
        "The health station says whether you need one and when: a test too early can miss the infection.";
    STATION, "Gọi trạm y tế nơi bạn ở", "Call the health station where you live";
    STATION_HOW,
        "Họ sẽ hỏi bạn và hướng dẫn bước tiếp theo. Hãy gọi trước khi đến. Trạm y tế phường, xã nào cũng tiếp nhận.",
        "They will ask you some questions and guide you. Call before you go there. The station of any ward or commune helps.";
    EMERGENCY, "Gọi 115 ngay nếu bệnh nặng", "Call 115 at once if it is serious";
    EMERGENCY_HOW, "Dấu hiệu: khó thở, đau tức ngực, lơ mơ hoặc khó đánh thức, co giật, da hoặc môi tím tái.",
        "Signs: trouble breathing, pain or pressure in the chest, confusion or hard to wake, fits, blue lips or skin."
}

/// The advice of an identifier under a disease profile; `None` for one that this version does not know.
pub fn advice(profile: &str, id: &str) -> Option<Advice> {
    let (title, detail) = match (profile, id) {
        ("covid-19", "watch-symptoms") => (WATCH, WATCH_COVID_HOW),
        (_, "watch-symptoms") => (WATCH, WATCH_HOW),
        (_, "stay-home") => (STAY_HOME, STAY_HOME_HOW),
        (_, "avoid-contact") => (AVOID, AVOID_HOW),
        (_, "wear-mask") => (MASK, MASK_HOW),
        (_, "keep-distance") => (DISTANCE, DISTANCE_HOW),
        (_, "get-tested") => (TEST, TEST_HOW),
        (_, "call-health-station") => (STATION, STATION_HOW),
        (_, "emergency-signs") => (EMERGENCY, EMERGENCY_HOW),
        _ => return None,
    };
    Some(Advice { title, detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disease_may_have_words_of_its_own() {
        assert_ne!(advice("covid-19", "watch-symptoms"), advice("measles", "watch-symptoms"));
        assert_eq!(advice("covid-19", "stay-home"), advice("measles", "stay-home"));
        assert!(advice("covid-19", "drink-bleach").is_none());
    }
}
