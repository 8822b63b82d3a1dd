//! Signed notes and what comes in them: checkpoints, requests to a witness, proofs, bundles, uploads, lines of a journal.
#![no_main]

use bluezone_transparency::checkpoint::Checkpoint;
use bluezone_transparency::keeper::OpeningRecord;
use bluezone_transparency::note::{Note, VerifierKey};
use bluezone_transparency::proof::LogProof;
use bluezone_transparency::seal::Upload;
use bluezone_transparency::tiles::read_bundle;
use bluezone_transparency::witness::AddCheckpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.as_str().as_bytes(), data);
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert!(note.text().starts_with(&checkpoint.to_text()));
        }
    }
    if let Ok(request) = AddCheckpoint::parse(data) {
        assert_eq!(request.to_text().as_bytes(), data);
    }
    if let Ok(proof) = LogProof::parse(data) {
        assert_eq!(proof.to_string().as_bytes(), data);
    }
    if let Ok(upload) = Upload::parse(data) {
        assert_eq!(upload.to_bytes(), data);
    }
    let _ = read_bundle(data);
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(key) = text.parse::<VerifierKey>() {
            assert_eq!(key.to_string(), text);
        }
        if let Ok(record) = text.parse::<OpeningRecord>() {
            assert_eq!(record.to_string(), text);
        }
    }
});
