//! `/f2`: a contact (F1) names the people whom they met, through a one-time link from an officer. No sign-in.
//!
//! The link is `https://HOST/f2#SECRET`; browsers send nothing of what stands after `#`, so the person pastes it into the
//! form. Nothing is saved before it is sent. What is stored is keyed by the secret: the same list sent again, also after a
//! crash half-way, is stored once, and the link is ended last.

mod named;
mod words;

use crate::console::shell::{self, View};
use crate::error::ServerError;
use crate::secrets::{Hashed, Seal};
use crate::source::Source;
use crate::state::AppState;
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bluezone_domain::code::{Code, CodeKind};
use bluezone_domain::contact::{Class, Contact};
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::parts::{Tone, alert};
use bluezone_pages::{Lang, Text};
use bluezone_store::{Listing, StoreError};
use maud::{Markup, html};
use named::Named;
use std::collections::HashMap;
use std::net::SocketAddr;
use words::*;

/// The page.
pub const F2: &str = "/f2";

/// For how long a link can be used, seconds.
pub const LIFETIME_S: i64 = 48 * 3600;

/// Longest form that is read, bytes.
const LONGEST_FORM: usize = 32 * 1024;

/// The page and its form.
pub fn pages() -> Router<AppState> {
    Router::new()
        .route(F2, get(page).post(send))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(from_fn(shell::finish))
}

/// The link of a secret.
pub fn link(public_url: &str, secret: &Code) -> String {
    format!("{public_url}{F2}#{}", secret.as_str())
}

/// `GET /f2`
async fn page(view: View) -> Response {
    shown(StatusCode::OK, view.lang, words::form(view.lang, &HashMap::new(), &[]))
}

/// `POST /f2`
async fn send(
    State(state): State<AppState>,
    view: View,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let peer = peer.map(|axum::Extension(ConnectInfo(peer))| peer.ip());
    let source = Source::of(peer, &headers, &state.config.trusted_proxies);
    match take(&state, view.lang, &source, &fields).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a list of contacts was not taken");
            told(StatusCode::INTERNAL_SERVER_ERROR, view.lang, Tone::Bad, BROKEN, BROKEN_WHY)
        }
    }
}

async fn take(
    state: &AppState,
    lang: Lang,
    source: &Source,
    fields: &HashMap<String, String>,
) -> Result<Response, ServerError> {
    let now = state.now();
    let typed = fields.get("secret").map(String::as_str).unwrap_or_default();
    let (people, mut problems) = named::read(fields, now);
    let secret = Code::parse(typed).filter(|code| code.kind() == CodeKind::Link);
    let Some(secret) = secret else {
        problems.insert(0, ("secret", NO_SECRET));
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, lang, words::form(lang, fields, &problems)));
    };
    let secret_hash = state.secrets.hash(Hashed::Listing, secret.as_str().as_bytes());
    let lister = state.secrets.hash(Hashed::Lister, &source.bytes());
    let limit = state.config.source_guesses_per_hour;
    let link = match state.store.open_listing(secret_hash, lister, limit, now).await? {
        Listing::Open(link) => link,
        Listing::Refused => return Ok(told(StatusCode::GONE, lang, Tone::Caution, OVER, OVER_WHY)),
        Listing::SourceLimited => {
            return Ok(told(StatusCode::TOO_MANY_REQUESTS, lang, Tone::Caution, LIMITED, LIMITED_WHY));
        }
    };
    if !problems.is_empty() {
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, lang, words::form(lang, fields, &problems)));
    }
    let origin = state.store.contact(link.contact).await?.filter(|origin| origin.class != Class::NotContact);
    let Some(origin) = origin else {
        return Ok(told(StatusCode::GONE, lang, Tone::Caution, OVER, OVER_WHY));
    };
    let mut notes = Vec::new();
    for (index, named) in people.iter().enumerate() {
        let number = store(state, &origin, named, index, &secret_hash).await?;
        notes.push((number, named.place.clone()));
    }
    let notes = serde_json::to_vec(&notes).expect("numbers and texts always serialise");
    let sealed = state.secrets.seal(Seal::Listing, origin.id.as_bytes(), &notes, &mut *state.rng());
    state.store.close_listing(secret_hash, &sealed, now).await?;
    Ok(told(StatusCode::OK, lang, Tone::Good, SENT, SENT_WHY))
}

/// Stores one person and contact, once for each place in the list of a link. Answers the contact.
async fn store(
    state: &AppState,
    origin: &Contact,
    named: &Named,
    index: usize,
    secret_hash: &[u8; 32],
) -> Result<String, ServerError> {
    let id = |what: &[u8]| {
        let index = (index as u64).to_be_bytes();
        let hash = state.secrets.hash(Hashed::Named, &[&secret_hash[..], &index, what].concat());
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        id
    };
    let (person, contact) = named.records(origin, id(b"person"), id(b"contact"), state.now());
    let mut rng = state.rng();
    for done in [
        state.store.create_person(&person, &mut *rng).await,
        state.store.create_contact(&contact).await.map(drop),
    ] {
        match done {
            Ok(()) | Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(contact.id.to_string())
}

fn told(status: StatusCode, lang: Lang, tone: Tone, title: Text, why: Text) -> Response {
    shown(status, lang, alert(tone, title.get(lang), html! { p { (why.get(lang)) } }))
}

fn shown(status: StatusCode, lang: Lang, body: Markup) -> Response {
    let page = Page {
        lead: Some(LEAD.get(lang)),
        place: PLACE.get(lang),
        home: F2,
        here: F2,
        body,
        ..Page::new(lang, TITLE.get(lang))
    };
    (status, Html(layout(&page).into_string())).into_response()
}
