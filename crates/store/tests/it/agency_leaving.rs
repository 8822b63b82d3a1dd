//! When people leave agencies' lists: with their account, or once they let nothing be seen.

use crate::agencies::{BOTH, agency, agreed, citizen, invite, seen};
use crate::support::*;
use bluezone_domain::agency::INVITED_S;
use bluezone_domain::id::{CitizenId, StaffId};
use bluezone_protocol::time::DAY_S;
use bluezone_store::Retention;
use bluezone_store::testing::TestDatabase;

contract![
    who_deletes_their_account_leaves_the_lists_that_saw_something_of_it,
    an_answer_while_the_account_ends_keeps_nobody_on_the_list,
    what_nobody_answers_is_not_kept,
    who_lets_nothing_be_seen_any_more_leaves_later,
];

async fn who_deletes_their_account_leaves_the_lists_that_saw_something_of_it(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let one = invite(&mut world, &agency, "0900000001").await;
    let first = citizen(&mut world, "0900000001").await;
    world.store.answer_invitation(first, one.id, Some(&agreed(BOTH)), NOW).await.unwrap();
    assert_eq!(seen(&world, &agency).await, (Some(false), Some(false)));
    world.store.delete_citizen(first, NOW).await.unwrap();
    assert_eq!(world.store.staff(agency.id, NOW).await.unwrap(), []);
    // Whoever has the number now was never invited, and is like anybody else when they are.
    let next = citizen(&mut world, "0900000001").await;
    assert_ne!(next, first);
    assert_eq!(world.store.invitations_of(next).await.unwrap(), []);
    let one = invite(&mut world, &agency, "0900000001").await;
    assert_eq!(world.store.invitations_of(next).await.unwrap()[0].sees, None);
    // Nor do they read whom the other refused. Where nothing was seen the list says nothing of an account that ended.
    let silent = world.store.staff(agency.id, NOW).await.unwrap();
    for answer in [None, Some(&[][..])] {
        let last = citizen(&mut world, "0900000001").await;
        world.store.answer_invitation(last, one.id, answer, NOW).await.unwrap();
        world.store.delete_citizen(last, NOW).await.unwrap();
        assert_eq!(world.store.staff(agency.id, NOW).await.unwrap(), silent);
        let next = citizen(&mut world, "0900000001").await;
        assert_eq!(world.store.refusals_of(next).await.unwrap(), []);
        let invitations = world.store.invitations_of(next).await.unwrap();
        assert_eq!((invitations.len(), invitations[0].sees), (1, None), "it is of whoever has the number");
    }
    // An account that nobody used for long ends in the same way.
    let last = citizen(&mut world, "0900000001").await;
    world.store.answer_invitation(last, one.id, Some(&agreed(BOTH)), NOW).await.unwrap();
    let retention = Retention { citizens_s: HOUR, ..Retention::default() };
    let later = NOW + 2 * HOUR;
    world
        .store
        .confirm_citizen(agency.owner, &"0900000009".parse().unwrap(), later, &mut world.rng)
        .await
        .unwrap();
    world.store.purge(later, &retention).await.unwrap();
    assert_eq!(world.store.staff(agency.id, later).await.unwrap(), []);
    // The list goes with who runs it.
    let next = citizen(&mut world, "0900000001").await;
    invite(&mut world, &agency, "0900000001").await;
    world.store.delete_citizen(agency.owner, NOW).await.unwrap();
    assert_eq!(world.store.invitations_of(next).await.unwrap(), []);
}

/// Of an answer and the end of the account that come together, the answer leaves nothing behind.
async fn an_answer_while_the_account_ends_keeps_nobody_on_the_list(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    for _ in 0..TASKS {
        let one = invite(&mut world, &agency, "0900000001").await;
        let citizen = citizen(&mut world, "0900000001").await;
        world.store.answer_invitation(citizen, one.id, Some(&[]), NOW).await.unwrap();
        let (answering, ending) = (world.store.clone(), world.store.clone());
        let answer = tokio::spawn(async move {
            answering.answer_invitation(citizen, one.id, Some(&agreed(BOTH)), NOW).await
        });
        let end = tokio::spawn(async move { ending.delete_citizen(citizen, NOW).await });
        // Who answers too late is told that there is no such invitation of theirs.
        let (_, ended) = (answer.await.unwrap(), end.await.unwrap());
        ended.unwrap();
        let seen = "SELECT COUNT(*) FROM agency_staff WHERE see_declared = 1 OR see_app = 1";
        assert_eq!(world.database.number(seen).await, 0);
        for left in world.store.staff(agency.id, NOW).await.unwrap() {
            assert_eq!((left.declared, left.app), (None, None));
            world.store.remove_staff(agency.id, left.id, NOW).await.unwrap();
        }
    }
}

async fn what_nobody_answers_is_not_kept(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let one = invite(&mut world, &agency, "0900000001").await;
    invite(&mut world, &agency, "0900000002").await;
    let citizen = citizen(&mut world, "0900000001").await;
    world.store.answer_invitation(citizen, one.id, Some(&agreed(BOTH)), NOW).await.unwrap();
    // Silence, a refusal and an answer that lets nothing be seen: the list is to tell nobody which is which.
    for (number, answer) in [("0900000003", Some(&[][..])), ("0900000009", None)] {
        let staff = invite(&mut world, &agency, number).await;
        let other = self::citizen(&mut world, number).await;
        world.store.answer_invitation(other, staff.id, answer, NOW).await.unwrap();
    }
    world.store.say_app_runs(citizen, None, NOW).await.unwrap();
    let later = NOW + INVITED_S + 1;
    let purged = world.store.purge(later, &Retention::default()).await.unwrap();
    assert_eq!((purged.invitations, purged.app_days), (3, 1));
    let left = world.store.staff(agency.id, later).await.unwrap();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [one.id]);
    assert_eq!(world.store.app_said_to_run(citizen).await.unwrap(), None);
}

/// Long a member, they are not taken off the list at once for having been invited long ago: the agency sees that they left.
async fn who_lets_nothing_be_seen_any_more_leaves_later(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let long_after = NOW + INVITED_S + DAY_S;
    let mut citizens = Vec::new();
    for number in ["0900000001", "0900000002", "0900000003"] {
        let one = invite(&mut world, &agency, number).await;
        let citizen = citizen(&mut world, number).await;
        world.store.answer_invitation(citizen, one.id, Some(&agreed(BOTH)), NOW).await.unwrap();
        citizens.push((citizen, one.id));
    }
    let [boxes, consents, refuses]: [(CitizenId, StaffId); 3] = citizens.try_into().unwrap();
    let store = world.store.clone();
    store.answer_invitation(boxes.0, boxes.1, Some(&[]), long_after).await.unwrap();
    // The same again is no other change.
    store.answer_invitation(boxes.0, boxes.1, Some(&[]), long_after + HOUR).await.unwrap();
    for consent in store.consents_of(consents.0).await.unwrap() {
        store.withdraw_consent(consents.0, &consent.id, long_after).await.unwrap();
    }
    store.answer_invitation(refuses.0, refuses.1, None, long_after).await.unwrap();
    let purge = async |at| store.purge(at, &Retention::default()).await.unwrap().invitations;
    assert_eq!(purge(long_after + INVITED_S).await, 0);
    assert_eq!(purge(long_after + INVITED_S + 1).await, 3);
}
