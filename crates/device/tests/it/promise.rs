//! A log with two witnesses, two officers with passkeys, a unit, a keeper: what the authority and the bodies beside it run,
//! made of the same crate that they make it of. Also used by the tests of the app.

use bluezone_device::Authority;
use bluezone_protocol::api::{ConsentRequest, Mailbox, decode_base64};
use bluezone_protocol::history::History;
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::checkpoint::{CosignedCheckpoint, LogPolicy};
use bluezone_transparency::entry::*;
use bluezone_transparency::journal::MemoryJournal;
use bluezone_transparency::log::{Log, with_cosignatures};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::note::{Note, SignatureKind, Signer};
use bluezone_transparency::release::*;
use bluezone_transparency::seal::{self, PrivateKey, PublicKey, Upload};
use bluezone_transparency::storage::MemoryFiles;
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use bluezone_transparency::units::{UNITS_RULE, UnitsFile, UploadUnit};
use bluezone_transparency::webauthn::{Assertion, OfficerKey, RelyingParty};
use bluezone_transparency::witness::{AddCheckpoint, Witness};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;

pub const ORIGIN: &str = "log.example.vn/bluezone";
pub const UNIT: &str = "cdc-19";
pub const STATION: &str = "tyt-05710";
const DAY: i64 = 86_400;

pub fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

pub fn log_signer() -> Signer {
    Signer::from_seed(ORIGIN, SignatureKind::Ed25519, &[1; 32]).unwrap()
}

fn witness_signer(number: u8) -> Signer {
    let name = format!("witness.example.vn/w{number}");
    Signer::from_seed(&name, SignatureKind::Cosignature, &[100 + number; 32]).unwrap()
}

pub fn policy() -> LogPolicy {
    let witnesses = (1..=2).map(|number| witness_signer(number).verifier().clone()).collect();
    LogPolicy::new(log_signer().verifier().clone(), witnesses, 2, LogPolicy::DEFAULT_MAX_AGE_S).unwrap()
}

pub fn site() -> RelyingParty {
    RelyingParty { id: "console.example.vn".into(), origins: vec!["https://console.example.vn".into()] }
}

pub fn keeper_key() -> PrivateKey {
    PrivateKey::from_bytes(&[33; 32])
}

pub fn unit_key(code: &str) -> PrivateKey {
    PrivateKey::from_bytes(&Hash::of(code.as_bytes()).0)
}

/// Whom phones believe.
pub fn pinned() -> Authority {
    Authority { log: policy(), keeper: keeper_key().public(), site: site() }
}

/// A passkey in software.
pub struct Passkey(SigningKey, OfficerTag);

impl Passkey {
    pub fn new(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 32]).unwrap(), OfficerTag([number; 16]))
    }

    fn public(&self) -> OfficerKey {
        OfficerKey::from_sec1(self.0.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }

    pub fn sign(&self, challenge: &Hash) -> Assertion {
        use base64::Engine as _;
        let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(challenge.0);
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"https://console.example.vn"}}"#
        );
        let client_data = client.into_bytes();
        let mut authenticator_data = Hash::of(site().id.as_bytes()).0.to_vec();
        // Present and verified; a counter.
        authenticator_data.extend([5, 0, 0, 0, 9]);
        let message = [&authenticator_data[..], &Hash::of(&client_data).0].concat();
        let signature: DerSignature = self.0.sign(&message);
        let signature = signature.as_bytes().to_vec();
        Assertion { key: self.public().id(), authenticator_data, client_data, signature }
    }

    /// The entry that lets it in as one of the founding keys.
    pub fn entry(&self, now: Timestamp) -> Entry {
        let (from, until) = (now - DAY, now + 300 * DAY);
        let change = KeyChange::Add { officer: self.1, unit: line(UNIT), key: self.public(), from, until };
        Entry { time: now, event: Event::OfficerKey(OfficerKeyChange { change, signatures: Vec::new() }) }
    }
}

/// The log and what hangs on it.
pub struct Promise {
    pub log: Log<MemoryFiles>,
    witnesses: Vec<(Witness, MemoryJournal)>,
    pub checkpoint: CosignedCheckpoint,
    pub units: UnitsFile,
    pub now: Timestamp,
    pub rng: StdRng,
}

impl Promise {
    /// Two officers stand, and a list of two units.
    pub fn new(now: Timestamp) -> Self {
        let log = Log::open(MemoryFiles::default(), log_signer()).unwrap();
        let witness = |number| {
            let logs = vec![log_signer().verifier().clone()];
            (Witness::start(witness_signer(number), logs, []).unwrap(), MemoryJournal::default())
        };
        let unit = |code: &str, name: &str| UploadUnit {
            code: line(code),
            key: unit_key(code).public(),
            name: line(name),
        };
        let units = vec![unit(UNIT, "CDC Thái Nguyên"), unit(STATION, "Trạm y tế phường Phan Đình Phùng")];
        let units = UnitsFile::new(units, now);
        let mut witnesses = vec![witness(1), witness(2)];
        let mut log = log;
        log.append(&[Passkey::new(1).entry(now).to_text(), Passkey::new(2).entry(now).to_text()]).unwrap();
        let checkpoint = publish(&mut log, &mut witnesses, now);
        let mut promise = Self { log, witnesses, checkpoint, units, now, rng: StdRng::seed_from_u64(500) };
        promise.append(&[units_rule(&promise.units, now)]);
        promise
    }

    /// Appends and has it cosigned.
    pub fn append(&mut self, entries: &[Entry]) -> u64 {
        let index = self.log.head().size;
        let texts: Vec<_> = entries.iter().map(Entry::to_text).collect();
        self.log.append(&texts).unwrap();
        self.checkpoint = publish(&mut self.log, &mut self.witnesses, self.now);
        index
    }

