//! Proposing a warning: which place, when the case was there, on what basis, and how many it would reach.

use super::{case_to_warn_of, one};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::visit_look::{look_up, note};
use crate::console::{contact_words, line, once, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State as Extracted};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_codes::place::PlaceCode;
use bluezone_codes::visit::MARGIN_S;
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::case_look::Kind;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::id::PlaceWarningId;
use bluezone_domain::person::tidy;
use bluezone_domain::place::Place;
use bluezone_domain::place_warning::{
    Ground, LONGEST_REASON, PlaceWarning, Reach, State, Window, WindowProblem, may_warn,
};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Weight, back, link_button};
use bluezone_pages::time::{date_time_value, parse_date_time};
use bluezone_pages::{Text, text};
use bluezone_store::StoreError;
use maud::html;
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Cảnh báo nơi ca {reference} đã đến", "Warn of a place where case {reference} was";
    LEAD, "Ai đã ở đó cùng lúc sẽ được báo, không ai được cho biết ca bệnh là ai. Cần một cán bộ khác của đơn vị đồng ý.",
        "Who was there at the same time is told; nobody learns who the case is. Another officer of the unit must approve.";
    PLACE, "Mã nơi đó (9 số trên áp phích)", "Code of the place (9 digits on its poster)";
    FROM, "Ca đến lúc", "The case came at";
    TO, "Ca rời đi lúc", "The case left at";
    MARGIN, "Tính cả người đến trước hoặc sau (phút)", "Count who came before or after (minutes)";
    MARGIN_HINT, "Mặc định 60 phút, nhiều nhất 360.", "60 by default, 360 at most.";
    BASIS, "Căn cứ dùng nơi ca đã đến", "Legal basis for using where the case was";
    REASON, "Lý do", "Reason";
    REASON_HINT, "Cho cán bộ thứ hai: ca kể thế nào, nơi đó ra sao. Người được cảnh báo không thấy.",
        "For the second officer: what the case said, what the place is like. Those who are warned do not see it.";
    PREVIEW, "Xem bao nhiêu người", "See how many";
    PROPOSE, "Gửi đề nghị", "Propose";
    GIVE_PLACE, "Không có nơi nào mang mã này.", "No place has this code.";
    NOT_NAMED, "Nơi này ngoài địa bàn của bạn, và ca không quét mã hay có mốc dịch tễ nào ở đó. Hãy hỏi ca rồi ghi mốc dịch tễ trước.",
        "This place lies outside your territory, and neither check-ins nor what is written down says that the case was there. Ask the case and write it down first.";
    GIVE_TIME, "Hãy ghi ngày và giờ.", "Write day and time.";
    GIVE_MARGIN, "Hãy ghi số phút từ 0 đến 360.", "Write minutes from 0 to 360.";
    GIVE_BASIS, "Hãy chọn căn cứ.", "Choose a basis.";
    NOT_A_CASE, "Ca này đã được loại trừ: không còn ai để cảnh báo vì ca này.", "This case was ruled out: there is nobody to warn because of it.";
    GIVE_REASON, "Hãy ghi lý do.", "Write the reason.";
    LONG_REASON, "Lý do dài quá 400 ký tự.", "The reason is longer than 400 characters.";
    BACKWARDS, "Ca rời đi trước khi đến. Hãy kiểm tra lại.", "The case left before it came. Please check it.";
    FUTURE, "Giờ này chưa tới.", "This time has not come yet.";
    TOO_LONG, "Dài quá một ngày. Hãy chia thành nhiều cảnh báo.", "Longer than a day. Make several warnings of it.";
    TOO_OLD, "Đã quá 21 ngày: không còn giữ ai đã ở đó.", "More than 21 days ago: nobody who was there is kept any more."
}

