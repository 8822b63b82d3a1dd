//! Contacts: registering, sheets, conclusions, cascades, taking back.

use crate::support::*;
use bluezone_domain::area::Area;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::contact::cascade::Why;
use bluezone_domain::contact::*;
use bluezone_domain::disease::contact_rule;
use bluezone_domain::evidence::{Comparison, DayEvidence};
use bluezone_domain::id::{CaseId, ContactBatchId, ContactId};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{
    Conclusion, ContactAssignment, FilledSheet, Retention, SheetSide, StatusChange, StoreError,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;

contract![
    a_contact_is_registered_once_and_numbered,
    contacts_registered_at_once_have_different_numbers,
    a_sheet_proposes_until_an_officer_concludes,
    a_sheet_without_a_rule_leaves_the_class_to_the_officer,
    a_contact_that_becomes_a_case_lifts_those_behind_and_can_be_taken_back,
    nobody_changes_a_chain_that_they_did_not_see,
    a_later_change_is_taken_back_first,
    a_negative_case_lets_its_contacts_go,
    contacts_are_handed_over_together_and_taken_back_together,
    follow_up_and_evidence_are_kept,
    contacts_go_with_their_case,
];

impl World {
    pub async fn new_contact(&mut self, case: CaseId, origin: Origin) -> Contact {
        let area = Area { province: "19".parse().unwrap(), commune: "05710".parse().ok() };
        let person = self.person("Nguyễn Văn An", area).await;
        Contact {
            id: ContactId::generate(&mut self.rng),
            person,
            case,
            number: 0,
            origin,
            source: Source::Interview,
            relation: Relation::Colleague,
            legal_basis: LegalBasis::Consent,
            closeness: Closeness::Direct,
            concluded: false,
            rule_version: 1,
            class: if matches!(origin, Origin::Case(_)) { Class::F11 } else { Class::F21 },
            became: None,
            status: Status::Waiting,
            last_exposure: NOW - 2 * DAY_S,
            asked_at: None,
            due_at: Some(NOW),
            area,
            assigned: None,
            version: 1,
            created_by: self.officer,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub async fn contact(&mut self, case: CaseId, origin: Origin) -> Contact {
        let mut contact = self.new_contact(case, origin).await;
        contact.number = self.store.create_contact(&contact).await.unwrap();
        contact
    }

    async fn class(&self, id: ContactId) -> Class {
        self.store.contact(id).await.unwrap().unwrap().class
    }

    fn batch(&mut self) -> ContactBatchId {
        ContactBatchId::generate(&mut self.rng)
    }

    async fn conclude(
        &mut self,
        contact: &Contact,
        closeness: Closeness,
    ) -> Result<ContactBatchId, StoreError> {
        let batch = self.batch();
        let seen = self.store.chain(contact.case).await.unwrap().version();
        let conclusion = Conclusion {
            batch,
            contact: contact.id,
            closeness,
            reason: Some("the neighbour saw them".to_owned()),
            seen,
            by: self.officer,
            at: NOW + 5,
        };
        self.store.conclude_contact(&conclusion, &mut self.rng).await.map(|_| batch)
    }
}

async fn a_contact_is_registered_once_and_numbered(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (case, other) = (world.case(CaseStatus::Confirmed).await, world.case(CaseStatus::Confirmed).await);
    let first = world.contact(case, Origin::Case(case)).await;
    let second = world.contact(case, Origin::Contact(first.id)).await;
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!(world.store.contact(second.id).await.unwrap(), Some(second.clone()));
    assert_eq!(world.store.contacts_of_person(second.person).await.unwrap(), std::slice::from_ref(&second));
    let again = world.store.create_contact(&second).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    for (case, origin) in [(other, Origin::Case(case)), (other, Origin::Contact(first.id))] {
        let wrong = world.new_contact(case, origin).await;
        let wrong = world.store.create_contact(&wrong).await;
        assert!(matches!(wrong, Err(StoreError::NotAllowed(_))), "{wrong:?}");
    }
    let nowhere = CaseId::generate(&mut world.rng);
    let nowhere = world.new_contact(nowhere, Origin::Case(nowhere)).await;
    assert!(matches!(world.store.create_contact(&nowhere).await, Err(StoreError::NotFound(_))));
    let history = world.store.contact_changes(second.id).await.unwrap();
    assert_eq!((history.len(), history[0].what, history[0].to.as_str()), (1, What::Registered, "F2.1"));
}

async fn contacts_registered_at_once_have_different_numbers(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let mut contacts = Vec::new();
    for _ in 0..TASKS {
        contacts.push(world.new_contact(case, Origin::Case(case)).await);
    }
    let numbers = race(&world.database, |i, store| {
        let contact = contacts[i].clone();
        async move { store.create_contact(&contact).await.unwrap() }
    })
    .await;
    let numbers: BTreeSet<_> = numbers.into_iter().collect();
    assert_eq!(numbers, (1..=TASKS as u32).collect());
}

async fn a_sheet_proposes_until_an_officer_concludes(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let first = world.contact(case, Origin::Case(case)).await;
    let behind = world.contact(case, Origin::Contact(first.id)).await;
    let by = world.officer;
    let fill = |side, distance: Distance, minutes| FilledSheet {
        contact: first.id,
        side,
        sheet: Sheet {
            distance: Some(distance),
            minutes: Some(minutes),
            masks: Some(Masks::Both),
            space: Some(Space::Closed),
            last_contact: Some(NOW - DAY_S),
        },
        rule: contact_rule("covid-19"),
        infectious: None,
        by,
        at: NOW + 3,
    };
    assert_eq!(world.store.evaluation(first.id).await.unwrap(), Evaluation::default());
    let declared = fill(SheetSide::Declared, Distance::SameSpace, 5);
    world.store.fill_sheet(&declared).await.unwrap();
    assert_eq!(world.class(first.id).await, Class::NotContact);
    assert_eq!(world.class(behind.id).await, Class::NotContact, "those behind follow");
    let found = fill(SheetSide::Investigated, Distance::Within2m, 60);
    world.store.fill_sheet(&found).await.unwrap();
    assert_eq!(world.class(first.id).await, Class::F11, "what was found out counts");
    assert_eq!(world.class(behind.id).await, Class::F21);
    let evaluation = world.store.evaluation(first.id).await.unwrap();
    assert_eq!((evaluation.declared, evaluation.investigated), (declared.sheet, found.sheet));
    assert_eq!(world.store.contact(first.id).await.unwrap().unwrap().last_exposure, NOW - DAY_S);
    let batch = world.conclude(&first, Closeness::SameSpace).await.unwrap();
    assert_eq!(world.class(first.id).await, Class::F12);
    world.store.fill_sheet(&fill(SheetSide::Investigated, Distance::Apart, 0)).await.unwrap();
    let stored = world.store.contact(first.id).await.unwrap().unwrap();
    assert_eq!((stored.class, stored.concluded), (Class::F12, true), "the officer's word stands");
    world.store.undo_contacts(batch, world.officer, NOW + 9).await.unwrap();
    let stored = world.store.contact(first.id).await.unwrap().unwrap();
    assert_eq!((stored.class, stored.concluded), (Class::F11, false), "as it was before the conclusion");
    let history = world.store.contact_changes(first.id).await.unwrap();
    let concluded = history.iter().find(|line| line.what == What::Concluded).unwrap();
    assert_eq!(concluded.reason.as_deref(), Some("the neighbour saw them"));
    assert_eq!(concluded.batch, Some(batch));
}

async fn a_sheet_without_a_rule_leaves_the_class_to_the_officer(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let contact = world.contact(case, Origin::Case(case)).await;
    let filled = FilledSheet {
        contact: contact.id,
        side: SheetSide::Investigated,
        sheet: Sheet { distance: Some(Distance::Touched), ..Sheet::default() },
        rule: None,
        infectious: None,
        by: world.officer,
        at: NOW + 3,
    };
    world.store.fill_sheet(&filled).await.unwrap();
    let stored = world.store.contact(contact.id).await.unwrap().unwrap();
    assert_eq!((stored.class, stored.rule_version), (Class::Unclear, 0));
    assert_eq!(world.store.evaluation(contact.id).await.unwrap().investigated, filled.sheet);
    world.conclude(&contact, Closeness::Direct).await.unwrap();
    world.store.fill_sheet(&filled).await.unwrap();
    assert_eq!(world.class(contact.id).await, Class::F11, "the officer's word stands");
}

async fn a_contact_that_becomes_a_case_lifts_those_behind_and_can_be_taken_back(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (case, new_case) = (world.case(CaseStatus::Confirmed).await, world.case(CaseStatus::Suspected).await);
    let first = world.contact(case, Origin::Case(case)).await;
    let behind = world.contact(case, Origin::Contact(first.id)).await;
    let of_new = world.contact(new_case, Origin::Case(new_case)).await;
    let before = world.store.chain(case).await.unwrap();
    let batch = world.batch();
    let (by, at, seen) = (world.officer, NOW + 7, before.version());
    let became = world.store.contact_became_case(batch, first.id, new_case, seen, by, at).await.unwrap();
    assert_eq!(became.len(), 1);
    assert_eq!((became[0].contact, became[0].to, became[0].why), (behind.id, Class::F11, Why::OriginIsCase));
    assert_eq!(world.class(behind.id).await, Class::F11);
    let whole = world.store.chain(case).await.unwrap();
    assert_eq!((whole.cases.len(), whole.contacts.len(), whole.cut_off), (2, 3, false));
    assert!(whole.contacts.iter().any(|contact| contact.id == of_new.id));
    let up = world.store.chain(new_case).await.unwrap();
    assert_eq!(up.cases, whole.cases, "upwards too");
    assert_eq!(whole.chain().derived().get(&behind.id), Some(&Class::F11));
    // The same form again changes nothing.
    let again = world.store.contact_became_case(batch, first.id, new_case, whole.version(), by, at).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(world.store.chain(case).await.unwrap(), whole);
    world.store.undo_contacts(batch, by, at + 1).await.unwrap();
    assert_eq!(world.class(behind.id).await, Class::F21);
    assert_eq!(world.store.contact(first.id).await.unwrap().unwrap().became, None);
    let twice = world.store.undo_contacts(batch, by, at + 2).await;
    assert!(matches!(twice, Err(StoreError::NotAllowed(_))), "{twice:?}");
    assert_eq!(world.store.chain(case).await.unwrap().cases.len(), 1);
}

async fn nobody_changes_a_chain_that_they_did_not_see(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let first = world.contact(case, Origin::Case(case)).await;
    let seen = world.store.chain(case).await.unwrap().version();
    let by = world.officer;
    let batches: Vec<_> = (0..TASKS).map(|_| world.batch()).collect();
    let done = race(&world.database, |i, store| {
        let (batch, contact) = (batches[i], first.id);
        let closeness = if i % 2 == 0 { Closeness::Apart } else { Closeness::SameSpace };
        let at = NOW + i as i64;
        async move {
            let conclusion = Conclusion { batch, contact, closeness, reason: None, seen, by, at };
            let mut rng = StdRng::seed_from_u64(i as u64);
            store.conclude_contact(&conclusion, &mut rng).await.is_ok()
        }
    })
    .await;
    assert_eq!(count(&done, &true), 1, "the others saw what is no more");
    let history = world.store.contact_changes(first.id).await.unwrap();
    assert_eq!(history.iter().filter(|line| line.what == What::Concluded).count(), 1);
    world.contact(case, Origin::Case(case)).await;
    let seen_before = world.store.chain(case).await.unwrap().version();
    world.contact(case, Origin::Case(case)).await;
    let stale = Conclusion {
        batch: world.batch(),
        contact: first.id,
        closeness: Closeness::Direct,
        reason: None,
        seen: seen_before,
        by,
        at: NOW,
    };
    let refused = world.store.conclude_contact(&stale, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed(_))));
}

async fn a_later_change_is_taken_back_first(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let first = world.contact(case, Origin::Case(case)).await;
    let behind = world.contact(case, Origin::Contact(first.id)).await;
    let one = world.conclude(&first, Closeness::Apart).await.unwrap();
    let two = world.conclude(&first, Closeness::SameSpace).await.unwrap();
    let (by, at) = (world.officer, NOW + 20);
    let refused = world.store.undo_contacts(one, by, at).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
    assert_eq!(world.class(first.id).await, Class::F12, "a refused undo changes nothing");
    world.store.undo_contacts(two, by, at).await.unwrap();
    assert!(world.store.contact(first.id).await.unwrap().unwrap().concluded, "the first still stands");
    world.store.undo_contacts(one, by, at).await.unwrap();
    let stored = world.store.contact(first.id).await.unwrap().unwrap();
    assert_eq!((stored.class, stored.concluded), (Class::F11, false));
    assert_eq!(world.class(behind.id).await, Class::F21);
}

async fn a_negative_case_lets_its_contacts_go(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Suspected).await;
    let first = world.contact(case, Origin::Case(case)).await;
    let behind = world.contact(case, Origin::Contact(first.id)).await;
    let facts = CaseFacts { status: CaseStatus::Negative, symptom_onset: None, test_date: None };
    let (by, at) = (world.officer, NOW + 4);
    let change = StatusChange { case, expected: CaseStatus::Suspected, facts, by, at };
    world.store.change_case_status(&change).await.unwrap();
    assert_eq!(world.class(first.id).await, Class::NotContact);
    assert_eq!(world.class(behind.id).await, Class::NotContact);
    let history = world.store.contact_changes(behind.id).await.unwrap();
    assert_eq!(history.last().unwrap().what, What::Class);
}

