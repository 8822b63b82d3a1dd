//! Two officers, a phone, a request, a keeper.

use crate::support::*;
use bluezone_transparency::Timestamp;
use bluezone_transparency::checkpoint::CosignedCheckpoint;
use bluezone_transparency::entry::*;
use bluezone_transparency::journal::MemoryJournal;
use bluezone_transparency::keeper::{Keeper, OpenRequest};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::monitor::Monitor;
use bluezone_transparency::proof::LogProof;
use bluezone_transparency::release::*;
use bluezone_transparency::seal::{PrivateKey, Upload};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use bluezone_transparency::tiles::Tiles;
use bluezone_transparency::webauthn::{Assertion, OfficerKey, RelyingParty};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use std::collections::{BTreeSet, HashSet};

pub const DAY: i64 = 86_400;
pub const UNIT: &str = "TN-CDC";

pub fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

pub fn site() -> RelyingParty {
    RelyingParty { id: "console.example.vn".into(), origins: vec!["https://console.example.vn".into()] }
}

/// A passkey in software.
#[derive(Clone)]
pub struct Passkey {
    key: SigningKey,
    pub officer: OfficerTag,
    pub unit: Line,
    pub flags: u8,
    pub client: String,
    pub party: String,
}

impl Passkey {
    pub fn new(officer: u8, key: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[key; 32]).unwrap(),
            officer: OfficerTag([officer; 16]),
            unit: line(UNIT),
            // Present, verified.
            flags: 5,
            client: r#"{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://console.example.vn","crossOrigin":false}"#.into(),
            party: site().id,
        }
    }

    pub fn public(&self) -> OfficerKey {
        OfficerKey::from_sec1(self.key.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }

    pub fn sign(&self, challenge: &Hash) -> Assertion {
        use base64::Engine as _;
        let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(challenge.0);
        let client_data = self.client.replace("CHALLENGE", &challenge).into_bytes();
        let mut authenticator_data = Hash::of(self.party.as_bytes()).0.to_vec();
        authenticator_data.extend([self.flags, 0, 0, 0, 9]);
        let message = [&authenticator_data[..], &Hash::of(&client_data).0].concat();
        let signature: DerSignature = self.key.sign(&message);
        let signature = signature.as_bytes().to_vec();
        Assertion { key: self.public().id(), authenticator_data, client_data, signature }
    }

    pub fn change(&self) -> KeyChange {
        let (from, until) = (NOW - DAY, NOW + 300 * DAY);
        KeyChange::Add { officer: self.officer, unit: self.unit.clone(), key: self.public(), from, until }
    }

    /// The entry by which this key comes in, let in by these.
    pub fn entry(&self, by: &[&Passkey]) -> Entry {
        let change = self.change();
        let signatures = by.iter().map(|passkey| passkey.sign(&change.challenge())).collect();
        Entry { time: NOW, event: Event::OfficerKey(OfficerKeyChange { change, signatures }) }
    }
}

pub fn lan() -> Passkey {
    Passkey::new(1, 11)
}

pub fn minh() -> Passkey {
    Passkey::new(2, 12)
}

pub fn terms() -> Terms {
    let kinds = BTreeSet::from([DataKind::Contacts, DataKind::Visits]);
    Terms {
        unit: line(UNIT),
        basis: line("Luật Phòng bệnh 2025, Điều 20"),
        purpose: line("Truy vết ca bệnh tại chợ Thái Nguyên"),
        scope: Scope { from: NOW - 7 * DAY, until: NOW, kinds },
        expires: NOW + 3 * DAY,
    }
}

/// A world with a phone in it, whose owner is asked.
pub struct Scene {
    pub world: World,
    pub phone_key: PrivateKey,
    pub handle: SubjectHandle,
    pub unit_key: PrivateKey,
    pub keeper: Keeper,
    pub journal: MemoryJournal,
    pub monitor: Monitor,
    pub answered: HashSet<Hash>,
}

pub fn keeper_key() -> PrivateKey {
    PrivateKey::from_bytes(&[33; 32])
}

impl Scene {
    /// Both officers' keys stand.
    pub fn new() -> Self {
        let mut rng = rng(7);
        let mut scene = Self {
            world: World::new(),
            phone_key: PrivateKey::generate(&mut rng),
            handle: SubjectHandle::generate(&mut rng),
            unit_key: PrivateKey::from_bytes(&[44; 32]),
            keeper: Keeper::start(keeper_key(), policy(), []).unwrap(),
            journal: MemoryJournal::default(),
            monitor: Monitor::default(),
            answered: HashSet::new(),
        };
        scene.log(&[lan().entry(&[]), minh().entry(&[])]);
        scene
    }

    pub fn log(&mut self, entries: &[Entry]) -> CosignedCheckpoint {
        let texts: Vec<_> = entries.iter().map(Entry::to_text).collect();
        self.world.append(&texts)
    }

    pub fn details(&self) -> Details {
        Details::new(line("Bạn đã đứng gần một ca bệnh; hỏi chị Lan, 0208 xxx"), &mut rng(8))
    }

