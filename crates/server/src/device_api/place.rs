//! `GET /api/places/{code}`: a place by the nine digits that somebody typed, for a phone that checks in without a camera.

use crate::error::ServerError;
use crate::jobs::place_export::keys;
use crate::openapi::schema;
use crate::secrets::Hashed;
use crate::source::Source;
use crate::state::AppState;
use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bluezone_codes::place::PlaceCode;
use bluezone_protocol::api::PlaceAnswer;
use std::net::SocketAddr;

/// What a phone needs to check in where only the digits are at hand.
///
/// Of all that phones do this alone tells the server where somebody is: that somebody at this network asks about this place.
/// Nothing of it is kept but a count of wrong digits, an hour long, by a keyed hash of the network. Who scans the poster needs
/// no answer.
#[utoipa::path(
    get, path = "/api/places/{code}", tag = "device",
    params(("code" = String, Path, description = "nine digits")),
    responses(
        (status = 200, body = schema::PlaceAnswer),
        (status = 404, description = "no such place, or it is closed"),
        (status = 429, description = "too many unknown digits from this network within an hour"),
        (status = 500, description = "something is wrong on the server: ask again later"),
        (status = 503, description = "the database does not answer, or the server has too much to do or is about to stop"),
    )
)]
pub async fn place(
    State(state): State<AppState>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response {
    let peer = peer.map(|axum::Extension(ConnectInfo(peer))| peer.ip());
    let source = Source::of(peer, &headers, &state.config.trusted_proxies);
    match answer(&state, &source, &code).await {
        Ok(response) => ([(header::CACHE_CONTROL, "no-store")], response).into_response(),
        Err(error) => {
            tracing::error!(%error, "a place was not looked up");
            let away = matches!(&error, ServerError::Store(error) if error.is_unavailable());
            (if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR })
                .into_response()
        }
    }
}

async fn answer(state: &AppState, source: &Source, code: &str) -> Result<Response, ServerError> {
    // Digits that fail their check are nobody's: they cost nothing and teach nothing.
    let Ok(code) = code.parse::<PlaceCode>() else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let place = state.store.place(code).await?.filter(|place| place.closed_at.is_none());
    let source = state.secrets.hash(Hashed::Visitor, &source.bytes());
    let limit = state.config.source_guesses_per_hour;
    if !state.store.admit_lookup(source, limit, place.is_none(), state.now()).await? {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let Some(place) = place else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let Some(key) = keys(state, code, place.edition, 1).await.pop() else {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    let dwell_s = place.dwell_s();
    Ok(Json(PlaceAnswer::new(place.details.name, place.kind.is_vehicle(), dwell_s, &key)).into_response())
}
