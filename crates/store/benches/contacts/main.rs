//! Lists and changes of contacts in a large database: `cargo bench -p bluezone-store --bench contacts`.
//!
//! 10,000 cases with 200,000 contacts on SQLite, in a temporary file. Prints p50 and p95 in milliseconds.

#![expect(clippy::print_stdout, reason = "a bench's product is what it prints")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::contact::cascade::Event;
use bluezone_domain::contact::{Class, Closeness, Source, Status};
use bluezone_domain::id::{CaseId, ContactBatchId, ContactId, OfficerId};
use bluezone_domain::officer::Role;
use bluezone_domain::policy::Scope;
use bluezone_store::testing::sqlite;
use bluezone_store::{ContactAssignment, ContactCursor, ContactFilter, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::Connection;
use std::time::Instant;

const CASES: u32 = 10_000;
const CONTACTS: u32 = 200_000;
const PROVINCES: u32 = 34;
const NOW: i64 = 1_795_402_800;

#[tokio::main]
async fn main() {
    let database = sqlite().await;
    let store = database.open().await;
    let start = stopwatch();
    fill(database.url.strip_prefix("sqlite:").unwrap()).await;
    println!("{CASES} cases and {CONTACTS} contacts made in {:.0} s\n", start.elapsed().as_secs_f64());
    println!("{:<44} {:>8} {:>8}", "", "p50 ms", "p95 ms");
    lists(&store).await;
    changes(&store).await;
}

async fn lists(store: &Store) {
    let province = Territory::Province("19".parse().unwrap());
    let commune = Territory::Commune("19".parse().unwrap(), "00019".parse().unwrap());
    let none = ContactFilter::default();
    let rare = ContactFilter {
        class: Some(Class::Unclear),
        source: Some(Source::SelfListed),
        status: Some(Status::Lost),
        unit: None,
    };
    let unit = ContactFilter { unit: Some("unit-7".to_owned()), ..none.clone() };
    for (name, territory, filter) in [
        ("nation, first page", Territory::Nation, &none),
        ("nation, class", Territory::Nation, &ContactFilter { class: Some(Class::F21), ..none.clone() }),
        ("nation, rare class, source and status", Territory::Nation, &rare),
        ("nation, handed to one unit", Territory::Nation, &unit),
        ("province, first page", province, &none),
        ("province, rare class, source and status", province, &rare),
        ("commune, status", commune, &ContactFilter { status: Some(Status::Waiting), ..none.clone() }),
    ] {
        let scope = Scope { role: Role::ProvincialCdc, unit: "unit-3", territory };
        let mut after = None;
        let took = timed(40, async |_| {
            let page = store.list_contacts(scope, filter, after, 51).await.unwrap();
            after = page.last().map(ContactCursor::from);
        })
        .await;
        show(name, took);
    }
    let scope = Scope { role: Role::ProvincialCdc, unit: "unit-3", territory: Territory::Nation };
    let took = timed(100, async |i| {
        let filter = ContactFilter { class: Some(Class::F12), ..ContactFilter::default() };
        store.contacts_of_case(scope, case(i as u32 * 97 % CASES), &filter, 0, 51).await.unwrap();
    })
    .await;
    show("one case's contacts, class", took);
}

async fn changes(store: &Store) {
    let by = OfficerId::from_bytes([1; 16]);
    let mut rng = StdRng::seed_from_u64(3);
    let took = timed(10, async |i| {
        let assignment = ContactAssignment {
            batch: ContactBatchId::generate(&mut rng),
            contacts: (0..300).map(|n| contact(n * 613 + i as u32)).collect(),
            unit: Some(format!("new-{i}")),
            by,
            at: Timestamp(NOW),
        };
        store.assign_contacts(&assignment).await.unwrap();
    })
    .await;
    show("hand 300 over", took);
    let took = timed(30, async |i| {
        let chain = store.chain(case(i as u32)).await.unwrap();
        let first = chain.contacts[0].id;
        chain.chain().preview(Event::Concluded(first, Closeness::Apart)).unwrap();
    })
    .await;
    show("a chain and the preview of a conclusion", took);
}

async fn timed(runs: usize, mut run: impl AsyncFnMut(usize)) -> Vec<f64> {
    let mut took = Vec::new();
    for i in 0..runs {
        let start = stopwatch();
        run(i).await;
        took.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    took
}

fn show(name: &str, took: Vec<f64>) {
    println!("{name:<44} {:>8.1} {:>8.1}", took[took.len() / 2], took[took.len() * 95 / 100]);
}

#[expect(clippy::disallowed_methods, reason = "it says how fast something was")]
fn stopwatch() -> Instant {
    Instant::now()
}

fn case(n: u32) -> CaseId {
    CaseId::from_bytes(id(n, 1))
}

fn contact(n: u32) -> ContactId {
    ContactId::from_bytes(id(n % CONTACTS, 2))
}

/// Identifiers are spread as random ones are.
fn id(n: u32, kind: u8) -> [u8; 16] {
    let mut id = [kind; 16];
    id[..4].copy_from_slice(&n.wrapping_mul(2_654_435_769).to_be_bytes());
    id[4..8].copy_from_slice(&n.to_be_bytes());
    id
}

/// Straight into the tables, in one transaction: one by one it would take the disk an hour.
async fn fill(path: &str) {
    let mut rng = StdRng::seed_from_u64(1);
    let mut db = sqlx::SqliteConnection::connect(&format!("sqlite:{path}")).await.unwrap();
    let (officer, key) = (OfficerId::from_bytes([1; 16]).to_string(), 1);
    sqlx::raw_sql("BEGIN").execute(&mut db).await.unwrap();
    sqlx::query("INSERT INTO units VALUES ('unit-0', 'u', 'provincial_cdc', 'nation', 0, NULL)")
        .execute(&mut db)
        .await
        .unwrap();
    let sql = "INSERT INTO officers (id, username, role, unit, password_hash, totp_secret_sealed, totp_last_step, failures, \
               created_at) VALUES ($1, 'bench', 'provincial_cdc', 'unit-0', '', x'00', 0, 0, 0)";
    sqlx::query(sql).bind(&officer).execute(&mut db).await.unwrap();
    sqlx::query("INSERT INTO vault_keys VALUES (1, x'00', 0) ON CONFLICT DO NOTHING")
        .execute(&mut db)
        .await
        .unwrap();
    let person = "p";
    let sql = "INSERT INTO persons (id, identity, vault_key, province, sequence, version, created_by, created_at, updated_at) \
               VALUES ($1, x'00', $2, '19', 1, 1, $3, 0, 0)";
    sqlx::query(sql).bind(person).bind(key).bind(&officer).execute(&mut db).await.unwrap();
    for n in 0..CASES {
        let sql = "INSERT INTO cases (id, reference, disease, status, unit, created_by, created_at, updated_at, \
                   reference_folded, province) VALUES ($1, 'r', 'covid-19', 'confirmed', 'unit-0', $2, $3, $3, 'r', '19')";
        sqlx::query(sql)
            .bind(case(n).to_string())
            .bind(&officer)
            .bind(NOW - i64::from(n))
            .execute(&mut db)
            .await
            .unwrap();
    }
    for n in 0..CONTACTS {
        let (of, number) = (n % CASES, n / CASES + 1);
        let above = (number > 12).then(|| contact((number - 13) * CASES + of).to_string());
        let class =
            if above.is_some() { Class::F21 } else { Class::ALL[[0, 1, 1, 3, 4][rng.random_range(0..5)]] };
        let province = format!("{:02}", 1 + n % PROVINCES);
        // As a day of registering does: newest last.
        let at = NOW - i64::from(CONTACTS - n) * 6;
        let sql = "INSERT INTO contacts VALUES ($1, $2, $3, $4, $5, $6, 'colleague', 'art19-duty', 'direct', 0, 1, $7, NULL, \
                   $8, $9, NULL, $9, $10, $11, $12, 1, $13, $9, $9)";
        sqlx::query(sql)
            .bind(contact(n).to_string())
            .bind(person)
            .bind(case(of).to_string())
            .bind(i64::from(number))
            .bind(above)
            .bind(Source::ALL[rng.random_range(0..7)].as_str())
            .bind(class.as_str())
            .bind(Status::ALL[[0, 0, 1, 1, 1, 2, 2, 3][rng.random_range(0..8)]].as_str())
            .bind(at)
            .bind(&province)
            .bind(format!("{:05}", n % 3_321))
            .bind(format!("unit-{}", n % 1_000))
            .bind(&officer)
            .execute(&mut db)
            .await
            .unwrap();
    }
    sqlx::raw_sql("COMMIT; ANALYZE").execute(&mut db).await.unwrap();
    db.close().await.unwrap();
}
