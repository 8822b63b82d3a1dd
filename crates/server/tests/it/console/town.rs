//! A health authority in a temporary directory: a server, a clock that the test moves, an administrator and officers.

use super::browser::{Browser, Seen};
use axum::Router;
use bluezone_domain::area::Area;
use bluezone_domain::id::{CaseId, PersonId};
use bluezone_domain::officer::Role;
use bluezone_domain::person::{Identity, Person};
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::time::{ManualClock, Timestamp};
use bluezone_server::admin::officer::{CreatedOfficer, NewOfficer, create_officer};
use bluezone_server::admin::unit::create_unit;
use bluezone_server::console::totp::STEP_S;
use bluezone_server::texting::InMemory;
use bluezone_server::{AppState, Config, Options, router};
use bluezone_store::testing::{self, TestDatabase};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// 2026-11-23 10:00 in Vietnam.
pub const NOW: Timestamp = Timestamp(1_795_402_800);

/// Two units, of Thái Nguyên and of Hà Nội: what one does, the other does not see.
pub const UNIT: &str = "TN-CDC";
pub const OTHER_UNIT: &str = "HN-CDC";
/// One unit of each other kind: the ministry, and a station, a laboratory and an isolation site of Thái Nguyên.
pub const MINISTRY: &str = "BYT";
pub const STATION: &str = "TN-TYT";
pub const LAB: &str = "TN-XN";
pub const SITE: &str = "TN-CL";

const UNITS: [(&str, UnitKind, &str); 7] = [
    (UNIT, UnitKind::ProvincialCdc, "19"),
    // Its code must never stand in a log.
    ("CANARY-UNIT", UnitKind::ProvincialCdc, "19"),
    (OTHER_UNIT, UnitKind::ProvincialCdc, "01"),
    (MINISTRY, UnitKind::Ministry, "nation"),
    (STATION, UnitKind::CommuneStation, "19/05443"),
    (LAB, UnitKind::Lab, "19"),
    (SITE, UnitKind::IsolationSite, "19/05443"),
];

pub struct Town {
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    /// The text messages that were sent.
    pub texts: Arc<InMemory>,
    pub database: TestDatabase,
    directory: TempDir,
}

