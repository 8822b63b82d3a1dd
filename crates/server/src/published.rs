//! Published files: `/exports/index.txt` names them, `/exports/{name}` is each of them, for ever the same. Those of contacts
//! stand under `/exports/f1/` in the same way; nothing in the first index leads there. Warnings of places stand under
//! `/exports/places/`.

use crate::jobs::place_export;
use crate::objects::Held;
use crate::objects::range::{Part, part};
use crate::objects::{ASK_AGAIN, FOR_EVER};
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::publication::Stream;
use bluezone_protocol::place_warning;
use bluezone_store::{BatchId, PublishedFile};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore as _};
use std::sync::LazyLock;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Folder of the object store that holds the files and their index.
const FOLDER: &str = "exports";
/// Folder inside it with the files of contacts.
const CONTACTS: &str = "f1";
const INDEX: &str = "index.txt";

/// The routes and their description.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(file))
        .routes(routes!(contacts_index))
        .routes(routes!(contacts_file))
        .routes(routes!(places_index))
        .routes(routes!(places_file))
}

/// Where a file lies in the object store.
pub fn object_path(stream: Stream, name: &str) -> Path {
    match stream {
        Stream::Cases => Path::from_iter([FOLDER, name]),
        Stream::Contacts => Path::from_iter([FOLDER, CONTACTS, name]),
    }
}

/// Where the index lies in the object store.
pub fn index_path(stream: Stream) -> &'static Path {
    static CASES: LazyLock<Path> = LazyLock::new(|| object_path(Stream::Cases, INDEX));
    static CONTACTS: LazyLock<Path> = LazyLock::new(|| object_path(Stream::Contacts, INDEX));
    match stream {
        Stream::Cases => &CASES,
        Stream::Contacts => &CONTACTS,
    }
}

/// `START-END-NUMBER-SHA256.zip`: says its span, sorts by it, and changes whenever a byte changes.
pub fn file_name(start: i64, end: i64, number: i64, sha256: &[u8; 32]) -> String {
    format!("{start}-{end}-{number:05}-{}.zip", hex::encode(sha256))
}

/// What a name of ours says; none for any other: nothing else reaches the object store.
pub fn named(name: &str) -> Option<PublishedFile> {
    let mut parts = name.strip_suffix(".zip")?.split('-');
    let mut number = || parts.next().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
    let (start, end, id) = (Timestamp(number()?), Timestamp(number()?), BatchId(number()?));
    let mut sha256 = [0; 32];
    let digits = parts.next().filter(|text| !text.bytes().any(|b| b.is_ascii_uppercase()))?;
    hex::decode_to_slice(digits, &mut sha256).ok()?;
    let file = PublishedFile { id, start, end, object_name: name.to_owned(), sha256 };
    parts.next().is_none().then_some(file)
}

/// Names of the published files, oldest first, one a line.
///
/// Changes with every publication, so ask again with `If-None-Match`.
#[utoipa::path(
    get, path = "/exports/index.txt", tag = "published",
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "empty before the first publication"),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn index(State(state): State<AppState>, headers: HeaderMap) -> Response {
    index_at(&state, index_path(Stream::Cases), &headers).await
}

/// Names of the files with keys of contacts (F1), oldest first, one a line. Their report type is `RECURSIVE`: whoever was near
/// was near somebody who was near a case, and who is not known to be ill.
#[utoipa::path(
    get, path = "/exports/f1/index.txt", tag = "published",
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "empty before the first publication"),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn contacts_index(State(state): State<AppState>, headers: HeaderMap) -> Response {
    index_at(&state, index_path(Stream::Contacts), &headers).await
}

/// Names of the files with warnings of places (docs/places.md), one a line.
#[utoipa::path(
    get, path = "/exports/places/index.txt", tag = "published",
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "empty before the first publication"),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn places_index(State(state): State<AppState>, headers: HeaderMap) -> Response {
    index_at(&state, place_export::index_path(), &headers).await
}

async fn index_at(state: &AppState, path: &Path, headers: &HeaderMap) -> Response {
    let (bytes, etag) = match state.hot.text(&*state.objects, path).await {
        Ok(Some(text)) => (text.bytes.clone(), text.etag.clone()),
        Ok(None) => (Bytes::new(), "\"none\"".to_owned()),
        Err(error) => return unavailable(&error),
    };
    let body = (!matches(headers, &etag)).then(|| Body::from(bytes));
    respond(body, &etag, ASK_AGAIN, "text/plain; charset=utf-8")
}

