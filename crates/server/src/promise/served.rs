//! The log, the requests and the units as everybody gets them: files that are read from the object store.

use super::files::object_path;
use super::requests::REQUESTS_PATH;
use super::units::UNITS_PATH;
use crate::objects::{ASK_AGAIN, FOR_EVER};
use crate::published::{matches, respond, unavailable};
use crate::state::AppState;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bluezone_transparency::log::{CHECKPOINT_PATH, HEAD_PATH};
use object_store::ObjectStoreExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const TEXT: &str = "text/plain; charset=utf-8";

/// The routes and their description.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(checkpoint)).routes(routes!(requests)).routes(routes!(units))
}

/// Routes of the log that only those read who know C2SP tlog-tiles: its paths have no place in the description.
pub fn tiles() -> Router<AppState> {
    let head =
        async |State(state): State<AppState>, headers: HeaderMap| changing(&state, HEAD_PATH, &headers).await;
    Router::new().route("/v1/log/head", get(head)).route("/v1/log/tile/{*tile}", get(tile))
}

/// The log's newest checkpoint, cosigned by its witnesses (C2SP tlog-checkpoint).
///
/// Tiles and entries lie beside it, `/v1/log/tile/…` (C2SP tlog-tiles).
#[utoipa::path(
    get, path = "/v1/log/checkpoint", tag = "published",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 404, description = "there is no log, or nobody cosigned it yet"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn checkpoint(State(state): State<AppState>, headers: HeaderMap) -> Response {
    changing(&state, CHECKPOINT_PATH, &headers).await
}

/// Every current request for somebody's contact history, each sealed to one phone (docs/transparency.md).
#[utoipa::path(
    get, path = "/v1/requests", tag = "published",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 404, description = "there is no log, or nobody cosigned it yet"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn requests(State(state): State<AppState>, headers: HeaderMap) -> Response {
    changing(&state, REQUESTS_PATH, &headers).await
}

/// The units that uploads can be sealed to (docs/transparency.md).
#[utoipa::path(
    get, path = "/v1/units", tag = "published",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 304, description = "unchanged since the version named in `If-None-Match`"),
        (status = 404, description = "there is no log, or nobody cosigned it yet"),
        (status = 503, description = "the object store does not answer: ask again later"),
    )
)]
async fn units(State(state): State<AppState>, headers: HeaderMap) -> Response {
    changing(&state, UNITS_PATH, &headers).await
}

/// A tile or a bundle: never changes under its name.
async fn tile(State(state): State<AppState>, Path(tile): Path<String>, headers: HeaderMap) -> Response {
    let Some(kind) = tile_kind(&tile) else { return StatusCode::NOT_FOUND.into_response() };
    let etag = format!("\"{tile}\"");
    if matches(&headers, &etag) {
        return respond(None, &etag, FOR_EVER, kind);
    }
    match read(&state, &format!("tile/{tile}")).await {
        Ok(Some(bytes)) => respond(Some(Body::from(bytes)), &etag, FOR_EVER, kind),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn changing(state: &AppState, path: &str, headers: &HeaderMap) -> Response {
    match state.hot.text(&*state.objects, &object_path(path)).await {
        Ok(Some(text)) => {
            let body = (!matches(headers, &text.etag)).then(|| Body::from(text.bytes.clone()));
            respond(body, &text.etag, ASK_AGAIN, TEXT)
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn read(state: &AppState, path: &str) -> Result<Option<Vec<u8>>, object_store::Error> {
    match state.objects.get(&object_path(path)).await {
        Ok(object) => Ok(Some(object.bytes().await?.to_vec())),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`: the content type of what has such a name, and nothing else reaches the object
/// store. N is written `x001/x234/067`.
fn tile_kind(tile: &str) -> Option<&'static str> {
    let (level, number) = tile.split_once('/')?;
    let digits = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if level != "entries" && !digits(level, 2) {
        return None;
    }
    let number = match number.split_once(".p/") {
        Some((number, width)) if digits(width, 3) => number,
        Some(_) => return None,
        None => number,
    };
    let (above, last) = match number.rsplit_once('/') {
        Some((above, last)) => (above.split('/').collect(), last),
        None => (Vec::new(), number),
    };
    let group = |text: &str| text.len() == 3 && digits(text, 3);
    let fits =
        group(last) && above.len() <= 6 && above.iter().all(|part| part.strip_prefix('x').is_some_and(group));
    fits.then_some("application/octet-stream")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_transparency::tiles::{bundle_path, tile_path};

    #[test]
    fn only_names_of_tiles_reach_the_object_store() {
        for path in
            [tile_path(0, 0, 256), tile_path(2, 1_234_067, 7), bundle_path(5, 255), bundle_path(1000, 256)]
        {
            assert!(tile_kind(path.strip_prefix("tile/").unwrap()).is_some(), "{path}");
        }
        for wrong in [
            "",
            "0",
            "0/",
            "0/1",
            "0/../000",
            "../000",
            "x/000",
            "0/000.p/",
            "0/000.p/1/2",
            "0/x1/000",
            "0/000/",
            "entries/0000",
        ] {
            assert!(tile_kind(wrong).is_none(), "{wrong}");
        }
    }
}
