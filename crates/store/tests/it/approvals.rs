use crate::support::*;
use bluezone_domain::approval::{Approval, Change, Decision, LASTS_S};
use bluezone_domain::id::{ApprovalId, OfficerId};
use bluezone_domain::officer::Role;
use bluezone_domain::unit::UnitKind;
use bluezone_store::StoreError;
use bluezone_store::testing::TestDatabase;

contract![
    what_another_approves_happens_once,
    nobody_approves_alone_late_or_unseen,
    what_cannot_happen_any_more_does_not,
];

const HASH: [u8; 32] = [7; 32];

async fn ask(world: &mut World, by: OfficerId, change: Change) -> ApprovalId {
    let id = ApprovalId::generate(&mut world.rng);
    let approval = Approval { id, change, asked_by: by, asked_at: NOW, expires_at: NOW + LASTS_S };
    world.store.ask_approval(&approval, HASH).await.unwrap();
    assert_eq!(world.store.approval(id).await.unwrap(), Some((approval, HASH)));
    id
}

async fn colleague(world: &mut World) -> OfficerId {
    let binh = officer("binh", &mut world.rng);
    world.store.create_officer(&binh).await.unwrap();
    binh.id
}

async fn what_another_approves_happens_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (lan, binh) = (world.officer, colleague(&mut world).await);
    let token = world.hash();
    world.store.create_session(&session(token, binh, NOW, NOW + HOUR)).await.unwrap();
    let id = ask(&mut world, lan, Change::MakeAdministrator { officer: binh }).await;
    assert_eq!(world.store.waiting_approvals(NOW).await.unwrap().len(), 1);
    let results = race(&world.database, |_, store| async move {
        store.decide(id, HASH, binh, Decision::Approve, NOW + 1).await
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::NotFound(_)))));
    assert_eq!(world.store.officer(binh).await.unwrap().unwrap().role, Role::Administrator);
    assert!(world.store.session(token, NOW + 2).await.unwrap().is_none(), "signed out of the old role");
    assert!(world.store.waiting_approvals(NOW).await.unwrap().is_empty());
}

async fn nobody_approves_alone_late_or_unseen(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (lan, binh) = (world.officer, colleague(&mut world).await);
    let id = ask(&mut world, lan, Change::MakeAdministrator { officer: lan }).await;
    let decide = async |by, seen, decision, at| world.store.decide(id, seen, by, decision, NOW + at).await;
    for refused in [
        decide(lan, HASH, Decision::Approve, 1).await,
        decide(binh, [8; 32], Decision::Approve, 1).await,
        decide(binh, HASH, Decision::Approve, LASTS_S).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
    }
    assert_eq!(world.store.officer(lan).await.unwrap().unwrap().role, Role::ProvincialCdc);
    assert!(world.store.waiting_approvals(NOW + LASTS_S).await.unwrap().is_empty());
    decide(lan, HASH, Decision::Decline, 1).await.unwrap();
    assert!(matches!(decide(binh, HASH, Decision::Approve, 2).await, Err(StoreError::NotFound(_))));
}

async fn what_cannot_happen_any_more_does_not(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (lan, binh) = (world.officer, colleague(&mut world).await);
    let station = "19/05443".parse().unwrap();
    let change = Change::PlaceUnit { unit: UNIT.into(), kind: UnitKind::CommuneStation, territory: station };
    let id = ask(&mut world, lan, change).await;
    let refused = world.store.decide(id, HASH, binh, Decision::Approve, NOW).await;
    assert!(
        matches!(refused, Err(StoreError::NotAllowed(_))),
        "officers of a centre work there: {refused:?}"
    );
    assert!(world.store.approval(id).await.unwrap().is_some(), "it still waits");
    let elsewhere = "01".parse().unwrap();
    let change = Change::PlaceUnit { unit: UNIT.into(), kind: UnitKind::ProvincialCdc, territory: elsewhere };
    let id = ask(&mut world, lan, change).await;
    world.store.decide(id, HASH, binh, Decision::Approve, NOW).await.unwrap();
    assert_eq!(world.store.unit(UNIT).await.unwrap().unwrap().territory, elsewhere);
    let id = ask(&mut world, lan, Change::MakeAdministrator { officer: binh }).await;
    world.store.disable_officer(binh, NOW).await.unwrap();
    let third = officer("chi", &mut world.rng);
    world.store.create_officer(&third).await.unwrap();
    let refused = world.store.decide(id, HASH, third.id, Decision::Approve, NOW).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
}
