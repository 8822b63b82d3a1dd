//! What every handler and job shares.

use crate::config::Config;
use crate::console::password::Passwords;
use crate::forms;
use crate::objects::Hot;
use crate::operation::Operation;
use crate::passkeys::Passkeys;
use crate::photo::Darkroom;
use crate::promise::outside::Outside;
use crate::registry::PersonSearch;
use crate::secrets::Secrets;
use crate::texting::TextSender;
use bluezone_protocol::time::{Clock, Timestamp};
use bluezone_store::Store;
use object_store::ObjectStore;
use rand::CryptoRng;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

/// Where randomness comes from: the operating system's generator in the binary, a seed in tests and simulations.
///
/// Any function that returns a generator is one: `|| StdRng::…`.
pub trait RngSource: Send + Sync {
    /// A generator for one request or one job.
    fn rng(&self) -> Box<dyn CryptoRng + Send>;
}

impl<F, R> RngSource for F
where
    F: Fn() -> R + Send + Sync,
    R: CryptoRng + Send + 'static,
{
    fn rng(&self) -> Box<dyn CryptoRng + Send> {
        Box::new(self())
    }
}

/// The server's state. Every layer of every request clones it: one count goes up, not one for each part. Changed, it becomes another
/// one; who has the old one keeps that.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What the state is made of.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The same, with connections that only what warns others uses ([`AppState::ahead`]).
    pub ahead: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn RngSource>,
    /// Published files.
    pub objects: Arc<dyn ObjectStore>,
    /// Those that every phone asks for.
    pub hot: Arc<Hot>,
    /// Sealing and keyed hashes.
    pub secrets: Arc<Secrets>,
    /// Hashing of officers' passwords.
    pub passwords: Arc<Passwords>,
    /// Checking of officers' passkeys.
    pub passkeys: Arc<Passkeys>,
    /// How witnesses and the keeper are asked.
    pub outside: Arc<dyn Outside>,
    /// How text messages are sent.
    pub texts: Arc<dyn TextSender>,
    /// Where files are taken in and photographs made anew.
    pub photos: Arc<Darkroom>,
    /// Finding persons.
    pub persons: Arc<PersonSearch>,
    /// The health declarations' forms as last read ([`AppState::forms`]).
    pub forms: Arc<forms::Kept>,
    /// How this process fares.
    pub operation: Arc<Operation>,
    /// Folder for plans that are being computed: lost, they are computed again.
    pub plans: Arc<PathBuf>,
    /// Settings.
    pub config: Arc<Config>,
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        AppState(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for AppState {
    fn deref_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

impl AppState {
    /// The same for the device API: its requests do not wait behind pages for a connection to the database.
    pub fn ahead(&self) -> AppState {
        let mut other = self.clone();
        other.store = self.ahead.clone();
        other
    }

    /// Waits for what uses the database and closes the connections.
    pub async fn close(&self) {
        tokio::join!(self.store.close(), self.ahead.close());
    }

    /// The time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A generator for one request or one job.
    pub fn rng(&self) -> Box<dyn CryptoRng + Send> {
        self.rng.rng()
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("config", &self.config).finish_non_exhaustive()
    }
}
