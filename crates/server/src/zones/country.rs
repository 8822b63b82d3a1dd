//! `/zones`: the country, and where a search leads.

use super::frame::{self, Frame, When};
use super::sheet::{Look, sheet};
use super::{ZONES, drawing, in_force, places, province_path, search, words};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::area::{ProvinceCode, Territory};
use bluezone_domain::zone::{Level, Zone, levels, standing};
use bluezone_pages::form::Field;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Weight, button, empty};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

text! {
    TITLE, "Khoanh vùng dịch trên cả nước", "Outbreak zones in the country";
    SEARCH, "Tên xã, phường, tỉnh – cũ hay mới", "Name of a commune, ward or province, old or new";
    SEARCH_HINT, "Có dấu hay không đều được. Thêm huyện, tỉnh sau dấu phẩy: Trưng Vương, thành phố Thái Nguyên.",
        "With or without marks. Add district or province after a comma: Trung Vuong, thanh pho Thai Nguyen.";
    FIND, "Tìm", "Find";
    MAP, "Bản đồ các tỉnh, thành phố có vùng dịch; bảng bên cạnh ghi cùng nội dung.",
        "Map of the provinces with zones; the table beside it says the same.";
    PROVINCES, "Tỉnh, thành phố có vùng dịch", "Provinces with zones";
    PROVINCE, "Tỉnh, thành phố", "Province";
    COMMUNES, "Xã, phường theo cấp độ cao nhất", "Communes by their highest level";
    ALL_PROVINCES, "Tất cả tỉnh, thành phố", "All provinces";
    NOTHING, "Không nơi nào bị khoanh vùng", "There is no zone anywhere";
    NOTHING_WHY, "Chưa có quyết định nào có hiệu lực vào lúc này.", "No decision is in force at this time.";
    HOANG_SA, "Quần đảo Hoàng Sa", "Hoàng Sa archipelago";
    TRUONG_SA, "Quần đảo Trường Sa", "Trường Sa archipelago";
    PROGRAMS, "Dữ liệu cho máy đọc: {path}", "For programs: {path}"
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    as_of: String,
}

/// Communes of a province by their highest level.
type Counts = BTreeMap<Level, usize>;

/// `GET /zones?q=…&as_of=…`
pub async fn page(
    State(state): State<AppState>,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Response> {
    let lang = view.lang;
    let when = When::asked(&asked.as_of, state.now());
    let zones =
        in_force(&state, Territory::Nation, &when).await.map_err(|error| frame::broken(&view, &error))?;
    let provinces = counted(&zones, &when);
    let found = search::results(lang, &asked.q, &zones, &when);
    let body = html! {
        (when.problem(lang))
        (form(lang, &asked.q, &when))
        @if let Some(found) = found { (found) }
        div.map-and-table {
            (map(lang, &provinces, &when))
            div.stack {
                @if provinces.is_empty() {
                    (empty(Icon::Check, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
                } @else { (listed(lang, &provinces, &when)) }
                (all_provinces(lang, &when))
                p.small { (PROGRAMS.fill(lang, &[("path", &when.at("/zones.json"))])) }
            }
        }
    };
    let lead = when.words(lang);
    Ok(Frame { view: &view, title: TITLE.get(lang), lead: &lead, back: None, body }.render())
}

fn counted(zones: &[Zone], when: &When) -> BTreeMap<ProvinceCode, Counts> {
    let province_of: BTreeMap<_, _> = zones.iter().map(|zone| (zone.commune, zone.province)).collect();
    let mut provinces: BTreeMap<ProvinceCode, Counts> = BTreeMap::new();
    for (commune, standing) in standing(zones, &when.span) {
        if let (Some(province), Some(level)) = (province_of.get(&commune), standing.highest()) {
            *provinces.entry(*province).or_default().entry(level).or_default() += 1;
        }
    }
    provinces
}

fn form(lang: Lang, typed: &str, when: &When) -> Markup {
    html! {
        form.form.inline.card role="search" method="get" action=(ZONES) {
            (Field::input(lang, "search", "q", SEARCH.get(lang)).hint(SEARCH_HINT.get(lang)).value(typed).optional())
            (when.field(lang))
            (button(Weight::Primary, FIND.get(lang)))
        }
    }
}

fn map(lang: Lang, provinces: &BTreeMap<ProvinceCode, Counts>, when: &When) -> Markup {
    let look = |code: ProvinceCode| {
        let counts = provinces.get(&code);
        let name = places::name_of(lang, code.as_str());
        let words =
            counts.map_or_else(|| words::NO_ZONE.get(lang).to_owned(), |counts| in_words(lang, counts));
        Look {
            fill: None,
            sign: counts.and_then(|counts| counts.keys().next_back().copied()),
            href: Some(when.at(&province_path(code))),
            title: format!("{name}: {words}"),
            current: false,
        }
    };
    sheet(lang, MAP.get(lang), &drawing::country(), look, |code| inset(lang, code), &[], html! {})
}

/// What an inset of the country shows: the archipelagos by their own names.
fn inset(lang: Lang, province: ProvinceCode) -> String {
    match province.as_str() {
        "48" => HOANG_SA.get(lang).to_owned(),
        "56" => TRUONG_SA.get(lang).to_owned(),
        code => places::name_of(lang, code),
    }
}

/// `Cấp 4: 2, Cấp 3: 11`.
fn in_words(lang: Lang, counts: &Counts) -> String {
    let shown =
        |(level, count): (&Level, &usize)| format!("{}: {count}", words::of(lang, &level.words().name));
    counts.iter().rev().map(shown).collect::<Vec<_>>().join(", ")
}

fn listed(lang: Lang, provinces: &BTreeMap<ProvinceCode, Counts>, when: &When) -> Markup {
    let mut rows: Vec<_> = provinces.iter().collect();
    // The gravest first: by the number of communes of the highest level, then of the next.
    let gravity = |counts: &Counts| -> Vec<usize> {
        levels().levels.iter().rev().map(|words| counts.get(&words.level()).copied().unwrap_or(0)).collect()
    };
    rows.sort_by_key(|(code, counts)| (std::cmp::Reverse(gravity(counts)), **code));
    let columns = [Column::words(PROVINCE.get(lang)), Column::words(COMMUNES.get(lang))];
    let rows = rows.into_iter().map(|(code, counts)| {
        let name = places::name_of(lang, code.as_str());
        vec![
            html! { a href=(when.at(&province_path(*code))) { (name) } },
            html! {
                span.row {
                    @for (level, count) in counts.iter().rev() { span.level-badge { (words::swatch(Some(*level))) (words::level(lang, *level)) ": " (count) } }
                }
            },
        ]
    });
    html! { h2 { (PROVINCES.get(lang)) } (table(PROVINCES.get(lang), &columns, rows)) }
}

fn all_provinces(lang: Lang, when: &When) -> Markup {
    let mut names: Vec<_> = bluezone_domain::map::provinces()
        .shapes()
        .iter()
        .map(|shape| (places::name_of(lang, shape.code.as_str()), when.at(&province_path(shape.code))))
        .collect();
    names.sort_by_key(|(name, _)| bluezone_domain::fold::fold(name));
    html! {
        details.fold {
            summary { (ALL_PROVINCES.get(lang)) }
            ul.fold-body.columns { @for (name, href) in names { li { a href=(href) { (name) } } } }
        }
    }
}
