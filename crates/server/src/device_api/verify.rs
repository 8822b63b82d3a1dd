//! `POST /api/verify`: a one-time code for a token.

use super::exchange::{Endpoint, Incoming, Refusal, commit_as_real_requests_do, exchange};
use crate::openapi::schema;
use crate::secrets::{Hashed, Seal};
use crate::signing::sign_claims;
use crate::state::AppState;
use crate::tokens::TokenClaims;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::code::{Code, CodeKind, Finding};
use bluezone_domain::guess::budget_units;
use bluezone_domain::id::TokenId;
use bluezone_protocol::api::{TestType, VerifyRequest, VerifyResponse, decode_base64, error_code, from_json};
use bluezone_protocol::time::Timestamp;
use bluezone_store::{GuessLimits, Purpose, Redeem, Redeemed};
use chrono::DateTime;
use rand::Rng;

/// `aud` of tokens: this endpoint's neighbour, and nobody else.
pub const TOKEN_AUDIENCE: &str = "bluezone-certificate";

/// Shorter nonces could be guessed by who saw the code.
const LEAST_NONCE_BYTES: usize = 16;

/// Trade a one-time code for a token.
///
/// The code is burnt and its token stored at once: a retry with the same nonce gets the same token. Unknown, used and
/// expired codes get the same answer.
#[utoipa::path(
    post, path = "/api/verify", tag = "device",
    params(schema::Chaff),
    request_body = schema::VerifyRequest,
    responses(
        (status = 200, body = schema::VerifyResponse),
        (status = 400, body = schema::ErrorResponse, description = "`code_invalid` or `bad_request`"),
        (status = 412, body = schema::ErrorResponse, description = "`unsupported_test_type`"),
        (status = 429, body = schema::ErrorResponse, description = "`short_codes_paused` or `too_many_attempts`"),
        (status = 408, body = schema::ErrorResponse, description = "`bad_request`: the body did not arrive in time"),
        (status = 413, body = schema::ErrorResponse, description = "`bad_request`: more than 64 KB, or broken off"),
        (status = 500, body = schema::ErrorResponse, description = "`internal_error`"),
        (status = 503, body = schema::ErrorResponse, description = "`internal_error`: the database is away, or there is too much to do"),
    )
)]
pub async fn verify(State(state): State<AppState>, request: Request) -> Response {
    exchange(state, Endpoint::Verify, request, answer).await
}

async fn answer(state: AppState, incoming: Incoming) -> Result<VerifyResponse, Refusal> {
    let request = from_json::<VerifyRequest>(&incoming.body);
    if incoming.chaff {
        return dummy(&state, &incoming).await;
    }
    let request = request.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let nonce_hash = nonce_hash(&state, &request.nonce)?;
    let Some(code) = Code::parse(&request.code) else { return Err(code_invalid()) };
    let code_hash = state.secrets.hash(Hashed::Code, code.as_str().as_bytes());
    let accept = &request.accept;
    let attempt = attempt(&state, &incoming, code.kind(), code_hash, nonce_hash, accept).await?;
    let (token, finding) = match state.store.redeem_code(&attempt.redeem).await? {
        Redeemed::New { finding } => (attempt.token, finding),
        Redeemed::Repeated { token_id, token_sealed, finding } => {
            let token = state.secrets.open(Seal::Token, token_id.as_bytes(), &token_sealed)?;
            (String::from_utf8_lossy(&token).into_owned(), finding)
        }
        Redeemed::Unsupported(finding) => return Err(unsupported(finding.test_type())),
        Redeemed::Refused => return Err(code_invalid()),
        Redeemed::Paused => {
            let message =
                "too many wrong codes were tried everywhere: ask for a link instead of a short code";
            return Err(too_many(error_code::SHORT_CODES_PAUSED, message));
        }
        Redeemed::SourceLimited => {
            let message = "too many wrong codes from this network: try again in an hour, or ask for a link";
            return Err(too_many(error_code::TOO_MANY_ATTEMPTS, message));
        }
    };
    Ok(response(finding, token))
}

/// An attempt at a code, with the token that it gets if the code is good.
struct Attempt {
    redeem: Redeem,
    token: String,
}

