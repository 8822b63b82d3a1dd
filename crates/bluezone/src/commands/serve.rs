//! `bluezone serve`.

use super::output::print;
use super::server_data::{ServerData, runtime};
use anyhow::Context;
use bluezone_server::serving::serve_router;
use bluezone_server::{AppState, Config, Listening, ServerError, Tls, admin, jobs};
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// After a signal, requests that have begun have this long.
const GRACE: Duration = Duration::from_secs(20);
/// Connections of operators at once.
const OPERATORS: u32 = 64;

/// Flags of `bluezone serve`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  bluezone admin keys init
  bluezone serve --listen 127.0.0.1:8080

For the public: --tls-cert and --tls-key, or a reverse proxy with TLS in front, named in `trusted_proxies` of --config.
Everything is kept in ./bluezone-data unless told otherwise; DATABASE_URL moves the records to PostgreSQL.
Signals: SIGTERM or Ctrl-C finishes running requests and stops.")]
pub struct Args {
    #[command(flatten)]
    data: ServerData,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Answer requests only; jobs run in another process
    #[arg(long, conflicts_with = "only_jobs")]
    no_jobs: bool,
    /// Run the jobs only; requests are answered by another process
    #[arg(long)]
    only_jobs: bool,
    /// A second address, for operators only: /metrics, /livez and /readyz
    #[arg(long, value_name = "ADDR")]
    operate: Option<SocketAddr>,
    /// Certificate chain for TLS, PEM; read again when the file changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// After a signal go on as before for so many seconds, with /readyz saying 503: time for a load balancer to notice
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    drain: u16,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let result = runtime.block_on(serve(args));
    // Whoever still hangs on a connection is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let signalled = signal().context("cannot listen to signals")?;
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::open(certificate, key)?),
        _ => None,
    };
    let state = args.data.open().await?;
    refuse_if_set_back(&state).await?;
    let (stop, stopped) = watch::channel(false);
    let jobs = if args.no_jobs {
        None
    } else {
        Some(tokio::spawn(jobs::run(state.clone(), until(stopped.clone()))))
    };
    let operators = match args.operate {
        Some(address) => Some(listen(address, "--operate").await?),
        None => None,
    };
    if let Some(listener) = &operators {
        println(&[format!("operators    http://{}/metrics", listener.local_addr()?)])?;
    }
    let listener = if args.only_jobs {
        println(&["bluezone runs the jobs; Ctrl-C stops it".to_owned()])?;
        None
    } else {
        let listener = listen(args.listen, "--listen").await?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let at = format!("{scheme}://{}", listener.local_addr()?);
        println(&greeting(&state, args.listen, &at, &args.data.flags()).await?)?;
        Some(listener)
    };
    let (kept, operation) = (state.clone(), state.operation.clone());
    let for_operators = operators.map(|listener| {
        let router = bluezone_server::operation::probes::operators(state.clone());
        tokio::spawn(serve_router(listener.into(), router, OPERATORS, until(stopped.clone())))
    });
    let serving = async {
        match listener {
            Some(listener) => {
                let listening = match tls {
                    Some(tls) => Listening::with_tls(listener, tls),
                    None => listener.into(),
                };
                bluezone_server::serve(listening, state, until(stopped.clone())).await
            }
            None => {
                until(stopped.clone()).await;
                Ok(())
            }
        }
    };
    let signalled = async {
        signalled.await;
        tracing::info!("stopping");
        operation.drain();
        tokio::time::sleep(Duration::from_secs(args.drain.into())).await;
        // Nobody listens any more only when everything has ended already.
        let _ = stop.send(true);
    };
    tokio::pin!(serving, signalled);
    let served = tokio::select! {
        served = &mut serving => served,
        () = &mut signalled => tokio::time::timeout(GRACE, serving).await.unwrap_or_else(|_| {
            tracing::warn!("some connections did not end in time");
            Ok(())
        }),
    };
    let _ = stop.send(true);
    if let Some(jobs) = jobs {
        jobs.await.context("the jobs broke off")?;
    }
    if let Some(for_operators) = for_operators {
        for_operators.abort();
    }
    kept.close().await;
    Ok(served?)
}

/// What comes in now would be lost once more if the newer state is found later. Without the object store nobody knows; then
/// the jobs refuse to publish when it is back.
async fn refuse_if_set_back(state: &AppState) -> anyhow::Result<()> {
    match admin::set_back::look(state).await {
        Ok(found) if found.is_none() => Ok(()),
        Ok(found) => Err(ServerError::SetBack(Box::new(found)).into()),
        Err(error) => {
            tracing::warn!(%error, "what is published was not compared with the database");
            Ok(())
        }
    }
}

async fn listen(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: try another {flag}"))
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which ends things too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Listens to signals from this call on, before anybody is told that the server runs; ends when one comes.
#[cfg(unix)]
pub(super) fn signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub(super) fn signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut pressed = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = pressed.recv().await;
    })
}

/// Addresses, and what is still to be done before the first case.
async fn greeting(state: &AppState, asked: SocketAddr, at: &str, flags: &str) -> anyhow::Result<Vec<String>> {
    let mut lines = vec![
        format!("console      {at}/console"),
        format!("device API   {at}/openapi.json"),
        format!("exports      {at}/exports/index.txt"),
    ];
    lines.extend(unready_for_the_public(&state.config, asked));
    if admin::keys::list(state).await?.is_empty() {
        lines.push(format!("There are no signing keys yet. Type: bluezone admin keys init{flags}"));
    }
    if state.store.list_officers().await?.is_empty() {
        lines.push(format!("There are no officers yet. Type: bluezone admin officer add --help{flags}"));
    }
    Ok(lines)
}

/// What still has its default that only fits one machine.
fn unready_for_the_public(config: &Config, address: SocketAddr) -> Vec<String> {
    let mut lines = Vec::new();
    let local_links = config.public_url == Config::default().public_url;
    if !address.ip().is_loopback() && local_links {
        lines.push(format!(
            "Links in codes lead to {}: set `public_url` in a --config file to the address that citizens see.",
            config.public_url
        ));
    }
    if !address.ip().is_loopback() && config.public_url.starts_with("http://") {
        lines.push(
            "Without https passwords and codes can be read on the way: set --tls-cert and --tls-key, or put a proxy with \
             TLS in front, and set `public_url`."
                .to_owned(),
        );
    }
    if !local_links && config.trusted_proxies.is_empty() {
        lines.push(
            "Behind a proxy all phones look like one that guesses codes: name it in `trusted_proxies`."
                .to_owned(),
        );
    }
    lines
}

fn println(lines: &[String]) -> anyhow::Result<()> {
    print(|out| {
        for line in lines {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_for_others_hears_what_it_lacks() {
        let local = "127.0.0.1:8080".parse().unwrap();
        let open = "0.0.0.0:8080".parse().unwrap();
        let config = |url: &str, proxies: &[&str]| Config {
            public_url: url.to_owned(),
            trusted_proxies: proxies.iter().map(|p| p.parse().unwrap()).collect(),
            ..Config::default()
        };
        assert!(unready_for_the_public(&Config::default(), local).is_empty());
        let bare = unready_for_the_public(&Config::default(), open).join(" ");
        assert!(bare.contains("public_url") && bare.contains("TLS"), "{bare}");
        let proxied = unready_for_the_public(&config("https://bluezone.example.vn", &[]), local).join(" ");
        assert!(proxied.contains("trusted_proxies"), "{proxied}");
        let ready = config("https://bluezone.example.vn", &["127.0.0.1"]);
        assert!(unready_for_the_public(&ready, local).is_empty());
    }
}