    pub fn statement(&self) -> Statement {
        Statement {
            id: RequestId([5; 16]),
            terms: terms(),
            issued: NOW,
            unit_key: self.unit_key.public(),
            subject: self.handle.commit(&mut rng(9)),
            details: self.details().commitment(),
        }
    }

    /// A request for the phone's owner, signed by both officers.
    pub fn request(&self) -> Entry {
        signed(self.statement(), &[&lan(), &minh()])
    }

    /// The requests file with this entry in it, which stands at `index` in the published log.
    pub fn file(&self, entry: &Entry, index: u64) -> String {
        self.file_of(&[self.outgoing(entry, index)])
    }

    pub fn outgoing(&self, entry: &Entry, index: u64) -> OutgoingRequest {
        OutgoingRequest {
            to: self.phone_key.public(),
            entry: entry.clone(),
            index,
            inclusion: self.world.log.tiles().inclusion_proof(index).unwrap(),
            details: self.details(),
        }
    }

    pub fn file_of(&self, requests: &[OutgoingRequest]) -> String {
        let checkpoint = published(&self.world);
        write_requests_file(&checkpoint, requests, &log_signer(), self.world.now, &mut rng(10)).unwrap()
    }

    /// The phone reads the log up to the file's checkpoint.
    pub fn catch_up(&mut self, file: &RequestsFile) {
        let entries = new_entries(&self.world, &self.monitor, file.checkpoint());
        self.monitor.read(file.checkpoint(), entries.iter().map(Vec::as_slice), &site()).unwrap();
    }

    /// What the phone makes of a file, having read the log.
    pub fn receive(&mut self, file: &str) -> Vec<Result<VerifiedRequest, RequestError>> {
        let file = RequestsFile::read(file.as_bytes(), &policy(), self.world.now).unwrap();
        self.catch_up(&file);
        self.requests(&file).unwrap()
    }

    /// What the phone makes of a file with the log as it has read it.
    pub fn requests(
        &self,
        file: &RequestsFile,
    ) -> Result<Vec<Result<VerifiedRequest, RequestError>>, RequestError> {
        let phone = Phone {
            keys: std::slice::from_ref(&self.phone_key),
            handles: std::slice::from_ref(&self.handle),
            monitor: &self.monitor,
            site: &site(),
            answered: &self.answered,
        };
        phone.requests(file, self.world.now)
    }

    /// A request that reached the phone, and its owner's answer.
    pub fn answered_request(&mut self) -> (VerifiedRequest, Upload) {
        let entry = self.request();
        let checkpoint = self.log(std::slice::from_ref(&entry));
        let file = self.file(&entry, checkpoint.head().size - 1);
        let request = self.receive(&file).remove(0).unwrap();
        let upload =
            Upload::answer(&request, &keeper_key().public(), b"who stood near", &mut rng(11)).unwrap();
        (request, upload)
    }

    /// What the keeper is asked for an opening that stands at `index`.
    pub fn open_request(
        &self,
        request: Option<&VerifiedRequest>,
        upload: &Upload,
        opening: &Entry,
        index: u64,
    ) -> OpenRequest {
        let checkpoint = published(&self.world);
        let inclusion = self.world.log.tiles().inclusion_proof(index).unwrap();
        OpenRequest {
            upload: upload.to_bytes(),
            entry: opening.to_text().into_bytes(),
            statement: request.map(|request| request.statement().to_text().into_bytes()),
            proof: LogProof { index, inclusion, checkpoint: checkpoint.note().to_owned() }.to_string().into(),
            consistency: self.world.consistency(self.keeper.latest().size),
        }
    }

    pub fn keeper_opens(
        &mut self,
        request: &OpenRequest,
    ) -> Result<Vec<u8>, bluezone_transparency::keeper::Refusal> {
        self.keeper.open(request, self.world.now, &mut self.journal)
    }
}

/// The opening that fits an upload.
pub fn opening(upload: &Upload, terms: Terms, time: Timestamp) -> Entry {
    let opening = Opening {
        terms,
        subject: upload.context().subject,
        request: upload.context().request,
        upload: upload.hash(),
        officer: lan().officer,
    };
    Entry { time, event: Event::Opening(opening) }
}

pub fn signed(statement: Statement, by: &[&Passkey]) -> Entry {
    let signatures = by.iter().map(|passkey| passkey.sign(&statement.hash())).collect();
    Entry { time: NOW, event: Event::Request(SignedStatement { statement, signatures }) }
}

pub fn published(world: &World) -> CosignedCheckpoint {
    bluezone_transparency::verify::published_checkpoint(world.log.files(), &policy(), Some(world.now))
        .unwrap()
}

pub fn new_entries(world: &World, monitor: &Monitor, checkpoint: &CosignedCheckpoint) -> Vec<Vec<u8>> {
    let size = checkpoint.head().size;
    Tiles::new(world.log.files(), size).entries(monitor.head().size..size).unwrap()
}
