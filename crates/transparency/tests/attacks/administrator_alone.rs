//! Someone who runs the server, and may be an officer as well, asks without a second person: with one signature, with the
//! same passkey twice, with a second passkey of their own, or with colleagues that they invent.

use super::careless::*;
use crate::scene::*;
use crate::support::*;
use bluezone_transparency::entry::Entry;
use bluezone_transparency::officers::OfficersError;
use bluezone_transparency::release::RequestError;

fn refused(scene: &mut Scene, before: &[Entry], entry: &Entry) -> (OfficersError, String) {
    let mut entries = before.to_vec();
    entries.push(entry.clone());
    let index = scene.log(&entries).head().size - 1;
    let file = scene.file(entry, index);
    match scene.receive(&file).remove(0) {
        Err(RequestError::Officers(error)) => (error, file),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_signature_is_not_enough() {
    let mut scene = Scene::new();
    let alone = signed(scene.statement(), &[&lan()]);
    let (error, file) = refused(&mut scene, &[], &alone);
    assert_eq!(error, OfficersError::TooFew(1));
    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    assert!(careless(Without::SecondOfficer).receive(&file, &whole_log(&scene.world), NOW).is_ok());
    assert!(careless(Without::Nothing).receive(&file, &whole_log(&scene.world), NOW).is_err());
}

#[test]
fn two_signatures_of_one_person_are_not_enough() {
    let second = Passkey::new(1, 14);
    let mut scene = Scene::new();
    // Both other officers let Lan's second passkey in, as they may when she gets a new phone.
    let key = second.entry(&[&lan(), &minh()]);
    for by in [[&lan(), &lan()], [&lan(), &second]] {
        let alone = signed(scene.statement(), &by);
        let (error, file) = refused(&mut scene, std::slice::from_ref(&key), &alone);
        assert_eq!(error, OfficersError::SameOfficer);
        let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
        assert!(careless(Without::SecondOfficer).receive(&file, &whole_log(&scene.world), NOW).is_ok());
        assert!(careless(Without::Nothing).receive(&file, &whole_log(&scene.world), NOW).is_err());
    }
}

#[test]
fn colleagues_cannot_be_invented() {
    let (ghost, other) = (Passkey::new(8, 18), Passkey::new(9, 19));
    let mut scene = Scene::new();
    let invented = signed(scene.statement(), &[&ghost, &other]);
    // Each ghost lets the other in.
    let keys = [ghost.entry(&[&other]), other.entry(&[&ghost]), ghost.entry(&[&other, &ghost])];
    let (error, file) = refused(&mut scene, &keys, &invented);
    assert_eq!(error, OfficersError::UnknownKey);
    let careless = |without| CarelessPhone { scene: &scene, without, seen: None };
    assert!(careless(Without::Founding).receive(&file, &whole_log(&scene.world), NOW).is_ok());
    assert!(careless(Without::Nothing).receive(&file, &whole_log(&scene.world), NOW).is_err());
}
