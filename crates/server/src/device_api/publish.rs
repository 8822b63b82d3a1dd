//! `POST /v1/publish`: keys under a certificate, for the first time or with a changed report.

use super::exchange::{Endpoint, Incoming, Refusal, commit_as_real_requests_do, exchange};
use super::revision;
use crate::jobs::padding::Padding;
use crate::openapi::schema;
use crate::secrets::Seal;
use crate::signing::verify_claims;
use crate::state::AppState;
use crate::tokens::CertificateClaims;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::id::TokenId;
use bluezone_domain::publication::{RevisableKey, StoredKey, Stream};
use bluezone_protocol::api::{
    BELIEVABLE_ONSET_DAYS, MAX_KEY_AGE_DAYS, MAX_KEYS_PER_PUBLISH, PublishProblem, PublishRequest,
    PublishResponse, PublishedKey, TestType, UNKNOWN_ONSET_DAYS, decode_base64, error_code, from_json,
    tek_mac_matches, validate_key, validate_publish,
};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{DAY_S, INTERVAL_S, IntervalNumber, Timestamp};
use bluezone_store::{Publish, PublishRefusal, Published, Purpose};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Publish diagnosis keys under a certificate.
///
/// The certificate is consumed and the keys are stored at once; the same request again gets the same answer and stores
/// nothing. Keys published before are revised: with their revision token and a new certificate. A negative one withdraws
/// every key that the token vouches for, listed or not.
#[utoipa::path(
    post, path = "/v1/publish", tag = "device",
    params(schema::Chaff),
    request_body = schema::PublishRequest,
    responses(
        (status = 200, body = schema::PublishResponse, description = "`partial_failure` if keys were left out. Days \
            on which the owner was not infectious are no failure: their keys are not published and not counted"),
        (status = 400, body = schema::PublishResponse,
            description = "`bad_request`, `missing_revision_token`, `invalid_revision_token`, `key_already_revised` or \
                           `invalid_report_type_transition`"),
        (status = 401, body = schema::PublishResponse,
            description = "`unknown_health_authority_id` or `health_authority_verification_certificate_invalid`"),
        (status = 408, body = schema::PublishResponse, description = "`bad_request`: the body did not arrive in time"),
        (status = 413, body = schema::PublishResponse, description = "`bad_request`: more than 64 KB"),
        (status = 500, body = schema::PublishResponse, description = "`internal_error`"),
        (status = 503, body = schema::PublishResponse, description = "`internal_error`: the database is away, or there is too much to do"),
    )
)]
pub async fn publish(State(state): State<AppState>, request: Request) -> Response {
    exchange(state, Endpoint::Publish, request, answer).await
}

/// What is sealed and stored for a retry, besides the counts that the store keeps.
#[derive(Serialize, Deserialize)]
struct Remembered {
    revision_token: String,
    warnings: Vec<String>,
}

async fn answer(state: AppState, incoming: Incoming) -> Result<PublishResponse, Refusal> {
    let request = from_json::<PublishRequest>(&incoming.body);
    if incoming.chaff {
        return dummy(&state, incoming.now).await;
    }
    let request = request.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let now = incoming.now;
    if request.health_authority_id != state.config.health_authority_id {
        let message = "no such `healthAuthorityID` here";
        return Err(unauthorized(error_code::UNKNOWN_HEALTH_AUTHORITY, message));
    }
    let certificate = Certificate::check(&state, &request, now).await?;
    let (keys, warnings) = usable_keys(&request, now)?;
    let revision = match request.revision_token.as_str() {
        "" => None,
        token => Some(revision::open(&state.secrets, token).ok_or_else(invalid_revision_token)?),
    };
    let onset = onset(&certificate, &request, now);
    let vouched = revision.as_deref().unwrap_or_default();
    let mut keys = published_forms(&state, &keys, &certificate, onset, vouched, now);
    if certificate.test_type == TestType::Negative {
        withdraw_all(&mut keys, vouched);
    }
    let revision_token = revision_token(&state, &keys, revision.as_deref(), now);
    let remembered = Remembered { revision_token, warnings };
    store(&state, &certificate, keys, revision, &remembered, now).await
}

