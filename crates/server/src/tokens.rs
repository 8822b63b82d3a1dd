//! Tokens and certificates: JSON Web Tokens signed with ES256 (gaen.md §2d; RFC 7519, RFC 7518 §3.4).
//!
//! A *token* says that a code was traded in; a *certificate* binds that token to the keys about to be published. Both
//! are signed by keys of our own store and name them in `kid`. The library's own checks of time are switched off: it
//! reads the machine's clock, and ours is a parameter.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use thiserror::Error;

/// No token of ours is longer; longer ones are refused before anything is decoded.
pub const MAX_TOKEN_BYTES: usize = 2048;

/// Clocks of our own machines may differ by this much.
const LEEWAY_S: i64 = 60;

/// Claims of a token. `Debug` hides them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenClaims {
    /// Who issued it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// When, UTC seconds.
    pub iat: i64,
    /// Until when, UTC seconds.
    pub exp: i64,
    /// Which token: its id in the store.
    pub jti: String,
}

/// Claims of a certificate. `Debug` hides them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateClaims {
    /// Who issued it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// When, UTC seconds.
    pub iat: i64,
    /// Until when, UTC seconds.
    pub exp: i64,
    /// From when, UTC seconds.
    pub nbf: i64,
    /// The token it was made from: publishing consumes that token.
    pub jti: String,
    /// `confirmed`, `likely`, `negative` or `contact`.
    pub report_type: String,
    /// Interval in which symptoms began; absent if not known. Of a contact: the first whose keys may be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symptom_onset_interval: Option<IntervalNumber>,
    /// HMAC over the keys, base64.
    pub tekmac: String,
}

/// What both kinds of claims have in common.
pub trait Claims: Serialize + DeserializeOwned {
    /// `iss`.
    fn issuer(&self) -> &str;
    /// `aud`.
    fn audience(&self) -> &str;
    /// First second in which it is valid.
    fn not_before(&self) -> Timestamp;
    /// First second in which it no longer is. `None`: who keeps the record of it decides.
    fn expires(&self) -> Option<Timestamp>;
}

impl Claims for TokenClaims {
    fn issuer(&self) -> &str {
        &self.iss
    }
    fn audience(&self) -> &str {
        &self.aud
    }
    fn not_before(&self) -> Timestamp {
        Timestamp(self.iat)
    }
    /// The store decides: one that has published is answered after its end too.
    fn expires(&self) -> Option<Timestamp> {
        None
    }
}

impl Claims for CertificateClaims {
    fn issuer(&self) -> &str {
        &self.iss
    }
    fn audience(&self) -> &str {
        &self.aud
    }
    fn not_before(&self) -> Timestamp {
        Timestamp(self.nbf)
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(Timestamp(self.exp))
    }
}

impl fmt::Debug for TokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenClaims(..)")
    }
}

impl fmt::Debug for CertificateClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertificateClaims(..)")
    }
}

/// Why a token or certificate is not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum TokenError {
    /// Not three parts of base64url JSON, too long, or not ES256.
    #[error("not a token of this server's form")]
    Malformed,
    /// Signed by nobody we know, altered, or meant for another purpose.
    #[error("not signed by this server for this purpose")]
    Untrusted,
    /// Its time has not come; a clock is wrong.
    #[error("not valid yet: check the clocks of the servers")]
    TooEarly,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// The private key that signs does not read.
    #[error("the signing key cannot be read: run `bluezone admin keys rotate`")]
    SigningKey,
}

/// A token as anybody may have written it: read, not believed.
#[derive(Clone, PartialEq, Eq)]
pub struct UntrustedToken {
    /// Which key is said to have signed it.
    pub kid: String,
    /// The claims' JSON.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

impl fmt::Debug for UntrustedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UntrustedToken(..)")
    }
}

#[derive(Deserialize)]
struct UntrustedHeader {
    alg: String,
    kid: String,
}

/// Takes a token apart without believing it: three parts, ES256, a key id, claims that are a JSON object. Never panics,
/// whatever the text.
pub fn parse_untrusted(token: &str) -> Result<UntrustedToken, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::Malformed);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenError::Malformed);
    };
    let header: UntrustedHeader = json_part(header)?;
    if header.alg != "ES256" {
        return Err(TokenError::Malformed);
    }
    // ES256 signatures are two numbers of 32 bytes.
    match URL_SAFE_NO_PAD.decode(signature) {
        Ok(bytes) if bytes.len() == 64 => {}
        _ => return Err(TokenError::Malformed),
    }
    Ok(UntrustedToken { kid: header.kid, claims: json_part(claims)? })
}

fn json_part<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

/// Signs claims with a P-256 key.
pub fn sign(claims: &impl Claims, kid: &str, private_pem: &str) -> Result<String, TokenError> {
    let key = EncodingKey::from_ec_pem(private_pem.as_bytes()).map_err(|_| TokenError::SigningKey)?;
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &key).map_err(|_| TokenError::SigningKey)
}

