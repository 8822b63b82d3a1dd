//! A phone that tells and is asked, as the library lets it.

use super::others::keeper_key;
use super::world::World;
use crate::harness::{Answer, post};
use bluezone_protocol::api::*;
use bluezone_protocol::gaen::{RollingProximityIdentifier, RollingProximityIdentifierKey};
use bluezone_protocol::history::*;
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_server::promise::site;
use bluezone_server::router;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::monitor::Monitor;
use bluezone_transparency::release::{self, RequestError, RequestsFile, VerifiedRequest};
use bluezone_transparency::seal::{PrivateKey, Upload};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::text::Line;
use bluezone_transparency::tiles::Tiles;
use bluezone_transparency::units::UnitsFile;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use tower::ServiceExt;

pub struct Phone {
    pub key: PrivateKey,
    pub handle: SubjectHandle,
    pub secret: [u8; 32],
    pub monitor: Monitor,
    pub answered: HashSet<Hash>,
    rng: StdRng,
}

impl Phone {
    pub fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        Phone {
            key: PrivateKey::generate(&mut rng),
            handle: SubjectHandle::generate(&mut rng),
            secret: [seed as u8; 32],
            monitor: Monitor::default(),
            answered: HashSet::new(),
            rng,
        }
    }

    /// An upload for a unit of the published file.
    pub async fn seal(&mut self, world: &World, unit: &str, history: &History) -> Upload {
        let units = UnitsFile::read(&world.file("/v1/units").await, &world.key).unwrap();
        let key = units.unit(unit).unwrap().key;
        let subject = self.handle.commit(&mut self.rng);
        let unit = Line::new(unit).unwrap();
        Upload::unasked(unit, subject, &key, &keeper_key().public(), &history.to_bytes(), &mut self.rng)
            .unwrap()
    }

    pub fn answer(&mut self, request: &VerifiedRequest, history: &History) -> Upload {
        Upload::answer(request, &keeper_key().public(), &history.to_bytes(), &mut self.rng).unwrap()
    }

    /// The request that carries an upload, with a mailbox.
    pub fn request(&mut self, upload: Option<&Upload>, token: &str) -> Vec<u8> {
        let mut request = ConsentRequest {
            upload: upload.map(|upload| encode_base64(&upload.to_bytes())).unwrap_or_default(),
            token: token.to_owned(),
            mailbox: Some(Mailbox::new(self.key.public().as_bytes(), self.handle.as_bytes())),
            withdrawal: encode_base64(&Sha256::digest(self.secret)),
            padding: String::new(),
        };
        pad(&mut request, CONSENT_REQUEST_BYTES, &mut self.rng)
    }

    pub fn withdrawal(&mut self) -> Vec<u8> {
        let mut request = WithdrawRequest { secret: encode_base64(&self.secret), padding: String::new() };
        pad(&mut request, CONSENT_REQUEST_BYTES, &mut self.rng)
    }

    /// Seals, sends and gives the upload back.
    pub async fn tells(&mut self, world: &World, unit: &str, token: &str) -> Upload {
        self.tells_this(world, unit, token, &history(world.town.clock_now())).await
    }

    /// The same of another history.
    pub async fn tells_this(&mut self, world: &World, unit: &str, token: &str, history: &History) -> Upload {
        let upload = self.seal(world, unit, history).await;
        let body = self.request(Some(&upload), token);
        assert_eq!(send(world, "/v1/consent", body).await.status, 200);
        upload
    }

    /// What this phone makes of the requests file, having read the log up to it.
    pub async fn asks(&mut self, world: &World) -> Vec<Result<VerifiedRequest, RequestError>> {
        let (now, site) = (world.town.clock_now(), site(&world.town.state));
        let file = world.file("/v1/requests").await;
        let file = RequestsFile::read(&file, &world.policy(), now).unwrap();
        let (_, files) = world.files().await;
        let size = file.checkpoint().head().size;
        let new = Tiles::new(&files, size).entries(self.monitor.head().size..size).unwrap();
        self.monitor.read(file.checkpoint(), new.iter().map(Vec::as_slice), &site).unwrap();
        let phone = release::Phone {
            keys: std::slice::from_ref(&self.key),
            handles: std::slice::from_ref(&self.handle),
            monitor: &self.monitor,
            site: &site,
            answered: &self.answered,
        };
        phone.requests(&file, now).unwrap()
    }
}

pub async fn send(world: &World, path: &str, body: Vec<u8>) -> Answer {
    send_from(world, path, body, "192.0.2.1", false).await
}

pub async fn send_from(world: &World, path: &str, body: Vec<u8>, from: &str, chaff: bool) -> Answer {
    let response = router(world.town.state.clone()).oneshot(post(path, body, from, chaff)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// One day with a key and a sighting, and a name.
pub fn history(now: Timestamp) -> History {
    bluezone_canary::mark(&[9; 16]);
    bluezone_canary::mark(&[8; 16]);
    let day = (now - 2 * DAY_S).day_start();
    History {
        kind: HistoryKind::Contact,
        days: vec![HistoryDay {
            day,
            keys: vec![IdentifierKey {
                key: RollingProximityIdentifierKey::from_bytes([9; 16]),
                rolling_start: day.interval(),
                rolling_period: 144,
            }],
            heard: vec![Heard {
                identifier: RollingProximityIdentifier([8; 16]),
                at: day + 3600,
                mean_dbm: Some(-61),
                packets: 4,
                seconds_since_last_scan: 300,
            }],
        }],
        consents: vec![GivenConsent {
            purpose: "tracing".to_owned(),
            text_sha256: [1; 32],
            language: "vi".to_owned(),
            at: now,
        }],
        reporter: Some(Reporter {
            name: "Trần Thị Bích Canary".to_owned(),
            phone: "0912000111".to_owned(),
            commune: "05710".to_owned(),
        }),
        part: 0,
        parts: 1,
    }
}
