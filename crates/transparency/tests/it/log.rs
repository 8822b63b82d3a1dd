//! The log's files.

use crate::support::*;
use bluezone_transparency::checkpoint::LogPolicy;
use bluezone_transparency::log::{CHECKPOINT_PATH, Log, LogError, with_cosignatures};
use bluezone_transparency::merkle::{Frontier, Hash};
use bluezone_transparency::note::{SignatureKind, Signer};
use bluezone_transparency::storage::{MemoryFiles, ReadFiles, WriteFiles};
use bluezone_transparency::tiles::{Tiles, bundle_path, read_bundle, tile_path};
use proptest::prelude::*;
use std::io;

#[test]
fn paths_are_those_of_the_specification() {
    assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(tile_path(3, 5, 17), "tile/3/005.p/17");
    assert_eq!(bundle_path(1000, 1), "tile/entries/x001/000.p/1");
}

#[test]
fn a_tree_of_70000_entries_is_laid_out_as_the_specification_counts() {
    let mut log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
    log.append(&filler(70_000)).unwrap();
    let files = log.files().snapshot();
    let of = |prefix: &str, partial: bool| {
        files.iter().filter(|(path, _)| path.starts_with(prefix) && path.contains(".p/") == partial).count()
    };
    assert_eq!((of("tile/0/", false), of("tile/0/", true)), (273, 1));
    assert_eq!((of("tile/1/", false), of("tile/1/", true)), (1, 1));
    assert_eq!((of("tile/2/", false), of("tile/2/", true)), (0, 1));
    for path in ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"] {
        assert!(files.contains_key(path), "{path}");
    }
    assert_eq!(files["tile/0/272"].len(), 8192);
    let mut frontier = Frontier::default();
    filler(70_000).iter().for_each(|entry| frontier.push(Hash::of_leaf(entry)));
    assert_eq!(log.head(), frontier.head());
    // Proofs across levels.
    let tiles = log.tiles();
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let leaf = Hash::of_leaf(format!("entry {index}").as_bytes());
        assert!(log.head().includes(index, leaf, &tiles.inclusion_proof(index).unwrap()), "{index}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However entries come in batches, the tree is the same, what was shown before is a part of it, and whole files never
    /// change.
    #[test]
    fn batches_make_no_difference(batches in prop::collection::vec(0usize..600, 1..6)) {
        let all = filler(batches.iter().sum());
        let mut log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
        let mut at = 0;
        let mut heads = vec![log.head()];
        let mut frontier = Frontier::default();
        for batch in batches {
            log.append(&all[at..at + batch]).unwrap();
            all[at..at + batch].iter().for_each(|entry| frontier.push(Hash::of_leaf(entry)));
            at += batch;
            prop_assert_eq!(log.head(), frontier.head());
            heads.push(log.head());
        }
        // Partial files may be deleted once the whole one is there.
        let mut files = log.files().snapshot();
        let all_files = files.clone();
        files.retain(|path, _| match path.split_once(".p/") {
            Some((whole, _)) => !all_files.contains_key(whole),
            None => true,
        });
        let log = Log::open(MemoryFiles::from(files), log_signer()).unwrap();
        for old in heads {
            let proof = log.tiles().consistency_proof(old.size).unwrap();
            prop_assert!(log.head().extends(&old, &proof));
            let old_tiles = Tiles::new(log.files(), old.size);
            prop_assert_eq!(old_tiles.root().unwrap(), old.root);
            prop_assert_eq!(old_tiles.entries(0..old.size).unwrap(), &all[..old.size as usize]);
        }
    }

    #[test]
    fn any_bytes_are_a_bundle_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_bundle(&bytes);
    }
}

/// Fails each write from the `left`-th on: a process that was killed.
struct Dying<'a>(&'a MemoryFiles, std::cell::Cell<usize>);

impl Dying<'_> {
    fn alive(&self) -> io::Result<()> {
        let left = self.1.get().checked_sub(1).ok_or(io::Error::other("killed"))?;
        self.1.set(left);
        Ok(())
    }
}

impl ReadFiles for Dying<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(path)
    }
}

impl WriteFiles for Dying<'_> {
    fn create(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.alive()?;
        self.0.create(path, bytes)
    }
    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.alive()?;
        self.0.replace(path, bytes)
    }
}