/// Checks signature, issuer, audience and time. `public_pem` is the key that [`parse_untrusted`]'s `kid` names.
pub fn verify<C: Claims>(
    token: &str,
    public_pem: &str,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Result<C, TokenError> {
    let key = DecodingKey::from_ec_pem(public_pem.as_bytes()).map_err(|_| TokenError::Untrusted)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims = HashSet::new();
    let claims =
        jsonwebtoken::decode::<C>(token, &key, &validation).map_err(|_| TokenError::Untrusted)?.claims;
    if claims.issuer() != issuer || claims.audience() != audience {
        return Err(TokenError::Untrusted);
    }
    if now < claims.not_before() - LEEWAY_S {
        return Err(TokenError::TooEarly);
    }
    if claims.expires().is_some_and(|end| now >= end) {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_protocol::export::{SignatureInfo, SigningKey};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const NOW: Timestamp = Timestamp(1_700_000_000);

    fn key(seed: u64) -> SigningKey {
        SigningKey::generate(SignatureInfo::new("t", "v1"), &mut StdRng::seed_from_u64(seed))
    }

    fn claims() -> TokenClaims {
        TokenClaims {
            iss: "us".to_owned(),
            aud: "them".to_owned(),
            iat: NOW.0,
            exp: NOW.0 + 100,
            jti: "00112233445566778899aabbccddeeff".to_owned(),
        }
    }

    fn check(token: &str, seed: u64, now: Timestamp) -> Result<TokenClaims, TokenError> {
        verify(token, &key(seed).verifying_key().to_pem(), "us", "them", now)
    }

    #[test]
    fn a_token_is_believed_while_it_lasts_and_by_its_key_only() {
        let token = sign(&claims(), "k1", &key(1).to_pem()).unwrap();
        assert_eq!(parse_untrusted(&token).unwrap().kid, "k1");
        assert_eq!(check(&token, 1, NOW), Ok(claims()));
        assert_eq!(check(&token, 1, NOW + 99), Ok(claims()));
        assert_eq!(check(&token, 1, NOW + 100), Ok(claims()), "its end is for the store to judge");
        assert_eq!(check(&token, 1, NOW - 61), Err(TokenError::TooEarly));
        assert_eq!(check(&token, 2, NOW), Err(TokenError::Untrusted));
        let pem = key(1).verifying_key().to_pem();
        for (issuer, audience) in [("us", "others"), ("others", "them")] {
            assert_eq!(
                verify::<TokenClaims>(&token, &pem, issuer, audience, NOW),
                Err(TokenError::Untrusted)
            );
        }
    }

    #[test]
    fn a_certificate_ends() {
        let certificate = CertificateClaims {
            iss: "us".to_owned(),
            aud: "them".to_owned(),
            iat: NOW.0,
            exp: NOW.0 + 100,
            nbf: NOW.0,
            jti: claims().jti,
            report_type: "likely".to_owned(),
            symptom_onset_interval: None,
            tekmac: String::new(),
        };
        let signed = sign(&certificate, "k1", &key(1).to_pem()).unwrap();
        let pem = key(1).verifying_key().to_pem();
        let check = |now| verify::<CertificateClaims>(&signed, &pem, "us", "them", now);
        assert_eq!(check(NOW + 99), Ok(certificate));
        assert_eq!(check(NOW + 100), Err(TokenError::Expired));
    }

    #[test]
    fn a_changed_character_anywhere_is_refused() {
        let token = sign(&claims(), "k1", &key(1).to_pem()).unwrap();
        for position in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(check(&changed, 1, NOW).is_err(), "character {position}");
        }
    }

    #[test]
    fn other_algorithms_and_garbage_are_no_tokens() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let signature = URL_SAFE_NO_PAD.encode([0; 64]);
        let good = format!("{}.{}.{signature}", part(r#"{"alg":"ES256","kid":"k"}"#), part("{}"));
        assert!(parse_untrusted(&good).is_ok());
        for wrong in [
            String::new(),
            "..".to_owned(),
            format!("{}.{}.{signature}", part(r#"{"alg":"none","kid":"k"}"#), part("{}")),
            format!("{}.{}.{signature}", part(r#"{"alg":"HS256","kid":"k"}"#), part("{}")),
            format!("{}.{}.{signature}", part(r#"{"alg":"ES256"}"#), part("{}")),
            format!("{}.{}.{signature}", part(r#"{"alg":"ES256","kid":"k"}"#), part("[]")),
            format!("{}.{}.", part(r#"{"alg":"ES256","kid":"k"}"#), part("{}")),
            format!("{good}.x"),
            format!("{good}="),
            "é.é.é".to_owned(),
            "a".repeat(MAX_TOKEN_BYTES + 1),
        ] {
            assert_eq!(parse_untrusted(&wrong), Err(TokenError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn debug_hides_claims() {
        assert_eq!(format!("{:?}", claims()), "TokenClaims(..)");
        let token = sign(&claims(), "k1", &key(1).to_pem()).unwrap();
        assert_eq!(format!("{:?}", parse_untrusted(&token).unwrap()), "UntrustedToken(..)");
    }
}
