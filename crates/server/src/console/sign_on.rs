//! Signing in at a province's own sign-on, and linking an officer's account there: away to it, and back.

use crate::console::access::{MaybeSigned, Signed};
use crate::console::ceremony::{self, Kind};
use crate::console::confirm::{self, Confirmed};
use crate::console::enter::enter;
use crate::console::failure::Failure;
use crate::console::session::random_token;
use crate::console::shell::{Shell, View};
use crate::console::{routes, session, sign_in, words};
use crate::sign_on::{Pending, SignOnConfig, SignOnError, address, subject};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::id::OfficerId;
use bluezone_domain::officer::{Officer, SignInMethod};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, link_button};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::fmt;

text! {
    ENTER, "Đăng nhập bằng {name}", "Sign in with {name}";
    REFUSED, "Không đăng nhập được", "Sign-in failed";
    REFUSED_WHY, "Tài khoản đó chưa được liên kết với cán bộ nào ở đây, hoặc đã chờ quá lâu. Hãy thử lại hoặc dùng mật khẩu.",
        "That account is not linked to an officer here, or it took too long. Try again or use your password.";
    AWAY, "Hệ thống đăng nhập không trả lời", "The sign-on does not answer";
    AWAY_WHY, "Hãy thử lại sau, hoặc dùng mật khẩu.", "Try again later, or use your password.";
    TITLE, "Tài khoản của tỉnh", "The province's account";
    LEAD, "Sau khi liên kết, bạn đăng nhập được bằng tài khoản của tỉnh.", "Once linked, you can sign in with your province's account.";
    LINKED, "Đã liên kết", "Linked";
    NOT_LINKED, "Chưa liên kết", "Not linked";
    LINK, "Liên kết", "Link";
    UNLINK, "Bỏ liên kết", "Unlink";
    PASSWORD, "Mật khẩu hiện tại ở đây", "Current password here";
    WRONG_PASSWORD, "Mật khẩu không đúng.", "The password is not right.";
    GO_ON, "Tiếp tục tới {name}", "Go on to {name}";
    GO_ON_WHY, "Hãy đăng nhập ở đó; sau đó bạn được đưa về đây.", "Sign in there; you will be led back here.";
    DONE, "Đã liên kết tài khoản", "The account is linked";
    GONE, "Đã bỏ liên kết", "The link is gone";
    TAKEN, "Tài khoản đó đã thuộc về người khác", "That account is somebody else's";
    NOT_DONE, "Chưa liên kết được", "The account is not linked";
    NOT_DONE_WHY, "Hệ thống của tỉnh từ chối hoặc đã chờ quá lâu. Hãy thử lại.", "The sign-on refused, or it took too long. Try again.";
    NONE, "Đơn vị của bạn không dùng hệ thống đăng nhập của tỉnh.", "Your unit uses no sign-on of the province."
}

/// What the sign-in page's link asks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    at: String,
    next: String,
}

/// What the sign-on sends the browser back with. `Debug` hides it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Back {
    code: String,
    state: String,
}

impl fmt::Debug for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Back(redacted)")
    }
}

/// The forms of the account's page. `Debug` hides them: a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    at: String,
    password: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// What is kept while the browser is away.
#[derive(Serialize, Deserialize)]
struct Away {
    pending: Pending,
    /// Who links an account; nobody, who signs in.
    links: Option<OfficerId>,
    next: String,
}

/// `GET /console/sign-in/elsewhere`: away to the sign-on. No form, because browsers do not let a form lead to another site;
/// nobody gains by sending somebody there.
pub async fn leave(
    State(state): State<AppState>,
    view: View,
    headers: HeaderMap,
    Query(wish): Query<Wish>,
) -> Result<Response, Failure> {
    let config = find(&state, &wish.at).ok_or(Failure::NotFound)?;
    let Some(holder) = session::visitor(&state, &headers) else {
        return Ok(Redirect::to(routes::SIGN_IN).into_response());
    };
    match begin(&state, &config, &holder, None, &wish.next).await? {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(error) => {
            tracing::warn!(%error, "a sign-on cannot be used");
            Ok(refused(&state, view, &headers, &wish.next, AWAY, AWAY_WHY))
        }
    }
}

