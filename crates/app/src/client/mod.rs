//! The calls a phone makes to the server, one function each: blocking, with time-outs and size limits.
//!
//! Nothing here knows who the phone is: there is no account, no cookie and no device id, and every request and its
//! dummy have the same size. Nor does a request give anything back that an earlier answer brought: no `If-None-Match` and no
//! `If-Range`, because the `ETag` in them is a name that the server (or whoever is in between) gave to this phone, perhaps to no other,
//! and would follow it from poll to poll as a cookie does; and no ticket of an earlier TLS session, which does the same. That costs
//! the lists of files, some 15 kB, and a whole handshake at each poll.
//!
//! Run these from a blocking thread ([`tokio::task::spawn_blocking`]) in async code.

mod agent;
mod download;

use agent::agent;
use bluezone_codes::place::PlaceCode;
use bluezone_device::Publisher;
use bluezone_protocol::api::{
    self, CHAFF_HEADER, CertificateRequest, CertificateResponse, ConsentRequest, ConsentResponse,
    ErrorResponse, PlaceAnswer, PublishRequest, PublishResponse, VerifyRequest, VerifyResponse,
    WithdrawRequest,
};
use bluezone_protocol::place_warning::{INDEX_PATH, MAX_FILE_BYTES};
use download::{Tries, copy_at_most, unreachable};
use serde::de::DeserializeOwned;
use std::io::Write;
use ureq::http::Uri;
use ureq::tls::RootCerts;

/// Greatest index that is read, bytes: 14 days of files every quarter of an hour take a tenth of it.
pub const MAX_INDEX_BYTES: u64 = 1024 * 1024;
/// Greatest export file that is downloaded, bytes: 750,000 keys take about 14 MB.
pub const MAX_EXPORT_BYTES: u64 = 64 * 1024 * 1024;
/// Greatest file of requests, bytes: a thousand of them take 8 MB.
pub const MAX_REQUESTS_BYTES: u64 = 16 * 1024 * 1024;
/// Greatest file of units, bytes: every commune of the country takes half a megabyte.
pub const MAX_UNITS_BYTES: u64 = 4 * 1024 * 1024;
/// Greatest file of the log, bytes: 256 entries of the greatest length.
pub const MAX_LOG_FILE_BYTES: u64 = 256 * (65_535 + 2);
/// Greatest answer of the device API that is read, bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Header of real requests, as long as [`CHAFF_HEADER`] of dummies, so that encrypted sizes are alike.
const REAL_HEADER: &str = "X-Cover";

/// Whether a request is meant, or one of the dummies that hide the meant ones.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Meant.
    Real,
    /// A dummy: the server answers alike and stores nothing.
    Dummy,
}

/// What the server said to a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer<T> {
    /// What was asked for.
    Given(T),
    /// It refused.
    Refused {
        /// HTTP status.
        status: u16,
        /// One of [`api::error_code`], or empty.
        code: String,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server's address cannot be used.
    #[error(
        "{0:?} is not a usable server address: give https://HOST, or http://127.0.0.1:PORT on this machine"
    )]
    Address(String),
    /// No connection, or it broke.
    #[error("the server cannot be reached ({0}): check the connection; it is tried again by itself")]
    Unreachable(String),
    /// The server is there but cannot answer now.
    #[error("the server answers {what} with status {status}: it is tried again by itself")]
    Busy {
        /// What was asked for.
        what: &'static str,
        /// HTTP status.
        status: u16,
    },
    /// Longer than allowed.
    #[error("the server's {what} is longer than {limit} bytes: it was not read")]
    TooLarge {
        /// What was asked for.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// Not what the protocol says.
    #[error("the server's answer to {what} cannot be read: check that the address is a Bluezone server's")]
    Unreadable {
        /// What was asked for.
        what: &'static str,
    },
    /// The downloaded file could not be kept.
    #[error("the download cannot be written: {0}")]
    Keep(#[source] std::io::Error),
}

impl ClientError {
    /// Whether the server was reached and it is this one answer that is of no use; another may be.
    pub fn is_about_one_file(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::TooLarge { .. } | Self::Unreadable { .. })
    }
}

/// A server, as a phone sees it. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
}

/// Where the files of cases and of contacts stand.
fn folder(publisher: Publisher) -> &'static str {
    match publisher {
        Publisher::Case => "exports",
        Publisher::Contact => "exports/f1",
    }
}

