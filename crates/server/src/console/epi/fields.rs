//! The fields of a place, vehicle or flight, for the page that adds one and the page that changes it.

use crate::console::case_new::Problems;
use crate::console::epi::{FLIGHT, PLACE, VEHICLE, name};
use crate::console::words;
use crate::zones::places::{self, Unnamed};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::case::no_place;
use bluezone_domain::epi_point::{BadSpan, EpiDetails, EpiPoint, Setting, check_span};
use bluezone_domain::person::tidy;
use bluezone_pages::form::Field;
use bluezone_pages::time::{date_time_value, parse_date_time};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

/// Longest text, in characters.
const LONGEST: usize = 200;

text! {
    KIND, "Loại", "Kind";
    NAME, "Tên nơi đó, biển số hoặc số hiệu chuyến bay", "Name of the place, plate, line or flight number";
    NAME_HINT, "Ví dụ Chợ Thái, 20B-012.34 hoặc VN 207.", "For example Chợ Thái, 20B-012.34 or VN 207.";
    ADDRESS, "Địa chỉ", "Address";
    ADDRESS_HINT, "Số nhà, đường. Chỉ cho địa điểm.", "House and street. For places only.";
    CONTACT, "Người liên hệ tại đó", "Whom to ask there";
    CONTACT_HINT, "Chủ quán, bảo vệ, và số điện thoại. Chỉ cho địa điểm.", "Owner or guard, and their phone. For places only.";
    SEAT, "Ghế, khoang hoặc toa", "Seat or carriage";
    SEAT_HINT, "Chỉ cho phương tiện và chuyến bay.", "For vehicles and flights only.";
    FROM, "Từ", "From";
    TO, "Đến", "Until";
    CLOCK, "Giờ Việt Nam.", "Vietnam's clock.";
    COMMUNE, "Xã, phường", "Commune or ward";
    COMMUNE_HINT, "Của phương tiện: nơi lên. Thêm tên tỉnh nếu trùng tên, ví dụ Tân Lập, Thái Nguyên. Bỏ trống nếu chưa rõ.",
        "Of a vehicle: where it was boarded. Add the province if several have the name, for example Tân Lập, Thái Nguyên. Leave empty if not known.";
    INFORMANT, "Ai cho biết", "Who said so";
    INFORMANT_HINT, "Người bệnh, người nhà, nơi làm việc…", "The patient, a relative, their employer …";
    NOTE, "Ghi chú", "Note";
    GIVE_KIND, "Hãy chọn địa điểm, phương tiện hoặc chuyến bay.", "Choose a place, vehicle or flight.";
    GIVE_NAME, "Hãy ghi tên, biển số hoặc số hiệu.", "Write its name, plate or number.";
    GIVE_FROM, "Hãy ghi ngày giờ bắt đầu.", "Write when it began.";
    GIVE_TO, "Hãy ghi ngày giờ kết thúc.", "Write when it ended.";
    BACKWARDS, "Kết thúc trước khi bắt đầu. Hãy kiểm tra lại.", "It ends before it begins. Please check it.";
    FUTURE, "Thời gian này chưa tới. Hãy kiểm tra lại.", "This time has not come yet. Please check it.";
    BAD_TEXT, "Dài quá 200 ký tự hoặc có ký tự không dùng được.", "Longer than 200 characters, or with a character that cannot be used.";
    NO_SEAT, "Địa điểm không có ghế.", "A place has no seat.";
    ONLY_PLACE, "Chỉ cho địa điểm. Hãy chuyển sang ghi chú.", "For places only. Put it into the note.";
    NO_COMMUNE, "Không tìm thấy xã, phường này.", "There is no such commune.";
    SEVERAL, "Có nhiều nơi mang tên này. Hãy thêm tên tỉnh.", "Several places have this name. Add the province."
}

/// What was typed, as it was typed. No `Debug`: it says where somebody was.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    name: String,
    address: String,
    contact: String,
    seat: String,
    from: String,
    to: String,
    commune: String,
    informant: String,
    note: String,
    /// Names a new point, see [`crate::console::once`].
    pub ticket: String,
    /// When the point last changed, as whoever changes it saw.
    pub seen: i64,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

impl Typed {
    /// An empty form.
    pub fn new(ticket: String) -> Typed {
        Typed { ticket, ..Typed::default() }
    }
}

