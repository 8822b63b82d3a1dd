//! The health officers' pages.

use crate::state::AppState;
use axum::Router;

/// The console's routes.
pub fn router() -> Router<AppState> {
    Router::new()
}
