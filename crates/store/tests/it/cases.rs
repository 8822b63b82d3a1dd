use crate::support::*;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::{Case, CaseFacts, CaseField, CaseStatus};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{CaseCursor, CaseEdit, CaseFilter, StatusChange, StoreError, Within};

contract![
    a_case_is_registered_once_and_found,
    pages_show_every_case_once_newest_first,
    a_case_changes_by_the_rules_and_keeps_its_history,
    changes_at_once_make_one_unbroken_history,
    nobody_changes_a_state_that_they_did_not_see,
    every_field_has_its_history,
];

async fn a_case_is_registered_once_and_found(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = case(world.officer, CaseStatus::Suspected, NOW, &mut world.rng);
    world.store.create_case(&case).await.unwrap();
    let again = world.store.create_case(&case).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "the form was sent twice: {again:?}");
    assert_eq!(world.store.case(case.id).await.unwrap().as_ref(), Some(&case));
    let history = world.store.case_changes(case.id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].from, history[0].to, history[0].by), (None, CaseStatus::Suspected, world.officer));
}

async fn pages_show_every_case_once_newest_first(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut expected = Vec::new();
    for i in 0..23 {
        let status = if i % 3 == 0 { CaseStatus::Confirmed } else { CaseStatus::Suspected };
        // Several in one second: the identifier decides their order.
        let mut case = case(world.officer, status, NOW + i / 4, &mut world.rng);
        case.reference = ["BN 1", "bn 12", "100% sure", "_!", "Đ-12 Tổ Ở"][i as usize % 5].to_owned();
        if i % 5 == 0 {
            case.assigned = Some("CDC Hà Nội".to_owned());
        }
        if i % 3 == 1 {
            case.area = [*HERE, *ELSEWHERE, Area { commune: None, ..*HERE }][i as usize / 3 % 3];
        }
        world.store.create_case(&case).await.unwrap();
        expected.push(case);
    }
    expected.sort_by_key(|case| std::cmp::Reverse((case.created_at, case.id)));
    let filter = CaseFilter { within: Within::everything(), ..CaseFilter::default() };
    let within = |territory, unit: Option<&str>| Within { territory, unit: unit.map(str::to_owned) };
    let (province, commune) = (HERE.province, HERE.commune.unwrap());
    let ours = within(Some(Territory::Commune(province, commune)), Some("CDC Hà Nội"));
    for filter in [
        filter.clone(),
        CaseFilter { status: Some(CaseStatus::Confirmed), ..filter.clone() },
        CaseFilter { status: Some(CaseStatus::Negative), ..filter.clone() },
        CaseFilter { within: ours.clone(), ..filter.clone() },
        CaseFilter { within: within(Some(Territory::Province(province)), None), ..filter.clone() },
        CaseFilter {
            within: within(Some(Territory::Province(province)), Some("CDC Hà Nội")),
            ..filter.clone()
        },
        CaseFilter { within: within(None, Some("CDC Hà Nội")), ..filter.clone() },
        CaseFilter { within: within(None, Some("nobody")), ..filter.clone() },
        CaseFilter::default(),
        CaseFilter { reference: Some("bn 1".to_owned()), ..filter.clone() },
        // Signs of the pattern language stand for themselves.
        CaseFilter { reference: Some("100%".to_owned()), ..filter.clone() },
        CaseFilter { reference: Some("_!".to_owned()), ..filter.clone() },
        CaseFilter { reference: Some("Đ-12".to_owned()), ..filter.clone() },
        CaseFilter { reference: Some("đ-12 tổ ở".to_owned()), ..filter.clone() },
        CaseFilter { within: ours, status: Some(CaseStatus::Confirmed), reference: Some("BN 1".to_owned()) },
    ] {
        let mut listed = Vec::new();
        loop {
            let after = listed.last().map(CaseCursor::from);
            let page = world.store.list_cases(&filter, after, 5).await.unwrap();
            let done = page.len() < 5;
            listed.extend(page);
            if done {
                break;
            }
        }
        let contains = |case: &Case, text: &str| case.reference.to_lowercase().contains(&text.to_lowercase());
        let expected: Vec<_> = expected
            .iter()
            .filter(|case| filter.status.is_none_or(|status| case.facts.status == status))
            .filter(|case| {
                filter.within.territory.is_some_and(|territory| territory.covers(case.area))
                    || (case.assigned.is_some() && case.assigned == filter.within.unit)
            })
            .filter(|case| filter.reference.as_ref().is_none_or(|text| contains(case, text)))
            .cloned()
            .collect();
        assert_eq!(listed, expected);
        let nobody = filter == CaseFilter::default() || filter.within.unit.as_deref() == Some("nobody");
        assert!(!listed.is_empty() || filter.status == Some(CaseStatus::Negative) || nobody);
    }
}

