//! A new zone: first which commune, then how much of it, how grave, how long and by what decision; a look at the map before
//! it is saved.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::zones::terms::{self, Problems};
use crate::console::zones::{area, list, log, may_draw};
use crate::console::{once, routes, words as console_words};
use crate::state::AppState;
use crate::zones::drawing;
use crate::zones::places;
use crate::zones::sheet::{Look, sheet};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::admin_unit::{Edition, Level as UnitLevel};
use bluezone_domain::area::{Area, CommuneCode, ProvinceCode, Territory};
use bluezone_domain::fold::fold;
use bluezone_domain::id::ZoneId;
use bluezone_domain::zone::{Change, Extent, Level, Terms, Zone};
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, link_button};
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Khoanh vùng mới", "New zone";
    WHICH, "Bấm vào xã, phường trên bản đồ hoặc chọn trong danh sách.", "Press a commune on the map or choose it from the list.";
    MAP, "Bản đồ các xã, phường trong địa bàn; danh sách bên cạnh ghi cùng nội dung.",
        "Map of the communes of your territory; the list beside it says the same.";
    NO_TERRITORY, "Đơn vị của bạn chưa có địa bàn", "Your unit has no territory yet";
    NO_TERRITORY_WHY, "Người quản trị đặt địa bàn cho đơn vị; sau đó bạn khoanh vùng được.",
        "An administrator sets your unit's territory; then you can decide about zones.";
    OTHER, "Chọn xã, phường khác", "Choose another commune";
    SAVE, "Lưu và công bố", "Save and publish";
    PREVIEW, "Xem trên bản đồ", "See on the map";
    PREVIEWED, "Đây là vùng sẽ được công bố", "This is the zone that will be published";
    PREVIEWED_WHY, "Chưa có gì được lưu.", "Nothing has been saved."
}

/// The commune, once it is chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    commune: String,
}

/// What was typed, as it was typed.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default)]
pub struct Typed {
    commune: String,
    #[serde(flatten)]
    area: area::Typed,
    #[serde(flatten)]
    terms: terms::Typed,
    ticket: String,
    #[serde(rename = "do")]
    act: String,
}

/// `GET /console/zones/new?commune=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    if asked.commune.is_empty() {
        return Ok(choose(&signed, &view));
    }
    let place = place(&signed, &asked.commune)?;
    let area = area::Typed { extent: "whole".to_owned(), ..area::Typed::default() };
    let (terms, ticket) = (terms::Typed::new(state.now()), once::ticket(&state));
    let typed = Typed { commune: asked.commune, area, terms, ticket, act: String::new() };
    Ok(shown(&signed, view, place, &typed, &Problems::new(), None))
}

/// `POST /console/zones/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let now = state.now();
    let place = place(&signed, &typed.commune)?;
    let (province, commune) = place;
    let mut problems = Problems::new();
    let extent = typed.area.read(province, commune, &mut problems);
    let terms = typed.terms.read(province, commune, now, &mut problems);
    let (Some(extent), Some(terms)) = (extent, terms) else {
        let mut answer = shown(&signed, view, place, &typed, &problems, None);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    if typed.act == "preview" {
        return Ok(shown(&signed, view, place, &typed, &problems, Some((&extent, terms.level))));
    }
    let step = terms.step();
    let Terms { decision, reason, .. } = terms;
    let change = Change { at: now, by: signed.officer.id, step, decision, reason };
    let id = ZoneId::from_bytes(once::id(&state, &signed, "zone", &typed.ticket));
    let zone = Zone { id, province, commune, extent, changes: vec![change] };
    let first = &zone.changes[0];
    match state.store.create_zone(&zone, &log::entry(&signed, &zone, first)).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=1", routes::zone(id))).into_response()),
        // The same form, sent again: it has done its work.
        Err(StoreError::Conflict(_)) => Ok(Redirect::to(&routes::zone(id)).into_response()),
        Err(error) => Err(error.into()),
    }
}

