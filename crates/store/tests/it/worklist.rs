//! What waits to be done: each list holds what `policy::allows` lets see of it, the longest due first.

use crate::support::*;
use bluezone_domain::Timestamp;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::{Case, CaseStatus};
use bluezone_domain::contact::{Class, Contact, Origin, Source, Status};
use bluezone_domain::officer::Role;
use bluezone_domain::policy::{Action, Scope, allows};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Within, Work, Worker};

contract![contacts_wait_where_they_are_reached, cases_wait_until_they_are_reported, counting_ends];

fn scopes() -> Vec<Scope<'static>> {
    let here = "19".parse().unwrap();
    let of = |role, unit, territory| Scope { role, unit, territory };
    vec![
        of(Role::ProvincialCdc, "ministry", Territory::Nation),
        of(Role::ProvincialCdc, "cdc-19", Territory::Province(here)),
        of(Role::CommuneStation, "tyt", Territory::Commune(here, "05710".parse().unwrap())),
        of(Role::IsolationSite, "site", Territory::Province(here)),
        of(Role::ProvincialCdc, "nowhere", Territory::Nowhere),
    ]
}

fn place(i: usize) -> Area {
    let (province, commune) = [("19", "05710"), ("19", "05711"), ("01", "00004")][i % 3];
    Area { province: province.parse().unwrap(), commune: commune.parse().ok() }
}

fn handed(i: usize) -> Option<String> {
    [None, Some("tyt"), Some("site"), Some("cdc-19")][i % 4].map(str::to_owned)
}

async fn contacts_wait_where_they_are_reached(database: TestDatabase) {
    let mut world = World::new(database).await;
    let other = officer("binh", &mut world.rng);
    world.store.create_officer(&other).await.unwrap();
    let case = world.case(CaseStatus::Confirmed).await;
    let mut all: Vec<Contact> = Vec::new();
    for i in 0..48_usize {
        let mut contact = world.new_contact(case, Origin::Case(case)).await;
        contact.area = place(i);
        contact.assigned = handed(i / 3);
        contact.class = [Class::F11, Class::Unclear, Class::F21, Class::NotContact][i % 4];
        contact.source = [Source::Interview, Source::SelfListed][i / 2 % 2];
        contact.concluded = i % 5 == 0;
        contact.status = [Status::Waiting, Status::Following, Status::Following, Status::Done][i / 4 % 4];
        contact.due_at = (contact.status != Status::Done).then(|| NOW + (i as i64 * 7 % 13 - 6) * HOUR);
        contact.created_at = NOW - 100 + i as i64 / 3;
        contact.created_by = if i % 7 == 0 { other.id } else { world.officer };
        contact.number = world.store.create_contact(&contact).await.unwrap();
        contact.updated_at = contact.created_at;
        all.push(contact);
    }
    let until = NOW + 3 * HOUR;
    for scope in scopes() {
        for only in [None, Some(other.id)] {
            let worker = Worker { within: Within::from(scope), only };
            let reached = |contact: &&Contact| {
                allows(scope, Action::SeeContacts, contact.record())
                    && contact.class != Class::NotContact
                    && only.is_none_or(|only| contact.created_by == only)
            };
            let unjudged = |contact: &&Contact| !contact.concluded && contact.status != Status::Done;
            let listed = |contact: &&Contact| contact.source == Source::SelfListed;
            let open = || all.iter().filter(reached).filter(unjudged);
            let by_age = |contact: &Contact| (contact.created_at, contact.id);
            let work = world.store.unjudged_contacts(&worker, NOW).await.unwrap();
            assert_same(work, open().filter(|contact| !listed(contact)).cloned().collect(), by_age);
            let work = world.store.self_listed_contacts(&worker, NOW).await.unwrap();
            assert_same(work, open().filter(listed).cloned().collect(), by_age);
            let due: Vec<Contact> = all
                .iter()
                .filter(reached)
                .filter(|contact| contact.due_at.is_some_and(|due| due <= until))
                .cloned()
                .collect();
            let work = world.store.contacts_due(&worker, until).await.unwrap();
            assert_same(work, due, |contact: &Contact| (contact.due_at.unwrap(), contact.id));
        }
    }
}

fn assert_same<T: Clone + PartialEq + std::fmt::Debug, K: Ord>(
    work: Work<T>,
    mut expected: Vec<T>,
    order: impl Fn(&T) -> K,
) {
    expected.sort_by_key(order);
    assert_eq!(work.all, expected.len());
    expected.truncate(50);
    assert_eq!(work.first, expected);
}

async fn cases_wait_until_they_are_reported(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut all: Vec<Case> = Vec::new();
    for i in 0..30_usize {
        let status = CaseStatus::ALL[i % 5];
        let mut new = case(world.officer, status, NOW - i as i64 % 11 * HOUR, &mut world.rng);
        new.area = place(i);
        new.assigned = handed(i);
        new.reported_at = (i % 4 == 3).then_some(NOW);
        world.store.create_case(&new).await.unwrap();
        all.push(new);
    }
    for scope in scopes() {
        let worker = Worker { within: Within::from(scope), only: None };
        let waits = |case: &&Case| {
            allows(scope, Action::SeeCases, case.record())
                && case.reported_at.is_none()
                && !case.facts.status.is_ruled_out()
        };
        let expected: Vec<Case> = all.iter().filter(waits).cloned().collect();
        let work = world.store.unreported_cases(&worker, NOW).await.unwrap();
        assert_same(work, expected, |case: &Case| (case.created_at, case.id));
    }
}

async fn counting_ends(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut import = world.store.begin_import(world.officer, NOW).await.unwrap();
    let lines: Vec<_> = (0..1_100)
        .map(|_| {
            let case = case(world.officer, CaseStatus::Suspected, Timestamp(NOW.0 - 1), &mut world.rng);
            bluezone_store::CaseLine { case, person: None }
        })
        .collect();
    import.add(&lines, &mut world.rng).await.unwrap();
    import.finish().await.unwrap();
    let worker = Worker { within: Within::everything(), only: None };
    let work = world.store.unreported_cases(&worker, NOW).await.unwrap();
    assert_eq!((work.first.len(), work.all), (50, Work::<Case>::MOST));
}
