//! Who a citizen declares for, themself first: seen whole, and corrected at once.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::page as overview;
use super::remove;
use crate::console::person_fields::{TypedPerson, draw, read};
use crate::console::shell::View;
use crate::console::words::area;
use crate::state::AppState;
use crate::zones::places;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::area::Territory;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::person::{Identity, tidy};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Weight, button, link_button};
use bluezone_pages::{Lang, Text, text};
use maud::html;
use serde::Deserialize;

/// Longest number of a health insurance card, in characters.
const LONGEST_INSURANCE: usize = 17;

text! {
    LEAD, "Sửa có hiệu lực ngay. Tờ khai đã gửi không đổi: gửi tờ khai mới để sửa.",
        "What you change counts at once. Declarations that you sent do not change: send a new one to correct them.";
    WHO, "Thông tin", "Who it is";
    INSURANCE, "Số thẻ BHYT", "Health insurance card";
    PLACE, "Xã, phường nơi ở", "Commune of residence";
    PLACE_HINT, "Ví dụ: Phan Đình Phùng, Thái Nguyên", "For example: Phan Đình Phùng, Thái Nguyên";
    SAVE, "Lưu", "Save";
    CANCEL, "Không sửa", "Change nothing";
    BAD_INSURANCE, "Số thẻ BHYT có tối đa 17 chữ và số.", "A health insurance number has at most 17 letters and digits.";
    BAD_PLACE, "Không tìm thấy, hoặc có nhiều nơi mang tên này. Hãy ghi cả tên tỉnh.", "Not found, or several places have this name. Write the province as well."
}

/// What was typed. No `Debug`: it is a person's.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    #[serde(flatten)]
    person: TypedPerson,
    insurance: String,
    place: String,
}

/// Somebody for whom this citizen declares.
pub async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<Profile, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let profile = state.store.profile(id).await?;
    profile.filter(|profile| profile.citizen == signed.citizen).ok_or(Failure::NotFound)
}

/// `GET /me/people/{profile}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let profile = find(&state, &signed, &id).await?;
    Ok(shown(&signed, view, &profile, &known(&profile), &[], false))
}

/// The page once more, because nobody said that the record shall go.
pub fn unsure(signed: &Signed, view: View, profile: &Profile) -> Response {
    shown(signed, view, profile, &known(profile), &[], true)
}

/// What is known of somebody, as if it was typed.
fn known(profile: &Profile) -> Typed {
    let person = &profile.person;
    Typed {
        person: TypedPerson::of(&person.identity),
        insurance: person.insurance.clone(),
        place: person.area.map(|of| area(Lang::Vi, of)).unwrap_or_default(),
    }
}

/// `POST /me/people/{profile}`
pub async fn change(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let profile = find(&state, &signed, &id).await?;
    let mut problems = Vec::new();
    let (identity, _) = read(&typed.person, Territory::Nowhere, &mut problems);
    let insurance = tidy(&typed.insurance);
    let plain = insurance.chars().all(|c| c.is_ascii_alphanumeric()) && insurance.len() <= LONGEST_INSURANCE;
    if !plain {
        problems.push(("insurance", BAD_INSURANCE));
    }
    let area = match typed.place.trim() {
        "" => None,
        place => places::area(place).map_err(|_| problems.push(("place", BAD_PLACE))).ok(),
    };
    if !problems.is_empty() {
        let mut answer = shown(&signed, view, &profile, &typed, &problems, false);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let identity = Identity { occupation: profile.person.identity.occupation.clone(), ..identity };
    let person = ProfilePerson { identity, insurance, area, relation: profile.person.relation.clone() };
    let corrected = Profile { person, updated_at: state.now(), ..profile };
    state.store.put_profile(&corrected, &mut *state.rng()).await?;
    Ok(Redirect::to(&format!("{}?done=1", routes::ME)).into_response())
}

fn shown(
    signed: &Signed,
    view: View,
    profile: &Profile,
    typed: &Typed,
    problems: &[(&'static str, Text)],
    unsure: bool,
) -> Response {
    let lang = view.lang;
    let here = routes::my_person(profile.id);
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let wrong = |field: &str| listed.iter().find(|(name, _)| *name == field).map(|(_, words)| *words);
    let line = |name, label: Text, value| {
        Field::input(lang, "text", name, label.get(lang))
            .value(value)
            .error(wrong(name))
            .verbatim()
            .optional()
    };
    let body = html! {
        (to_mend(lang, &listed))
        section.card {
            (form(&here, &signed.form_token, html! {
                (draw(lang, WHO.get(lang), &typed.person, Territory::Nowhere, wrong))
                (line("insurance", INSURANCE, &typed.insurance))
                (line("place", PLACE, &typed.place).hint(PLACE_HINT.get(lang)))
                div.actions {
                    (button(Weight::Primary, SAVE.get(lang)))
                    (link_button(Weight::Secondary, routes::ME, CANCEL.get(lang)))
                }
            }))
        }
        (remove::offer(signed, lang, profile, unsure))
    };
    let view = view.at(&here);
    let back = Some((routes::ME, overview::TITLE.get(lang)));
    let lead = Some(LEAD.get(lang));
    Shell { back, lead, body, ..Shell::new(&view, Some(signed), &overview::name(lang, profile)) }.render()
}
