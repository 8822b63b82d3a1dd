use crate::support::*;
use bluezone_domain::case::{Case, CaseStatus};
use bluezone_domain::id::{AssignmentId, CaseId};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Assignment, CaseEdit, StoreError, Undone};

contract![cases_are_handed_over_and_taken_back, nothing_is_handed_over_by_half];

async fn cases_are_handed_over_and_taken_back(database: TestDatabase) {
    let mut world = World::new(database).await;
    let person = world.person("Lan", *HERE).await;
    let mut cases = Vec::new();
    for i in 0..5 {
        let case = case(world.officer, CaseStatus::Suspected, NOW, &mut world.rng);
        let person = (i == 0).then_some(person);
        let assigned = (i == 1).then(|| "before".to_owned());
        world.store.create_case(&Case { person, assigned, ..case.clone() }).await.unwrap();
        cases.push(case.id);
    }
    let unit = Some("lab-19".to_owned());
    let assignment = Assignment {
        id: AssignmentId::generate(&mut world.rng),
        cases: cases.clone(),
        unit: unit.clone(),
        by: world.officer,
        at: NOW,
    };
    world.store.assign_cases(&assignment).await.unwrap();
    let again = world.store.assign_cases(&assignment).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    for id in &cases {
        assert_eq!(world.store.case(*id).await.unwrap().unwrap().assigned, unit);
    }
    assert_eq!(world.store.person(person).await.unwrap().unwrap().assigned, unit);
    // One of them goes on to somebody else.
    let moved = world.store.case(cases[4]).await.unwrap().unwrap();
    let moved = Case { assigned: Some("tyt".to_owned()), ..moved };
    world.store.edit_case(&CaseEdit { case: moved, by: world.officer, at: NOW }).await.unwrap();

    let undone = world.store.undo_assignment(assignment.id, world.officer, NOW + 5).await.unwrap();
    assert_eq!(undone, Undone { restored: 4, kept: 1 });
    let mut assigned = Vec::new();
    for id in &cases {
        assigned.push(world.store.case(*id).await.unwrap().unwrap().assigned);
    }
    let assigned: Vec<_> = assigned.iter().map(Option::as_deref).collect();
    assert_eq!(assigned, [None, Some("before"), None, None, Some("tyt")]);
    assert_eq!(world.store.person(person).await.unwrap().unwrap().assigned, None);
    let again = world.store.undo_assignment(assignment.id, world.officer, NOW).await;
    assert!(matches!(again, Err(StoreError::NotAllowed(_))), "{again:?}");
}

async fn nothing_is_handed_over_by_half(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Suspected).await;
    let assignment = Assignment {
        id: AssignmentId::generate(&mut world.rng),
        cases: vec![case, CaseId::from_bytes([0xff; 16])],
        unit: Some("lab-19".to_owned()),
        by: world.officer,
        at: NOW,
    };
    assert!(matches!(world.store.assign_cases(&assignment).await, Err(StoreError::NotFound(_))));
    assert_eq!(world.store.case(case).await.unwrap().unwrap().assigned, None);
    let undo = world.store.undo_assignment(assignment.id, world.officer, NOW).await;
    assert!(matches!(undo, Err(StoreError::NotFound(_))), "{undo:?}");
}
