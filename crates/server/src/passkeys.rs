//! Passkeys (W3C Web Authentication): what the browser is asked for, and whether what it answers is right.
//!
//! Of a passkey we ask for ES256, the only algorithm that statements are signed with, and for verification of its owner, so
//! that it is both factors at once.

use crate::config::Config;
use bluezone_domain::officer::Officer;
use bluezone_store::PasskeyRecord;
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use webauthn_rs::prelude::{
    COSEAlgorithm, COSEKeyType, CreationChallengeResponse, DiscoverableAuthentication, Passkey,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// Name of the service on the officer's device.
const NAME: &str = "Bluezone";
/// Longest answer of a browser that is read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Why a passkey is not taken.
#[derive(Debug, Error)]
pub enum PasskeyError {
    /// The console is known by no name that passkeys can belong to.
    #[error("passkeys need a public_url with https and a domain name, not an address of digits")]
    NotHere,
    /// What the browser sent is no such answer.
    #[error("the browser's answer cannot be read")]
    Unreadable,
    /// Another algorithm than ES256.
    #[error("the passkey does not sign with ES256")]
    Algorithm,
    /// What was stored cannot be read.
    #[error("a stored passkey or ceremony cannot be read: restore the database from a backup")]
    Stored,
    /// The library refused it.
    #[error("the passkey is refused: {0}")]
    Refused(#[from] WebauthnError),
}

/// A ceremony that has begun.
#[derive(Debug)]
pub struct Begun {
    /// What the browser passes to the device, JSON.
    pub options: Value,
    /// What the server needs to check the answer. It must not leave the server.
    pub state: String,
}

/// A passkey that was just made.
#[derive(Debug)]
pub struct Made {
    /// What the device calls it.
    pub credential_id: Vec<u8>,
    /// Compressed P-256 point.
    pub public_key: [u8; 33],
    /// What its answers are checked against.
    pub state: String,
}

/// Checks passkeys for the site that the console is.
#[derive(Debug)]
pub struct Passkeys(Option<Webauthn>);

impl Passkeys {
    /// For the site of [`Config::public_url`].
    pub fn new(config: &Config) -> Self {
        let site = Url::parse(&config.public_url).ok();
        let webauthn = site.and_then(|url| {
            let domain = url.domain()?.to_owned();
            WebauthnBuilder::new(&domain, &url).ok()?.rp_name(NAME).build().ok()
        });
        Passkeys(webauthn)
    }

    /// Whether passkeys can be used here: they belong to a domain name.
    pub fn are_possible(&self) -> bool {
        self.0.is_some()
    }

    fn site(&self) -> Result<&Webauthn, PasskeyError> {
        self.0.as_ref().ok_or(PasskeyError::NotHere)
    }

    /// Asks for a new passkey for this officer, on a device that holds none of `present`.
    pub fn begin_registration(
        &self,
        officer: &Officer,
        present: &[PasskeyRecord],
    ) -> Result<Begun, PasskeyError> {
        let id = Uuid::from_bytes(*officer.id.as_bytes());
        let present = present.iter().map(|passkey| passkey.credential_id.clone()).collect();
        let name = officer.username.as_str();
        let (mut asked, state) = self.site()?.start_passkey_registration(id, name, name, Some(present))?;
        ask_for_what_we_need(&mut asked);
        Ok(Begun { options: json(&asked.public_key)?, state: text(&state)? })
    }

    /// Checks the browser's answer.
    pub fn finish_registration(&self, state: &str, answer: &str) -> Result<Made, PasskeyError> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let state: PasskeyRegistration = stored(state)?;
        let passkey = self.site()?.finish_passkey_registration(&answer, &state)?;
        Ok(Made {
            credential_id: passkey.cred_id().to_vec(),
            public_key: public_key(&passkey).ok_or(PasskeyError::Algorithm)?,
            state: text(&passkey)?,
        })
    }

    /// Asks for a signature by one of these passkeys; by any of this site if there are none.
    pub fn begin_sign_in(&self, allowed: &[Vec<u8>]) -> Result<Begun, PasskeyError> {
        let (asked, state) = self.site()?.start_discoverable_authentication()?;
        let mut options = json(&asked.public_key)?;
        let allowed: Vec<_> = allowed.iter().map(|id| allowed_credential(id)).collect();
        options["allowCredentials"] = Value::Array(allowed);
        Ok(Begun { options, state: text(&state)? })
    }

    /// The passkey that an answer names. Nothing about it is checked yet.
    pub fn named(answer: &str) -> Result<Vec<u8>, PasskeyError> {
        let answer: PublicKeyCredential = read(answer)?;
        Ok(answer.get_credential_id().to_vec())
    }

    /// Checks the signature of this passkey; returns what its next answer is checked against.
    pub fn finish_sign_in(
        &self,
        state: &str,
        answer: &str,
        record: &PasskeyRecord,
    ) -> Result<String, PasskeyError> {
        let answer: PublicKeyCredential = read(answer)?;
        let state: DiscoverableAuthentication = stored(state)?;
        let mut passkey: Passkey = stored(&record.state)?;
        // Devices that remember whose a passkey is say so; it must be the same person.
        if answer.get_user_unique_id().is_some_and(|id| id != record.officer.as_bytes()) {
            return Err(PasskeyError::Unreadable);
        }
        let result = self.site()?.finish_discoverable_authentication_v2(&answer, state, &passkey)?;
        passkey.update_credential(&result);
        text(&passkey)
    }
}

/// ES256 only, and a passkey that can be found without a username where the device can keep one.
fn ask_for_what_we_need(asked: &mut CreationChallengeResponse) {
    asked.public_key.pub_key_cred_params.retain(|params| params.alg == COSEAlgorithm::ES256 as i64);
    if let Some(selection) = &mut asked.public_key.authenticator_selection {
        selection.resident_key = Some(webauthn_rs_proto::ResidentKeyRequirement::Preferred);
    }
}

fn public_key(passkey: &Passkey) -> Option<[u8; 33]> {
    let COSEKeyType::EC_EC2(key) = &passkey.get_public_key().key else { return None };
    if *passkey.cred_algorithm() != COSEAlgorithm::ES256 || key.y.len() != 32 {
        return None;
    }
    let parity = 2 + (key.y.last()? & 1);
    let mut point = [parity; 33];
    point[1..].copy_from_slice(key.x.get(..32).filter(|_| key.x.len() == 32)?);
    Some(point)
}

fn allowed_credential(id: &[u8]) -> Value {
    use base64::Engine as _;
    let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id);
    serde_json::json!({ "type": "public-key", "id": id })
}

fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, PasskeyError> {
    if answer.len() > LONGEST_ANSWER {
        return Err(PasskeyError::Unreadable);
    }
    serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)
}

fn stored<T: serde::de::DeserializeOwned>(state: &str) -> Result<T, PasskeyError> {
    serde_json::from_str(state).map_err(|_| PasskeyError::Stored)
}

fn text(value: &impl Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).map_err(|_| PasskeyError::Stored)
}

fn json(value: &impl Serialize) -> Result<Value, PasskeyError> {
    serde_json::to_value(value).map_err(|_| PasskeyError::Stored)
}
