//! The officers' inbox of declarations.

use crate::declarations::declared;
use crate::support::*;
use bluezone_domain::area::Territory;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::declaration::SentBy;
use bluezone_domain::handling::{Conclusion, Handling, Outcome};
use bluezone_domain::id::{DeclarationId, MessageId};
use bluezone_domain::message::Message;
use bluezone_domain::officer::Role;
use bluezone_domain::policy::Scope;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{
    HandlingChange, HandlingCursor, HandlingFilter, HandlingStep, NewDeclaration, NewMessage, StoreError,
};
use rand::SeedableRng;
use rand::rngs::StdRng;

contract![
    what_waits_comes_in_pages_the_most_urgent_first,
    an_officer_reaches_their_territory_and_what_was_handed_to_their_unit,
    nobody_changes_what_they_did_not_see,
    of_those_who_conclude_at_once_one_is_heard,
    who_declared_before_is_found_by_number_or_name,
];

fn called(outcome: Outcome) -> HandlingStep {
    let call_basis = Some(LegalBasis::Duty);
    HandlingStep::Conclude(Some(Conclusion { outcome, case: None, call_basis }))
}

fn scope(territory: Territory) -> Scope<'static> {
    Scope { role: Role::ProvincialCdc, unit: UNIT, territory }
}

/// A declaration of this many points, by somebody of this number.
async fn sent(world: &mut World, number: &str, score: u32, minute: i64) -> NewDeclaration {
    let mut new = declared(world, number).await;
    new.declaration.id = DeclarationId::generate(&mut world.rng);
    new.declaration.received_at = NOW + minute * 60;
    new.declaration.area = Some(*HERE);
    new.points.score = score;
    new.consents.clear();
    new.files.clear();
    new
}

async fn accepted(world: &mut World, new: &NewDeclaration) -> DeclarationId {
    world.store.accept_declaration(new, &mut world.rng).await.unwrap();
    new.declaration.id
}

async fn pages(world: &World, filter: &HandlingFilter) -> Vec<Handling> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.handlings(scope("19".parse().unwrap()), filter, after, 2).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = Some(HandlingCursor::from(last));
        all.extend(page);
    }
}

async fn what_waits_comes_in_pages_the_most_urgent_first(database: TestDatabase) {
    let mut world = World::new(database).await;
    for (at, score) in [10, 60, 60, 0, 25].into_iter().enumerate() {
        let new = sent(&mut world, &format!("090000000{at}"), score, at as i64).await;
        accepted(&mut world, &new).await;
    }
    let all = pages(&world, &HandlingFilter::default()).await;
    let order: Vec<_> = all.iter().map(|of| (of.score, (of.received_at - NOW) / 60)).collect();
    assert_eq!(order, [(60, 2), (60, 1), (25, 4), (10, 0), (0, 3)], "of the same points the newest first");
    let urgent = pages(&world, &HandlingFilter { least: 25, ..HandlingFilter::default() }).await;
    assert_eq!(urgent, all[..3]);
    let other = HandlingFilter { form: Some("hang-ngay".to_owned()), ..HandlingFilter::default() };
    assert_eq!(pages(&world, &other).await, []);

    for of in &all[1..3] {
        let what = called(Outcome::Well);
        let change = HandlingChange { declaration: of.declaration, seen: 1, what, at: NOW };
        world.store.change_handling(&change, None, &mut world.rng).await.unwrap();
    }
    assert_eq!(pages(&world, &HandlingFilter::default()).await.len(), 3);
    let handled = pages(&world, &HandlingFilter { handled: true, ..HandlingFilter::default() }).await;
    let order: Vec<_> = handled.iter().map(|of| of.declaration).collect();
    assert_eq!(order, [all[2].declaration, all[1].declaration], "the newest first");
}

async fn an_officer_reaches_their_territory_and_what_was_handed_to_their_unit(database: TestDatabase) {
    let mut world = World::new(database).await;
    let here = sent(&mut world, "0900000001", 10, 0).await;
    let mut there = sent(&mut world, "0900000002", 20, 0).await;
    there.declaration.area = Some(*ELSEWHERE);
    let mut handed = sent(&mut world, "0900000003", 30, 0).await;
    handed.declaration.area = None;
    handed.points.assigned = Some(UNIT.to_owned());
    for new in [&here, &there, &handed] {
        accepted(&mut world, new).await;
    }
    let seen = async |territory: &str| {
        let all = HandlingFilter::default();
        let found = world.store.handlings(scope(territory.parse().unwrap()), &all, None, 10).await.unwrap();
        found.into_iter().map(|of| of.score).collect::<Vec<_>>()
    };
    assert_eq!(seen("19").await, [30, 10]);
    assert_eq!(seen("19/05710").await, [30, 10]);
    assert_eq!(seen("19/05443").await, [30], "another commune");
    assert_eq!(seen("01").await, [30, 20]);
    assert_eq!(seen("nation").await, [30, 20, 10]);
}

