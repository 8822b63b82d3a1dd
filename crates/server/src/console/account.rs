//! The officer's own account: who they are here, and a new password.

use crate::console::access::{Signed, with_cookie};
use crate::console::confirm::{self, Confirmed};
use crate::console::failure::Failure;
use crate::console::password::{self, LONGEST, PasswordProblem, SHORTEST};
use crate::console::shell::{Shell, View};
use crate::console::{known_browser, routes, session, words};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::officer::SignInMethod;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, button, card, facts, link_button};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Tài khoản của bạn", "Your account";
    ABOUT, "Tài khoản", "Account";
    USERNAME, "Tên đăng nhập", "Username";
    ROLE, "Vai trò", "Role";
    PASSKEYS, "Passkey", "Passkeys";
    SIGN_ON, "Tài khoản của tỉnh", "The province's account";
    SESSIONS, "Nơi đang đăng nhập", "Where you are signed in";
    NEW_PASSWORD, "Đổi mật khẩu", "Change the password";
    OLD, "Mật khẩu hiện tại", "Current password";
    NEW, "Mật khẩu mới", "New password";
    NEW_HINT, "Ít nhất 12 ký tự. Một câu dài dễ nhớ là tốt nhất.", "At least 12 characters. A long sentence that you remember is best.";
    AGAIN, "Nhập lại mật khẩu mới", "New password again";
    CHANGE, "Đổi mật khẩu", "Change the password";
    WRONG_OLD, "Mật khẩu hiện tại không đúng.", "The current password is not right.";
    SHORT, "Mật khẩu mới ngắn hơn 12 ký tự.", "The new password is shorter than 12 characters.";
    LONG, "Mật khẩu mới dài hơn 128 ký tự.", "The new password is longer than 128 characters.";
    PLAIN, "Mật khẩu này dễ đoán. Hãy bỏ tên đăng nhập và những từ ai cũng thử.",
        "This password is easy to guess. Leave out the username and words that everybody tries.";
    DIFFERENT, "Hai lần nhập không giống nhau.", "The two do not match.";
    DONE, "Đã đổi mật khẩu", "The password is changed";
    DONE_WHY, "Mọi phiên làm việc khác của bạn đã kết thúc.", "All your other sessions have ended.";
    LOST_PHONE, "Mất điện thoại có ứng dụng xác thực? Hãy báo ngay người quản trị để cấp lại.",
        "Lost the phone with the authenticator app? Tell your administrator at once to have it reset."
}

// The words of the messages name the limits.
const _: () = assert!(SHORTEST == 12 && LONGEST == 128);

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// The form. `Debug` hides it: passwords.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    old: String,
    new: String,
    again: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// `GET /console/account`
pub async fn page(signed: Signed, view: View, Query(asked): Query<Asked>) -> Response {
    shown(&signed, view, asked.done.is_some(), &[])
}

/// `POST /console/account`
pub async fn change(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let officer = &signed.officer;
    let mut problems = Vec::new();
    if let Err(problem) = password::check_new(&officer.username, &typed.new) {
        problems.push(("new", words_of(problem)));
    }
    if typed.new != typed.again {
        problems.push(("again", DIFFERENT));
    }
    if problems.is_empty() && confirm::password(&state, &signed, &headers, &typed.old).await? == Confirmed::No
    {
        problems.push(("old", WRONG_OLD));
    }
    if !problems.is_empty() {
        let mut answer = shown(&signed, view, false, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let hash = state.passwords.hash(&typed.new, &mut *state.rng()).await;
    state.store.set_password(officer.id, &hash, &officer.totp_secret_sealed).await?;
    // That ended every session and forgot every browser, these too: begin anew.
    let cookie = session::begin(&state, &headers, officer.id, SignInMethod::Password).await?;
    let answer = with_cookie(Redirect::to(&format!("{}?done=1", routes::ACCOUNT)).into_response(), cookie);
    known_browser::remember(&state, &headers, officer.id, answer).await
}

fn words_of(problem: PasswordProblem) -> Text {
    match problem {
        PasswordProblem::Short => SHORT,
        PasswordProblem::Long => LONG,
        PasswordProblem::Plain => PLAIN,
    }
}

fn shown(signed: &Signed, view: View, done: bool, problems: &[(&str, Text)]) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let officer = &signed.officer;
    let body = html! {
        @if done { (alert(Tone::Good, DONE.get(lang), html! { p { (DONE_WHY.get(lang)) } })) }
        (to_mend(lang, &listed))
        (card(ABOUT.get(lang), facts([
            (USERNAME.get(lang), html! { (officer.username) }),
            (ROLE.get(lang), html! { (words::role(lang, officer.role)) }),
            (words::UNIT.get(lang), html! { (officer.unit) }),
        ])))
        div.actions {
            (link_button(Weight::Secondary, routes::PASSKEYS, PASSKEYS.get(lang)))
            (link_button(Weight::Secondary, routes::SIGN_ON, SIGN_ON.get(lang)))
            (link_button(Weight::Secondary, routes::SESSIONS, SESSIONS.get(lang)))
        }
        (card(NEW_PASSWORD.get(lang), form(routes::ACCOUNT, &signed.form_token, fields(lang, signed, &listed))))
        p.soft { (LOST_PHONE.get(lang)) }
    };
    let view = view.at(routes::ACCOUNT);
    Shell { view: &view, signed: Some(signed), title: TITLE.get(lang), lead: None, wide: false, body }
        .render()
}

fn fields(lang: Lang, signed: &Signed, problems: &[(&str, &str)]) -> Markup {
    let problem = |field| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let password = |name, label: Text, complete| {
        Field::input(lang, "password", name, label.get(lang)).complete(complete).error(problem(name))
    };
    html! {
        // Password managers want to know whose password changes.
        input type="text" name="username" value=(signed.officer.username) autocomplete="username" hidden;
        (password("old", OLD, "current-password"))
        (password("new", NEW, "new-password").hint(NEW_HINT.get(lang)))
        (password("again", AGAIN, "new-password"))
        (button(Weight::Primary, CHANGE.get(lang)))
    }
}
