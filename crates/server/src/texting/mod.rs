//! Text messages: the code that confirms a telephone number goes through a sender that the operator chooses.

mod gateway;

pub use gateway::{Gateway, GatewayConfig};

use bluezone_domain::guess::DEFAULT_BUDGET_HITS;
use bluezone_domain::person::Phone;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// Settings of text messages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TextsConfig {
    /// The gateway; none: nothing is sent, and nobody can sign in with a telephone number.
    pub gateway: Option<GatewayConfig>,
    /// Messages to one number in an hour.
    pub number_an_hour: u32,
    /// Messages to one number in a day; from then on one an hour.
    pub number_a_day: u32,
    /// Messages that one network address may ask for in an hour. Mobile networks put many people behind one.
    pub source_an_hour: u32,
    /// Wrong codes that one network address may type in an hour.
    pub source_wrong_an_hour: u32,
    /// Accounts that all guessers together may expect to enter in 24 hours, see [`bluezone_domain::text_guess`].
    pub guess_budget: f64,
}

impl Default for TextsConfig {
    fn default() -> Self {
        TextsConfig {
            gateway: None,
            number_an_hour: 5,
            number_a_day: 10,
            source_an_hour: 100,
            source_wrong_an_hour: 20,
            guess_budget: DEFAULT_BUDGET_HITS,
        }
    }
}

impl TextsConfig {
    /// The sender that they describe.
    pub fn sender(&self) -> Arc<dyn TextSender> {
        match &self.gateway {
            Some(gateway) => Arc::new(Gateway::new(gateway.clone())),
            None => Arc::new(NotSetUp),
        }
    }
}

/// Why a text message was not sent. It names neither the number nor the text.
#[derive(Debug, Error)]
pub enum TextError {
    /// The operator set none up.
    #[error("no sender of text messages is set up: set `texts` in the configuration")]
    NotSetUp,
    /// The gateway was not reached.
    #[error("the gateway for text messages could not be reached: {0}")]
    Unreachable(std::io::Error),
    /// The gateway answered that it did not take the message.
    #[error("the gateway for text messages answered with status {0}")]
    Refused(u16),
}

/// A message on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), TextError>> + Send + 'a>>;

/// Sends text messages.
pub trait TextSender: Send + Sync {
    /// Sends one. When it returns `Ok`, the message is on its way.
    fn send<'a>(&'a self, to: &'a Phone, text: &'a str) -> Sending<'a>;
}

/// Where none is set up: nothing is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotSetUp;

impl TextSender for NotSetUp {
    fn send<'a>(&'a self, _to: &'a Phone, _text: &'a str) -> Sending<'a> {
        Box::pin(async { Err(TextError::NotSetUp) })
    }
}

/// Keeps the last message to each number in memory and nowhere else: for tests and the demo. `Debug` shows nothing.
#[derive(Default)]
pub struct InMemory(Mutex<HashMap<Phone, String>>);

impl InMemory {
    /// The last message to a number.
    pub fn last(&self, to: &Phone) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(to).cloned()
    }

    /// The code in it.
    pub fn code(&self, to: &Phone) -> Option<String> {
        let text = self.last(to)?;
        let words = text.split(|c: char| !c.is_ascii_digit());
        words.into_iter().find_map(bluezone_domain::citizen::read_code)
    }
}

impl TextSender for InMemory {
    fn send<'a>(&'a self, to: &'a Phone, text: &'a str) -> Sending<'a> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(to.clone(), text.to_owned());
        Box::pin(async { Ok(()) })
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemory(..)")
    }
}
