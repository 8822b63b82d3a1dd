//! An unknown, a used and an expired code cannot be told apart by what the database is asked: the same statements in the
//! same order, changing the same number of rows. (How long an answer takes on the wire is the server's to even out.)

use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_store::testing::postgres;
use bluezone_store::{Redeem, Redeemed};
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps what sqlx says about each statement: its text, and how many rows it wrote.
#[derive(Clone, Default)]
pub struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// What it heard since this was asked last.
    pub fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        // What is asked of a new connection: the last one may still be on its way back.
        if fields.text.contains("pg_is_in_recovery") {
            return;
        }
        // A code that is on record is found where an unknown one is not: rows that were read differ.
        let reads = fields.text.contains("\"SELECT");
        let rows = if reads { String::new() } else { fields.rows };
        self.0.lock().unwrap().push(fields.text + &rows);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields {
    text: String,
    rows: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "summary" | "db.statement" => write!(self.text, "{value:?} ").unwrap(),
            "rows_affected" => self.rows = format!("{value:?} rows"),
            _ => {}
        }
    }
}

// One thread, so that the subscriber of this test hears its statements and those of no other.
#[tokio::test(flavor = "current_thread")]
async fn refused_codes_run_the_same_statements() {
    let mut world = World::new(postgres().await).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let expired = world.code(case, CodeKind::Short, NOW - 2 * HOUR).await;
    let used = world.code(case, CodeKind::Short, NOW).await;
    let redeem = world.redeem(used, CodeKind::Short, NOW);
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
    let unknown = world.hash();
    let mut heard = Vec::new();
    for code in [unknown, used, expired] {
        let redeem = Redeem { limits: redeem.limits, ..world.redeem(code, CodeKind::Short, NOW) };
        let statements = Statements::default();
        let guard = tracing::subscriber::set_default(statements.clone());
        assert_eq!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::Refused);
        drop(guard);
        heard.push(statements.taken());
    }
    assert!(heard[0].len() >= 9, "{:#?}", heard[0]);
    assert!(heard[0].iter().any(|statement| statement.contains("1 rows")), "the charge is among them");
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[0], heard[2]);
}
