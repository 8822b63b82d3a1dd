//! A form that was sent.

use super::super::access::MaybeSigned;
use super::super::failure::Failure;
use super::super::offline;
use super::super::posted::{Files, Passed, Posted, sender};
use super::super::routes;
use super::form::{Form, has_files, open};
use super::unconfirmed::{Refused, Unconfirmed, forget};
use super::{Household, KNOWN_AS, SUBJECT, known_as};
use crate::console::access::with_cookie;
use crate::console::once;
use crate::console::session::visitor_form;
use crate::console::shell::View;
use crate::declaring::{self, Checked, Filled, Meant, Sending, SentFile};
use crate::photo::{CONTENT_TYPE, Undeveloped};
use crate::source::{Peer, Source};
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::declaration::Channel;
use bluezone_forms::REDRAW;
use bluezone_pages::parts::{Tone, alert};
use bluezone_pages::{Text, text};
use bluezone_store::{Accepted, NewFile, StoreError};
use maud::{Markup, html};

text! {
    DAY_SENT, "Ngày này bạn đã khai rồi", "You have declared for this day already";
    DAY_SENT_WHY, "Mỗi ngày một lần là đủ. Nếu sức khỏe thay đổi, hãy khai báo lại bằng tờ khai khác hoặc gọi trạm y tế.",
        "Once a day is enough. If your health has changed, use another form or call the health station.";
    TOO_MANY, "Bạn đã khai hộ nhiều người nhất có thể", "You already declare for as many people as possible";
    TOO_MANY_WHY, "Hãy xóa bớt người không còn khai hộ ở mục “Dữ liệu của tôi”.", "Remove people you no longer declare for under “My data”.";
    BAD_FILE, "Không nhận được tệp gửi kèm", "A file could not be taken";
    BAD_FILE_WHY, "Hãy gửi ảnh JPEG, PNG, WebP hoặc tệp PDF, mỗi tệp tối đa 5 MB.", "Send a JPEG, PNG or WebP picture or a PDF, of at most 5 MB each."
}

const PDF: &str = "application/pdf";

