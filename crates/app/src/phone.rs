//! One phone as its loops and pages share it: the device's mind, the clock, the generator, and how things stand.

use crate::errand::Errand;
use crate::prefs::{Choices, Prefs};
use crate::shelf::Shelf;
use bluezone_device::{Device, DeviceConfig, DeviceError};
use bluezone_protocol::time::{Clock, Timestamp};
use rand::Rng;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// The device with its storage behind a shared handle.
pub type Mind = Device<Shelf>;

/// Longest sleep at a stretch: a machine that was suspended, or whose clock was set, is noticed after so many seconds.
const LONGEST_SLEEP_S: i64 = 30;

/// How the radio is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RadioHealth {
    /// It works.
    On,
    /// It does not: why.
    Off(String),
    /// The owner paused it.
    Paused,
}

/// How things stand besides what is stored. Lost at a restart, found out again soon after.
#[derive(Clone, Debug)]
pub struct Health {
    /// The radio.
    pub radio: RadioHealth,
    /// Whether the last call reached the server; `None` before the first.
    pub server_reached: Option<bool>,
    /// A published file that was refused, and why.
    pub refused_file: Option<String>,
    /// A published file that could not be fetched, and why.
    pub missing_file: Option<String>,
    /// The storage's last failure.
    pub storage: Option<String>,
    /// The transparency log, if one is pinned.
    pub log: LogHealth,
    /// A request for this phone that failed a check, and which one. It is not shown.
    pub refused_request: Option<String>,
    /// A report that met a failure waits.
    pub report_wait: Option<Wait>,
    /// What is shared or taken back met a failure and waits.
    pub consent_wait: Option<Wait>,
}

impl Health {
    /// The wait of an errand.
    pub fn wait_mut(&mut self, errand: Errand) -> &mut Option<Wait> {
        match errand {
            Errand::Report => &mut self.report_wait,
            Errand::Consent => &mut self.consent_wait,
        }
    }
}

/// How the transparency log is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LogHealth {
    /// Not read since the start.
    Unknown,
    /// Read.
    Read,
    /// It could not be read or confirmed; it is tried again.
    Later(String),
    /// The server shows another log than this phone knows, or forged files: why.
    Deceit(String),
}

/// Why a request waits, and for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wait {
    /// When it is tried again.
    pub until: Timestamp,
    /// What the server said: one of [`bluezone_protocol::api::error_code`], or empty.
    pub code: String,
}

/// What the pages tell of this phone, fixed for its run.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The server's address.
    pub server: String,
    /// Where the data lie.
    pub folder: String,
    /// Telephone number of the owner's health station.
    pub station_phone: Option<String>,
}

/// A phone. Clones are the same phone.
#[derive(Clone)]
pub struct Phone(Arc<Inner>);

struct Inner {
    mind: Mutex<Mind>,
    shelf: Shelf,
    rng: Mutex<Box<dyn Rng + Send>>,
    clock: Arc<dyn Clock>,
    health: Mutex<Health>,
    prefs: Mutex<Prefs>,
    about: About,
    /// How often everything was deleted. Changes only while `mind` is locked.
    epoch: AtomicU64,
    radio_wish: Notify,
    report_moved: Notify,
    consent_moved: Notify,
    stop: watch::Sender<bool>,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(..)")
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is whole after every method, so a panic elsewhere does not spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Phone {
    /// Puts a phone together from what its storage holds.
    ///
    /// # Errors
    /// If the settings contradict themselves or the storage is damaged.
    pub fn new(
        config: DeviceConfig,
        shelf: Shelf,
        prefs: Prefs,
        about: About,
        clock: Arc<dyn Clock>,
        rng: Box<dyn Rng + Send>,
    ) -> Result<Phone, DeviceError> {
        let mind = Device::open(config, shelf.clone())?;
        let radio = match prefs.choices().radio {
            true => RadioHealth::Off("starting".to_owned()),
            false => RadioHealth::Paused,
        };
        let health = Health {
            radio,
            server_reached: None,
            refused_file: None,
            missing_file: None,
            storage: None,
            log: LogHealth::Unknown,
            refused_request: None,
            report_wait: None,
            consent_wait: None,
        };
        Ok(Phone(Arc::new(Inner {
            mind: Mutex::new(mind),
            shelf,
            rng: Mutex::new(rng),
            clock,
            health: Mutex::new(health),
            prefs: Mutex::new(prefs),
            about,
            epoch: AtomicU64::new(0),
            radio_wish: Notify::new(),
            report_moved: Notify::new(),
            consent_moved: Notify::new(),
            stop: watch::Sender::new(false),
        })))
    }

    /// What is fixed for this run.
    pub fn about(&self) -> &About {
        &self.0.about
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Works with the device. Blocks while another does: from async code use [`Phone::ask`].
    pub fn with<T>(&self, work: impl FnOnce(&mut Mind, Timestamp, &mut dyn Rng) -> T) -> T {
        let mut mind = lock(&self.0.mind);
        let mut rng = lock(&self.0.rng);
        work(&mut mind, self.now(), rng.as_mut())
    }

    /// Works with the device on a thread that may block (the storage waits for the disk).
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Mind, Timestamp, &mut dyn Rng) -> T + Send + 'static,
    ) -> T {
        let phone = self.clone();
        self.blocking(move || phone.with(work)).await
    }