/// What was typed, as it was typed. No `Debug`: it says where somebody was.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    place: String,
    from: String,
    to: String,
    margin: String,
    basis: String,
    reason: String,
    ticket: String,
    #[serde(rename = "do")]
    act: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// A visit that was looked up, or a point that was written down: its place and times.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    place: String,
    from: Option<i64>,
    to: Option<i64>,
}

type Problems = Vec<(&'static str, Text)>;

/// `GET /console/cases/{case}/warnings/new`
pub async fn page(
    Extracted(state): Extracted<AppState>,
    signed: Signed,
    view: View,
    Path(case): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let case = case_to_warn_of(&state, &signed, &case).await?;
    let time = |at: Option<i64>| at.map(date_time_value).unwrap_or_default();
    let typed = Typed {
        place: asked.place.parse::<PlaceCode>().map(PlaceCode::grouped).unwrap_or_default(),
        from: time(asked.from),
        to: time(asked.to),
        margin: (MARGIN_S / 60).to_string(),
        basis: LegalBasis::Duty.as_str().to_owned(),
        ticket: once::ticket(&state),
        ..Typed::default()
    };
    Ok(shown(&signed, view, &case, &typed, &Problems::new(), None))
}

/// `POST /console/cases/{case}/warnings/new`
pub async fn propose(
    Extracted(state): Extracted<AppState>,
    signed: Signed,
    view: View,
    Path(case): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let case = case_to_warn_of(&state, &signed, &case).await?;
    let mut problems = Problems::new();
    let Some(mut warning) = read(&state, &signed, &case, &typed, &mut problems).await? else {
        let mut answer = shown(&signed, view, &case, &typed, &problems, None);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    note(&state, &signed, &case, Kind::Reach, warning.basis, &warning.ground.reason).await?;
    let reach = state.store.place_warning_reach(&warning).await?;
    if typed.act == "preview" {
        return Ok(shown(&signed, view, &case, &typed, &problems, Some((reach, warning.proposed_at))));
    }
    warning.ground.reach = Some(reach);
    let here = routes::place_warning(warning.id);
    match state.store.propose_place_warning(&warning, &mut *state.rng()).await {
        Ok(()) => Ok(Redirect::to(&format!("{here}?done=proposed")).into_response()),
        // The same form, sent again: it has done its work.
        Err(StoreError::Conflict(_)) => Ok(Redirect::to(&here).into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn read(
    state: &AppState,
    signed: &Signed,
    case: &Case,
    typed: &Typed,
    problems: &mut Problems,
) -> Result<Option<PlaceWarning>, Failure> {
    let now = state.now();
    let place = match typed.place.parse::<PlaceCode>() {
        Ok(code) => state.store.place(code).await?,
        Err(_) => None,
    };
    if place.is_none() {
        problems.push(("place", GIVE_PLACE));
    }
    let mut time = |field, typed: &str| {
        let time = parse_date_time(typed).map(Timestamp);
        if time.is_none() {
            problems.push((field, GIVE_TIME));
        }
        time
    };
    let (from, to) = (time("from", &typed.from), time("to", &typed.to));
    let margin = typed.margin.trim().parse::<i64>().ok().and_then(|minutes| minutes.checked_mul(60));
    if margin.is_none() {
        problems.push(("margin", GIVE_MARGIN));
    }
    let basis = typed.basis.parse::<LegalBasis>().ok();
    match basis {
        None => problems.push(("basis", GIVE_BASIS)),
        Some(_) if !may_warn(case.facts.status) => problems.push(("basis", NOT_A_CASE)),
        Some(_) => {}
    }
    let reason = tidy(&typed.reason);
    match reason.chars().count() {
        0 => problems.push(("reason", GIVE_REASON)),
        1..=LONGEST_REASON => {}
        _ => problems.push(("reason", LONG_REASON)),
    }
    let (Some(place), Some(from), Some(to), Some(margin_s), Some(basis)) = (place, from, to, margin, basis)
    else {
        return Ok(None);
    };
    let window = Window { place: place.code, from, to, margin_s };
    problems.extend(window.problems(now).into_iter().map(problem));
    if problems.is_empty() && !may_ask(state, signed, case, &place, basis, &reason).await? {
        problems.push(("place", NOT_NAMED));
    }
    if !problems.is_empty() {
        return Ok(None);
    }
    Ok(Some(PlaceWarning {
        id: PlaceWarningId::from_bytes(once::id(state, signed, "place warning", &typed.ticket)),
        window,
        vehicle: place.kind.is_vehicle(),
        ground: Ground { case: case.id, disease: case.disease.clone(), reason, reach: None },
        basis,
        state: State::Proposed,
        unit: signed.officer.unit.clone(),
        proposed_by: signed.officer.id,
        proposed_at: now,
        decided_by: None,
        decided_at: None,
    }))
}

/// Whether this officer may ask who was at a place: it lies in their territory, or the case was there, by what was written down
/// or by where they checked in. Else anybody's presence anywhere could be asked for by counting.
async fn may_ask(
    state: &AppState,
    signed: &Signed,
    case: &Case,
    place: &Place,
    basis: LegalBasis,
    reason: &str,
) -> Result<bool, Failure> {
    if signed.officer.territory.covers(place.area) {
        return Ok(true);
    }
    let points = state.store.epi_points_of_case(case.id).await?;
    if points.iter().any(|point| point.is_at(place)) {
        return Ok(true);
    }
    let looked = look_up(state, signed, case, basis, reason).await?;
    Ok(looked.is_some_and(|looked| looked.visits.iter().any(|visit| visit.place == place.code)))
}

fn problem(of: WindowProblem) -> (&'static str, Text) {
    match of {
        WindowProblem::Backwards => ("to", BACKWARDS),
        WindowProblem::Future => ("to", FUTURE),
        WindowProblem::TooLong => ("to", TOO_LONG),
        WindowProblem::TooOld => ("from", TOO_OLD),
        WindowProblem::Margin => ("margin", GIVE_MARGIN),
    }
}

fn shown(
    signed: &Signed,
    view: View,
    case: &Case,
    typed: &Typed,
    problems: &Problems,
    counted: Option<(Reach, Timestamp)>,
) -> Response {
    let lang = view.lang;
    let listed = line::listed(lang, problems);
    let wrong = |name: &str| line::of(&listed, name);
    let here = routes::new_place_warning(case.id);
    let bases =
        LegalBasis::ALL.iter().map(|of| (of.as_str(), contact_words::legal_basis(lang, *of))).collect();
    let input = |kind: &'static str, name: &'static str, label: Text, value| {
        Field::input(lang, kind, name, label.get(lang)).value(value).error(wrong(name)).complete("off")
    };
    let inside = html! {
        (once::field(&typed.ticket))
        (input("text", "place", PLACE, &typed.place).digits(11))
        (input("datetime-local", "from", FROM, &typed.from))
        (input("datetime-local", "to", TO, &typed.to))
        (input("text", "margin", MARGIN, &typed.margin).digits(3).hint(MARGIN_HINT.get(lang)))
        (Field::select(lang, "basis", BASIS.get(lang), bases).value(&typed.basis).error(wrong("basis")))
        (Field::area(lang, "reason", REASON.get(lang), 3).hint(REASON_HINT.get(lang)).value(&typed.reason)
            .error(wrong("reason")))
        div.actions {
            button.button.primary type="submit" name="do" value="propose" { (PROPOSE.get(lang)) }
            button.button type="submit" name="do" value="preview" { (PREVIEW.get(lang)) }
            (link_button(Weight::Secondary, &routes::case(case.id), words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        (to_mend(lang, &listed))
        @if let Some((reach, at)) = counted { (one::reached(lang, reach, at)) }
        section.card { (form(&here, &signed.form_token, inside)) }
    };
    let title = TITLE.fill(lang, &[("reference", &case.reference)]);
    let (view, lead) = (view.at(&here), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title: &title, lead, wide: false, body }.render()
}
