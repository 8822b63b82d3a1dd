//! A server and phones in one process, on loopback, under one clock: what the tests of the whole loop share.

use bluezone_app::client::Client;
use bluezone_app::errand::Carried;
use bluezone_app::phone::{About, Phone};
use bluezone_app::pins;
use bluezone_app::prefs::Prefs;
use bluezone_app::report_loop::step;
use bluezone_app::shelf::Shelf;
use bluezone_app::sync::{Poller, Round};
use bluezone_app::web::Guard;
use bluezone_device::{DeviceConfig, Heard, MemoryStorage, ReportStep, Scan, Storage as _};
use bluezone_domain::case::{Case, CaseFacts, CaseStatus, no_place};
use bluezone_domain::code::{Code, CodeKind};
use bluezone_domain::id::{CaseId, CodeId, OfficerId};
use bluezone_domain::officer::{Officer, Role};
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::gaen::RollingProximityIdentifier;
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::{Clock, ManualClock, Timestamp};
use bluezone_server::secrets::Hashed;
use bluezone_server::texting::InMemory;
use bluezone_server::{AppState, Config, Options, admin, jobs};
use bluezone_store::{NewCode, Purpose, StatusChange};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// 2026-11-20T03:00:00Z, ten in the morning in Vietnam.
pub const MORNING: Timestamp = Timestamp(1_795_143_600);
pub const HOUR_S: i64 = 3600;
/// The phones' numbers begin here, so that none draws what the server does: its officers' names stand in its log.
const PHONES: u64 = 1 << 32;
/// The unit of the authority's officers.
pub const UNIT: &str = "CDC-01";

/// The authority: a server with its keys, one officer and one case.
pub struct Authority {
    pub url: String,
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    outage: Outage,
    /// The text messages that were sent.
    pub texts: Arc<InMemory>,
    pub case: CaseId,
    pub officer: OfficerId,
    _folder: TempDir,
}

/// What stops it, and the task that it is.
type Running = (oneshot::Sender<()>, JoinHandle<()>);

/// The server's switch.
#[derive(Clone)]
pub struct Outage {
    state: AppState,
    port: u16,
    running: Arc<Mutex<Option<Running>>>,
}

impl Outage {
    fn serve(&self, listener: TcpListener) {
        let (end, ended) = oneshot::channel();
        let state = self.state.clone();
        let serving = tokio::spawn(async move {
            bluezone_server::serve(listener, state, async { drop(ended.await) }).await.unwrap();
        });
        *self.running.lock().unwrap() = Some((end, serving));
    }

    /// Nobody answers any more.
    pub async fn begin(&self) {
        let (end, serving) = self.running.lock().unwrap().take().unwrap();
        drop(end);
        serving.await.unwrap();
    }

    /// The same server answers again.
    pub async fn end(&self) {
        self.serve(TcpListener::bind(("127.0.0.1", self.port)).await.unwrap());
    }
}

impl Authority {
    /// Opens a server on loopback at [`MORNING`] with a confirmed case; it runs as long as the test's runtime.
    pub async fn open() -> Authority {
        let symptom_onset = Some(MORNING - 24 * HOUR_S);
        Self::with_case(CaseFacts { status: CaseStatus::Confirmed, symptom_onset, test_date: Some(MORNING) })
            .await
    }

    /// As [`Authority::open`], with another case.
    pub async fn with_case(facts: CaseFacts) -> Authority {
        Self::known_as("127.0.0.1", facts).await
    }

    /// As [`Authority::with_case`], under another name of this machine: passkeys want one that is no address.
    pub async fn known_as(host: &str, facts: CaseFacts) -> Authority {
        Self::set_up(host, facts, |_| {}).await
    }

    /// As [`Authority::open`], changed before it serves.
    pub async fn changed(change: impl FnOnce(&mut AppState)) -> Authority {
        let facts =
            CaseFacts { status: CaseStatus::Confirmed, symptom_onset: None, test_date: Some(MORNING) };
        Self::set_up("127.0.0.1", facts, change).await
    }

