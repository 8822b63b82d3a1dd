//! The fields of a place's form.

use super::words;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::area::{Area, ProvinceCode};
use bluezone_domain::person::tidy;
use bluezone_domain::place::{
    DWELL_MINUTES, LONGEST_ADDRESS, LONGEST_NAME, MOST_CAPACITY, Place, PlaceDetails, PlaceKind,
};
use bluezone_pages::form::Field;
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    KIND, "Loại địa điểm hoặc phương tiện", "Kind of place or vehicle";
    NAME, "Tên địa điểm, tuyến xe hoặc số hiệu", "Name of the place, the line or the trip";
    NAME_HINT, "Tên mà khách nhìn thấy trên tờ mã. Ví dụ Chợ Thái, Xe buýt tuyến 07.", "What visitors read on the poster. For example Thai Market, Bus 07.";
    COMMUNE, "Xã, phường", "Commune or ward";
    ADDRESS, "Số nhà, đường, tổ, thôn", "House, street, hamlet";
    PLATE, "Biển số", "Plate";
    PLATE_HINT, "Chỉ dành cho phương tiện.", "For vehicles only.";
    REGISTRANT, "Họ tên người đăng ký", "Name of who registers it";
    CAPACITY, "Chứa được bao nhiêu người", "How many people it holds";
    DWELL, "Khách thường ở bao nhiêu phút", "How many minutes visitors usually stay";
    DWELL_HINT, "Ai quên báo ra sẽ được tính là đã ra sau chừng đó phút. Bỏ trống: theo loại địa điểm.",
        "Who forgets to check out counts as gone after that time. Empty: as usual for the kind.";
    CHOOSE, "Hãy chọn", "Please choose";
    BAD_KIND, "Hãy chọn loại địa điểm.", "Choose what it is.";
    BAD_NAME, "Hãy ghi tên, dài không quá 100 ký tự.", "Write a name of no more than 100 characters.";
    BAD_COMMUNE, "Hãy chọn xã, phường trong danh sách.", "Choose a commune from the list.";
    BAD_ADDRESS, "Hãy ghi địa chỉ, dài không quá 200 ký tự.", "Write an address of no more than 200 characters.";
    BAD_PLATE, "Hãy ghi biển số, ví dụ 20B-012.34.", "Write the plate, for example 20B-012.34.";
    BAD_REGISTRANT, "Hãy ghi họ tên người đăng ký.", "Write the name of who registers it.";
    BAD_CAPACITY, "Hãy ghi một số từ 1 đến 100.000, hoặc bỏ trống.", "Write a number from 1 to 100,000, or leave it empty.";
    BAD_DWELL, "Hãy ghi số phút từ 10 đến 1440, hoặc bỏ trống.", "Write minutes from 10 to 1440, or leave it empty."
}

/// What was typed, as it was typed. `Debug` hides it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    name: String,
    commune: String,
    address: String,
    plate: String,
    registrant: String,
    capacity: String,
    dwell: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// What a form says of a place.
pub struct Said {
    pub kind: PlaceKind,
    pub details: PlaceDetails,
    pub area: Area,
    pub capacity: Option<u32>,
    pub dwell_minutes: i64,
}

