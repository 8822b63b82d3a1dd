//! `POST /v1/consent/withdraw`: taking back what was told. Works as long as the server runs, also where nothing is taken.

use super::exchange::{Endpoint, Incoming, Refusal, commit_as_real_requests_do, exchange};
use crate::openapi::schema;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use bluezone_protocol::api::{ConsentResponse, WithdrawRequest, decode_base64, from_json};
use sha2::{Digest, Sha256};

/// Take back what was told: uploads, the mailbox, and what was opened of them.
///
/// What remains is the entry in the public log that something was opened, which names nobody. The answer is the same whether
/// there was anything to delete.
#[utoipa::path(
    post, path = "/v1/consent/withdraw", tag = "device",
    params(schema::Chaff),
    request_body = schema::WithdrawRequest,
    responses(
        (status = 200, body = schema::ConsentResponse),
        (status = 400, body = schema::ErrorResponse, description = "`bad_request`"),
        (status = 408, body = schema::ErrorResponse, description = "`bad_request`: the body did not arrive in time"),
        (status = 413, body = schema::ErrorResponse, description = "`bad_request`: more than 128 KiB, or broken off"),
        (status = 500, body = schema::ErrorResponse, description = "`internal_error`"),
        (status = 503, body = schema::ErrorResponse, description = "`internal_error`: the database is away, or there is too much to do"),
    )
)]
pub async fn withdraw(State(state): State<AppState>, request: Request) -> Response {
    exchange(state, Endpoint::Withdraw, request, answer).await
}

async fn answer(state: AppState, incoming: Incoming) -> Result<ConsentResponse, Refusal> {
    let request = from_json::<WithdrawRequest>(&incoming.body);
    if incoming.chaff {
        commit_as_real_requests_do(&state).await?;
        return Ok(ConsentResponse::default());
    }
    let request = request.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let secret: Option<[u8; 32]> = decode_base64(&request.secret).and_then(|bytes| bytes.try_into().ok());
    let secret = secret.ok_or_else(|| Refusal::bad_request("`secret` is 32 bytes in base64"))?;
    state.store.withdraw(Sha256::digest(secret).into(), incoming.now).await?;
    Ok(ConsentResponse::default())
}
