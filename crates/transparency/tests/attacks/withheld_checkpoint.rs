//! The server logs properly, has it cosigned, and then does not show it: the phone is kept at an old checkpoint, or led back to
//! one, so that its owner never sees who opened what.

use super::careless::*;
use crate::scene::*;
use crate::support::*;
use bluezone_transparency::checkpoint::{CheckpointError, FollowError, LogPolicy};
use bluezone_transparency::keeper::{Keeper, Refusal};
use bluezone_transparency::release::{FileError, RequestError, RequestsFile};

#[test]
fn a_phone_kept_at_an_old_checkpoint_notices_after_a_day() {
    let mut scene = Scene::new();
    let (_, upload) = scene.answered_request();
    let entry = scene.request();
    let old = scene.file(&entry, 2);
    scene.log(&[opening(&upload, terms(), NOW)]);

    let later = NOW + LogPolicy::DEFAULT_MAX_AGE_S + 1;
    let refused = RequestsFile::read(old.as_bytes(), &policy(), later).unwrap_err();
    let age_s = LogPolicy::DEFAULT_MAX_AGE_S + 1;
    let stale = CheckpointError::Stale { age_s, max_age_s: LogPolicy::DEFAULT_MAX_AGE_S };
    assert_eq!(refused, FileError::Checkpoint(stale));
    // The residual: within that day it does not notice.
    assert!(RequestsFile::read(old.as_bytes(), &policy(), later - 1).is_ok());
    // Nor can the server have the old one confirmed again: the witnesses have seen the newer.
    let head = scene.world.log.signed_head();
    assert!(head.contains("\n4\n"));

    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    let entries = whole_log(&scene.world);
    assert!(careless(Without::Freshness).receive(&old, &entries[..3], later).is_ok());
    assert!(careless(Without::Nothing).receive(&old, &entries[..3], later).is_err());
}

#[test]
fn a_phone_is_not_led_back() {
    let mut scene = Scene::new();
    let entry = scene.request();
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let old = scene.file(&entry, index);
    scene.log(&[lan().entry(&[])]);
    let new = scene.file_of(&[]);
    assert!(scene.receive(&new).is_empty());
    let read = RequestsFile::read(old.as_bytes(), &policy(), NOW).unwrap();
    let back = FollowError::RolledBack { seen: 4, offered: 3 };
    assert_eq!(scene.requests(&read).unwrap_err(), RequestError::Follow(back));

    let careless = |without| CarelessPhone { scene: &scene, without, seen: Some(scene.monitor.head()) };
    let entries = whole_log(&scene.world);
    assert!(careless(Without::Growth).receive(&old, &entries[..3], NOW).is_ok());
    assert!(careless(Without::Nothing).receive(&old, &entries[..3], NOW).is_err());
}

#[test]
fn the_keeper_is_not_led_back_either_not_even_by_a_restart() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let old = scene.open_request(Some(&request), &upload, &entry, index);
    scene.log(&[lan().entry(&[])]);
    let new = scene.open_request(Some(&request), &upload, &entry, index);
    scene.keeper_opens(&new).unwrap();
    let lines = scene.journal.0.clone();
    let mut restarted = Keeper::start(keeper_key(), policy(), lines.iter().map(String::as_str)).unwrap();
    let refused = restarted.open(&old, NOW, &mut scene.journal);
    assert!(matches!(refused, Err(Refusal::Follow(FollowError::RolledBack { seen: 5, offered: 4 }))));
    // One that forgets does it.
    let mut forgetful = Keeper::start(keeper_key(), policy(), []).unwrap();
    assert!(forgetful.open(&old, NOW, &mut scene.journal).is_ok());
}
