//! `bluezone witness` and `bluezone keeper`, killed without warning: they forget nothing that they answered for.

use crate::independent::{ORIGIN, Process, Promise, add_checkpoint, init, upload};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::seal::PrivateKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

/// Rounds of a kill test, and answers after which the kill comes at the latest.
const ROUNDS: usize = 12;
const ANSWERS: usize = 6;

#[test]
fn a_killed_witness_never_forgets_what_it_cosigned() {
    let mut promise = Promise::new();
    // Each is stopped before another takes up its state.
    promise.witnesses.clear();
    let mut cosigned = 0;
    for round in 0..ROUNDS {
        let witness = promise.witness(0);
        let seen = latest_size(&witness);
        assert!(seen >= cosigned, "round {round}: {cosigned} were cosigned, {seen} are remembered");
        cosigned = seen;
        let after = round % ANSWERS;
        for answer in 0.. {
            promise.log.append(&[format!("entry of round {round}")]).unwrap();
            let body = add_checkpoint(&promise.log, cosigned);
            if answer == after {
                // While this request is on its way.
                std::thread::scope(|scope| {
                    let asked = scope.spawn(|| witness.post("/add-checkpoint", "text/plain", &body));
                    witness.kill();
                    if let Some((200, _)) = asked.join().unwrap() {
                        cosigned = promise.log.head().size;
                    }
                });
                break;
            }
            let (status, line) = witness.post("/add-checkpoint", "text/plain", &body).unwrap();
            assert_eq!(status, 200, "{line}");
            cosigned = promise.log.head().size;
        }
    }
}

/// Size that the witness remembers.
fn latest_size(witness: &Process) -> u64 {
    let origin_hash = hex::encode(Hash::of(ORIGIN.as_bytes()).0);
    match witness.get(&format!("/{origin_hash}/checkpoint")) {
        (404, _) => 0,
        (_, note) => note.lines().nth(1).unwrap().parse().unwrap(),
    }
}

#[test]
fn a_killed_keeper_never_forgets_what_it_opened() {
    let mut promise = Promise::new();
    let mut rng = StdRng::seed_from_u64(3);
    let state = promise.dir.path().join("keeper").display().to_string();
    let key = init(&["keeper", "init", "--state", &state]);
    let unit = PrivateKey::generate(&mut rng);
    let mut opened: Vec<String> = Vec::new();
    for round in 0..ROUNDS / 2 {
        let keeper = promise.keeper(&state);
        let remembered: Value = serde_json::from_str(&keeper.get("/openings").1).unwrap();
        let remembered: Vec<_> =
            remembered.as_array().unwrap().iter().map(|o| o["upload"].as_str().unwrap().to_owned()).collect();
        assert!(opened.iter().all(|upload| remembered.contains(upload)), "round {round}");
        let seen = || {
            let latest: Value = serde_json::from_str(&keeper.get("/latest").1).unwrap();
            latest["size"].as_u64().unwrap()
        };
        for answer in 0..=round % 3 {
            let (upload, entry) = upload(&key, &unit, &mut rng);
            let index = promise.publish(&entry);
            let body = promise.open_body(&upload, &entry, index, seen());
            let answered = if answer == round % 3 {
                std::thread::scope(|scope| {
                    let asked = scope.spawn(|| keeper.post("/open", "application/json", &body));
                    keeper.kill();
                    asked.join().unwrap()
                })
            } else {
                keeper.post("/open", "application/json", &body)
            };
            if let Some((200, _)) = answered {
                opened.push(upload.hash().to_string());
            }
        }
    }
    assert!(!opened.is_empty());
}
