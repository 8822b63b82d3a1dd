//! Signing with a passkey: the form that asks the browser for it, and what the browser answers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_pages::form::CSRF_FIELD;
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::{Lang, Text, passkey_script_path, text};
use bluezone_store::OfficerKeyRecord;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::Assertion;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use std::fmt;

text! {
    NEEDS_SCRIPT, "Để ký bằng passkey, trình duyệt cần bật JavaScript.", "To sign with a passkey the browser needs JavaScript.";
    FAILED, "Passkey không trả lời. Hãy thử lại; nếu vẫn không được, hãy dùng thiết bị giữ passkey đó.",
        "The passkey did not answer. Try again; if that does not help, use the device that holds it."
}

/// Longest answer of a browser that is read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// What the browser filled in. No `Debug` of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    answer: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(..)")
    }
}

/// A `PublicKeyCredential` of `navigator.credentials.get`, as far as a signature needs it: base64url without padding.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    raw_id: String,
    response: Response,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    signature: String,
}

impl Answer {
    /// A signature by one of these keys; unchecked.
    pub fn assertion(&self, keys: &[OfficerKeyRecord]) -> Option<Assertion> {
        let short = Some(&self.answer).filter(|answer| answer.len() <= LONGEST_ANSWER)?;
        let Credential { raw_id, response } = serde_json::from_str(short).ok()?;
        let credential = bytes(&raw_id)?;
        let key = keys.iter().find(|key| key.credential == credential)?;
        Some(Assertion {
            key: Hash(key.id),
            authenticator_data: bytes(&response.authenticator_data)?,
            client_data: bytes(&response.client_data)?,
            signature: bytes(&response.signature)?,
        })
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A form that posts to `action` what one of these keys signed: `challenge`. Only a script can ask a passkey for it.
pub fn form(
    lang: Lang,
    action: &str,
    csrf: &str,
    challenge: &Hash,
    keys: &[&OfficerKeyRecord],
    press: Text,
) -> Markup {
    let allowed: Vec<_> = keys
        .iter()
        .map(|key| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&key.credential) }))
        .collect();
    let options = json!({
        "challenge": URL_SAFE_NO_PAD.encode(challenge.0),
        "allowCredentials": allowed,
        "userVerification": "required",
    });
    html! {
        div data-passkey-place hidden {
            form.form method="post" action=(action) data-passkey="get" data-options=(options)
                data-failed=(FAILED.get(lang)) {
                input type="hidden" name=(CSRF_FIELD) value=(csrf);
                input type="hidden" name="answer";
                p role="status" {}
                div.actions { (button(Weight::Primary, press.get(lang))) }
            }
        }
        noscript { p { (NEEDS_SCRIPT.get(lang)) } }
        script type="module" src=(passkey_script_path()) {}
    }
}
