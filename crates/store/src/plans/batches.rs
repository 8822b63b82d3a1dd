//! The statements of batches on PostgreSQL: how it finds their rows, whether it plans them anew or keeps a plan.

use crate::Store;
use crate::db::Plans;
use crate::testing::postgres;
use crate::{days, declarations, profiles, publish_together, visits};
use bluezone_domain::Timestamp;
use bluezone_domain::visit::day_start;
use bluezone_protocol::time::DAY_S;
use std::collections::BTreeSet;

const NOW: Timestamp = Timestamp(1_700_006_400);

/// The lines of a plan for values that are written as PostgreSQL reads them.
async fn plan_of(store: &Store, plans: Plans, sql: &str, values: &str) -> Vec<String> {
    let mut tx = store.db.begin_batch(plans).await.unwrap();
    let prepare: &'static str = format!("PREPARE one AS {sql}").leak();
    tx.execute_script(prepare.into()).await.unwrap();
    let rows = tx.fetch_composed(format!("EXPLAIN EXECUTE one ({values})"), &[]).await.unwrap();
    tx.execute_script("DEALLOCATE one".into()).await.unwrap();
    tx.rollback().await.unwrap();
    rows.iter().map(|row| row.text("QUERY PLAN").unwrap()).collect()
}

/// With one of each.
#[tokio::test]
async fn batches_use_indexes_and_look_at_one_day() {
    let database = postgres().await;
    let store = database.open().await;
    store.make_days(NOW).await.unwrap();
    let day = day_start(NOW) + DAY_S;
    let batches =
        [&visits::BATCHES[..], &declarations::BATCHES, &profiles::BATCHES, &publish_together::BATCHES];
    let each =
        batches.concat().into_iter().flat_map(|one| [Plans::Anew, Plans::Kept].map(|plans| (one, plans)));
    for ((name, sql, kinds), plans) in each {
        let mut days = [day.0, day.0 + DAY_S].into_iter().cycle();
        let literal = |kind: &&str| match *kind {
            "TEXT[]" => "'{100085724}'".to_owned(),
            "BYTEA[]" => r#"'{"\\x0101"}'"#.to_owned(),
            "BIGINT[]" => format!("'{{{}}}'", day.0 + 5),
            _ => days.next().unwrap().to_string(),
        };
        let literals: Vec<String> = kinds.iter().map(literal).collect();
        let plan = plan_of(&store, plans, sql, &literals.join(", ")).await;
        let scans: Vec<&str> = plan.iter().map(String::as_str).filter(|line| line.contains("Scan")).collect();
        let scans = scans.join("\n");
        assert!(!scans.contains("Seq Scan"), "{name}, {plans:?}: {plan:#?}");
        let looked: BTreeSet<&str> = scans.split("_day_").skip(1).map(|rest| &rest[..5]).collect();
        assert!(looked.len() <= 1 && !scans.contains("_rest"), "{name}, {plans:?}: {plan:#?}");
    }
}

/// Nothing has been analysed since the day began, and a plan that is kept now is kept for a while.
#[tokio::test]
async fn plans_that_are_kept_on_a_busy_day_find_a_visit_by_its_name_or_its_person() {
    let database = postgres().await;
    let store = database.open().await;
    store.make_days(NOW).await.unwrap();
    let (day, many) = (day_start(NOW), visits::QUIET);
    let fill = format!(
        "SET session_replication_role = replica; INSERT INTO visits (id, place_id, visitor_hash, entered_at, ends_at, ending, entry, \
         suspicions, details, vault_key, recorded_at) SELECT md5(n::text), '100085724', sha256(n::text::bytea), {day} + n, {day} + n, \
         'dwell', 'poster', 0, sha256('details'), 1, {day} + n FROM generate_series(1, {many}) AS n",
        day = day.0
    );
    database.execute(&fill).await;
    let around =
        [day - DAY_S, day + 2 * DAY_S, day, day + DAY_S, day].map(|time| time.0.to_string()).join(", ");
    let known = format!("'{{a,b}}', '{{a,b}}', '{{c}}', {around}");
    let ends = format!("'{{a,b}}', '{{1,2}}', '{{3,4}}', '{{scan,scan}}', {0}, {0} + {DAY_S}", day.0);
    let of_today = format!("{}_", days::VISITS.name_of(day));
    for (name, values, indexes) in [
        ("known visits and warnings", known, &["pkey", "visitor_hash_"][..]),
        ("ends of visits", ends, &["pkey"]),
    ] {
        let (_, sql, _) = visits::BATCHES.iter().find(|one| one.0 == name).unwrap();
        let plan = plan_of(&store, Plans::Kept, sql, &values).await;
        let used: Vec<&str> = plan.iter().filter_map(|line| Some(line.split_once(&of_today)?.1)).collect();
        assert_eq!(used.len(), indexes.len(), "{plan:#?}");
        for (used, index) in used.iter().zip(indexes) {
            assert!(used.starts_with(index), "{plan:#?}");
        }
    }
}
