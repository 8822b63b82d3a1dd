//! Agencies, and what those on their lists let them see.

use crate::declarations::declared;
use crate::support::*;
use bluezone_domain::agency::{
    Agency, AppRuns, MOST_AGENCIES, MOST_INVITATIONS_A_DAY, MOST_OPEN, REMIND_AGAIN_S, Refusal, SEE_APP,
    SEE_DECLARED, Sees, Staff,
};
use bluezone_domain::declaration::{Channel, Consent, SentBy};
use bluezone_domain::id::{AgencyId, CitizenId, StaffId};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Counted, Invited, StoreError};
use std::sync::atomic::{AtomicU32, Ordering};

contract![
    an_agency_sees_what_each_lets_it_see_and_no_more,
    each_yes_to_an_agency_leaves_its_evidence_and_ends_with_it,
    who_refuses_looks_like_who_does_not_answer,
    invitations_are_limited_for_who_invites_and_who_is_invited,
    an_agency_is_its_owners_and_made_once,
    nobody_is_reminded_twice_or_without_their_yes,
    people_are_counted_where_they_live,
];

pub const BOTH: Sees = Sees { declared: true, app: true };

/// The evidence of a yes to each.
pub fn agreed(sees: Sees) -> Vec<Consent> {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let consent = |purpose: &str| Consent {
        id: GIVEN.fetch_add(1, Ordering::Relaxed).to_string(),
        citizen: None,
        profile: None,
        declaration: None,
        agency: None,
        purpose: purpose.to_owned(),
        version: 1,
        lang: "vi".to_owned(),
        sha256: "00".repeat(32),
        given_at: NOW,
        channel: Channel::Web,
        withdrawn_at: None,
    };
    let both = [(SEE_DECLARED, sees.declared), (SEE_APP, sees.app)];
    both.into_iter().filter(|(_, yes)| *yes).map(|(purpose, _)| consent(purpose)).collect()
}

pub async fn citizen(world: &mut World, number: &str) -> CitizenId {
    let id = CitizenId::generate(&mut world.rng);
    let phone = number.parse().unwrap();
    world.store.confirm_citizen(id, &phone, NOW, &mut world.rng).await.unwrap().id
}

async fn other_number(world: &mut World) -> CitizenId {
    citizen(world, "0900000002").await
}

pub async fn agency(world: &mut World) -> Agency {
    let owner = citizen(world, "0900000009").await;
    let id = AgencyId::generate(&mut world.rng);
    let agency = Agency { id, owner, name: "Trường Thử".to_owned(), created_at: NOW };
    assert!(world.store.create_agency(&agency, &mut world.rng).await.unwrap());
    agency
}

pub async fn invite(world: &mut World, agency: &Agency, number: &str) -> Staff {
    let id = StaffId::generate(&mut world.rng);
    let staff = Staff {
        id,
        name: "Trần Thị Thử".to_owned(),
        phone: number.parse().unwrap(),
        declared: None,
        app: None,
    };
    let invited = world.store.invite_staff(agency.id, &staff, NOW, &mut world.rng).await.unwrap();
    assert!(matches!(invited, Invited::New { .. }), "{invited:?}");
    staff
}

/// What the agency sees of its only person today.
pub async fn seen(world: &World, agency: &Agency) -> (Option<bool>, Option<bool>) {
    let staff = world.store.staff(agency.id, NOW).await.unwrap();
    let [one] = staff.as_slice() else { panic!("{} people", staff.len()) };
    (one.declared, one.app)
}

