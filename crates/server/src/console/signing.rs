//! Signing with a passkey: the piece of a form that asks the browser for it, and what the browser answers.
//!
//! This is the one thing in the console that needs a script: only a script may ask for a passkey.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::{Lang, Text, signing_script_path, text};
use bluezone_store::OfficerKeyRecord;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::{Assertion, OfficerKey};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    NEEDS_SCRIPT, "Để ký bằng khóa, trình duyệt cần bật JavaScript.", "To sign with a passkey the browser needs JavaScript.";
    FAILED, "Khóa không trả lời. Hãy thử lại; nếu vẫn không được, hãy dùng thiết bị đã đăng ký khóa.",
        "The passkey did not answer. Try again; if that does not help, use the device that it was made on."
}

/// What the browser filled in: base64url without padding. No `Debug` of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    credential: String,
    authenticator_data: String,
    client_data: String,
    signature: String,
    public_key: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(..)")
    }
}

impl Answer {
    /// A signature by one of these keys; unchecked.
    pub fn assertion(&self, keys: &[OfficerKeyRecord]) -> Option<Assertion> {
        let credential = bytes(&self.credential)?;
        let key = keys.iter().find(|key| key.credential == credential)?;
        Some(Assertion {
            key: Hash(key.id),
            authenticator_data: bytes(&self.authenticator_data)?,
            client_data: bytes(&self.client_data)?,
            signature: bytes(&self.signature)?,
        })
    }

    /// A new key, and how its browser calls it. The browser gives a `SubjectPublicKeyInfo`, which for P-256 ends in the point.
    pub fn new_key(&self) -> Option<(OfficerKey, Vec<u8>)> {
        let (info, credential) = (bytes(&self.public_key)?, bytes(&self.credential)?);
        let point = info.last_chunk::<65>()?;
        let named = (1..=1023).contains(&credential.len());
        OfficerKey::from_sec1(point).filter(|_| named).map(|key| (key, credential))
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Asks for a signature over a challenge by one of these keys.
pub fn ask(lang: Lang, challenge: &Hash, keys: &[&OfficerKeyRecord], press: Text) -> Markup {
    let credentials: Vec<_> = keys.iter().map(|key| URL_SAFE_NO_PAD.encode(&key.credential)).collect();
    html! {
        div.stack data-sign="get" data-challenge=(URL_SAFE_NO_PAD.encode(challenge.0))
            data-credentials=(credentials.join(" ")) data-failed=(FAILED.get(lang)) {
            @for name in ["credential", "authenticator_data", "client_data", "signature"] {
                input type="hidden" name=(name) value="";
            }
            (rest(lang, press))
        }
    }
}

/// Asks for a new passkey of this officer.
pub fn make(lang: Lang, party: &str, user: &[u8], name: &str, press: Text) -> Markup {
    html! {
        div.stack data-sign="create" data-party=(party) data-user=(URL_SAFE_NO_PAD.encode(user)) data-name=(name)
            data-failed=(FAILED.get(lang)) {
            @for name in ["credential", "public_key"] { input type="hidden" name=(name) value=""; }
            (rest(lang, press))
        }
    }
}

fn rest(lang: Lang, press: Text) -> Markup {
    html! {
        noscript { p { (NEEDS_SCRIPT.get(lang)) } }
        p role="status" {}
        div.actions { (button(Weight::Primary, press.get(lang))) }
        script type="module" src=(signing_script_path()) {}
    }
}