/// `GET /console/sign-in/elsewhere/return`
pub async fn come_back(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, Failure> {
    let holder = match &signed {
        Some(signed) => Some(*signed.session_hash()),
        None => session::visitor(&state, &headers),
    };
    let away = match holder {
        Some(holder) => ceremony::take(&state, Kind::SignOn, &holder, &back.state).await?,
        None => None,
    };
    let away: Option<Away> = away.and_then(|text| serde_json::from_str(&text).ok());
    let next = away.as_ref().map(|away| away.next.clone()).unwrap_or_default();
    let known = away.and_then(|away| find(&state, &away.pending.sign_on).map(|config| (away, config)));
    let Some((away, config)) = known else {
        return Ok(refused(&state, view, &headers, &next, REFUSED, REFUSED_WHY));
    };
    let subject = ask(&state, &config, away.pending, back.code).await?;
    if let Err(error) = &subject {
        tracing::warn!(%error, "a sign-on let nobody in");
    }
    match (away.links, signed) {
        (Some(officer), Some(signed)) if officer == signed.officer.id => {
            let done = linked(&state, &config, officer, subject.ok().as_deref()).await?;
            Ok(Redirect::to(&format!("{}?done={done}", routes::SIGN_ON)).into_response())
        }
        (None, None) => match let_in(&state, &config, subject.ok().as_deref()).await? {
            Some(officer) => enter(&state, &headers, &officer, SignInMethod::SignOn, &next).await,
            None => Ok(refused(&state, view, &headers, &next, REFUSED, REFUSED_WHY)),
        },
        _ => Err(Failure::SessionEnded),
    }
}

/// `GET /console/account/sign-on`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let message = match asked.done.as_str() {
        "linked" => Some((Tone::Good, DONE, None)),
        "unlinked" => Some((Tone::Good, GONE, None)),
        "taken" => Some((Tone::Bad, TAKEN, None)),
        "refused" => Some((Tone::Bad, NOT_DONE, Some(NOT_DONE_WHY))),
        _ => None,
    };
    shown(&state, &signed, view, message, false).await
}

/// `POST /console/account/sign-on`: after the password, the way to the sign-on.
pub async fn link(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let config = find(&state, &typed.at).filter(|config| config.units.contains(&signed.officer.unit));
    let config = config.ok_or(Failure::NotFound)?;
    if confirm::password(&state, &signed, &headers, &typed.password).await? == Confirmed::No {
        let mut page = shown(&state, &signed, view, None, true).await?;
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page);
    }
    let address = match begin(&state, &config, signed.session_hash(), Some(signed.officer.id), "").await? {
        Ok(address) => address,
        Err(error) => {
            tracing::warn!(%error, "a sign-on cannot be used");
            return shown(&state, &signed, view, Some((Tone::Bad, AWAY, Some(NOT_DONE_WHY))), false).await;
        }
    };
    let lang = view.lang;
    let go_on = GO_ON.fill(lang, &[("name", &config.name)]);
    let body = html! {
        p { (GO_ON_WHY.get(lang)) }
        div.actions { (link_button(Weight::Primary, &address, &go_on)) }
    };
    let view = view.at(routes::SIGN_ON);
    Ok(Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: false, body }
        .render())
}

/// `POST /console/account/sign-on/unlink`
pub async fn unlink(
    State(state): State<AppState>,
    signed: Signed,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let config = find(&state, &typed.at).ok_or(Failure::NotFound)?;
    state.store.unlink_sign_on(&config.issuer, signed.officer.id).await?;
    Ok(Redirect::to(&format!("{}?done=unlinked", routes::SIGN_ON)).into_response())
}

/// The buttons of the sign-in page.
pub fn offer(state: &AppState, lang: Lang, next: &str) -> Markup {
    let next = session::safe_next(next).unwrap_or_default();
    html! {
        @for config in &state.config.sign_on {
            p {
                (link_button(
                    Weight::Secondary,
                    &format!("{}?at={}&next={next}", routes::SIGN_ON_LEAVE, config.id),
                    &ENTER.fill(lang, &[("name", &config.name)]),
                ))
            }
        }
    }
}

fn find(state: &AppState, id: &str) -> Option<SignOnConfig> {
    state.config.sign_on.iter().find(|config| config.id == id).cloned()
}

fn return_to(state: &AppState) -> String {
    format!("{}{}", state.config.public_url, routes::SIGN_ON_RETURN)
}

