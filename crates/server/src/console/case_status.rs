//! Changing a case's status: a page that says what it means and asks again, then the change.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{case_page, dates, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::case::{Case, CaseFacts, CaseStatus};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, link_button};
use bluezone_pages::time::date_value;
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{StatusChange, StoreError};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    CONFIRM_TITLE, "Xác nhận ca {reference} dương tính?", "Is case {reference} confirmed by a test?";
    CONFIRM_WHY, "Ca chuyển từ nghi ngờ sang xác định. Việc này không quay lại được; nếu sai, chỉ có thể loại trừ ca.",
        "The case turns from suspected to confirmed. There is no way back; if it is wrong, the case can only be ruled out.";
    CONFIRM_NEXT, "Nếu người bệnh đã chia sẻ khi còn là ca nghi ngờ, hãy cấp mã mới sau bước này: điện thoại của họ sẽ nâng cảnh báo thành ca xác định.",
        "If the patient shared while suspected, issue a new code afterwards: their phone then turns the warning into one of a confirmed case.";
    CONFIRM_DO, "Xác nhận dương tính", "Confirm";
    PROBABLE_TITLE, "Ca {reference} có liên hệ dịch tễ?", "Is case {reference} linked to another?";
    PROBABLE_WHY, "Ca chuyển từ nghi ngờ sang có thể: có liên hệ với một ca hoặc ổ dịch, chưa có xét nghiệm. Việc này không quay lại được.",
        "The case turns from suspected to probable: linked to a case or an outbreak, without a test. There is no way back.";
    PROBABLE_NEXT, "Điện thoại khác vẫn được báo như với ca nghi ngờ; không cần cấp mã mới.",
        "Other phones are told the same as of a suspected case; no new code is needed.";
    PROBABLE_DO, "Đổi thành ca có thể", "Make it probable";
    RULE_OUT_TITLE, "Loại trừ ca {reference}?", "Rule out case {reference}?";
    NEGATIVE_TITLE, "Xét nghiệm của ca {reference} âm tính?", "Is the test of case {reference} negative?";
    NEGATIVE_WHY, "Ca chuyển sang âm tính. Việc này không quay lại được; nếu sau này dương tính, phải ghi nhận ca mới.",
        "The case turns negative. There is no way back; a later positive test is a new case.";
    NEGATIVE_DO, "Xác nhận âm tính", "It is negative";
    RULE_OUT_WHY, "Ca bị loại trừ: chẩn đoán khác, hoặc ghi nhận nhầm. Việc này không quay lại được; nếu sau này dương tính, phải ghi nhận ca mới.",
        "The case is discarded: another diagnosis, or registered by mistake. There is no way back; a later positive test is a new case.";
    RULE_OUT_NEXT, "Nếu người bệnh đã chia sẻ, hãy cấp mã mới sau bước này: điện thoại của họ sẽ rút lại cảnh báo đã gửi.",
        "If the patient has shared, issue a new code afterwards: their phone then withdraws the warning.";
    RULE_OUT_DO, "Loại trừ ca này", "Rule the case out";
    NEEDS_TEST, "Ca xác định cần ngày lấy mẫu xét nghiệm.", "A confirmed case needs the day its sample was taken.";
    MEANWHILE, "Tình trạng đã đổi trong lúc đó", "The status has changed meanwhile";
    MEANWHILE_WHY, "Một cán bộ khác vừa đổi tình trạng ca này. Chưa có gì được lưu; hãy xem lại ca.",
        "Another officer has just changed this case. Nothing was saved; look at the case again.";
    SEE_CASE, "Xem ca", "Look at the case"
}

/// The status that the link on the case's page asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    to: String,
}

