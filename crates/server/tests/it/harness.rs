//! A server to test with, and a phone that talks to it.

use crate::shaky::Shaky;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bluezone_domain::case::{Case, CaseFacts, CaseStatus, no_place};
use bluezone_domain::code::{Code, CodeKind, ContactFacts};
use bluezone_domain::id::{CaseId, CodeId, ContactId, OfficerId};
use bluezone_domain::officer::{Officer, Role};
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::export::{ExportFile, KeyKind, SignatureInfo, VerifyingKey};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{Clock, DAY_S, ManualClock, Timestamp};
use bluezone_server::admin::keys;
use bluezone_server::operation::probes::operators;
use bluezone_server::secrets::Hashed;
use bluezone_server::{AppState, Config, Options, RngSource, router};
use bluezone_store::testing::{self, TestDatabase};
use bluezone_store::{NewCode, Purpose, StatusChange};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::de::DeserializeOwned;
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt;

/// Noon (UTC) of an ordinary day.
pub const NOON: Timestamp = Timestamp(1_700_049_600);

/// Keys of a [`Phone`] that are published: those from two days before the onset of [`create_case`] until today.
pub const INFECTIOUS: u32 = 6;

/// Both databases; every test of a main path runs on each, the others on the one that the run is for.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
    OfThisRun,
}

/// A server with keys, an officer and a clock.
pub struct TestServer {
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    pub officer: OfficerId,
    router: Router,
    pub database: TestDatabase,
    _dir: tempfile::TempDir,
}

/// No floor: tests do not wait. The floor has a test of its own.
pub fn config() -> Config {
    Config { response_floor_ms: 0, ..Config::default() }
}

impl TestServer {
    pub async fn new() -> Self {
        Self::with(Engine::OfThisRun, config()).await
    }

