//! What classes, sources, relations, answers and evidence are called.

use bluezone_domain::contact::rule::Question;
use bluezone_domain::contact::{
    Class, Closeness, Distance, LegalBasis, Masks, OriginIs, Relation, Source, Space, Status,
};
use bluezone_domain::evidence::{Conflict, Verdict};
use bluezone_domain::graph::Evidence;
use bluezone_pages::parts::{Tone, badge};
use bluezone_pages::{Lang, text};
use maud::Markup;

text! {
    NO_CONTACT, "Không tiếp xúc", "No contact";
    F_UNCLEAR, "F?", "F?";
    DIRECT, "Tiếp xúc trực tiếp", "Direct";
    SAME_SPACE, "Cùng không gian kín", "Same closed space";
    UNCLEAR, "Chưa rõ", "Not clear yet";
    APART, "Không tiếp xúc gần", "Not near";
    BLE_TWO_SIDED, "Bluetooth, hai phía", "Bluetooth, both sides";
    BLE_ONE_SIDED, "Bluetooth, một phía", "Bluetooth, one side";
    PLACE, "Cùng địa điểm", "Same place";
    VEHICLE, "Cùng phương tiện", "Same vehicle";
    HOUSEHOLD, "Cùng nhà", "Household";
    INTERVIEW, "Phỏng vấn", "Interview";
    SELF_LISTED, "Tự khai", "Self-listed";
    PARENT, "Cha, mẹ, ông, bà", "Parent or grandparent";
    SPOUSE, "Vợ, chồng", "Spouse or partner";
    CHILD, "Con, cháu", "Child or grandchild";
    SIBLING, "Anh, chị, em", "Sibling";
    RELATIVE, "Họ hàng", "Relative";
    FRIEND, "Bạn bè, hàng xóm", "Friend or neighbour";
    COLLEAGUE, "Đồng nghiệp", "Colleague";
    SCHOOL, "Cùng lớp", "Same class at school";
    CARE, "Chăm sóc", "Care";
    TRAVELLER, "Cùng chuyến đi, tổ lái", "Traveller or crew";
    STRANGER, "Không quen", "Stranger";
    UNKNOWN, "Chưa hỏi", "Not asked yet";
    CONSENT, "Người đó đồng ý (điều 9, Luật 91/2025/QH15)", "Their consent (article 9, law 91/2025/QH15)";
    EMERGENCY, "Bảo vệ tính mạng, sức khỏe (điều 19, Luật 91/2025/QH15)",
        "To protect life or health at once (article 19, law 91/2025/QH15)";
    DUTY, "Nhiệm vụ phòng bệnh (Luật 114/2025/QH15)", "Duty of disease prevention (law 114/2025/QH15)";
    WAITING, "Chưa liên hệ", "Not reached yet";
    FOLLOWING, "Đang theo dõi", "Followed up";
    DONE, "Hoàn thành", "Done";
    LOST, "Không tìm thấy", "Cannot be found";
    TOUCHED, "Có tiếp xúc cơ thể", "Touch";
    WITHIN_2M, "Trong vòng 2 m", "Within 2 m";
    SAME_ROOM, "Cùng không gian, trên 2 m", "Same space, over 2 m";
    FAR, "Không cùng không gian", "Not in one space";
    BOTH_MASKS, "Cả hai đeo khẩu trang", "Both wore masks";
    ONE_MASK, "Một người đeo", "One wore a mask";
    NO_MASK, "Không ai đeo", "Nobody wore a mask";
    PROTECTED, "Người tiếp xúc mặc đồ phòng hộ", "The contact wore full protection";
    CLOSED, "Nơi kín", "Closed place";
    OPEN, "Nơi thoáng", "Open air";
    Q_DISTANCE, "Khoảng cách gần nhất", "Least distance";
    Q_MINUTES, "Số phút ở khoảng cách đó", "Minutes at that distance";
    Q_MASKS, "Khẩu trang", "Masks";
    Q_SPACE, "Nơi gặp", "Kind of place";
    Q_LAST, "Ngày gặp cuối", "Last day together";
    TWO_SIDED, "Hai phía", "Two-sided";
    ONE_SIDED, "Một phía", "One-sided";
    CONTRADICTED, "Mâu thuẫn", "Contradicted";
    TOLD, "Lời kể", "Told";
    AT_A_PLACE, "Địa điểm, phương tiện", "Place or vehicle";
    OUT_OF_TIME, "Mã nhận dạng được nghe ngoài thời gian nó có thể được phát.",
        "An identifier was heard when it could not have been on the air.";
    CLOCKS, "Không một độ lệch đồng hồ nào khớp với các lần nghe khác: tín hiệu đã bị giữ lại rồi phát sau.",
        "No one clock difference fits the other sightings: the signal was held back.";
    STRENGTHS, "Một bên nghe mạnh hơn bên kia quá nhiều: tín hiệu đã bị thay đổi trên đường.",
        "One side heard far more strongly than the other: the signal was changed on its way."
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident($type:ident) { $($variant:ident => $text:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        pub fn $name(lang: Lang, of: $type) -> &'static str {
            match of { $($type::$variant => $text),* }.get(lang)
        }
    )*};
}

