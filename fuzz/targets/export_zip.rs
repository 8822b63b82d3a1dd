//! Export files as they come from a server, or from whoever pretends to be one.
#![no_main]

use bluezone_protocol::export::{ExportError, ExportFile, Limits, SignatureInfo, VerifyingKey};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use std::sync::LazyLock;

/// The keys that signed the seeds, so that genuine files pass and the fuzzer starts from there.
static TRUSTED: LazyLock<Vec<VerifyingKey>> = LazyLock::new(|| {
    let pem = |body| format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
    let key = |id, version, body| {
        VerifyingKey::from_pem(SignatureInfo::new(id, version), &pem(body)).expect("a key of the vectors")
    };
    vec![
        key(
            "some_id",
            "1",
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEml59itec9qzwVojreLXdPNRsUWzf\n\
             YHc1cKvIIi6/H56AJS/kZEYQnfDpxrgyGhdAm+pNN2GAJ3XdnQZ1Sk4amg==",
        ),
        key(
            "310",
            "v1",
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE49JY6kekDgxj3Crm4y6kEHdfoKQF\n\
             SNDM4mV9cgDb+e5nOAw0GeRoRThCu9/wX5wDT2QloFoOjl2pGZHI0f3C3w==",
        ),
    ]
});

fuzz_target!(|data: &[u8]| {
    let limits = Limits { file_bytes: 1 << 20, export_bytes: 4 << 20, keys: 100_000 };
    let Ok(mut file) = ExportFile::open_with(Cursor::new(data), limits) else { return };
    let counts = file.summary().map(|summary| summary.keys + summary.revised);
    let signed = file.verify(&TRUSTED);
    let _ = file.verify_with(&TRUSTED[0]);
    let Ok(keys) = file.keys() else { return };
    let mut read = 0;
    let mut whole = true;
    for item in keys {
        match item {
            Ok(_) | Err(ExportError::Key { .. }) => read += 1,
            Err(_) => whole = false,
        }
    }
    match counts {
        Ok(counted) => assert!(read == counted || !whole, "{read} keys read, {counted} counted"),
        // A file that cannot be read to its end is nobody's.
        Err(_) => assert!(signed.is_err()),
    }
});
