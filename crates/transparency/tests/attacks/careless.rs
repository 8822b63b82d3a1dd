//! A phone and a keeper that do everything the real ones do, except one thing.

use crate::scene::*;
use crate::support::*;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bluezone_transparency::Timestamp;
use bluezone_transparency::checkpoint::Checkpoint;
use bluezone_transparency::entry::{Entry, Event};
use bluezone_transparency::keeper::OpenRequest;
use bluezone_transparency::merkle::{Frontier, Hash, TreeHead};
use bluezone_transparency::note::Note;
use bluezone_transparency::officers::OfficerRegister;
use bluezone_transparency::proof::LogProof;
use bluezone_transparency::release::Statement;
use bluezone_transparency::seal;

/// The check that is left out.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Without {
    /// None: to see that the rest of it is as good as the real one.
    Nothing,
    Witnesses,
    Freshness,
    Growth,
    Inclusion,
    SecondOfficer,
    Challenge,
    Founding,
    Memory,
}

/// A phone that lacks one check.
pub struct CarelessPhone<'a> {
    pub scene: &'a Scene,
    pub without: Without,
    /// The tree that it saw before, if any.
    pub seen: Option<TreeHead>,
}

impl CarelessPhone<'_> {
    /// What it would show its owner. `entries`: the whole log, as the server tells it.
    pub fn receive(&self, file: &str, entries: &[Vec<u8>], now: Timestamp) -> Result<Statement, String> {
        let note = Note::parse(file.as_bytes()).unwrap();
        note.verify(log_signer().verifier()).map_err(|e| e.to_string())?.ok_or("not signed")?;
        let value = |name: &str| note.text().lines().find_map(|l| l.strip_prefix(name)).unwrap().to_owned();
        let checkpoint = STANDARD.decode(value("checkpoint ")).unwrap();
        let head = self.check_checkpoint(&checkpoint, now)?.head;

        let mut frontier = Frontier::default();
        let mut officers = OfficerRegister::default();
        let mut grew = self.seen.is_none_or(|seen| seen.size == 0);
        for bytes in entries {
            frontier.push(Hash::of_leaf(bytes));
            grew |= Some(frontier.head()) == self.seen;
            let Ok(entry) = Entry::parse(bytes) else { continue };
            let mut alone = OfficerRegister::default();
            // Without the rule of the founding every key comes in, as the first of a log does.
            let register = if self.without == Without::Founding { &mut alone } else { &mut officers };
            let _ = register.read(&entry, &site());
            if self.without == Without::Founding {
                officers = merge(&officers, &alone);
            }
        }
        if self.without != Without::Growth && (frontier.head() != head || !grew) {
            return Err("forked or rolled back".into());
        }

        let envelopes = note.text().lines().filter_map(|line| line.strip_prefix("request "));
        let mut opened = envelopes.filter_map(|envelope| {
            let sealed = STANDARD.decode(envelope).unwrap();
            let info = b"bluezone/envelope/v1";
            seal::open(&self.scene.phone_key, info, ORIGIN.as_bytes(), &sealed).ok()
        });
        let envelope = opened.next().ok_or("nothing for this phone")?;
        let text = String::from_utf8(envelope).unwrap();
        let text = text.trim_end_matches('\0');
        let entry = &text[text.find("bluezone/entry/v1").unwrap()..];
        let index = text.lines().find_map(|l| l.strip_prefix("index ")).unwrap().parse().unwrap();
        let proof: Vec<Hash> =
            text.lines().filter_map(|l| l.strip_prefix("proof ")).map(|hash| hash.parse().unwrap()).collect();
        let included = head.includes(index, Hash::of_leaf(entry.as_bytes()), &proof);
        if self.without != Without::Inclusion && !included {
            return Err("not in the log".into());
        }
        self.check_request(entry.as_bytes(), &officers, now)
    }

    fn check_checkpoint(&self, note: &[u8], now: Timestamp) -> Result<Checkpoint, String> {
        let believed = match self.without {
            Without::Witnesses => policy().check_log_signature(&Note::parse(note).unwrap()),
            Without::Freshness => {
                policy().check_undated(note).map(|c| Checkpoint { origin: c.origin().into(), head: c.head() })
            }
            _ => policy().check(note, now).map(|c| Checkpoint { origin: c.origin().into(), head: c.head() }),
        };
        believed.map_err(|error| error.to_string())
    }

    fn check_request(
        &self,
        entry: &[u8],
        officers: &OfficerRegister,
        now: Timestamp,
    ) -> Result<Statement, String> {
        let Event::Request(signed) = Entry::parse(entry).map_err(|e| e.to_string())?.event else {
            return Err("no request".into());
        };
        let (statement, signatures) = (signed.statement, signed.signatures);
        if !self.scene.handle.recognises(&statement.subject) {
            return Err("for someone else".into());
        }
        let challenge = match self.without {
            // Whatever the passkeys signed, instead of what stands here.
            Without::Challenge => signed_challenge(&signatures[0].client_data),
            _ => statement.hash(),
        };
        let unit = Some(&statement.terms.unit);
        let checked = match self.without {
            Without::SecondOfficer => {
                officers.check_one(&signatures[0], &challenge, unit, statement.issued, &site()).map(|_| ())
            }
            _ => officers.check_two(&signatures, &challenge, unit, statement.issued, &site()).map(|_| ()),
        };
        checked.map_err(|error| error.to_string())?;
        if statement.terms.expires <= now && self.without != Without::Memory {
            return Err("expired".into());
        }
        if self.scene.answered.contains(&statement.hash()) && self.without != Without::Memory {
            return Err("replayed".into());
        }
        Ok(statement)
    }
}

fn signed_challenge(client_data: &[u8]) -> Hash {
    let client: serde_json::Value = serde_json::from_slice(client_data).unwrap();
    Hash(URL_SAFE_NO_PAD.decode(client["challenge"].as_str().unwrap()).unwrap().try_into().unwrap())
}

/// Both registers in one, by their stored form: the product cannot.
fn merge(all: &OfficerRegister, one: &OfficerRegister) -> OfficerRegister {
    let mut merged = serde_json::to_value(all).unwrap();
    let more = serde_json::to_value(one).unwrap();
    merged["keys"].as_array_mut().unwrap().extend(more["keys"].as_array().unwrap().iter().cloned());
    serde_json::from_value(merged).unwrap()
}

/// A keeper that opens whatever it can.
pub fn careless_keeper(request: &OpenRequest) -> Vec<u8> {
    let split = request.upload.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let (context, sealed) = (&request.upload[..=split], &request.upload[split + 2..]);
    seal::open(&keeper_key(), b"bluezone/upload/keeper/v1", context, sealed).unwrap()
}

/// A keeper that asks for an entry in the log, but neither for witnesses nor for what it saw before.
pub fn keeper_without_witnesses(request: &OpenRequest) -> Result<Vec<u8>, String> {
    let proof = LogProof::parse(&request.proof).unwrap();
    let note = Note::parse(proof.checkpoint.as_bytes()).unwrap();
    let checkpoint = policy().check_log_signature(&note).map_err(|error| error.to_string())?;
    let leaf = Hash::of_leaf(&request.entry);
    match checkpoint.head.includes(proof.index, leaf, &proof.inclusion) {
        true => Ok(careless_keeper(request)),
        false => Err("not in the log".into()),
    }
}

/// Every entry of a world's published log.
pub fn whole_log(world: &World) -> Vec<Vec<u8>> {
    world.log.tiles().entries(0..world.log.head().size).unwrap()
}
