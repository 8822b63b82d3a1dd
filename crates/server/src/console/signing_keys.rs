//! The passkeys by which officers sign requests: one's own, those that stand, and colleagues' that ask to be let in.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::signing::{self, Answer};
use crate::console::{routes, words};
use crate::promise::officers::{self, SignError};
use crate::promise::site;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, badge, button, card};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::{OfficerKeyRecord, StoreError};
use bluezone_transparency::entry::KeyChange;
use bluezone_transparency::text::Line;
use maud::{Markup, html};
use std::collections::HashMap;

text! {
    TITLE, "Khóa ký", "Signing keys";
    LEAD, "Khóa để ký yêu cầu xin lịch sử tiếp xúc. Mỗi khóa nằm trong sổ công khai; ai cũng thấy khóa nào được tính.",
        "Passkeys that sign requests for contact history. Each stands in the public log: everybody sees which ones count.";
    MINE, "Tạo khóa của tôi", "Make my key";
    MINE_WHY, "Khóa nằm trong thiết bị này và không rời khỏi đó. Khóa của hai cán bộ đầu tiên được tính ngay; từ đó về sau, mỗi khóa mới cần hai cán bộ khác nhau ký.",
        "The key lives in this device and never leaves it. The keys of the first two officers count at once; after that every new key needs two different officers to sign.";
    MAKE, "Tạo khóa trên thiết bị này", "Make a key on this device";
    CAPTION, "Mọi khóa ký, theo thứ tự đăng ký", "All signing keys, in the order in which they asked";
    WHO, "Cán bộ", "Officer";
    KEY, "Khóa", "Key";
    STATE, "Trạng thái", "State";
    UNTIL, "Đến", "Until";
    DO, "Thao tác", "Action";
    NONE, "Chưa có khóa nào.", "There is no key yet.";
    WAITS, "Chờ hai chữ ký", "Waits for two signatures";
    WAITS_ONE, "Chờ một chữ ký nữa", "Waits for one more signature";
    COUNTS, "Được tính", "Counts";
    REVOKED, "Đã thu hồi", "Revoked";
    OVER, "Hết hạn", "Over";
    LET_IN, "Cho khóa này vào", "Let this key in";
    REVOKE, "Thu hồi", "Revoke";
    REVOKED_BY_OWNER, "Chủ khóa thu hồi", "Revoked by its owner";
    REFUSED, "Chữ ký không được tính", "The signature does not count";
    DONE_TWICE, "Bạn đã ký rồi; cần một cán bộ khác ký tiếp.", "You have signed already; another officer must sign as well."
}

/// `GET /console/signing-keys`
pub async fn page(State(state): State<AppState>, signed: Signed, view: View) -> Result<Response, Failure> {
    shown(&state, &signed, view, None).await
}

