//! The live codes of the next hours, for the script that shows them without a connection.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::{Whose, one};
use crate::state::AppState;
use axum::Json;
use axum::extract::{Query, State};
use bluezone_codes::pass::{self, LIVE_S};
use bluezone_pages::qr::modules;
use serde::Serialize;

/// Hours of codes in one answer.
const HOURS: i64 = 12;

/// The codes.
#[derive(Debug, Serialize)]
pub struct Codes {
    /// The server's time, epoch seconds: the phone's clock may differ.
    now: i64,
    /// For how many seconds each is good.
    lasts: i64,
    /// In their order.
    codes: Vec<Code>,
}

/// One code.
#[derive(Debug, Serialize)]
struct Code {
    /// When it begins, epoch seconds.
    from: i64,
    /// Modules of the QR code on each side.
    side: usize,
    /// Its modules, row by row, four in a hexadecimal digit, 1 for dark.
    modules: String,
}

/// `GET /pass/codes`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    Query(whose): Query<Whose>,
) -> Result<Json<Codes>, Failure> {
    let profile = one(&state, &signed, &whose).await?;
    let (now, keys) = (state.now(), state.secrets.code_keys());
    let first = now - now.0.rem_euclid(LIVE_S);
    let codes = (0..HOURS * 3600 / LIVE_S).filter_map(|number| {
        let from = first + number * LIVE_S;
        let (side, modules) = modules(&pass::live(&keys, profile.card, from))?;
        Some(Code { from: from.0, side, modules })
    });
    Ok(Json(Codes { now: now.0, lasts: LIVE_S, codes: codes.collect() }))
}
