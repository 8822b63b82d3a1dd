//! A province's own sign-on: OpenID Connect, authorization code with PKCE and nonce (OpenID Connect Core 1.0 §3.1; RFC 7636).
//!
//! Who an account belongs to was settled before, by the officer, signed in here: an unknown account opens nothing and makes
//! nothing. Whether there was a second factor is the province's affair.

use crate::promise::outside::{Answer, Outside};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_protocol::time::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// Clocks of the two servers may differ by this much.
const LEEWAY_S: i64 = 60;
/// Longest name of an account elsewhere, in bytes (OpenID Connect Core §2).
const LONGEST_SUBJECT: usize = 255;
/// Signatures that count. Never one with a shared secret, never none.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256];

/// A sign-on that officers of some units may use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOnConfig {
    /// Names it in addresses: letters, digits and dashes.
    pub id: String,
    /// Its name on the button.
    pub name: String,
    /// The issuer, exactly as its tokens name it; `/.well-known/openid-configuration` is found under it.
    pub issuer: String,
    /// What it calls this console.
    pub client_id: String,
    /// What this console proves itself with, if the issuer wants that.
    #[serde(default)]
    pub client_secret: Option<ClientSecret>,
    /// Codes of the units whose officers may sign in there.
    pub units: Vec<String>,
}

impl SignOnConfig {
    /// Whether it can work: an address that nobody on the way can change, and a plain id.
    pub fn is_sound(&self) -> bool {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let id = (1..=32).contains(&self.id.len()) && self.id.bytes().all(plain);
        id && self.issuer.starts_with("https://") && !self.client_id.is_empty() && !self.name.is_empty()
    }
}

/// A secret. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientSecret(pub String);

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(redacted)")
    }
}

/// Why somebody is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum SignOnError {
    /// No answer, or none that can be used.
    #[error("the sign-on does not answer as OpenID Connect says")]
    Unreachable,
    /// Its own description names another issuer, or addresses without https.
    #[error("the sign-on describes itself as another one")]
    OtherIssuer,
    /// It did not take the code.
    #[error("the sign-on refuses the code")]
    CodeRefused,
    /// Not signed by it with an algorithm that counts.
    #[error("the token is not signed by the sign-on")]
    Signature,
    /// For another console, another sign-in, another time, or about nobody.
    #[error("the token is not for this sign-in")]
    Claims,
}

/// What is kept between the two halves. It must not leave the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// [`SignOnConfig::id`].
    pub sign_on: String,
    nonce: String,
    verifier: String,
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("sign_on", &self.sign_on).finish_non_exhaustive()
    }
}

impl Pending {
    /// Of two random texts, each of 43 characters of base64url.
    pub fn new(config: &SignOnConfig, nonce: &str, verifier: &str) -> Self {
        Pending { sign_on: config.id.clone(), nonce: nonce.to_owned(), verifier: verifier.to_owned() }
    }
}

#[derive(Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    azp: Option<String>,
}

/// Where to send the browser. `state` comes back with it. Blocks.
pub fn address(
    outside: &dyn Outside,
    config: &SignOnConfig,
    pending: &Pending,
    state: &str,
    return_to: &str,
) -> Result<String, SignOnError> {
    let description = describe(outside, config)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&pending.verifier));
    let query = form(&[
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", &config.client_id),
        ("redirect_uri", return_to),
        ("state", state),
        ("nonce", &pending.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let joint = if description.authorization_endpoint.contains('?') { '&' } else { '?' };
    Ok(format!("{}{joint}{query}", description.authorization_endpoint))
}

/// Trades the code for a token and checks it: the account's name at the issuer. Blocks.
pub fn subject(
    outside: &dyn Outside,
    config: &SignOnConfig,
    pending: &Pending,
    code: &str,
    return_to: &str,
    now: Timestamp,
) -> Result<String, SignOnError> {
    let description = describe(outside, config)?;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", return_to),
        ("client_id", &config.client_id),
        ("code_verifier", &pending.verifier),
    ];
    if let Some(ClientSecret(secret)) = &config.client_secret {
        fields.push(("client_secret", secret));
    }
    let body = form(&fields);
    let answer =
        outside.post(&description.token_endpoint, "application/x-www-form-urlencoded", body.as_bytes());
    let tokens: Tokens = match answer {
        Ok((200, body)) => serde_json::from_slice(&body).map_err(|_| SignOnError::Unreachable)?,
        Ok(_) => return Err(SignOnError::CodeRefused),
        Err(_) => return Err(SignOnError::Unreachable),
    };
    let keys: JwkSet = json(outside.get(&description.jwks_uri))?;
    check(&tokens.id_token, &keys, config, &pending.nonce, now)
}

fn describe(outside: &dyn Outside, config: &SignOnConfig) -> Result<Description, SignOnError> {
    let url = format!("{}/.well-known/openid-configuration", config.issuer.trim_end_matches('/'));
    let description: Description = json(outside.get(&url))?;
    let addresses = [&description.authorization_endpoint, &description.token_endpoint, &description.jwks_uri];
    let safe = addresses.iter().all(|address| address.starts_with("https://"));
    if description.issuer == config.issuer && safe { Ok(description) } else { Err(SignOnError::OtherIssuer) }
}

/// The subject of an ID token, if it is signed by one of these keys for this console, this sign-in and this time.
fn check(
    token: &str,
    keys: &JwkSet,
    config: &SignOnConfig,
    nonce: &str,
    now: Timestamp,
) -> Result<String, SignOnError> {
    let header = decode_header(token).map_err(|_| SignOnError::Signature)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(SignOnError::Signature);
    }
    // Of several keys the token must say which; the only one need not be named.
    let key = match (&header.kid, &keys.keys[..]) {
        (Some(kid), _) => keys.find(kid),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let key =
        DecodingKey::from_jwk(key.ok_or(SignOnError::Signature)?).map_err(|_| SignOnError::Signature)?;
    let mut wanted = Validation::new(header.alg);
    wanted.set_issuer(&[&config.issuer]);
    wanted.set_audience(&[&config.client_id]);
    wanted.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    // The library reads the machine's clock; ours is a parameter.
    wanted.validate_exp = false;
    let claims = decode::<Claims>(token, &key, &wanted).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => SignOnError::Signature,
        _ => SignOnError::Claims,
    })?;
    let Claims { sub, exp, iat, nonce: given, azp } = claims.claims;
    let in_time = now.0 < exp.saturating_add(LEEWAY_S) && iat <= now.0.saturating_add(LEEWAY_S);
    let ours = given.as_deref() == Some(nonce) && azp.is_none_or(|azp| azp == config.client_id);
    if !in_time || !ours || !(1..=LONGEST_SUBJECT).contains(&sub.len()) {
        return Err(SignOnError::Claims);
    }
    Ok(sub)
}

fn json<T: DeserializeOwned>(answer: std::io::Result<Answer>) -> Result<T, SignOnError> {
    match answer {
        Ok((200, body)) => serde_json::from_slice(&body).map_err(|_| SignOnError::Unreachable),
        _ => Err(SignOnError::Unreachable),
    }
}

/// `application/x-www-form-urlencoded`.
fn form(fields: &[(&str, &str)]) -> String {
    use crate::console::routes::encoded;
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}
