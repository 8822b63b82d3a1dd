//! Plans for an outbreak.

use crate::support::*;
use bluezone_domain::area::Territory;
use bluezone_domain::id::OutbreakPlanId;
use bluezone_domain::outbreak_plan::{OPEN_OF_A_UNIT, OutbreakPlan, Runs, State, Terms};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{OutbreakPlanCursor, Within};

contract![
    pages_hold_what_an_officer_sees_and_nothing_twice,
    a_plan_goes_from_its_request_to_its_report,
    one_that_is_stopped_stays_stopped
];

fn plan(world: &mut World, minutes: i64) -> OutbreakPlan {
    let terms = Terms {
        disease: "covid-19".to_owned(),
        adoption: [0, 80, 20],
        measures: vec!["manual-tracing".to_owned()],
        days: 200,
        infected: 200,
        seeds: 10,
        agents: 100_000,
        scenario: None,
    };
    OutbreakPlan {
        id: OutbreakPlanId::generate(&mut world.rng),
        province: HERE.province,
        unit: UNIT.to_owned(),
        created_by: world.officer,
        created_at: NOW + minutes * 60,
        terms,
        state: State::Waiting,
        runs: Runs::default(),
        started_at: None,
        ended_at: None,
    }
}

async fn pages_hold_what_an_officer_sees_and_nothing_twice(database: TestDatabase) {
    let mut world = World::new(database).await;
    let there = "01".parse().unwrap();
    // By turns here and in another province; one of the latter was asked for by the unit here.
    let mut all = Vec::new();
    for minutes in 0..12 {
        let mut plan = plan(&mut world, minutes / 2);
        plan.province = if minutes % 2 == 0 { HERE.province } else { there };
        plan.unit = if minutes % 2 == 0 || minutes == 7 { UNIT } else { "CDC-01" }.to_owned();
        assert!(world.store.ask_outbreak_plan(&plan).await.unwrap());
        world.store.end_outbreak_plan(plan.id, State::Cancelled, &[], NOW).await.unwrap();
        all.push((plan.created_at, plan.id, plan.province, plan.unit));
    }
    all.sort_by_key(|(at, id, ..)| std::cmp::Reverse((*at, *id)));
    let store = &world.store;
    let within = |territory, unit: &str| Within { territory: Some(territory), unit: Some(unit.to_owned()) };
    for (within, sees) in [
        (within(Territory::Nation, UNIT), 12),
        (within(Territory::Province(HERE.province), UNIT), 7),
        (within(Territory::Province(there), "CDC-01"), 6),
        (within(Territory::Nowhere, "CDC-01"), 5),
        (Within { territory: None, unit: None }, 0),
    ] {
        let reached = |province, unit: &String| match within.territory {
            Some(Territory::Nation) => true,
            Some(Territory::Province(own)) => own == province || within.unit.as_ref() == Some(unit),
            _ => within.unit.as_ref() == Some(unit),
        };
        let wanted = all.iter().filter(|(_, _, province, unit)| reached(*province, unit));
        let wanted: Vec<_> = wanted.map(|(_, id, ..)| *id).collect();
        assert_eq!(wanted.len(), sees);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.outbreak_plans(&within, after, 5).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(OutbreakPlanCursor::from(last));
            found.extend(page.iter().map(|plan| plan.id));
        }
        assert_eq!(found, wanted);
    }
}

async fn a_plan_goes_from_its_request_to_its_report(database: TestDatabase) {
    let mut world = World::new(database).await;
    assert_eq!(world.store.next_outbreak_plan().await.unwrap(), None);
    let plans: Vec<_> = (0..=i64::from(OPEN_OF_A_UNIT)).map(|at| plan(&mut world, at)).collect();
    let (store, first) = (&world.store, plans[0].id);
    for (at, plan) in plans.iter().enumerate() {
        assert_eq!(store.ask_outbreak_plan(plan).await.unwrap(), at < OPEN_OF_A_UNIT as usize);
    }
    assert!(store.ask_outbreak_plan(&plans[0]).await.unwrap(), "sent twice");
    let listed: Vec<_> = plans[..OPEN_OF_A_UNIT as usize].iter().rev().cloned().collect();
    assert_eq!(store.outbreak_plans(&Within::everything(), None, 10).await.unwrap(), listed);

    assert_eq!(store.next_outbreak_plan().await.unwrap(), Some(plans[0].clone()));
    assert!(store.begin_outbreak_plan(first, NOW + 60).await.unwrap());
    let runs = Runs { done: 7, found: 2, of: 40 };
    assert!(store.note_outbreak_runs(first, runs).await.unwrap());
    // After a crash it is still the one to go on with.
    let next = store.next_outbreak_plan().await.unwrap().unwrap();
    assert_eq!(
        (next.id, next.state, next.runs, next.started_at),
        (first, State::Running, runs, Some(NOW + 60))
    );
    assert!(!store.delete_outbreak_plan(first).await.unwrap(), "it is not over");

    let files = [("days.csv", b"day".to_vec()), ("report.html", b"<p>".to_vec())];
    store.end_outbreak_plan(first, State::Done, &files, NOW + 90).await.unwrap();
    store.end_outbreak_plan(first, State::Failed, &[], NOW + 95).await.unwrap();
    let done = store.outbreak_plan(first).await.unwrap().unwrap();
    assert_eq!((done.state, done.ended_at), (State::Done, Some(NOW + 90)));
    let sizes = [("days.csv".to_owned(), 3), ("report.html".to_owned(), 3)];
    assert_eq!(store.outbreak_plan_files(first).await.unwrap(), sizes);
    let file = async |name| store.outbreak_plan_file(first, name).await.unwrap();
    assert_eq!(file("report.html").await, Some(b"<p>".to_vec()));
    assert_eq!(file("plan.json").await, None);
    assert_eq!(store.next_outbreak_plan().await.unwrap().map(|next| next.id), Some(plans[1].id));

    assert!(store.delete_outbreak_plan(first).await.unwrap());
    assert_eq!(store.outbreak_plan(first).await.unwrap(), None);
    assert_eq!(file("report.html").await, None);
}

async fn one_that_is_stopped_stays_stopped(database: TestDatabase) {
    let mut world = World::new(database).await;
    let plan = plan(&mut world, 0);
    let store = &world.store;
    store.ask_outbreak_plan(&plan).await.unwrap();
    assert!(!store.note_outbreak_runs(plan.id, Runs::default()).await.unwrap(), "nobody began it");
    store.end_outbreak_plan(plan.id, State::Cancelled, &[], NOW).await.unwrap();
    assert!(!store.begin_outbreak_plan(plan.id, NOW).await.unwrap());
    assert!(!store.note_outbreak_runs(plan.id, Runs::default()).await.unwrap());
    store.end_outbreak_plan(plan.id, State::Done, &[("days.csv", Vec::new())], NOW).await.unwrap();
    let found = store.outbreak_plan(plan.id).await.unwrap().unwrap();
    assert_eq!(found.state, State::Cancelled);
    assert!(store.outbreak_plan_files(plan.id).await.unwrap().is_empty());
}
