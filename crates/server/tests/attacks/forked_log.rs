//! The server logs something and shows another log to some, or shows an old one for as long as it can.

use crate::console::town::UNIT;
use crate::promise::others;
use crate::promise::phone::Phone;
use crate::promise::release::order;
use crate::promise::world::*;
use bluezone_server::jobs;
use bluezone_server::promise::log;
use bluezone_server::promise::outside::Outside;
use bluezone_transparency::checkpoint::{CheckpointError, LogPolicy};
use bluezone_transparency::log::Log;
use bluezone_transparency::note::Note;
use bluezone_transparency::release::{FileError, RequestsFile, write_requests_file};
use bluezone_transparency::storage::MemoryFiles;
use bluezone_transparency::witness::AddCheckpoint;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// The files are thrown away and made anew from a database in which history was changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_with_another_history_finds_no_witness() {
    let world = World::new().await;
    let upload = Phone::new(1).tells(&world, UNIT, "").await;
    let mut officer = world.town.health_officer().await;
    order(&mut officer, &upload).await;
    world.hour().await;
    let shown = world.file("/v1/log/checkpoint").await;
    world.town.database.execute("UPDATE log_entries SET bytes = (SELECT bytes FROM log_entries WHERE number = 0) WHERE number > 0").await;
    // With the files still there: what was written once is not written otherwise.
    delete(&world, "head").await;
    world.town.wait(HOUR);
    let refused = jobs::run_once(&world.town.state).await.unwrap_err().to_string();
    assert!(refused.contains("is there already, with other bytes"), "{refused}");
    // Without them: the server signs another tree, and no witness does.
    std::fs::remove_dir_all(world.town.directory().join("objects/log/tile")).unwrap();
    let refused = jobs::run_once(&world.town.state).await.unwrap_err().to_string();
    assert!(refused.contains("0 of the pinned witnesses"), "{refused}");
    assert_eq!(world.file("/v1/log/checkpoint").await, shown);

    // The check aimed at: a witness without its memory signs the other tree.
    let forgetful = others::Others::new(world.town.clock.clone());
    forgetful.pin(&world.key);
    let head = world.file("/v1/log/head").await;
    let note = Note::parse(&head).unwrap();
    let body = AddCheckpoint { old_size: 0, consistency: Vec::new(), note }.to_text();
    let (status, _) =
        forgetful.post("https://w1.test/add-checkpoint", "text/plain", body.as_bytes()).unwrap();
    assert_eq!(status, 200);
    let (status, _) =
        world.others.post("https://w1.test/add-checkpoint", "text/plain", body.as_bytes()).unwrap();
    assert_ne!(status, 200);
}

/// A requests file whose checkpoint only the server has signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_takes_no_file_of_a_log_that_only_the_server_signed() {
    let world = World::new().await;
    let kept = world.town.state.store.log_state().await.unwrap().unwrap();
    let signer = log::signer(&world.town.state, &kept).unwrap();
    let mut fork = Log::open(MemoryFiles::default(), signer.clone()).unwrap();
    fork.append(&["a request that nobody else sees"]).unwrap();
    let now = world.town.clock_now();
    // The genuine file with the fork's head in it, signed by the log's key.
    let genuine = world.checkpoint().await;
    let file = write_requests_file(&genuine, &[], &signer, now, &mut StdRng::seed_from_u64(1)).unwrap();
    let note = Note::parse(file.as_bytes()).unwrap();
    let base64 = bluezone_protocol::api::encode_base64;
    let text =
        note.text().replace(&base64(genuine.note().as_bytes()), &base64(fork.signed_head().as_bytes()));
    let forged = format!("{text}\n{}", signer.sign(&text, now));
    let refused = RequestsFile::read(forged.as_bytes(), &world.policy(), now).unwrap_err();
    assert_eq!(refused, FileError::Checkpoint(CheckpointError::TooFewWitnesses { found: 0, needed: 2 }));
    // Without the demand for witnesses the fork is what its signature says: the log's.
    let head = Note::parse(fork.signed_head().as_bytes()).unwrap();
    assert_eq!(world.policy().check_log_signature(&head).unwrap().head.size, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_checkpoint_is_noticed_after_a_day() {
    let world = World::new().await;
    let old = world.file("/v1/requests").await;
    let upload = Phone::new(1).tells(&world, UNIT, "").await;
    order(&mut world.town.health_officer().await, &upload).await;
    world.hour().await;
    // The server goes on showing the old files.
    let read = |now| RequestsFile::read(&old, &world.policy(), now);
    let later = world.town.clock_now() - HOUR + LogPolicy::DEFAULT_MAX_AGE_S;
    assert!(read(later).is_ok(), "the residual: within that day nobody notices");
    assert!(matches!(read(later + 1), Err(FileError::Checkpoint(CheckpointError::Stale { .. }))));
    // Without the demand for freshness it would do for ever.
    let note = RequestsFile::read(&old, &world.policy(), later).unwrap().checkpoint().note().to_owned();
    assert!(world.policy().check_undated(note.as_bytes()).is_ok());
}

async fn delete(world: &World, name: &str) {
    let path = object_store::path::Path::from(format!("log/{name}"));
    object_store::ObjectStoreExt::delete(&*world.town.state.objects, &path).await.unwrap();
}
