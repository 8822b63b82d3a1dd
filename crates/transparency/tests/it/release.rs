//! A request on its way to one phone among all.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::checkpoint::{CheckpointError, FollowError};
use bluezone_transparency::entry::*;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::monitor::{Monitor, MonitorError};
use bluezone_transparency::officers::OfficersError;
use bluezone_transparency::release::*;
use bluezone_transparency::seal::PrivateKey;
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Logs an entry and sends it.
fn send(scene: &mut Scene, entry: &Entry) -> Vec<Result<VerifiedRequest, RequestError>> {
    let checkpoint = scene.log(std::slice::from_ref(entry));
    let file = scene.file(entry, checkpoint.head().size - 1);
    scene.receive(&file)
}

fn refused(entry: impl FnOnce(&Scene) -> Entry) -> RequestError {
    let mut scene = Scene::new();
    let entry = entry(&scene);
    send(&mut scene, &entry).remove(0).unwrap_err()
}

fn with(change: impl FnOnce(&mut Statement)) -> RequestError {
    refused(|scene| {
        let mut statement = scene.statement();
        change(&mut statement);
        signed(statement, &[&lan(), &minh()])
    })
}

#[test]
fn a_request_reaches_the_phone_that_it_is_for() {
    let mut scene = Scene::new();
    let entry = scene.request();
    let verified = send(&mut scene, &entry);
    let [Ok(request)] = &verified[..] else { panic!("{verified:?}") };
    assert_eq!(request.statement(), &scene.statement());
    assert_eq!(request.hash(), scene.statement().hash());
    assert_eq!(request.index(), 2);
    assert_eq!(request.officers(), [lan().officer, minh().officer]);
    assert_eq!(request.details(), &scene.details());
    let text = request.statement().to_text();
    assert_eq!(Statement::parse(text.as_bytes()).as_ref(), Ok(request.statement()));
    assert_eq!(format!("{:?}", request.details()), "Details(..)");
}

#[test]
fn to_every_other_phone_the_file_is_noise() {
    let mut scene = Scene::new();
    let entry = scene.request();
    send(&mut scene, &entry).remove(0).unwrap();
    let file = scene.file(&entry, 2);
    scene.phone_key = PrivateKey::generate(&mut rng(99));
    assert!(scene.receive(&file).is_empty());
}

#[test]
fn files_look_alike_however_many_requests_they_hold() {
    let mut scene = Scene::new();
    let entry = scene.request();
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let outgoing = scene.outgoing(&entry, index);
    let lengths = |count: usize| {
        let file = scene.file_of(&vec![outgoing.clone(); count]);
        let read = RequestsFile::read(file.as_bytes(), &policy(), NOW).unwrap();
        let lines: BTreeSet<_> = file.lines().filter(|l| l.starts_with("request ")).map(str::len).collect();
        assert_eq!(lines.len(), 1, "all envelopes have one length");
        (read.len(), file.len())
    };
    assert_eq!(lengths(0), lengths(4));
    assert_eq!(lengths(4).0, MIN_ENVELOPES);
    assert_eq!(lengths(5).0, 8);
    assert_eq!(lengths(8), lengths(5));
}

#[test]
fn what_is_not_as_it_must_be_has_its_own_error() {
    assert_eq!(
        refused(|scene| signed(scene.statement(), &[&lan()])),
        RequestError::Officers(OfficersError::TooFew(1))
    );
    let foreign = Line::new("HN-CDC").unwrap();
    assert_eq!(with(|s| s.terms.unit = foreign), RequestError::Officers(OfficersError::OtherUnit));
    assert_eq!(with(|s| s.details = Hash::of(b"other words")), RequestError::OtherDetails);
    assert_eq!(with(|s| s.issued = NOW + CLOCK_TOLERANCE_S + 1), RequestError::NotYet);
    assert_eq!(with(|s| s.terms.expires = NOW), RequestError::Expired);
    assert_eq!(with(|s| s.terms.expires = NOW + MAX_VALIDITY_S + 1), RequestError::OpenTooLong);
    assert_eq!(with(|s| s.terms.scope.from = NOW - MAX_LOOK_BACK_S - 1), RequestError::ScopeTooWide);
    assert_eq!(with(|s| s.terms.scope.until = NOW + 1), RequestError::ScopeTooWide);
    let other = SubjectHandle::generate(&mut rng(50)).commit(&mut rng(51));
    assert_eq!(with(|s| s.subject = other), RequestError::NotForThisPhone);
    let past = NOW - DAY / 2;
    assert_eq!(with(|s| s.issued = past), RequestError::ScopeTooWide, "days after it was made");
}

