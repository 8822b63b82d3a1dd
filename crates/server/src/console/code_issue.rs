//! Issuing a one-time code for a case, and showing it once.
//!
//! The code is never stored. On its way from the form to the page that shows it, it travels in a cookie of two minutes,
//! sealed for this session and this code; the page removes the cookie. A reload of that page, or the browser's "back",
//! shows that the code was issued and no more. The form sent twice issues one code: see [`once`].

use crate::console::access::{Signed, secure, with_cookie, without};
use crate::console::cookie::Cookie;
use crate::console::failure::Failure;
use crate::console::shell::View;
use crate::console::{case_page, code_shown, once, routes, words};
use crate::secrets::{Hashed, Seal};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_domain::case::Case;
use bluezone_domain::code::{Code, CodeKind, MOST_LIVE};
use bluezone_domain::id::{CaseId, CodeId};
use bluezone_domain::{Timestamp, disease, guess};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, button, card};
use bluezone_pages::{Lang, text};
use bluezone_store::{CodeState, IssuedCode, NewCode, StoreError};
use maud::{Markup, html};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use serde::Deserialize;

/// How long a code may be on its way to its page, and how long after issuing it the same form shows it again.
const ON_ITS_WAY_S: i64 = 120;
/// Codes drawn before giving up: with a thousand live codes the first is taken once in 100,000 times.
const DRAWS: u32 = 16;

text! {
    OFFER, "Cấp mã cho người bệnh", "Give the patient a code";
    OFFER_WHY, "Mã cho phép điện thoại của người bệnh báo cho những điện thoại đã ở gần. Người bệnh tự quyết định có chia sẻ hay không.",
        "With a code the patient's phone can warn the phones that were near. The patient decides whether to share.";
    OFFER_NEGATIVE, "Mã cho phép điện thoại của người bệnh rút lại cảnh báo đã gửi.",
        "With a code the patient's phone can withdraw the warning it sent.";
    SHORT, "Đang nói chuyện với người bệnh", "The patient is with you or on the phone";
    SHORT_WHY, "Mã 8 số để đọc cho họ, dùng được trong 15 phút.", "8 digits to read out, good for 15 minutes.";
    SHORT_DO, "Cấp mã 8 số", "Issue 8 digits";
    LINK, "Gửi cho người bệnh sau", "Send it to the patient";
    LINK_WHY, "Một đường dẫn và mã QR, dùng được trong 24 giờ.", "A link and a QR code, good for 24 hours.";
    LINK_DO, "Cấp đường dẫn", "Issue a link";
    ENOUGH, "Đã có ba mã đang chờ dùng", "Three codes wait to be used";
    ENOUGH_WHY, "Hãy hủy một mã bên dưới, hoặc chờ đến khi một mã được dùng hay hết hạn.",
        "Cancel one of them below, or wait until one is used or expires.";
    NO_PHONES, "Không cấp mã cho bệnh này", "No codes for this disease";
    NO_PHONES_WHY, "Điện thoại chỉ có quy tắc cảnh báo cho {diseases}. Khóa được công bố không ghi tên bệnh: điện thoại khác sẽ cảnh báo nhầm theo quy tắc ấy.",
        "Phones have a rule for warning of {diseases} only. Published keys name no disease: other phones would warn by that rule, wrongly.";
    PAUSED, "Tạm ngừng cấp mã 8 số", "8-digit codes are paused";
    PAUSED_WHY, "Hôm nay có quá nhiều lần nhập mã sai từ khắp nơi. Hãy cấp đường dẫn; đường dẫn vẫn dùng được.",
        "Too many wrong codes were tried everywhere today. Issue a link instead; links still work."
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    kind: String,
    ticket: String,
}

/// Whether short codes rest: one more live code would let guessers hope for more than the budget.
pub async fn short_codes_paused(state: &AppState) -> Result<bool, Failure> {
    let now = state.now();
    let spent = guess::budget_units(state.store.guess_spent(now).await?);
    let live = state.store.live_short_codes(now).await? + 1;
    Ok(!guess::admits(spent, guess::budget_units(state.config.guess_budget), live))
}

