//! One warning: what it is of, how many it would have reached when it was proposed, and the second officer's decision.
//!
//! Nothing is counted here: a count is a look at who was there, and each look has its basis and its note.

use super::{list, place, state_badge, window};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{contact_words, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State as Extracted};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::counts::alone;
use bluezone_domain::id::{OfficerId, PlaceWarningId};
use bluezone_domain::place_warning::{Decision, PlaceWarning, Reach, State, Undecidable, may_warn};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, back, card, facts, figures};
use bluezone_pages::time::{date_time, number};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Cảnh báo: {place}", "Warning: {place}";
    ABOUT, "Điều được cảnh báo", "What is warned of";
    STATE, "Trạng thái", "State";
    WHEN, "Ca đã ở đó", "The case was there";
    OF_CASE, "Ca", "Case";
    CASE_STATUS, "Tình trạng ca bây giờ", "The case now";
    CASE_GONE, "không còn hồ sơ", "its record is gone";
    BASIS, "Căn cứ", "Legal basis";
    REASON, "Lý do", "Reason";
    BY, "Người đề nghị", "Proposed by";
    AT, "Lúc", "At";
    DECIDED_BY, "Người quyết định", "Decided by";
    REACH, "Bao nhiêu người", "How many people";
    PEOPLE, "người nhận cảnh báo trong hộp thư", "people with a message in their inbox";
    VISITS, "lượt ghé trùng thời gian", "visits that overlap";
    WITHOUT, "lượt của người không có tài khoản", "visits of people without an account";
    FEW, "dưới 10", "under 10";
    COUNTED, "Đếm lúc {time}.", "Counted at {time}.";
    TOLD, "Đã báo", "Told so far";
    TOLD_N, "{n} người", "{n} people";
    REACH_WHY, "Đây là số người quét mã trên web. Ai quét bằng ứng dụng thì điện thoại tự đối chiếu, không ai biết là bao nhiêu người.",
        "These checked in on the web. The phones of those who used the app compare by themselves, and nobody knows how many they are.";
    DECIDE, "Quyết định", "Decide";
    DECIDE_WHY, "Đồng ý thì cảnh báo được gửi ngay và không thu lại được. Nơi và thời gian phải đúng như ca đã kể.",
        "Once approved, the warning goes out at once and cannot be called back. Place and time must be as the case told.";
    WAITS, "Cần một cán bộ khác của đơn vị quyết định.", "Another officer of the unit must decide.";
    APPROVE, "Đồng ý và gửi cảnh báo", "Approve and warn";
    REFUSE, "Không duyệt", "Refuse";
    WITHDRAW, "Rút lại đề nghị", "Take it back";
    DONE_PROPOSED, "Đã gửi đề nghị", "It is proposed";
    DONE_APPROVED, "Đã gửi cảnh báo", "The warning is sent";
    DONE_REFUSED, "Đã từ chối", "It is refused";
    DONE_WITHDRAWN, "Đã rút lại", "It is taken back";
    NOT_COUNTED, "Chưa đếm được bao nhiêu người", "Nobody counted how many people";
    NOT_COUNTED_WHY, "Đề nghị này có từ trước khi số người được lưu lại, nên không ai duyệt được mà không biết báo cho bao nhiêu người. Hãy từ chối hoặc rút lại, rồi đề nghị lại.",
        "This proposal is from before the number of people was kept, and nobody approves without knowing how many it warns. Refuse it or take it back, and propose it again.";
    RULED_OUT, "Ca này đã được loại trừ: không ai được cảnh báo vì ca này nữa", "This case was ruled out: nobody is warned of it any more";
    RULED_OUT_WHY, "Chưa có cảnh báo nào được gửi. Hãy từ chối hoặc rút lại đề nghị.",
        "No warning was sent. Refuse the proposal, or take it back.";
    NOTHING_DONE, "Chưa có gì thay đổi", "Nothing was changed";
    NOTHING_DONE_WHY, "Cảnh báo đã được quyết định, hoặc bạn không phải người quyết định. Hãy xem lại.",
        "The warning was decided on, or it is not yours to decide. Look at it again."
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// The form of a decision.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    answer: String,
}

