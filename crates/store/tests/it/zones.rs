use crate::support::*;
use bluezone_domain::Timestamp;
use bluezone_domain::area::{ProvinceCode, Territory};
use bluezone_domain::id::{OfficerId, ZoneId};
use bluezone_domain::zone::{Change, Extent, Level, Step, Zone};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{NewLogEntry, StoreError};

contract![
    a_zone_is_written_down_once_and_found,
    what_was_decided_is_added_and_never_written_over,
    nobody_changes_a_zone_that_they_did_not_see,
    changes_at_once_make_one_unbroken_history,
    a_territory_lists_its_zones_that_are_not_over,
];

fn change(by: OfficerId, step: Step) -> Change {
    let (decision, reason) = ("2011/QĐ-UBND".to_owned(), "chùm 12 ca trong 7 ngày".to_owned());
    Change { at: NOW, by, step, decision, reason }
}

/// What the public log says of a decision; here only that there is something.
fn entry() -> NewLogEntry {
    NewLogEntry { bytes: b"zone".to_vec(), at: NOW }
}

async fn logged(world: &World) -> usize {
    world.store.log_entries(0, 100).await.unwrap().len()
}

fn force(level: u8, from: i64, until: i64) -> Step {
    let level = Level::new(level).unwrap();
    Step::InForce { level, from: NOW + from * HOUR, until: NOW + until * HOUR }
}

fn zone(world: &mut World, place: (&str, &str), extent: Extent, step: Step) -> Zone {
    Zone {
        id: ZoneId::generate(&mut world.rng),
        province: place.0.parse().unwrap(),
        commune: place.1.parse().unwrap(),
        extent,
        changes: vec![change(world.officer, step)],
    }
}

fn part() -> Extent {
    let outline = "21.59, 105.83; 21.60, 105.83; 21.60, 105.84".parse().unwrap();
    Extent::Part { places: "Tổ 5, ngõ 12".to_owned(), outline: Some(outline) }
}

async fn a_zone_is_written_down_once_and_found(database: TestDatabase) {
    let mut world = World::new(database).await;
    let undrawn = Extent::Part { places: "Xóm Bãi".to_owned(), outline: None };
    for extent in [Extent::Whole, undrawn, part()] {
        let zone = zone(&mut world, ("19", "05443"), extent, force(3, 0, 24));
        world.store.create_zone(&zone, &entry()).await.unwrap();
        let again = world.store.create_zone(&zone, &entry()).await;
        assert!(matches!(again, Err(StoreError::Conflict(_))), "the form was sent twice: {again:?}");
        assert_eq!(world.store.zone(zone.id).await.unwrap(), Some(zone));
    }
    assert_eq!(world.store.zone(ZoneId::from_bytes([9; 16])).await.unwrap(), None);
    let empty = Zone { changes: vec![], ..zone(&mut world, ("19", "05443"), Extent::Whole, force(1, 0, 1)) };
    assert!(matches!(world.store.create_zone(&empty, &entry()).await, Err(StoreError::NotAllowed(_))));
    assert_eq!(world.store.zone(empty.id).await.unwrap(), None);
}

async fn what_was_decided_is_added_and_never_written_over(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut zone = zone(&mut world, ("19", "05443"), part(), force(3, 0, 24));
    world.store.create_zone(&zone, &entry()).await.unwrap();
    for step in [force(4, 12, 72), Step::Lifted { from: NOW + 48 * HOUR }] {
        let change = change(world.officer, step);
        world.store.change_zone(zone.id, zone.changes.len(), &change, &entry()).await.unwrap();
        zone.changes.push(change);
        assert_eq!(world.store.zone(zone.id).await.unwrap().as_ref(), Some(&zone));
    }
    let read = world.store.zone(zone.id).await.unwrap().unwrap();
    let levels: Vec<_> = [0, 11, 12, 47, 48].map(|h| read.level_at(NOW + h * HOUR).map(Level::number)).into();
    assert_eq!(levels, [Some(3), Some(3), Some(4), Some(4), None]);
    assert_eq!(logged(&world).await, 3, "each decision stands in the log");
}

async fn nobody_changes_a_zone_that_they_did_not_see(database: TestDatabase) {
    let mut world = World::new(database).await;
    let zone = zone(&mut world, ("19", "05443"), Extent::Whole, force(3, 0, 24));
    world.store.create_zone(&zone, &entry()).await.unwrap();
    let change = change(world.officer, force(4, 1, 24));
    for unseen in [0, 2] {
        let refused = world.store.change_zone(zone.id, unseen, &change, &entry()).await;
        assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
    }
    let nowhere = world.store.change_zone(ZoneId::from_bytes([9; 16]), 0, &change, &entry()).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound(_))), "{nowhere:?}");
    assert_eq!(world.store.zone(zone.id).await.unwrap(), Some(zone));
    assert_eq!(logged(&world).await, 1, "what was refused is not in the log");
}

async fn changes_at_once_make_one_unbroken_history(database: TestDatabase) {
    let mut world = World::new(database).await;
    let zone = zone(&mut world, ("19", "05443"), Extent::Whole, force(1, 0, 24));
    world.store.create_zone(&zone, &entry()).await.unwrap();
    let (id, by) = (zone.id, world.officer);
    let results = race(&world.database, |i, store| async move {
        store.change_zone(id, 1, &change(by, force(4, i as i64, 48)), &entry()).await.is_ok()
    })
    .await;
    assert_eq!(count(&results, &true), 1, "all saw one change, so one may add the second");
    assert_eq!(world.store.zone(id).await.unwrap().unwrap().changes.len(), 2);
    assert_eq!(logged(&world).await, 2);
}

async fn a_territory_lists_its_zones_that_are_not_over(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut made = Vec::new();
    for (place, until) in
        [(("19", "05443"), 10), (("19", "05443"), 20), (("19", "05455"), 20), (("01", "00004"), 30)]
    {
        let zone = zone(&mut world, place, Extent::Whole, force(2, 0, until));
        world.store.create_zone(&zone, &entry()).await.unwrap();
        made.push(zone);
    }
    // Prolonged: its first end has no meaning any more.
    let longer = change(world.officer, force(3, 5, 40));
    world.store.change_zone(made[0].id, 1, &longer, &entry()).await.unwrap();
    made[0].changes.push(longer);
    let province: ProvinceCode = "19".parse().unwrap();
    let commune = "05443".parse().unwrap();
    for (of, after, expected) in [
        (Territory::Nation, 0, &[0, 1, 2, 3][..]),
        (Territory::Nation, 20, &[0, 3]),
        (Territory::Nation, 40, &[]),
        (Territory::Province(province), 0, &[0, 1, 2]),
        (Territory::Province(province), 25, &[0]),
        (Territory::Commune(province, commune), 15, &[0, 1]),
        (Territory::Commune("01".parse().unwrap(), commune), 0, &[]),
    ] {
        let found = world.store.zones(of, Timestamp(NOW.0 + after * HOUR)).await.unwrap();
        let mut expected: Vec<_> = expected.iter().map(|at| made[*at].clone()).collect();
        expected.sort_by_key(|zone| zone.id);
        assert_eq!(found, expected, "{of:?} after {after}");
    }
}