/// Why there are no codes for a case's phones; `None` where there are.
pub fn no_phones(lang: Lang, case: &Case) -> Option<Markup> {
    if disease::is_on_phones(&case.disease) {
        return None;
    }
    let with = disease::all().iter().filter(|disease| disease.phones);
    let names: Vec<_> = with.map(|disease| words::disease(lang, &disease.id)).collect();
    let why = NO_PHONES_WHY.fill(lang, &[("diseases", &names.join(", "))]);
    Some(alert(Tone::Info, NO_PHONES.get(lang), html! { p { (why) } }))
}

/// The part of a case's page that offers codes.
pub fn offer(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    case: &Case,
    codes: &[IssuedCode],
    paused: bool,
) -> Markup {
    if let Some(why) = no_phones(lang, case) {
        return card(OFFER.get(lang), why);
    }
    let live = codes.iter().filter(|code| code.state == CodeState::Live).count();
    if i64::try_from(live).is_ok_and(|live| live >= MOST_LIVE) {
        let why = html! { p { (ENOUGH_WHY.get(lang)) } };
        return card(OFFER.get(lang), alert(Tone::Caution, ENOUGH.get(lang), why));
    }
    let to = routes::codes(case.id);
    let why = if case.facts.status.is_ruled_out() { OFFER_NEGATIVE } else { OFFER_WHY };
    let choice = |kind: CodeKind, weight, label: &str| {
        let fields = html! {
            input type="hidden" name="kind" value=(kind.as_str());
            (once::field(&once::ticket(state)))
            (button(weight, label))
        };
        form(&to, &signed.form_token, fields)
    };
    let (short, link) = (SHORT.get(lang), LINK.get(lang));
    card(
        OFFER.get(lang),
        html! {
            p { (why.get(lang)) }
            div.grid {
                div.stack {
                    h3 { (short) }
                    @if paused {
                        (alert(Tone::Caution, PAUSED.get(lang), html! { p { (PAUSED_WHY.get(lang)) } }))
                    } @else {
                        p.soft { (SHORT_WHY.get(lang)) }
                        (choice(CodeKind::Short, Weight::Primary, SHORT_DO.get(lang)))
                    }
                }
                div.stack {
                    h3 { (link) }
                    p.soft { (LINK_WHY.get(lang)) }
                    (choice(CodeKind::Link, Weight::Secondary, LINK_DO.get(lang)))
                }
            }
        },
    )
}

/// `POST /console/cases/{case}/codes`
pub async fn issue(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let kind = wanted.kind.parse().map_err(|_| Failure::Unreadable)?;
    let phones = disease::is_on_phones(&case.disease);
    if !phones || kind == CodeKind::Short && short_codes_paused(&state).await? {
        // The case's page says why.
        return Ok(Redirect::to(&routes::case(case.id)).into_response());
    }
    for draw in 0..DRAWS {
        let (new, code) = drawn(&state, &signed, &case, kind, &wanted.ticket, draw);
        match state.store.issue_code(&new).await {
            Ok(()) => return Ok(to_page(&state, &signed, case.id, new.id, Some(&code))),
            Err(StoreError::Conflict(_)) => {}
            // The case's page says why.
            Err(StoreError::NotAllowed(_)) => return Ok(Redirect::to(&routes::case(case.id)).into_response()),
            Err(error) => return Err(error.into()),
        }
        // Either this form was sent before, or somebody else's live code reads the same and another must be drawn.
        let issued = state.store.codes_of_case(case.id, new.issued_at).await?;
        if let Some(before) = issued.iter().find(|issued| issued.id == new.id) {
            let just_now = new.issued_at - before.issued_at <= ON_ITS_WAY_S;
            return Ok(to_page(&state, &signed, case.id, new.id, just_now.then_some(&code)));
        }
    }
    tracing::error!("no free one-time code was found in {DRAWS} draws");
    Err(Failure::Broken)
}

