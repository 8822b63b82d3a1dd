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
pub mod operation;
pub mod passkeys;
pub mod photo;
pub mod planning;
pub mod promise;
pub mod published;
pub mod registry;
pub mod reporting;
mod rights;
pub mod secrets;
pub mod serving;
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
pub use serving::{Listening, Tls, serve};
pub use startup::Options;
pub use state::{AppState, RngSource};

use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

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
        .merge(device_api::router().with_state(state.ahead()))
        .merge(published::router())
        .merge(zones::api())
        .merge(promise::served::router())
        .split_for_parts();
    // One layer of several: each that is put around the router by itself is one more future in a box for every request.
    let around = ServiceBuilder::new()
        .layer(map_response(secured))
        .layer(from_fn_with_state(state.clone(), operation::metrics::count))
        .layer(from_fn_with_state(state.clone(), operation::gates::gate))
        .layer(CatchPanicLayer::new());
    described
        .route("/openapi.json", get(move || async move { Json(api) }))
        .merge(zones::pages())
        .merge(listing::pages())
        .merge(promise::served::tiles())
        .merge(console::router(state.clone()))
        .merge(citizen::router(state.clone()))
        .merge(operation::probes::router())
        .layer(around)
        .with_state(state)
}

async fn secured(mut answer: Response) -> Response {
    for (name, value) in &SECURITY_HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
bluezone_canary::watch!();
