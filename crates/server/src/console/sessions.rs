//! The officer's own sessions: where they are signed in, and signing out there.

use crate::console::access::{Signed, without};
use crate::console::cookie::Cookie;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, session, words};
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::officer::SignInMethod;
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, back, badge, button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::SessionRecord;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Nơi bạn đang đăng nhập", "Where you are signed in";
    LEAD, "Nếu thấy phiên không phải của bạn: kết thúc phiên đó, đổi mật khẩu và báo người quản trị.",
        "If one is not yours: end it, change your password and tell your administrator.";
    CAPTION, "Các phiên làm việc, mới nhất trước", "Sessions, newest first";
    WHERE, "Trình duyệt", "Browser";
    HOW, "Đăng nhập bằng", "Signed in with";
    SINCE, "Từ lúc", "Since";
    LAST, "Dùng lần cuối", "Last used";
    DO, "Thao tác", "Action";
    THIS, "phiên này", "this session";
    UNKNOWN, "Không rõ", "Not known";
    PASSWORD, "Mật khẩu và mã", "Password and code";
    PASSKEY, "Passkey", "Passkey";
    SIGN_ON, "Tài khoản của tỉnh", "The province's account";
    END, "Kết thúc", "End";
    END_OTHERS, "Kết thúc mọi phiên khác", "End all other sessions";
    DONE, "Đã kết thúc", "Ended"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// `GET /console/account/sessions`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let sessions = state.store.sessions_of(signed.officer.id, state.now()).await?;
    let body = html! {
        (back(routes::ACCOUNT, words::BACK_TO_ACCOUNT.get(lang)))
        @if asked.done.is_some() { (alert(Tone::Good, DONE.get(lang), html! {})) }
        (rows(&state, lang, &signed, &sessions))
        @if sessions.len() > 1 {
            (form(routes::END_OTHER_SESSIONS, &signed.form_token, button(Weight::Danger, END_OTHERS.get(lang))))
        }
    };
    let view = view.at(routes::SESSIONS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// `POST /console/account/sessions/{session}/end`. One that is not there any more is no error.
pub async fn end(
    State(state): State<AppState>,
    signed: Signed,
    Path(named): Path<String>,
) -> Result<Response, Failure> {
    let sessions = state.store.sessions_of(signed.officer.id, state.now()).await?;
    let found = sessions.iter().find(|session| name(&state, session) == named);
    if let Some(found) = found {
        session::end(&state, &found.token_hash).await?;
        if found.token_hash == *signed.session_hash() {
            let to = Redirect::to(&format!("{}?left=1", routes::SIGN_IN)).into_response();
            return Ok(without(to, Cookie::Session, &state));
        }
    }
    Ok(Redirect::to(&format!("{}?done=1", routes::SESSIONS)).into_response())
}

/// `POST /console/account/sessions/end-others`
pub async fn end_others(State(state): State<AppState>, signed: Signed) -> Result<Response, Failure> {
    state.store.end_other_sessions(signed.officer.id, *signed.session_hash()).await?;
    Ok(Redirect::to(&format!("{}?done=1", routes::SESSIONS)).into_response())
}

/// What names a session in its form: nothing that the database or the browser holds.
fn name(state: &AppState, session: &SessionRecord) -> String {
    hex::encode(&state.secrets.hash(Hashed::SessionName, &session.token_hash)[..16])
}

fn rows(state: &AppState, lang: Lang, signed: &Signed, sessions: &[SessionRecord]) -> Markup {
    let columns = [
        Column::words(WHERE.get(lang)),
        Column::words(HOW.get(lang)),
        Column::words(SINCE.get(lang)),
        Column::words(LAST.get(lang)),
        Column::words(DO.get(lang)),
    ];
    let rows = sessions.iter().map(|session| {
        let own = session.token_hash == *signed.session_hash();
        let device = if session.device.is_empty() { UNKNOWN.get(lang) } else { &session.device };
        let end = html! {
            button.button.quiet type="submit" { (END.get(lang)) span.unseen { " " (device) } }
        };
        vec![
            html! { (device) @if own { " " (badge(Tone::Info, THIS.get(lang))) } },
            html! { (how(lang, session.method)) },
            words::instant(lang, session.created_at),
            // To the minute: a session in use is written at most so often.
            words::instant(lang, session.expires_at + -session::IDLE_S),
            form(&routes::end_session(&name(state, session)), &signed.form_token, end),
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

fn how(lang: Lang, method: SignInMethod) -> &'static str {
    match method {
        SignInMethod::Password => PASSWORD,
        SignInMethod::Passkey => PASSKEY,
        SignInMethod::SignOn => SIGN_ON,
    }
    .get(lang)
}