async fn an_agency_sees_what_each_lets_it_see_and_no_more(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let one = invite(&mut world, &agency, "0900000001").await;
    let twin = Staff { id: StaffId::generate(&mut world.rng), ..one.clone() };
    let again = world.store.invite_staff(agency.id, &twin, NOW, &mut world.rng).await.unwrap();
    assert_eq!(again, Invited::There, "a number stands on a list once");
    assert_eq!(world.store.staff(agency.id, NOW).await.unwrap(), std::slice::from_ref(&one));

    // Declared and with an app, but nothing agreed to.
    let new = declared(&mut world, "0900000001").await;
    let SentBy::Citizen { citizen, .. } = new.declaration.by else { panic!("by a citizen") };
    let invitations = world.store.invitations_of(citizen).await.unwrap();
    assert_eq!(
        (invitations[0].id, invitations[0].agency.as_str(), invitations[0].sees),
        (one.id, "Trường Thử", None)
    );
    world.store.accept_declaration(&new, &mut world.rng).await.unwrap();
    world.store.say_app_runs(citizen, Some(*HERE), NOW + 9).await.unwrap();
    assert_eq!(seen(&world, &agency).await, (None, None));

    let (store, id) = (world.store.clone(), one.id);
    let answer = async |sees| store.answer_invitation(citizen, id, Some(&agreed(sees)), NOW).await;
    answer(Sees { declared: true, app: false }).await.unwrap();
    assert_eq!(seen(&world, &agency).await, (Some(true), None));
    answer(Sees { declared: false, app: true }).await.unwrap();
    assert_eq!(seen(&world, &agency).await, (None, Some(true)));
    answer(BOTH).await.unwrap();
    assert_eq!(store.invitations_of(citizen).await.unwrap()[0].sees, Some(BOTH));
    // The next day nothing is known yet.
    let tomorrow = store.staff(agency.id, NOW + DAY_S).await.unwrap();
    assert_eq!((tomorrow[0].declared, tomorrow[0].app), (Some(false), Some(false)));
    // As a program leaves it that knows no evidence.
    world.database.execute("DELETE FROM consents WHERE agency_id IS NOT NULL").await;
    assert_eq!(seen(&world, &agency).await, (None, None));
    answer(Sees::default()).await.unwrap();

    // Somebody else's number does not answer for this one.
    let other = other_number(&mut world).await;
    let theirs = store.answer_invitation(other, one.id, Some(&agreed(BOTH)), NOW).await;
    assert!(matches!(theirs, Err(StoreError::NotFound(_))), "{theirs:?}");
    assert_eq!(store.invitations_of(other).await.unwrap(), []);
    store.remove_staff(agency.id, one.id, NOW).await.unwrap();
    assert_eq!(store.staff(agency.id, NOW).await.unwrap(), []);
}

async fn each_yes_to_an_agency_leaves_its_evidence_and_ends_with_it(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let one = invite(&mut world, &agency, "0900000001").await;
    let citizen = citizen(&mut world, "0900000001").await;
    let store = world.store.clone();
    let answer = async |staff, sees: Option<Sees>, now| {
        store.answer_invitation(citizen, staff, sees.map(agreed).as_deref(), now).await.unwrap();
    };
    // Purpose and end of each, in the order in which they were given.
    let evidence = async || {
        let mut consents = store.consents_of(citizen).await.unwrap();
        consents.sort_by_key(|consent| consent.id.parse::<u32>().unwrap());
        assert!(consents.iter().all(|of| (of.citizen, of.agency) == (Some(citizen), Some(agency.id))));
        consents.into_iter().map(|of| (of.purpose, of.withdrawn_at)).collect::<Vec<_>>()
    };
    let (declared, app) = (SEE_DECLARED.to_owned(), SEE_APP.to_owned());
    answer(one.id, Some(BOTH), NOW).await;
    answer(one.id, Some(BOTH), NOW + 1).await;
    assert_eq!(evidence().await, [(declared.clone(), None), (app.clone(), None)], "agreed to once");
    assert_eq!(store.agencies_agreed_to(citizen).await.unwrap()[&agency.id], agency.name);
    answer(one.id, Some(Sees { declared: true, app: false }), NOW + 2).await;
    assert_eq!(evidence().await, [(declared.clone(), None), (app.clone(), Some(NOW + 2))]);

    // Taken back where all consents stand: the agency sees it no more.
    let id = store
        .consents_of(citizen)
        .await
        .unwrap()
        .into_iter()
        .find(|of| of.withdrawn_at.is_none())
        .unwrap()
        .id;
    let other = other_number(&mut world).await;
    let theirs = store.withdraw_consent(other, &id, NOW + 3).await;
    assert!(matches!(theirs, Err(StoreError::NotFound(_))), "{theirs:?}");
    assert_eq!(seen(&world, &agency).await, (Some(false), None));
    store.withdraw_consent(citizen, &id, NOW + 3).await.unwrap();
    assert_eq!(seen(&world, &agency).await, (None, None));
    // Agreed to again it is a consent of its own, and the one that was taken back ends nothing more.
    answer(one.id, Some(BOTH), NOW + 4).await;
    store.withdraw_consent(citizen, &id, NOW + 5).await.unwrap();
    assert_eq!(seen(&world, &agency).await, (Some(false), Some(false)));
    let ended = [(declared.clone(), Some(NOW + 3)), (app.clone(), Some(NOW + 2))];
    let live = [(declared.clone(), None), (app.clone(), None)];
    assert_eq!(evidence().await, [ended, live].concat());

    // Off the list, they agree to nothing; nor when they leave, nor when the agency is gone.
    let live = async || evidence().await.into_iter().filter(|(_, ended)| ended.is_none()).count();
    store.remove_staff(agency.id, one.id, NOW + 6).await.unwrap();
    assert_eq!(live().await, 0);
    let one = invite(&mut world, &agency, "0900000001").await;
    answer(one.id, Some(BOTH), NOW + 7).await;
    assert_eq!(live().await, 2);
    answer(one.id, None, NOW + 8).await;
    assert_eq!(live().await, 0);
    answer(one.id, Some(BOTH), NOW + 9).await;
    store.delete_citizen(agency.owner, NOW + 10).await.unwrap();
    assert_eq!((live().await, evidence().await.len()), (0, 8));
    assert!(store.agencies_agreed_to(citizen).await.unwrap().is_empty());
}

