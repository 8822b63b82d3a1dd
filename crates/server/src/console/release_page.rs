//! One request for contact history: what exactly is signed, who has signed, what came back.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::signing::{self, Answer};
use crate::console::told::{self, Reach};
use crate::console::{releases, routes, signing_keys, uploads, words};
use crate::promise::officers::SignError;
use crate::promise::requests;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::policy::Action;
use bluezone_pages::parts::{Tone, Weight, alert, back, card, facts, fold, link_button};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, text};
use bluezone_store::ReleaseRequest;
use bluezone_transparency::release::Statement;
use maud::{Markup, html};

text! {
    TITLE, "Yêu cầu xin lịch sử", "A request for history";
    BACK, "Yêu cầu của đơn vị", "The unit's requests";
    WHAT, "Điều được hỏi", "What is asked";
    STATE, "Trạng thái", "State";
    BASIS, "Căn cứ pháp lý", "Legal basis";
    PURPOSE, "Mục đích", "Purpose";
    SCOPE, "Dữ liệu của", "Data of";
    FROM_TO, "{from} đến {to}", "{from} to {to}";
    KINDS, "Loại dữ liệu", "Kinds of data";
    EXPIRES, "Trả lời đến", "To be answered until";
    DETAILS, "Lời nhắn riêng", "For this person alone";
    BY, "Người viết", "Written by";
    FIRST, "Người ký thứ nhất", "First signed by";
    SECOND, "Người ký thứ hai", "Second signed by";
    ENTRY, "Số trong sổ công khai", "Number in the public log";
    SIGN, "Ký yêu cầu", "Sign the request";
    SIGN_WHY, "Đọc kỹ: chữ ký của bạn nằm vĩnh viễn trong sổ công khai, cho đúng những điều trên đây.",
        "Read it well: your signature stands in the public log for ever, under exactly what is written above.";
    DO_SIGN, "Ký bằng khóa của tôi", "Sign with my passkey";
    SIGNED_ONCE, "Bạn đã ký. Cần một cán bộ khác của đơn vị ký tiếp.", "You have signed. Another officer of the unit must sign as well.";
    NO_KEY, "Bạn chưa có khóa ký được tính.", "You have no signing key that counts.";
    TO_KEYS, "Khóa ký", "Signing keys";
    REFUSED, "Chữ ký không được tính", "The signature does not count";
    TEXT, "Nguyên văn được ký", "The very text that is signed";
    ANSWERS, "Trả lời", "Answers";
    NO_ANSWER, "Không có trả lời. Điều đó không nói lên gì về người được hỏi.", "There is no answer. That says nothing about the person."
}

async fn find(state: &AppState, signed: &Signed, hash: &str) -> Result<(ReleaseRequest, Reach), Failure> {
    let hash = routes::read_hash(hash).ok_or(Failure::NotFound)?;
    let request = state.store.request(hash).await?.ok_or(Failure::NotFound)?;
    let reach = told::reach(state, signed, Action::AskForHistory, &request.unit).await?;
    Ok((request, reach))
}

/// `GET /console/requests/{request}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(hash): Path<String>,
) -> Result<Response, Failure> {
    let (request, reach) = find(&state, &signed, &hash).await?;
    shown(&state, &signed, view, &request, reach, None).await
}

