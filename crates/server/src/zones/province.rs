//! `/zones/{province}`: a province with its communes.

use super::frame::{self, Frame, When};
use super::sheet::{Look, Part, sheet};
use super::{ZONES, commune_path, drawing, in_force, places, province_path, words};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::area::{CommuneCode, ProvinceCode, Territory};
use bluezone_domain::fold::fold;
use bluezone_domain::zone::{Extent, Standing, Zone, standing};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::empty;
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

text! {
    TITLE, "Khoanh vùng dịch: {name}", "Outbreak zones: {name}";
    MAP, "Bản đồ cấp độ dịch của các xã, phường; bảng bên cạnh ghi cùng nội dung.",
        "Map of the communes and their levels; the table beside it says the same.";
    ZONES_HERE, "Các vùng đang áp dụng", "Zones in force";
    ALL, "Tất cả {n} xã, phường", "All {n} communes";
    NOTHING, "Không nơi nào trong tỉnh bị khoanh vùng", "There is no zone in this province";
    NOTHING_WHY, "Chưa có quyết định nào có hiệu lực vào lúc này.", "No decision is in force at this time.";
    BACK, "Cả nước", "The country"
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The day, as it was typed.
    pub as_of: String,
}

/// `GET /zones/{province}?as_of=…`
pub async fn page(
    State(state): State<AppState>,
    view: View,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Response> {
    let lang = view.lang;
    let when = When::asked(&asked.as_of, state.now());
    let code: ProvinceCode = code.parse().map_err(|_| frame::not_found(&view))?;
    let drawing = drawing::province(code).ok_or_else(|| frame::not_found(&view))?;
    let zones = in_force(&state, Territory::Province(code), &when)
        .await
        .map_err(|error| frame::broken(&view, &error))?;
    let communes = standing(&zones, &when.span);
    let look = |commune: CommuneCode| look(lang, code, commune, &communes, &when);
    let map = sheet(
        lang,
        MAP.get(lang),
        &drawing,
        look,
        |code| places::name_of(lang, code.as_str()),
        &parts(&zones, &when, &drawing),
        html! {},
    );
    let body = html! {
        (when.problem(lang))
        (when.form(lang, &province_path(code)))
        div.map-and-table {
            (map)
            div.stack {
                @if zones.is_empty() {
                    (empty(Icon::Check, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
                } @else {
                    h2 { (ZONES_HERE.get(lang)) }
                    (listed(lang, &zones, &when))
                }
                (all(lang, code, &communes, &when))
            }
        }
    };
    let title = TITLE.fill(lang, &[("name", &places::name_of(lang, code.as_str()))]);
    let (lead, above) = (when.words(lang), when.at(ZONES));
    Ok(Frame { view: &view, title: &title, lead: &lead, back: Some((&above, BACK.get(lang))), body }.render())
}

/// How a commune looks on the map of its province.
fn look(
    lang: Lang,
    province: ProvinceCode,
    commune: CommuneCode,
    communes: &BTreeMap<CommuneCode, Standing>,
    when: &When,
) -> Look {
    let standing = communes.get(&commune).copied().unwrap_or_default();
    let name = places::name_of(lang, commune.as_str());
    Look {
        fill: standing.whole,
        sign: standing.part,
        href: Some(when.at(&commune_path(province, commune))),
        title: format!("{name}: {}", words::standing(lang, standing)),
        current: false,
    }
}

/// The parts that were drawn, the gravest on top.
pub fn parts(zones: &[Zone], when: &When, drawing: &drawing::Drawing<CommuneCode>) -> Vec<Part> {
    let mut parts: Vec<Part> = zones
        .iter()
        .filter_map(|zone| match (&zone.extent, zone.during(&when.span)) {
            (Extent::Part { places, outline: Some(outline) }, Some((level, _))) => {
                Some(Part { level, points: drawing.points(outline.corners()), title: places.clone() })
            }
            _ => None,
        })
        .collect();
    parts.sort_by_key(|part| part.level);
    parts
}

/// Zones with their level, the gravest first.
pub fn listed(lang: Lang, zones: &[Zone], when: &When) -> Markup {
    let mut rows: Vec<_> =
        zones.iter().filter_map(|zone| zone.during(&when.span).map(|now| (zone, now))).collect();
    rows.sort_by_key(|(zone, (level, _))| (std::cmp::Reverse(*level), zone.commune));
    let columns = [
        Column::words(words::AREA.get(lang)),
        Column::words(words::LEVEL.get(lang)),
        Column::words(words::IN_FORCE.get(lang)),
        Column::words(words::DECISION.get(lang)),
    ];
    let rows = rows.into_iter().map(|(zone, (level, change))| {
        let name = places::name_of(lang, zone.commune.as_str());
        vec![
            html! {
                div {
                    a href=(when.at(&commune_path(zone.province, zone.commune))) { (name) }
                    @if let Extent::Part { places, .. } = &zone.extent { span.below { (places) } }
                }
            },
            words::badge(lang, level),
            words::span(lang, change.step),
            html! { div { (change.decision) span.below { (change.reason) } } },
        ]
    });
    table(ZONES_HERE.get(lang), &columns, rows)
}

/// Every commune, for whoever does not use the map.
fn all(
    lang: Lang,
    province: ProvinceCode,
    communes: &BTreeMap<CommuneCode, Standing>,
    when: &When,
) -> Markup {
    let shapes = bluezone_domain::map::communes(province).map(|map| map.shapes()).unwrap_or_default();
    let mut rows: Vec<_> =
        shapes.iter().map(|shape| (places::name_of(lang, shape.code.as_str()), shape.code)).collect();
    rows.sort_by_key(|(name, code)| (fold(name), *code));
    html! {
        details.fold {
            summary { (ALL.fill(lang, &[("n", &rows.len().to_string())])) }
            ul.fold-body.columns {
                @for (name, code) in rows {
                    li {
                        a href=(when.at(&commune_path(province, code))) { (name) }
                        @if let Some(standing) = communes.get(&code) { ": " (words::standing(lang, *standing)) }
                    }
                }
            }
        }
    }
}