/// A commune of the officer's territory.
fn place(signed: &Signed, code: &str) -> Result<(ProvinceCode, CommuneCode), Failure> {
    let commune: CommuneCode = code.parse().map_err(|_| Failure::NotFound)?;
    let province = Edition::in_force().province_of(code).ok_or(Failure::NotFound)?;
    let area = Area { province, commune: Some(commune) };
    if may_draw(signed, area) { Ok((province, commune)) } else { Err(Failure::NotFound) }
}

fn address(commune: &str) -> String {
    format!("{}?commune={commune}", routes::NEW_ZONE)
}

/// The first step: which commune.
fn choose(signed: &Signed, view: &View) -> Response {
    let lang = view.lang;
    let body = html! {
        (back(routes::ZONES, list::TITLE.get(lang)))
        @match signed.officer.territory {
            Territory::Province(province) | Territory::Commune(province, _) => (communes(lang, signed, province)),
            Territory::Nation | Territory::Nowhere => {
                (alert(Tone::Caution, NO_TERRITORY.get(lang), html! { p { (NO_TERRITORY_WHY.get(lang)) } }))
            }
        }
    };
    let (title, lead) = (TITLE.get(lang), Some(WHICH.get(lang)));
    Shell { view, signed: Some(signed), title, lead, wide: true, body }.render()
}

fn communes(lang: Lang, signed: &Signed, province: ProvinceCode) -> Markup {
    let Some(drawing) = drawing::province(province) else { return html! {} };
    let ours = |commune: CommuneCode| may_draw(signed, Area { province, commune: Some(commune) });
    let name = |code: CommuneCode| places::name_of(lang, code.as_str());
    let look = |code: CommuneCode| Look {
        fill: None,
        sign: None,
        href: ours(code).then(|| address(code.as_str())),
        title: name(code),
        current: false,
    };
    let mut listed: Vec<_> = Edition::in_force()
        .children(province.as_str())
        .filter(|unit| unit.level == UnitLevel::Commune && unit.code.parse().is_ok_and(ours))
        .collect();
    listed.sort_by_key(|unit| fold(unit.name));
    html! {
        div.map-and-table {
            (sheet(lang, MAP.get(lang), &drawing, look, name, &[], html! {}))
            section.card {
                ul.columns { @for unit in listed { li { a href=(address(unit.code)) { (places::name(lang, unit)) } } } }
            }
        }
    }
}

/// The second step: the form, with the map beside it.
fn shown(
    signed: &Signed,
    view: View,
    (province, commune): (ProvinceCode, CommuneCode),
    typed: &Typed,
    problems: &Problems,
    preview: Option<(&Extent, Level)>,
) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let fields = html! {
        (once::field(&typed.ticket))
        input type="hidden" name="commune" value=(typed.commune);
        (area::fields(lang, &typed.area, &listed))
        (terms::level_and_times(lang, &typed.terms, &listed))
        (terms::paper(lang, &typed.terms.decision, &typed.terms.reason, &listed))
        div.actions {
            button.button.primary type="submit" name="do" value="save" { (SAVE.get(lang)) }
            button.button type="submit" name="do" value="preview" { (PREVIEW.get(lang)) }
            (link_button(Weight::Secondary, routes::ZONES, console_words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(routes::NEW_ZONE, OTHER.get(lang)))
        (to_mend(lang, &listed))
        @if preview.is_some() {
            (alert(Tone::Info, PREVIEWED.get(lang), html! { p { (PREVIEWED_WHY.get(lang)) } }))
        }
        div.map-and-table {
            (area::map(lang, province, commune, preview, true))
            section.card { (form(routes::NEW_ZONE, &signed.form_token, fields)) }
        }
    };
    let view = view.at(&address(&typed.commune));
    let name = places::name_of(lang, commune.as_str());
    let lead = format!("{name}, {}", places::name_of(lang, province.as_str()));
    let (title, lead) = (TITLE.get(lang), Some(lead.as_str()));
    Shell { view: &view, signed: Some(signed), title, lead, wide: true, body }.render()
}