#[test]
fn only_what_the_log_holds_is_shown() {
    let mut scene = Scene::new();
    let entry = scene.request();
    scene.log(&[entry.clone(), minh().entry(&[])]);
    let mut elsewhere = scene.outgoing(&entry, 2);
    elsewhere.index = 3;
    let mut unlogged = scene.outgoing(&entry, 2);
    unlogged.entry = signed(Statement { id: RequestId([6; 16]), ..scene.statement() }, &[&lan(), &minh()]);
    for outgoing in [elsewhere, unlogged] {
        let file = scene.file_of(&[outgoing]);
        assert_eq!(scene.receive(&file), [Err(RequestError::NotInLog)]);
    }
}

#[test]
fn one_request_is_shown_once() {
    let mut scene = Scene::new();
    let entry = scene.request();
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let outgoing = scene.outgoing(&entry, index);
    let file = scene.file_of(&[outgoing.clone(), outgoing]);
    let received = scene.receive(&file);
    assert!(received[0].is_ok());
    assert_eq!(received[1], Err(RequestError::Replayed));
    scene.answered.insert(scene.statement().hash());
    assert_eq!(scene.receive(&file), [Err(RequestError::Replayed), Err(RequestError::Replayed)]);
}

#[test]
fn the_log_must_have_been_read_up_to_the_file() {
    let mut scene = Scene::new();
    let entry = scene.request();
    let file = send_file(&mut scene, &entry);
    assert_eq!(scene.requests(&file).unwrap_err(), RequestError::LogNotRead { read: 0, of: 3 });
    scene.catch_up(&file);
    scene.requests(&file).unwrap().remove(0).unwrap();
    let newer = send_file(&mut scene, &minh().entry(&[]));
    scene.catch_up(&newer);
    let back = FollowError::RolledBack { seen: 4, offered: 3 };
    assert_eq!(scene.requests(&file).unwrap_err(), RequestError::Follow(back));
}

fn send_file(scene: &mut Scene, entry: &Entry) -> RequestsFile {
    let index = scene.log(std::slice::from_ref(entry)).head().size - 1;
    let outgoing = scene.outgoing(entry, index);
    let requests = if matches!(entry.event, Event::Request(_)) { vec![outgoing] } else { vec![] };
    let file = scene.file_of(&requests);
    RequestsFile::read(file.as_bytes(), &policy(), NOW).unwrap()
}

#[test]
fn a_changed_file_is_refused() {
    let mut scene = Scene::new();
    let entry = scene.request();
    let index = scene.log(std::slice::from_ref(&entry)).head().size - 1;
    let file = scene.file(&entry, index);
    let read = |bytes: &[u8]| RequestsFile::read(bytes, &policy(), NOW);
    let read_file = read(file.as_bytes()).unwrap();
    assert!(read_file.issued() == NOW && !read_file.is_empty());
    for place in (0..file.len()).step_by(61) {
        let mut changed = file.clone().into_bytes();
        changed[place] ^= 1;
        assert!(read(&changed).is_err(), "byte {place}");
    }
    let resigned = |text: &str| {
        let line = log_signer().sign(text, NOW);
        read(format!("{text}\n{line}").as_bytes()).unwrap_err()
    };
    let text = file.split("\n\n").next().unwrap().to_owned() + "\n";
    assert!(matches!(resigned(&text.replace(ORIGIN, "other")), FileError::Format(_)));
    let witness = scene.world.log.signed_head();
    let own_word = text.lines().map(|l| {
        if l.starts_with("checkpoint ") {
            format!("checkpoint {}\n", encode(&witness))
        } else {
            format!("{l}\n")
        }
    });
    let error = resigned(&own_word.collect::<String>());
    assert_eq!(error, FileError::Checkpoint(CheckpointError::TooFewWitnesses { found: 0, needed: 2 }));
    let other = witness_signer(1).sign(&text, NOW);
    let unsigned = read(format!("{text}\n{other}").as_bytes()).unwrap_err();
    assert_eq!(unsigned, FileError::NotSigned(ORIGIN.into()));
}

