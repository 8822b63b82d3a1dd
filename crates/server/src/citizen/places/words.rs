//! What places and visits are called.

use bluezone_codes::visit::Ending;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::area::Area;
use bluezone_domain::person::Gender;
use bluezone_domain::place::{Place, PlaceKind};
use bluezone_domain::visit::{Entry, Glimpse, Suspicion};
use bluezone_pages::{Lang, Text, text};

text! {
    MARKET, "Chợ", "Market";
    SHOP, "Cửa hàng, siêu thị", "Shop, supermarket";
    RESTAURANT, "Quán ăn, cà phê", "Restaurant, café";
    WORKPLACE, "Cơ quan, nhà máy", "Office, factory";
    SCHOOL, "Trường học", "School";
    HEALTH, "Cơ sở y tế, nhà thuốc", "Clinic, pharmacy";
    WORSHIP, "Nơi thờ tự", "Place of worship";
    LEISURE, "Vui chơi, thể thao", "Leisure, sports";
    LODGING, "Khách sạn, chung cư", "Hotel, apartments";
    STATION, "Bến xe, nhà ga, sân bay", "Station, airport";
    EVENT, "Sự kiện, đám cưới, hội họp", "Event, wedding, meeting";
    OTHER, "Nơi khác", "Other place";
    BUS, "Xe buýt, xe khách", "Bus, coach";
    TAXI, "Taxi, xe hợp đồng", "Taxi, hired car";
    TRAIN, "Tàu hỏa", "Train";
    BOAT, "Tàu thuyền, phà", "Boat, ferry";
    PLANE, "Máy bay", "Plane";
    BY_POSTER, "quét mã của nơi này", "scanned the poster";
    BY_TYPING, "nhập mã số", "typed the code";
    BY_PASS, "được quét mã cá nhân", "own code scanned";
    BY_NATIONAL, "được quét mã QR quốc gia", "national QR code scanned";
    BY_IDENTITY_CARD, "được quét căn cước", "identity card scanned";
    BY_INSURANCE_CARD, "được quét thẻ BHYT", "insurance card scanned";
    BY_PHONE, "tra theo điện thoại", "looked up by phone";
    BY_HAND, "ghi tay", "written down";
    LEFT_BY_SCAN, "quét mã khi ra", "scanned on leaving";
    LEFT_BY_BUTTON, "tự bấm ra", "checked out";
    LEFT_FOR_NEXT, "đã vào lại hoặc vào nơi khác", "checked in elsewhere or again";
    LEFT_BY_DWELL, "hết thời gian thường lệ", "usual time was over";
    LEFT_AT_MIDNIGHT, "hết ngày", "the day was over";
    OLD_POSTER, "mã cũ, có thể là ảnh chụp", "old poster, perhaps a photograph";
    TWO_PLACES, "cùng lúc ở hai nơi", "in two places at once";
    TOO_FAST, "đi quá nhanh giữa hai nơi", "too far apart in that time";
    MALE, "nam", "male";
    FEMALE, "nữ", "female";
    NAMELESS, "Chưa khai tên", "No name declared";
    BORN, "sinh năm {year}", "born {year}"
}

/// A kind of place.
pub fn kind(kind: PlaceKind) -> Text {
    match kind {
        PlaceKind::Market => MARKET,
        PlaceKind::Shop => SHOP,
        PlaceKind::Restaurant => RESTAURANT,
        PlaceKind::Workplace => WORKPLACE,
        PlaceKind::School => SCHOOL,
        PlaceKind::Health => HEALTH,
        PlaceKind::Worship => WORSHIP,
        PlaceKind::Leisure => LEISURE,
        PlaceKind::Lodging => LODGING,
        PlaceKind::Station => STATION,
        PlaceKind::Event => EVENT,
        PlaceKind::Other => OTHER,
        PlaceKind::Bus => BUS,
        PlaceKind::Taxi => TAXI,
        PlaceKind::Train => TRAIN,
        PlaceKind::Boat => BOAT,
        PlaceKind::Plane => PLANE,
    }
}

/// How somebody came in.
pub fn entry(entry: Entry) -> Text {
    match entry {
        Entry::Poster => BY_POSTER,
        Entry::Typed => BY_TYPING,
        Entry::Pass => BY_PASS,
        Entry::National => BY_NATIONAL,
        Entry::IdentityCard => BY_IDENTITY_CARD,
        Entry::InsuranceCard => BY_INSURANCE_CARD,
        Entry::Phone => BY_PHONE,
        Entry::Manual => BY_HAND,
    }
}

/// What ended a stay.
pub fn ending(ending: Ending) -> Text {
    match ending {
        Ending::Scan => LEFT_BY_SCAN,
        Ending::Button => LEFT_BY_BUTTON,
        Ending::NextVisit => LEFT_FOR_NEXT,
        Ending::Dwell => LEFT_BY_DWELL,
        Ending::Midnight => LEFT_AT_MIDNIGHT,
    }
}

/// What speaks against a visit.
pub fn suspicion(suspicion: Suspicion) -> Text {
    match suspicion {
        Suspicion::OldPoster => OLD_POSTER,
        Suspicion::TwoPlaces => TWO_PLACES,
        Suspicion::TooFast => TOO_FAST,
    }
}

/// The abbreviated name; who checked in without ever declaring has none.
pub fn name(lang: Lang, glimpse: &Glimpse) -> &str {
    if glimpse.name.is_empty() { NAMELESS.get(lang) } else { &glimpse.name }
}

/// `nữ, sinh năm 1985`: what the people of a place see besides the name.
pub fn glimpse(lang: Lang, glimpse: &Glimpse) -> String {
    let gender = match glimpse.gender {
        Some(Gender::Male) => Some(MALE.get(lang).to_owned()),
        Some(Gender::Female) => Some(FEMALE.get(lang).to_owned()),
        Some(Gender::Other) | None => None,
    };
    let born = glimpse.birth_year.map(|year| BORN.fill(lang, &[("year", &year.to_string())]));
    gender.into_iter().chain(born).collect::<Vec<_>>().join(", ")
}

/// `Phường Phan Đình Phùng, Tỉnh Thái Nguyên`.
pub fn area(lang: Lang, area: Area) -> String {
    let codes = area.commune.as_ref().map(|code| code.as_str()).into_iter().chain([area.province.as_str()]);
    let units = codes.filter_map(|code| Edition::in_force().get(code));
    units.map(|unit| crate::zones::places::name(lang, unit)).collect::<Vec<_>>().join(", ")
}

/// Where a place is: address and commune; of a vehicle its plate.
pub fn whereabouts(lang: Lang, place: &Place) -> String {
    let details = &place.details;
    let first = if place.kind.is_vehicle() { &details.plate } else { &details.address };
    let area = area(lang, place.area);
    if first.is_empty() { area } else { format!("{first}, {area}") }
}
