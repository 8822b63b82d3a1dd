//! The task that owns the controller: carries out requests, reads packets, and gets a lost controller back.

use super::HciConfig;
use super::controller::{Controller, Failure};
use super::endpoint::{Endpoint, Stream};
use super::host::Host;
use super::outbox::Outbox;
use crate::{Advertisement, RadioError, RadioStatus};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

type Reply = oneshot::Sender<Result<(), RadioError>>;

/// What the handle asks of the task.
pub enum Request {
    /// Rotate to this.
    Advertise(Advertisement, Reply),
    /// Listen or not.
    Scan(bool, Reply),
}

/// Where controllers come from.
pub enum Source {
    /// It can be opened as often as needed.
    Endpoint(Endpoint),
    /// A stream somebody opened for us, once.
    Stream(Option<Box<dyn Stream>>),
}

impl Source {
    /// Opens the controller and makes it ready.
    pub async fn connect(&mut self, config: &HciConfig, out: &Outbox) -> Result<Host, RadioError> {
        let (stream, name) = match self {
            Source::Endpoint(endpoint) => (endpoint.open().await?, endpoint.to_string()),
            Source::Stream(stream) => (stream.take().ok_or(RadioError::Closed)?, "the given stream".into()),
        };
        Host::start(Controller::new(stream), config.clone(), out.clone()).await.map_err(|failure| {
            match failure {
                Failure::Refused { command, status } => RadioError::Refused { command, status },
                Failure::Lost(reason) => RadioError::Unreachable { endpoint: name, reason },
            }
        })
    }
}

/// What was asked for last; a controller that comes back goes on with it.
#[derive(Default)]
struct Wanted {
    advertisement: Option<Advertisement>,
    scanning: bool,
}

impl Wanted {
    fn note(&mut self, request: &Request) {
        match request {
            Request::Advertise(advertisement, _) => self.advertisement = Some(*advertisement),
            Request::Scan(on, _) => self.scanning = *on,
        }
    }

    async fn apply(&self, host: &mut Host) -> Result<(), Failure> {
        if let Some(advertisement) = self.advertisement {
            host.advertise(advertisement).await?;
        }
        host.set_scanning(self.scanning).await
    }
}

/// Runs until the handle is dropped, and then leaves the controller silent, or until a controller is lost that cannot be
/// opened again.
pub async fn run(
    mut host: Host,
    mut source: Source,
    config: HciConfig,
    out: Outbox,
    mut requests: mpsc::Receiver<Request>,
    status: watch::Sender<RadioStatus>,
) {
    let mut wanted = Wanted::default();
    loop {
        let served = serve(&mut host, &mut requests, &mut wanted).await;
        // A controller that only refused something still obeys: no old advertisement stays on the air.
        if !matches!(served, Err(Failure::Lost(_))) {
            let _ = host.shut_down().await;
        }
        let Err(failure) = served else { return };
        let mut pause = FIRST_PAUSE;
        let mut reason = failure.to_string();
        tracing::warn!(reason, "the Bluetooth radio is off");
        out.off(RadioError::Off(reason.clone()));
        host = loop {
            status.send_replace(RadioStatus::Off(reason.clone()));
            if !idle(Instant::now() + pause, &mut requests, &mut wanted, &reason).await {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            match source.connect(&config, &out).await {
                // Closed meanwhile: what it was told last must not go on the air again.
                Ok(_) if requests.is_closed() => return,
                Ok(mut host) => match wanted.apply(&mut host).await {
                    Ok(()) => break host,
                    Err(failure) => {
                        let _ = host.shut_down().await;
                        reason = failure.to_string();
                    }
                },
                Err(RadioError::Closed) => return,
                Err(error) => reason = error.to_string(),
            }
        };
        tracing::info!("the Bluetooth radio is on");
        status.send_replace(RadioStatus::On);
    }
}

/// Works until the handle is dropped (`Ok`) or the controller is lost.
async fn serve(
    host: &mut Host,
    requests: &mut mpsc::Receiver<Request>,
    wanted: &mut Wanted,
) -> Result<(), Failure> {
    loop {
        let deadline = host.deadline();
        tokio::select! {
            request = requests.recv() => {
                let Some(request) = request else { return Ok(()) };
                wanted.note(&request);
                let (result, reply) = match request {
                    Request::Advertise(advertisement, reply) => (host.advertise(advertisement).await, reply),
                    Request::Scan(on, reply) => (host.set_scanning(on).await, reply),
                };
                let told = match &result {
                    Ok(()) => Ok(()),
                    Err(Failure::Refused { command, status }) => {
                        Err(RadioError::Refused { command, status: *status })
                    }
                    Err(Failure::Lost(reason)) => Err(RadioError::Off(reason.clone())),
                };
                let _ = reply.send(told);
                result?; // half a rotation is none: start afresh
            }
            packet = host.receive() => host.handle(packet?).await?,
            () = wait(deadline) => host.time_passed().await?,
        }
    }
}

async fn wait(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Waits, remembering what is asked for meanwhile. False if the handle was dropped.
async fn idle(
    until: Instant,
    requests: &mut mpsc::Receiver<Request>,
    wanted: &mut Wanted,
    reason: &str,
) -> bool {
    loop {
        tokio::select! {
            request = requests.recv() => {
                let Some(request) = request else { return false };
                wanted.note(&request);
                let (Request::Advertise(_, reply) | Request::Scan(_, reply)) = request;
                let _ = reply.send(Err(RadioError::Off(reason.to_owned())));
            }
            () = sleep_until(until) => return true,
        }
    }
}