#[test]
fn killed_at_any_write_the_log_goes_on_with_the_same_entries() {
    let entries = filler(900);
    let mut clean = Log::open(MemoryFiles::default(), log_signer()).unwrap();
    clean.append(&entries[..300]).unwrap();
    let start = clean.files().snapshot();
    clean.append(&entries[300..800]).unwrap();
    for writes in 0.. {
        let files = MemoryFiles::from(start.clone());
        let mut log = Log::open(Dying(&files, writes.into()), log_signer()).unwrap();
        let done = log.append(&entries[300..800]).is_ok();
        let shown = Log::open(Dying(&files, 99.into()), log_signer()).unwrap().head();
        assert_eq!(shown.size, if done { 800 } else { 300 });
        if done {
            break;
        }
        // More entries have come in by the time it runs again.
        let mut again = Log::open(Dying(&files, 99.into()), log_signer()).unwrap();
        again.append(&entries[300..]).unwrap();
        assert!(again.head().extends(&clean.head(), &again.tiles().consistency_proof(800).unwrap()));
    }
}

#[test]
fn another_history_under_the_same_names_is_refused() {
    let files = MemoryFiles::default();
    let mut first = Log::open(&files, log_signer()).unwrap();
    let mut second = Log::open(&files, log_signer()).unwrap();
    first.append(&["one"]).unwrap();
    assert!(matches!(second.append(&["two"]), Err(LogError::Write { .. })));
}

#[test]
fn a_log_whose_files_were_changed_or_lost_does_not_go_on() {
    let mut log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
    log.append(&filler(300)).unwrap();
    let files = log.files().snapshot();
    for path in ["tile/1/000.p/1", "tile/0/001.p/44"] {
        let mut changed = files.clone();
        changed.get_mut(path).unwrap()[7] ^= 1;
        // Whole tiles that are no longer at the right edge are for `verify` to check.
        let mut log = Log::open(MemoryFiles::from(changed), log_signer()).unwrap();
        assert!(matches!(log.append(&["x"]), Err(LogError::Damaged(300))), "{path}");
        let mut lost = files.clone();
        lost.remove(path);
        let mut log = Log::open(MemoryFiles::from(lost), log_signer()).unwrap();
        assert!(matches!(log.append(&["x"]), Err(LogError::Tiles(_))), "{path}");
    }
    let other = Signer::from_seed(ORIGIN, SignatureKind::Ed25519, &[2; 32]).unwrap();
    assert!(matches!(Log::open(MemoryFiles::from(files), other), Err(LogError::Head(_))));
}

#[test]
fn a_hostile_witness_cannot_spoil_the_checkpoint() {
    let mut world = World::new();
    world.append(&["one"]);
    let (head, good) = (world.log.signed_head(), world.cosigned_head());
    let lines: Vec<_> = good.split_inclusive('\n').filter(|line| line.contains("witness.")).collect();
    let other = witness_signer(3).sign("another text\n", NOW);
    let injected = format!("x\n\n{}", witness_signer(3).sign("x\n", NOW));
    let answers = ["", "garbage", &other, &injected, lines[0], "\n\n", lines[1]];
    assert_eq!(with_cosignatures(&head, policy().witnesses(), answers), good);
}

#[test]
fn only_entries_that_fit_are_taken() {
    let mut log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
    assert!(matches!(log.append(&[vec![]]), Err(LogError::EntryLength)));
    assert!(matches!(log.append(&[vec![0; 65_536]]), Err(LogError::EntryLength)));
    assert_eq!(log.append(&[vec![0; 65_535]]).unwrap().size, 1);
    assert!(matches!(Log::open(MemoryFiles::default(), witness_signer(1)), Err(LogError::WrongKind)));
}

#[test]
fn only_the_cosigned_head_is_published_and_never_an_older_one() {
    let mut world = World::new();
    let old = world.append(&["one"]);
    world.log.append(&["two"]).unwrap();
    assert!(matches!(world.log.publish(&old), Err(LogError::NotTheHead)));
    let head = world.cosigned_head();
    let new = policy().check(head.as_bytes(), NOW).unwrap();
    world.log.publish(&new).unwrap();
    assert_eq!(world.log.files().read(CHECKPOINT_PATH).unwrap().unwrap(), head.as_bytes());
    // A second process that still stands at the old head.
    let mut files = world.log.files().snapshot();
    let mut behind = Log::open(MemoryFiles::default(), log_signer()).unwrap();
    behind.append(&["one"]).unwrap();
    files.insert("head".into(), behind.signed_head().into_bytes());
    let behind = Log::open(MemoryFiles::from(files), log_signer()).unwrap();
    assert!(matches!(behind.publish(&old), Err(LogError::WouldRollBack { published: 2, offered: 1 })));
    assert!(LogPolicy::new(log_signer().verifier().clone(), vec![], 0, 1).is_err());
}
