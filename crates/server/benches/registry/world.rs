//! A database full of people who do not exist.

use bluezone_domain::Timestamp;
use bluezone_domain::admin_unit::{Edition, Level};
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::{Case, CaseFacts, CaseStatus};
use bluezone_domain::id::{CaseId, OfficerId, PersonId};
use bluezone_domain::officer::{Officer, Role};
use bluezone_domain::person::{Birth, Gender, Identity, Person};
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::{TestDatabase, sqlite};
use bluezone_store::{CaseLine, Store};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

pub const NOW: Timestamp = Timestamp(1_795_402_800);

/// The commonest names, roughly as common as they are.
const FAMILY: [(&str, u32); 12] = [
    ("Nguyễn", 38),
    ("Trần", 11),
    ("Lê", 9),
    ("Phạm", 7),
    ("Hoàng", 5),
    ("Phan", 5),
    ("Vũ", 4),
    ("Đặng", 3),
    ("Bùi", 3),
    ("Đỗ", 2),
    ("Dương", 2),
    ("Lý", 1),
];
const MIDDLE: [&str; 12] =
    ["Văn", "Thị", "Đức", "Hữu", "Minh", "Ngọc", "Thanh", "Quang", "Thu", "Xuân", "Kim", "Hoài"];
const GIVEN: [&str; 24] = [
    "An", "Anh", "Bình", "Chi", "Cường", "Dũng", "Dung", "Giang", "Hà", "Hải", "Hằng", "Hiếu", "Hoa", "Hùng",
    "Hương", "Khánh", "Lan", "Linh", "Long", "Mai", "Nam", "Phương", "Tuấn", "Yến",
];

pub struct World {
    _database: TestDatabase,
    pub store: Store,
    pub officer: Officer,
    pub rng: StdRng,
    areas: Vec<Area>,
}

impl World {
    pub async fn new(places: Places) -> World {
        let mut rng = StdRng::seed_from_u64(2026);
        let database = sqlite().await;
        let store = database.open().await;
        store.ensure_vault_key(NOW, &mut rng).await.unwrap();
        let territory = Territory::Province("19".parse().unwrap());
        let unit = Unit {
            code: "TN-CDC".to_owned(),
            name: "CDC".to_owned(),
            kind: UnitKind::ProvincialCdc,
            territory,
            valid_from: Timestamp(0),
            valid_until: None,
        };
        store.create_unit(&unit).await.unwrap();
        let officer = Officer {
            id: OfficerId::generate(&mut rng),
            username: "bench".to_owned(),
            role: Role::ProvincialCdc,
            unit: unit.code,
            territory,
            password_hash: "none".to_owned(),
            totp_secret_sealed: Vec::new(),
            created_at: NOW,
            disabled_at: None,
            locked_until: None,
        };
        store.create_officer(&officer).await.unwrap();
        let areas = Edition::in_force()
            .of_level(Level::Commune)
            .filter_map(|unit| Edition::in_force().area(unit.code.parse().ok()?))
            .filter(|area| places == Places::Everywhere || area.province.as_str() == "19")
            .collect();
        World { _database: database, store, officer, rng, areas }
    }

    pub fn identity(&mut self) -> Identity {
        let rng = &mut self.rng;
        let family = FAMILY.choose_weighted(rng, |(_, weight)| *weight).unwrap().0;
        let (middle, given) = (MIDDLE.choose(rng).unwrap(), GIVEN.choose(rng).unwrap());
        let second =
            if rng.random_bool(0.3) { format!(" {}", GIVEN.choose(rng).unwrap()) } else { String::new() };
        Identity {
            name: format!("{family} {middle}{second} {given}"),
            birth: Some(Birth::Year(rng.random_range(1930..2026))),
            gender: Some(if *middle == "Thị" { Gender::Female } else { Gender::Male }),
            national_id: format!("{:012}", rng.random_range(0..100_000_000_000_u64)).parse().ok(),
            passport: None,
            phone: format!("09{:08}", rng.random_range(0..100_000_000)).parse().ok(),
            address: format!("Tổ {}, đường {}", rng.random_range(1..40), rng.random_range(1..200)),
            occupation: "Công nhân".to_owned(),
        }
    }

    pub fn person(&mut self) -> Person {
        Person {
            id: PersonId::generate(&mut self.rng),
            identity: self.identity(),
            area: *self.areas.choose(&mut self.rng).unwrap(),
            assigned: None,
            merged_into: None,
            version: 1,
            created_by: self.officer.id,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    /// A new case of a new person, the `number`th.
    pub fn line(&mut self, number: usize) -> CaseLine {
        let person = self.person();
        let status = *CaseStatus::ALL[..3].choose(&mut self.rng).unwrap();
        let day = NOW.day_start() - self.rng.random_range(0..14) * DAY_S;
        let case = Case {
            id: CaseId::generate(&mut self.rng),
            reference: format!("TN-{number:06}"),
            disease: "covid-19".to_owned(),
            facts: CaseFacts { status, symptom_onset: Some(day), test_date: Some(day) },
            result_date: None,
            reported_at: None,
            person: Some(person.id),
            area: person.area,
            assigned: None,
            unit: self.officer.unit.clone(),
            version: 1,
            created_by: self.officer.id,
            created_at: NOW - (number / 4) as i64,
            updated_at: NOW,
        };
        CaseLine { case, person: Some(person) }
    }

    /// Fills the database with this many cases.
    pub async fn fill(&mut self, cases: usize) {
        let mut import = self.store.begin_import(self.officer.id, NOW).await.unwrap();
        for start in (0..cases).step_by(500) {
            let lines: Vec<_> = (start..cases.min(start + 500)).map(|number| self.line(number)).collect();
            import.add(&lines, &mut self.rng).await.unwrap();
        }
        import.finish().await.unwrap();
    }
}

/// Where its people live.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// In all communes of the country.
    Everywhere,
    /// In Thái Nguyên, the officer's province.
    Province,
}
