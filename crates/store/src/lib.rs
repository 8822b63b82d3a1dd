//! What the server remembers: the domain's records on SQLite (a file, the default) or PostgreSQL.
//!
//! One [`Store`], one set of methods; each method that writes is one transaction that either happened when it returns
//! `Ok`, durably, or did not. Both databases pass the same contract suite (`tests/it`).
//!
//! Nothing secret is stored in clear: codes, nonces, session tokens and peer addresses come in as keyed hashes, tokens,
//! private keys and TOTP secrets come in sealed; the store never sees the keys for either. What tells who a person is, it
//! seals itself, in its [`vault`].

mod agencies;
mod agency_consents;
mod agency_members;
mod ahead;
mod approvals;
mod assignments;
mod audit;
mod backup;
mod batch;
mod breaches;
mod case_edits;
mod case_looks;
mod cases;
mod catalogue;
mod ceremonies;
mod certificates;
mod citizen_sessions;
mod citizens;
mod codes;
mod connect;
mod contacts;
mod counts;
mod data_looks;
mod data_requests;
mod days;
mod db;
mod declarations;
mod epi_points;
mod error;
mod exports;
mod forms;
mod group;
mod guesses;
mod handlings;
mod health;
mod keys;
mod leases;
mod lent;
mod line_lists;
mod listings;
mod log_entries;
mod log_state;
mod master_key;
mod messages;
mod migrate;
mod moving;
mod officer_keys;
mod officers;
mod openings;
mod outbreak_plans;
mod passkeys;
mod person_history;
mod person_merge;
mod persons;
mod phone_codes;
mod place_warnings;
mod places;
#[cfg(test)]
mod plans;
mod populations;
mod profiles;
mod publish;
mod publish_together;
mod redeem;
mod releases;
mod replica;
mod retention;
mod sessions;
mod sign_ins;
mod sign_on;
mod signals;
mod signing_keys;
mod streams;
#[cfg(feature = "testing")]
pub mod testing;
mod totals;
mod unit_keys;
mod units;
#[cfg(test)]
mod upgrades;
mod uploads;
mod value;
mod visits;
mod zones;

pub use approvals::{Waiting, change_text};
pub use audit::AuditFilter;
pub mod vault;
mod vault_keys;
mod within;
mod worklist;

pub use agencies::Invited;
pub use assignments::{Assignment, Undone};
pub use breaches::BreachPerson;
pub use case_edits::CaseEdit;
pub use cases::{CaseCursor, CaseFilter, StatusChange};
pub use certificates::Bound;
pub use citizen_sessions::CitizenSession;
pub use codes::{CodeFor, CodeState, IssuedCode, NewCode};
pub use contacts::{
    ChainVersion, Conclusion, ContactAssignment, ContactCursor, ContactFilter, FilledSheet, LoadedChain,
    SheetSide,
};
pub use counts::Counted;
pub use declarations::{Accepted, DeclaredFile, NewDeclaration, NewFile, Points};
pub use error::{DatabaseError, StoreError};
pub use exports::{Batch, BatchId, Membership, PublishedFile};
pub use forms::{FormFile, FormSwitch};
pub use guesses::GuessLimits;
pub use handlings::{HandlingChange, HandlingCursor, HandlingFilter, HandlingStep};
pub use health::Health;
pub use line_lists::{CaseImport, CaseLine, LineChange};
pub use listings::{Listing, ListingLink, NewListingLink};
pub use log_entries::NewLogEntry;
pub use log_state::LogState;
pub use messages::{MessageCursor, NewMessage};
pub use migrate::Layout;
pub use moving::{Carried, MoveError, Step, carry_over, give_up};
pub use officer_keys::OfficerKeyRecord;
pub use openings::{OpeningState, UploadCursor, UploadInfo};
pub use outbreak_plans::OutbreakPlanCursor;
pub use passkeys::PasskeyRecord;
pub use person_history::{PersonChange, PersonEvent};
pub use persons::PersonEdit;
pub use phone_codes::{KeptPhoneCode, NewPhoneCode, TextGuessLimits, TextLimits, TriedPhoneCode};
pub use publish::{Publish, PublishRefusal, Published};
pub use redeem::{Redeem, Redeemed};
pub use releases::{MailboxInfo, ReleaseRequest, Signed};
pub use replica::{ReplicaFares, Reports};
pub use retention::{KNOWN_BROWSER_S, Purged, Retention};
pub use sessions::SessionRecord;
pub use signals::{NewSignal, Reported, SignalCursor, SignalEffect};
pub use signing_keys::{Purpose, SigningKeyRecord};
pub use totals::Totals;
pub use unit_keys::{NewUnitKey, UnitKey};
pub use units::Station;
pub use uploads::{Consented, NewConsent, NewMailbox, NewUpload};
pub use vault_keys::Resealed;
pub use visits::CheckedIn;
pub use within::Within;
pub use worklist::{Work, Worker};

use db::Db;
use group::{Group, LookUp};
use std::sync::Arc;
use tokio::sync::Semaphore;
use vault::{Vault, VaultSecret};

/// A 32-byte keyed hash (HMAC-SHA256), made by the server.
pub type Hash = [u8; 32];