async fn nobody_changes_what_they_did_not_see(database: TestDatabase) {
    let mut world = World::new(database).await;
    let new = sent(&mut world, "0900000001", 10, 0).await;
    let id = accepted(&mut world, &new).await;
    let officer = world.officer;
    let take = |seen| HandlingChange {
        declaration: id,
        seen,
        what: HandlingStep::Take(Some(officer)),
        at: NOW + HOUR,
    };
    let results = race(&world.database, |_, store| {
        let take = take(1);
        async move { store.change_handling(&take, None, &mut StdRng::seed_from_u64(1)).await.is_ok() }
    })
    .await;
    assert_eq!(count(&results, &true), 1, "all saw the first version");
    let of = world.store.handling(id).await.unwrap().unwrap();
    assert_eq!((of.officer, of.version), (Some(officer), 2));
    // A case that is not named; a call without its basis.
    for outcome in [Outcome::Case, Outcome::Watch] {
        let what = HandlingStep::Conclude(Some(Conclusion { outcome, case: None, call_basis: None }));
        let refused =
            world.store.change_handling(&HandlingChange { what, ..take(2) }, None, &mut world.rng).await;
        assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
    }
    let handed = HandlingStep::Assign(Some("TYT".to_owned()));
    world
        .store
        .change_handling(&HandlingChange { what: handed, ..take(2) }, None, &mut world.rng)
        .await
        .unwrap();
    let of = world.store.handling(id).await.unwrap().unwrap();
    assert_eq!((of.officer, of.assigned.as_deref()), (None, Some("TYT")), "nobody of it takes it yet");
}

async fn of_those_who_conclude_at_once_one_is_heard(database: TestDatabase) {
    let mut world = World::new(database).await;
    let new = sent(&mut world, "0900000001", 10, 0).await;
    let id = accepted(&mut world, &new).await;
    let SentBy::Citizen { citizen, .. } = new.declaration.by else { panic!("of a citizen") };
    let results = race(&world.database, |n, store| async move {
        let what = called(Outcome::Watch);
        let change = HandlingChange { declaration: id, seen: 1, what, at: NOW };
        let told = NewMessage {
            id: MessageId::from_bytes([n as u8 + 1; 16]),
            to: citizen,
            message: Message::DeclarationAdvice { declaration: id, text: format!("{n}") },
            at: NOW,
        };
        store.change_handling(&change, Some(&told), &mut StdRng::seed_from_u64(1)).await.is_ok()
    })
    .await;
    assert_eq!(count(&results, &true), 1);
    let of = world.store.handling(id).await.unwrap().unwrap();
    assert_eq!((of.outcome, of.call_basis), (Some(Outcome::Watch), Some(LegalBasis::Duty)));
    let inbox = world.store.messages_of(citizen, 10).await.unwrap();
    assert_eq!(inbox.len(), 1, "advice of an outcome that was not kept is not sent");
    let winner = results.iter().position(|won| *won).unwrap();
    assert!(
        matches!(&inbox[0].message, Message::DeclarationAdvice { text, .. } if *text == winner.to_string())
    );
}

async fn who_declared_before_is_found_by_number_or_name(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut made = Vec::new();
    for (at, (name, year, card)) in [
        ("Nguyễn Văn An", "1985", "019185001234"),
        ("nguyen van an", "1985", ""),
        ("Nguyễn Văn An", "1985", "019185001235"),
        ("Nguyễn Văn An", "1986", ""),
        ("Lê Văn Mẫu", "1990", "019185001234"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = sent(&mut world, &format!("090000000{at}"), 10, at as i64).await;
        let person = &mut new.declaration.content.person;
        person.name = name.to_owned();
        person.birth = year.parse().ok();
        person.national_id = card.parse().ok();
        made.push(accepted(&mut world, &new).await);
    }
    let same = async |at: usize| {
        let found = world.store.declared_before(made[at]).await.unwrap();
        found
            .into_iter()
            .map(|of| made.iter().position(|id| *id == of.declaration).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(same(0).await, [4, 1], "the same card, or the same name where one has no card");
    assert_eq!(same(1).await, [2, 0]);
    assert_eq!(same(3).await, [0; 0], "another year");
}
