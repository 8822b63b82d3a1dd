//! What all endpoints do alike, so that nobody on the way can tell one exchange from another: every answer of an
//! endpoint has one length, head and body, refusals and dummies included, and leaves at a multiple of the response floor.

use crate::beat::Beat;
use crate::error::ServerError;
use crate::operation::{Class, Gates};
use crate::secrets::SecretsError;
use crate::source::Source;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bluezone_protocol::api::{
    self, CHAFF_HEADER, ErrorResponse, MAX_REQUEST_BYTES, Padded, PublishResponse, error_code,
};
use bluezone_protocol::time::Timestamp;
use bluezone_store::StoreError;
use rand::Rng;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// Response header that makes up for the length of the status line.
const FILLER_HEADER: &str = "x-filler";
/// Longer than any reason phrase that we send.
const LONGEST_REASON: usize = 32;
/// A phone on a bad network may take this long to send its few kilobytes, and this long for what its owner tells by consent.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const LONG_BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The endpoints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// `POST /api/verify`.
    Verify,
    /// `POST /api/certificate`.
    Certificate,
    /// `POST /v1/publish`.
    Publish,
    /// `POST /v1/consent`.
    Consent,
    /// `POST /v1/consent/withdraw`.
    Withdraw,
}

impl Endpoint {
    fn response_bytes(self) -> usize {
        match self {
            Endpoint::Verify => api::VERIFY_RESPONSE_BYTES,
            Endpoint::Certificate => api::CERTIFICATE_RESPONSE_BYTES,
            Endpoint::Publish => api::PUBLISH_RESPONSE_BYTES,
            Endpoint::Consent | Endpoint::Withdraw => api::CONSENT_RESPONSE_BYTES,
        }
    }

    fn longest_request(self) -> usize {
        match self {
            Endpoint::Verify | Endpoint::Certificate | Endpoint::Publish => MAX_REQUEST_BYTES,
            Endpoint::Consent | Endpoint::Withdraw => api::CONSENT_REQUEST_BYTES,
        }
    }

    fn patience(self) -> Duration {
        match self {
            Endpoint::Verify | Endpoint::Certificate | Endpoint::Publish => BODY_TIMEOUT,
            Endpoint::Consent | Endpoint::Withdraw => LONG_BODY_TIMEOUT,
        }
    }

    /// A place for a request while it arrives.
    fn place(self, gates: &Gates) -> Option<OwnedSemaphorePermit> {
        match self {
            Endpoint::Verify | Endpoint::Certificate | Endpoint::Publish => gates.read(),
            Endpoint::Consent | Endpoint::Withdraw => gates.read_long(),
        }
    }

    /// The refusal in the endpoint's own form, padded.
    fn refusal(self, refusal: &Refusal, rng: &mut dyn Rng) -> Vec<u8> {
        let (error, code) = (refusal.message.clone(), refusal.code.to_owned());
        let total = self.response_bytes();
        match self {
            Endpoint::Publish => {
                api::pad(&mut PublishResponse { error, code, ..PublishResponse::default() }, total, rng)
            }
            Endpoint::Verify | Endpoint::Certificate | Endpoint::Consent | Endpoint::Withdraw => {
                let mut body = ErrorResponse { error, error_code: code, ..ErrorResponse::default() };
                api::pad(&mut body, total, rng)
            }
        }
    }
}

/// A request as the endpoints see it.
pub struct Incoming {
    /// The body; at most as long as the endpoint reads.
    pub body: Bytes,
    /// Whether the phone marked it as a dummy.
    pub chaff: bool,
    /// Where it comes from.
    pub source: Source,
    /// When it was complete.
    pub now: Timestamp,
}

/// A request that is refused. The message is for a developer or a support line and holds nothing of the request.
#[derive(Debug)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// One of [`error_code`].
    pub code: &'static str,
    /// In English.
    pub message: String,
}

impl Refusal {
    /// A refusal with a text.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Refusal { status, code, message: message.into() }
    }

    /// 400 `bad_request`.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Refusal::new(StatusCode::BAD_REQUEST, error_code::BAD_REQUEST, message)
    }
}