/// A warning of this officer's unit.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<PlaceWarning, Failure> {
    let id: PlaceWarningId = id.parse().map_err(|_| Failure::NotFound)?;
    let warning = state.store.place_warning(id).await?;
    warning.filter(|warning| warning.unit == signed.officer.unit).ok_or(Failure::NotFound)
}

/// `GET /console/place-warnings/{warning}`
pub async fn page(
    Extracted(state): Extracted<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let warning = find(&state, &signed, &id).await?;
    let done = match asked.done.as_str() {
        "proposed" => Some((Tone::Good, DONE_PROPOSED)),
        "approved" => Some((Tone::Good, DONE_APPROVED)),
        "refused" => Some((Tone::Good, DONE_REFUSED)),
        "withdrawn" => Some((Tone::Good, DONE_WITHDRAWN)),
        _ => None,
    };
    shown(&state, &signed, view, &warning, done).await
}

/// `POST /console/place-warnings/{warning}`
pub async fn decide(
    Extracted(state): Extracted<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    let warning = find(&state, &signed, &id).await?;
    let decision = match answer.answer.as_str() {
        "approve" => Decision::Approve,
        "refuse" => Decision::Refuse,
        "withdraw" => Decision::Withdraw,
        _ => return Err(Failure::Unreadable),
    };
    if decision == Decision::Approve && warning.ground.reach.is_none() {
        return nothing_done(&state, &signed, view, &warning).await;
    }
    let (officer, mut rng) = (&signed.officer, state.rng());
    let unit = &officer.unit;
    let decided = state
        .store
        .decide_place_warning(warning.id, officer.id, unit, decision, state.now(), &mut *rng)
        .await;
    match decided {
        Ok(()) => {
            tracing::info!(officer = %officer.id, warning = %warning.id, ?decision, "decided on a warning of a place");
            let here = routes::place_warning(warning.id);
            Ok(Redirect::to(&format!("{here}?done={}", decision.state().as_str())).into_response())
        }
        Err(StoreError::NotAllowed(why)) if why == Undecidable::RuledOut.as_str() => {
            // The page says so by itself.
            let mut page = shown(&state, &signed, view, &warning, None).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
        Err(StoreError::NotAllowed(_)) => nothing_done(&state, &signed, view, &warning).await,
        Err(error) => Err(error.into()),
    }
}

/// The page again, which says why.
async fn nothing_done(
    state: &AppState,
    signed: &Signed,
    view: View,
    warning: &PlaceWarning,
) -> Result<Response, Failure> {
    let mut page = shown(state, signed, view, warning, Some((Tone::Bad, NOTHING_DONE))).await?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    warning: &PlaceWarning,
    done: Option<(Tone, Text)>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let name = place::name(state, warning.window.place).await?;
    let case = state.store.case(warning.ground.case).await?;
    let is_case = case.as_ref().is_some_and(|case| may_warn(case.facts.status));
    let body = html! {
        (back(routes::PLACE_WARNINGS, list::TITLE.get(lang)))
        @if let Some((tone, words)) = done {
            (alert(tone, words.get(lang), html! { @if tone == Tone::Bad { p { (NOTHING_DONE_WHY.get(lang)) } } }))
        }
        (card(ABOUT.get(lang), facts(pairs(state, lang, warning, case.as_ref()).await?)))
        @if warning.state == State::Proposed {
            @match warning.ground.reach {
                Some(reach) => (reached(lang, reach, warning.proposed_at)),
                None => (alert(Tone::Caution, NOT_COUNTED.get(lang), html! { p { (NOT_COUNTED_WHY.get(lang)) } })),
            }
            @if !is_case { (alert(Tone::Bad, RULED_OUT.get(lang), html! { p { (RULED_OUT_WHY.get(lang)) } })) }
            (decision(lang, signed, warning, is_case))
        }
    };
    let title = TITLE.fill(lang, &[("place", &name)]);
    let view = view.at(&routes::place_warning(warning.id));
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render())
}

