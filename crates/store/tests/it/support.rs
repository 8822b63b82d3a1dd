//! Fixtures, and the macro that runs a case on both databases.

use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::case::{Case, CaseFacts, CaseStatus};
use bluezone_domain::code::CodeKind;
use bluezone_domain::guess;
use bluezone_domain::id::{CaseId, CodeId, OfficerId, PersonId, TokenId};
use bluezone_domain::officer::{Officer, Role, SignInMethod};
use bluezone_domain::person::{Identity, Person};
use bluezone_domain::publication::Stream;
use bluezone_domain::publication::{EMBARGO_S, StoredKey};
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{DAY_S, IntervalNumber};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{
    Batch, Bound, GuessLimits, Hash, Membership, NewCode, Publish, Published, Redeem, Redeemed,
    SessionRecord, Store,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::future::Future;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::Poll;

/// Makes a test of each case for each database.
macro_rules! contract {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(bluezone_store::testing::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(bluezone_store::testing::postgres().await).await;
            })*
        }
    };
}
pub(crate) use contract;

/// Midnight UTC of some day.
pub const NOW: Timestamp = Timestamp(1_700_006_400);
pub const HOUR: i64 = 3600;
/// Two communes of two provinces.
pub static HERE: LazyLock<Area> = LazyLock::new(|| area("19", "05710"));
pub static ELSEWHERE: LazyLock<Area> = LazyLock::new(|| area("01", "00001"));
pub const TOKEN_LIFE: i64 = DAY_S;
/// The unit of [`World::officer`].
pub const UNIT: &str = "CDC-19";
/// How many tasks race where tasks race.
pub const TASKS: usize = 8;

fn area(province: &str, commune: &str) -> Area {
    Area { province: province.parse().unwrap(), commune: commune.parse().ok() }
}

/// A database with an officer in it.
pub struct World {
    pub database: TestDatabase,
    pub store: Store,
    pub officer: OfficerId,
    pub rng: StdRng,
}

impl World {
    pub async fn new(database: TestDatabase) -> World {
        let mut rng = StdRng::seed_from_u64(2020);
        let store = database.open().await;
        store.create_unit(&unit(UNIT)).await.unwrap();
        let officer = officer("lan", &mut rng);
        store.create_officer(&officer).await.unwrap();
        store.ensure_vault_key(NOW, &mut rng).await.unwrap();
        World { database, store, officer: officer.id, rng }
    }

    pub fn hash(&mut self) -> Hash {
        let mut hash = [0; 32];
        self.rng.fill_bytes(&mut hash);
        hash
    }

    pub async fn case(&mut self, status: CaseStatus) -> CaseId {
        let case = case(self.officer, status, NOW, &mut self.rng);
        self.store.create_case(&case).await.unwrap();
        case.id
    }

    /// Registers a person of this name.
    pub async fn person(&mut self, name: &str, area: Area) -> PersonId {
        let person = person(self.officer, name, area, &mut self.rng);
        self.store.create_person(&person, &mut self.rng).await.unwrap();
        person.id
    }

    /// Issues a code for a case; returns its hash.
    pub async fn code(&mut self, case: CaseId, kind: CodeKind, at: Timestamp) -> Hash {
        let code = self.new_code(case, kind, at);
        self.store.issue_code(&code).await.unwrap();
        code.code_hash
    }

    pub fn new_code(&mut self, case: CaseId, kind: CodeKind, at: Timestamp) -> NewCode {
        NewCode {
            id: CodeId::generate(&mut self.rng),
            case,
            contact: None,
            kind,
            code_hash: self.hash(),
            issued_by: self.officer,
            issued_at: at,
            expires_at: at + kind.lifetime_s(),
        }
    }

    /// An attempt with a nonce and a token of its own, and limits that do not matter.
    pub fn redeem(&mut self, code_hash: Hash, kind: CodeKind, now: Timestamp) -> Redeem {
        Redeem {
            code_hash,
            kind,
            nonce_hash: Some(self.hash()),
            accepted: CaseStatus::ALL.to_vec(),
            accepts_contact: false,
            token_id: TokenId::generate(&mut self.rng),
            token_sealed: self.hash().to_vec(),
            token_expires: now + TOKEN_LIFE,
            limits: GuessLimits {
                budget_units: guess::budget_units(1.0),
                source_hash: self.hash(),
                source_failures: 1000,
            },
            now,
        }
    }

    /// A phone of a case of this status, all the way to a certificate.
    pub async fn certified(&mut self, status: CaseStatus, now: Timestamp) -> (TokenId, Hash) {
        let case = self.case(status).await;
        let code = self.code(case, CodeKind::Link, now).await;
        let redeem = self.redeem(code, CodeKind::Link, now);
        let redeemed = self.store.redeem_code(&redeem).await.unwrap();
        assert!(matches!(redeemed, Redeemed::New { .. }));
        let tekmac = self.hash();
        let bound = self.store.bind_certificate(redeem.token_id, tekmac, now).await.unwrap();
        assert!(matches!(bound, Bound::New { .. }));
        (redeem.token_id, tekmac)
    }

    /// The publication of such a phone.
    pub async fn publication(
        &mut self,
        status: CaseStatus,
        keys: &[DiagnosisKey],
        now: Timestamp,
    ) -> Publish {
        let (token, tekmac) = self.certified(status, now).await;
        let keys = keys.iter().map(|key| StoredKey::received(key.clone(), now, EMBARGO_S)).collect();
        let response = self.hash().to_vec();
        Publish { token, tekmac, keys, padding: vec![], revision: None, response, now }
    }

