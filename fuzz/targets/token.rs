//! Tokens and certificates as any client may send them.
#![no_main]

// The server's own file, taken in by path: as a dependency the server would bring databases and an HTTP stack into a
// build that needs none of them.
#[path = "../../crates/server/src/tokens.rs"]
#[expect(dead_code, reason = "signing is the server's; only reading is fuzzed")]
mod tokens;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_protocol::time::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokens::{CertificateClaims, TokenClaims, parse_untrusted, verify};

/// Its private half was thrown away: nothing that verifies can have been made by the fuzzer.
const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEml59itec9qzwVojreLXdPNRsUWzf\n\
    YHc1cKvIIi6/H56AJS/kZEYQnfDpxrgyGhdAm+pNN2GAJ3XdnQZ1Sk4amg==\n\
    -----END PUBLIC KEY-----\n";

fn check(token: &str) {
    let _ = parse_untrusted(token);
    let now = Timestamp(1_700_000_000);
    assert!(verify::<TokenClaims>(token, PUBLIC_PEM, "us", "them", now).is_err());
    assert!(verify::<CertificateClaims>(token, PUBLIC_PEM, "us", "them", now).is_err());
}

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        check(text);
    }
    // Lines as the parts of a token, so that the fuzzer works on the JSON inside and not on base64.
    let parts: Vec<_> = data.split(|byte| *byte == b'\n').map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
    check(&parts.join("."));
    // With a signature of the right length the claims are read.
    if let [header, claims, ..] = parts.as_slice() {
        check(&format!("{header}.{claims}.{}", "A".repeat(86)));
    }
});