/// What a certificate says, checked against the keys it came with.
struct Certificate {
    token: TokenId,
    tekmac: [u8; 32],
    test_type: TestType,
    onset: Option<IntervalNumber>,
}

impl Certificate {
    async fn check(state: &AppState, request: &PublishRequest, now: Timestamp) -> Result<Self, Refusal> {
        let audience = &state.config.audience;
        let payload = &request.verification_payload;
        let claims: CertificateClaims =
            match verify_claims(state, Purpose::Certificate, payload, audience, now).await? {
                Ok(claims) => claims,
                Err(error) => return Err(certificate_invalid(&format!("the certificate is {error}"))),
            };
        let wrong = || certificate_invalid("the certificate is not for these keys");
        let hmac_key = decode_base64(&request.hmac_key).ok_or_else(wrong)?;
        let tekmac = decode_base64(&claims.tekmac).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let tekmac = tekmac.ok_or_else(wrong)?;
        if !tek_mac_matches(&hmac_key, &request.keys, &tekmac) {
            return Err(wrong());
        }
        Ok(Certificate {
            token: claims.jti.parse().map_err(|_| wrong())?,
            tekmac,
            test_type: serde_json::from_value(claims.report_type.into()).map_err(|_| wrong())?,
            onset: claims.symptom_onset_interval,
        })
    }
}

/// Leaves out keys that cannot be used by themselves (one that has become too old since the phone chose it, one that
/// has not begun by a clock that is slower than the phone's, one of two days), and checks the rest together.
fn usable_keys(
    request: &PublishRequest,
    now: Timestamp,
) -> Result<(Vec<PublishedKey>, Vec<String>), Refusal> {
    let refuse = |problem: PublishProblem| Refusal::bad_request(problem.to_string());
    if request.keys.len() > MAX_KEYS_PER_PUBLISH {
        return Err(refuse(PublishProblem::TooManyKeys(request.keys.len())));
    }
    let mut keys = Vec::new();
    let mut problems = Vec::new();
    for (index, key) in request.keys.iter().enumerate() {
        match validate_key(index, key, now) {
            Ok(()) => keys.push(key.clone()),
            Err(problem) => problems.push(problem),
        }
    }
    if let (true, Some(problem)) = (keys.is_empty(), problems.first()) {
        return Err(refuse(*problem));
    }
    let keys = PublishRequest { keys, ..PublishRequest::default() };
    let keys = validate_publish(&keys, now).map_err(refuse)?;
    let whys = problems.iter().map(|problem| match problem {
        PublishProblem::TooOld { .. } => format!("ended more than {MAX_KEY_AGE_DAYS} days ago"),
        PublishProblem::Future { .. } => "start in the future; check the phone's clock".to_owned(),
        PublishProblem::TransmissionRisk { .. } => "have a transmission risk that does not exist".to_owned(),
        _ => "have a rolling period that does not exist".to_owned(),
    });
    let mut counts = BTreeMap::new();
    whys.for_each(|why| *counts.entry(why).or_insert(0) += 1);
    let mut warnings: Vec<String> =
        counts.into_iter().flat_map(|(why, count)| left_out(count, &why)).collect();
    let end = |key: &PublishedKey| key.rolling_start.start() + i64::from(key.rolling_period) * INTERVAL_S;
    let of_one_day = |key: &PublishedKey| end(key) <= key.rolling_start.start().day_start() + DAY_S;
    let count = keys.len();
    let keys: Vec<PublishedKey> = keys.into_iter().filter(of_one_day).collect();
    warnings.extend(left_out(count - keys.len(), "are not of one UTC day"));
    Ok((keys, warnings))
}

fn left_out(count: usize, why: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} keys were left out: they {why}"))
}

