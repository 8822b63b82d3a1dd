//! `POST /v1/consent`: what a phone tells the health authority because its owner said yes, sealed; and where requests reach it.

use super::exchange::{Endpoint, Incoming, Refusal, commit_as_real_requests_do, exchange};
use super::verify::TOKEN_AUDIENCE;
use crate::openapi::schema;
use crate::promise::requests;
use crate::secrets::{Hashed, Seal};
use crate::signing::verify_claims;
use crate::state::AppState;
use crate::tokens::TokenClaims;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::id::TokenId;
use bluezone_protocol::api::{
    ConsentRequest, ConsentResponse, MAX_UPLOAD_BYTES, Mailbox, decode_base64, error_code, from_json,
};
use bluezone_store::{Consented, Hash, NewConsent, NewMailbox, NewUpload, Purpose};
use bluezone_transparency::merkle;
use bluezone_transparency::seal::Upload;
use subtle::ConstantTimeEq;

/// Tell the health authority something, sealed to a unit and to the keeper.
///
/// Nobody opens it without an entry in the public log. The same request again stores nothing twice; 200 means that it is on
/// the disk.
#[utoipa::path(
    post, path = "/v1/consent", tag = "device",
    params(schema::Chaff),
    request_body = schema::ConsentRequest,
    responses(
        (status = 200, body = schema::ConsentResponse),
        (status = 400, body = schema::ErrorResponse, description = "`upload_invalid`, `token_invalid` or `bad_request`"),
        (status = 408, body = schema::ErrorResponse, description = "`bad_request`: the body did not arrive in time"),
        (status = 413, body = schema::ErrorResponse, description = "`bad_request`: more than 128 KiB, or broken off"),
        (status = 429, body = schema::ErrorResponse, description = "`too_many_attempts`"),
        (status = 500, body = schema::ErrorResponse, description = "`internal_error`"),
        (status = 503, body = schema::ErrorResponse, description = "`consent_off`: nothing is taken here, nobody could open it as promised"),
    )
)]
pub async fn consent(State(state): State<AppState>, request: Request) -> Response {
    exchange(state, Endpoint::Consent, request, answer).await
}

async fn answer(state: AppState, incoming: Incoming) -> Result<ConsentResponse, Refusal> {
    let units = units_that_receive(&state).await?;
    let request = from_json::<ConsentRequest>(&incoming.body);
    if incoming.chaff {
        commit_as_real_requests_do(&state).await?;
        return Ok(ConsentResponse::default());
    }
    let request = request.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let new = read(&state, &incoming, &request, &units).await?;
    match state.store.consent(&new).await? {
        Consented::Stored => Ok(ConsentResponse::default()),
        Consented::TokenRefused => Err(token_invalid()),
        Consented::NoSuchRequest => Err(answers_nothing()),
        Consented::SourceLimited => {
            let message = "too many uploads from this network; try again in an hour";
            Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, error_code::TOO_MANY_ATTEMPTS, message))
        }
    }
}

/// The units in the published file; a refusal where nothing is taken.
async fn units_that_receive(state: &AppState) -> Result<Vec<String>, Refusal> {
    let off = |why| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error_code::CONSENT_OFF, why);
    if !state.config.promise.is_complete() {
        return Err(off("this server has no witnesses and no keeper, so it takes no uploads"));
    }
    let size = state.store.log_state().await?.map_or(0, |log| log.published_size);
    let units = state.store.unit_keys(size).await?;
    if units.is_empty() {
        return Err(off("no unit of this server receives uploads yet"));
    }
    Ok(units.into_iter().map(|unit| unit.unit).collect())
}

