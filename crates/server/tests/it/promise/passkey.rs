//! An officer with a passkey in software, at the console.

use super::world::World;
use crate::console::browser::{Browser, Seen};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_domain::officer::Role;
use bluezone_server::promise::site;
use bluezone_store::PasskeyRecord;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::{Assertion, OfficerKey};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use serde_json::{Value, json};

pub const KEYS: &str = "/console/signing-keys";

pub struct Signatory {
    pub browser: Browser,
    pub key: SigningKey,
    pub credential: Vec<u8>,
}

impl Signatory {
    pub async fn new(world: &World, username: &str, unit: &str, seed: u8) -> Signatory {
        let (officer, browser) = world.town.signed_in(username, Role::ProvincialCdc, unit).await;
        world.town.next_code();
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let signatory = Signatory { browser, key, credential: vec![seed; 20] };
        // As when the officer added it to sign in with.
        let passkey = PasskeyRecord {
            credential_id: signatory.credential.clone(),
            officer: officer.id,
            name: "Điện thoại".to_owned(),
            public_key: signatory.public_key().to_bytes(),
            state: "{}".to_owned(),
            created_at: world.town.clock_now(),
            used_at: None,
        };
        world.town.state.store.add_passkey(&passkey).await.unwrap();
        signatory
    }

    pub fn public_key(&self) -> OfficerKey {
        OfficerKey::from_sec1(self.key.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }

    pub fn id(&self) -> String {
        hex::encode(self.public_key().id().0)
    }

    /// Asks that the passkey may sign.
    pub async fn asks_in(&mut self) -> Seen {
        let page = self.browser.get(KEYS).await;
        self.browser.submit(&page, KEYS, &[("passkey", &hex::encode(&self.credential))]).await
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
        let answer = json!({
            "rawId": text(&self.credential),
            "response": {
                "authenticatorData": text(&assertion.authenticator_data),
                "clientDataJSON": text(&assertion.client_data),
                "signature": text(&assertion.signature),
            },
        });
        self.browser.submit(seen, action, &[("answer", &answer.to_string())]).await
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
    let options = form.split("data-options=\"").nth(1).expect("it asks for a passkey").split('"').next();
    let options: Value = serde_json::from_str(&options.unwrap().replace("&quot;", "\"")).unwrap();
    options["challenge"].as_str().unwrap().to_owned()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
