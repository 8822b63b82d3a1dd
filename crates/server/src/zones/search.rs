//! Where a search leads: places of today with their level, and what became of places of before.

use super::frame::When;
use super::places::{self, Former, Now};
use super::{commune_path, province_path, words};
use bluezone_domain::admin_unit::{AdminUnit, Edition, Level};
use bluezone_domain::area::{CommuneCode, ProvinceCode};
use bluezone_domain::zone::{Standing, Zone, standing};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::empty;
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use std::collections::BTreeMap;

text! {
    TITLE, "Kết quả cho “{typed}”", "Results for “{typed}”";
    TODAY, "Địa danh hiện nay", "Names of today";
    FORMER, "Địa danh trước ngày 01/07/2025", "Names of before 1 July 2025";
    NOTHING, "Không tìm thấy nơi nào", "No place found";
    NOTHING_WHY, "Hãy viết riêng tên xã, phường; huyện, tỉnh để sau dấu phẩy.",
        "Write the name of the commune or ward alone; district and province after a comma.";
    IS_NOW, "nay thuộc", "now in";
    ONE_OF, "nay thuộc một trong các nơi sau – hãy chọn nơi bạn ở, hoặc hỏi trạm y tế:",
        "now in one of these - choose where you are, or ask the health station:";
    UNKNOWN, "chưa có dữ liệu về nơi này hiện nay. Hãy hỏi trạm y tế hoặc ủy ban xã.",
        "the lists do not say where this is today. Please ask the health station or the commune's office."
}

/// What a search found; nothing if nothing was typed.
pub fn results(lang: Lang, typed: &str, zones: &[Zone], when: &When) -> Option<Markup> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let found = places::find(typed);
    let places = Places { lang, when, standing: standing(zones, &when.span) };
    Some(html! {
        section.card {
            h2 { (TITLE.fill(lang, &[("typed", typed)])) }
            @if found.today.is_empty() && found.former.is_empty() {
                (empty(Icon::Search, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
            }
            @if !found.today.is_empty() {
                h3 { (TODAY.get(lang)) }
                ul.results { @for unit in &found.today { li { (places.unit(unit)) } } }
            }
            @if !found.former.is_empty() {
                h3 { (FORMER.get(lang)) }
                ul.results { @for former in &found.former { li { (places.former(former)) } } }
            }
        }
    })
}

struct Places<'a> {
    lang: Lang,
    when: &'a When,
    standing: BTreeMap<CommuneCode, Standing>,
}

impl Places<'_> {
    fn unit(&self, unit: &AdminUnit) -> Markup {
        match unit.level {
            Level::Province => unit.code.parse().map_or_else(|_| html! {}, |code| self.province(code)),
            Level::Commune | Level::District => {
                unit.code.parse().map_or_else(|_| html! {}, |code| self.commune(code))
            }
        }
    }

    fn province(&self, code: ProvinceCode) -> Markup {
        let name = places::name_of(self.lang, code.as_str());
        html! { a href=(self.when.at(&province_path(code))) { (name) } }
    }

    /// A commune of today with its level.
    fn commune(&self, code: CommuneCode) -> Markup {
        let lang = self.lang;
        let Some(province) = Edition::in_force().province_of(code.as_str()) else { return html! {} };
        let name = places::name_of(lang, code.as_str());
        let standing = self.standing.get(&code).copied().unwrap_or_default();
        html! {
            a href=(self.when.at(&commune_path(province, code))) { (name) }
            ", " (places::name_of(lang, province.as_str())) ": "
            @match standing.highest() {
                Some(level) if standing.part.is_none() => (words::badge(lang, level)),
                _ => strong { (words::standing(lang, standing)) },
            }
        }
    }

    fn former(&self, former: &Former) -> Markup {
        let lang = self.lang;
        let path: Vec<_> = former.path.iter().map(|unit| places::name(lang, unit)).collect();
        html! {
            (path.join(", ")) ": "
            @match &former.now {
                Now::Commune(code) => { (IS_NOW.get(lang)) " " (self.commune(*code)) }
                Now::OneOf(codes) => {
                    (ONE_OF.get(lang))
                    ul { @for code in codes { li { (self.commune(*code)) } } }
                }
                Now::Provinces(codes) => {
                    (IS_NOW.get(lang)) " "
                    @for (at, code) in codes.iter().enumerate() { @if at > 0 { ", " } (self.province(*code)) }
                }
                Now::Unknown => (UNKNOWN.get(lang)),
            }
        }
    }
}