named! {
    /// How near.
    closeness(Closeness) { Direct => DIRECT, SameSpace => SAME_SPACE, Unclear => UNCLEAR, Apart => APART }
    /// How it became known.
    source(Source) {
        BleTwoSided => BLE_TWO_SIDED, BleOneSided => BLE_ONE_SIDED, Place => PLACE, Vehicle => VEHICLE,
        Household => HOUSEHOLD, Interview => INTERVIEW, SelfListed => SELF_LISTED,
    }
    /// What they are to each other.
    relation(Relation) {
        Parent => PARENT, Spouse => SPOUSE, Child => CHILD, Sibling => SIBLING, Relative => RELATIVE, Friend => FRIEND,
        Colleague => COLLEAGUE, School => SCHOOL, Care => CARE, Traveller => TRAVELLER, Stranger => STRANGER,
        Unknown => UNKNOWN,
    }
    /// Why it may be kept.
    legal_basis(LegalBasis) { Consent => CONSENT, Emergency => EMERGENCY, Duty => DUTY }
    /// How far the work is.
    status(Status) { Waiting => WAITING, Following => FOLLOWING, Done => DONE, Lost => LOST }
    /// Answer about distance.
    distance(Distance) { Touched => TOUCHED, Within2m => WITHIN_2M, SameSpace => SAME_ROOM, Apart => FAR }
    /// Answer about masks.
    masks(Masks) { Both => BOTH_MASKS, One => ONE_MASK, Nobody => NO_MASK, Protected => PROTECTED }
    /// Answer about the place.
    space(Space) { Closed => CLOSED, Open => OPEN }
    /// A question of the sheet.
    question(Question) {
        Distance => Q_DISTANCE, Minutes => Q_MINUTES, Masks => Q_MASKS, Space => Q_SPACE, LastContact => Q_LAST,
    }
    /// Evidence of a line in the graph.
    evidence(Evidence) {
        TwoSided => TWO_SIDED, OneSided => ONE_SIDED, Place => AT_A_PLACE, Told => TOLD, Contradicted => CONTRADICTED,
    }
    /// What cannot have happened.
    conflict(Conflict) { OutOfTime => OUT_OF_TIME, Clocks => CLOCKS, Strengths => STRENGTHS }
}

/// A class.
pub fn class(lang: Lang, class: Class) -> &'static str {
    match class {
        Class::F11 => "F1.1",
        Class::F12 => "F1.2",
        Class::F21 => "F2.1",
        Class::Unclear => F_UNCLEAR.get(lang),
        Class::NotContact => NO_CONTACT.get(lang),
    }
}

/// A class as a label.
pub fn class_badge(lang: Lang, of: Class) -> Markup {
    let tone = match of {
        Class::F11 => Tone::Bad,
        Class::F12 => Tone::Caution,
        Class::F21 => Tone::Info,
        Class::Unclear | Class::NotContact => Tone::Neutral,
    };
    badge(tone, class(lang, of))
}

/// What a closeness means for somebody near such an origin: `F1.1 – Tiếp xúc trực tiếp`.
pub fn class_and_closeness(lang: Lang, origin: OriginIs, of: Closeness) -> String {
    format!("{} – {}", class(lang, Class::of(origin, of)), closeness(lang, of))
}

/// A verdict as a label.
pub fn verdict_badge(lang: Lang, of: Verdict) -> Markup {
    match of {
        Verdict::TwoSided => badge(Tone::Good, TWO_SIDED.get(lang)),
        Verdict::OneSided => badge(Tone::Info, ONE_SIDED.get(lang)),
        Verdict::Contradicted(_) => badge(Tone::Bad, CONTRADICTED.get(lang)),
    }
}
