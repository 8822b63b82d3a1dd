//! What the keeper opens, what it does not, and what it remembers.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::checkpoint::{CheckpointError, FollowError};
use bluezone_transparency::entry::*;
use bluezone_transparency::journal::Journal;
use bluezone_transparency::keeper::*;
use bluezone_transparency::seal::{PrivateKey, Upload};
use std::io;

#[test]
fn it_opens_what_the_log_says_and_only_the_unit_reads_it() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let asked = scene.open_request(Some(&request), &upload, &entry, index);
    let stripped = scene.keeper_opens(&asked).unwrap();
    assert_eq!(upload.open_stripped(&stripped, &scene.unit_key).unwrap(), b"who stood near");
    assert!(upload.open_stripped(&stripped, &keeper_key()).is_err(), "the keeper reads nothing");
    assert_eq!(scene.keeper.openings()[0].upload, upload.hash());
    assert_eq!(scene.keeper.latest(), published(&scene.world).head());
    // A retry, after an answer that was lost, is an opening like the first.
    let again = OpenRequest { consistency: vec![], ..asked };
    assert_eq!(scene.keeper_opens(&again).unwrap(), stripped);
    assert_eq!(scene.keeper.openings().len(), 2);
}

#[test]
fn what_was_sent_unasked_needs_an_opening_too() {
    let mut scene = Scene::new();
    let subject = scene.handle.commit(&mut rng(1));
    let keeper = scene.keeper.public();
    let upload =
        Upload::unasked(line(UNIT), subject, &scene.unit_key.public(), &keeper, b"report", &mut rng(2))
            .unwrap();
    let entry = opening(&upload, terms(), NOW);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let asked = scene.open_request(None, &upload, &entry, index);
    let stripped = scene.keeper_opens(&asked).unwrap();
    assert_eq!(upload.open_stripped(&stripped, &scene.unit_key).unwrap(), b"report");
}

/// What the keeper says when the opening is not quite right.
fn refused(change: impl FnOnce(&mut Opening)) -> Refusal {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let mut entry = opening(&upload, terms(), NOW);
    let Event::Opening(inner) = &mut entry.event else { panic!("it is an opening") };
    change(inner);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let asked = scene.open_request(Some(&request), &upload, &entry, index);
    let refusal = scene.keeper_opens(&asked).unwrap_err();
    assert!(scene.keeper.openings().is_empty() && scene.journal.0.is_empty());
    refusal
}

#[test]
fn an_opening_of_something_else_is_refused() {
    let other = |refusal| matches!(refusal, Refusal::OtherUpload(_));
    assert!(other(refused(|o| o.upload.0[0] ^= 1)));
    assert!(other(refused(|o| o.subject.salt[0] ^= 1)));
    assert!(other(refused(|o| o.request = None)));
    assert!(other(refused(|o| o.terms.unit = line("HN-CDC"))));
    assert!(matches!(refused(|o| o.terms.purpose = line("anything else")), Refusal::OtherTerms));
    assert!(matches!(
        refused(|o| {
            o.terms.scope.kinds.insert(DataKind::Declarations);
        }),
        Refusal::OtherTerms
    ));
    assert!(matches!(refused(|o| o.terms.expires = NOW + 9 * DAY), Refusal::OtherTerms));
}

#[test]
fn a_request_that_is_not_whole_is_refused() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let good = scene.open_request(Some(&request), &upload, &entry, index);
    let mut ask = |change: &dyn Fn(&mut OpenRequest)| {
        let mut asked = good.clone();
        change(&mut asked);
        scene.keeper_opens(&asked).unwrap_err()
    };
    assert!(matches!(ask(&|a| a.statement = None), Refusal::OtherStatement));
    assert!(matches!(ask(&|a| a.statement = Some(vec![])), Refusal::OtherStatement));
    assert!(matches!(ask(&|a| a.entry = b"".to_vec()), Refusal::Format(_)));
    assert!(matches!(ask(&|a| a.entry = lan().entry(&[]).to_text().into()), Refusal::NotAnOpening));
    assert!(matches!(ask(&|a| a.proof.truncate(90)), Refusal::Format(_)));
    assert!(matches!(ask(&|a| a.upload.push(0)), Refusal::OtherUpload(_)));
    let index_changed = |a: &mut OpenRequest| {
        a.proof = String::from_utf8(a.proof.clone()).unwrap().replace("index 3", "index 2").into();
    };
    assert!(matches!(ask(&index_changed), Refusal::NotInLog));
    let later = opening(&upload, terms(), NOW + 1).to_text();
    assert!(matches!(ask(&|a| a.entry = later.clone().into()), Refusal::NotInLog));
    scene.keeper_opens(&good).unwrap();
}

#[test]
fn time_and_key_must_be_right() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    scene.world.now = terms().expires;
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let asked = scene.open_request(Some(&request), &upload, &entry, index);
    assert!(matches!(scene.keeper_opens(&asked), Err(Refusal::Expired)));
    let later = scene.world.now + DAY + 1;
    let stale = scene.keeper.open(&asked, later, &mut scene.journal);
    assert!(matches!(stale, Err(Refusal::Checkpoint(CheckpointError::Stale { .. }))));

    scene.world.now = NOW;
    scene.log(&[minh().entry(&[])]);
    let asked = scene.open_request(Some(&request), &upload, &entry, index);
    let mut other = Keeper::start(PrivateKey::from_bytes(&[34; 32]), policy(), []).unwrap();
    assert!(matches!(other.open(&asked, NOW, &mut scene.journal), Err(Refusal::DoesNotOpen)));
}

/// Cannot write.
struct Full;

impl Journal for Full {
    fn append(&mut self, _: &str) -> io::Result<()> {
        Err(io::Error::other("disk full"))
    }
}

#[test]
fn it_records_before_it_answers_and_remembers_after_a_restart() {
    let mut scene = Scene::new();
    let (request, upload) = scene.answered_request();
    let entry = opening(&upload, terms(), NOW);
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let asked = scene.open_request(Some(&request), &upload, &entry, index);
    assert!(matches!(scene.keeper.open(&asked, NOW, &mut Full), Err(Refusal::Journal(_))));
    assert!(scene.keeper.openings().is_empty() && scene.keeper.latest().size == 0);
    scene.keeper_opens(&asked).unwrap();
    scene.log(&[minh().entry(&[])]);
    let newer = scene.open_request(Some(&request), &upload, &entry, index);
    scene.keeper_opens(&newer).unwrap();

    let lines = || scene.journal.0.iter().map(String::as_str);
    let mut restarted = Keeper::start(keeper_key(), policy(), lines()).unwrap();
    assert_eq!(restarted.openings(), scene.keeper.openings());
    let back = restarted.open(&asked, NOW, &mut Full);
    assert!(matches!(back, Err(Refusal::Follow(FollowError::RolledBack { seen: 5, offered: 4 }))));
    for garbage in ["", "opened", "opened 1 2 3 4 5"] {
        let refused = Keeper::start(keeper_key(), policy(), lines().chain([garbage]));
        assert_eq!(refused.unwrap_err(), DamagedJournal(3));
    }
}