/// The server's memory. Cheap to clone: clones share the connections.
#[derive(Clone)]
pub struct Store {
    db: Db,
    replica: Option<Db>,
    vault: Option<Arc<Vault>>,
    groups: Arc<Groups>,
    short_codes: Arc<redeem::ShortCodes>,
    days_in_use: Arc<days::DaysInUse>,
}

impl Store {
    /// Opens `sqlite:PATH` (made if it does not exist, readable by its owner only) or `postgres://…`, and brings it to
    /// the layout of this program.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a database that newer programs changed so that this one must not use it (a layout that only adds
    /// to this program's is used as it is); [`StoreError::CarriedAway`] and [`StoreError::Filling`] on either side of a move;
    /// [`StoreError::Address`] for an address of no known form (`sqlite::memory:` is one: readers and the writer have connections
    /// of their own, which would not share it).
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let store = Store::connect(url).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// The first half of [`Store::open`]: nothing in the database is changed yet. Of the rest only
    /// [`Store::master_key_proof`] can be asked before [`Store::migrate`].
    pub async fn connect(url: &str) -> Result<Store, StoreError> {
        Ok(Store::of(Db::open(url).await?))
    }

    /// The same for who changes nothing, of a standby, too, which [`Store::connect`] would not take.
    pub async fn connect_to_read(url: &str) -> Result<Store, StoreError> {
        Ok(Store::of(Db::open_to_read(url).await?))
    }

    fn of(db: Db) -> Store {
        let groups = Arc::new(Groups::new(&db));
        let short_codes = Arc::new(redeem::ShortCodes::new());
        let days_in_use = Arc::default();
        Store { db, replica: None, vault: None, groups, short_codes, days_in_use }
    }

    /// The same store with its vault: without the secret, whatever is sealed answers [`StoreError::Locked`].
    pub fn with_vault(self, secret: VaultSecret) -> Store {
        Store { vault: Some(Arc::new(Vault::new(secret))), ..self }
    }

    /// The second half of [`Store::open`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::run(&self.db).await?;
        moving::refuse_half(&self.db).await
    }

    /// The number of the database's layout, which grows by one with each change.
    pub async fn layout(&self) -> Result<Layout, StoreError> {
        migrate::layout(&self.db).await
    }

    /// The same store with other connections. Nobody goes together with those of this one: a batch is asked by one of the two.
    pub(crate) fn on(&self, db: Db) -> Store {
        Store { groups: Arc::new(Groups::new(&db)), db, ..self.clone() }
    }

    /// How many transactions those who came at the same time shared, and how many they were, by what they wanted.
    pub fn shared_transactions(&self) -> [(&'static str, u64, u64); 4] {
        let groups = &self.groups;
        let (known, telling) = (groups.declarations.shared(), groups.telling.shared());
        let shared = [
            ("declarations", (known.0 + telling.0, known.1 + telling.1)),
            ("check-ins", groups.visits.shared()),
            ("publications", groups.publications.shared()),
            ("dummies", groups.nobodys.shared()),
        ];
        shared.map(|(of, (transactions, members))| (of, transactions, members))
    }

    /// Waits for running requests and closes the connections.
    pub async fn close(&self) {
        self.db.close().await;
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
    }
}

/// Those who wait to go together.
struct Groups {
    declarations: Arc<Group<Arc<declarations::Prepared>>>,
    /// Those that make a profile or change one, or are of another day than that on which they come.
    telling: Arc<Group<Arc<declarations::Prepared>>>,
    visits: Arc<Group<Arc<visits::Coming>>>,
    busy_day: visits::BusyDay,
    /// For visits that do not go together.
    alone: Semaphore,
    publications: Arc<Group<Arc<Publish>>>,
    nobodys: Arc<Group<leases::Nobody>>,
    sessions: LookUp,
    profiles: LookUp,
    places: LookUp,
    consents: LookUp,
    signing_keys: LookUp,
    form_changes: LookUp,
}

impl Groups {
    fn new(db: &Db) -> Groups {
        let (turns, of_nobody) = match db {
            // It has one writer at a time.
            Db::Sqlite { .. } => (1, 1),
            Db::Postgres(_) => (group::WRITERS, group::NOBODYS),
        };
        Groups {
            declarations: Group::new(turns, group::MOST),
            telling: Group::new(turns, group::MOST),
            visits: Group::new(turns, group::MOST),
            busy_day: visits::BusyDay::default(),
            alone: Semaphore::new(group::ALONE),
            publications: Group::new(turns, group::MOST),
            nobodys: Group::new(of_nobody, group::MOST),
            sessions: LookUp::new(citizen_sessions::FIND),
            profiles: LookUp::new(profiles::OF_CITIZEN),
            places: LookUp::new(places::BY_CODE),
            consents: LookUp::new(declarations::LIVE_CONSENTS),
            signing_keys: LookUp::new(signing_keys::OF_PURPOSE),
            form_changes: LookUp::new(forms::CHANGES),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.db {
            Db::Sqlite { .. } => "Store(sqlite)",
            Db::Postgres(_) => "Store(postgres)",
        })
    }
}

#[cfg(test)]
bluezone_canary::watch!();