    async fn set_up(host: &str, facts: CaseFacts, change: impl FnOnce(&mut AppState)) -> Authority {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(MORNING));
        let seed = AtomicU64::new(1);
        let rng = move || StdRng::seed_from_u64(seed.fetch_add(1, Ordering::SeqCst));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{host}:{}", listener.local_addr().unwrap().port());
        let config = Config { response_floor_ms: 0, public_url: url.clone(), ..Config::default() };
        let options = Options { config, ..Options::in_directory(folder.path()) };
        let mut state = AppState::open(options, clock.clone(), Arc::new(rng)).await.unwrap();
        let texts = Arc::new(InMemory::default());
        state.texts = texts.clone();
        change(&mut state);
        admin::keys::init(&state).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let outage = Outage { state: state.clone(), port, running: Arc::default() };
        outage.serve(listener);
        let mut rng = StdRng::seed_from_u64(2);
        let (officer, case) = (OfficerId::generate(&mut rng), CaseId::generate(&mut rng));
        let authority = Authority { url, state, clock, texts, outage, case, officer, _folder: folder };
        authority.register(facts).await;
        authority
    }

    /// Ends the server and begins it again, for what must do without it.
    pub fn outage(&self) -> Outage {
        self.outage.clone()
    }

    async fn register(&self, facts: CaseFacts) {
        let now = self.clock.now();
        let unit = Unit {
            code: UNIT.to_owned(),
            name: "Trung tâm Kiểm soát bệnh tật Hà Nội".to_owned(),
            kind: UnitKind::ProvincialCdc,
            territory: "01".parse().unwrap(),
            valid_from: Timestamp(0),
            valid_until: None,
        };
        self.state.store.create_unit(&unit).await.unwrap();
        let officer = Officer {
            id: self.officer,
            username: "lan".to_owned(),
            role: Role::ProvincialCdc,
            unit: unit.code,
            territory: unit.territory,
            password_hash: "none".to_owned(),
            totp_secret_sealed: Vec::new(),
            created_at: now,
            disabled_at: None,
            locked_until: None,
        };
        self.state.store.create_officer(&officer).await.unwrap();
        let case = Case {
            id: self.case,
            reference: "HB-1".to_owned(),
            disease: "covid-19".to_owned(),
            facts,
            result_date: None,
            reported_at: None,
            person: None,
            area: no_place(),
            assigned: Some(officer.unit.clone()),
            unit: officer.unit,
            version: 1,
            created_by: self.officer,
            created_at: now,
            updated_at: now,
        };
        self.state.store.create_case(&case).await.unwrap();
    }

    /// The case turns out to be something else.
    pub async fn finds(&self, status: CaseStatus) {
        let before = self.state.store.case(self.case).await.unwrap().unwrap().facts;
        let (expected, facts) = (before.status, CaseFacts { status, ..before });
        let change =
            StatusChange { case: self.case, expected, facts, by: self.officer, at: self.clock.now() };
        self.state.store.change_case_status(&change).await.unwrap();
    }

    /// A one-time code for the case.
    pub async fn code(&self, kind: CodeKind) -> Code {
        let code = Code::generate(kind, &mut self.state.rng());
        let now = self.clock.now();
        let new = NewCode {
            id: CodeId::generate(&mut self.state.rng()),
            case: self.case,
            contact: None,
            kind,
            code_hash: self.state.secrets.hash(Hashed::Code, code.as_str().as_bytes()),
            issued_by: self.officer,
            issued_at: now,
            expires_at: now + kind.lifetime_s(),
        };
        self.state.store.issue_code(&new).await.unwrap();
        code
    }

    /// Lets time pass and the jobs run as they would.
    pub async fn pass(&self, hours: i64) {
        for _ in 0..hours {
            self.clock.advance(HOUR_S);
            jobs::run_once(&self.state).await.unwrap();
        }
    }

    /// The authority's signing keys as `bluezone admin keys list --json` prints them.
    pub async fn pins(&self) -> String {
        let keys = admin::keys::list(&self.state).await.unwrap();
        let shown = keys.into_iter().filter(|key| key.purpose == Purpose::Export).map(|key| {
            serde_json::json!({ "purpose": "export", "key_id": key.key_id, "version": key.version,
                "state": "current", "pem": key.public_pem })
        });
        serde_json::Value::Array(shown.collect()).to_string()
    }
}

