//! One connection to the server, opened again when it breaks.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than this and nobody waits any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// A header's text; empty without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A connection to one of several servers; when it breaks, or the server can do nothing for now, the next one is asked.
pub struct Client {
    servers: Vec<SocketAddr>,
    at: usize,
    host: String,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// None is opened yet. The first to be asked is number `at`, counted around.
    pub fn new(servers: Vec<SocketAddr>, at: usize, host: String) -> Self {
        Client { servers, at, host, open: None }
    }

    /// Sends a request; `None` if no answer came: it may have been done all the same.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).ok()?;
        let answer = timeout(PATIENCE, self.exchange(request)).await.ok().flatten();
        if answer.as_ref().is_none_or(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE) {
            self.open = None;
            self.at = self.at.wrapping_add(1);
        }
        answer
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let usable = match &mut self.open {
            Some(open) => open.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            let server = self.servers.get(self.at % self.servers.len().max(1))?;
            let stream = TcpStream::connect(server).await.ok()?;
            stream.set_nodelay(true).ok()?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
            tokio::spawn(connection);
            self.open = Some(sender);
        }
        let answer = self.open.as_mut()?.send_request(request).await.ok()?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        Some(Answer { status: parts.status, headers: parts.headers, body })
    }
}
