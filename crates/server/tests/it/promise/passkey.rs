//! An officer with a passkey in software, at the console.

use super::world::World;
use crate::console::browser::{Browser, Seen};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_domain::officer::Role;
use bluezone_server::promise::site;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::{Assertion, OfficerKey};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};

pub const KEYS: &str = "/console/signing-keys";

pub struct Signatory {
    pub browser: Browser,
    pub key: SigningKey,
    pub credential: Vec<u8>,
}

impl Signatory {
    pub async fn new(world: &World, username: &str, unit: &str, seed: u8) -> Signatory {
        let browser = world.town.signed_in(username, Role::ProvincialCdc, unit).await.1;
        world.town.next_code();
        Signatory { browser, key: SigningKey::from_slice(&[seed; 32]).unwrap(), credential: vec![seed; 20] }
    }

    pub fn id(&self) -> String {
        let point = self.key.verifying_key().to_sec1_point(false);
        hex::encode(OfficerKey::from_sec1(point.as_bytes()).unwrap().id().0)
    }

    /// Registers the key as the page's script does.
    pub async fn asks_in(&mut self) -> Seen {
        let page = self.browser.get(KEYS).await;
        let point = self.key.verifying_key().to_sec1_point(false);
        let info = [&[0x30; 26][..], point.as_bytes()].concat();
        let fields = [("credential", text(&self.credential)), ("public_key", text(&info))];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.submit(&page, KEYS, &fields).await
    }

    /// Signs whatever the form to `action` on a page asks for.
    pub async fn signs(&mut self, world: &World, page: &str, action: &str) -> Seen {
        let seen = self.browser.get(page).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}");
        let challenge = challenge(&seen, action);
        self.signs_challenge(world, &seen, action, &challenge).await
    }

    /// Signs this, whatever the page asks for.
    pub async fn signs_challenge(
        &mut self,
        world: &World,
        seen: &Seen,
        action: &str,
        challenge: &str,
    ) -> Seen {
        let assertion = self.assertion(world, challenge);
        let fields = [
            ("credential", text(&self.credential)),
            ("authenticator_data", text(&assertion.authenticator_data)),
            ("client_data", text(&assertion.client_data)),
            ("signature", text(&assertion.signature)),
        ];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.submit(seen, action, &fields).await
    }

    /// A signature over a challenge, base64url.
    pub fn assertion(&self, world: &World, challenge: &str) -> Assertion {
        let site = site(&world.town.state);
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{}","crossOrigin":false}}"#,
            site.origins[0]
        );
        let mut data = Hash::of(site.id.as_bytes()).0.to_vec();
        data.extend([5, 0, 0, 0, 9]);
        let message = [&data[..], &Hash::of(client.as_bytes()).0].concat();
        let signature: DerSignature = self.key.sign(&message);
        let key = Hash(hex::decode(self.id()).unwrap().try_into().unwrap());
        let (client_data, signature) = (client.into_bytes(), signature.as_bytes().to_vec());
        Assertion { key, authenticator_data: data, client_data, signature }
    }
}

/// Two officers of a unit whose keys found the log.
pub async fn founders(world: &World, unit: &str) -> (Signatory, Signatory) {
    let mut lan = Signatory::new(world, "lan.nguyen", unit, 11).await;
    let mut minh = Signatory::new(world, "minh.le", unit, 12).await;
    for officer in [&mut lan, &mut minh] {
        assert_eq!(officer.asks_in().await.to(), KEYS);
    }
    (lan, minh)
}

pub fn challenge(page: &Seen, action: &str) -> String {
    let form = page.body.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
    let form = form.unwrap_or_else(|| panic!("no form to {action} in {}", page.body));
    let from = form.find("data-challenge=\"").expect("it asks for a passkey") + "data-challenge=\"".len();
    form[from..].split('"').next().unwrap().to_owned()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
