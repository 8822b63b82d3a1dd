//! The second factor: a six-digit code that changes every 30 seconds (RFC 6238, SHA-1 as every app understands it).

use bluezone_protocol::time::Timestamp;
use rand::Rng;
use std::fmt;
use thiserror::Error;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Seconds that one code is shown.
pub const STEP_S: i64 = 30;
/// Digits of a code.
pub const DIGITS: u8 = 6;
/// Codes of this many steps before and after now are taken: the phone's clock may be off by half a minute.
const SKEW: u16 = 1;
/// Name of the service in the officer's authenticator app.
const ISSUER: &str = "Bluezone";

/// The bytes that are not a TOTP secret of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("a TOTP secret is 20 bytes, 32 characters in base32")]
pub struct BadTotpSecret;

/// What the officer's authenticator app and we both know: 160 bits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; 20]);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(redacted)")
    }
}

impl TotpSecret {
    /// A new one.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; 20];
        rng.fill_bytes(&mut bytes);
        TotpSecret(bytes)
    }

    /// From the 20 bytes that were sealed in the database.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadTotpSecret> {
        bytes.try_into().map(TotpSecret).map_err(|_| BadTotpSecret)
    }

    /// From the base32 text that people type into an authenticator app.
    pub fn from_base32(text: &str) -> Result<Self, BadTotpSecret> {
        let secret = Secret::try_from_base32(text).map_err(|_| BadTotpSecret)?;
        TotpSecret::from_bytes(secret.as_ref())
    }

    /// The 20 bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The text to type where a QR code cannot be scanned: 32 characters of base32.
    pub fn base32(&self) -> String {
        Secret::from(self.0.to_vec()).to_base32()
    }

    /// The `otpauth://` address that an authenticator app scans.
    pub fn uri(&self, username: &str) -> String {
        self.totp(username).to_url().expect("a username holds no colon, and SHA-1 has a name")
    }

    /// The code that the officer's app shows at `now`.
    pub fn code(&self, now: Timestamp) -> String {
        self.totp("").generate(seconds(now)).to_string()
    }

    /// The step that a code belongs to, if it is right at `now`. The caller refuses a step that was used before.
    pub fn check(&self, code: &str, now: Timestamp) -> Option<i64> {
        self.totp("").check(code, seconds(now)).and_then(|step| i64::try_from(step).ok())
    }

    fn totp(&self, username: &str) -> Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP_S.unsigned_abs())
            .with_issuer(Some(ISSUER))
            .with_account_name(username)
            .with_secret(self.0.to_vec())
            .build_noncompliant()
    }
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1: the secret of its table, last six digits of its eight.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(Timestamp(at)), code);
            assert_eq!(secret.check(code, Timestamp(at)), Some(at / STEP_S));
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_further() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        let at = Timestamp(1_234_567_890);
        let code = secret.code(at);
        for (late, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(secret.check(&code, Timestamp(at.0 + late)).is_some(), taken, "{late} s");
        }
        for wrong in ["", "00592", "0059240", "+05924", "００5924"] {
            assert_eq!(secret.check(wrong, at), None);
        }
        assert_eq!(
            secret.check(&secret.code(Timestamp(0)), Timestamp(-5)),
            Some(0),
            "before 1970 is no panic"
        );
    }

    #[test]
    fn the_secret_travels_as_text_and_as_an_address() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::from_base32(&secret.base32()), Ok(secret.clone()));
        assert_eq!(TotpSecret::from_base32("GEZDG"), Err(BadTotpSecret));
        let uri = secret.uri("an.nguyen");
        assert!(
            uri.starts_with("otpauth://totp/Bluezone:an.nguyen?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{uri}"
        );
        assert_eq!(format!("{secret:?}"), "TotpSecret(redacted)");
    }
}