impl From<&EpiPoint> for Typed {
    fn from(point: &EpiPoint) -> Typed {
        let setting = &point.details.setting;
        let (address, contact, seat) = match setting {
            Setting::Place { address, contact, .. } => (address.clone(), contact.clone(), String::new()),
            Setting::Flight { seat, .. } | Setting::Vehicle { seat, .. } => {
                (String::new(), String::new(), seat.clone())
            }
        };
        Typed {
            kind: setting.kind().to_owned(),
            name: name(setting).to_owned(),
            address,
            contact,
            seat,
            from: date_time_value(point.from.0),
            to: date_time_value(point.to.0),
            commune: if point.area == no_place() { String::new() } else { words::area(Lang::Vi, point.area) },
            informant: point.details.informant.clone(),
            note: point.details.note.clone(),
            ticket: String::new(),
            seen: point.updated_at.0,
        }
    }
}

/// What was read.
pub struct Read {
    pub from: Timestamp,
    pub to: Timestamp,
    pub area: Area,
    pub details: EpiDetails,
}

/// Reads all fields, and names everything that is wrong at once.
pub fn read(typed: &Typed, now: Timestamp, problems: &mut Problems) -> Option<Read> {
    let mut text = |field, typed: &str| {
        let text = tidy(typed);
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            problems.push((field, BAD_TEXT));
        }
        text
    };
    let (name, address, contact) =
        (text("name", &typed.name), text("address", &typed.address), text("contact", &typed.contact));
    let (seat, informant, note) =
        (text("seat", &typed.seat), text("informant", &typed.informant), text("note", &typed.note));
    if name.is_empty() {
        problems.push(("name", GIVE_NAME));
    }
    let empty = |field, text: &str, wrong: Text, problems: &mut Problems| {
        if !text.is_empty() {
            problems.push((field, wrong));
        }
    };
    let setting = match typed.kind.as_str() {
        "place" => {
            empty("seat", &seat, NO_SEAT, problems);
            Some(Setting::Place { name, address, contact })
        }
        kind @ ("vehicle" | "flight") => {
            empty("address", &address, ONLY_PLACE, problems);
            empty("contact", &contact, ONLY_PLACE, problems);
            Some(match kind {
                "flight" => Setting::Flight { number: name, seat },
                _ => Setting::Vehicle { name, seat },
            })
        }
        _ => {
            problems.push(("kind", GIVE_KIND));
            None
        }
    };
    let mut time = |field, typed: &str, missing: Text| {
        let time = parse_date_time(typed).map(Timestamp);
        if time.is_none() {
            problems.push((field, missing));
        }
        time
    };
    let (from, to) = (time("from", &typed.from, GIVE_FROM), time("to", &typed.to, GIVE_TO));
    if let (Some(from), Some(to)) = (from, to) {
        match check_span(from, to, now) {
            Ok(()) => {}
            Err(BadSpan::Backwards) => problems.push(("to", BACKWARDS)),
            Err(BadSpan::Future) => problems.push(("from", FUTURE)),
        }
    }
    let area = area(&typed.commune).map_err(|problem| problems.push(("commune", problem)));
    if !problems.is_empty() {
        return None;
    }
    let details = EpiDetails { setting: setting?, informant, note };
    Some(Read { from: from?, to: to?, area: area.ok()?, details })
}

/// A commune by its name, or a province where only that is known.
fn area(typed: &str) -> Result<Area, Text> {
    if typed.trim().is_empty() {
        return Ok(no_place());
    }
    places::area(typed).map_err(|unnamed| match unnamed {
        Unnamed::Nowhere => NO_COMMUNE,
        Unnamed::Several => SEVERAL,
    })
}

/// Draws the fields.
pub fn draw(lang: Lang, typed: &Typed, problems: &[(&str, &'static str)]) -> Markup {
    let problem = |field: &str| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let kinds =
        vec![("place", PLACE.get(lang)), ("vehicle", VEHICLE.get(lang)), ("flight", FLIGHT.get(lang))];
    let line = |kind: &'static str, name: &'static str, label: Text, hint: Text, value| {
        Field::input(lang, kind, name, label.get(lang))
            .hint(hint.get(lang))
            .value(value)
            .error(problem(name))
            .complete("off")
    };
    html! {
        (Field::radio(lang, "kind", KIND.get(lang), kinds).value(&typed.kind).error(problem("kind")))
        (line("text", "name", NAME, NAME_HINT, &typed.name))
        (line("datetime-local", "from", FROM, CLOCK, &typed.from))
        (line("datetime-local", "to", TO, CLOCK, &typed.to))
        (line("text", "commune", COMMUNE, COMMUNE_HINT, &typed.commune).optional())
        (line("text", "address", ADDRESS, ADDRESS_HINT, &typed.address).optional())
        (line("text", "contact", CONTACT, CONTACT_HINT, &typed.contact).optional())
        (line("text", "seat", SEAT, SEAT_HINT, &typed.seat).verbatim().optional())
        (line("text", "informant", INFORMANT, INFORMANT_HINT, &typed.informant).optional())
        (Field::area(lang, "note", NOTE.get(lang), 3).value(&typed.note).error(problem("note")).optional())
    }
}
