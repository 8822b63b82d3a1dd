//! Signing in and out.
//!
//! An unknown username, a wrong password, a wrong or used code and a locked account get one and the same answer, after
//! the same work and at the same beat of the clock.

use crate::admin::officer::totp_secret;
use crate::beat::Beat;
use crate::console::access::{MaybeSigned, Signed, with_cookie, without};
use crate::console::cookie::Cookie;
use crate::console::enter::enter;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View, home};
use crate::console::totp::TotpSecret;
use crate::console::{known_browser, passkey_sign_in, routes, session, sign_on};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::officer::{Officer, SignInMethod, normalise_username};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;
use std::sync::LazyLock;

text! {
    TITLE, "Đăng nhập", "Sign in";
    LEAD, "Dành cho cán bộ y tế có tài khoản do đơn vị cấp.", "For health officers with an account from their unit.";
    USERNAME, "Tên đăng nhập", "Username";
    PASSWORD, "Mật khẩu", "Password";
    CODE, "Mã xác thực", "Authentication code";
    CODE_HINT, "6 chữ số trong ứng dụng xác thực trên điện thoại của bạn. Mỗi mã chỉ dùng được một lần.",
        "The 6 digits in the authenticator app on your phone. Each code works once.";
    ENTER, "Đăng nhập", "Sign in";
    REFUSED, "Không đăng nhập được", "Sign-in failed";
    REFUSED_WHY, "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng. Sau nhiều lần sai liên tiếp, đăng nhập tạm khóa từ 1 phút đến 1 giờ; trình duyệt bạn đã dùng trước đây không bị khóa vì người khác.",
        "The username, the password or the code is not right. After several failures in a row sign-in is locked for a minute to an hour; a browser that you have used before is not locked by others.";
    LOST, "Quên mật khẩu hoặc mất điện thoại? Người quản trị của đơn vị sẽ cấp lại.",
        "Forgot the password or lost the phone? Your unit's administrator can reset both.";
    LEFT, "Bạn đã đăng xuất", "You are signed out";
    LEFT_WHY, "Nếu đây là máy dùng chung, hãy đóng cửa sổ trình duyệt.",
        "On a shared computer, close the browser window too."
}

/// What the address of the sign-in page may say.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
    /// Present after signing out.
    left: Option<String>,
}

/// The sign-in form. No `Debug`: it holds a password.
#[derive(Default, Deserialize)]
pub struct Attempt {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(redacted)")
    }
}

/// `GET /console/sign-in`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    if let Some(signed) = signed {
        return Redirect::to(home(signed.officer.role)).into_response();
    }
    let message =
        asked.left.map(|_| alert(Tone::Good, LEFT.get(view.lang), html! { p { (LEFT_WHY.get(view.lang)) } }));
    shown(&state, &view, &headers, &Attempt { next: asked.next, ..Attempt::default() }, message)
}

