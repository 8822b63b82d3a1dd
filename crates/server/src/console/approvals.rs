//! Changes that wait for a second administrator: what exactly is asked, by whom, and the two answers.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::approval::{Approval, Change, Decision, LASTS_S};
use bluezone_domain::area::Territory;
use bluezone_domain::id::ApprovalId;
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, empty, facts};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{StoreError, Waiting, change_text};
use maud::{Markup, html};
use serde::Deserialize;
use sha2::{Digest, Sha256};

text! {
    TITLE, "Chờ người thứ hai", "Waiting for a second person";
    LEAD, "Những việc này chỉ có hiệu lực khi một người quản trị khác đồng ý, trong vòng ba ngày.",
        "These take effect only when another administrator approves, within three days.";
    NONE, "Không có việc nào đang chờ", "Nothing is waiting";
    NONE_WHY, "Việc cần người thứ hai sẽ hiện ở đây.", "What needs a second person will stand here.";
    ADMINISTRATOR, "Tài khoản {username} trở thành quản trị", "The account {username} becomes an administrator's";
    PLACE, "Đơn vị {unit} đổi loại hoặc địa bàn", "The unit {unit} changes its kind or territory";
    ACCOUNT_NOW, "Hiện nay", "Now";
    BECOMES, "Sẽ là", "Will be";
    ASKED_BY, "Người đề nghị", "Asked by";
    ASKED_AT, "Lúc", "At";
    LAPSES, "Hết hạn lúc", "Lapses";
    YOU, "bạn", "you";
    APPROVE, "Đồng ý", "Approve";
    DECLINE, "Từ chối", "Decline";
    TAKE_BACK, "Rút lại", "Take it back";
    WAITS, "Chờ một người quản trị khác.", "Waits for another administrator.";
    ASKED, "Đã gửi đề nghị", "It is asked for";
    APPROVED, "Đã đồng ý, thay đổi có hiệu lực", "Approved: the change has taken effect";
    DECLINED, "Đã bỏ đề nghị", "The request is gone";
    REFUSED, "Chưa có gì thay đổi", "Nothing was changed";
    REFUSED_WHY, "Đề nghị đã được quyết định, đã hết hạn, hoặc không làm được nữa. Hãy xem lại.",
        "The request was decided on, has lapsed, or is not possible any more. Look at it again."
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// The form of an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// Hash of what was shown.
    seen: String,
    answer: String,
}

/// Asks for a change in the officer's name, and leads to where it waits. The caller has checked that it lies within the
/// officer's territory.
pub async fn ask(state: &AppState, signed: &Signed, change: Change) -> Result<Response, Failure> {
    let now = state.now();
    let hash = Sha256::digest(change_text(&change)).into();
    let id = ApprovalId::generate(&mut *state.rng());
    let approval =
        Approval { id, change, asked_by: signed.officer.id, asked_at: now, expires_at: now + LASTS_S };
    state.store.ask_approval(&approval, hash).await?;
    tracing::info!(officer = %signed.officer.id, request = %id, "asked for a change that needs a second person");
    Ok(Redirect::to(&format!("{}?done=asked", routes::APPROVALS)).into_response())
}

/// `GET /console/approvals`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let done = match asked.done.as_str() {
        "asked" => Some((Tone::Good, ASKED)),
        "approved" => Some((Tone::Good, APPROVED)),
        "declined" => Some((Tone::Good, DECLINED)),
        _ => None,
    };
    shown(&state, &signed, view, done).await
}