/// One export file: a signed zip that never changes under its name.
#[utoipa::path(
    get, path = "/exports/{name}", tag = "published",
    params(("name" = String, Path, description = "a line of the index")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 206, description = "the part that `Range` asks for"),
        (status = 304, description = "what was asked for with `If-None-Match` cannot have changed"),
        (status = 404, description = "no such file, or it is older than the days that are kept"),
        (status = 416, description = "the file has no such part"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn file(State(state): State<AppState>, UrlPath(name): UrlPath<String>, headers: HeaderMap) -> Response {
    export_of(&state, Stream::Cases, &name, &headers).await
}

/// One export file with keys of contacts: a signed zip that never changes under its name.
#[utoipa::path(
    get, path = "/exports/f1/{name}", tag = "published",
    params(("name" = String, Path, description = "a line of the contacts' index")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 206, description = "the part that `Range` asks for"),
        (status = 304, description = "what was asked for with `If-None-Match` cannot have changed"),
        (status = 404, description = "no such file, or it is older than the days that are kept"),
        (status = 416, description = "the file has no such part"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn contacts_file(
    State(state): State<AppState>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    export_of(&state, Stream::Contacts, &name, &headers).await
}

/// One file with warnings of places: signed, and never changes under its name. Only who was at a place reads its entries.
#[utoipa::path(
    get, path = "/exports/places/{name}", tag = "published",
    params(("name" = String, Path, description = "a line of the places' index")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "the part that `Range` asks for"),
        (status = 304, description = "what was asked for with `If-None-Match` cannot have changed"),
        (status = 404, description = "no such file, or it is older than the days that are kept"),
        (status = 416, description = "the file has no such part"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn places_file(
    State(state): State<AppState>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if !place_warning::is_file_name(&name) {
        return StatusCode::NOT_FOUND.into_response();
    }
    file_at(&state, &name, place_export::object_path, "application/octet-stream", &headers).await
}

async fn export_of(state: &AppState, stream: Stream, name: &str, headers: &HeaderMap) -> Response {
    match named(name) {
        Some(_) => file_at(state, name, |name| object_path(stream, name), "application/zip", headers).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What never changes: its name is its version, and who has it is answered without a look.
async fn file_at(
    state: &AppState,
    name: &str,
    path: impl FnOnce(&str) -> Path,
    content_type: &'static str,
    headers: &HeaderMap,
) -> Response {
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let etag = format!("\"{stem}\"");
    if matches(headers, &etag) {
        return respond(None, &etag, FOR_EVER, content_type);
    }
    match sent(state, &path(name), &etag, content_type, headers).await {
        Ok(response) => response,
        Err(object_store::Error::NotFound { .. }) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

/// The file, or the part of it that is asked for.
async fn sent(
    state: &AppState,
    path: &Path,
    etag: &str,
    content_type: &'static str,
    headers: &HeaderMap,
) -> Result<Response, object_store::Error> {
    let held = state.hot.file(&*state.objects, path).await?;
    let size = match &held {
        Held::Whole(bytes) => bytes.len() as u64,
        Held::Large(size) => *size,
    };
    let (range, status) = match part(headers, etag, size) {
        Part::Whole => (0..size, StatusCode::OK),
        Part::Bytes(range) => (range, StatusCode::PARTIAL_CONTENT),
        Part::Beyond => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            let of = format!("bytes */{size}");
            response.headers_mut().insert(header::CONTENT_RANGE, header_of(&of));
            return Ok(response);
        }
    };
    // However slowly it is read: what is in memory is shared, and what is too large comes piece by piece.
    let body = match held {
        Held::Whole(bytes) => Body::from(bytes.slice(range.start as usize..range.end as usize)),
        Held::Large(_) => {
            let options = GetOptions { range: Some(range.clone().into()), ..GetOptions::default() };
            Body::from_stream(state.objects.get_opts(path, options).await?.into_stream())
        }
    };
    let mut response = respond(Some(body), etag, FOR_EVER, content_type);
    if status == StatusCode::PARTIAL_CONTENT {
        *response.status_mut() = status;
        let of = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        response.headers_mut().insert(header::CONTENT_RANGE, header_of(&of));
    }
    let length = range.end - range.start;
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(response)
}

/// Digits and words of ours: always a header's value.
fn header_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("bytes"))
}

/// Whether the client has this version.
pub(crate) fn matches(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|candidate| matches!(candidate.trim(), "*") || candidate.trim().trim_start_matches("W/") == etag)
}

/// 200 with the body, or 304 without.
pub(crate) fn respond(
    body: Option<Body>,
    etag: &str,
    caching: &'static str,
    content_type: &'static str,
) -> Response {
    let status = if body.is_some() { StatusCode::OK } else { StatusCode::NOT_MODIFIED };
    let mut response = (status, body.unwrap_or_default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

pub(crate) fn unavailable(error: &object_store::Error) -> Response {
    tracing::error!(%error, "a published file cannot be read");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_reach_the_object_store() {
        let name = file_name(1_700_006_400, 1_700_013_600, 7, &[0xab; 32]);
        assert_eq!(name, format!("1700006400-1700013600-00007-{}.zip", "ab".repeat(32)));
        let said = named(&name).unwrap();
        assert_eq!((said.start.0, said.end.0, said.id.0), (1_700_006_400, 1_700_013_600, 7));
        for wrong in [
            "",
            ".zip",
            "index.txt",
            "../master.key",
            "1-2-3-4.zip",
            &name.replace("00007", "99999999999999999999"),
            &name.replace("-00007", "-+0007"),
            &name.to_uppercase(),
            &name.replace('a', "/"),
            &format!("../{name}"),
            &format!("1-{name}"),
            &name.replace(".zip", ""),
        ] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }
}
