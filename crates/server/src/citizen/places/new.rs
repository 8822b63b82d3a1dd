//! Registering a place: first the province, then the rest. The telephone number is the account's, confirmed already.

use super::fields::{Said, Typed};
use super::words;
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::admin_unit::{Edition, Level};
use bluezone_domain::area::ProvinceCode;
use bluezone_domain::place::{Place, PlaceCode};
use bluezone_pages::form::{Field, form, tick, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::StoreError;
use maud::html;
use serde::Deserialize;

text! {
    TITLE, "Đăng ký địa điểm", "Register a place";
    LEAD, "Bạn nhận ngay mã số và mã QR để in. Cơ quan y tế chỉ dùng khi có ca bệnh đã đến đây.",
        "You get a code and a QR code to print at once. The health authority uses them only when a case was here.";
    PROVINCE, "Tỉnh, thành phố", "Province or city";
    CHOOSE, "Hãy chọn", "Please choose";
    GO_ON, "Tiếp tục", "Continue";
    OTHER_PROVINCE, "Chọn tỉnh khác", "Choose another province";
    REGISTER, "Đăng ký", "Register";
    TWICE, "Bạn đã đăng ký một nơi cùng tên", "You have registered a place of that name";
    TWICE_WHY, "Có phải vẫn là nơi đó?", "Is it the same place?";
    ANYWAY, "Đây là nơi khác, vẫn đăng ký", "This is another place: register it";
    TOO_MANY, "Bạn đã đăng ký quá nhiều nơi", "You have registered too many places";
    TOO_MANY_WHY, "Hãy gọi trạm y tế nếu bạn quản lý nhiều địa điểm hơn.", "Call the health station if you run more places.";
    BACK, "Địa điểm của tôi", "My places"
}

/// Codes that are tried when one is taken: with a million places in 90 million codes, one in 90 is.
const TRIES: usize = 20;

/// What the address may say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    province: String,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    province: String,
    anyway: String,
    #[serde(flatten)]
    typed: Typed,
}

/// `GET /places/new`
pub async fn page(signed: Signed, view: View, Query(asked): Query<Asked>) -> Response {
    match province(&asked.province) {
        Some(province) => shown(&signed, &view, province, &Typed::default(), &[], None),
        None => which_province(&signed, &view),
    }
}

/// `POST /places/new`
pub async fn register(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let view = view.at(routes::NEW_PLACE);
    let Some(province) = province(&sent.province) else { return Ok(which_province(&signed, &view)) };
    let said = match sent.typed.read(province) {
        Ok(said) => said,
        Err(problems) => return Ok(wrong(shown(&signed, &view, province, &sent.typed, &problems, None))),
    };
    let mut place = place(&state, &signed, said);
    let own = state.store.places_of(signed.citizen).await?;
    if let Some(twin) = own.iter().find(|one| one.looks_like(&place)).filter(|_| sent.anyway != "yes") {
        return Ok(wrong(shown(&signed, &view, province, &sent.typed, &[], Some(twin))));
    }
    for _ in 0..TRIES {
        match state.store.create_place(&place, &mut *state.rng()).await {
            Ok(()) => return Ok(Redirect::to(&routes::place(place.code)).into_response()),
            Err(StoreError::Conflict(_)) => place.code = PlaceCode::generate(&mut *state.rng()),
            Err(StoreError::NotAllowed(_)) => return Ok(wrong(too_many(&signed, &view))),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Broken)
}

fn place(state: &AppState, signed: &Signed, said: Said) -> Place {
    Place {
        code: PlaceCode::generate(&mut *state.rng()),
        owner: Some(signed.citizen),
        kind: said.kind,
        details: said.details,
        area: said.area,
        capacity: said.capacity,
        dwell_minutes: said.dwell_minutes,
        edition: 1,
        created_at: state.now(),
        closed_at: None,
    }
}

fn province(code: &str) -> Option<ProvinceCode> {
    code.parse().ok().filter(|code: &ProvinceCode| Edition::in_force().get(code.as_str()).is_some())
}

fn wrong(mut answer: Response) -> Response {
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    answer
}

fn which_province(signed: &Signed, view: &View) -> Response {
    let lang = view.lang;
    let field = Field::select(lang, "province", PROVINCE.get(lang), provinces(lang));
    let body = html! {
        section.card {
            form.form method="get" action=(routes::NEW_PLACE) { (field) (button(Weight::Primary, GO_ON.get(lang))) }
        }
    };
    shell(signed, view, body)
}

fn provinces(lang: Lang) -> Vec<(&'static str, &'static str)> {
    let units = Edition::in_force().of_level(Level::Province);
    let mut provinces: Vec<_> =
        units.map(|unit| (unit.code, crate::zones::places::name(lang, unit))).collect();
    provinces.sort_by_key(|(_, name)| *name);
    provinces.insert(0, ("", CHOOSE.get(lang)));
    provinces
}

fn shown(
    signed: &Signed,
    view: &View,
    province: ProvinceCode,
    typed: &Typed,
    problems: &[(&'static str, Text)],
    twin: Option<&Place>,
) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let body = html! {
        (to_mend(lang, &listed))
        @if let Some(twin) = twin {
            (alert(Tone::Caution, TWICE.get(lang), html! {
                p { (TWICE_WHY.get(lang)) " " a href=(routes::place(twin.code)) { (twin.details.name) }
                    " – " (words::whereabouts(lang, twin)) }
            }))
        }
        section.card {
            p {
                strong { (crate::zones::places::name_of(lang, province.as_str())) } " · "
                a href=(routes::NEW_PLACE) { (OTHER_PROVINCE.get(lang)) }
            }
            (form(routes::NEW_PLACE, &signed.form_token, html! {
                input type="hidden" name="province" value=(province);
                (typed.draw(lang, province, problems))
                @if twin.is_some() { (tick("anyway", ANYWAY.get(lang), false, None)) }
                (button(Weight::Primary, REGISTER.get(lang)))
            }))
        }
    };
    shell(signed, view, body)
}

fn too_many(signed: &Signed, view: &View) -> Response {
    let lang = view.lang;
    shell(signed, view, alert(Tone::Caution, TOO_MANY.get(lang), html! { p { (TOO_MANY_WHY.get(lang)) } }))
}

fn shell(signed: &Signed, view: &View, body: maud::Markup) -> Response {
    let lang = view.lang;
    let back = Some((routes::PLACES, BACK.get(lang)));
    Shell { back, lead: Some(LEAD.get(lang)), body, ..Shell::new(view, Some(signed), TITLE.get(lang)) }
        .render()
}
