//! Which checkpoints are believed.

use crate::support::*;
use bluezone_transparency::Timestamp;
use bluezone_transparency::checkpoint::*;
use bluezone_transparency::merkle::{Hash, TreeHead};
use bluezone_transparency::note::{SignatureKind, Signer};

fn text(size: u64) -> String {
    let root = if size == 0 { Hash::of_empty_tree() } else { Hash::of(&size.to_be_bytes()) };
    Checkpoint { origin: ORIGIN.into(), head: TreeHead { size, root } }.to_text()
}

fn note(text: &str, signers: &[(&Signer, Timestamp)]) -> Vec<u8> {
    let lines: String = signers.iter().map(|(signer, at)| signer.sign(text, *at)).collect();
    format!("{text}\n{lines}").into_bytes()
}

#[test]
fn the_log_and_two_witnesses_must_have_signed() {
    let (log, w1, w2) = (&log_signer(), &witness_signer(1), &witness_signer(2));
    let unpinned = &witness_signer(9);
    let text = text(7);
    let check = |signers: &[_]| policy().check(&note(&text, signers), NOW).map(|c| c.head().size);
    assert_eq!(check(&[(log, NOW), (w1, NOW), (w2, NOW)]), Ok(7));
    let few = |found| Err(CheckpointError::TooFewWitnesses { found, needed: 2 });
    assert_eq!(check(&[(log, NOW), (w1, NOW)]), few(1));
    assert_eq!(check(&[(log, NOW), (w1, NOW), (w1, NOW + 1)]), few(1), "twice the same is one");
    assert_eq!(check(&[(log, NOW), (w1, NOW), (unpinned, NOW)]), few(1), "not pinned");
    assert_eq!(check(&[(w1, NOW), (w2, NOW)]), Err(CheckpointError::NotSigned(ORIGIN.into())));
    let other = &Signer::from_seed(ORIGIN, SignatureKind::Ed25519, &[9; 32]).unwrap();
    assert!(matches!(check(&[(other, NOW), (w1, NOW), (w2, NOW)]), Err(CheckpointError::NotSigned(_))));
    // A pinned key's signature over something else spoils the note.
    let mut spoiled = note(&text, &[(log, NOW), (w1, NOW), (w2, NOW)]);
    spoiled.extend(witness_signer(3).sign("something else\n", NOW).bytes());
    assert!(matches!(policy().check(&spoiled, NOW), Err(CheckpointError::BadSignature(_))));
}

#[test]
fn a_checkpoint_of_another_log_or_shape_is_refused() {
    let signers = [(&log_signer(), NOW), (&witness_signer(1), NOW), (&witness_signer(2), NOW)];
    let check = |text: &str| policy().check(&note(text, &signers), NOW);
    let other = text(7).replace("bluezone", "other");
    assert!(matches!(check(&other), Err(CheckpointError::OtherLog { .. })));
    for wrong in [
        text(7).replace("\n7\n", "\n07\n"),
        text(7).replace("\n7\n", "\n-7\n"),
        text(7).replace("\n7\n", "\n0\n"),
        text(7).replace("=\n", "\n"),
        format!("{ORIGIN}\n7\n"),
        format!("{}\nextension\n", text(7)),
    ] {
        assert!(matches!(check(&wrong), Err(CheckpointError::Format(_))), "{wrong}");
    }
    assert!(check(&format!("{}an extension\n", text(7))).is_ok());
}

#[test]
fn a_checkpoint_that_nobody_has_confirmed_for_long_is_stale() {
    let (log, w1, w2, w3) = (&log_signer(), &witness_signer(1), &witness_signer(2), &witness_signer(3));
    let (old, max) = (NOW - 100_000, LogPolicy::DEFAULT_MAX_AGE_S);
    let check = |signers: &[_]| policy().check(&note(&text(7), signers), NOW);
    let stale = CheckpointError::Stale { age_s: 100_000, max_age_s: max };
    assert_eq!(check(&[(log, old), (w1, old), (w2, old)]), Err(stale.clone()));
    assert_eq!(check(&[(log, old), (w1, NOW), (w2, old)]), Err(stale), "one alone cannot refresh it");
    let fresh = check(&[(log, old), (w1, NOW), (w2, old), (w3, NOW - max)]).unwrap();
    assert_eq!(fresh.witnessed_at(), NOW - max);
}

#[test]
fn policies_that_would_count_one_body_twice_are_refused() {
    let log = log_signer().verifier().clone();
    let (w1, w2) = (witness_key(1), witness_key(2));
    let new = |witnesses: &[_], quorum| LogPolicy::new(log.clone(), witnesses.to_vec(), quorum, 1);
    assert!(new(&[w1.clone(), w2.clone()], 2).is_ok());
    assert_eq!(new(&[w1.clone(), w2.clone()], 1), Err(PolicyError::Quorum));
    assert_eq!(new(std::slice::from_ref(&w1), 2), Err(PolicyError::Quorum));
    assert!(matches!(new(&[w1.clone(), w1.clone()], 2), Err(PolicyError::Twice(_))));
    let renamed = Signer::from_seed("another.name", SignatureKind::Cosignature, &[101; 32]).unwrap();
    assert!(matches!(new(&[w1.clone(), renamed.verifier().clone()], 2), Err(PolicyError::Twice(_))));
    let own = Signer::from_seed("a.witness", SignatureKind::Cosignature, &[1; 32]).unwrap();
    assert!(matches!(new(&[w1.clone(), own.verifier().clone()], 2), Err(PolicyError::Twice(_))));
    assert!(matches!(new(&[w1.clone(), log.clone()], 2), Err(PolicyError::Kind(_))));
    assert!(matches!(LogPolicy::new(w1.clone(), vec![w1, w2], 2, 1), Err(PolicyError::Kind(_))));
}

#[test]
fn a_policy_is_pinned_as_json() {
    let pinned = serde_json::to_value(policy()).unwrap();
    assert_eq!(serde_json::from_value::<LogPolicy>(pinned.clone()).unwrap(), policy());
    let mut weaker = pinned;
    weaker["quorum"] = 1.into();
    assert!(serde_json::from_value::<LogPolicy>(weaker).is_err());
}

#[test]
fn a_follower_goes_forward_only() {
    let mut world = World::new();
    let first = world.append(&filler(5));
    let second = world.append(&["more"]);
    let mut follower = Follower::default();
    follower.follow(&first, &[]).unwrap();
    follower.follow(&first, &[]).unwrap();
    assert_eq!(follower.follow(&second, &[]), Err(FollowError::Forked { seen: 5, offered: 6 }));
    follower.follow(&second, &world.consistency(5)).unwrap();
    assert_eq!(follower.follow(&first, &[]), Err(FollowError::RolledBack { seen: 6, offered: 5 }));
    // The same size with other entries.
    let mut fork = World::new();
    let forked = fork.append(&filler(6));
    assert_eq!(follower.follow(&forked, &[]), Err(FollowError::Forked { seen: 6, offered: 6 }));
    let longer = fork.append(&["yet more"]);
    assert!(matches!(follower.follow(&longer, &fork.consistency(6)), Err(FollowError::Forked { .. })));
    let stored = serde_json::to_string(&follower).unwrap();
    assert_eq!(serde_json::from_str::<Follower>(&stored).unwrap(), follower);
    assert_eq!(follower.latest(), second.head());
}
