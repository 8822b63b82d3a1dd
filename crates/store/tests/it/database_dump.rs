//! What somebody reads who gets hold of the database without the master key, and what they can do with it.
//!
//! The searches below find the name once the vault writes plain text instead of ciphertext, and the exchanged rows open
//! once the associated data leaves the row out: each was tried.

use crate::places::{citizen, registered};
use crate::support::*;
use crate::visits::visit;
use bluezone_domain::case::{Case, CaseStatus};
use bluezone_domain::epi_point::{EpiDetails, EpiPoint, Setting};
use bluezone_domain::id::{EpiPointId, PersonId};
use bluezone_domain::person::{Identity, Person};
use bluezone_domain::visit::{Guest, Visitor};
use bluezone_store::testing::{self, TestDatabase};
use bluezone_store::{CaseEdit, PersonEdit, StoreError};
use sqlx::{Connection, Row, SqliteConnection};

const SECRETS: [&str; 10] = [
    "Canary Ngọc",
    "canary ngoc",
    "019185001234",
    "B7654321",
    "912345678",
    "Hẻm Canary",
    "nghề canary",
    "Quán Canary",
    "bà canary",
    "ghi chú canary",
];

fn identity() -> Identity {
    Identity {
        name: SECRETS[0].to_owned(),
        birth: "23/11/1985".parse().ok(),
        gender: None,
        national_id: SECRETS[2].parse().ok(),
        passport: SECRETS[3].parse().ok(),
        phone: format!("0{}", SECRETS[4]).parse().ok(),
        address: SECRETS[5].to_owned(),
        occupation: SECRETS[6].to_owned(),
    }
}

async fn filled(database: TestDatabase) -> (World, [PersonId; 2]) {
    let mut world = World::new(database).await;
    let person =
        |identity, world: &mut World| Person { identity, ..person(world.officer, "", *HERE, &mut world.rng) };
    let first = person(identity(), &mut world);
    let family = Identity { phone: identity().phone, ..Identity::default() };
    let second = person(family, &mut world);
    for person in [&first, &second] {
        world.store.create_person(person, &mut world.rng).await.unwrap();
    }
    // The history has the name too.
    let edit = PersonEdit {
        id: first.id,
        expected: 1,
        identity: identity(),
        area: *HERE,
        by: world.officer,
        at: NOW,
    };
    world.store.edit_person(&edit, &mut world.rng).await.unwrap();
    let case = world.case(CaseStatus::Suspected).await;
    let known = world.store.case(case).await.unwrap().unwrap();
    let case = Case { person: Some(first.id), ..known };
    world.store.edit_case(&CaseEdit { case: case.clone(), by: world.officer, at: NOW }).await.unwrap();
    let text = |at: usize| SECRETS[at].to_owned();
    let point = EpiPoint {
        id: EpiPointId::generate(&mut world.rng),
        case: case.id,
        from: NOW,
        to: NOW,
        area: *HERE,
        details: EpiDetails {
            setting: Setting::Place { name: text(7), address: text(5), contact: text(4) },
            informant: text(8),
            note: text(9),
        },
        created_by: world.officer,
        created_at: NOW,
        updated_at: NOW,
    };
    world.store.put_epi_point(&point, &mut world.rng).await.unwrap();
    let owner = citizen(&mut world, &format!("0{}", SECRETS[4])).await;
    let shop = registered(&mut world, &owner, SECRETS[7]).await;
    world.store.add_delegate(shop.code, &owner.phone, NOW, &mut world.rng).await.unwrap();
    let guest = Visitor::Guest(Guest { identity: identity(), number: String::new() });
    let visit = visit(&mut world, &shop, guest, NOW);
    world.store.check_in(&visit, &shop, &mut world.rng).await.unwrap();
    (world, [first.id, second.id])
}

fn path(world: &World) -> std::path::PathBuf {
    world.database.url.strip_prefix("sqlite:").unwrap().into()
}

#[tokio::test]
async fn the_files_hold_nothing_that_tells_who_somebody_is() {
    let (world, _) = filled(testing::sqlite().await).await;
    let mut read = 0;
    // The database, its journal and whatever else lies beside it.
    for entry in std::fs::read_dir(path(&world).parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        read += bytes.len();
        for secret in SECRETS {
            let there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!there, "{secret}");
        }
    }
    assert!(read > 100_000, "the files were read");
}

/// What SECURITY.md says is in clear, and no less: if one of these is sealed one day, the text must follow.
#[tokio::test]
async fn the_rest_is_there_to_read() {
    let (world, persons) = filled(testing::sqlite().await).await;
    let mut reader = SqliteConnection::connect(&world.database.url).await.unwrap();
    let rows =
        sqlx::query("SELECT id, province, commune, phone_hash, length(identity) AS length FROM persons")
            .fetch_all(&mut reader)
            .await
            .unwrap();
    assert_eq!(rows.len(), 2, "how many");
    let text = |row: &sqlx::sqlite::SqliteRow, column: &str| row.get::<String, _>(column);
    assert!(rows.iter().all(|row| text(row, "province") == "19" && text(row, "commune") == "05710"));
    let hash = |at: usize| rows[at].get::<Vec<u8>, _>("phone_hash");
    assert_eq!(hash(0), hash(1), "that two share a phone");
    let row = sqlx::query("SELECT person_id, status, reference, symptom_onset FROM cases")
        .fetch_one(&mut reader)
        .await
        .unwrap();
    assert_eq!(text(&row, "person_id"), persons[0].to_string(), "whose case it is, by number");
    assert_eq!((text(&row, "status").as_str(), text(&row, "reference").as_str()), ("suspected", "BN 1342"));
    let row =
        sqlx::query("SELECT commune, entered_at, entry FROM places JOIN visits ON place_id = places.id")
            .fetch_one(&mut reader)
            .await
            .unwrap();
    assert_eq!(
        (text(&row, "commune").as_str(), text(&row, "entry").as_str()),
        ("05710", "poster"),
        "when somebody came where"
    );
    assert_eq!(row.get::<i64, _>("entered_at"), NOW.0);
}

/// Whoever writes to the database cannot make one person another.
#[tokio::test]
async fn rows_that_were_exchanged_do_not_open() {
    let (world, [first, second]) = filled(testing::sqlite().await).await;
    let mut writer = SqliteConnection::connect(&world.database.url).await.unwrap();
    let read = "SELECT identity FROM persons WHERE id = $1";
    let mut sealed = Vec::new();
    for id in [first, second] {
        let row = sqlx::query(read).bind(id.to_string()).fetch_one(&mut writer).await.unwrap();
        sealed.push(row.get::<Vec<u8>, _>("identity"));
    }
    for (id, sealed) in [(second, &sealed[0]), (first, &sealed[1])] {
        let write = sqlx::query("UPDATE persons SET identity = $2 WHERE id = $1");
        write.bind(id.to_string()).bind(sealed).execute(&mut writer).await.unwrap();
    }
    for id in [first, second] {
        assert!(matches!(world.store.person(id).await, Err(StoreError::DoesNotOpen("persons"))));
    }
}
