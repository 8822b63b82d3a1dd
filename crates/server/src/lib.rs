//! The server: device API, citizens' pages, officer console, published files and the jobs behind them.

pub mod admin;
pub mod backup;
mod beat;
pub mod citizen;
pub mod config;
pub mod console;
pub mod declaring;
pub mod device_api;
pub mod error;
pub mod forms;
pub mod jobs;
mod listing;
pub mod objects;
pub mod openapi;
pub mod passkeys;
pub mod photo;
pub mod planning;
pub mod promise;
pub mod published;
pub mod registry;
pub mod reporting;
mod rights;
pub mod secrets;
pub mod sign_on;
mod signing;
pub mod source;
mod startup;
pub mod state;
pub mod texting;
pub mod tokens;
pub mod zones;

pub use config::Config;
pub use error::ServerError;
pub use secrets::Secrets;
pub use startup::Options;
pub use state::{AppState, RngSource};

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use std::future::Future;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Headers of every answer, unless the answer has its own. No cross-origin header anywhere: other sites' pages may not
/// read from here.
const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];

/// Every route of the server.
pub fn router(state: AppState) -> Router {
    let (described, api) = OpenApiRouter::with_openapi(openapi::ApiDoc::openapi())
        .merge(device_api::router())
        .merge(published::router())
        .merge(zones::api())
        .merge(promise::served::router())
        .routes(routes!(health))
        .split_for_parts();
    let mut router = described
        .route("/openapi.json", get(move || async move { Json(api) }))
        .merge(zones::pages())
        .merge(listing::pages())
        .merge(promise::served::tiles())
        .merge(console::router(state.clone()))
        .merge(citizen::router(state.clone()))
        .layer(CatchPanicLayer::new());
    for (name, value) in SECURITY_HEADERS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    router.with_state(state)
}

/// Whether the server can answer.
#[utoipa::path(
    get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "the database answers"), (status = 503, description = "it does not"))
)]
async fn health(State(state): State<AppState>) -> Response {
    match state.store.live_short_codes(state.now()).await {
        Ok(_) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not healthy");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Answers requests until `shutdown`, then finishes those that have begun.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    // An answer's last packet must not wait for the client's acknowledgement of those before it: on a connection that is
    // kept open that costs 40 ms an answer. A socket that refuses the option is only slower.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await.map_err(ServerError::Serve)
}

#[cfg(test)]
bluezone_canary::watch!();