impl Town {
    pub async fn new() -> Town {
        Town::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Town {
        Town::made(config, testing::database().await, tempfile::tempdir().unwrap()).await
    }

    /// On a database that the test chose.
    pub async fn on(database: &TestDatabase) -> Town {
        let database = TestDatabase::at(database.url.clone());
        Town::made(Config::default(), database, tempfile::tempdir().unwrap()).await
    }

    /// With its database as a file beside its others, for tests of what files hold.
    pub async fn in_files(config: Config) -> Town {
        let directory = tempfile::tempdir().unwrap();
        let database = TestDatabase::at(format!("sqlite:{}", directory.path().join("bluezone.db").display()));
        Town::made(config, database, directory).await
    }

    async fn made(config: Config, database: TestDatabase, directory: TempDir) -> Town {
        let clock = Arc::new(ManualClock::new(NOW));
        let mut state = open(directory.path(), config, &database, clock.clone()).await;
        let texts = Arc::new(InMemory::default());
        state.texts = texts.clone();
        for (code, kind, territory) in UNITS {
            let (code, territory) = (code.to_owned(), territory.parse().unwrap());
            let (name, valid_from) = (format!("Đơn vị {code}"), Timestamp(0));
            let unit = Unit { code, name, kind, territory, valid_from, valid_until: None };
            create_unit(&state, unit).await.unwrap();
        }
        Town { state, clock, texts, database, directory }
    }

    /// The same data after the server was stopped and started.
    pub async fn restarted(self) -> Town {
        let Town { state, clock, texts, database, directory } = self;
        state.store.close().await;
        let mut state = open(directory.path(), (*state.config).clone(), &database, clock.clone()).await;
        state.texts = texts.clone();
        Town { state, clock, texts, database, directory }
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn router(&self) -> Router {
        router(self.state.clone())
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.router())
    }

    /// Deletes what its time has passed, as the job does.
    pub async fn purge(&self) {
        bluezone_server::jobs::purge(&self.state).await.unwrap();
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    pub async fn officer(&self, username: &str, role: Role, unit: &str) -> CreatedOfficer {
        let new = NewOfficer { username: username.to_owned(), role, unit: unit.to_owned(), password: None };
        let officer = create_officer(&self.state, new).await.unwrap();
        bluezone_canary::mark(officer.password.as_bytes());
        bluezone_canary::mark(officer.totp_secret.as_bytes());
        officer
    }

    /// A health officer and their browser, signed in.
    pub async fn signed_in(&self, username: &str, role: Role, unit: &str) -> (CreatedOfficer, Browser) {
        let officer = self.officer(username, role, unit).await;
        let mut browser = self.browser();
        let seen = self.sign_in(&mut browser, &officer).await;
        assert!(seen.status.is_redirection(), "{} {}", seen.status, seen.body);
        (officer, browser)
    }

    pub async fn health_officer(&self) -> Browser {
        self.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await.1
    }

    /// A citizen's browser, signed in with a telephone number.
    pub async fn citizen(&self, phone: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await;
        let seen = browser.submit(&page, "/sign-in", &[("phone", phone)]).await;
        let page = browser.open(seen.to()).await;
        let seen = browser.submit(&page, "/sign-in/code", &[("code", &self.code(phone))]).await;
        assert_eq!(seen.to(), "/");
        browser
    }

    /// The code that was sent last to a number.
    pub fn code(&self, phone: &str) -> String {
        self.texts.code(&phone.parse().unwrap()).expect("a code was sent")
    }

    /// A person of Thái Nguyên, whose commune is not known.
    pub async fn person(&self, name: &str) -> PersonId {
        let officer = self.officer("registrar", Role::ProvincialCdc, UNIT).await;
        let person = Person {
            id: PersonId::generate(&mut *self.state.rng()),
            identity: Identity { name: name.to_owned(), ..Identity::default() },
            area: Area { province: "19".parse().unwrap(), commune: None },
            assigned: None,
            merged_into: None,
            version: 1,
            created_by: officer.id,
            created_at: NOW,
            updated_at: NOW,
        };
        self.state.store.create_person(&person, &mut *self.state.rng()).await.unwrap();
        person.id
    }

    pub async fn sign_in(&self, browser: &mut Browser, officer: &CreatedOfficer) -> Seen {
        let code = officer.totp_secret.code(self.clock_now());
        sign_in_with(browser, &officer.username, &officer.password, &code).await
    }

    /// The next code is another one.
    pub fn next_code(&self) {
        self.wait(STEP_S);
    }

    pub fn clock_now(&self) -> Timestamp {
        self.state.now()
    }
}

async fn open(
    directory: &Path,
    config: Config,
    database: &TestDatabase,
    clock: Arc<ManualClock>,
) -> AppState {
    static SEED: AtomicU64 = AtomicU64::new(1);
    let config = Config { response_floor_ms: 0, ..config };
    let database_url = Some(database.url.clone());
    let options = Options { config, database_url, ..Options::in_directory(directory) };
    // Every generator differs from every other, as those of the machine do.
    let rng = || StdRng::seed_from_u64(SEED.fetch_add(1, Ordering::Relaxed));
    AppState::open(options, clock, Arc::new(rng)).await.unwrap()
}

pub async fn sign_in_with(browser: &mut Browser, username: &str, password: &str, code: &str) -> Seen {
    let page = browser.open("/console/sign-in").await;
    browser
        .submit(&page, "/console/sign-in", &[("username", username), ("password", password), ("code", code)])
        .await
}

/// Registers a case of COVID-19 and gives its identifier.
pub async fn register(browser: &mut Browser, reference: &str, status: &str) -> CaseId {
    register_of(browser, reference, status, "covid-19").await
}

/// Registers a case of a disease and gives its identifier.
pub async fn register_of(browser: &mut Browser, reference: &str, status: &str, disease: &str) -> CaseId {
    let page = browser.get("/console/cases/new").await;
    let test_date = if status == "confirmed" { "2026-11-22" } else { "" };
    let typed = [
        ("reference", reference),
        ("status", status),
        ("onset", "2026-11-20"),
        ("test_date", test_date),
        ("disease", disease),
    ];
    let seen = browser.submit(&page, "/console/cases/new", &typed).await;
    let to = seen.to();
    to.split(['/', '?']).nth(3).unwrap().parse().unwrap_or_else(|_| panic!("no case in {to}"))
}
