//! A radio of channels.

use async_trait::async_trait;
use bluezone_app::radio_loop::RadioSource;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{Clock, Timestamp};
use bluezone_radio::{Advertisement, Radio, RadioError, RadioStatus, Sighting, Via};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

/// What the phone did with its radio.
#[derive(Clone, PartialEq, Debug)]
pub enum Deed {
    Opened,
    Advertised(Timestamp, Advertisement),
    Scanning(Timestamp, bool),
    Closed,
}

type Outcome = Result<Sighting, RadioError>;

/// The test's end of the radio.
#[derive(Clone)]
pub struct Air {
    deeds: Arc<Mutex<Vec<Deed>>>,
    words: Arc<Mutex<Option<mpsc::UnboundedSender<Outcome>>>>,
    broken: Arc<Mutex<u32>>,
    clock: Arc<dyn Clock>,
}

impl Air {
    pub fn new(clock: Arc<dyn Clock>) -> Air {
        Air { deeds: Arc::default(), words: Arc::default(), broken: Arc::default(), clock }
    }

    /// The next so many attempts to open the radio fail.
    pub fn fail_to_open(&self, times: u32) {
        *self.broken.lock().unwrap() = times;
    }

    pub fn deeds(&self) -> Vec<Deed> {
        self.deeds.lock().unwrap().clone()
    }

    pub fn say(&self, outcome: Outcome) {
        self.words.lock().unwrap().as_ref().unwrap().send(outcome).unwrap();
    }

    pub fn hear(&self, identifier: Identifier, rssi_dbm: i8) {
        self.say(Ok(Sighting {
            identifier,
            rssi_dbm: Some(rssi_dbm),
            tx_power_dbm: None,
            via: Via::Advertisement,
        }));
    }

    fn note(&self, deed: Deed) {
        self.deeds.lock().unwrap().push(deed);
    }
}

#[async_trait]
impl RadioSource for Air {
    async fn open(&mut self) -> Result<Box<dyn Radio>, RadioError> {
        let mut broken = self.broken.lock().unwrap();
        if *broken > 0 {
            *broken -= 1;
            return Err(RadioError::Off("unplugged".to_owned()));
        }
        let (say, hear) = mpsc::unbounded_channel();
        *self.words.lock().unwrap() = Some(say);
        self.note(Deed::Opened);
        Ok(Box::new(ChannelRadio { air: self.clone(), hear }))
    }
}

struct ChannelRadio {
    air: Air,
    hear: mpsc::UnboundedReceiver<Outcome>,
}

#[async_trait]
impl Radio for ChannelRadio {
    async fn advertise(&mut self, advertisement: Advertisement) -> Result<(), RadioError> {
        self.air.note(Deed::Advertised(self.air.clock.now(), advertisement));
        Ok(())
    }

    async fn set_scanning(&mut self, on: bool) -> Result<(), RadioError> {
        self.air.note(Deed::Scanning(self.air.clock.now(), on));
        Ok(())
    }

    async fn next(&mut self) -> Outcome {
        self.hear.recv().await.unwrap_or(Err(RadioError::Closed))
    }

    async fn status(&self) -> RadioStatus {
        RadioStatus::On
    }

    async fn close(self: Box<Self>) {
        tokio::time::sleep(CLOSING).await;
        self.air.note(Deed::Closed);
    }
}

/// A controller takes a while to fall silent.
const CLOSING: Duration = Duration::from_millis(300);
