//! An officer's passkey, in software: what a phone or a security key does when the console's page asks it to sign.

use crate::system::os_rng;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::RelyingParty;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use rand::RngExt;
use serde_json::{Value, json};

/// User present and verified; with a new key's data; and a counter (WebAuthn Level 3, 6.1).
const SIGNS: [u8; 5] = [0b101, 0, 0, 0, 1];
const REGISTERS: [u8; 5] = [0b100_0101, 0, 0, 0, 0];

/// A key that signs for one site.
pub struct Passkey {
    key: SigningKey,
    credential: [u8; 16],
}

impl Passkey {
    /// A new one.
    pub fn new() -> Passkey {
        let mut rng = os_rng();
        loop {
            // All but one in 2^32 of all values are keys.
            let bytes: [u8; 32] = rng.random();
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Passkey { key, credential: rng.random() };
            }
        }
    }

    /// Names it.
    pub fn credential(&self) -> String {
        hex::encode(self.credential)
    }

    /// What the page's script sends when it was made for this challenge (base64url): JSON.
    pub fn registration(&self, site: &RelyingParty, challenge: &str) -> String {
        let point = self.key.verifying_key().to_sec1_point(false);
        // `04`, then both coordinates.
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let mut data = Hash::of(site.id.as_bytes()).0.to_vec();
        data.extend(REGISTERS);
        data.extend([0; 16]);
        data.extend([0, self.credential.len() as u8]);
        data.extend(self.credential);
        // A COSE key in CBOR (RFC 9053): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y);
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(data.len() as u8);
        object.extend(data);
        self.answer(json!({
            "attestationObject": text(&object),
            "clientDataJSON": text(client_data("webauthn.create", challenge, site).as_bytes()),
        }))
    }

    /// What the page's script sends when it has signed a challenge (base64url): JSON.
    pub fn signs(&self, site: &RelyingParty, challenge: &str) -> String {
        let client = client_data("webauthn.get", challenge, site);
        let data = [&Hash::of(site.id.as_bytes()).0[..], &SIGNS].concat();
        let message = [&data[..], &Hash::of(client.as_bytes()).0].concat();
        let signature: DerSignature = self.key.sign(&message);
        self.answer(json!({
            "authenticatorData": text(&data),
            "clientDataJSON": text(client.as_bytes()),
            "signature": text(signature.as_bytes()),
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = text(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "extensions": {}, "response": response })
            .to_string()
    }
}

fn client_data(kind: &str, challenge: &str, site: &RelyingParty) -> String {
    let origin = site.origins.first().map(String::as_str).unwrap_or_default();
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false }).to_string()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
