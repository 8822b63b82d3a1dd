//! The files that phones download beside the log: requests and units. Random bytes never carry the log's signature, so it is
//! put on what was drawn.
#![no_main]

use bluezone_transparency::Timestamp;
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::note::{SignatureKind, Signer};
use bluezone_transparency::release::RequestsFile;
use bluezone_transparency::units::UnitsFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let log = Signer::from_seed("log.example/fuzz", SignatureKind::Ed25519, &[1; 32]).expect("a good name");
    let witness = |name, seed| {
        let signer = Signer::from_seed(name, SignatureKind::Cosignature, &[seed; 32]);
        signer.expect("a good name").verifier().clone()
    };
    let witnesses = vec![witness("w.example/1", 2), witness("w.example/2", 3)];
    let key = log.verifier().clone();
    let policy = LogPolicy::new(key, witnesses, 2, 86_400).expect("two witnesses");
    let now = Timestamp(1_795_000_000);
    let read = |bytes: &[u8]| {
        if let Ok(file) = UnitsFile::read(bytes, log.verifier()) {
            assert!(file.units().windows(2).all(|pair| pair[0].code.as_str() < pair[1].code.as_str()));
            let written = file.write(&log, now);
            assert!(UnitsFile::read(written.as_bytes(), log.verifier()).is_ok_and(|again| again == file));
        }
        // Its checkpoint has no witnesses: it is refused, however it looks.
        assert!(RequestsFile::read(bytes, &policy, now).is_err());
    };
    read(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let text = format!("{}\n", text.trim_end_matches('\n'));
        let line = log.sign(&text, now);
        read(format!("{text}\n{line}").as_bytes());
    }
});
