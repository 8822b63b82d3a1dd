//! Where a server's data is: flags that `serve` and `admin` share.

use crate::system::{SystemClock, os_rng, running};
use anyhow::Context;
use bluezone_domain::publication::Stream;
use bluezone_server::objects::ObjectsAt;
use bluezone_server::operation::clock::SteadyClock;
use bluezone_server::{AppState, Config, Options};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DEFAULT_DATA: &str = "bluezone-data";

/// Where a server's data is.
#[derive(clap::Args, Clone)]
pub struct ServerData {
    /// Directory for the master key, the database and the published files
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    pub data: PathBuf,
    /// Settings, a JSON file; what it leaves out keeps its default
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where published files lie: a folder, or s3://BUCKET/FOLDER with the AWS_… variables [default: DATA/objects]
    #[arg(long, value_name = "DIR|s3://…", env = "BLUEZONE_OBJECTS")]
    pub objects: Option<ObjectsAt>,
    /// Database, postgres://… or sqlite:PATH [default: DATA/bluezone.db]
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A replica of that database, postgres://…, from which statistics are read
    #[arg(long, value_name = "URL", env = "DATABASE_REPLICA_URL", hide_env_values = true)]
    pub database_replica_url: Option<String>,
    /// Master key, 64 hexadecimal digits [default: DATA/master.key, made at the first start]
    #[arg(long, value_name = "HEX", env = "BLUEZONE_MASTER_KEY", hide_env_values = true, hide = true)]
    pub master_key: Option<String>,
    /// A file that holds the master key, which its owner alone may write and no others read
    #[arg(long, value_name = "FILE", env = "BLUEZONE_MASTER_KEY_FILE", conflicts_with = "master_key")]
    pub master_key_file: Option<PathBuf>,
}

impl ServerData {
    /// How another command is told the same place, for messages: `bluezone admin keys init` and then this.
    pub fn flags(&self) -> String {
        let mut flags = String::new();
        if self.data != Path::new(DEFAULT_DATA) {
            flags.push_str(&format!(" --data {}", self.data.display()));
        }
        if let Some(config) = &self.config {
            flags.push_str(&format!(" --config {}", config.display()));
        }
        if self.database_url.is_some() {
            // Not its value: it may hold a password.
            flags.push_str(" (and the same DATABASE_URL)");
        }
        flags
    }

    /// Opens what a server has made.
    pub async fn open_existing(&self) -> anyhow::Result<AppState> {
        self.check_existing()?;
        self.open().await
    }

    /// A mistyped directory, or settings of which the database's address is missing, must not look like a server without
    /// officers or keys.
    pub fn check_existing(&self) -> anyhow::Result<()> {
        let given = self.master_key.is_some() || self.master_key_file.is_some();
        let there = match self.database_url {
            Some(_) => given || self.data.join("master.key").is_file(),
            None => self.data.join("bluezone.db").is_file(),
        };
        if there {
            return Ok(());
        }
        if self.database_url.is_some() {
            anyhow::bail!(
                "a database is named (DATABASE_URL), its master key is not, and is not in {}: name the file with \
                 BLUEZONE_MASTER_KEY_FILE, or its directory with --data, or start a new server with `bluezone admin keys init`",
                self.data.display()
            );
        }
        anyhow::bail!(
            "there is no server's data in {}: name its directory with --data (or its database with DATABASE_URL), or \
             start a new server with `bluezone admin keys init --data DIR`",
            self.data.display()
        );
    }

    /// What the flags and the settings file say.
    pub fn options(&self) -> anyhow::Result<Options> {
        let config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        Ok(Options {
            data: self.data.clone(),
            database_url: self.database_url.clone(),
            replica_url: self.database_replica_url.clone(),
            objects: self.objects.clone(),
            master_key: self.master_key.clone(),
            master_key_file: self.master_key_file.clone(),
            config,
        })
    }

    /// Opens it; makes what does not exist yet.
    pub async fn open(&self) -> anyhow::Result<AppState> {
        let clock = Arc::new(SteadyClock::new(SystemClock, running));
        let state = AppState::open(self.options()?, clock.clone(), Arc::new(os_rng))
            .await
            .with_context(|| format!("cannot open the server's data in {}", self.data.display()))?;
        if let Some(end) = state.store.last_end(Stream::Cases).await? {
            clock.not_before(end);
        }
        Ok(state)
    }
}

/// A runtime for commands that talk to the database.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}
