//! Zones for everybody: what level applies where, today or on another day. No sign-in, and nothing about any person.

mod commune;
mod country;
pub(crate) mod drawing;
mod frame;
mod json;
pub(crate) mod places;
mod province;
mod search;
pub(crate) mod sheet;
mod view;
pub(crate) mod words;

pub use json::schema;

use crate::console::shell;
use crate::state::AppState;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use bluezone_domain::area::{CommuneCode, ProvinceCode, Territory};
use bluezone_domain::zone::Zone;
use bluezone_store::StoreError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The first page.
pub const ZONES: &str = "/zones";

/// Address of a province's page.
pub fn province_path(province: ProvinceCode) -> String {
    format!("{ZONES}/{province}")
}

/// Address of a commune's page.
pub fn commune_path(province: ProvinceCode, commune: CommuneCode) -> String {
    format!("{ZONES}/{province}/{commune}")
}

/// What programs read, and its description.
pub fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(json::zones))
}

/// The pages.
pub fn pages() -> Router<AppState> {
    Router::new()
        .route(ZONES, get(country::page))
        .route("/zones/{province}", get(province::page))
        .route("/zones/{province}/{commune}", get(commune::page))
        .layer(from_fn(shell::finish))
}

/// The zones that were in force at some instant of a time, of a territory.
async fn in_force(state: &AppState, of: Territory, when: &frame::When) -> Result<Vec<Zone>, StoreError> {
    let mut zones = state.store.zones(of, when.span.start).await?;
    zones.retain(|zone| zone.during(&when.span).is_some());
    Ok(zones)
}