impl Client {
    /// A client of the server at `base`: `https://…`, or `http://` on this machine only.
    ///
    /// # Errors
    /// [`ClientError::Address`] for anything else.
    pub fn new(base: &str) -> Result<Client, ClientError> {
        let wrong = || ClientError::Address(base.to_owned());
        let uri: Uri = base.trim_end_matches('/').parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?;
        let loopback = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        let allowed = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => loopback,
            _ => false,
        };
        // User information would stand in every log on the way; a query or fragment has no meaning here.
        let plain = uri.query().is_none() && uri.authority().is_some_and(|a| !a.as_str().contains('@'));
        if !allowed || !plain {
            return Err(wrong());
        }
        let base = base.trim_end_matches('/').to_owned();
        Ok(Client { agent: agent(RootCerts::WebPki, loopback), base })
    }

    /// The server's address, without a final slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The list of published export files, one name a line.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn index(&self, publisher: Publisher) -> Result<String, ClientError> {
        const WHAT: &str = "list of published files";
        let mut text = Vec::new();
        self.get(&format!("{}/index.txt", folder(publisher)), WHAT, MAX_INDEX_BYTES, Tries::Once, &mut text)?;
        String::from_utf8(text).map_err(|_| ClientError::Unreadable { what: WHAT })
    }

    /// Downloads one export file of the index into `into`; returns its length. `name` must have passed the device's
    /// check of names. A download that breaks off goes on where it stopped. On an error `into` holds a part of it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn export(
        &self,
        publisher: Publisher,
        name: &str,
        into: &mut impl Write,
    ) -> Result<u64, ClientError> {
        let path = format!("{}/{name}", folder(publisher));
        self.get(&path, "published file", MAX_EXPORT_BYTES, Tries::Unchanging, into)
    }

    /// The list of files of place warnings, one name a line.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn place_index(&self) -> Result<String, ClientError> {
        const WHAT: &str = "list of place warnings";
        let mut text = Vec::new();
        self.get(INDEX_PATH, WHAT, MAX_INDEX_BYTES, Tries::Once, &mut text)?;
        String::from_utf8(text).map_err(|_| ClientError::Unreadable { what: WHAT })
    }

    /// One file of that list. `name` must have passed the device's check of names. It goes on as [`Client::export`] does.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn place_file(&self, name: &str) -> Result<Vec<u8>, ClientError> {
        let mut file = Vec::new();
        let path = format!("exports/places/{name}");
        self.get(&path, "place warnings", MAX_FILE_BYTES as u64, Tries::Unchanging, &mut file)?;
        Ok(file)
    }

    /// What the server knows of a place; `None` if it knows none of these digits. The only call that tells the server where
    /// somebody is: made when the owner asks for it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn place(&self, code: PlaceCode) -> Result<Option<PlaceAnswer>, ClientError> {
        const WHAT: &str = "place";
        let mut text = Vec::new();
        match self.get(&format!("api/places/{code}"), WHAT, MAX_ANSWER_BYTES, Tries::Once, &mut text) {
            Ok(_) => api::from_json(&text).map(Some).map_err(|_| ClientError::Unreadable { what: WHAT }),
            Err(ClientError::Busy { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The file of all current requests, the same for every phone.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn requests(&self) -> Result<Vec<u8>, ClientError> {
        let mut file = Vec::new();
        self.get("v1/requests", "requests file", MAX_REQUESTS_BYTES, Tries::Once, &mut file)?;
        Ok(file)
    }

    /// The file of units that uploads can be sealed to, the same for every phone.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn units(&self) -> Result<Vec<u8>, ClientError> {
        let mut file = Vec::new();
        self.get("v1/units", "units file", MAX_UNITS_BYTES, Tries::Once, &mut file)?;
        Ok(file)
    }

    /// A file of the transparency log by its path below the log's prefix; `None` if there is none.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn log_file(&self, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
        let mut file = Vec::new();
        match self.get(&format!("v1/log/{path}"), "log file", MAX_LOG_FILE_BYTES, Tries::Once, &mut file) {
            Ok(_) => Ok(Some(file)),
            Err(ClientError::Busy { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends what the owner agreed to share.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an [`Answer`].
    pub fn consent(
        &self,
        request: &ConsentRequest,
        kind: Kind,
    ) -> Result<Answer<ConsentResponse>, ClientError> {
        self.post("/v1/consent", "what is shared", &api::to_json(request), kind)
    }

    /// Takes it back.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an [`Answer`].
    pub fn withdraw(
        &self,
        request: &WithdrawRequest,
        kind: Kind,
    ) -> Result<Answer<ConsentResponse>, ClientError> {
        self.post("/v1/consent/withdraw", "what is taken back", &api::to_json(request), kind)
    }

    /// Trades a one-time code for a token. Requests are sent as they are: the device pads them to their fixed sizes.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an [`Answer`].
    pub fn verify(&self, request: &VerifyRequest, kind: Kind) -> Result<Answer<VerifyResponse>, ClientError> {
        self.post("/api/verify", "the code", &api::to_json(request), kind)
    }

    /// Trades a token for a certificate over the keys.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an [`Answer`].
    pub fn certificate(
        &self,
        request: &CertificateRequest,
        kind: Kind,
    ) -> Result<Answer<CertificateResponse>, ClientError> {
        self.post("/api/certificate", "the certificate", &api::to_json(request), kind)
    }

    /// Publishes keys.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an [`Answer`].
    pub fn publish(
        &self,
        request: &PublishRequest,
        kind: Kind,
    ) -> Result<Answer<PublishResponse>, ClientError> {
        self.post("/v1/publish", "the keys", &api::to_json(request), kind)
    }

    fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        what: &'static str,
        body: &[u8],
        kind: Kind,
    ) -> Result<Answer<T>, ClientError> {
        let header = match kind {
            Kind::Real => REAL_HEADER,
            Kind::Dummy => CHAFF_HEADER,
        };
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .header(header, "1")
            .send(body)
            .map_err(unreachable)?;
        let status = answer.status().as_u16();
        let mut text = Vec::new();
        copy_at_most(answer.body_mut().as_reader(), what, MAX_ANSWER_BYTES, &mut 0, &mut text)?;
        match status {
            200 => api::from_json(&text).map(Answer::Given).map_err(|_| ClientError::Unreadable { what }),
            status => Ok(Answer::Refused { status, code: refusal(&text) }),
        }
    }
}

/// The code of a refusal: `errorCode` of the verification calls, `code` of publish.
fn refusal(body: &[u8]) -> String {
    let verification = api::from_json::<ErrorResponse>(body).map(|error| error.error_code);
    verification
        .or_else(|_| api::from_json::<PublishResponse>(body).map(|answer| answer.code))
        .unwrap_or_default()
}