/// `POST /console/sign-in`
pub async fn attempt(
    State(state): State<AppState>,
    view: View,
    headers: HeaderMap,
    Form(attempt): Form<Attempt>,
) -> Result<Response, Failure> {
    let beat = Beat::start(state.config.response_floor_ms);
    let Some(officer) = check(&state, &headers, &attempt).await? else {
        // The beat hides what the database had to do; a success needs no hiding.
        beat.wait().await;
        let lang = view.lang;
        let message = alert(Tone::Bad, REFUSED.get(lang), html! { p { (REFUSED_WHY.get(lang)) } });
        let view = view.at(routes::SIGN_IN);
        let mut answer = shown(&state, &view, &headers, &attempt, Some(message));
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    enter(&state, &headers, &officer, SignInMethod::Password, &attempt.next).await
}

/// `POST /console/sign-out`
pub async fn leave(State(state): State<AppState>, signed: Signed) -> Result<Response, Failure> {
    session::end(&state, signed.session_hash()).await?;
    let to = Redirect::to(&format!("{}?left=1", routes::SIGN_IN)).into_response();
    Ok(without(to, Cookie::Session, &state))
}

/// The page with a message, for other ways to sign in that failed.
pub fn shown_with(
    state: &AppState,
    view: &View,
    headers: &HeaderMap,
    next: &str,
    message: Markup,
) -> Response {
    let attempt = Attempt { next: next.to_owned(), ..Attempt::default() };
    shown(state, view, headers, &attempt, Some(message))
}

fn shown(
    state: &AppState,
    view: &View,
    headers: &HeaderMap,
    attempt: &Attempt,
    message: Option<Markup>,
) -> Response {
    let lang = view.lang;
    let (token, cookie) = session::visitor_form(state, headers);
    let body = html! {
        @if let Some(message) = message { (message) }
        section.card {
            (form(routes::SIGN_IN, &token, fields(lang, attempt)))
        }
        (sign_on::offer(state, lang, &attempt.next))
        (passkey_sign_in::offer(state, lang, &token, &attempt.next))
        p.soft { (LOST.get(lang)) }
    };
    let shell =
        Shell { view, signed: None, title: TITLE.get(lang), lead: Some(LEAD.get(lang)), wide: false, body };
    let answer = shell.render();
    match cookie {
        Some(cookie) => with_cookie(answer, cookie),
        None => answer,
    }
}

/// The username stays as it was typed; the password and the code are typed anew.
fn fields(lang: Lang, attempt: &Attempt) -> Markup {
    let username = Field::input(lang, "text", "username", USERNAME.get(lang))
        .value(&attempt.username)
        .complete("username")
        .verbatim();
    let password =
        Field::input(lang, "password", "password", PASSWORD.get(lang)).complete("current-password");
    let code = Field::input(lang, "text", "code", CODE.get(lang))
        .hint(CODE_HINT.get(lang))
        .complete("one-time-code")
        .digits(6)
        .verbatim();
    html! {
        @if session::safe_next(&attempt.next).is_some() {
            input type="hidden" name="next" value=(attempt.next);
        }
        (if attempt.username.is_empty() { username.focus() } else { username })
        (if attempt.username.is_empty() { password } else { password.focus() })
        (code)
        (button(Weight::Primary, ENTER.get(lang)))
    }
}

/// What a code is checked against when there is no such officer, so that it takes as long.
static NOBODY: LazyLock<TotpSecret> =
    LazyLock::new(|| TotpSecret::from_bytes(&[0; 20]).expect("20 bytes are a secret"));

/// The officer, if name, password and code are all right. Everything is worked out before anything is decided.
async fn check(state: &AppState, headers: &HeaderMap, attempt: &Attempt) -> Result<Option<Officer>, Failure> {
    let now = state.now();
    let known = match normalise_username(&attempt.username) {
        Ok(username) => state.store.officer_by_username(&username).await?,
        Err(_) => None,
    };
    let stored = known.as_ref().map(|officer| officer.password_hash.as_str());
    let fits = state.passwords.verify(&attempt.password, stored).await;
    let typed: String = attempt.code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = match &known {
        Some(officer) => totp_secret(state, officer)?.check(&typed, now),
        None => NOBODY.check(&typed, now).filter(|_| false),
    };
    let Some(officer) = known else { return Ok(None) };
    let browser = known_browser::of(state, headers);
    let locked_until = state.store.locked_until(officer.id, browser).await?;
    let open = officer.disabled_at.is_none() && locked_until.is_none_or(|until| until <= now);
    match step {
        // The last word is the store's, in one transaction: not locked meanwhile, and the code not used before.
        Some(step) if open && fits && state.store.use_totp_step(officer.id, browser, step, now).await? => {
            Ok(Some(officer))
        }
        // While it is locked no failures count: nobody can keep it locked for ever.
        _ if !open => Ok(None),
        _ => {
            if state.store.record_sign_in_failure(officer.id, browser, now).await?.is_some() {
                tracing::warn!(officer = %officer.id, "sign-in locked after repeated failures");
            }
            Ok(None)
        }
    }
}
