//! A log, its witnesses, and time.

use bluezone_transparency::Timestamp;
use bluezone_transparency::checkpoint::{CosignedCheckpoint, LogPolicy};
use bluezone_transparency::journal::MemoryJournal;
use bluezone_transparency::log::{Log, with_cosignatures};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::note::{Note, SignatureKind, Signer, VerifierKey};
use bluezone_transparency::storage::MemoryFiles;
use bluezone_transparency::witness::{AddCheckpoint, Witness};
use rand::SeedableRng;
use rand::rngs::StdRng;

pub const ORIGIN: &str = "log.example.vn/bluezone";
pub const NOW: Timestamp = Timestamp(1_622_505_600);

pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub fn log_signer() -> Signer {
    Signer::from_seed(ORIGIN, SignatureKind::Ed25519, &[1; 32]).unwrap()
}

pub fn witness_signer(number: u8) -> Signer {
    let name = format!("witness.example.vn/w{number}");
    Signer::from_seed(&name, SignatureKind::Cosignature, &[100 + number; 32]).unwrap()
}

pub fn witness_key(number: u8) -> VerifierKey {
    witness_signer(number).verifier().clone()
}

/// The log, two of three pinned witnesses, a day.
pub fn policy() -> LogPolicy {
    let witnesses = (1..=3).map(witness_key).collect();
    LogPolicy::new(log_signer().verifier().clone(), witnesses, 2, LogPolicy::DEFAULT_MAX_AGE_S).unwrap()
}

/// A witness with its journal.
pub struct Watching {
    pub witness: Witness,
    pub journal: MemoryJournal,
}

impl Watching {
    pub fn new(number: u8) -> Self {
        let logs = vec![log_signer().verifier().clone()];
        let witness = Witness::start(witness_signer(number), logs, []).unwrap();
        Self { witness, journal: MemoryJournal::default() }
    }
}

/// A log in memory with two witnesses that watch it.
pub struct World {
    pub log: Log<MemoryFiles>,
    pub witnesses: Vec<Watching>,
    pub now: Timestamp,
}

impl World {
    pub fn new() -> Self {
        let log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
        Self { log, witnesses: vec![Watching::new(1), Watching::new(2)], now: NOW }
    }

    /// Appends, has it cosigned and publishes it.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> CosignedCheckpoint {
        self.log.append(entries).unwrap();
        let checkpoint = policy().check(self.cosigned_head().as_bytes(), self.now).unwrap();
        self.log.publish(&checkpoint).unwrap();
        checkpoint
    }

    /// The log's head with the cosignatures of the witnesses.
    pub fn cosigned_head(&mut self) -> String {
        let head = self.log.signed_head();
        let mut lines = Vec::new();
        for watching in &mut self.witnesses {
            let old_size = watching.witness.latest(ORIGIN).map_or(0, |seen| seen.size);
            let consistency = self.log.tiles().consistency_proof(old_size).unwrap();
            let note = Note::parse(head.as_bytes()).unwrap();
            let request = AddCheckpoint { old_size, consistency, note }.to_text();
            let answer = watching.witness.add_checkpoint(request.as_bytes(), self.now, &mut watching.journal);
            lines.push(answer.unwrap());
        }
        with_cosignatures(&head, policy().witnesses(), lines.iter().map(String::as_str))
    }

    pub fn consistency(&self, old: u64) -> Vec<Hash> {
        self.log.tiles().consistency_proof(old).unwrap()
    }
}

/// Entries that differ.
pub fn filler(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| format!("entry {i}").into_bytes()).collect()
}