/// `POST /console/approvals/{request}`
pub async fn decide(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    let id: ApprovalId = id.parse().map_err(|_| Failure::NotFound)?;
    let (approval, _) = state.store.approval(id).await?.ok_or(Failure::NotFound)?;
    if matter(&state, &signed, &approval, view.lang).await?.is_none() {
        return Err(Failure::NotFound);
    }
    let decision = match answer.answer.as_str() {
        "approve" => Decision::Approve,
        "decline" => Decision::Decline,
        _ => return Err(Failure::Unreadable),
    };
    let mut seen = [0; 32];
    hex::decode_to_slice(&answer.seen, &mut seen).map_err(|_| Failure::Unreadable)?;
    match state.store.decide(id, seen, signed.officer.id, decision, state.now()).await {
        Ok(()) => {
            tracing::info!(officer = %signed.officer.id, request = %id, ?decision, "decided as the second person");
            let done = if decision == Decision::Approve { "approved" } else { "declined" };
            Ok(Redirect::to(&format!("{}?done={done}", routes::APPROVALS)).into_response())
        }
        Err(StoreError::NotAllowed(_) | StoreError::NotFound(_)) => {
            let mut page = shown(&state, &signed, view, Some((Tone::Bad, REFUSED))).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
        Err(error) => Err(error.into()),
    }
}

/// A request as the officer sees it: title, how it is now and how it will be.
struct Matter {
    title: String,
    now: String,
    then: String,
}

/// What a request is about, if it is for this officer: within what they manage, before and after.
async fn matter(
    state: &AppState,
    signed: &Signed,
    approval: &Approval,
    lang: Lang,
) -> Result<Option<Matter>, Failure> {
    if !signed.may(approval.change.action()) {
        return Ok(None);
    }
    let within = |territory: Territory| signed.officer.territory.contains(territory);
    Ok(match &approval.change {
        Change::MakeAdministrator { officer } => {
            state.store.officer(*officer).await?.filter(|officer| within(officer.territory)).map(|officer| {
                let place = |role| format!("{}, {}", words::role(lang, role), officer.unit);
                Matter {
                    title: ADMINISTRATOR.fill(lang, &[("username", &officer.username)]),
                    now: place(officer.role),
                    then: place(bluezone_domain::officer::Role::Administrator),
                }
            })
        }
        Change::PlaceUnit { unit, kind, territory } => {
            state.store.unit(unit).await?.filter(|unit| within(unit.territory) && within(*territory)).map(
                |unit| Matter {
                    title: PLACE.fill(lang, &[("unit", &unit.code)]),
                    now: words::unit_place(lang, unit.kind, unit.territory),
                    then: words::unit_place(lang, *kind, *territory),
                },
            )
        }
    })
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    done: Option<(Tone, Text)>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let mut cards = Vec::new();
    for (approval, hash) in state.store.waiting_approvals(state.now()).await? {
        let Some(matter) = matter(state, signed, &approval, lang).await? else { continue };
        let asker = state.store.officer(approval.asked_by).await?.map(|officer| officer.username);
        cards.push(request(lang, signed, &(approval, hash), &matter, asker.as_deref()));
    }
    let body = html! {
        @if let Some((tone, words)) = done {
            (alert(tone, words.get(lang), html! { @if tone == Tone::Bad { p { (REFUSED_WHY.get(lang)) } } }))
        }
        @if cards.is_empty() { (empty(Icon::People, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })) }
        @for card in &cards { (card) }
    };
    let view = view.at(routes::APPROVALS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render())
}

fn request(
    lang: Lang,
    signed: &Signed,
    (approval, hash): &Waiting,
    matter: &Matter,
    asker: Option<&str>,
) -> Markup {
    let own = approval.asked_by == signed.officer.id;
    let answer = |value: &str, class: &str, label: Text| {
        html! { button class=(class) type="submit" name="answer" value=(value) { (label.get(lang)) } }
    };
    let fields = html! {
        input type="hidden" name="seen" value=(hex::encode(hash));
        @if own { p.soft { (WAITS.get(lang)) } }
        div.actions {
            @if own { (answer("decline", Weight::Secondary.class(), TAKE_BACK)) } @else {
                (answer("approve", Weight::Primary.class(), APPROVE))
                (answer("decline", Weight::Secondary.class(), DECLINE))
            }
        }
    };
    html! {
        section.card {
            h2 { (matter.title) }
            (facts([
                (ACCOUNT_NOW.get(lang), html! { (matter.now) }),
                (BECOMES.get(lang), html! { (matter.then) }),
                (ASKED_BY.get(lang), html! { (asker.unwrap_or("–")) @if own { " (" (YOU.get(lang)) ")" } }),
                (ASKED_AT.get(lang), words::instant(lang, approval.asked_at)),
                (LAPSES.get(lang), words::instant(lang, approval.expires_at)),
            ]))
            (form(&routes::approval(approval.id), &signed.form_token, fields))
        }
    }
}