fn encode(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn requests_that_do_not_fit_or_are_none_do_not_go_out() {
    let mut scene = Scene::new();
    let long = Line::new("ế".repeat(133)).unwrap();
    let mut statement = scene.statement();
    (statement.terms.unit, statement.terms.basis, statement.terms.purpose) =
        (line(UNIT), long.clone(), long.clone());
    let entry = signed(statement, &[&lan(), &minh()]);
    let index = scene.log(&[entry.clone(), lan().entry(&[])]).head().size - 2;
    let mut outgoing = scene.outgoing(&entry, index);
    outgoing.details.text = long;
    // The longest texts and a proof in a log of 2^40 entries.
    outgoing.inclusion = vec![Hash::of(b""); 40];
    let checkpoint = published(&scene.world);
    let write = |outgoing: OutgoingRequest| {
        write_requests_file(&checkpoint, &[outgoing], &log_signer(), NOW, &mut rng(1)).map(drop)
    };
    assert!(write(outgoing.clone()).is_ok());
    let mut other = outgoing.clone();
    other.entry = lan().entry(&[]);
    assert!(write(other).is_err());
    outgoing.inclusion = vec![Hash::of(b""); 100];
    assert!(write(outgoing).is_err());
}

#[test]
fn reading_the_log_goes_forward_and_all_or_nothing() {
    let mut scene = Scene::new();
    let first = published(&scene.world);
    let entries = new_entries(&scene.world, &scene.monitor, &first);
    let slices = |entries: &[Vec<u8>]| entries.to_vec();
    let mut monitor = Monitor::default();
    let read = |monitor: &mut Monitor, checkpoint: &_, entries: Vec<Vec<u8>>| {
        monitor.read(checkpoint, entries.iter().map(Vec::as_slice), &site())
    };
    let incomplete = MonitorError::Incomplete { expected: 2, given: 1 };
    assert_eq!(read(&mut monitor, &first, slices(&entries[1..])), Err(incomplete));
    let swapped = vec![entries[1].clone(), entries[0].clone()];
    let forked = MonitorError::Follow(FollowError::Forked { seen: 0, offered: 2 });
    assert_eq!(read(&mut monitor, &first, swapped), Err(forked));
    assert_eq!(monitor, Monitor::default(), "nothing of it stays");
    assert_eq!(read(&mut monitor, &first, slices(&entries)).unwrap().len(), 2);
    assert_eq!(monitor.officers().standing(NOW).count(), 2);
    // An entry of a kind to come.
    let second = scene.world.append(&["bluezone/entry/v2\n"]);
    let later = read(&mut monitor, &second, vec![b"bluezone/entry/v2\n".to_vec()]).unwrap();
    assert!(later[0].0 == 2 && later[0].1.is_err());
    let back = MonitorError::Follow(FollowError::RolledBack { seen: 3, offered: 2 });
    assert_eq!(read(&mut monitor, &first, vec![]), Err(back));
    let stored = serde_json::to_string(&monitor).unwrap();
    assert_eq!(serde_json::from_str::<Monitor>(&stored).unwrap(), monitor);
    scene.monitor = monitor;
}

proptest! {
    #[test]
    fn any_bytes_are_a_file_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(RequestsFile::read(&bytes, &policy(), NOW).is_err());
        let _ = Statement::parse(&bytes);
    }
}
