//! The server has everything but the keeper's key - its database, the log's key, the unit's key, every upload - and opens an
//! upload without an entry in the public log.

use super::careless::*;
use crate::scene::*;
use crate::support::*;
use bluezone_transparency::checkpoint::CheckpointError;
use bluezone_transparency::keeper::{OpenRequest, Refusal};
use bluezone_transparency::log::Log;
use bluezone_transparency::proof::LogProof;
use bluezone_transparency::seal::{PrivateKey, open};
use bluezone_transparency::storage::MemoryFiles;

#[test]
fn without_the_keepers_key_nothing_opens() {
    let mut scene = Scene::new();
    let (_, upload) = scene.answered_request();
    let bytes = upload.to_bytes();
    let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let (context, sealed) = (&bytes[..=split], &bytes[split + 2..]);
    for key in [scene.unit_key.clone(), scene.phone_key.clone(), PrivateKey::generate(&mut rng(1))] {
        for info in [&b"bluezone/upload/keeper/v1"[..], b"bluezone/upload/unit/v1"] {
            assert!(open(&key, info, context, sealed).is_err());
        }
        assert!(upload.open_stripped(sealed, &key).is_err());
    }
    // The residual: both keys in one hand open silently.
    let stripped = open(&keeper_key(), b"bluezone/upload/keeper/v1", context, sealed).unwrap();
    assert_eq!(upload.open_stripped(&stripped, &scene.unit_key).unwrap(), b"who stood near");
}

#[test]
fn the_keeper_wants_the_entry_in_the_log_that_everybody_sees() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);

    // No entry: the proof is that of another one.
    let unlogged = scene.open_request(Some(&request), &upload, &entry, 2);
    assert!(matches!(scene.keeper_opens(&unlogged), Err(Refusal::NotInLog)));

    // An entry in a log that only the server has signed.
    let entries = whole_log(&scene.world);
    let mut private = Log::open(MemoryFiles::default(), log_signer()).unwrap();
    private.append(&entries).unwrap();
    private.append(&[entry.to_text()]).unwrap();
    let inclusion = private.tiles().inclusion_proof(3).unwrap();
    let proof = LogProof { index: 3, inclusion, checkpoint: private.signed_head() };
    let alone = OpenRequest { proof: proof.to_string().into(), consistency: vec![], ..unlogged.clone() };
    let refused = scene.keeper_opens(&alone).unwrap_err();
    assert!(matches!(refused, Refusal::Checkpoint(CheckpointError::TooFewWitnesses { found: 0, needed: 2 })));
    assert!(scene.journal.0.is_empty());

    // Without the demand for witnesses, or for any entry, it would have been opened.
    let stripped = keeper_without_witnesses(&alone).unwrap();
    assert!(upload.open_stripped(&stripped, &scene.unit_key).is_ok());
    assert!(keeper_without_witnesses(&unlogged).is_err());
    assert!(upload.open_stripped(&careless_keeper(&unlogged), &scene.unit_key).is_ok());
}

#[test]
fn an_opening_that_stands_there_opens_nothing_else() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let keeper = scene.keeper.public();
    let other =
        bluezone_transparency::seal::Upload::answer(&request, &keeper, b"another", &mut rng(77)).unwrap();
    let swapped = scene.open_request(Some(&request), &other, &entry, index);
    assert!(matches!(scene.keeper_opens(&swapped), Err(Refusal::OtherUpload("the upload"))));
    assert!(other.open_stripped(&careless_keeper(&swapped), &scene.unit_key).is_ok());
}
