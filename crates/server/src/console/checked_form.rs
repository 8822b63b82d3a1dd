//! A form that is read no further than it must be: it is too long, or does not come from a page of its session.

use crate::console::failure::Failure;
use crate::console::forgery;
use crate::state::AppState;
use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use bluezone_pages::form::CSRF_FIELD;
use futures_util::{StreamExt, stream};
use std::future::ready;

/// The token of a form with files stands within so many of its first bytes.
const TOKEN_WITHIN: usize = 8 * 1024;

/// Longest forms that are read, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Longest {
    /// A form of words.
    pub words: usize,
    /// A form with files (`multipart/form-data`).
    pub files: usize,
}

impl Longest {
    /// Where no files are taken: a form is as short however it is encoded.
    pub fn without_files(self) -> Longest {
        Longest { files: self.words, ..self }
    }
}

/// Why a form is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It does not come from a page of this session.
    Forged,
    /// It is too long or no form at all.
    Unreadable,
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Failure {
        match refused {
            Refused::Forged => Failure::Forged,
            Refused::Unreadable => Failure::Unreadable,
        }
    }
}

/// Refuses a form unless it comes from a page of this very session. A form of words is read here; of one with files no more
/// than its token, so that nobody else's files are read at all.
pub async fn checked_form(
    state: &AppState,
    holder: Option<[u8; 32]>,
    longest: Longest,
    request: Request,
) -> Result<Request, Refused> {
    if !forgery::from_our_pages(request.headers(), &state.config.public_url) {
        return Err(Refused::Forged);
    }
    let holder = holder.ok_or(Refused::Forged)?;
    let with_files = is_multipart(request.headers());
    let (parts, body) = request.into_parts();
    let (sent, body) = if with_files {
        let (head, rest) = head(body).await?;
        let copy = Request::from_parts(parts.clone(), Body::from(head.clone()));
        let sent = token_beside_file(copy).await?;
        (sent, Body::from_stream(stream::once(ready(Ok(head))).chain(rest)))
    } else {
        let bytes = to_bytes(body, longest.words).await.map_err(|_| Refused::Unreadable)?;
        (token_of_form(&parts.headers, &bytes)?, Body::from(bytes))
    };
    if !forgery::fits(&state.secrets, &holder, &sent) {
        return Err(Refused::Forged);
    }
    let mut request = Request::from_parts(parts, body);
    DefaultBodyLimit::max(longest.files).apply(&mut request);
    Ok(request)
}

/// Whether a form is sent as one with files.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

/// The beginning of a body, in which its token stands, and the rest of it, not read yet.
async fn head(body: Body) -> Result<(Bytes, BodyDataStream), Refused> {
    let (mut head, mut rest) = (Vec::new(), body.into_data_stream());
    while head.len() < TOKEN_WITHIN
        && let Some(chunk) = rest.next().await
    {
        head.extend_from_slice(&chunk.map_err(|_| Refused::Unreadable)?);
    }
    Ok((head.into(), rest))
}

/// The token of a form without files: the rest of it is for its page to read.
fn token_of_form(headers: &HeaderMap, bytes: &[u8]) -> Result<String, Refused> {
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/x-www-form-urlencoded") {
        return Err(Refused::Unreadable);
    }
    let token = form_urlencoded::parse(bytes).find(|(name, _)| name == CSRF_FIELD);
    Ok(token.map(|(_, token)| token.into_owned()).unwrap_or_default())
}

/// The token of a form with a file: its first field.
async fn token_beside_file(request: Request) -> Result<String, Refused> {
    let mut fields = Multipart::from_request(request, &()).await.map_err(|_| Refused::Unreadable)?;
    match fields.next_field().await.map_err(|_| Refused::Unreadable)? {
        Some(field) if field.name() == Some(CSRF_FIELD) => {
            field.text().await.map_err(|_| Refused::Unreadable)
        }
        _ => Ok(String::new()),
    }
}
