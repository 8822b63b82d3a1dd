use crate::support::*;
use bluezone_domain::area::Area;
use bluezone_domain::citizen::Citizen;
use bluezone_domain::id::CitizenId;
use bluezone_domain::person::Phone;
use bluezone_domain::place::{
    MOST_DELEGATES, MOST_PLACES, Place, PlaceCode, PlaceDetails, PlaceKind, Standing,
};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Retention, StoreError};

contract![
    a_place_is_registered_changed_and_closed,
    a_new_edition_makes_the_old_posters_old,
    delegates_are_found_by_their_telephone_until_they_are_taken_away,
    nobody_registers_or_asks_without_end,
    places_of_a_commune_come_in_pages,
    a_place_outlives_its_owners_account,
    a_place_is_closed_when_its_owners_account_has_passed_its_time,
];

pub async fn citizen(world: &mut World, phone: &str) -> Citizen {
    let id = CitizenId::generate(&mut world.rng);
    world.store.confirm_citizen(id, &phone.parse().unwrap(), NOW, &mut world.rng).await.unwrap()
}

pub fn place(world: &mut World, owner: &Citizen, name: &str) -> Place {
    Place {
        code: PlaceCode::generate(&mut world.rng),
        owner: Some(owner.id),
        kind: PlaceKind::Market,
        details: PlaceDetails {
            name: name.to_owned(),
            address: "Hẻm Canary".to_owned(),
            registrant: "Trần Thị Bình".to_owned(),
            ..PlaceDetails::default()
        },
        area: *HERE,
        capacity: Some(200),
        dwell_minutes: 120,
        edition: 1,
        created_at: NOW,
        closed_at: None,
    }
}

pub async fn registered(world: &mut World, owner: &Citizen, name: &str) -> Place {
    let place = place(world, owner, name);
    world.store.create_place(&place, &mut world.rng).await.unwrap();
    place
}

async fn a_place_is_registered_changed_and_closed(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let market = registered(&mut world, &owner, "Chợ Thái").await;
    assert_eq!(world.store.place(market.code).await.unwrap(), Some(market.clone()));
    let taken = Place { code: market.code, ..place(&mut world, &owner, "Trường") };
    let again = world.store.create_place(&taken, &mut world.rng).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");

    let bus = Place {
        created_at: NOW + 1,
        kind: PlaceKind::Bus,
        capacity: None,
        ..place(&mut world, &owner, "Xe 07")
    };
    world.store.create_place(&bus, &mut world.rng).await.unwrap();
    assert_eq!(world.store.places_of(owner.id).await.unwrap(), [market.clone(), bus.clone()]);
    assert!(!market.looks_like(&bus) && market.looks_like(&place(&mut world, &owner, "CHO THAI")));

    let details = PlaceDetails { name: "Chợ Thái mới".to_owned(), ..market.details.clone() };
    let moved = Place { details, area: *ELSEWHERE, capacity: None, dwell_minutes: 90, ..market.clone() };
    world.store.edit_place(&moved, &mut world.rng).await.unwrap();
    world.store.close_place(market.code, Some(NOW + 9)).await.unwrap();
    let closed = Place { closed_at: Some(NOW + 9), ..moved };
    assert_eq!(world.store.place(market.code).await.unwrap(), Some(closed));
    let nowhere = place(&mut world, &owner, "x");
    assert!(matches!(world.store.edit_place(&nowhere, &mut world.rng).await, Err(StoreError::NotFound(_))));
    assert!(matches!(world.store.close_place(nowhere.code, None).await, Err(StoreError::NotFound(_))));

    let purge = async |at| world.store.purge(at, &Retention::default()).await.unwrap().places;
    assert_eq!(purge(NOW + 21 * DAY_S + 9).await, 0);
    assert_eq!(purge(NOW + 21 * DAY_S + 10).await, 1);
    assert_eq!(world.store.places_of(owner.id).await.unwrap(), [bus], "what is open stays");
}

async fn a_new_edition_makes_the_old_posters_old(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let market = registered(&mut world, &owner, "Chợ Thái").await;
    let code = market.code;
    let editions =
        race(&world.database, |_, store| async move { store.renew_poster(code).await.unwrap() }).await;
    let mut editions = editions;
    editions.sort_unstable();
    assert_eq!(editions, (2..2 + TASKS as u16).collect::<Vec<_>>(), "each a new one");
    let last = world.store.place(code).await.unwrap().unwrap().edition;
    assert_eq!(last, 1 + TASKS as u16);
}

