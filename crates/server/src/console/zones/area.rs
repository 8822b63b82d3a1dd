//! Which commune, and how much of it: words, corners typed or clicked on the map, and how that looks.

use crate::console::zones::terms::{Problems, of};
use crate::zones::drawing::{self, Drawing};
use crate::zones::places;
use crate::zones::sheet::{Look, Part, sheet};
use bluezone_domain::area::{CommuneCode, ProvinceCode};
use bluezone_domain::map::{Outline, OutlineError, communes};
use bluezone_domain::zone::{Extent, Level, PartProblem, part};
use bluezone_pages::form::Field;
use bluezone_pages::{Lang, Text, outline_script_path, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    EXTENT, "Phạm vi", "How much of it";
    ALL, "Toàn bộ xã, phường", "The whole commune";
    PART, "Một phần", "A part of it";
    PLACES, "Tên thôn, tổ, đường phố", "Hamlets, quarters or streets";
    PLACES_HINT, "Ai cũng đọc được. Chỉ cần khi khoanh một phần.", "Everybody can read it. Only for a part.";
    CORNERS, "Các góc của vùng", "Corners of the area";
    CORNERS_HINT, "Mỗi dòng một góc: vĩ độ, kinh độ – ví dụ 21.59422, 105.84817. Có thể bấm lên bản đồ. Bỏ trống nếu chỉ ghi tên.",
        "One corner a line: latitude, longitude - for example 21.59422, 105.84817. You may click on the map. Leave empty to give the name only.";
    MAP, "Bản đồ {name}", "Map of {name}";
    UNDO, "Bỏ góc cuối", "Undo the last corner";
    CLEAR, "Xóa hết", "Clear";
    CHOOSE_EXTENT, "Hãy chọn toàn bộ hoặc một phần.", "Choose all of it or a part.";
    NO_PLACES, "Hãy ghi tên phần được khoanh.", "Write the name of the part.";
    LONG_PLACES, "Dài quá 300 ký tự.", "Longer than 300 characters.";
    PERSONAL, "Trông như có số điện thoại hoặc số giấy tờ. Hãy bỏ đi: ai cũng đọc được.",
        "This looks like a telephone or identity number. Take it out: everybody can read this.";
    CORNER, "Có góc không đọc được: mỗi dòng ghi vĩ độ trước, kinh độ sau, trong nước Việt Nam.",
        "A corner cannot be read: on each line first the latitude, then the longitude, in Vietnam.";
    FLAT, "Cần ít nhất ba góc không thẳng hàng.", "At least three corners that are not on one line.";
    LONG_OUTLINE, "Nhiều quá 200 góc.", "More than 200 corners.";
    CROSSES, "Đường bao cắt chính nó. Ghi các góc theo thứ tự đi vòng quanh vùng.",
        "The outline crosses itself. Put the corners in the order in which one walks around the area.";
    OUTSIDE, "Có góc nằm ngoài xã, phường này.", "A corner lies outside of this commune."
}

/// The fields, as they were typed.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub extent: String,
    pub places: String,
    pub outline: String,
}

impl Typed {
    /// Reads how much of a commune is meant.
    pub fn read(
        &self,
        province: ProvinceCode,
        commune: CommuneCode,
        problems: &mut Problems,
    ) -> Option<Extent> {
        match self.extent.as_str() {
            "whole" => Some(Extent::Whole),
            "part" => {
                let outline = self
                    .outline(province, commune)
                    .map_err(|why| problems.push(("outline", outline_words(why))));
                let extent = part(&self.places, outline.ok().flatten());
                extent.map_err(|why| problems.push(("places", places_words(why)))).ok()
            }
            _ => {
                problems.push(("extent", CHOOSE_EXTENT));
                None
            }
        }
    }

    fn outline(&self, province: ProvinceCode, commune: CommuneCode) -> Result<Option<Outline>, OutlineError> {
        if self.outline.trim().is_empty() {
            return Ok(None);
        }
        let outline: Outline = self.outline.parse()?;
        if let Some(map) = communes(province)
            && let Some(shape) = map.shape(commune)
        {
            outline.check_within(map, shape)?;
        }
        Ok(Some(outline))
    }
}

fn places_words(problem: PartProblem) -> Text {
    match problem {
        PartProblem::NoPlaces => NO_PLACES,
        PartProblem::LongPlaces => LONG_PLACES,
        PartProblem::PersonalPlaces => PERSONAL,
    }
}

fn outline_words(problem: OutlineError) -> Text {
    match problem {
        OutlineError::Corner { .. } => CORNER,
        OutlineError::Flat => FLAT,
        OutlineError::TooLong => LONG_OUTLINE,
        OutlineError::CrossesItself => CROSSES,
        OutlineError::Outside { .. } => OUTSIDE,
    }
}

/// The fields.
pub fn fields(lang: Lang, typed: &Typed, problems: &[(&str, &str)]) -> Markup {
    let options = vec![("whole", ALL.get(lang)), ("part", PART.get(lang))];
    html! {
        (Field::radio(lang, "extent", EXTENT.get(lang), options).value(&typed.extent).error(of(problems, "extent")))
        (Field::input(lang, "text", "places", PLACES.get(lang)).hint(PLACES_HINT.get(lang)).value(&typed.places)
            .error(of(problems, "places")).optional())
        (Field::area(lang, "outline", CORNERS.get(lang), 5).hint(CORNERS_HINT.get(lang)).value(&typed.outline)
            .error(of(problems, "outline")).optional())
    }
}

/// The map of a commune with an extent at a level; `editing` lets a click add a corner to the field `outline`.
pub fn map(
    lang: Lang,
    province: ProvinceCode,
    commune: CommuneCode,
    shown: Option<(&Extent, Level)>,
    editing: bool,
) -> Markup {
    let Some(drawing) = drawing::commune(province, commune) else { return html! {} };
    let whole = shown.filter(|(extent, _)| **extent == Extent::Whole).map(|(_, level)| level);
    let look = |code: CommuneCode| Look {
        fill: whole.filter(|_| code == commune),
        sign: None,
        href: None,
        title: places::name_of(lang, code.as_str()),
        current: code == commune,
    };
    let parts = match shown {
        Some((Extent::Part { places, outline: Some(outline) }, level)) => {
            vec![Part { level, points: drawing.points(outline.corners()), title: places.clone() }]
        }
        _ => Vec::new(),
    };
    let label = MAP.fill(lang, &[("name", &places::name_of(lang, commune.as_str()))]);
    let extra = html! { @if editing { polygon.map-drawn points="" {} } };
    let sheet = sheet(lang, &label, &drawing, look, |_| String::new(), &parts, extra);
    if editing { editor(lang, &drawing, &sheet) } else { sheet }
}

/// The map, with what the script needs to turn a click into a place, and its buttons, which only the script shows.
fn editor(lang: Lang, drawing: &Drawing<CommuneCode>, sheet: &Markup) -> Markup {
    let [north, west, per_lat, per_lon] = drawing.views.main.inverse();
    html! {
        div.map-editor data-outline="outline" data-choice="extent" data-north=(north) data-west=(west)
            data-per-lat=(per_lat) data-per-lon=(per_lon) {
            (sheet)
            div.actions hidden {
                button.button type="button" data-do="undo" { (UNDO.get(lang)) }
                button.button type="button" data-do="clear" { (CLEAR.get(lang)) }
            }
        }
        script type="module" src=(outline_script_path()) {}
    }
}