async fn read(
    state: &AppState,
    incoming: &Incoming,
    request: &ConsentRequest,
    units: &[String],
) -> Result<NewConsent, Refusal> {
    let upload = if request.upload.is_empty() { None } else { Some(read_upload(&request.upload, units)?) };
    if let Some(NewUpload { hash, request: Some(asked), .. }) = &upload
        && !comes_from_who_was_asked(state, hash, *asked, &request.answers).await?
    {
        return Err(answers_nothing());
    }
    let mailbox = request.mailbox.as_ref().map(|mailbox| read_mailbox(state, mailbox)).transpose()?;
    let token =
        if request.token.is_empty() { None } else { Some(read_token(state, incoming, request).await?) };
    match (&upload, &mailbox, &token) {
        (None, None, _) => return Err(Refusal::bad_request("there is neither an upload nor a mailbox")),
        (None, Some(_), None) => return Err(Refusal::bad_request("a mailbox alone needs a token")),
        _ => {}
    }
    let withdrawal = match &*request.withdrawal {
        "" => None,
        text => {
            let hash = decode_base64(text).and_then(|bytes| bytes.try_into().ok());
            Some(hash.ok_or_else(|| Refusal::bad_request("`withdrawal` is a SHA-256 in base64"))?)
        }
    };
    let source = state.secrets.hash(Hashed::Uploader, &incoming.source.bytes());
    let source = (source, state.config.promise.source_uploads_per_hour);
    Ok(NewConsent { upload, mailbox, token, withdrawal, source, now: incoming.now })
}

fn read_upload(text: &str, units: &[String]) -> Result<NewUpload, Refusal> {
    let bytes = decode_base64(text).ok_or_else(|| upload_invalid("it is not base64"))?;
    if bytes.len() > MAX_UPLOAD_BYTES {
        return Err(upload_invalid("it is too long"));
    }
    let upload = Upload::parse(&bytes).map_err(|error| upload_invalid(&error.to_string()))?;
    let unit = upload.context().unit.to_string();
    if !units.contains(&unit) {
        return Err(upload_invalid("it is for a unit that is not in the units file"));
    }
    let request = upload.context().request.map(|hash| hash.0);
    Ok(NewUpload { hash: upload.hash().0, bytes, unit, request })
}

/// Everybody can read in the log which statement asks whom, and seal something to it: only the phone that was asked has the details.
async fn comes_from_who_was_asked(
    state: &AppState,
    upload: &Hash,
    asked: Hash,
    answers: &str,
) -> Result<bool, Refusal> {
    let Some(request) = state.store.request(asked).await? else { return Ok(false) };
    let expected = requests::details(state, &request)?.answers(&merkle::Hash(*upload));
    Ok(decode_base64(answers).is_some_and(|given| bool::from(given.ct_eq(&expected.0))))
}

fn answers_nothing() -> Refusal {
    upload_invalid("it answers no request that is open to its sender")
}

fn read_mailbox(state: &AppState, mailbox: &Mailbox) -> Result<NewMailbox, Refusal> {
    let wrong = || Refusal::bad_request("a mailbox is two values of 32 bytes in base64");
    let (request_key, handle) = mailbox.decode().ok_or_else(wrong)?;
    let handle_sealed = state.secrets.seal(Seal::Handle, &request_key, &handle, &mut *state.rng());
    Ok(NewMailbox { request_key, handle_sealed })
}

async fn read_token(
    state: &AppState,
    incoming: &Incoming,
    request: &ConsentRequest,
) -> Result<TokenId, Refusal> {
    let claims: Result<TokenClaims, _> =
        verify_claims(state, Purpose::Token, &request.token, TOKEN_AUDIENCE, incoming.now).await?;
    claims.ok().and_then(|claims| claims.jti.parse().ok()).ok_or_else(token_invalid)
}

fn token_invalid() -> Refusal {
    let message = "the token is not valid, or its time is over: ask for a new code";
    Refusal::new(StatusCode::BAD_REQUEST, error_code::TOKEN_INVALID, message)
}

fn upload_invalid(why: &str) -> Refusal {
    let message = format!("the upload cannot be taken: {why}");
    Refusal::new(StatusCode::BAD_REQUEST, error_code::UPLOAD_INVALID, message)
}