async fn pairs(
    state: &AppState,
    lang: Lang,
    warning: &PlaceWarning,
    case: Option<&Case>,
) -> Result<Vec<(&'static str, Markup)>, Failure> {
    let status = match case {
        Some(case) => words::status_badge(lang, case.facts.status),
        None => html! { (CASE_GONE.get(lang)) },
    };
    let case = case.map_or("–", |case| case.reference.as_str());
    let mut pairs = vec![
        (STATE.get(lang), state_badge(lang, warning.state)),
        (WHEN.get(lang), html! { (window(lang, &warning.window)) }),
        (OF_CASE.get(lang), html! { a href=(routes::case(warning.ground.case)) { (case) } }),
        (CASE_STATUS.get(lang), status),
        (BASIS.get(lang), html! { (contact_words::legal_basis(lang, warning.basis)) }),
        (REASON.get(lang), html! { (warning.ground.reason) }),
        (BY.get(lang), html! { (username(state, warning.proposed_by).await?) }),
        (AT.get(lang), words::instant(lang, warning.proposed_at)),
    ];
    if let (Some(by), Some(at)) = (warning.decided_by, warning.decided_at) {
        pairs.push((
            DECIDED_BY.get(lang),
            html! { (username(state, by).await?) ", " (words::instant(lang, at)) },
        ));
    }
    if warning.state == State::Approved {
        let told = state.store.told_of_place_warning(warning.id).await?;
        pairs.push((TOLD.get(lang), html! { (TOLD_N.fill(lang, &[("n", &many(lang, told))])) }));
    }
    Ok(pairs)
}

/// An officer's name.
async fn username(state: &AppState, id: OfficerId) -> Result<String, Failure> {
    Ok(state.store.officer(id).await?.map(|officer| officer.username).unwrap_or_default())
}

/// A count of people: no small number, since it would tell whether somebody was there.
fn many(lang: Lang, of: u64) -> String {
    alone(of).map_or_else(|| FEW.get(lang).to_owned(), |of| number(lang, of))
}

/// How many a warning would reach, and whom nobody counts.
pub fn reached(lang: Lang, reach: Reach, at: Timestamp) -> Markup {
    card(
        REACH.get(lang),
        html! {
            (figures([
                (many(lang, reach.people), PEOPLE.get(lang)),
                (many(lang, reach.visits), VISITS.get(lang)),
                (many(lang, reach.without_account), WITHOUT.get(lang)),
            ]))
            p.soft { (COUNTED.fill(lang, &[("time", &date_time(lang, at.0))])) " " (REACH_WHY.get(lang)) }
        },
    )
}

fn decision(lang: Lang, signed: &Signed, warning: &PlaceWarning, is_case: bool) -> Markup {
    let own = warning.proposed_by == signed.officer.id;
    let answer = |value: &str, weight: Weight, label: Text| {
        html! { button class=(weight.class()) type="submit" name="answer" value=(value) { (label.get(lang)) } }
    };
    let fields = html! {
        p { @if own { (WAITS.get(lang)) } @else { (DECIDE_WHY.get(lang)) } }
        div.actions {
            @if own { (answer("withdraw", Weight::Secondary, WITHDRAW)) } @else {
                @if is_case && warning.ground.reach.is_some() { (answer("approve", Weight::Primary, APPROVE)) }
                (answer("refuse", Weight::Secondary, REFUSE))
            }
        }
    };
    card(DECIDE.get(lang), form(&routes::place_warning(warning.id), &signed.form_token, fields))
}
