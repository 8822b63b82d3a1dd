//! A whole log, checked by someone who was not there.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::entry::*;
use bluezone_transparency::merkle::{Hash, TreeHead};
use bluezone_transparency::officers::OfficersError;
use bluezone_transparency::storage::MemoryFiles;
use bluezone_transparency::verify::*;

fn audit(scene: &Scene) -> Result<Audit, VerifyError> {
    verify_log(scene.world.log.files(), &published(&scene.world), &site())
}

#[test]
fn a_log_that_keeps_the_rules_has_no_findings() {
    let mut scene = Scene::new();
    let (_, upload) = scene.answered_request();
    let anchor = |count, head: &[u8]| Entry {
        time: NOW,
        event: Event::Audit(AuditHead { count, head: Hash::of(head) }),
    };
    scene.log(&[opening(&upload, terms(), NOW), anchor(5, b"a"), anchor(5, b"a"), anchor(6, b"b")]);
    let hoa = Passkey::new(3, 13);
    scene.log(&[hoa.entry(&[&lan(), &minh()])]);
    let audit = audit(&scene).unwrap();
    assert_eq!(audit.findings, []);
    assert_eq!(audit.head.size, 8);
    let kinds: Vec<_> = audit.kinds.into_iter().collect();
    assert_eq!(kinds, [("audit", 3), ("officer-key", 3), ("opening", 1), ("request", 1)]);
}

#[test]
fn an_entry_that_breaks_a_rule_is_named() {
    let mut scene = Scene::new();
    let (_, upload) = scene.answered_request();
    let anchor = |count, head: &[u8]| Entry {
        time: NOW,
        event: Event::Audit(AuditHead { count, head: Hash::of(head) }),
    };
    let ghost = Passkey::new(9, 19);
    let mut other_terms = terms();
    other_terms.purpose = line("something else");
    let mut unknown = opening(&upload, terms(), NOW);
    let Event::Opening(inner) = &mut unknown.event else { panic!("it is an opening") };
    inner.request = Some(Hash::of(b"never asked"));
    scene.log(&[
        signed(scene.statement(), &[&lan()]),
        ghost.entry(&[]),
        opening(&upload, other_terms, NOW),
        opening(&upload, terms(), terms().expires),
        unknown,
        anchor(5, b"a"),
        anchor(4, b"b"),
        anchor(4, b"c"),
    ]);
    scene.world.append(&["garbage"]);
    let findings = audit(&scene).unwrap().findings;
    let few = |found| Finding::Officers(OfficersError::TooFew(found));
    let expected = [few(1), few(0), Finding::OtherTerms, Finding::Late, Finding::NoSuchRequest];
    let indexed: Vec<_> = (3..).zip(expected).collect();
    assert_eq!(findings[..5], indexed);
    assert_eq!(findings[5..7], [(9, Finding::AuditWentBack), (10, Finding::AuditWentBack)]);
    assert!(matches!(findings[7], (11, Finding::Unreadable(_))));
    assert_eq!(findings.len(), 8);
}

#[test]
fn every_changed_or_missing_file_shows() {
    let mut world = World::new();
    world.append(&filler(600));
    let checkpoint = published(&world);
    verify_log(world.log.files(), &checkpoint, &site()).unwrap();
    let files = world.log.files().snapshot();
    for path in files.keys().filter(|path| path.starts_with("tile/")) {
        let mut changed = files.clone();
        // Not a length byte of a bundle: that shows too, but as another error.
        changed.get_mut(path).unwrap()[3] ^= 1;
        let error = verify_log(&MemoryFiles::from(changed), &checkpoint, &site()).unwrap_err();
        let shows = matches!(error, VerifyError::OtherRoot(_) | VerifyError::OtherTile { .. });
        assert!(shows, "{path}: {error}");
        let mut lost = files.clone();
        lost.remove(path);
        let error = verify_log(&MemoryFiles::from(lost), &checkpoint, &site()).unwrap_err();
        assert!(matches!(error, VerifyError::Tiles(_)), "{path}");
    }
    let empty = MemoryFiles::default();
    let none = published_checkpoint(&empty, &policy(), None);
    assert!(matches!(none, Err(VerifyError::NoCheckpoint)));
}

#[test]
fn two_checkpoints_are_of_one_history_or_not() {
    let mut world = World::new();
    let old = world.append(&filler(300));
    let new = world.append(&filler(400));
    let files = world.log.files();
    verify_consistency(files, old.head(), &new).unwrap();
    verify_consistency(files, TreeHead::empty(), &new).unwrap();
    verify_consistency(files, new.head(), &new).unwrap();
    let forked = TreeHead { root: Hash::of(b"x"), ..old.head() };
    for wrong in [forked, TreeHead { size: 900, ..old.head() }] {
        let error = verify_consistency(files, wrong, &new).unwrap_err();
        assert!(matches!(error, VerifyError::Forked { .. }));
    }
}