/// The token is made before the code is looked at: good and bad codes cost the same work.
async fn attempt(
    state: &AppState,
    incoming: &Incoming,
    kind: CodeKind,
    code_hash: [u8; 32],
    nonce_hash: Option<[u8; 32]>,
    accept: &[TestType],
) -> Result<Attempt, Refusal> {
    let (config, now) = (&state.config, incoming.now);
    let mut rng = state.rng();
    let token_id = TokenId::generate(&mut *rng);
    let token_expires = now + config.token_lifetime_s;
    let claims = TokenClaims {
        iss: config.issuer.clone(),
        aud: TOKEN_AUDIENCE.to_owned(),
        iat: now.0,
        exp: token_expires.0,
        jti: token_id.to_string(),
    };
    let token = sign_claims(state, Purpose::Token, &claims, now).await?;
    let token_sealed = state.secrets.seal(Seal::Token, token_id.as_bytes(), token.as_bytes(), &mut *rng);
    let limits = GuessLimits {
        budget_units: budget_units(config.guess_budget),
        source_hash: state.secrets.hash(Hashed::Source, &incoming.source.bytes()),
        source_failures: config.source_guesses_per_hour,
    };
    let redeem = Redeem {
        code_hash,
        kind,
        nonce_hash,
        accepted: accepted(accept),
        // Never without being asked: phones of other makers would publish it among the cases.
        accepts_contact: accept.contains(&TestType::Contact),
        token_id,
        token_sealed,
        token_expires,
        limits,
        now,
    };
    Ok(Attempt { redeem, token })
}

/// Does what a real request does, with a code that nobody has; the token in the answer opens nothing.
async fn dummy(state: &AppState, incoming: &Incoming) -> Result<VerifyResponse, Refusal> {
    let mut nobodys = [0; 32];
    state.rng().fill_bytes(&mut nobodys);
    // As a link: links are not charged, so dummies cannot pause anything.
    let attempt = attempt(state, incoming, CodeKind::Link, nobodys, Some(nobodys), &[]).await?;
    state.store.redeem_code(&attempt.redeem).await?;
    commit_as_real_requests_do(state).await?;
    let facts = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: None, test_date: None };
    Ok(response(Finding::Case(facts), attempt.token))
}

fn response(finding: Finding, token: String) -> VerifyResponse {
    let (symptom_onset, test_date, publish_from) = match finding {
        Finding::Case(facts) => (facts.symptom_onset, facts.test_date, None),
        Finding::Contact(facts) => (None, None, Some(facts.publish_from)),
    };
    VerifyResponse {
        test_type: finding.test_type(),
        symptom_date: date(symptom_onset),
        test_date: date(test_date),
        publish_from: date(publish_from),
        token,
        padding: String::new(),
    }
}

fn nonce_hash(state: &AppState, nonce: &str) -> Result<Option<[u8; 32]>, Refusal> {
    if nonce.is_empty() {
        return Ok(None);
    }
    let bytes = decode_base64(nonce).filter(|bytes| bytes.len() >= LEAST_NONCE_BYTES).ok_or_else(|| {
        Refusal::bad_request(format!("`nonce` is at least {LEAST_NONCE_BYTES} random bytes in base64"))
    })?;
    Ok(Some(state.secrets.hash(Hashed::Nonce, &bytes)))
}

fn code_invalid() -> Refusal {
    let message = "the code is not valid (any more): ask for a new one";
    Refusal::new(StatusCode::BAD_REQUEST, error_code::CODE_INVALID, message)
}

fn unsupported(test_type: TestType) -> Refusal {
    let message = format!("the code stands for `{}`, which `accept` leaves out", test_type.as_str());
    Refusal::new(StatusCode::PRECONDITION_FAILED, error_code::UNSUPPORTED_TEST_TYPE, message)
}

fn too_many(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, code, message)
}

/// The findings that a phone accepts.
fn accepted(accept: &[TestType]) -> Vec<CaseStatus> {
    let stands_for =
        |status| Finding::Case(CaseFacts { status, symptom_onset: None, test_date: None }).test_type();
    CaseStatus::ALL.into_iter().filter(|status| accepts(accept, stands_for(*status))).collect()
}

/// A phone that accepts a less certain type accepts the more certain ones: `likely` includes `confirmed`, `negative`
/// includes both. An empty list accepts all.
fn accepts(accept: &[TestType], test_type: TestType) -> bool {
    let rank = |test_type: &TestType| match test_type {
        TestType::Confirmed | TestType::UserReport => Some(0),
        TestType::Likely => Some(1),
        TestType::Negative => Some(2),
        TestType::Contact => None,
    };
    accept.is_empty() || accept.iter().any(|accepted| rank(accepted) >= rank(&test_type))
}

fn date(at: Option<Timestamp>) -> String {
    at.and_then(|at| DateTime::from_timestamp(at.0, 0))
        .map(|at| at.format("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepting_the_less_certain_includes_the_more_certain() {
        use TestType::{Confirmed, Likely, Negative};
        let cases: [(&[TestType], [bool; 3]); 5] = [
            (&[], [true, true, true]),
            (&[Confirmed], [true, false, false]),
            (&[Likely], [true, true, false]),
            (&[Negative], [true, true, true]),
            (&[Confirmed, Likely], [true, true, false]),
        ];
        for (accept, expected) in cases {
            assert_eq!(
                [Confirmed, Likely, Negative].map(|kind| accepts(accept, kind)),
                expected,
                "{accept:?}"
            );
        }
    }

    #[test]
    fn dates_are_days() {
        assert_eq!(date(Some(Timestamp(1_700_006_400))), "2023-11-15");
        assert_eq!(date(None), "");
    }
}
