//! The witness's answers, and what it remembers.

use crate::support::*;
use bluezone_transparency::journal::{Journal, MemoryJournal};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::note::{Note, SignatureKind, Signer};
use bluezone_transparency::witness::*;
use proptest::prelude::*;
use std::io;

fn request(world: &World, old_size: u64) -> String {
    let consistency = world.log.tiles().consistency_proof(old_size).unwrap();
    let note = Note::parse(world.log.signed_head().as_bytes()).unwrap();
    AddCheckpoint { old_size, consistency, note }.to_text()
}

fn ask(watching: &mut Watching, body: &str) -> Result<String, WitnessError> {
    watching.witness.add_checkpoint(body.as_bytes(), NOW, &mut watching.journal)
}

#[test]
fn it_cosigns_what_grew_and_nothing_else() {
    let mut world = World::new();
    let mut watching = Watching::new(1);
    world.log.append(&filler(5)).unwrap();
    let first = request(&world, 0);
    let line = ask(&mut watching, &first).unwrap();
    let note = Note::parse(format!("{}{line}", world.log.signed_head()).as_bytes()).unwrap();
    assert_eq!(note.verify(&witness_key(1)).unwrap().unwrap().time, Some(NOW));
    // The same again, as logs ask hourly when nothing happened.
    ask(&mut watching, &request(&world, 5)).unwrap();
    assert!(matches!(ask(&mut watching, &first), Err(WitnessError::Conflict(5))));

    world.log.append(&filler(3)).unwrap();
    let grown = request(&world, 5);
    let mut cut: Vec<&str> = grown.lines().collect();
    cut.remove(1);
    assert!(matches!(ask(&mut watching, &(cut.join("\n") + "\n")), Err(WitnessError::Inconsistent)));
    ask(&mut watching, &grown).unwrap();
    assert_eq!(watching.witness.latest(ORIGIN), Some(world.log.head()));

    let mut fork = World::new();
    fork.log.append(&filler(8)).unwrap();
    assert!(matches!(ask(&mut watching, &request(&fork, 8)), Err(WitnessError::Inconsistent)));
    fork.log.append(&["more"]).unwrap();
    assert!(matches!(ask(&mut watching, &request(&fork, 8)), Err(WitnessError::Inconsistent)));
    assert!(matches!(ask(&mut watching, &request(&fork, 0)), Err(WitnessError::Conflict(8))));
}

#[test]
fn it_asks_who_signed() {
    let mut world = World::new();
    world.log.append(&filler(1)).unwrap();
    let body = request(&world, 0);
    let mut watching = Watching::new(1);
    let unsigned = body.replace(
        &log_signer().sign(Note::parse(world.log.signed_head().as_bytes()).unwrap().text(), NOW),
        &witness_signer(2).sign("x\n", NOW),
    );
    assert!(matches!(ask(&mut watching, &unsigned), Err(WitnessError::NotSigned)));
    let changed = body.replace("\n1\n", "\n2\n");
    assert!(matches!(ask(&mut watching, &changed), Err(WitnessError::NotSigned)));
    let stranger = Signer::from_seed("stranger", SignatureKind::Ed25519, &[7; 32]).unwrap();
    let mut nobody = Watching {
        witness: Witness::start(witness_signer(1), vec![stranger.verifier().clone()], []).unwrap(),
        journal: MemoryJournal::default(),
    };
    assert!(matches!(ask(&mut nobody, &body), Err(WitnessError::UnknownLog)));
    for wrong in ["", "old 0\n", "old 00\n\n", "new 0\n\n", "old 0\nAAAA\n\n"] {
        assert!(matches!(ask(&mut watching, wrong), Err(WitnessError::BadRequest(_))), "{wrong:?}");
    }
    let beyond = body.replace("old 0\n", "old 2\n");
    assert!(matches!(ask(&mut watching, &beyond), Err(WitnessError::BadRequest(_))));
    let with_proof = body.replace("old 0\n", &format!("old 0\n{}\n", Hash::of(b"")));
    assert!(matches!(ask(&mut watching, &with_proof), Err(WitnessError::Inconsistent)));
    ask(&mut watching, &body).unwrap();
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
    let mut world = World::new();
    world.append(&filler(4));
    world.append(&filler(2));
    let Watching { mut witness, journal } = world.witnesses.remove(0);
    world.log.append(&["more"]).unwrap();
    let refused = witness.add_checkpoint(request(&world, 6).as_bytes(), NOW, &mut Full);
    assert!(matches!(refused, Err(WitnessError::Journal(_))));
    assert_eq!(witness.latest(ORIGIN).unwrap().size, 6, "what is not recorded did not happen");

    let lines = || journal.0.iter().map(String::as_str);
    let logs = vec![log_signer().verifier().clone()];
    let mut restarted = Witness::start(witness_signer(1), logs.clone(), lines()).unwrap();
    assert_eq!(restarted.latest(ORIGIN), witness.latest(ORIGIN));
    let origin_hash = hex::encode(Hash::of(ORIGIN.as_bytes()).0);
    let monitored = Note::parse(restarted.monitored(&origin_hash).unwrap().as_bytes()).unwrap();
    assert!(monitored.verify(&logs[0]).unwrap().is_some());
    assert!(monitored.verify(&witness_key(1)).unwrap().is_some());
    assert_eq!(restarted.monitored("00"), None);
    let rolled_back = restarted.add_checkpoint(request(&world, 4).as_bytes(), NOW, &mut Full);
    assert!(matches!(rolled_back, Err(WitnessError::Conflict(6))));
    restarted.add_checkpoint(request(&world, 6).as_bytes(), NOW, &mut MemoryJournal::default()).unwrap();

    let damaged = lines().chain(["garbage"]);
    let refused = Witness::start(witness_signer(1), logs.clone(), damaged).unwrap_err();
    assert_eq!(refused, WitnessStartError::Journal(3));
    assert_eq!(Witness::start(log_signer(), logs, []).unwrap_err(), WitnessStartError::Kind);
}

proptest! {
    #[test]
    fn any_bytes_are_a_request_or_none(body in prop::collection::vec(any::<u8>(), 0..200), head in "(old [0-9]{1,3}\n)?") {
        let body = [head.as_bytes(), &body].concat();
        if let Ok(request) = AddCheckpoint::parse(&body) {
            prop_assert_eq!(request.to_text().into_bytes(), body);
        }
    }
}
