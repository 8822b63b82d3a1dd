//! The phone's body around [`bluezone_device::Device`]: its radio and its storage, the calls to the server, and its own
//! pages on loopback.
//!
//! [`App`] runs all of it. The parts stand alone too: [`client::Client`] makes each call of the device API,
//! [`sync::Poller`] does one round of checking, [`log_sync::round`] one look at the transparency log, [`report_loop::step`] carries
//! one step of a report and [`consent_loop::step`] one request of what its owner shares, [`web::router`] is
//! the pages of any [`phone::Phone`].

pub mod client;
pub mod consent_loop;
pub mod errand;
pub mod log_sync;
pub mod phone;
pub mod pins;
pub mod prefs;
pub mod radio_loop;
pub mod report_loop;
pub mod shelf;
pub mod storage;
pub mod sync;
pub mod web;

use crate::client::{Client, ClientError};
use crate::phone::{About, Phone};
use crate::prefs::Prefs;
use crate::radio_loop::RadioSource;
use crate::shelf::Shelf;
use crate::storage::SqliteStorage;
use crate::sync::Poller;
use crate::web::Guard;
use axum::serve::ListenerExt;
use bluezone_device::{DeviceConfig, DeviceError};
use bluezone_protocol::time::Clock;
use rand::Rng;
use std::fs::DirBuilder;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Settings of one phone's program.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// Address of the server: `https://…`, or `http://` on this machine.
    pub server_url: String,
    /// Where the phone keeps its data. Made if missing, readable by its owner only; refused if others may read it.
    pub data_dir: PathBuf,
    /// Where its pages listen: loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The device's settings, pinned keys among them.
    pub device: DeviceConfig,
    /// Mean time between two looks at the server, seconds.
    pub poll_s: u32,
    /// Telephone number of the owner's health station, shown with a warning.
    pub station_phone: Option<String>,
}

/// How often a phone looks for new files unless told otherwise, seconds.
pub const DEFAULT_POLL_S: u32 = 2 * 3600;

/// Name of the contact log in the data folder.
pub const CONTACT_LOG: &str = "contacts.sqlite";

/// Why the phone does not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The pages show a diary of contacts: they are for this machine only.
    #[error("{0} is not on this machine: the phone's pages listen on 127.0.0.1 only")]
    NotLoopback(SocketAddr),
    /// The pages' address is taken.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The data folder.
    #[error("the data folder {folder:?} cannot be used: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The server's address.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The pages' server broke.
    #[error("the pages stopped: {0}")]
    Pages(#[source] io::Error),
}

/// One phone, ready to run.
pub struct App {
    phone: Phone,
    guard: Arc<Guard>,
    listener: TcpListener,
    address: SocketAddr,
    client: Client,
    source: Box<dyn RadioSource>,
    poller: Poller,
    poll_s: u32,
}

impl App {
    /// Puts a phone together on the contact log in its data folder and opens the port of its pages. Nothing is on the
    /// air yet.
    ///
    /// # Errors
    /// See [`AppError`].
    pub async fn open(
        config: AppConfig,
        source: Box<dyn RadioSource>,
        clock: Arc<dyn Clock>,
        rng: Box<dyn Rng + Send>,
    ) -> Result<App, AppError> {
        let folder = |source| AppError::Folder { folder: config.data_dir.clone(), source };
        make_private(&config.data_dir).map_err(folder)?;
        let storage = SqliteStorage::open(config.data_dir.join(CONTACT_LOG)).map_err(DeviceError::Storage)?;
        Self::with_storage(config, Shelf::new(storage), source, clock, rng).await
    }

    /// Puts a phone together on any storage and opens the port of its pages. Nothing is on the air yet.
    ///
    /// # Errors
    /// See [`AppError`].
    pub async fn with_storage(
        config: AppConfig,
        shelf: Shelf,
        source: Box<dyn RadioSource>,
        clock: Arc<dyn Clock>,
        mut rng: Box<dyn Rng + Send>,
    ) -> Result<App, AppError> {
        if !config.listen.ip().is_loopback() {
            return Err(AppError::NotLoopback(config.listen));
        }
        let folder = |source| AppError::Folder { folder: config.data_dir.clone(), source };
        make_private(&config.data_dir).map_err(folder)?;
        let prefs = Prefs::open(&config.data_dir).map_err(folder)?;
        let client = Client::new(&config.server_url)?;
        let listen = |source| AppError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let guard = Arc::new(Guard::new(address, rng.as_mut()));
        let about = About {
            server: client.base().to_owned(),
            folder: config.data_dir.display().to_string(),
            station_phone: config.station_phone,
        };
        let poller = Poller::new(client.clone(), &config.data_dir);
        let phone = Phone::new(config.device, shelf, prefs, about, clock, rng)?;
        Ok(App { phone, guard, listener, address, client, source, poller, poll_s: config.poll_s.max(60) })
    }

    /// Where the pages listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The link that opens the pages: a secret, for the owner's eyes only.
    pub fn link(&self) -> String {
        self.guard.link()
    }

    /// The phone, to look at.
    pub fn phone(&self) -> &Phone {
        &self.phone
    }

    /// Runs until `shutdown`: radio, checks, reports, dummies, pages. What was heard until then is recorded.
    ///
    /// # Errors
    /// If the pages' server breaks; the radio and the server may come and go.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), AppError> {
        let App { phone, guard, listener, client, mut source, poller, poll_s, .. } = self;
        let calls = async {
            tokio::select! {
                () = sync::run(&phone, poller, poll_s) => {}
                () = report_loop::run(&phone, &client) => {}
                () = consent_loop::run(&phone, &client) => {}
                () = report_loop::run_dummies(&phone, &client) => {}
                () = phone.stopping() => {}
            }
        };
        let stop = async {
            tokio::select! {
                () = shutdown => phone.stop(),
                // The pages broke.
                () = phone.stopping() => {}
            }
        };
        let pages = async {
            let served = serve_pages(phone.clone(), guard, listener).await;
            phone.stop();
            served
        };
        let ((), (), (), served) = tokio::join!(radio_loop::run(&phone, source.as_mut()), calls, stop, pages);
        served.map_err(AppError::Pages)
    }
}

/// Serves a phone's pages until it stops. `guard` must have been made for the listener's address.
///
/// # Errors
/// If the listener breaks.
pub async fn serve_pages(phone: Phone, guard: Arc<Guard>, listener: TcpListener) -> io::Result<()> {
    let stopping = phone.clone();
    // Without this, every answer on a connection that is kept open comes 40 ms late.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, web::router(phone, guard))
        .with_graceful_shutdown(async move { stopping.stopping().await })
        .await
}

/// Makes a folder that only its owner can look into. One that is there already is left as it is, and refused if others
/// may look into it: it may be theirs as well.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        builder.mode(0o700).create(folder)?;
        if folder.metadata()?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "other accounts may look into it; name a new folder, or close this one with chmod 700",
            ));
        }
    }
    #[cfg(not(unix))]
    builder.create(folder)?;
    Ok(())
}

#[cfg(test)]
bluezone_canary::watch!();
