//! The bodies besides the health authority: two witnesses and a keeper, each with its own key, directory and port, as
//! `bluezone witness` and `bluezone keeper` run them. Only the clock is the demo's.

use crate::commands::{keeper, witness};
use anyhow::Context;
use axum::Router;
use bluezone_protocol::time::ManualClock;
use bluezone_server::promise::PromiseConfig;
use bluezone_server::promise::config::{KeeperConfig, WitnessConfig};
use bluezone_transparency::note::VerifierKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// They have keys and ports, and wait to be told which log it is about.
pub struct Others {
    witnesses: Vec<(PathBuf, TcpListener)>,
    keeper: (PathBuf, TcpListener),
    /// How the server, and whoever believes it, knows them.
    pub config: PromiseConfig,
}

impl Others {
    /// Makes keys and takes ports.
    pub async fn new(data: &Path) -> anyhow::Result<Others> {
        let mut config = PromiseConfig::default();
        let mut witnesses = Vec::new();
        for name in ["university.example/w1", "journalists.example/w2"] {
            let state = data.join(format!("witness-{}", witnesses.len() + 1));
            let key = witness::init(&state, name)?;
            let (listener, url) = listen().await?;
            config.witnesses.push(WitnessConfig { url, key });
            witnesses.push((state, listener));
        }
        let state = data.join("keeper");
        let key = keeper::init(&state)?;
        let (listener, url) = listen().await?;
        config.keeper = Some(KeeperConfig { url, key });
        Ok(Others { witnesses, keeper: (state, listener), config })
    }

    /// They learn which log it is, and answer from now on.
    pub fn start(self, log: &VerifierKey, clock: &Arc<ManualClock>) -> anyhow::Result<Vec<JoinHandle<()>>> {
        let policy = self.config.policy(log.clone())?;
        let mut running = Vec::new();
        for (state, listener) in self.witnesses {
            let (router, _) = witness::service(&state, vec![log.clone()], clock.clone())?;
            running.push(serve(listener, router));
        }
        let (router, _) = keeper::service(&self.keeper.0, policy, clock.clone())?;
        running.push(serve(self.keeper.1, router));
        Ok(running)
    }
}

async fn listen() -> anyhow::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no free port on this machine")?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a witness or the keeper broke off");
        }
    })
}
