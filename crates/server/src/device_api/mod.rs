//! What phones call: code → token → certificate → publication, in the formats of the Exposure Notification servers; and what
//! their owners agree to tell, sealed, which can be taken back; and places, for who types a code.
//!
//! Dummy requests (header `X-Chaff`) are answered alike in status, size and time, and do the same work with values that
//! belong to nobody.

mod certificate;
mod consent;
mod exchange;
mod place;
mod publish;
mod revision;
mod verify;
mod withdraw;

use crate::state::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The device API's routes and their description.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(verify::verify))
        .routes(routes!(certificate::certificate))
        .routes(routes!(publish::publish))
        .routes(routes!(consent::consent))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(place::place))
}
