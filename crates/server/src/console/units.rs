//! The units within an administrator's territory, and asking for another kind or territory of one. Units are made and ended
//! on the server's own command line (`bluezone admin unit`).

use crate::console::access::Signed;
use crate::console::approvals;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::admin_unit::Edition;
use bluezone_domain::approval::Change;
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, back, badge, button, facts, fold, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Đơn vị", "Units";
    CAPTION, "Các đơn vị trong địa bàn của bạn, theo mã", "The units within your territory, by code";
    CODE, "Mã", "Code";
    NAME, "Tên", "Name";
    PLACE, "Loại và địa bàn", "Kind and territory";
    STATE, "Trạng thái", "State";
    DO, "Thao tác", "Action";
    AT_WORK, "Đang hoạt động", "At work";
    ENDED, "Đã kết thúc", "Ended";
    CHANGE, "Đổi", "Change";
    CHANGE_WHICH, "Đổi loại hoặc địa bàn của {unit}", "Change kind or territory of {unit}";
    TO, "Đổi {unit}", "Change {unit}";
    TO_WHY, "Cán bộ của đơn vị thấy những gì thuộc địa bàn của đơn vị. Vì vậy cần một người quản trị khác đồng ý.",
        "Officers of a unit see what lies in its territory. So another administrator must approve.";
    NOW, "Hiện nay", "Now";
    KIND, "Loại", "Kind";
    TERRITORY, "Địa bàn", "Territory";
    TERRITORY_HINT, "Mã tỉnh (19), mã tỉnh và xã (19/05443), hoặc nation cho cả nước.",
        "The code of a province (19), of a province and a commune (19/05443), or nation for all of it.";
    ASK, "Đề nghị thay đổi", "Ask for the change";
    BAD_KIND, "Hãy chọn loại.", "Choose a kind.";
    BAD_TERRITORY, "Không có địa bàn này, hoặc không nằm trong địa bàn của bạn.",
        "There is no such territory, or it is not within yours.";
    NOT_FITTING, "Loại đơn vị này không phụ trách địa bàn như vậy.", "A unit of that kind does not answer for such a territory.";
    SAME, "Đơn vị đã như vậy.", "The unit is like that already.";
    HOW, "Tạo hoặc kết thúc đơn vị", "Make or end a unit";
    HOW_WHY, "Làm trên máy chủ:", "On the server itself:"
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    territory: String,
}

type Problem = (&'static str, Text);

/// `GET /console/units`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    let lang = view.lang;
    let mut units = state.store.list_units().await?;
    units.retain(|unit| signed.officer.territory.contains(unit.territory));
    let body = html! {
        (rows(lang, &units, state.now()))
        (fold(HOW.get(lang), html! {
            p { (HOW_WHY.get(lang)) }
            pre.command { code { "bluezone admin unit add --code CDC-19 --kind provincial-cdc --territory 19 --name 'CDC Thái Nguyên'" } }
            pre.command { code { "bluezone admin unit end --code CDC-19" } }
        }))
    };
    let view = view.at(routes::UNITS);
    Ok(Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: true, body }
        .render())
}

/// `GET /console/units/{unit}/place`
pub async fn form_page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let unit = find(&state, &signed, &code).await?;
    let typed = Typed { kind: unit.kind.as_str().to_owned(), territory: unit.territory.to_string() };
    Ok(shown(&signed, view, &unit, &typed, &[]))
}

/// `POST /console/units/{unit}/place`
pub async fn ask(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let unit = find(&state, &signed, &code).await?;
    match read(&signed, &unit, &typed) {
        Ok(change) => approvals::ask(&state, &signed, change).await,
        Err(problem) => {
            let mut page = shown(&signed, view, &unit, &typed, &[problem]);
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
    }
}

/// A unit within the administrator's territory. Any other is not found.
async fn find(state: &AppState, signed: &Signed, code: &str) -> Result<Unit, Failure> {
    let unit = state.store.unit(code).await?;
    unit.filter(|unit| signed.officer.territory.contains(unit.territory)).ok_or(Failure::NotFound)
}

fn read(signed: &Signed, unit: &Unit, typed: &Typed) -> Result<Change, Problem> {
    let kind: UnitKind = typed.kind.parse().map_err(|_| ("kind", BAD_KIND))?;
    let territory = typed.territory.trim().parse().map_err(|_| ("territory", BAD_TERRITORY))?;
    if !Edition::in_force().has(territory) || !signed.officer.territory.contains(territory) {
        return Err(("territory", BAD_TERRITORY));
    }
    if !kind.answers_for(territory) {
        return Err(("territory", NOT_FITTING));
    }
    if (kind, territory) == (unit.kind, unit.territory) {
        return Err(("territory", SAME));
    }
    Ok(Change::PlaceUnit { unit: unit.code.clone(), kind, territory })
}

fn rows(lang: Lang, units: &[Unit], now: Timestamp) -> Markup {
    let columns = [
        Column::words(CODE.get(lang)),
        Column::words(NAME.get(lang)),
        Column::words(PLACE.get(lang)),
        Column::words(STATE.get(lang)),
        Column::words(DO.get(lang)),
    ];
    let rows = units.iter().map(|unit| {
        let which = CHANGE_WHICH.fill(lang, &[("unit", &unit.code)]);
        let state = if unit.is_valid(now) {
            badge(Tone::Good, AT_WORK.get(lang))
        } else {
            badge(Tone::Neutral, ENDED.get(lang))
        };
        vec![
            html! { (unit.code) },
            html! { (unit.name) },
            html! { (words::unit_place(lang, unit.kind, unit.territory)) },
            state,
            html! {
                @if unit.is_valid(now) { a href=(routes::place(&unit.code)) aria-label=(which) { (CHANGE.get(lang)) } }
                @else { span.soft { "–" } }
            },
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

fn shown(signed: &Signed, view: View, unit: &Unit, typed: &Typed, problems: &[Problem]) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let problem = |field| listed.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let kinds = UnitKind::ALL.map(|kind| (kind.as_str(), words::unit_kind(lang, kind))).to_vec();
    let fields = html! {
        (Field::select(lang, "kind", KIND.get(lang), kinds).value(&typed.kind).error(problem("kind")))
        (Field::input(lang, "text", "territory", TERRITORY.get(lang)).value(&typed.territory)
            .hint(TERRITORY_HINT.get(lang)).complete("off").verbatim().error(problem("territory")))
        div.actions {
            (button(Weight::Primary, ASK.get(lang)))
            (link_button(Weight::Secondary, routes::UNITS, words::CANCEL.get(lang)))
        }
    };
    let place = routes::place(&unit.code);
    let body = html! {
        (back(routes::UNITS, TITLE.get(lang)))
        (to_mend(lang, &listed))
        section.card {
            p { (TO_WHY.get(lang)) }
            (facts([
                (NAME.get(lang), html! { (unit.name) }),
                (NOW.get(lang), html! { (words::unit_place(lang, unit.kind, unit.territory)) }),
            ]))
            (form(&place, &signed.form_token, fields))
        }
    };
    let title = TO.fill(lang, &[("unit", &unit.code)]);
    let view = view.at(&place);
    Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render()
}