    /// As [`Phone::ask`], noting on the pages when the storage fails and when it can be written again: a full disk can be
    /// read.
    ///
    /// # Errors
    /// What the device says.
    pub async fn try_ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Mind, Timestamp, &mut dyn Rng) -> Result<T, DeviceError> + Send + 'static,
    ) -> Result<T, DeviceError> {
        let written = self.0.shelf.writes();
        let answer = self.ask(work).await;
        match &answer {
            Err(error @ (DeviceError::Storage(_) | DeviceError::DamagedState(_))) => {
                tracing::error!(%error, "the contact log does not work");
                self.health_mut(|health| health.storage = Some(error.to_string()));
            }
            _ if self.0.shelf.writes() != written => self.health_mut(|health| health.storage = None),
            _ => {}
        }
        answer
    }

    /// How often everything was deleted since this phone started: what was learnt in one epoch is not kept in the next.
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// As [`Phone::try_ask`], but `None`, and nothing done, if everything was deleted since `epoch`.
    ///
    /// # Errors
    /// What the device says.
    pub async fn try_ask_within<T: Send + 'static>(
        &self,
        epoch: u64,
        work: impl FnOnce(&mut Mind, Timestamp, &mut dyn Rng) -> Result<T, DeviceError> + Send + 'static,
    ) -> Result<Option<T>, DeviceError> {
        let phone = self.clone();
        self.try_ask(move |mind, now, rng| match phone.epoch() == epoch {
            true => work(mind, now, rng).map(Some),
            false => Ok(None),
        })
        .await
    }

    /// Runs something that blocks on a thread of its own.
    pub async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match tokio::task::spawn_blocking(work).await {
            Ok(answer) => answer,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only at shutdown, when nobody waits for the answer any more.
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Random numbers without the device.
    pub fn with_rng<T>(&self, work: impl FnOnce(&mut dyn Rng) -> T) -> T {
        work(lock(&self.0.rng).as_mut())
    }

    /// How things stand.
    pub fn health(&self) -> Health {
        lock(&self.0.health).clone()
    }

    /// Changes how things stand.
    pub fn health_mut(&self, change: impl FnOnce(&mut Health)) {
        change(&mut lock(&self.0.health));
    }

    /// The owner's choices.
    pub fn choices(&self) -> Choices {
        lock(&self.0.prefs).choices().clone()
    }

    /// Keeps the owner's choices and wakes the radio's loop.
    ///
    /// # Errors
    /// If they cannot be written.
    pub async fn choose(&self, choices: Choices) -> io::Result<()> {
        let phone = self.clone();
        self.blocking(move || lock(&phone.0.prefs).set(choices)).await?;
        self.0.radio_wish.notify_one();
        Ok(())
    }

    /// Deletes everything that is stored and starts afresh, with the same settings.
    ///
    /// # Errors
    /// If the storage fails.
    pub async fn forget_everything(&self) -> Result<(), DeviceError> {
        let phone = self.clone();
        self.blocking(move || {
            let mut mind = lock(&phone.0.mind);
            phone.0.epoch.fetch_add(1, Ordering::SeqCst);
            phone.0.shelf.clone().clear()?;
            *mind = Device::open(mind.config().clone(), phone.0.shelf.clone())?;
            Ok::<_, DeviceError>(())
        })
        .await?;
        self.health_mut(|health| {
            health.refused_file = None;
            health.missing_file = None;
            health.refused_request = None;
            health.report_wait = None;
            health.consent_wait = None;
        });
        // A new key needs a new rotation, and a report that was under way is gone.
        self.0.radio_wish.notify_one();
        self.moved(Errand::Report);
        self.moved(Errand::Consent);
        Ok(())
    }

    /// Waits until the owner pauses or resumes the radio, or deletes everything.
    pub async fn radio_wish(&self) {
        self.0.radio_wish.notified().await;
    }

    /// Tells the loop of an errand to look again.
    pub fn moved(&self, errand: Errand) {
        self.notify(errand).notify_one();
    }

    /// Waits until [`Phone::moved`].
    pub async fn waits(&self, errand: Errand) {
        self.notify(errand).notified().await;
    }

    fn notify(&self, errand: Errand) -> &Notify {
        match errand {
            Errand::Report => &self.0.report_moved,
            Errand::Consent => &self.0.consent_moved,
        }
    }

    /// Tells everything to end.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Waits until [`Phone::stop`].
    pub async fn stopping(&self) {
        // It cannot fail: the sender lives as long as this phone.
        let _ = self.0.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// Sleeps until a moment of this phone's clock.
    pub async fn sleep_until(&self, until: Timestamp) {
        loop {
            let left = until - self.now();
            if left <= 0 {
                return;
            }
            self.nap(left).await;
        }
    }

    /// Sleeps some seconds, at most [`LONGEST_SLEEP_S`].
    pub async fn nap(&self, seconds: i64) {
        let seconds = seconds.clamp(0, LONGEST_SLEEP_S);
        tokio::time::sleep(Duration::from_secs(seconds.unsigned_abs())).await;
    }
}
