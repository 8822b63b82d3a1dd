//! The witnesses and the keeper of a test: the real ones of the library, without sockets, under the test's clock.

use bluezone_protocol::api::{decode_base64, encode_base64};
use bluezone_protocol::time::{Clock, ManualClock};
use bluezone_server::promise::PromiseConfig;
use bluezone_server::promise::config::{KeeperConfig, WitnessConfig};
use bluezone_server::promise::outside::{Answer, Outside};
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::journal::MemoryJournal;
use bluezone_transparency::keeper::{Keeper, OpenRequest, Refusal};
use bluezone_transparency::note::{SignatureKind, Signer, VerifierKey};
use bluezone_transparency::seal::PrivateKey;
use bluezone_transparency::witness::{Witness, WitnessError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

const KEEPER_URL: &str = "https://keeper.test";

fn witness_signer(number: u8) -> Signer {
    let name = format!("witness.test/w{number}");
    Signer::from_seed(&name, SignatureKind::Cosignature, &[100 + number; 32]).unwrap()
}

/// Hears the address that is asked.
pub type Before = Arc<dyn Fn(&str) + Send + Sync>;

/// Two witnesses and a keeper that the configuration names.
pub struct Others {
    clock: Arc<ManualClock>,
    witnesses: Mutex<BTreeMap<String, (Witness, MemoryJournal)>>,
    keeper: Mutex<Option<(Keeper, MemoryJournal)>>,
    /// Addresses that do not answer.
    pub down: Mutex<Vec<String>>,
    /// Happens before any of them answers.
    pub before: Mutex<Option<Before>>,
    /// What was asked of the keeper.
    pub asked: Mutex<Vec<Value>>,
}

pub fn keeper_key() -> PrivateKey {
    PrivateKey::from_bytes(&[33; 32])
}

pub fn config() -> PromiseConfig {
    let witness = |number| WitnessConfig {
        url: format!("https://w{number}.test"),
        key: witness_signer(number).verifier().clone(),
    };
    PromiseConfig {
        witnesses: vec![witness(1), witness(2)],
        // Shorter than an officer may be away without being signed out.
        period_s: super::world::HOUR,
        keeper: Some(KeeperConfig { url: KEEPER_URL.to_owned(), key: keeper_key().public() }),
        ..PromiseConfig::default()
    }
}

pub fn policy(log: &VerifierKey) -> LogPolicy {
    config().policy(log.clone()).unwrap()
}

impl Others {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Others {
            clock,
            witnesses: Mutex::default(),
            keeper: Mutex::default(),
            down: Mutex::default(),
            before: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    /// They learn which log it is: what their operators pin.
    pub fn pin(&self, log: &VerifierKey) {
        for number in [1, 2] {
            let witness = Witness::start(witness_signer(number), vec![log.clone()], []).unwrap();
            let journal = MemoryJournal::default();
            self.witnesses.lock().unwrap().insert(format!("https://w{number}.test"), (witness, journal));
        }
        let keeper = Keeper::start(keeper_key(), policy(log), []).unwrap();
        *self.keeper.lock().unwrap() = Some((keeper, MemoryJournal::default()));
    }

    pub fn openings(&self) -> usize {
        self.keeper.lock().unwrap().as_ref().map_or(0, |(keeper, _)| keeper.openings().len())
    }

    fn is_down(&self, url: &str) -> bool {
        let before = self.before.lock().unwrap().clone();
        if let Some(before) = before {
            before(url);
        }
        self.down.lock().unwrap().iter().any(|down| url.starts_with(down.as_str()))
    }

    fn add_checkpoint(&self, host: &str, body: &[u8]) -> Answer {
        let mut witnesses = self.witnesses.lock().unwrap();
        let (witness, journal) = witnesses.get_mut(host).unwrap();
        match witness.add_checkpoint(body, self.clock.now(), journal) {
            Ok(line) => (200, line.into_bytes()),
            Err(WitnessError::Conflict(size)) => (409, format!("{size}\n").into_bytes()),
            Err(error) => (403, error.to_string().into_bytes()),
        }
    }

    /// As `bluezone keeper` answers.
    fn open(&self, body: &[u8]) -> Answer {
        let body: Value = serde_json::from_slice(body).unwrap();
        self.asked.lock().unwrap().push(body.clone());
        let bytes = |name: &str| body[name].as_str().map(|text| text.as_bytes().to_vec());
        let request = OpenRequest {
            upload: decode_base64(body["upload"].as_str().unwrap()).unwrap(),
            entry: bytes("entry").unwrap(),
            statement: bytes("statement"),
            proof: bytes("proof").unwrap(),
            consistency: serde_json::from_value(body["consistency"].clone()).unwrap(),
        };
        let mut keeper = self.keeper.lock().unwrap();
        let (keeper, journal) = keeper.as_mut().unwrap();
        let (status, answer) = match keeper.open(&request, self.clock.now(), journal) {
            Ok(stripped) => (200, json!({ "stripped": encode_base64(&stripped) })),
            Err(refusal @ Refusal::Follow(_)) => (409, json!({ "error": refusal.to_string() })),
            Err(refusal) => (403, json!({ "error": refusal.to_string() })),
        };
        (status, answer.to_string().into_bytes())
    }
}

impl Outside for Others {
    fn get(&self, url: &str) -> io::Result<Answer> {
        if self.is_down(url) {
            return Err(io::Error::other("no answer"));
        }
        assert_eq!(url, format!("{KEEPER_URL}/latest"));
        let latest = self.keeper.lock().unwrap().as_ref().unwrap().0.latest();
        Ok((200, serde_json::to_vec(&latest).unwrap()))
    }

    fn post(&self, url: &str, _: &str, body: &[u8]) -> io::Result<Answer> {
        if self.is_down(url) {
            return Err(io::Error::other("no answer"));
        }
        match url.strip_suffix("/add-checkpoint") {
            Some(host) => Ok(self.add_checkpoint(host, body)),
            None => {
                assert_eq!(url, format!("{KEEPER_URL}/open"));
                Ok(self.open(body))
            }
        }
    }
}