    /// Time passes; the witnesses say again what they saw.
    pub fn at(&mut self, now: Timestamp) {
        self.now = now;
        self.checkpoint = publish(&mut self.log, &mut self.witnesses, now);
    }

    /// The requests file.
    pub fn requests(&mut self, requests: &[OutgoingRequest]) -> Vec<u8> {
        let file = write_requests_file(&self.checkpoint, requests, &log_signer(), self.now, &mut self.rng);
        file.unwrap().into_bytes()
    }

    pub fn units_file(&self) -> Vec<u8> {
        self.units.write(&log_signer(), self.now).into_bytes()
    }

    /// A statement for whoever left this mailbox.
    pub fn statement(&mut self, to: &Mailbox, scope: Scope) -> Statement {
        let (_, handle) = to.decode().unwrap();
        Statement {
            id: RequestId::generate(&mut self.rng),
            terms: terms(scope, self.now + 3 * DAY),
            issued: self.now,
            unit_key: unit_key(UNIT).public(),
            subject: SubjectHandle::from_bytes(handle).commit(&mut self.rng),
            details: details().commitment(),
        }
    }

    /// Asks whoever left this mailbox: signed by both officers, logged, cosigned.
    pub fn ask(&mut self, to: &Mailbox, scope: Scope) -> OutgoingRequest {
        let statement = self.statement(to, scope);
        let entry = signed(statement, self.now, &[1, 2]);
        let index = self.append(std::slice::from_ref(&entry));
        self.outgoing(to, entry, index)
    }

    /// The entry on its way, with a proof in the present tree.
    pub fn outgoing(&self, to: &Mailbox, entry: Entry, index: u64) -> OutgoingRequest {
        let (key, _) = to.decode().unwrap();
        let inclusion = self.log.tiles().inclusion_proof(index).unwrap();
        OutgoingRequest { to: PublicKey::from_bytes(key), entry, index, inclusion, details: details() }
    }

    /// The opening of an upload, in the log.
    pub fn open(&mut self, upload: &Upload) {
        let scope = scope(self.now - 14 * DAY, self.now);
        let opening = Opening {
            terms: terms(scope, self.now + DAY),
            subject: upload.context().subject,
            request: upload.context().request,
            upload: upload.hash(),
            officer: OfficerTag([1; 16]),
        };
        self.append(&[Entry { time: self.now, event: Event::Opening(opening) }]);
    }
}

fn publish(
    log: &mut Log<MemoryFiles>,
    witnesses: &mut [(Witness, MemoryJournal)],
    now: Timestamp,
) -> CosignedCheckpoint {
    let head = log.signed_head();
    let lines: Vec<String> = witnesses
        .iter_mut()
        .map(|(witness, journal)| {
            let old_size = witness.latest(ORIGIN).map_or(0, |seen| seen.size);
            let consistency = log.tiles().consistency_proof(old_size).unwrap();
            let note = Note::parse(head.as_bytes()).unwrap();
            let request = AddCheckpoint { old_size, consistency, note }.to_text();
            witness.add_checkpoint(request.as_bytes(), now, journal).unwrap()
        })
        .collect();
    let note = with_cosignatures(&head, policy().witnesses(), lines.iter().map(String::as_str));
    let checkpoint = policy().check(note.as_bytes(), now).unwrap();
    log.publish(&checkpoint).unwrap();
    checkpoint
}

pub fn units_rule(units: &UnitsFile, now: Timestamp) -> Entry {
    let rule = RuleChange {
        unit: line("byt"),
        basis: line("Luật Phòng bệnh 2025, Điều 20"),
        rule: line(UNITS_RULE),
        version: units.version(),
        summary: line("units that receive uploads"),
        effective: now,
    };
    Entry { time: now, event: Event::Rule(rule) }
}

pub fn signed(statement: Statement, time: Timestamp, officers: &[u8]) -> Entry {
    let sign = |officer: &u8| Passkey::new(*officer).sign(&statement.hash());
    let signatures = officers.iter().map(sign).collect();
    Entry { time, event: Event::Request(SignedStatement { statement, signatures }) }
}

pub fn scope(from: Timestamp, until: Timestamp) -> Scope {
    Scope { from, until, kinds: BTreeSet::from([DataKind::Contacts, DataKind::IdentifierKeys]) }
}

pub fn terms(scope: Scope, expires: Timestamp) -> Terms {
    Terms {
        unit: line(UNIT),
        basis: line("Luật Phòng bệnh 2025, Điều 20"),
        purpose: line("Truy vết ca bệnh tại chợ Thái Nguyên"),
        scope,
        expires,
    }
}

pub fn details() -> Details {
    let text = line("Bạn có thể đã gặp một ca bệnh ở chợ; hỏi chị Lan, 0208 385 0000");
    Details { salt: [9; 32], text }
}

/// What the server holds of a request to `/v1/consent`.
pub fn upload(request: &ConsentRequest) -> Upload {
    Upload::parse(&decode_base64(&request.upload).unwrap()).unwrap()
}

/// Keeper and unit together open it; each knows one layer.
pub fn opened(upload: &Upload) -> History {
    let bytes = upload.to_bytes();
    let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let (context, sealed) = (&bytes[..=split], &bytes[split + 2..]);
    let stripped = seal::open(&keeper_key(), b"bluezone/upload/keeper/v1", context, sealed).unwrap();
    let unit = unit_key(upload.context().unit.as_str());
    History::from_bytes(&upload.open_stripped(&stripped, &unit).unwrap()).unwrap()
}