async fn a_case_changes_by_the_rules_and_keeps_its_history(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.case(CaseStatus::Suspected).await;
    let change = |expected, status, at: i64| StatusChange {
        case: id,
        expected,
        facts: CaseFacts { status, symptom_onset: None, test_date: Some(NOW - DAY_S) },
        by: world.officer,
        at: NOW + at,
    };
    let confirmed = world
        .store
        .change_case_status(&change(CaseStatus::Suspected, CaseStatus::Confirmed, 10))
        .await
        .unwrap();
    assert_eq!(confirmed.facts, change(CaseStatus::Suspected, CaseStatus::Confirmed, 10).facts);
    assert_eq!((confirmed.updated_at, confirmed.version), (NOW + 10, 2));
    assert_eq!(world.store.case(id).await.unwrap(), Some(confirmed));
    // Only dates.
    world.store.change_case_status(&change(CaseStatus::Confirmed, CaseStatus::Confirmed, 20)).await.unwrap();
    let back =
        world.store.change_case_status(&change(CaseStatus::Confirmed, CaseStatus::Suspected, 30)).await;
    assert!(matches!(back, Err(StoreError::NotAllowed(_))), "{back:?}");
    world.store.change_case_status(&change(CaseStatus::Confirmed, CaseStatus::Negative, 40)).await.unwrap();
    let history: Vec<_> =
        world.store.case_changes(id).await.unwrap().into_iter().map(|c| (c.at - NOW, c.from, c.to)).collect();
    use CaseStatus::*;
    assert_eq!(
        history,
        [
            (0, None, Suspected),
            (10, Some(Suspected), Confirmed),
            (20, Some(Confirmed), Confirmed),
            (40, Some(Confirmed), Negative)
        ]
    );
}

async fn changes_at_once_make_one_unbroken_history(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.case(CaseStatus::Suspected).await;
    let by = world.officer;
    let results = race(&world.database, |i, store| async move {
        let status = if i % 2 == 0 { CaseStatus::Confirmed } else { CaseStatus::Negative };
        let facts = CaseFacts { status, symptom_onset: None, test_date: None };
        // Whoever was too late looks again.
        for expected in CaseStatus::ALL {
            let change = StatusChange { case: id, expected, facts, by, at: NOW };
            if store.change_case_status(&change).await.is_ok() {
                return true;
            }
        }
        false
    })
    .await;
    let history = world.store.case_changes(id).await.unwrap();
    assert_eq!(history.len(), 1 + count(&results, &true), "each change that was acknowledged is there once");
    for pair in history.windows(2) {
        assert_eq!(pair[1].from, Some(pair[0].to));
    }
    assert_eq!(history.last().unwrap().to, world.store.case(id).await.unwrap().unwrap().facts.status);
}

async fn nobody_changes_a_state_that_they_did_not_see(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.case(CaseStatus::Suspected).await;
    let change = |expected, status| {
        let facts = CaseFacts { status, symptom_onset: None, test_date: None };
        StatusChange { case: id, expected, facts, by: world.officer, at: NOW }
    };
    let confirm = change(CaseStatus::Suspected, CaseStatus::Confirmed);
    world.store.change_case_status(&confirm).await.unwrap();
    // Allowed for a confirmed case, but they saw a suspected one.
    let rule_out = world.store.change_case_status(&change(CaseStatus::Suspected, CaseStatus::Negative)).await;
    assert!(matches!(rule_out, Err(StoreError::NotAllowed(_))), "{rule_out:?}");
    assert_eq!(world.store.case(id).await.unwrap().unwrap().facts.status, CaseStatus::Confirmed);
}

async fn every_field_has_its_history(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.case(CaseStatus::Suspected).await;
    let before = world.store.case(id).await.unwrap().unwrap();
    let person = world.person("Nguyễn Văn An", *HERE).await;
    let case = Case {
        reference: "BN 7".to_owned(),
        result_date: Some(NOW),
        reported_at: Some(NOW + 5),
        person: Some(person),
        area: *ELSEWHERE,
        assigned: Some("tyt".to_owned()),
        ..before.clone()
    };
    let edit = CaseEdit { case: case.clone(), by: world.officer, at: NOW + 60 };
    let after = world.store.edit_case(&edit).await.unwrap();
    assert_eq!(after, Case { version: 2, updated_at: NOW + 60, ..case });
    assert_eq!(world.store.case(id).await.unwrap().as_ref(), Some(&after));
    assert_eq!(world.store.cases_of_person(person).await.unwrap(), std::slice::from_ref(&after));
    let last = world.store.case_changes(id).await.unwrap().pop().unwrap();
    let fields: Vec<_> = last.fields.iter().map(|change| change.field).collect();
    use CaseField::*;
    assert_eq!(fields, [Reference, ResultDate, ReportedAt, Person, Area, Assigned]);
    assert_eq!(last.fields[0].from.as_deref(), Some("BN 1342"));
    assert_eq!(last.fields[4].to.as_deref(), Some("01/00001"));
    // Seen before it changed.
    let stale = world.store.edit_case(&edit).await;
    assert!(matches!(stale, Err(StoreError::NotAllowed(_))), "{stale:?}");
    // Nothing differs: nothing is written.
    let same = CaseEdit { case: after.clone(), by: world.officer, at: NOW + 70 };
    assert_eq!(world.store.edit_case(&same).await.unwrap(), after);
    assert_eq!(world.store.case_changes(id).await.unwrap().len(), 2);
    let mut forbidden = same;
    forbidden.case.facts.status = CaseStatus::Negative;
    let negative = world.store.edit_case(&forbidden).await.unwrap();
    forbidden.case =
        Case { facts: CaseFacts { status: CaseStatus::Confirmed, ..negative.facts }, ..negative };
    assert!(matches!(world.store.edit_case(&forbidden).await, Err(StoreError::NotAllowed(_))));
}