/// The form. No `Debug` of its content: the date is a patient's.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The status that the officer saw.
    from: String,
    to: String,
    test_date: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `GET /console/cases/{case}/status?to=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let to = asked.to.parse().map_err(|_| Failure::NotFound)?;
    if !case.facts.status.may_become(to) {
        return Ok(meanwhile(&signed, view, &case));
    }
    let typed = case.facts.test_date.map(|day| date_value(day.0)).unwrap_or_default();
    Ok(shown(&signed, view, &case, to, &typed, None))
}

/// `POST /console/cases/{case}/status`
pub async fn change(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let now = state.now();
    let case = case_page::find(&state, &signed, &id).await?;
    let to: CaseStatus = typed.to.parse().map_err(|_| Failure::Unreadable)?;
    let expected: CaseStatus = typed.from.parse().map_err(|_| Failure::Unreadable)?;
    if to == case.facts.status {
        // Sent twice: it has done its work.
        return Ok(Redirect::to(&routes::case(case.id)).into_response());
    }
    if expected != case.facts.status {
        return Ok(meanwhile(&signed, view, &case));
    }
    let test_date = match dates::read(&typed.test_date, now) {
        // Only confirming asks for a date; everything else keeps the one there is.
        _ if to != CaseStatus::Confirmed => case.facts.test_date,
        Ok(Some(day)) => Some(day),
        Ok(None) => return Ok(wrong(&signed, view, &case, to, &typed.test_date, NEEDS_TEST)),
        Err(problem) => return Ok(wrong(&signed, view, &case, to, &typed.test_date, problem)),
    };
    let facts = CaseFacts { status: to, test_date, ..case.facts };
    let change = StatusChange { case: case.id, expected, facts, by: signed.officer.id, at: now };
    match state.store.change_case_status(&change).await {
        Ok(_) => Ok(Redirect::to(&format!("{}?done=changed", routes::case(case.id))).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(meanwhile(&signed, view, &case)),
        Err(error) => Err(error.into()),
    }
}

fn wrong(signed: &Signed, view: View, case: &Case, to: CaseStatus, typed: &str, problem: Text) -> Response {
    let mut answer = shown(signed, view, case, to, typed, Some(problem));
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    answer
}

fn shown(
    signed: &Signed,
    view: View,
    case: &Case,
    to: CaseStatus,
    typed: &str,
    problem: Option<Text>,
) -> Response {
    let lang = view.lang;
    let (title, why, next, press) = match to {
        CaseStatus::Negative => (NEGATIVE_TITLE, NEGATIVE_WHY, RULE_OUT_NEXT, NEGATIVE_DO),
        CaseStatus::Discarded => (RULE_OUT_TITLE, RULE_OUT_WHY, RULE_OUT_NEXT, RULE_OUT_DO),
        CaseStatus::Probable => (PROBABLE_TITLE, PROBABLE_WHY, PROBABLE_NEXT, PROBABLE_DO),
        _ => (CONFIRM_TITLE, CONFIRM_WHY, CONFIRM_NEXT, CONFIRM_DO),
    };
    let problem = problem.map(|words| words.get(lang));
    let listed: Vec<_> = problem.iter().map(|words| ("test_date", *words)).collect();
    let here = routes::status(case.id);
    let fields = html! {
        input type="hidden" name="from" value=(case.facts.status.as_str());
        input type="hidden" name="to" value=(to.as_str());
        @if to == CaseStatus::Confirmed { (test_date(lang, typed, problem)) }
        div.actions {
            (button(if to.is_ruled_out() { Weight::Danger } else { Weight::Primary }, press.get(lang)))
            (link_button(Weight::Secondary, &routes::case(case.id), words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(&routes::case(case.id), words::BACK_TO_CASE.get(lang)))
        (to_mend(lang, &listed))
        section.card {
            p { (why.get(lang)) }
            p { (next.get(lang)) }
            (form(&here, &signed.form_token, fields))
        }
    };
    let view = view.at(&format!("{here}?to={}", to.as_str()));
    let title = title.fill(lang, &[("reference", &case.reference)]);
    Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render()
}

fn test_date(lang: Lang, typed: &str, problem: Option<&str>) -> Markup {
    html! { (Field::input(lang, "date", "test_date", words::TEST_DATE.get(lang)).value(typed).error(problem)) }
}

fn meanwhile(signed: &Signed, view: View, case: &Case) -> Response {
    let lang = view.lang;
    let to = routes::case(case.id);
    let body = html! {
        (alert(Tone::Caution, MEANWHILE.get(lang), html! { p { (MEANWHILE_WHY.get(lang)) } }))
        div.actions { (link_button(Weight::Primary, &to, SEE_CASE.get(lang))) }
    };
    let view = view.at(&to);
    let title = case_page::TITLE.fill(lang, &[("reference", &case.reference)]);
    let mut answer =
        Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render();
    *answer.status_mut() = StatusCode::CONFLICT;
    answer
}
