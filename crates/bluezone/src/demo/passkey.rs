//! An officer's passkey, in software: what a phone or a security key does when the console's page asks it to sign.

use crate::system::os_rng;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::RelyingParty;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use rand::RngExt;

/// Before the point of a P-256 key, in a SubjectPublicKeyInfo (RFC 5480): what `getPublicKey()` of a browser gives.
const INFO: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// User present and verified, and a counter.
const FLAGS: [u8; 5] = [0b101, 0, 0, 0, 1];

/// Fields of a form.
pub type Fields = Vec<(&'static str, String)>;

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

    /// What the page sends when it was made.
    pub fn registration(&self) -> Fields {
        let point = self.key.verifying_key().to_sec1_point(false);
        let info = [&INFO[..], point.as_bytes()].concat();
        vec![("credential", text(&self.credential)), ("public_key", text(&info))]
    }

    /// What the page sends when it has signed a challenge (base64url).
    pub fn signs(&self, site: &RelyingParty, challenge: &str) -> Fields {
        let origin = site.origins.first().map(String::as_str).unwrap_or_default();
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#
        );
        let data = [&Hash::of(site.id.as_bytes()).0[..], &FLAGS].concat();
        let message = [&data[..], &Hash::of(client.as_bytes()).0].concat();
        let signature: DerSignature = self.key.sign(&message);
        vec![
            ("credential", text(&self.credential)),
            ("authenticator_data", text(&data)),
            ("client_data", text(client.as_bytes())),
            ("signature", text(signature.as_bytes())),
        ]
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
