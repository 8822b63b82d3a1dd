//! Answering on a socket: how many connections, how long each may take, TLS, and how it ends.

mod tls;

pub use tls::{Tls, TlsError};

use crate::error::ServerError;
use crate::router;
use crate::state::AppState;
use axum::extract::ConnectInfo;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use tower_http::set_header::SetResponseHeaderLayer;

/// The head of a request, and the next one on a connection that is kept open, come within this time.
const HEAD: Duration = Duration::from_secs(60);
/// So does all of TLS's greeting.
const GREETING: Duration = Duration::from_secs(10);
const FOR_A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// Of a process without a free file descriptor: connections that end make room.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket that is listened to, in clear or with TLS.
pub struct Listening {
    listener: TcpListener,
    tls: Option<Tls>,
}

impl Listening {
    /// With TLS.
    pub fn with_tls(listener: TcpListener, tls: Tls) -> Self {
        Listening { listener, tls: Some(tls) }
    }
}

impl From<TcpListener> for Listening {
    fn from(listener: TcpListener) -> Self {
        Listening { listener, tls: None }
    }
}

/// Answers requests until `shutdown`, then finishes those that have begun.
///
/// # Errors
/// None at present: a connection that fails ends alone.
pub async fn serve(
    listening: impl Into<Listening>,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServerError> {
    let places = state.config.connections;
    serve_router(listening.into(), router(state), places, shutdown).await;
    Ok(())
}

/// The same for any router, with so many connections at once.
pub async fn serve_router(
    listening: Listening,
    router: axum::Router,
    connections: u32,
    shutdown: impl Future<Output = ()> + Send,
) {
    let Listening { listener, tls } = listening;
    let router = match tls {
        // Of who spoke TLS to this server: never again without. A proxy says so by itself.
        Some(_) => {
            router.layer(SetResponseHeaderLayer::if_not_present(STRICT_TRANSPORT_SECURITY, FOR_A_YEAR))
        }
        None => router,
    };
    let places = Arc::new(Semaphore::new(connections as usize));
    let graceful = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        let next = async {
            // Whoever finds no place waits in the system's queue, which has an end.
            let place = places.clone().acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        let (router, watcher, tls) = (router.clone(), graceful.watcher(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => answer(stream, peer, router, watcher).await,
                Some(tls) => match timeout(GREETING, tls.accept(stream)).await {
                    Ok(Ok(stream)) => answer(stream, peer, router, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS greeting failed"),
                    Err(_) => tracing::debug!("a TLS greeting took too long"),
                },
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer's last packet must not wait for the client's acknowledgement of those before it: on a
                // connection that is kept open that costs 40 ms an answer. A socket that refuses the option is only slower.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Every request of one connection.
async fn answer<S>(
    stream: S,
    peer: SocketAddr,
    router: axum::Router,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(axum::body::Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        // Whoever hangs up in the middle; nothing to mend.
        tracing::debug!(%error, "a connection broke off");
    }
}