/// `POST /console/signing-keys`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    let (key, credential) = answer.new_key().ok_or(Failure::Unreadable)?;
    match officers::ask(&state, &signed.officer, &key, credential).await {
        Ok(_) | Err(crate::ServerError::Store(StoreError::Conflict(_))) => {
            Ok(Redirect::to(routes::SIGNING_KEYS).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /console/signing-keys/{key}/let-in`
pub async fn let_in(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(key): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    let keys = state.store.officer_keys().await?;
    let key = find(&keys, &key)?;
    let assertion = answer.assertion(&keys).ok_or(Failure::Unreadable)?;
    match officers::let_in(&state, signed.officer.id, key, &assertion).await {
        Ok(bluezone_store::Signed::Twice) => {
            let words = DONE_TWICE.get(view.lang).to_owned();
            shown(&state, &signed, view, Some(words)).await
        }
        Ok(_) => Ok(Redirect::to(routes::SIGNING_KEYS).into_response()),
        Err(SignError::Server(error)) => Err(error.into()),
        Err(error) => shown(&state, &signed, view, Some(error.to_string())).await,
    }
}

/// `POST /console/signing-keys/{key}/revoke`: one's own key.
pub async fn revoke(
    State(state): State<AppState>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let keys = state.store.officer_keys().await?;
    let key = find(&keys, &key)?;
    if key.officer != signed.officer.id {
        return Err(Failure::Forbidden);
    }
    if key.entry.is_none() {
        state.store.drop_officer_key(key.id).await?;
    } else {
        let reason = Line::new(REVOKED_BY_OWNER.get(Lang::Vi)).map_err(crate::ServerError::from)?;
        officers::revoke(&state, key.id, reason).await?;
    }
    Ok(Redirect::to(routes::SIGNING_KEYS).into_response())
}

fn find<'a>(keys: &'a [OfficerKeyRecord], id: &str) -> Result<&'a OfficerKeyRecord, Failure> {
    keys.iter().find(|key| hex::encode(key.id) == id).ok_or(Failure::NotFound)
}

/// An officer's keys that count now: those that the browser may be asked for.
pub fn own<'a>(keys: &'a [OfficerKeyRecord], signed: &Signed, now: Timestamp) -> Vec<&'a OfficerKeyRecord> {
    let counts = |key: &&OfficerKeyRecord| {
        key.officer == signed.officer.id && key.entry.is_some() && key.revoked.is_none() && now < key.until
    };
    keys.iter().filter(counts).collect()
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let keys = state.store.officer_keys().await?;
    let names: HashMap<_, _> = state
        .store
        .list_officers()
        .await?
        .into_iter()
        .map(|officer| (officer.id, officer.username))
        .collect();
    let own = own(&keys, signed, now);
    let party = site(state).id;
    let made = signing::make(lang, &party, signed.officer.id.as_bytes(), &signed.officer.username, MAKE);
    let rows: Vec<_> = keys.iter().map(|key| row(lang, signed, key, &own, &names, now)).collect();
    let columns = [
        Column::words(WHO.get(lang)),
        Column::words(KEY.get(lang)),
        Column::words(STATE.get(lang)),
        Column::words(UNTIL.get(lang)),
        Column::words(DO.get(lang)),
    ];
    let failed = problem.is_some();
    let body = html! {
        @if let Some(problem) = problem {
            (alert(Tone::Bad, REFUSED.get(lang), html! { p { (problem) } }))
        }
        (card(MINE.get(lang), html! {
            p { (MINE_WHY.get(lang)) }
            (form(routes::SIGNING_KEYS, &signed.form_token, made))
        }))
        @if keys.is_empty() { p.soft { (NONE.get(lang)) } } @else { (table(CAPTION.get(lang), &columns, rows)) }
    };
    let view = view.at(routes::SIGNING_KEYS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    let mut answer = Shell { view: &view, signed: Some(signed), title, lead, wide: true, body }.render();
    if failed {
        *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn row(
    lang: Lang,
    signed: &Signed,
    key: &OfficerKeyRecord,
    own: &[&OfficerKeyRecord],
    names: &HashMap<bluezone_domain::id::OfficerId, String>,
    now: Timestamp,
) -> Vec<Markup> {
    let (tone, state) = match (key.entry, key.revoked, key.first_by) {
        (_, Some(_), _) => (Tone::Neutral, REVOKED),
        (Some(_), None, _) if key.until <= now => (Tone::Neutral, OVER),
        (Some(_), None, _) => (Tone::Good, COUNTS),
        (None, None, Some(_)) => (Tone::Info, WAITS_ONE),
        (None, None, None) => (Tone::Info, WAITS),
    };
    let id = hex::encode(key.id);
    let challenge = KeyChange::parse(key.change.as_bytes()).ok().map(|change| change.challenge());
    let may_let_in = key.entry.is_none() && !own.is_empty() && key.first_by != Some(signed.officer.id);
    let may_revoke = key.officer == signed.officer.id && key.revoked.is_none();
    vec![
        html! { (names.get(&key.officer).map_or("–", String::as_str)) },
        html! { code { (id[..16]) } },
        badge(tone, state.get(lang)),
        words::instant(lang, key.until),
        html! {
            @if let (true, Some(challenge)) = (may_let_in, &challenge) {
                (form(&routes::let_in(&id), &signed.form_token, signing::ask(lang, challenge, own, LET_IN)))
            }
            @if may_revoke {
                (form(&routes::revoke_key(&id), &signed.form_token, button(Weight::Danger, REVOKE.get(lang))))
            }
        },
    ]
}
