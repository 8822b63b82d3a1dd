//! The server shows one person, or the keeper, a log of its own, in which the request or the opening stands; the public never
//! sees it.

use super::careless::*;
use crate::scene::*;
use crate::support::*;
use bluezone_transparency::checkpoint::{CheckpointError, FollowError};
use bluezone_transparency::keeper::Refusal;
use bluezone_transparency::monitor::MonitorError;
use bluezone_transparency::release::{FileError, OutgoingRequest, RequestsFile};
use bluezone_transparency::witness::WitnessError;

/// A second log under the same name and key, with another history and the request in it. Its witnesses are two that pretend:
/// pinned keys, but no memory of the public log.
fn fork(scene: &Scene) -> World {
    let mut fork = World::new();
    let entries = [lan().entry(&[]), minh().entry(&[]), scene.request()];
    fork.append(&entries.map(|entry| entry.to_text()));
    fork
}

fn file_of_fork(scene: &Scene, fork: &World, witnessed: bool) -> String {
    let outgoing = OutgoingRequest {
        inclusion: fork.log.tiles().inclusion_proof(2).unwrap(),
        ..scene.outgoing(&scene.request(), 0)
    };
    let outgoing = OutgoingRequest { index: 2, ..outgoing };
    let file = {
        let checkpoint = published(fork);
        let mut rng = rng(10);
        bluezone_transparency::release::write_requests_file(
            &checkpoint,
            &[outgoing],
            &log_signer(),
            NOW,
            &mut rng,
        )
    };
    let file = file.unwrap();
    if witnessed {
        return file;
    }
    // What the server can make alone: the same file with its own signature only.
    let alone = fork.log.signed_head();
    let text: String = file
        .split("\n\n")
        .next()
        .unwrap()
        .lines()
        .map(|line| {
            use base64::Engine as _;
            match line.strip_prefix("checkpoint ") {
                Some(_) => {
                    format!("checkpoint {}\n", base64::engine::general_purpose::STANDARD.encode(&alone))
                }
                None => format!("{line}\n"),
            }
        })
        .collect();
    let line = log_signer().sign(&text, NOW);
    format!("{text}\n{line}")
}

/// The public log: both officers, then something else.
fn public_scene() -> Scene {
    let mut scene = Scene::new();
    scene.log(&[lan().entry(&[])]);
    let file = RequestsFile::read(scene.file_of(&[]).as_bytes(), &policy(), NOW).unwrap();
    scene.catch_up(&file);
    scene
}

#[test]
fn no_witness_signs_a_fork_and_no_phone_believes_it_unsigned() {
    let mut scene = public_scene();
    let fork = fork(&scene);
    let file = file_of_fork(&scene, &fork, false);
    let refused = RequestsFile::read(file.as_bytes(), &policy(), NOW).unwrap_err();
    assert_eq!(refused, FileError::Checkpoint(CheckpointError::TooFewWitnesses { found: 0, needed: 2 }));
    // The witnesses refuse to make it better.
    let body = format!("old 3\n\n{}", fork.log.signed_head());
    let Watching { witness, journal } = &mut scene.world.witnesses[0];
    let asked = witness.add_checkpoint(body.as_bytes(), NOW, journal);
    assert!(matches!(asked, Err(WitnessError::Inconsistent)));
    let body = body.replace("old 3", "old 0");
    assert!(matches!(witness.add_checkpoint(body.as_bytes(), NOW, journal), Err(WitnessError::Conflict(3))));

    // Without the demand for witnesses it succeeds, on a phone that has not read the log before.
    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    let shown = careless(Without::Witnesses).receive(&file, &whole_log(&fork), NOW);
    assert_eq!(shown.unwrap(), scene.statement());
    assert!(careless(Without::Nothing).receive(&file, &whole_log(&fork), NOW).is_err());
    // Without its memory a witness signs it.
    let mut forgetful = Watching::new(1);
    let asked = forgetful.witness.add_checkpoint(body.as_bytes(), NOW, &mut forgetful.journal);
    assert!(asked.is_ok());
}

#[test]
fn a_phone_that_saw_the_log_refuses_a_fork_even_of_colluding_witnesses() {
    let scene = public_scene();
    let fork = fork(&scene);
    let file = file_of_fork(&scene, &fork, true);
    let read = RequestsFile::read(file.as_bytes(), &policy(), NOW).unwrap();
    let mut monitor = scene.monitor.clone();
    let entries = whole_log(&fork);
    let refused = monitor.read(read.checkpoint(), entries[3..].iter().map(Vec::as_slice), &site());
    assert_eq!(refused, Err(MonitorError::Follow(FollowError::Forked { seen: 3, offered: 3 })));
    assert!(scene.requests(&read).is_err(), "and whoever skips the reading gets no further");

    let seen = Some(scene.monitor.head());
    let careless = |without, seen| CarelessPhone { scene: &scene, without, seen };
    assert!(careless(Without::Growth, seen).receive(&file, &entries, NOW).is_ok());
    assert!(careless(Without::Nothing, seen).receive(&file, &entries, NOW).is_err());
    // The residual: colluding witnesses deceive a phone that has seen nothing yet.
    assert!(careless(Without::Nothing, None).receive(&file, &entries, NOW).is_ok());
}

#[test]
fn the_keeper_refuses_an_opening_in_a_fork() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    // The keeper has seen the public log once.
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let public = scene.open_request(Some(&request), &upload, &entry, index);
    scene.keeper_opens(&public).unwrap();

    let mut fork = World::new();
    let other = opening(&upload, terms(), NOW + 1);
    fork.append(&[other.to_text(), "filler".into(), "filler".into(), "filler".into(), "filler".into()]);
    scene.world = fork;
    let asked = scene.open_request(Some(&request), &upload, &other, 0);
    let refused = scene.keeper_opens(&asked).unwrap_err();
    assert!(matches!(refused, Refusal::Follow(FollowError::Forked { seen: 4, offered: 5 })));
    assert!(keeper_without_witnesses(&asked).is_ok(), "what it would have done without that check");
}