/// Fields that must be mended, with what is wrong.
pub type Problems = Vec<(&'static str, Text)>;

impl Typed {
    /// What is known of a place, to be changed.
    pub fn of(place: &Place) -> Typed {
        let details = place.details.clone();
        Typed {
            kind: place.kind.as_str().to_owned(),
            name: details.name,
            commune: place.area.commune.map(|code| code.to_string()).unwrap_or_default(),
            address: details.address,
            plate: details.plate,
            registrant: details.registrant,
            capacity: place.capacity.map(|number| number.to_string()).unwrap_or_default(),
            dwell: place.dwell_minutes.to_string(),
        }
    }

    /// Reads the fields of a place in a province.
    pub fn read(&self, province: ProvinceCode) -> Result<Said, Problems> {
        let mut problems = Problems::new();
        let mut must = |field, wrong, right: bool| {
            if !right {
                problems.push((field, wrong));
            }
        };
        let text = |typed: &str, longest| {
            let text = tidy(typed);
            (text.chars().count() <= longest && !text.chars().any(char::is_control)).then_some(text)
        };
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let kind: Option<PlaceKind> = self.kind.parse().ok();
        must("kind", BAD_KIND, kind.is_some());
        let name = text(&self.name, LONGEST_NAME);
        must("name", BAD_NAME, given(&name));
        let commune = self.commune.parse().ok().and_then(|code| Edition::in_force().area(code));
        let area = commune.filter(|area| area.province == province);
        must("commune", BAD_COMMUNE, area.is_some());
        let moves = kind.is_some_and(PlaceKind::is_vehicle);
        let (address, plate) = (text(&self.address, LONGEST_ADDRESS), text(&self.plate, LONGEST_NAME));
        must("address", BAD_ADDRESS, given(&address) || (moves && address.is_some()));
        must("plate", BAD_PLATE, if moves { given(&plate) } else { plate.is_some() });
        let registrant = text(&self.registrant, LONGEST_NAME);
        must("registrant", BAD_REGISTRANT, given(&registrant));
        let number = |typed: &str| typed.trim().replace(['.', ' '], "").parse::<u32>().ok();
        let empty = |typed: &str| typed.trim().is_empty();
        let capacity = number(&self.capacity).filter(|number| (1..=MOST_CAPACITY).contains(number));
        must("capacity", BAD_CAPACITY, capacity.is_some() || empty(&self.capacity));
        let dwell = number(&self.dwell).map(i64::from).filter(|minutes| DWELL_MINUTES.contains(minutes));
        must("dwell", BAD_DWELL, dwell.is_some() || empty(&self.dwell));
        let (Some(kind), Some(area), true) = (kind, area, problems.is_empty()) else { return Err(problems) };
        let text = Option::unwrap_or_default;
        let (address, plate) =
            if moves { (String::new(), text(plate)) } else { (text(address), String::new()) };
        let details = PlaceDetails { name: text(name), address, plate, registrant: text(registrant) };
        let dwell_minutes = dwell.unwrap_or(kind.usual_minutes());
        Ok(Said { kind, details, area, capacity, dwell_minutes })
    }

    /// Draws the fields for a province.
    pub fn draw(&self, lang: Lang, province: ProvinceCode, problems: &[(&'static str, Text)]) -> Markup {
        let wrong =
            |field: &str| problems.iter().find(|(name, _)| *name == field).map(|(_, words)| words.get(lang));
        let kinds = PlaceKind::ALL.map(|kind| (kind.as_str(), words::kind(kind).get(lang)));
        let kinds = std::iter::once(("", CHOOSE.get(lang))).chain(kinds).collect();
        let line = |name: &'static str, label: Text, value| {
            Field::input(lang, "text", name, label.get(lang)).value(value).error(wrong(name))
        };
        let longest = |length| u32::try_from(length).unwrap_or(u32::MAX);
        html! {
            (Field::select(lang, "kind", KIND.get(lang), kinds).value(&self.kind).error(wrong("kind")))
            (line("name", NAME, &self.name).hint(NAME_HINT.get(lang)).longest(longest(LONGEST_NAME)))
            (Field::select(lang, "commune", COMMUNE.get(lang), communes(lang, province)).value(&self.commune).error(wrong("commune")))
            (line("address", ADDRESS, &self.address).complete("street-address").longest(longest(LONGEST_ADDRESS)).optional())
            (line("plate", PLATE, &self.plate).hint(PLATE_HINT.get(lang)).verbatim().optional())
            (line("registrant", REGISTRANT, &self.registrant).complete("name").longest(longest(LONGEST_NAME)))
            (line("capacity", CAPACITY, &self.capacity).digits(7).optional())
            (line("dwell", DWELL, &self.dwell).hint(DWELL_HINT.get(lang)).digits(4).optional())
        }
    }
}

/// Communes of a province by name.
fn communes(lang: Lang, province: ProvinceCode) -> Vec<(&'static str, &'static str)> {
    let units = Edition::in_force().children(province.as_str());
    let mut communes: Vec<_> =
        units.map(|unit| (unit.code, crate::zones::places::name(lang, unit))).collect();
    communes.sort_by_key(|(_, name)| *name);
    communes.insert(0, ("", CHOOSE.get(lang)));
    communes
}