/// The code that this form stands for, at its nth draw. It follows from the form's ticket under the server's key, so the
/// same form draws the same code, and nobody without the key can tell which.
fn drawn(
    state: &AppState,
    signed: &Signed,
    case: &Case,
    kind: CodeKind,
    ticket: &str,
    draw: u32,
) -> (NewCode, Code) {
    let purpose = |what: &str| format!("{what} {} {} {draw}", kind.as_str(), case.id);
    let seed = once::derive(state, signed, &purpose("code"), ticket);
    let code = Code::generate(kind, &mut ChaCha20Rng::from_seed(seed));
    let now = state.now();
    let new = NewCode {
        id: CodeId::from_bytes(once::id(state, signed, &purpose("code id"), ticket)),
        case: case.id,
        contact: None,
        kind,
        code_hash: state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
        issued_by: signed.officer.id,
        issued_at: now,
        expires_at: now + kind.lifetime_s(),
    };
    (new, code)
}

/// To the page that shows the code, with the code if it may still be shown.
fn to_page(state: &AppState, signed: &Signed, case: CaseId, id: CodeId, code: Option<&Code>) -> Response {
    let answer = Redirect::to(&routes::code(case, id)).into_response();
    let Some(code) = code else { return answer };
    // With the time: a browser may keep a cookie for longer than it is told.
    let until = state.now() + ON_ITS_WAY_S;
    let plain = [&until.0.to_be_bytes()[..], code.as_str().as_bytes()].concat();
    let sealed = state.secrets.seal(Seal::ShownOnce, &context(signed, id), &plain, &mut *state.rng());
    let cookie = Cookie::Once.set(&URL_SAFE_NO_PAD.encode(sealed), Some(ON_ITS_WAY_S), secure(state));
    with_cookie(answer, cookie)
}

/// The code, if it is still on its way.
fn unsealed(plain: &[u8], now: Timestamp) -> Option<Code> {
    let (until, code) = plain.split_first_chunk::<8>()?;
    if now >= Timestamp(i64::from_be_bytes(*until)) {
        return None;
    }
    Code::parse(std::str::from_utf8(code).ok()?)
}

/// `POST /console/cases/{case}/codes/{code}/cancel`
pub async fn cancel(
    State(state): State<AppState>,
    signed: Signed,
    Path((case, code)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &case).await?;
    let id: CodeId = code.parse().map_err(|_| Failure::NotFound)?;
    let cancelled = state.store.cancel_code(case.id, id, state.now()).await?;
    // Otherwise it was used or over by then, which the case's page shows.
    let done = if cancelled { "?done=cancelled" } else { "" };
    Ok(Redirect::to(&format!("{}{done}", routes::case(case.id))).into_response())
}

/// What a code on its way is sealed for: this session, this code.
fn context(signed: &Signed, id: CodeId) -> Vec<u8> {
    [&signed.session_hash()[..], id.as_bytes()].concat()
}

/// `GET /console/cases/{case}/codes/{code}`
pub async fn shown_once(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    headers: HeaderMap,
    Path((case, code)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &case).await?;
    let id: CodeId = code.parse().map_err(|_| Failure::NotFound)?;
    let issued = state.store.codes_of_case(case.id, state.now()).await?;
    let issued = issued.into_iter().find(|issued| issued.id == id).ok_or(Failure::NotFound)?;
    let code = Cookie::Once
        .read(&headers, secure(&state))
        .and_then(|value| URL_SAFE_NO_PAD.decode(value).ok())
        .and_then(|sealed| state.secrets.open(Seal::ShownOnce, &context(&signed, id), &sealed).ok())
        .and_then(|plain| unsealed(&plain, state.now()));
    let answer = match &code {
        Some(code) => code_shown::code(&state, &signed, &view, &case, &issued, code),
        None => code_shown::gone(&signed, &view, &case),
    };
    Ok(without(answer, Cookie::Once, &state))
}