async fn contacts_are_handed_over_together_and_taken_back_together(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let mut contacts = Vec::new();
    for i in 0..5 {
        let mut contact = world.new_contact(case, Origin::Case(case)).await;
        contact.assigned = (i == 0).then(|| "old".to_owned());
        world.store.create_contact(&contact).await.unwrap();
        contacts.push(contact.id);
    }
    let (by, at, batch) = (world.officer, NOW + 2, world.batch());
    let unit = |world: &World, id: ContactId| {
        let store = world.store.clone();
        async move { store.contact(id).await.unwrap().unwrap().assigned }
    };
    let hand = |batch, contacts: &[ContactId], unit: &str| ContactAssignment {
        batch,
        contacts: contacts.to_vec(),
        unit: Some(unit.to_owned()),
        by,
        at,
    };
    assert_eq!(world.store.assign_contacts(&hand(batch, &contacts, "tyt")).await.unwrap(), 5);
    let again = world.store.assign_contacts(&hand(batch, &contacts, "tyt")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    // One that is gone: nobody is handed over.
    let gone = [contacts[0], ContactId::generate(&mut world.rng)];
    let other = world.batch();
    let refused = world.store.assign_contacts(&hand(other, &gone, "other")).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    assert_eq!(unit(&world, contacts[0]).await.as_deref(), Some("tyt"));
    // One was handed on: all or nothing.
    let later = world.batch();
    world.store.assign_contacts(&hand(later, &contacts[4..], "later")).await.unwrap();
    let refused = world.store.undo_contacts(batch, by, at).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
    assert_eq!(unit(&world, contacts[1]).await.as_deref(), Some("tyt"));
    world.store.undo_contacts(later, by, at).await.unwrap();
    assert_eq!(world.store.undo_contacts(batch, by, at).await.unwrap().len(), 5);
    assert_eq!(unit(&world, contacts[0]).await.as_deref(), Some("old"));
    assert_eq!(unit(&world, contacts[4]).await, None);
}

async fn follow_up_and_evidence_are_kept(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let contact = world.contact(case, Origin::Case(case)).await;
    let (by, store) = (world.officer, &world.store);
    store.follow_contact(contact.id, Status::Following, Some(NOW + DAY_S), by, NOW).await.unwrap();
    let stored = store.contact(contact.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.status, stored.asked_at, stored.due_at),
        (Status::Following, Some(NOW), Some(NOW + DAY_S))
    );
    let record = |minutes| {
        let day = DayEvidence {
            day: NOW,
            two_sided_minutes: minutes,
            two_sided_probability: 0.5,
            probability: 0.75,
        };
        Comparison { days: vec![day], clock_offset_s: Some(-3), ..Comparison::default() }
    };
    for (at, minutes) in [(0, 20.0), (10, 24.0), (0, 21.0)] {
        store.add_evidence(contact.id, NOW + at, &record(minutes), &[], &mut world.rng).await.unwrap();
    }
    let kept = store.evidence_of(contact.id).await.unwrap();
    assert_eq!(kept, [(NOW + 10, record(24.0)), (NOW, record(21.0))]);
    let nobody = ContactId::from_bytes([0; 16]);
    let unknown = store.add_evidence(nobody, NOW, &record(0.0), &[], &mut world.rng).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
    let unknown = store.follow_contact(nobody, Status::Lost, None, by, NOW).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
}

async fn contacts_go_with_their_case(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let first = world.contact(case, Origin::Case(case)).await;
    let behind = world.contact(case, Origin::Contact(first.id)).await;
    world.conclude(&behind, Closeness::Apart).await.unwrap();
    let retention = Retention::default();
    let kept = world.store.purge(NOW + retention.cases_s + 5, &retention).await.unwrap();
    assert_eq!(kept.cases, 0, "a contact changed later than the case");
    let purged = world.store.purge(NOW + retention.cases_s + 6, &retention).await.unwrap();
    assert_eq!((purged.cases, purged.batches), (1, 1));
    assert_eq!(world.store.case(case).await.unwrap(), None);
    assert_eq!(world.store.contact(behind.id).await.unwrap(), None);
    assert!(world.store.contact_changes(first.id).await.unwrap().is_empty());
}
