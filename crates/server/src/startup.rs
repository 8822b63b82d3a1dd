//! Opening a server's data: directory, master key, database, published files.

use crate::config::Config;
use crate::error::ServerError;
use crate::objects::{self, ObjectsAt};
use crate::operation::Operation;
use crate::passkeys::Passkeys;
use crate::promise::outside::Http;
use crate::secrets::{Seal, Secrets};
use crate::state::{AppState, Parts, RngSource};
use bluezone_protocol::time::Clock;
use bluezone_store::Store;
use rand::CryptoRng;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Connections to PostgreSQL that only what warns others uses.
const AHEAD: u32 = 8;

/// Where a server keeps what it keeps. `Debug` hides the secrets.
#[derive(Clone)]
pub struct Options {
    /// Directory for the master key, the database and the published files, unless these are elsewhere.
    pub data: PathBuf,
    /// Database (`sqlite:PATH` or `postgres://…`); by default a file in `data`.
    pub database_url: Option<String>,
    /// A replica of the database (`postgres://…`), from which reports are read.
    pub replica_url: Option<String>,
    /// Where published files lie; by default a folder in `data`.
    pub objects: Option<ObjectsAt>,
    /// Master key, 64 hexadecimal digits; by default a file in `data`, made at the first start.
    pub master_key: Option<String>,
    /// A file that holds it, elsewhere: of a service manager or a cluster, which keeps secrets.
    pub master_key_file: Option<PathBuf>,
    /// Settings.
    pub config: Config,
}

impl Options {
    /// Everything in one directory, with default settings.
    pub fn in_directory(data: impl Into<PathBuf>) -> Self {
        Options {
            data: data.into(),
            database_url: None,
            replica_url: None,
            objects: None,
            master_key: None,
            master_key_file: None,
            config: Config::default(),
        }
    }

    /// The database's address.
    pub(crate) fn database(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("bluezone.db").display()),
        }
    }

    /// Where published files lie.
    pub(crate) fn objects_at(&self) -> ObjectsAt {
        self.objects.clone().unwrap_or_else(|| ObjectsAt::Folder(self.data.join("objects")))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The database's address may hold a password.
        f.debug_struct("Options")
            .field("data", &self.data)
            .field("objects", &self.objects)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl AppState {
    /// Opens what the options name, making what does not exist yet.
    pub async fn open(
        options: Options,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn RngSource>,
    ) -> Result<AppState, ServerError> {
        options.config.check()?;
        make_directory(&options.data, true)?;
        let mut store = Store::connect(&options.database()).await?;
        if let Some(url) = &options.replica_url {
            store = store.with_replica(url)?;
        }
        let secrets = open_secrets(&store, &options, &mut *rng.rng()).await?;
        let store = store.with_vault(secrets.vault());
        store.ensure_vault_key(clock.now(), &mut *rng.rng()).await?;
        let ahead = store.ahead(AHEAD);
        let at = options.objects_at();
        if let Some(folder) = at.folder() {
            make_directory(folder, false)?;
        }
        let objects = objects::open(&at)?;
        let operation = Operation::new(&options.config, clock.now());
        Ok(AppState::from(Parts {
            store,
            ahead,
            clock,
            rng,
            objects,
            hot: Arc::default(),
            secrets: Arc::new(secrets),
            passwords: Arc::default(),
            persons: Arc::default(),
            forms: Arc::default(),
            passkeys: Arc::new(Passkeys::new(&options.config)),
            photos: Arc::default(),
            outside: Arc::new(Http::default()),
            plans: Arc::new(options.data.join("plans")),
            texts: options.config.texts.sender(),
            operation: Arc::new(operation),
            config: Arc::new(options.config),
        }))
    }
}

/// The master key that the database was made with; at the first start a new one. Any other is refused before anything in
/// the database is changed: what it sealed, no server could open again.
async fn open_secrets(
    store: &Store,
    options: &Options,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Secrets, ServerError> {
    const GIVEN: &str = "BLUEZONE_MASTER_KEY";
    let data = &options.data;
    let (secrets, origin) = match (&options.master_key, &options.master_key_file) {
        (Some(hex), _) => (Some(Secrets::from_hex(hex, GIVEN)?), GIVEN.to_owned()),
        (None, Some(file)) => (Some(Secrets::read(file)?), file.display().to_string()),
        (None, None) => (Secrets::load(data)?, data.display().to_string()),
    };
    let foreign = |_| ServerError::ForeignMasterKey { origin: origin.clone() };
    if let Some(proof) = store.master_key_proof().await? {
        let secrets = secrets.ok_or_else(|| ServerError::NoMasterKey { data: data.clone() })?;
        secrets.open(Seal::Proof, b"", &proof).map_err(foreign)?;
        store.migrate().await?;
        return Ok(secrets);
    }
    store.migrate().await?;
    let secrets = match secrets {
        Some(secrets) => secrets,
        None => Secrets::create(data, rng)?,
    };
    let proof = secrets.seal(Seal::Proof, b"", b"", rng);
    // Of two servers that start together on a new database, the proof of one counts.
    let proof = store.keep_master_key_proof(&proof).await?;
    secrets.open(Seal::Proof, b"", &proof).map_err(foreign)?;
    Ok(secrets)
}

/// `private`: for its owner only, where the system knows owners.
pub(crate) fn make_directory(path: &Path, private: bool) -> Result<(), ServerError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    #[cfg(not(unix))]
    let _ = private;
    builder.create(path).map_err(|source| ServerError::Directory { path: path.to_owned(), source })
}