    pub async fn with(engine: Engine, config: Config) -> Self {
        let database = match engine {
            Engine::Sqlite => testing::sqlite().await,
            Engine::Postgres => testing::postgres().await,
            Engine::OfThisRun => testing::database().await,
        };
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOON));
        let state = open(&database.url, dir.path(), config, clock.clone(), seeds(0)).await;
        keys::init(&state).await.unwrap();
        let officer = create_officer(&state).await;
        let router = router(state.clone());
        TestServer { state, clock, officer, router, database, _dir: dir }
    }

    /// Goes by another clock from now on.
    pub fn set_clock(&mut self, clock: Arc<dyn Clock>) {
        self.state.clock = clock;
        self.router = router(self.state.clone());
    }

    /// Puts a store in front of its published files that can be away.
    pub fn shaky_objects(&mut self) -> Arc<Shaky> {
        let shaky = Shaky::before(&mut self.state.objects);
        self.router = router(self.state.clone());
        shaky
    }

    /// What it tells Prometheus.
    pub async fn metrics(&self) -> String {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let answer = operators(self.state.clone()).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// One number of it.
    pub async fn metric(&self, name: &str) -> Option<i64> {
        let text = self.metrics().await;
        text.lines().find_map(|line| line.strip_prefix(&format!("{name} "))?.parse().ok())
    }

    pub fn now(&self) -> Timestamp {
        self.state.now()
    }

    pub fn rng(&self) -> Box<dyn rand::CryptoRng + Send> {
        self.state.rng()
    }

    /// The same data opened again, as after a restart.
    pub async fn reopen(&mut self) {
        let config = (*self.state.config).clone();
        let rng = self.state.rng.clone();
        self.state.close().await;
        self.state = open(&self.database.url, self._dir.path(), config, self.clock.clone(), rng).await;
        self.router = router(self.state.clone());
    }

    pub async fn case(&self, status: CaseStatus) -> CaseId {
        create_case(&self.state, self.officer, status).await
    }

    pub async fn case_with_onset(&self, status: CaseStatus, onset: Timestamp) -> CaseId {
        let facts = CaseFacts { status, symptom_onset: Some(onset), test_date: Some(onset) };
        add_case(&self.state, self.officer, facts).await
    }

    pub async fn change_case(&self, case: CaseId, status: CaseStatus) {
        let before = self.state.store.case(case).await.unwrap().unwrap();
        let facts = CaseFacts { status, ..before.facts };
        let expected = before.facts.status;
        let change = StatusChange { case, expected, facts, by: self.officer, at: self.now() };
        self.state.store.change_case_status(&change).await.unwrap();
    }

    /// Issues a code as the console does.
    pub async fn code(&self, case: CaseId, kind: CodeKind) -> String {
        issue_code(&self.state, self.officer, case, None, kind, self.now() + kind.lifetime_s()).await
    }

    pub async fn new_code(&self, status: CaseStatus) -> String {
        self.code(self.case(status).await, CodeKind::Short).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Vec<u8>) -> Answer {
        self.send(post(path, body, "192.0.2.1", false)).await
    }

    pub async fn chaff(&self, path: &str, body: Vec<u8>) -> Answer {
        self.send(post(path, body, "192.0.2.1", true)).await
    }

    pub async fn verify(&self, code: &str, nonce: &str) -> Answer {
        let request =
            VerifyRequest { code: code.to_owned(), nonce: nonce.to_owned(), ..VerifyRequest::default() };
        self.post("/api/verify", to_json(&request)).await
    }

    pub async fn certificate(&self, token: &str, phone: &Phone) -> Answer {
        let ekeyhmac = encode_base64(&tek_mac(&phone.hmac_key, &phone.keys));
        let request = CertificateRequest { token: token.to_owned(), ekeyhmac, padding: String::new() };
        self.post("/api/certificate", to_json(&request)).await
    }

    /// Code, token, certificate.
    pub async fn certificate_for(&self, code: &str, phone: &Phone) -> String {
        let token = self.verify(code, "").await.ok::<VerifyResponse>().token;
        self.certificate(&token, phone).await.ok::<CertificateResponse>().certificate
    }

    /// Code, token, certificate, publication.
    pub async fn publish(&self, code: &str, phone: &Phone) -> PublishResponse {
        let certificate = self.certificate_for(code, phone).await;
        self.post("/v1/publish", phone.request(&certificate)).await.ok()
    }

    /// Whom phones of today would pin.
    pub async fn pins(&self) -> Vec<VerifyingKey> {
        let records = self.state.store.signing_keys(Purpose::Export).await.unwrap();
        records
            .iter()
            .map(|r| {
                let info = SignatureInfo::new(r.key_id.clone(), r.version.clone());
                VerifyingKey::from_pem(info, &r.public_pem).unwrap()
            })
            .collect()
    }

    pub async fn index(&self) -> Vec<String> {
        let answer = self.get("/exports/index.txt").await;
        assert_eq!(answer.status, StatusCode::OK);
        String::from_utf8(answer.body).unwrap().lines().map(str::to_owned).collect()
    }

    pub async fn file(&self, name: &str) -> Vec<u8> {
        let answer = self.get(&format!("/exports/{name}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        answer.body
    }

    /// Downloads and verifies a file.
    pub async fn export(&self, name: &str) -> Vec<(KeyKind, DiagnosisKey)> {
        read_export(self.file(name).await, &self.pins().await)
    }
}

pub fn read_export(zip: Vec<u8>, pins: &[VerifyingKey]) -> Vec<(KeyKind, DiagnosisKey)> {
    let mut file = ExportFile::open(Cursor::new(zip)).unwrap();
    file.verify(pins).unwrap();
    file.keys().unwrap().map(Result::unwrap).collect()
}

pub async fn open(
    database_url: &str,
    dir: &std::path::Path,
    config: Config,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn RngSource>,
) -> AppState {
    let options =
        Options { database_url: Some(database_url.to_owned()), config, ..Options::in_directory(dir) };
    AppState::open(options, clock, rng).await.unwrap()
}

/// Generators that differ from each other and are the same in every run of the test.
pub fn seeds(first: u64) -> Arc<dyn RngSource> {
    let next = AtomicU64::new(first);
    Arc::new(move || StdRng::seed_from_u64(next.fetch_add(1, Ordering::Relaxed)))
}

/// Issues a code as the console does, for a case or for a contact of it.
pub async fn issue_code(
    state: &AppState,
    officer: OfficerId,
    case: CaseId,
    contact: Option<(ContactId, ContactFacts)>,
    kind: CodeKind,
    expires_at: Timestamp,
) -> String {
    let code = Code::generate(kind, &mut state.rng());
    let issue = NewCode {
        id: CodeId::generate(&mut state.rng()),
        case,
        contact,
        kind,
        code_hash: state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
        issued_by: officer,
        issued_at: state.now(),
        expires_at,
    };
    state.store.issue_code(&issue).await.unwrap();
    code.as_str().to_owned()
}

pub async fn create_officer(state: &AppState) -> OfficerId {
    let unit = Unit {
        code: "unit".to_owned(),
        name: "Trung tâm Kiểm soát bệnh tật".to_owned(),
        kind: UnitKind::ProvincialCdc,
        territory: "19".parse().unwrap(),
        valid_from: Timestamp(0),
        valid_until: None,
    };
    state.store.create_unit(&unit).await.unwrap();
    let officer = Officer {
        id: OfficerId::generate(&mut state.rng()),
        username: "officer".to_owned(),
        role: Role::ProvincialCdc,
        unit: unit.code,
        territory: unit.territory,
        password_hash: "none".to_owned(),
        totp_secret_sealed: Vec::new(),
        created_at: state.now(),
        disabled_at: None,
        locked_until: None,
    };
    state.store.create_officer(&officer).await.unwrap();
    officer.id
}

pub async fn create_case(state: &AppState, officer: OfficerId, status: CaseStatus) -> CaseId {
    let facts = CaseFacts {
        status,
        symptom_onset: Some(state.now().day_start() - 3 * DAY_S),
        test_date: Some(state.now().day_start() - DAY_S),
    };
    add_case(state, officer, facts).await
}

async fn add_case(state: &AppState, officer: OfficerId, facts: CaseFacts) -> CaseId {
    let case = Case {
        id: CaseId::generate(&mut state.rng()),
        reference: "ref".to_owned(),
        disease: "covid-19".to_owned(),
        facts,
        result_date: None,
        reported_at: None,
        person: None,
        area: no_place(),
        assigned: Some("unit".to_owned()),
        unit: "unit".to_owned(),
        version: 1,
        created_by: officer,
        created_at: state.now(),
        updated_at: state.now(),
    };
    state.store.create_case(&case).await.unwrap();
    case.id
}

pub fn post(path: &str, body: Vec<u8>, from: &str, chaff: bool) -> Request<Body> {
    let mut request = Request::builder().method(Method::POST).uri(path).body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(from.parse().unwrap(), 1024)));
    if chaff {
        request.headers_mut().insert(CHAFF_HEADER, "1".parse().unwrap());
    }
    request
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Status and error code of a refusal of any endpoint.
    pub fn refusal(&self) -> (u16, String) {
        let body: serde_json::Value = self.json();
        let code = body.get("errorCode").or(body.get("code")).and_then(|code| code.as_str());
        (self.status.as_u16(), code.unwrap_or_default().to_owned())
    }
}

