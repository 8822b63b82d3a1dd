//! The passkeys by which officers sign requests: one's own, those that stand, and colleagues' that ask to be let in.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::signing::{self, Answer};
use crate::console::{routes, words};
use crate::promise::officers::{self, SignError};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, badge, button, card, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::{OfficerKeyRecord, PasskeyRecord, StoreError};
use bluezone_transparency::entry::KeyChange;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;

text! {
    TITLE, "Khóa ký", "Signing keys";
    LEAD, "Khóa để ký yêu cầu xin lịch sử tiếp xúc. Mỗi khóa nằm trong sổ công khai; ai cũng thấy khóa nào được tính.",
        "Passkeys that sign requests for contact history. Each stands in the public log: everybody sees which ones count.";
    MINE, "Ký bằng passkey của tôi", "Sign with my passkey";
    MINE_WHY, "Passkey bạn dùng để đăng nhập cũng ký được yêu cầu, khi nó nằm trong sổ công khai. Passkey của hai cán bộ đầu tiên được tính ngay; từ đó về sau, mỗi passkey mới cần hai cán bộ khác nhau ký.",
        "The passkey that you sign in with also signs requests, once it stands in the public log. Those of the first two officers count at once; after that every new one needs two different officers to sign.";
    WHICH, "Passkey", "Passkey";
    MAKE, "Xin cho passkey này ký", "Ask that this passkey may sign";
    NO_PASSKEY, "Bạn chưa có passkey nào khác để xin.", "You have no other passkey to ask for.";
    TO_PASSKEYS, "Passkey của bạn", "Your passkeys";
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

/// Which passkey shall sign.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    /// Its identifier, hexadecimal.
    passkey: String,
}

/// `POST /console/signing-keys`: a passkey that the officer signs in with asks to sign as well.
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let passkeys = state.store.passkeys_of(signed.officer.id).await?;
    let passkey = passkeys.into_iter().find(|passkey| hex::encode(&passkey.credential_id) == chosen.passkey);
    match officers::ask(&state, &signed.officer, passkey.ok_or(Failure::NotFound)?).await {
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
    officers::take_away(&state, key, REVOKED_BY_OWNER.get(Lang::Vi)).await?;
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
    let mut passkeys = state.store.passkeys_of(signed.officer.id).await?;
    passkeys.retain(|passkey| keys.iter().all(|key| key.credential != passkey.credential_id));
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
            (ask_form(lang, signed, &passkeys))
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

/// Asks for one of the passkeys that have not asked yet.
fn ask_form(lang: Lang, signed: &Signed, passkeys: &[PasskeyRecord]) -> Markup {
    let named: Vec<_> =
        passkeys.iter().map(|passkey| (hex::encode(&passkey.credential_id), &*passkey.name)).collect();
    let Some((first, _)) = named.first() else {
        return html! {
            p { (NO_PASSKEY.get(lang)) }
            div.actions { (link_button(Weight::Secondary, routes::PASSKEYS, TO_PASSKEYS.get(lang))) }
        };
    };
    let options = named.iter().map(|(id, name)| (id.as_str(), *name)).collect();
    form(
        routes::SIGNING_KEYS,
        &signed.form_token,
        html! {
            (Field::radio(lang, "passkey", WHICH.get(lang), options).value(first))
            div.actions { (button(Weight::Primary, MAKE.get(lang))) }
        },
    )
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
                (signing::form(lang, &routes::let_in(&id), &signed.form_token, challenge, own, LET_IN))
            }
            @if may_revoke {
                (form(&routes::revoke_key(&id), &signed.form_token, button(Weight::Danger, REVOKE.get(lang))))
            }
        },
    ]
}