/// Midnight of the day that symptoms began, as far as anybody knows; of a contact, of the first day that may be published.
fn onset(certificate: &Certificate, request: &PublishRequest, now: Timestamp) -> Timestamp {
    if let (TestType::Contact, Some(first)) = (certificate.test_type, certificate.onset) {
        return first.start().day_start();
    }
    let believable = |onset: &Timestamp| (now - *onset).abs() <= BELIEVABLE_ONSET_DAYS * DAY_S;
    certificate
        .onset
        .or(request.symptom_onset_interval)
        .map(IntervalNumber::start)
        .filter(believable)
        .unwrap_or(now - UNKNOWN_ONSET_DAYS * DAY_S)
        .day_start()
}

/// The keys as they are published, without those that are not.
fn published_forms(
    state: &AppState,
    keys: &[PublishedKey],
    certificate: &Certificate,
    onset: Timestamp,
    vouched: &[RevisableKey],
    now: Timestamp,
) -> Vec<DiagnosisKey> {
    let form = state.config.form(Stream::of(certificate.test_type.report_type()));
    let published = |key: &PublishedKey| {
        let days_since_onset = (key.rolling_start.start().day_start() - onset) / DAY_S;
        let sent = DiagnosisKey {
            key: key.key.clone(),
            rolling_start: key.rolling_start,
            rolling_period: key.rolling_period,
            transmission_risk: key.transmission_risk,
            report_type: certificate.test_type.report_type(),
            days_since_onset: i32::try_from(days_since_onset).ok(),
        };
        form.publish(sent, vouched.iter().find(|vouched| vouched.key == key.key), now)
    };
    keys.iter().filter_map(published).collect()
}

/// Adds what the revision token vouches for: one request may not have room for all that a chain of reports published.
fn withdraw_all(keys: &mut Vec<DiagnosisKey>, vouched: &[RevisableKey]) {
    for key in vouched {
        if !keys.iter().any(|listed| listed.key == key.key) {
            keys.push(DiagnosisKey {
                key: key.key.clone(),
                rolling_start: key.rolling_start,
                rolling_period: key.rolling_period,
                transmission_risk: TestType::Negative.default_transmission_risk(),
                report_type: ReportType::Revoked,
                days_since_onset: None,
            });
        }
    }
}

/// Over these keys and those of the token that came along.
fn revision_token(
    state: &AppState,
    keys: &[DiagnosisKey],
    earlier: Option<&[RevisableKey]>,
    now: Timestamp,
) -> String {
    let mut all: Vec<RevisableKey> = keys.iter().map(RevisableKey::from).collect();
    for key in earlier.unwrap_or_default() {
        if !all.contains(key) {
            all.push(key.clone());
        }
    }
    revision::seal(&state.secrets, &all, now, &mut *state.rng())
}

async fn store(
    state: &AppState,
    certificate: &Certificate,
    keys: Vec<DiagnosisKey>,
    revision: Option<Vec<RevisableKey>>,
    remembered: &Remembered,
    now: Timestamp,
) -> Result<PublishResponse, Refusal> {
    let token = certificate.token;
    let plain = serde_json::to_vec(remembered).expect("texts always serialise");
    let response = state.secrets.seal(Seal::PublishAnswer, token.as_bytes(), &plain, &mut *state.rng());
    let embargo_s = state.config.embargo_s;
    let made = Stream::ALL.map(|stream| Padding::new(&state.secrets, stream));
    let is_ours = |key: &TemporaryExposureKey| made.iter().any(|padding| padding.made(key));
    let padding = keys.iter().map(|key| key.key.clone()).filter(is_ours).collect();
    let keys = keys.into_iter().map(|key| StoredKey::received(key, now, embargo_s)).collect();
    let publish = Publish { token, tekmac: certificate.tekmac, keys, padding, revision, response, now };
    match state.store.publish(&publish).await? {
        Published::Stored { inserted, revised } => {
            Ok(respond(inserted, revised, &remembered.revision_token, &remembered.warnings))
        }
        Published::Repeated { inserted, revised, response } => {
            let plain = state.secrets.open(Seal::PublishAnswer, token.as_bytes(), &response)?;
            let first: Remembered = serde_json::from_slice(&plain)
                .map_err(|_| bluezone_store::StoreError::Corrupt("tokens.response"))?;
            Ok(respond(inserted, revised, &first.revision_token, &first.warnings))
        }
        Published::Refused(refusal) => Err(refused(refusal)),
    }
}