/// `POST /declare/{form}`
pub async fn send(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    peer: Peer,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let view = view.at(&routes::declare(&name));
    let sheet = open(&state, &name).await?;
    let attaches = has_files(&sheet);
    if signed.is_none() && (!sheet.tells_who() || attaches) {
        return Err(Failure::SignInFirst);
    }
    let files = match &signed {
        Some(signed) if attaches => Files::Of(sender(&state, signed.citizen.as_bytes())),
        _ => Files::None,
    };
    let mut posted = Posted::read(&state, request, files).await?;
    let files = std::mem::take(&mut posted.files);
    let subject = &posted.get(SUBJECT).to_owned();
    let household = match &signed {
        Some(signed) => Household::of(&state, signed, subject).await?,
        None => Household::NEW,
    };
    Meant::declare_for_them(&sheet, household.own(), &mut posted.fields);
    let redraw = posted.get(REDRAW.0) == REDRAW.1;
    let files = clean(&state, if redraw { Vec::new() } else { files }).await;
    let not_taken = files.as_ref().err().copied();
    let files = files.unwrap_or_default();
    let filled = Filled { sheet: &sheet, lang: view.lang, fields: &posted.fields, files: &files };
    let sent = filled.read();
    let meant = Meant::of(&posted.fields, &sent.answers);
    let said = meant.map(|meant| meant.carried(&sent.answers));
    let about = declaring::about(&sheet, &sent.answers, &household.profiles, household.subject, meant);
    let doubtful = about
        .filter(|known| meant != Some(Meant::Same) && declaring::is_another(&sheet, &sent.answers, known));
    let live = match about {
        Some(profile) => state.store.live_consents(profile.id).await?,
        None => Vec::new(),
    };
    let purposes = declaring::purposes(&sheet, &live);
    let mut checked = filled.checked(sent, &purposes);
    let (token, cookie) = match &signed {
        Some(signed) => (signed.form_token.clone(), None),
        None => visitor_form(&state, &headers),
    };
    let ticket = posted.get(once::FIELD);
    let account = signed.as_ref().map(|signed| offline::account(&state, signed.citizen));
    let doubt = doubtful.map(|known| known.person.identity.name.as_str());
    let account = account.as_deref();
    let (known, said) = (posted.get(KNOWN_AS), said.as_deref());
    let form = Form { sheet: &sheet, token: &token, ticket, subject, known, account, doubt, said };
    let entries = checked.sent.entries.clone();
    let shown = |status: StatusCode, checked: Option<&Checked>, message: Option<Markup>| {
        let body = html! {
            @if let Some(message) = message { (message) }
            (form.draw(view.lang, &entries, &purposes, checked))
        };
        let about = about.map(|profile| profile.person.identity.name.as_str());
        let mut answer = form.page(&view, signed.as_ref(), about, body);
        *answer.status_mut() = status;
        match cookie.clone() {
            Some(cookie) => with_cookie(answer, cookie),
            None => answer,
        }
    };
    let say = |tone, title: Text, why: Text| {
        alert(tone, title.get(view.lang), html! { p { (why.get(view.lang)) } })
    };
    if redraw {
        return Ok(shown(StatusCode::OK, None, None));
    }
    let busy = not_taken == Some(Undeveloped::Busy);
    if let Some(passed) = posted.passed.or(busy.then_some(Passed::Busy)) {
        let (title, why) = passed.words();
        return Ok(passed.answer(shown(StatusCode::OK, None, Some(say(Tone::Caution, title, why)))));
    }
    if not_taken.is_some() {
        let message = say(Tone::Bad, BAD_FILE, BAD_FILE_WHY);
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, Some(&checked), Some(message)));
    }
    if !checked.is_right() || ticket.is_empty() {
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, Some(&checked), None));
    }
    if doubt.is_some() {
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, Some(&checked), None));
    }
    let Some(signed) = &signed else {
        let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
        return match Unconfirmed::of(&state, &filled, &purposes, ticket)?
            .begin(&state, &source, &checked)
            .await?
        {
            Ok((to, cookie)) => Ok(with_cookie(Redirect::to(&to).into_response(), cookie)),
            Err(Refused::NoMobile(field)) => {
                checked.sent.problems.push(field);
                Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, Some(&checked), None))
            }
            Err(Refused::NotSent(sent)) => {
                let (status, title, why) = super::super::sign_in::not_sent(sent);
                Ok(shown(status, Some(&checked), Some(say(Tone::Caution, title, why))))
            }
        };
    };
    let sending = Sending {
        citizen: signed.citizen,
        about,
        key: ticket,
        authored_at: state.now(),
        channel: Channel::Web,
        shown: about.is_some_and(|profile| known == known_as(profile)),
    };
    match declaring::store(&state, &filled, &checked, &sending).await {
        Ok(Some((id, Accepted::New | Accepted::Again))) => {
            Ok(forget(&state, &headers, Redirect::to(&routes::declared(id)).into_response()).await)
        }
        Ok(Some((_, Accepted::DaySent))) => {
            let message = say(Tone::Caution, DAY_SENT, DAY_SENT_WHY);
            Ok(shown(StatusCode::CONFLICT, Some(&checked), Some(message)))
        }
        Ok(None) => Err(Failure::NotFound),
        Err(StoreError::NotAllowed(_)) => {
            let message = say(Tone::Caution, TOO_MANY, TOO_MANY_WHY);
            Ok(shown(StatusCode::CONFLICT, Some(&checked), Some(message)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The files, photographs without what cameras write into them.
async fn clean(state: &AppState, files: Vec<(String, Vec<u8>)>) -> Result<Vec<SentFile>, Undeveloped> {
    let mut cleaned = Vec::with_capacity(files.len());
    for (item, bytes) in files {
        let file = if bytes.starts_with(b"%PDF-") {
            NewFile { content_type: PDF.to_owned(), bytes }
        } else {
            let photo = state.photos.develop(bytes.into()).await?;
            NewFile { content_type: CONTENT_TYPE.to_owned(), bytes: photo.bytes }
        };
        cleaned.push(SentFile { item, file });
    }
    Ok(cleaned)
}
