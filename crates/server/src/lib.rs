//! The server: device API, officer console, published files and the jobs behind them.

pub mod config;
pub mod console;
pub mod error;
pub mod secrets;
pub mod state;

pub use config::Config;
pub use error::ServerError;
pub use secrets::Secrets;
pub use state::{AppState, RngSource};

use axum::Router;

/// Every route of the server.
pub fn router(state: AppState) -> Router {
    Router::new().merge(console::router()).with_state(state)
}