    /// Publishes keys as a case of this status would.
    pub async fn publish(&mut self, status: CaseStatus, keys: &[DiagnosisKey], now: Timestamp) {
        let publish = self.publication(status, keys, now).await;
        let stored = Published::Stored { inserted: keys.len() as u32, revised: 0 };
        assert_eq!(self.store.publish(&publish).await.unwrap(), stored);
    }

    /// Keys of whole days, the last one long over at [`NOW`].
    pub fn keys(&mut self, count: u32, report_type: ReportType) -> Vec<DiagnosisKey> {
        (0..count)
            .map(|i| key(IntervalNumber(NOW.interval().0 - 144 * (2 + i)), report_type, &mut self.rng))
            .collect()
    }

    /// Opens, pads with nothing and finishes the batch of this time, and returns its keys.
    pub async fn export(&self, now: Timestamp) -> (Vec<DiagnosisKey>, Vec<DiagnosisKey>) {
        let batch =
            self.store.open_batch(Stream::Cases, now, HOUR).await.unwrap().expect("a period has passed");
        let keys = members(&self.store, &batch).await;
        let name = format!("{}.zip", batch.id.0);
        self.store.finish_batch(Stream::Cases, batch.id, &name, [1; 32]).await.unwrap();
        keys
    }
}

/// New and revised keys of a batch, read in small pages.
pub async fn members(store: &Store, batch: &Batch) -> (Vec<DiagnosisKey>, Vec<DiagnosisKey>) {
    let new = all_keys(store, batch, Membership::New).await;
    (new, all_keys(store, batch, Membership::Revised).await)
}

async fn all_keys(store: &Store, batch: &Batch, membership: Membership) -> Vec<DiagnosisKey> {
    let mut keys: Vec<DiagnosisKey> = Vec::new();
    loop {
        let after = keys.last().map(|key| key.key.clone());
        let page = store.batch_keys(Stream::Cases, batch.id, membership, after.as_ref(), 7).await.unwrap();
        let done = page.len() < 7;
        keys.extend(page);
        if done {
            return keys;
        }
    }
}

/// A province's centre for disease control.
pub fn unit(code: &str) -> Unit {
    Unit {
        code: code.to_owned(),
        name: "Trung tâm Kiểm soát bệnh tật tỉnh Thái Nguyên".to_owned(),
        kind: UnitKind::ProvincialCdc,
        territory: "19".parse().unwrap(),
        valid_from: Timestamp(0),
        valid_until: None,
    }
}

pub fn session(
    token_hash: Hash,
    officer: OfficerId,
    created_at: Timestamp,
    expires_at: Timestamp,
) -> SessionRecord {
    let (method, device) = (SignInMethod::Password, "Firefox, Linux".to_owned());
    SessionRecord { token_hash, officer, method, device, created_at, expires_at }
}

pub fn officer(username: &str, rng: &mut StdRng) -> Officer {
    Officer {
        id: OfficerId::generate(rng),
        username: username.to_owned(),
        role: Role::ProvincialCdc,
        unit: UNIT.to_owned(),
        territory: unit(UNIT).territory,
        password_hash: "$argon2id$not-a-real-one".to_owned(),
        totp_secret_sealed: vec![1, 2, 3],
        created_at: NOW,
        disabled_at: None,
        locked_until: None,
    }
}

pub fn person(by: OfficerId, name: &str, area: Area, rng: &mut StdRng) -> Person {
    Person {
        id: PersonId::generate(rng),
        identity: Identity { name: name.to_owned(), ..Identity::default() },
        area,
        assigned: None,
        merged_into: None,
        version: 1,
        created_by: by,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub fn case(by: OfficerId, status: CaseStatus, at: Timestamp, rng: &mut StdRng) -> Case {
    Case {
        id: CaseId::generate(rng),
        reference: "BN 1342".to_owned(),
        disease: "covid19".to_owned(),
        facts: CaseFacts { status, symptom_onset: Some(NOW - 3 * DAY_S), test_date: None },
        result_date: None,
        reported_at: None,
        person: None,
        area: *HERE,
        assigned: None,
        unit: UNIT.to_owned(),
        version: 1,
        created_by: by,
        created_at: at,
        updated_at: at,
    }
}

pub fn key(start: IntervalNumber, report_type: ReportType, rng: &mut StdRng) -> DiagnosisKey {
    let key = TemporaryExposureKey::generate(rng);
    bluezone_canary::mark(key.as_bytes());
    DiagnosisKey {
        key,
        rolling_start: start,
        rolling_period: 144,
        transmission_risk: 4,
        report_type,
        days_since_onset: Some(-2),
    }
}

pub fn sorted(mut keys: Vec<DiagnosisKey>) -> Vec<DiagnosisKey> {
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    keys
}

/// Runs the same thing from many tasks at once, each on a store of its own as if it were a process of its own.
pub async fn race<T, F>(database: &TestDatabase, run: impl Fn(usize, Store) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = Vec::new();
    for i in 0..TASKS {
        tasks.push(run(i, database.open().await));
    }
    let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.expect("a task panicked"));
    }
    results
}

/// Polls a future at most `polls` times, then drops it where it stands: what a client that hangs up does to a request.
pub async fn cut_off<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

pub fn count<T: PartialEq>(of: &[T], value: &T) -> usize {
    of.iter().filter(|one| *one == value).count()
}
