//! The promise, server's side: nobody's contact history is asked for or opened without an entry in the public log.
//!
//! What causes an entry gives it its number in its own transaction ([`entries`], `bluezone_store::NewLogEntry`); once a period
//! [`log`] puts the new ones into the log's files, has the head cosigned by the witnesses and publishes it with the files of
//! requests and units, which [`served`] hands to everybody. Then, and only then, [`opening`] asks the keeper.
//!
//! Without a log, two witnesses and a keeper in the configuration all of this is off and says so; warnings go on.

pub mod comparing;
pub mod config;
pub mod entries;
pub(crate) mod files;
pub mod log;
pub mod officers;
pub mod opening;
pub mod outside;
pub mod requests;
pub mod served;
pub mod units;

pub use config::PromiseConfig;

use crate::state::AppState;
use bluezone_transparency::webauthn::RelyingParty;

/// The site that the officers' passkeys belong to: the address under which the server is known.
pub fn site(state: &AppState) -> RelyingParty {
    let url = &state.config.public_url;
    let host = url.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', ':']).next().unwrap_or_default();
    RelyingParty { id: host.to_owned(), origins: vec![url.clone()] }
}