/// Our fault. What it was goes to the log; errors of ours hold nothing personal. 503 if the database is away.
impl From<ServerError> for Refusal {
    fn from(error: ServerError) -> Self {
        tracing::error!(%error, "a device request failed");
        let away = matches!(&error, ServerError::Store(error) if error.is_unavailable());
        let status = if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
        let message = "something is wrong on this server; try again later";
        Refusal::new(status, error_code::INTERNAL_ERROR, message)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        ServerError::from(error).into()
    }
}

impl From<SecretsError> for Refusal {
    fn from(error: SecretsError) -> Self {
        ServerError::from(error).into()
    }
}

/// Reads the request, lets `handle` answer it, pads the answer and holds it back until its time. A place among those who are worked
/// for is taken when the request has arrived: who sends slowly keeps nobody out.
pub async fn exchange<T, F, Fut>(state: AppState, endpoint: Endpoint, request: Request, handle: F) -> Response
where
    T: Padded,
    F: FnOnce(AppState, Incoming) -> Fut,
    Fut: Future<Output = Result<T, Refusal>>,
{
    let incoming = read(&state, request, endpoint).await;
    let beat = Beat::start(state.config.response_floor_ms);
    let place = state.operation.gates.enter(Class::Warning);
    let answer = match (incoming, &place) {
        (Ok(incoming), Some(_)) => handle(state.clone(), incoming).await,
        (Ok(_), None) => Err(too_busy(&state)),
        (Err(refusal), _) => Err(refusal),
    };
    let mut rng = state.rng();
    let (status, body) = match answer {
        Ok(mut body) => (StatusCode::OK, api::pad(&mut body, endpoint.response_bytes(), &mut *rng)),
        Err(refusal) => (refusal.status, endpoint.refusal(&refusal, &mut *rng)),
    };
    let response = response(endpoint, status, body);
    beat.wait().await;
    response
}

/// Most of a real request's time goes into its commit, most of all when the database is slow, and then no beat hides it: a dummy
/// commits something too.
pub async fn commit_as_real_requests_do(state: &AppState) -> Result<(), StoreError> {
    let chance = state.rng().next_u32();
    state.store.commit_for_nobody(chance).await
}

fn too_busy(state: &AppState) -> Refusal {
    state.operation.metrics.shed(Class::Warning);
    let message = "too many requests at once; try again in a minute";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error_code::INTERNAL_ERROR, message)
}

async fn read(state: &AppState, request: Request, endpoint: Endpoint) -> Result<Incoming, Refusal> {
    let Some(_reading) = endpoint.place(&state.operation.gates) else { return Err(too_busy(state)) };
    let longest = endpoint.longest_request();
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let source = Source::of(peer, &parts.headers, &state.config.trusted_proxies);
    let chaff = parts.headers.contains_key(CHAFF_HEADER);
    let body = match timeout(endpoint.patience(), axum::body::to_bytes(body, longest)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let message = format!("the body is longer than {longest} bytes, or broke off");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error_code::BAD_REQUEST, message));
        }
        Err(_) => {
            let message = "the body did not arrive in time";
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, error_code::BAD_REQUEST, message));
        }
    };
    Ok(Incoming { body, chaff, source, now: state.now() })
}

fn response(endpoint: Endpoint, status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if endpoint == Endpoint::Publish {
        headers.insert(api::API_VERSION_HEADER, HeaderValue::from_static("v1"));
    }
    let reason = status.canonical_reason().map_or(0, str::len);
    let filler = "0".repeat(LONGEST_REASON.saturating_sub(reason));
    headers.insert(FILLER_HEADER, HeaderValue::try_from(filler).expect("zeros are a header value"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_makes_a_head_of_one_length() {
        let lengths: Vec<usize> = [200, 400, 401, 408, 412, 413, 429, 500, 503]
            .into_iter()
            .map(|status| {
                let status = StatusCode::from_u16(status).unwrap();
                let response = response(Endpoint::Verify, status, Vec::new());
                response.headers()[FILLER_HEADER].len() + status.canonical_reason().unwrap().len()
            })
            .collect();
        assert!(lengths.iter().all(|length| *length == LONGEST_REASON), "{lengths:?}");
    }
}