fn respond(inserted: u32, revised: u32, revision_token: &str, warnings: &[String]) -> PublishResponse {
    let code = if warnings.is_empty() { "" } else { error_code::PARTIAL_FAILURE };
    PublishResponse {
        revision_token: revision_token.to_owned(),
        inserted_exposures: inserted.saturating_add(revised),
        code: code.to_owned(),
        warnings: warnings.to_vec(),
        ..PublishResponse::default()
    }
}

fn refused(refusal: PublishRefusal) -> Refusal {
    let bad = |code, message: &str| Refusal::new(StatusCode::BAD_REQUEST, code, message);
    match refusal {
        PublishRefusal::Certificate => {
            certificate_invalid("the certificate was made for other keys, or its code is too old")
        }
        PublishRefusal::DuplicateKey => Refusal::bad_request("the same key was sent twice"),
        PublishRefusal::MissingRevisionToken => bad(
            error_code::MISSING_REVISION_TOKEN,
            "keys were published before: send their revision token to revise them",
        ),
        PublishRefusal::InvalidRevisionToken => invalid_revision_token(),
        PublishRefusal::KeyAlreadyRevised => {
            bad(error_code::KEY_ALREADY_REVISED, "a key that was revised can only be withdrawn")
        }
        PublishRefusal::BeingExported => Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            error_code::INTERNAL_ERROR,
            "these keys are being exported at this moment; try again in a minute",
        ),
        PublishRefusal::InvalidTransition => bad(
            error_code::INVALID_REPORT_TYPE_TRANSITION,
            "published keys cannot change to this report type",
        ),
    }
}

fn invalid_revision_token() -> Refusal {
    let message = "the revision token is not for these keys";
    Refusal::new(StatusCode::BAD_REQUEST, error_code::INVALID_REVISION_TOKEN, message)
}

fn certificate_invalid(message: &str) -> Refusal {
    unauthorized(error_code::CERTIFICATE_INVALID, message)
}

fn unauthorized(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, code, message)
}

/// Does what a real request does, under a certificate that nobody has.
async fn dummy(state: &AppState, now: Timestamp) -> Result<PublishResponse, Refusal> {
    let (token, tekmac) = {
        let mut rng = state.rng();
        let mut tekmac = [0; 32];
        rng.fill_bytes(&mut tekmac);
        (TokenId::generate(&mut *rng), tekmac)
    };
    let claims = CertificateClaims {
        iss: state.config.issuer.clone(),
        aud: String::new(),
        iat: now.0,
        exp: now.0,
        nbf: now.0,
        jti: token.to_string(),
        report_type: TestType::Confirmed.as_str().to_owned(),
        symptom_onset_interval: None,
        tekmac: String::new(),
    };
    // Signing is as much work as checking; what comes of it is thrown away.
    crate::signing::sign_claims(state, Purpose::Certificate, &claims, now).await?;
    commit_as_real_requests_do(state).await?;
    let revision_token = revision_token(state, &[], None, now);
    let remembered = Remembered { revision_token, warnings: Vec::new() };
    let certificate = Certificate { token, tekmac, test_type: TestType::Confirmed, onset: None };
    match store(state, &certificate, Vec::new(), None, &remembered, now).await {
        // The one expected outcome: there is no such token.
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
            Ok(respond(14, 0, &remembered.revision_token, &[]))
        }
        other => other,
    }
}
