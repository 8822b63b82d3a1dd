//! The officer's own passkeys: which there are, another one, away with one.

use crate::console::access::Signed;
use crate::console::ceremony::{self, Kind};
use crate::console::confirm::{self, Confirmed};
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::passkeys::PasskeyError;
use crate::promise::officers;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::policy::Action;
use bluezone_pages::form::{CSRF_FIELD, Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, passkey_script_path, text};
use bluezone_store::{PasskeyRecord, StoreError};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use std::fmt;

/// Longest name of a passkey, in characters.
const LONGEST_NAME: usize = 60;
/// Most passkeys of an officer.
const MOST: usize = 10;

text! {
    TITLE, "Passkey của bạn", "Your passkeys";
    LEAD, "Đăng nhập bằng vân tay, khuôn mặt hoặc mã PIN của thiết bị, không cần mật khẩu và mã xác thực.",
        "Sign in with the finger, face or PIN of your device, without password and code.";
    SIGNS, "Một passkey ký được cả yêu cầu xin lịch sử, khi nó nằm trong sổ công khai. Xóa nó thì nó thôi được tính.",
        "The same passkey signs requests for contact history, once it stands in the public log. Remove it, and it counts no more.";
    TO_SIGNING, "Khóa ký", "Signing keys";
    CAPTION, "Các passkey, cũ nhất trước", "Passkeys, oldest first";
    NAME, "Tên", "Name";
    NAME_HINT, "Để bạn nhận ra sau này, ví dụ: điện thoại của Lan.", "So that you know it again, for example: Lan's phone.";
    ADDED, "Thêm lúc", "Added";
    USED, "Dùng lần cuối", "Last used";
    DO, "Thao tác", "Action";
    REMOVE, "Xóa", "Remove";
    REMOVE_WHICH, "Xóa passkey {name}", "Remove the passkey {name}";
    NONE, "Chưa có passkey nào.", "There are no passkeys yet.";
    ADD, "Thêm passkey", "Add a passkey";
    PASSWORD, "Mật khẩu hiện tại", "Current password";
    PASSWORD_HINT, "Để không ai khác thêm được passkey vào tài khoản của bạn.", "So that nobody else can add a passkey to your account.";
    FAILED, "Thiết bị không tạo được passkey. Hãy thử lại, hoặc dùng thiết bị khác.",
        "The device made no passkey. Try again, or use another device.";
    NO_SCRIPT, "Trình duyệt này không tạo được passkey.", "This browser cannot make passkeys.";
    NOT_HERE, "Passkey chỉ dùng được khi bàn làm việc có tên miền và https.",
        "Passkeys work only where the console has a domain name and https.";
    WRONG_PASSWORD, "Mật khẩu không đúng.", "The password is not right.";
    BAD_NAME, "Tên có từ 1 đến 60 ký tự.", "A name has 1 to 60 characters.";
    NOT_TAKEN, "Thiết bị trả lời không đúng, hoặc đã chờ quá lâu.", "The device's answer is not right, or it took too long.";
    TAKEN, "Passkey này đã có trong một tài khoản.", "This passkey belongs to an account already.";
    TOO_MANY, "Bạn đã có 10 passkey. Hãy xóa một passkey trước.", "You have 10 passkeys. Remove one first.";
    DONE, "Đã thêm passkey", "The passkey is added";
    GONE, "Đã xóa passkey", "The passkey is removed";
    REMOVED, "Chủ khóa xóa passkey", "Its owner removed the passkey"
}

// The words of the messages name the limits.
const _: () = assert!(LONGEST_NAME == 60 && MOST == 10);

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// The form. `Debug` hides it: a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    password: String,
    ticket: String,
    answer: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

type Problem = (&'static str, Text);

/// `GET /console/account/passkeys`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let done = match asked.done.as_str() {
        "added" => Some(DONE),
        "removed" => Some(GONE),
        _ => None,
    };
    shown(&state, &signed, view, done, "", &[]).await
}

/// `POST /console/account/passkeys/begin`: what the device is asked, JSON.
pub async fn begin(State(state): State<AppState>, signed: Signed) -> Result<Response, Failure> {
    let present = state.store.passkeys_of(signed.officer.id).await?;
    let begun = match state.passkeys.begin_registration(&signed.officer, &present) {
        Ok(begun) => begun,
        Err(PasskeyError::NotHere) => return Err(Failure::NotFound),
        Err(error) => return Err(error.into()),
    };
    let ticket = ceremony::begin(&state, Kind::AddPasskey, signed.session_hash(), &begun.state).await?;
    Ok(Json(json!({ "ticket": ticket.as_str(), "options": begun.options })).into_response())
}

