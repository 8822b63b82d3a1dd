//! A small OpenID Connect provider: it describes itself, checks codes with PKCE, and signs tokens with a real key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_server::promise::outside::{Answer, Outside};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::SecretKey;
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

pub const ISSUER: &str = "https://sso.thainguyen.example";
pub const CLIENT: &str = "bluezone-console";
pub const SECRET: &str = "canary client secret";

/// What somebody who signed in there is known for until the code is traded.
struct Entered {
    challenge: String,
    return_to: String,
    token: String,
}

pub struct Provider {
    key: SecretKey,
    /// Replaces its description of itself.
    pub described: Mutex<Option<Value>>,
    codes: Mutex<HashMap<String, Entered>>,
}

impl Provider {
    pub fn new() -> Self {
        Provider { key: secret_key(1), described: Mutex::default(), codes: Mutex::default() }
    }

    /// The claims of an honest token.
    pub fn claims(&self, nonce: &str, subject: &str, now: i64) -> Value {
        json!({ "iss": ISSUER, "aud": CLIENT, "sub": subject, "nonce": nonce, "iat": now, "exp": now + 300 })
    }

    pub fn sign(&self, claims: &Value) -> String {
        signed(&self.key, Some("k1"), claims)
    }

    /// Somebody signs in with the address that the console gave; the code that the browser carries back brings this token.
    pub fn enter(&self, address: &str, token: String) -> String {
        let query = query(address);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT);
        assert_eq!(query["code_challenge_method"], "S256");
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        let (challenge, return_to) = (query["code_challenge"].clone(), query["redirect_uri"].clone());
        codes.insert(code.clone(), Entered { challenge, return_to, token });
        code
    }

    fn description(&self) -> Value {
        let honest = json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/keys"),
        });
        self.described.lock().unwrap().clone().unwrap_or(honest)
    }

    fn keys(&self) -> Value {
        let point = self.key.public_key().to_sec1_bytes();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "use": "sig", "x": x, "y": y }] })
    }
}

impl Outside for Provider {
    fn get(&self, url: &str) -> io::Result<Answer> {
        let answer = match url.strip_prefix(ISSUER) {
            Some("/.well-known/openid-configuration") => self.description(),
            Some("/keys") => self.keys(),
            _ => return Ok((404, Vec::new())),
        };
        Ok((200, answer.to_string().into_bytes()))
    }

    fn post(&self, url: &str, content_type: &str, body: &[u8]) -> io::Result<Answer> {
        assert_eq!((url, content_type), (&*format!("{ISSUER}/token"), "application/x-www-form-urlencoded"));
        let sent = query(&format!("?{}", String::from_utf8_lossy(body)));
        let entered = self.codes.lock().unwrap().remove(&sent["code"]);
        let right = entered.filter(|entered| {
            URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"])) == entered.challenge
                && sent["redirect_uri"] == entered.return_to
                && sent["client_secret"] == SECRET
        });
        Ok(match right {
            Some(entered) => (200, json!({ "id_token": entered.token }).to_string().into_bytes()),
            None => (400, br#"{"error":"invalid_grant"}"#.to_vec()),
        })
    }
}

pub fn secret_key(seed: u64) -> SecretKey {
    use p256::elliptic_curve::Generate;
    SecretKey::generate_from_rng(&mut StdRng::seed_from_u64(seed))
}

pub fn signed(key: &SecretKey, kid: Option<&str>, claims: &Value) -> String {
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::ES256) };
    encode(&header, claims, &EncodingKey::from_ec_pem(pem.as_bytes()).unwrap()).unwrap()
}

/// The query of an address, decoded.
pub fn query(address: &str) -> HashMap<String, String> {
    let pairs = address.split_once('?').unwrap().1.split('&');
    pairs
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