/// A phone with keys to publish.
#[derive(Clone)]
pub struct Phone {
    pub keys: Vec<PublishedKey>,
    pub hmac_key: [u8; 16],
    pub revision_token: String,
}

impl Phone {
    /// With the keys of the last two weeks; today's is shortened.
    pub fn new(now: Timestamp, rng: &mut impl rand::Rng) -> Self {
        let today = now.day_start().interval();
        // Other numbers than any server draws: what a server calls an officer stands in its log.
        let rng = &mut StdRng::seed_from_u64(rng.random());
        let key = |age: u32, rng: &mut _| PublishedKey {
            key: TemporaryExposureKey::generate(rng),
            rolling_start: today - 144 * age,
            rolling_period: if age == 0 { now.interval().0 - today.0 } else { 144 },
            transmission_risk: 0,
        };
        let keys: Vec<_> = (0..14).map(|age| key(age, rng)).filter(|key| key.rolling_period > 0).collect();
        let hmac_key: [u8; 16] = rng.random();
        keys.iter().for_each(|key| bluezone_canary::mark(key.key.as_bytes()));
        bluezone_canary::mark(&hmac_key);
        Phone { keys, hmac_key, revision_token: String::new() }
    }

    pub fn request(&self, certificate: &str) -> Vec<u8> {
        to_json(&PublishRequest {
            keys: self.keys.clone(),
            health_authority_id: Config::default().health_authority_id,
            verification_payload: certificate.to_owned(),
            hmac_key: encode_base64(&self.hmac_key),
            revision_token: self.revision_token.clone(),
            ..PublishRequest::default()
        })
    }
}
