//! Files of place warnings, which every phone downloads.
#![no_main]

use bluezone_protocol::export::{SignatureInfo, VerifyingKey};
use bluezone_protocol::place_warning::{PlaceFile, PlaceKey, is_file_name};
use libfuzzer_sys::fuzz_target;

/// Of `crates/protocol/tests/place_warnings.py`, whose file the fuzzer begins with.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHziTFU5846oPM1v/xIfthPTA8MDe
+z5UKle6WPm3CBNAoQpRs4K4ZZb7CoO59+Xb53y8gmsKRGAzzqvLCYCluA==
-----END PUBLIC KEY-----
";

fuzz_target!(|bytes: &[u8]| {
    let pinned = [VerifyingKey::from_pem(SignatureInfo::new("452", "v1"), PUBLIC).expect("a key")];
    if let Ok(file) = PlaceFile::read(bytes, &pinned) {
        // Only what was signed is read, and the signature covers every byte before it.
        assert_eq!(file.entries.len(), 3);
        assert_eq!(file.opened_by(&PlaceKey::from_bytes([0; 32])).count(), 1);
    }
    if let Ok(name) = std::str::from_utf8(bytes) {
        assert!(!is_file_name(name) || !name.contains(['/', '\\', '%']));
    }
});
