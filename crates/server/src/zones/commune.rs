//! `/zones/{province}/{commune}`: what applies in one commune, and what was decided about it before.

use super::frame::{self, Frame, When};
use super::sheet::{Look, sheet};
use super::{commune_path, drawing, places, province, province_path, words};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::area::{CommuneCode, ProvinceCode, Territory};
use bluezone_domain::zone::{Zone, standing};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, fold, status};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{date_time, time_tag};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    MAP, "Bản đồ của {name} và xung quanh.", "Map of {name} and what is around it.";
    NO_ZONE_WHY, "Không có quyết định khoanh vùng nào áp dụng cho nơi này.", "No decision on a zone applies to this place.";
    ONLY_A_PART, "Chỉ áp dụng cho một phần của địa bàn, ghi dưới đây.", "It applies to a part of the place only, named below.";
    ZONES_HERE, "Các vùng đang áp dụng", "Zones in force";
    HISTORY, "Mọi quyết định từ trước đến nay", "Everything that was decided";
    NO_HISTORY, "Chưa có quyết định nào.", "Nothing was decided yet.";
    WRITTEN, "Ghi lúc", "Written down";
    BEFORE, "Trước ngày 01/07/2025 gồm những nơi nào?", "What was here before 1 July 2025?";
    BEFORE_WHY, "Toàn bộ hoặc một phần của:", "All or parts of:"
}

/// `GET /zones/{province}/{commune}?as_of=…`
pub async fn page(
    State(state): State<AppState>,
    view: View,
    Path((of, code)): Path<(String, String)>,
    Query(asked): Query<province::Asked>,
) -> Result<Response, Response> {
    let lang = view.lang;
    let when = When::asked(&asked.as_of, state.now());
    let of: ProvinceCode = of.parse().map_err(|_| frame::not_found(&view))?;
    let code: CommuneCode = code.parse().map_err(|_| frame::not_found(&view))?;
    let territory = Territory::Commune(of, code);
    let known = Edition::in_force().has(territory);
    let drawing = drawing::commune(of, code).filter(|_| known).ok_or_else(|| frame::not_found(&view))?;
    let everything = state
        .store
        .zones(territory, Timestamp(i64::MIN))
        .await
        .map_err(|error| frame::broken(&view, &error))?;
    let zones: Vec<Zone> =
        everything.iter().filter(|zone| zone.during(&when.span).is_some()).cloned().collect();
    let standing = standing(&zones, &when.span).get(&code).copied().unwrap_or_default();
    let name = places::name_of(lang, code.as_str());
    let look = |shape: CommuneCode| Look {
        fill: standing.whole.filter(|_| shape == code),
        sign: None,
        href: (shape != code).then(|| when.at(&commune_path(of, shape))),
        title: places::name_of(lang, shape.as_str()),
        current: shape == code,
    };
    let label = MAP.fill(lang, &[("name", &name)]);
    let map = sheet(
        lang,
        &label,
        &drawing,
        look,
        |_| String::new(),
        &province::parts(&zones, &when, &drawing),
        html! {},
    );
    let body = html! {
        (when.problem(lang))
        (now(lang, standing))
        (when.form(lang, &commune_path(of, code)))
        div.map-and-table {
            (map)
            div.stack {
                @if !zones.is_empty() {
                    h2 { (ZONES_HERE.get(lang)) }
                    (province::listed(lang, &zones, &when))
                }
                (history(lang, &everything))
                (before(lang, code))
            }
        }
    };
    let province = places::name_of(lang, of.as_str());
    let (title, above) = (format!("{name}, {province}"), when.at(&province_path(of)));
    let lead = when.words(lang);
    Ok(Frame { view: &view, title: &title, lead: &lead, back: Some((&above, &province)), body }.render())
}

/// The first thing on the page: how things stand.
fn now(lang: Lang, standing: bluezone_domain::zone::Standing) -> Markup {
    let (tone, icon) = match standing.highest() {
        None => (Tone::Good, Icon::Check),
        Some(level) if level.number() <= 2 => (Tone::Caution, Icon::Info),
        Some(_) => (Tone::Bad, Icon::Warning),
    };
    let why = match (standing.whole, standing.part) {
        (None, None) => Some(NO_ZONE_WHY),
        (None, Some(_)) => Some(ONLY_A_PART),
        (Some(_), _) => None,
    };
    let body = html! { @if let Some(why) = why { p { (why.get(lang)) } } };
    status(tone, icon, &words::standing(lang, standing), body)
}

/// Every decision, the newest first.
fn history(lang: Lang, zones: &[Zone]) -> Markup {
    let mut lines: Vec<_> =
        zones.iter().flat_map(|zone| zone.changes.iter().map(move |change| (zone, change))).collect();
    lines.sort_by_key(|(_, change)| std::cmp::Reverse((change.step.from(), change.at)));
    let columns = [
        Column::words(words::DECISION.get(lang)),
        Column::words(words::LEVEL.get(lang)),
        Column::words(words::IN_FORCE.get(lang)),
        Column::words(words::AREA.get(lang)),
        Column::words(WRITTEN.get(lang)),
    ];
    let rows = lines.iter().map(|(zone, change)| {
        vec![
            html! { (change.decision) },
            words::step(lang, change.step),
            words::span(lang, change.step),
            html! { (words::extent(lang, &zone.extent)) },
            time_tag(change.at.0, &date_time(lang, change.at.0)),
        ]
    });
    let body = html! {
        @if lines.is_empty() { p { (NO_HISTORY.get(lang)) } }
        @else { (table(HISTORY.get(lang), &columns, rows)) }
    };
    fold(HISTORY.get(lang), body)
}

fn before(lang: Lang, code: CommuneCode) -> Markup {
    let before = places::predecessors(code);
    if before.is_empty() {
        return html! {};
    }
    let body = html! {
        p { (BEFORE_WHY.get(lang)) }
        ul {
            @for path in &before {
                li { (path.iter().map(|unit| places::name(lang, unit)).collect::<Vec<_>>().join(", ")) }
            }
        }
    };
    fold(BEFORE.get(lang), body)
}