async fn who_refuses_looks_like_who_does_not_answer(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let one = invite(&mut world, &agency, "0900000001").await;
    let citizen = citizen(&mut world, "0900000001").await;
    let before = world.store.staff(agency.id, NOW).await.unwrap();
    world.store.answer_invitation(citizen, one.id, None, NOW).await.unwrap();
    assert_eq!(world.store.staff(agency.id, NOW).await.unwrap(), before);
    assert_eq!(world.store.invitations_of(citizen).await.unwrap(), [], "they are not asked again");
    // Nor if the agency takes them off its list and writes them down anew, or the time of the invitation is over.
    world.store.remove_staff(agency.id, one.id, NOW).await.unwrap();
    let one = Staff { id: StaffId::generate(&mut world.rng), ..one };
    let again = world.store.invite_staff(agency.id, &one, NOW, &mut world.rng).await.unwrap();
    assert_eq!(again, Invited::New { tell: false });
    assert_eq!(world.store.invitations_of(citizen).await.unwrap(), []);
    assert_eq!(world.store.staff(agency.id, NOW).await.unwrap(), std::slice::from_ref(&one), "as before");
    // They see whom they refused, also when it is not on the list any more, and may take it back.
    let refused = Refusal { agency: agency.id, name: agency.name.clone() };
    world.store.remove_staff(agency.id, one.id, NOW).await.unwrap();
    assert_eq!(world.store.refusals_of(citizen).await.unwrap(), [refused]);
    world.store.allow_invitations(citizen, agency.id).await.unwrap();
    assert_eq!(world.store.refusals_of(citizen).await.unwrap(), []);
    let one = invite(&mut world, &agency, "0900000001").await;
    assert_eq!(world.store.invitations_of(citizen).await.unwrap().len(), 1);
    world.store.answer_invitation(citizen, one.id, None, NOW).await.unwrap();
    let other = other_number(&mut world).await;
    world.store.allow_invitations(other, agency.id).await.unwrap();
    assert_eq!(world.store.invitations_of(citizen).await.unwrap(), [], "another's refusal is none of theirs");
    world.store.allow_invitations(citizen, agency.id).await.unwrap();
    assert_eq!(world.store.invitations_of(citizen).await.unwrap().len(), 1, "it still stands");
    world.store.answer_invitation(citizen, one.id, None, NOW).await.unwrap();
    // Another agency may ask.
    let other = Agency { id: AgencyId::generate(&mut world.rng), ..agency.clone() };
    assert!(world.store.create_agency(&other, &mut world.rng).await.unwrap());
    invite(&mut world, &other, "0900000001").await;
    assert_eq!(world.store.invitations_of(citizen).await.unwrap().len(), 1);
    // And who changed their mind is theirs again.
    world.store.answer_invitation(citizen, one.id, Some(&agreed(BOTH)), NOW).await.unwrap();
    world.store.remove_staff(agency.id, one.id, NOW).await.unwrap();
    let one = Staff { id: StaffId::generate(&mut world.rng), ..one };
    let tomorrow = NOW + DAY_S + HOUR;
    let again = world.store.invite_staff(agency.id, &one, tomorrow, &mut world.rng).await.unwrap();
    assert_eq!(again, Invited::New { tell: true });
}

