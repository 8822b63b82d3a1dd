use crate::support::*;
use bluezone_domain::area::Territory;
use bluezone_domain::unit::{Unit, UnitKind};
use bluezone_store::StoreError;
use bluezone_store::testing::TestDatabase;

contract![
    units_are_found_as_they_were_made,
    an_officer_has_the_territory_of_the_unit,
    an_ended_unit_has_no_officers_at_work,
];

async fn units_are_found_as_they_were_made(database: TestDatabase) {
    let world = World::new(database).await;
    let station = Unit {
        kind: UnitKind::CommuneStation,
        territory: "19/05443".parse().unwrap(),
        valid_until: Some(NOW + HOUR),
        ..unit("TYT-05443")
    };
    world.store.create_unit(&station).await.unwrap();
    assert_eq!(world.store.unit("TYT-05443").await.unwrap().as_ref(), Some(&station));
    assert_eq!(world.store.unit("TYT-1").await.unwrap(), None);
    assert!(matches!(world.store.create_unit(&station).await, Err(StoreError::Conflict(_))));
    assert_eq!(world.store.list_units().await.unwrap(), [unit(UNIT), station]);
}

async fn an_officer_has_the_territory_of_the_unit(database: TestDatabase) {
    let mut world = World::new(database).await;
    let liar =
        bluezone_domain::officer::Officer { territory: Territory::Nation, ..officer("binh", &mut world.rng) };
    world.store.create_officer(&liar).await.unwrap();
    let found = async || world.store.officer(liar.id).await.unwrap().unwrap().territory;
    assert_eq!(found().await, unit(UNIT).territory);
    let commune = "19/05443".parse().unwrap();
    let station = world.store.place_unit(UNIT, UnitKind::CommuneStation, commune).await;
    assert!(matches!(station, Err(StoreError::NotAllowed(_))), "officers of a centre work there");
    let elsewhere = "01".parse().unwrap();
    world.store.place_unit(UNIT, UnitKind::ProvincialCdc, elsewhere).await.unwrap();
    assert_eq!(found().await, elsewhere);
    let unknown = bluezone_domain::officer::Officer { unit: "X".into(), ..officer("chi", &mut world.rng) };
    assert!(matches!(world.store.create_officer(&unknown).await, Err(StoreError::NotFound("the unit"))));
    let missing = world.store.place_unit("X", UnitKind::Lab, commune).await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
}

async fn an_ended_unit_has_no_officers_at_work(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (store, id, token) = (world.store.clone(), world.officer, world.hash());
    store.create_session(&session(token, id, NOW, NOW + 10 * HOUR)).await.unwrap();
    let at_work = async |at| store.session(token, NOW + at).await.unwrap().is_some();
    store.end_unit(UNIT, NOW + HOUR, NOW).await.unwrap();
    assert!(at_work(HOUR - 1).await && !at_work(HOUR).await);
    assert!(store.use_totp_step(id, None, 1, NOW + HOUR - 1).await.unwrap());
    assert!(!store.use_totp_step(id, None, 2, NOW + HOUR).await.unwrap(), "the unit has ended");
    assert!(store.end_unit(UNIT, unit(UNIT).valid_from + -1, NOW).await.is_err(), "before it began");
    // Ending it sooner, at once: its sessions are gone and do not come back.
    store.end_unit(UNIT, NOW + 1, NOW + 2).await.unwrap();
    assert!(!at_work(0).await);
    let again = store.end_unit(UNIT, NOW + HOUR, NOW + 3).await;
    assert!(matches!(again, Err(StoreError::NotAllowed(_))));
    assert!(matches!(store.end_unit("X", NOW, NOW).await, Err(StoreError::NotFound(_))));
    assert!(store.officer(id).await.unwrap().is_some(), "the account stays on record");
}