async fn delegates_are_found_by_their_telephone_until_they_are_taken_away(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let guard = citizen(&mut world, "0900000001").await;
    let market = registered(&mut world, &owner, "Chợ Thái").await;
    let store = world.store.clone();
    let standing = async |who: &Citizen| store.standing(&market, who.id, &who.phone).await.unwrap();
    assert_eq!((standing(&owner).await, standing(&guard).await), (Some(Standing::Owner), None));
    // Asked before they ever had an account, and twice.
    let later: Phone = "0900000002".parse().unwrap();
    for phone in [&later, &guard.phone, &later] {
        world.store.add_delegate(market.code, phone, NOW, &mut world.rng).await.unwrap();
    }
    let delegates = world.store.delegates(market.code).await.unwrap();
    assert_eq!(delegates.iter().map(|one| &one.phone).collect::<Vec<_>>(), [&later, &guard.phone]);
    assert_eq!(standing(&guard).await, Some(Standing::Delegate));
    let late = citizen(&mut world, "0900000002").await;
    assert_eq!(standing(&late).await, Some(Standing::Delegate));
    assert_eq!(world.store.places_of_delegate(&guard.phone).await.unwrap(), std::slice::from_ref(&market));

    let number = delegates[1].number;
    world.store.remove_delegate(market.code, number).await.unwrap();
    assert!(matches!(world.store.remove_delegate(market.code, number).await, Err(StoreError::NotFound(_))));
    assert_eq!(standing(&guard).await, None);
    assert_eq!(world.store.places_of_delegate(&guard.phone).await.unwrap(), []);
    world.store.add_delegate(market.code, &guard.phone, NOW, &mut world.rng).await.unwrap();
    let again = world.store.delegates(market.code).await.unwrap()[1].number;
    assert!(again > number, "a page from before names nobody else");
}

async fn nobody_registers_or_asks_without_end(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let first = registered(&mut world, &owner, "Chợ Thái").await;
    for _ in 1..MOST_PLACES {
        registered(&mut world, &owner, "Chợ").await;
    }
    let more = place(&mut world, &owner, "Chợ");
    assert!(matches!(world.store.create_place(&more, &mut world.rng).await, Err(StoreError::NotAllowed(_))));
    for number in 0..=MOST_DELEGATES {
        let phone = format!("09000{number:05}").parse().unwrap();
        let added = world.store.add_delegate(first.code, &phone, NOW, &mut world.rng).await;
        assert_eq!(added.is_ok(), number < MOST_DELEGATES, "{number}");
    }
    assert_eq!(world.store.delegates(first.code).await.unwrap().len(), MOST_DELEGATES);
}

async fn places_of_a_commune_come_in_pages(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(registered(&mut world, &owner, "Chợ").await.code);
    }
    let elsewhere = Place { area: *ELSEWHERE, ..place(&mut world, &owner, "Chợ") };
    world.store.create_place(&elsewhere, &mut world.rng).await.unwrap();
    codes.sort_unstable();
    let Area { province, commune } = *HERE;
    let page = async |after| world.store.places_in(province, commune.unwrap(), after, 3).await.unwrap();
    let first: Vec<_> = page(None).await.iter().map(|place| place.code).collect();
    assert_eq!(first, codes[..3]);
    let second: Vec<_> = page(Some(codes[2])).await.iter().map(|place| place.code).collect();
    assert_eq!(second, codes[3..]);
}

/// Whoever did not come back for so long: their places would let people in for ever.
async fn a_place_is_closed_when_its_owners_account_has_passed_its_time(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let open = registered(&mut world, &owner, "Chợ Thái").await;
    let closed = registered(&mut world, &owner, "Chợ Túc Duyên").await;
    world.store.close_place(closed.code, Some(NOW)).await.unwrap();
    let retention = Retention { citizens_s: 10 * DAY_S, visits_s: 21 * DAY_S, ..Retention::default() };
    let later = NOW + 11 * DAY_S;
    assert_eq!(world.store.purge(later, &retention).await.unwrap().citizens, 1);
    let at = async |code| world.store.place(code).await.unwrap().unwrap();
    let left = at(open.code).await;
    assert_eq!((left.owner, left.closed_at), (None, Some(later)));
    assert_eq!(at(closed.code).await.closed_at, Some(NOW), "as it was");
    assert_eq!(world.store.purge(later + 22 * DAY_S, &retention).await.unwrap().places, 2);
}

async fn a_place_outlives_its_owners_account(database: TestDatabase) {
    let mut world = World::new(database).await;
    let owner = citizen(&mut world, "0912345678").await;
    let market = registered(&mut world, &owner, "Chợ Thái").await;
    world.store.delete_citizen(owner.id, NOW + 1).await.unwrap();
    // Nobody could close it any more.
    let left = Place { owner: None, closed_at: Some(NOW + 1), ..market };
    assert_eq!(world.store.place(left.code).await.unwrap(), Some(left.clone()));
    let other = citizen(&mut world, "0912345678").await;
    assert_eq!(world.store.standing(&left, other.id, &other.phone).await.unwrap(), None, "not by the number");
}