async fn invitations_are_limited_for_who_invites_and_who_is_invited(database: TestDatabase) {
    let mut world = World::new(database).await;
    let first = agency(&mut world).await;
    // One person, many agencies.
    let mut told = 0;
    for number in 0..5 {
        let one = Agency { id: AgencyId::generate(&mut world.rng), ..first.clone() };
        assert!(world.store.create_agency(&one, &mut world.rng).await.unwrap());
        let id = StaffId::generate(&mut world.rng);
        let phone = "0900000001".parse().unwrap();
        let staff = Staff { id, name: "Trần Thị Thử".to_owned(), phone, declared: None, app: None };
        let invited = world.store.invite_staff(one.id, &staff, NOW + number, &mut world.rng).await.unwrap();
        told += usize::from(invited == Invited::New { tell: true });
    }
    assert_eq!(told, MOST_INVITATIONS_A_DAY);
    // One agency, many people: also if it takes them off again.
    let mut ids = Vec::new();
    for number in 0..MOST_OPEN {
        ids.push(invite(&mut world, &first, &format!("09{number:08}")).await.id);
    }
    let id = StaffId::generate(&mut world.rng);
    let phone = "0919999999".parse().unwrap();
    let more = Staff { id, name: "Trần Thị Thử".to_owned(), phone, declared: None, app: None };
    let store = world.store.clone();
    let rng = &mut world.rng;
    assert_eq!(store.invite_staff(first.id, &more, NOW, rng).await.unwrap(), Invited::TooManyOpen);
    store.remove_staff(first.id, ids[0], NOW).await.unwrap();
    assert_eq!(store.invite_staff(first.id, &more, NOW, rng).await.unwrap(), Invited::TooManyOpen, "today");
    let tomorrow = NOW + DAY_S + HOUR;
    assert_eq!(
        store.invite_staff(first.id, &more, tomorrow, rng).await.unwrap(),
        Invited::New { tell: true }
    );
}

async fn an_agency_is_its_owners_and_made_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let other = citizen(&mut world, "0900000001").await;
    assert!(!world.store.create_agency(&agency, &mut world.rng).await.unwrap(), "sent twice");
    assert_eq!(world.store.agencies_of(agency.owner).await.unwrap(), std::slice::from_ref(&agency));
    assert_eq!(world.store.agency(agency.id, agency.owner).await.unwrap(), Some(agency.clone()));
    assert_eq!(world.store.agency(agency.id, other).await.unwrap(), None);
    for _ in 1..MOST_AGENCIES {
        let another = Agency { id: AgencyId::generate(&mut world.rng), ..agency.clone() };
        assert!(world.store.create_agency(&another, &mut world.rng).await.unwrap());
    }
    let more = Agency { id: AgencyId::generate(&mut world.rng), ..agency };
    let refused = world.store.create_agency(&more, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{refused:?}");
}

async fn nobody_is_reminded_twice_or_without_their_yes(database: TestDatabase) {
    let mut world = World::new(database).await;
    let agency = agency(&mut world).await;
    let one = invite(&mut world, &agency, "0900000001").await;
    let citizen = citizen(&mut world, "0900000001").await;
    let store = world.store.clone();
    let remind = async |now| store.remind_staff(agency.id, one.id, now + -REMIND_AGAIN_S, now).await.unwrap();
    assert_eq!(remind(NOW).await, None, "not without a yes");
    store.answer_invitation(citizen, one.id, Some(&agreed(BOTH)), NOW).await.unwrap();
    assert_eq!(remind(NOW).await, Some(citizen));
    assert_eq!(remind(NOW + HOUR).await, None, "not twice");
    assert_eq!(remind(NOW + REMIND_AGAIN_S + 1).await, Some(citizen));
}

async fn people_are_counted_where_they_live(database: TestDatabase) {
    let mut world = World::new(database).await;
    for number in ["0900000001", "0900000002"] {
        let new = declared(&mut world, number).await;
        let SentBy::Citizen { citizen, .. } = new.declaration.by else { panic!("by a citizen") };
        world.store.accept_declaration(&new, &mut world.rng).await.unwrap();
        world.store.say_app_runs(citizen, Some(*HERE), NOW).await.unwrap();
    }
    let hidden = citizen(&mut world, "0900000003").await;
    world.store.say_app_runs(hidden, None, NOW).await.unwrap();
    let here = [Counted { area: *HERE, people: 2 }];
    let store = &world.store;
    for province in [None, Some(HERE.province)] {
        assert_eq!(store.count_declared(province, NOW, NOW + HOUR).await.unwrap(), here);
        assert_eq!(store.count_running(province, NOW).await.unwrap(), here);
    }
    assert_eq!(store.count_declared(Some(ELSEWHERE.province), NOW, NOW + HOUR).await.unwrap(), []);
    assert_eq!(store.count_declared(None, NOW + HOUR, NOW + 2 * HOUR).await.unwrap(), []);
    assert_eq!(store.count_running(None, NOW + 1).await.unwrap(), []);
    let runs = AppRuns { said_at: NOW, area: None };
    assert_eq!(store.app_said_to_run(hidden).await.unwrap(), Some(runs));
}
