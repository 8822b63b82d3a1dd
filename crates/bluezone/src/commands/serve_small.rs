//! Serving a handful of routes until a signal comes: keeper and witness.

use super::output::print;
use super::serve::signal;
use anyhow::Context as _;
use axum::Router;
use serde_json::Value;
use std::io::Write as _;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Serves, and says where on standard output: `lines` and then the address, or one JSON object with `address` in it.
pub async fn serve(
    router: Router,
    listen: SocketAddr,
    json: Option<Value>,
    lines: &[String],
) -> anyhow::Result<()> {
    // From here on a signal is heard, before anybody is told that it runs.
    let signalled = signal().context("cannot listen to signals")?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}: try another --listen"))?;
    let address = listener.local_addr()?;
    print(|out| {
        if let Some(mut json) = json {
            json["address"] = format!("http://{address}").into();
            return Ok(writeln!(out, "{json}")?);
        }
        for line in lines {
            writeln!(out, "{line}")?;
        }
        Ok(writeln!(out, "listens on http://{address}; Ctrl-C stops it")?)
    })?;
    axum::serve(listener, router).with_graceful_shutdown(signalled).await.context("serving broke off")
}
