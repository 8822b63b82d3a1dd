//! `POST /api/certificate`: a token for a certificate that binds it to the keys about to be published.

use super::exchange::{Endpoint, Incoming, Refusal, commit_as_real_requests_do, exchange};
use super::verify::TOKEN_AUDIENCE;
use crate::openapi::schema;
use crate::signing::{sign_claims, verify_claims};
use crate::state::AppState;
use crate::tokens::{CertificateClaims, TokenClaims, TokenError};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::code::Finding;
use bluezone_domain::id::TokenId;
use bluezone_protocol::api::{
    CertificateRequest, CertificateResponse, decode_base64, encode_base64, error_code, from_json,
};
use bluezone_protocol::time::Timestamp;
use bluezone_store::{Bound, Purpose};
use rand::Rng;

/// `aud` of the certificates in answers to dummies: nobody accepts them.
const NOBODY: &str = "nobody";

/// Trade a token for a certificate bound to keys.
///
/// A token is bound to the first `ekeyhmac` it comes with; the same request again gets a certificate again.
#[utoipa::path(
    post, path = "/api/certificate", tag = "device",
    params(schema::Chaff),
    request_body = schema::CertificateRequest,
    responses(
        (status = 200, body = schema::CertificateResponse),
        (status = 400, body = schema::ErrorResponse,
            description = "`token_invalid`, `token_expired`, `hmac_invalid` or `bad_request`"),
        (status = 408, body = schema::ErrorResponse, description = "`bad_request`: the body did not arrive in time"),
        (status = 413, body = schema::ErrorResponse, description = "`bad_request`: more than 64 KB, or broken off"),
        (status = 500, body = schema::ErrorResponse, description = "`internal_error`"),
        (status = 503, body = schema::ErrorResponse, description = "`internal_error`: the database is away, or there is too much to do"),
    )
)]
pub async fn certificate(State(state): State<AppState>, request: Request) -> Response {
    exchange(state, Endpoint::Certificate, request, answer).await
}

async fn answer(state: AppState, incoming: Incoming) -> Result<CertificateResponse, Refusal> {
    let request = from_json::<CertificateRequest>(&incoming.body);
    if incoming.chaff {
        return dummy(&state, incoming.now).await;
    }
    let request = request.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let tekmac = decode_base64(&request.ekeyhmac).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let tekmac =
        tekmac.ok_or_else(|| refuse(error_code::HMAC_INVALID, "`ekeyhmac` is an HMAC-SHA256 in base64"))?;
    let now = incoming.now;
    let claims: TokenClaims =
        match verify_claims(&state, Purpose::Token, &request.token, TOKEN_AUDIENCE, now).await? {
            Ok(claims) => claims,
            Err(_) => return Err(token_invalid()),
        };
    let token: TokenId = claims.jti.parse().map_err(|_| token_invalid())?;
    let finding = match state.store.bind_certificate(token, tekmac, now).await? {
        Bound::New { finding } | Bound::Repeated { finding } => finding,
        Bound::Refused if now.0 >= claims.exp => {
            return Err(refuse(error_code::TOKEN_EXPIRED, "the token has expired: ask for a new code"));
        }
        Bound::Refused => return Err(token_invalid()),
    };
    let audience = &state.config.audience;
    issue(&state, token, audience, finding, &tekmac, now).await
}

async fn issue(
    state: &AppState,
    token: TokenId,
    audience: &str,
    finding: Finding,
    tekmac: &[u8; 32],
    now: Timestamp,
) -> Result<CertificateResponse, Refusal> {
    let onset = match finding {
        Finding::Case(facts) => facts.symptom_onset,
        // The first day that may be published: days since it are what its keys are judged by.
        Finding::Contact(facts) => Some(facts.publish_from),
    };
    let claims = CertificateClaims {
        iss: state.config.issuer.clone(),
        aud: audience.to_owned(),
        iat: now.0,
        exp: (now + state.config.certificate_lifetime_s).0,
        nbf: now.0,
        jti: token.to_string(),
        report_type: finding.test_type().as_str().to_owned(),
        symptom_onset_interval: onset.map(Timestamp::interval),
        tekmac: encode_base64(tekmac),
    };
    let certificate = sign_claims(state, Purpose::Certificate, &claims, now).await?;
    Ok(CertificateResponse { certificate, padding: String::new() })
}

/// Does what a real request does, for a token that nobody has.
async fn dummy(state: &AppState, now: Timestamp) -> Result<CertificateResponse, Refusal> {
    let (token, tekmac) = {
        let mut rng = state.rng();
        let mut tekmac = [0; 32];
        rng.fill_bytes(&mut tekmac);
        (TokenId::generate(&mut *rng), tekmac)
    };
    let nobodys = TokenClaims {
        iss: state.config.issuer.clone(),
        aud: NOBODY.to_owned(),
        iat: now.0,
        exp: (now + state.config.token_lifetime_s).0,
        jti: token.to_string(),
    };
    let nobodys = sign_claims(state, Purpose::Token, &nobodys, now).await?;
    // The outcome is known; the work is what counts.
    let _: Result<TokenClaims, TokenError> =
        verify_claims(state, Purpose::Token, &nobodys, TOKEN_AUDIENCE, now).await?;
    state.store.bind_certificate(token, tekmac, now).await?;
    commit_as_real_requests_do(state).await?;
    let facts = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: None, test_date: None };
    issue(state, token, NOBODY, Finding::Case(facts), &tekmac, now).await
}

fn token_invalid() -> Refusal {
    refuse(error_code::TOKEN_INVALID, "the token is not valid for these keys: ask for a new code")
}

fn refuse(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}