/// `POST /console/account/passkeys`
pub async fn add(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let problem = match checked(&state, &signed, &headers, &typed).await? {
        Ok(passkey) => match state.store.add_passkey(&passkey).await {
            Ok(()) => {
                tracing::info!(officer = %signed.officer.id, "added a passkey");
                return Ok(Redirect::to(&format!("{}?done=added", routes::PASSKEYS)).into_response());
            }
            Err(StoreError::Conflict(_)) => ("name", TAKEN),
            Err(error) => return Err(error.into()),
        },
        Err(problem) => problem,
    };
    let mut answer = shown(&state, &signed, view, None, &typed.name, &[problem]).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// `POST /console/account/passkeys/{passkey}/remove`
pub async fn remove(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = hex::decode(id).map_err(|_| Failure::NotFound)?;
    let keys = state.store.officer_keys().await?;
    // One that signs no more must not count either.
    for key in keys.iter().filter(|key| key.officer == signed.officer.id && key.credential == id) {
        officers::take_away(&state, key, REMOVED.get(Lang::Vi)).await?;
    }
    state.store.remove_passkey(signed.officer.id, &id).await?;
    tracing::info!(officer = %signed.officer.id, "removed a passkey");
    Ok(Redirect::to(&format!("{}?done=removed", routes::PASSKEYS)).into_response())
}

/// The passkey to be added, or what is wrong with it.
async fn checked(
    state: &AppState,
    signed: &Signed,
    headers: &HeaderMap,
    typed: &Typed,
) -> Result<Result<PasskeyRecord, Problem>, Failure> {
    let name = typed.name.trim();
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Ok(Err(("name", BAD_NAME)));
    }
    if state.store.passkeys_of(signed.officer.id).await?.len() >= MOST {
        return Ok(Err(("name", TOO_MANY)));
    }
    let begun = ceremony::take(state, Kind::AddPasskey, signed.session_hash(), &typed.ticket).await?;
    let Some(begun) = begun else { return Ok(Err(("name", NOT_TAKEN))) };
    let made = match state.passkeys.finish_registration(&begun, &typed.answer) {
        Ok(made) => made,
        Err(PasskeyError::Stored) => return Err(PasskeyError::Stored.into()),
        Err(_) => return Ok(Err(("name", NOT_TAKEN))),
    };
    if confirm::password(state, signed, headers, &typed.password).await? == Confirmed::No {
        return Ok(Err(("password", WRONG_PASSWORD)));
    }
    Ok(Ok(PasskeyRecord {
        credential_id: made.credential_id,
        officer: signed.officer.id,
        name: name.to_owned(),
        public_key: made.public_key,
        state: made.state,
        created_at: state.now(),
        used_at: None,
    }))
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    done: Option<Text>,
    name: &str,
    problems: &[Problem],
) -> Result<Response, Failure> {
    let lang = view.lang;
    let passkeys = state.store.passkeys_of(signed.officer.id).await?;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let body = html! {
        (back(routes::ACCOUNT, words::BACK_TO_ACCOUNT.get(lang)))
        @if let Some(done) = done { (alert(Tone::Good, done.get(lang), html! {})) }
        (to_mend(lang, &listed))
        @if passkeys.is_empty() { p.soft { (NONE.get(lang)) } } @else { (rows(lang, signed, &passkeys)) }
        @if state.passkeys.are_possible() { (offer(lang, signed, name, &listed)) }
        @else { p.soft { (NOT_HERE.get(lang)) } }
        @if signed.may(Action::AskForHistory) {
            p.soft { (SIGNS.get(lang)) " " a href=(routes::SIGNING_KEYS) { (TO_SIGNING.get(lang)) } }
        }
    };
    let view = view.at(routes::PASSKEYS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render())
}

fn rows(lang: Lang, signed: &Signed, passkeys: &[PasskeyRecord]) -> Markup {
    let columns = [
        Column::words(NAME.get(lang)),
        Column::words(ADDED.get(lang)),
        Column::words(USED.get(lang)),
        Column::words(DO.get(lang)),
    ];
    let rows = passkeys.iter().map(|passkey| {
        let remove = html! {
            button.button.quiet type="submit" aria-label=(REMOVE_WHICH.fill(lang, &[("name", &passkey.name)])) {
                (REMOVE.get(lang))
            }
        };
        vec![
            html! { (passkey.name) },
            words::instant(lang, passkey.created_at),
            passkey.used_at.map_or_else(|| html! { "–" }, |at| words::instant(lang, at)),
            form(&routes::remove_passkey(&passkey.credential_id), &signed.form_token, remove),
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

fn offer(lang: Lang, signed: &Signed, name: &str, problems: &[(&str, &str)]) -> Markup {
    let problem = |field| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let fields = html! {
        form.form method="post" action=(routes::PASSKEYS) data-passkey="create" novalidate
            data-begin=(routes::BEGIN_PASSKEY) data-failed=(FAILED.get(lang)) {
            input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
            input type="hidden" name="ticket";
            input type="hidden" name="answer";
            (Field::input(lang, "text", "name", NAME.get(lang)).value(name).hint(NAME_HINT.get(lang)).complete("off")
                .error(problem("name")))
            (Field::input(lang, "password", "password", PASSWORD.get(lang)).hint(PASSWORD_HINT.get(lang))
                .complete("current-password").error(problem("password")))
            (button(Weight::Primary, ADD.get(lang)))
            p role="status" {}
        }
    };
    html! {
        div data-passkey-place hidden { (card(ADD.get(lang), fields)) }
        noscript { p.soft { (NO_SCRIPT.get(lang)) } }
        script type="module" src=(passkey_script_path()) {}
    }
}