/// `POST /console/requests/{request}/sign`
pub async fn sign(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(hash): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    let (request, reach) = find(&state, &signed, &hash).await?;
    told::own(reach)?;
    let keys = state.store.officer_keys().await?;
    let assertion = answer.assertion(&keys).ok_or(Failure::Unreadable)?;
    match requests::sign(&state, &signed.officer, &request, &assertion).await {
        Ok(_) => Ok(Redirect::to(&routes::release(&request.hash)).into_response()),
        Err(SignError::Server(error)) => Err(error.into()),
        Err(error) => {
            let mut answer = shown(&state, &signed, view, &request, reach, Some(&error.to_string())).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    request: &ReleaseRequest,
    reach: Reach,
    problem: Option<&str>,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let statement = requests::statement(request)?;
    let answers = state.store.answers(request.hash).await?;
    let keys = state.store.officer_keys().await?;
    let own = signing_keys::own(&keys, signed, now);
    let mut names = Vec::new();
    let signers = [(BY, Some(request.made_by)), (FIRST, request.first_by), (SECOND, request.second_by)];
    for (label, officer) in signers {
        let Some(officer) = officer else { continue };
        let name = state.store.officer(officer).await?.map(|officer| officer.username).unwrap_or_default();
        names.push((label.get(lang), html! { (name) }));
    }
    let badge = releases::state_badge(lang, request, !answers.is_empty(), now);
    let mut pairs = vec![(STATE.get(lang), badge)];
    pairs.extend(asked(lang, &statement));
    if reach == Reach::Own {
        let details = requests::details(state, request)?.text.to_string();
        pairs.push((DETAILS.get(lang), html! { (details) }));
    }
    pairs.extend(names);
    if let Some(entry) = request.entry {
        pairs.push((ENTRY.get(lang), html! { (entry) }));
    }
    let open = reach == Reach::Own && request.entry.is_none() && now < request.expires_at;
    let body = html! {
        (back(routes::RELEASES, BACK.get(lang)))
        (told::notice(lang, reach, &request.unit))
        @if let Some(problem) = problem { (alert(Tone::Bad, REFUSED.get(lang), html! { p { (problem) } })) }
        (card(WHAT.get(lang), html! {
            (facts(pairs))
            (fold(TEXT.get(lang), html! { pre.command { code { (request.statement) } } }))
        }))
        @if open { (card(SIGN.get(lang), sign_form(lang, signed, request, &statement, &own))) }
        @if request.entry.is_some() {
            section.stack {
                h2 { (ANSWERS.get(lang)) }
                @if answers.is_empty() { p.soft { (NO_ANSWER.get(lang)) } } @else { (uploads::rows(lang, &answers)) }
            }
        }
    };
    let view = view.at(&routes::release(&request.hash));
    let title = TITLE.get(lang);
    Ok(Shell { view: &view, signed: Some(signed), title, lead: None, wide: false, body }.render())
}

fn asked(lang: Lang, statement: &Statement) -> Vec<(&'static str, Markup)> {
    let terms = &statement.terms;
    let (from, to) = (date_time(lang, terms.scope.from.0), date_time(lang, terms.scope.until.0));
    let kinds: Vec<_> = terms.scope.kinds.iter().map(|kind| words::data_kind(*kind).get(lang)).collect();
    vec![
        (words::UNIT.get(lang), html! { (terms.unit) }),
        (BASIS.get(lang), html! { (terms.basis) }),
        (PURPOSE.get(lang), html! { (terms.purpose) }),
        (SCOPE.get(lang), html! { (FROM_TO.fill(lang, &[("from", &from), ("to", &to)])) }),
        (KINDS.get(lang), html! { (kinds.join(", ")) }),
        (EXPIRES.get(lang), words::instant(lang, terms.expires)),
    ]
}

fn sign_form(
    lang: Lang,
    signed: &Signed,
    request: &ReleaseRequest,
    statement: &Statement,
    own: &[&bluezone_store::OfficerKeyRecord],
) -> Markup {
    if request.first_by == Some(signed.officer.id) {
        return html! { p { (SIGNED_ONCE.get(lang)) } };
    }
    if own.is_empty() {
        return html! {
            p { (NO_KEY.get(lang)) }
            div.actions { (link_button(Weight::Secondary, routes::SIGNING_KEYS, TO_KEYS.get(lang))) }
        };
    }
    html! {
        p { (SIGN_WHY.get(lang)) }
        (signing::form(
            lang,
            &routes::sign_release(&request.hash),
            &signed.form_token,
            &statement.hash(),
            own,
            DO_SIGN,
        ))
    }
}