/// Someone with a phone.
pub struct Person {
    pub phone: Phone,
    pub client: Client,
    poller: Poller,
    _folder: TempDir,
}

impl Person {
    /// A phone that trusts the authority.
    pub async fn new(authority: &Authority, seed: u64) -> Person {
        Self::trusting(authority, seed, None).await
    }

    /// The same; with a log, and whoever keeps it, it also takes requests.
    pub async fn trusting(
        authority: &Authority,
        seed: u64,
        log: Option<bluezone_device::Authority>,
    ) -> Person {
        let folder = tempfile::tempdir().unwrap();
        let config = DeviceConfig {
            trusted_export_keys: pins::parse(&authority.pins().await).unwrap(),
            authority: log,
            ..DeviceConfig::default()
        };
        let about = About {
            server: authority.url.clone(),
            folder: "/home/lan/bluezone-phone".to_owned(),
            station_phone: Some("024 3825 3535".to_owned()),
        };
        let rng = Box::new(StdRng::seed_from_u64(PHONES + seed));
        let shelf = Shelf::new(MemoryStorage::new());
        let phone = Phone::new(config, shelf, Prefs::default(), about, authority.clock.clone(), rng).unwrap();
        let client = Client::new(&authority.url).unwrap();
        let poller = Poller::new(client.clone(), folder.path());
        Person { phone, client, poller, _folder: folder }
    }

    /// What this phone sends at a moment.
    pub fn sends(&self, at: Timestamp) -> Identifier {
        self.phone.with(|mind, _, rng| {
            let identifier = mind.rotation(at, rng).unwrap().identifier;
            bluezone_canary::mark(&identifier.to_bytes()[..16]);
            let own = mind.storage().own_keys().unwrap();
            own.iter().for_each(|key| bluezone_canary::mark(key.key.as_bytes()));
            identifier
        })
    }

    /// Two phones near each other for some minutes from `from`, heard every 5 minutes at `rssi_dbm`.
    pub fn meets(&self, other: &Person, from: Timestamp, minutes: i64, rssi_dbm: i8) {
        for at in (0..minutes).step_by(5).map(|minute| from + minute * 60) {
            for (one, two) in [(self, other), (other, self)] {
                let heard = vec![Heard {
                    identifier: two.sends(at),
                    rssi_dbm: vec![rssi_dbm; 4],
                    tx_power_dbm: None,
                }];
                let scan = Scan { started: at, seconds_since_last_scan: 300, heard };
                one.phone.with(|mind, _, _| mind.record_scan(&scan).unwrap());
            }
        }
    }

    /// Some passers-by, each heard now at another strength.
    pub fn among(&self, strengths: &[i8]) {
        let heard = strengths.iter().zip(1u8..).map(|(rssi_dbm, number)| {
            let identifier =
                Identifier::Gaen { rpi: RollingProximityIdentifier([number * 37; 16]), aem: [0; 4] };
            Heard { identifier, rssi_dbm: vec![*rssi_dbm; 4], tx_power_dbm: None }
        });
        let heard = heard.collect();
        self.phone.with(|mind, now, _| {
            mind.record_scan(&Scan { started: now, seconds_since_last_scan: 300, heard }).unwrap();
        });
    }

    /// Carries the report until it waits for somebody.
    pub async fn carry(&self) -> ReportStep {
        while step(&self.phone, &self.client).await.unwrap() == Carried::On {}
        self.phone.with(|mind, now, rng| mind.report_next(now, rng).unwrap())
    }

    /// One look at what was published.
    pub async fn looks(&mut self) -> Round {
        self.poller.round(&self.phone).await.unwrap()
    }

    /// Serves this phone's pages; they live as long as the test's runtime. Returns the link that opens them.
    pub async fn pages(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let guard = Arc::new(Guard::new(address, &mut StdRng::seed_from_u64(u64::from(address.port()))));
        let link = guard.link();
        tokio::spawn(bluezone_app::serve_pages(self.phone.clone(), guard, listener));
        link
    }
}