/// Keeps what is needed when the browser comes back, and gives the address to send it to.
async fn begin(
    state: &AppState,
    config: &SignOnConfig,
    holder: &[u8; 32],
    links: Option<OfficerId>,
    next: &str,
) -> Result<Result<String, SignOnError>, Failure> {
    let pending = {
        let mut rng = state.rng();
        Pending::new(config, &random_token(&mut *rng), &random_token(&mut *rng))
    };
    let away = Away { pending: pending.clone(), links, next: next.to_owned() };
    let text = serde_json::to_string(&away).map_err(|_| Failure::Broken)?;
    let ticket = ceremony::begin(state, Kind::SignOn, holder, &text).await?;
    let (outside, config, return_to) = (state.outside.clone(), config.clone(), return_to(state));
    let asking = move || address(&*outside, &config, &pending, &ticket, &return_to);
    tokio::task::spawn_blocking(asking).await.map_err(|_| Failure::Broken)
}

/// Trades the code for the account's name.
async fn ask(
    state: &AppState,
    config: &SignOnConfig,
    pending: Pending,
    code: String,
) -> Result<Result<String, SignOnError>, Failure> {
    let (outside, config, return_to, now) =
        (state.outside.clone(), config.clone(), return_to(state), state.now());
    let asking = move || subject(&*outside, &config, &pending, &code, &return_to, now);
    tokio::task::spawn_blocking(asking).await.map_err(|_| Failure::Broken)
}

/// The officer of an account elsewhere, if their unit may sign in there.
async fn let_in(
    state: &AppState,
    config: &SignOnConfig,
    subject: Option<&str>,
) -> Result<Option<Officer>, Failure> {
    let Some(subject) = subject else { return Ok(None) };
    let officer = state.store.linked_officer(&config.issuer, subject, state.now()).await?;
    Ok(officer.filter(|officer| config.units.contains(&officer.unit)))
}

/// What to tell the officer after coming back.
async fn linked(
    state: &AppState,
    config: &SignOnConfig,
    officer: OfficerId,
    subject: Option<&str>,
) -> Result<&'static str, Failure> {
    let Some(subject) = subject else { return Ok("refused") };
    match state.store.link_sign_on(&config.issuer, subject, officer, state.now()).await {
        Ok(()) => {
            tracing::info!(%officer, "linked an account elsewhere");
            Ok("linked")
        }
        Err(StoreError::Conflict(_)) => Ok("taken"),
        Err(error) => Err(error.into()),
    }
}

fn refused(
    state: &AppState,
    view: View,
    headers: &HeaderMap,
    next: &str,
    title: Text,
    why: Text,
) -> Response {
    let lang = view.lang;
    let message = alert(Tone::Bad, title.get(lang), html! { p { (why.get(lang)) } });
    let mut page = sign_in::shown_with(state, &view.at(routes::SIGN_IN), headers, next, message);
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    message: Option<(Tone, Text, Option<Text>)>,
    wrong_password: bool,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let issuers = state.store.linked_issuers(signed.officer.id).await?;
    let offered: Vec<_> =
        state.config.sign_on.iter().filter(|config| config.units.contains(&signed.officer.unit)).collect();
    let problem = wrong_password.then(|| WRONG_PASSWORD.get(lang));
    let body = html! {
        (back(routes::ACCOUNT, words::BACK_TO_ACCOUNT.get(lang)))
        @if let Some((tone, title, why)) = message {
            (alert(tone, title.get(lang), html! { @if let Some(why) = why { p { (why.get(lang)) } } }))
        }
        @if let Some(problem) = problem { (to_mend(lang, &[("password", problem)])) }
        @if offered.is_empty() { p.soft { (NONE.get(lang)) } }
        @for config in &offered {
            (card(&config.name, one(lang, signed, config, issuers.contains(&config.issuer), problem)))
        }
    };
    let view = view.at(routes::SIGN_ON);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render())
}

fn one(lang: Lang, signed: &Signed, config: &SignOnConfig, linked: bool, problem: Option<&str>) -> Markup {
    let at = html! { input type="hidden" name="at" value=(config.id); };
    if linked {
        let fields = html! { (at) (button(Weight::Secondary, UNLINK.get(lang))) };
        return html! { p { (LINKED.get(lang)) } (form(routes::SIGN_ON_UNLINK, &signed.form_token, fields)) };
    }
    let password =
        Field::input(lang, "password", "password", PASSWORD.get(lang)).complete("current-password");
    let fields = html! { (at) (password.error(problem)) (button(Weight::Primary, LINK.get(lang))) };
    html! { p { (NOT_LINKED.get(lang)) } (form(routes::SIGN_ON, &signed.form_token, fields)) }
}
