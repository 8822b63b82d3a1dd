//! Which contacts an officer finds: filters, pages, reach.

use crate::support::*;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::contact::*;
use bluezone_domain::officer::Role;
use bluezone_domain::policy::{Action, Scope, allows};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{ContactCursor, ContactFilter};

contract![pages_show_every_contact_that_is_reached_once, a_cases_contacts_come_by_number];

fn scopes() -> Vec<Scope<'static>> {
    let (here, there) = ("19".parse().unwrap(), "01".parse().unwrap());
    let commune = "05710".parse().unwrap();
    let of = |role, unit, territory| Scope { role, unit, territory };
    vec![
        of(Role::ProvincialCdc, "ministry", Territory::Nation),
        of(Role::ProvincialCdc, "cdc-19", Territory::Province(here)),
        of(Role::ProvincialCdc, "cdc-01", Territory::Province(there)),
        of(Role::CommuneStation, "tyt", Territory::Commune(here, commune)),
        of(Role::IsolationSite, "site", Territory::Province(here)),
        of(Role::ProvincialCdc, "nowhere", Territory::Nowhere),
    ]
}

/// Contacts in two provinces and three communes, of several classes, handed to several units.
async fn fill(world: &mut World) -> Vec<Contact> {
    let case = world.case(CaseStatus::Confirmed).await;
    let mut all = Vec::new();
    for i in 0..60_usize {
        let mut contact = world.new_contact(case, Origin::Case(case)).await;
        let (province, commune) = [("19", "05710"), ("19", "05711"), ("19", ""), ("01", "00004")][i % 4];
        contact.area = Area { province: province.parse().unwrap(), commune: commune.parse().ok() };
        contact.class = Class::ALL[i % Class::ALL.len()];
        contact.source = Source::ALL[i % 3];
        contact.status = Status::ALL[i % 2];
        contact.assigned = [None, Some("tyt"), Some("site"), Some("cdc-01")][i % 7 % 4].map(str::to_owned);
        // Several in one second: the identifier decides their order.
        contact.created_at = NOW + i as i64 / 5;
        contact.updated_at = contact.created_at;
        contact.number = world.store.create_contact(&contact).await.unwrap();
        all.push(contact);
    }
    all.sort_by_key(|contact| std::cmp::Reverse((contact.created_at, contact.id)));
    all
}

fn filters() -> Vec<ContactFilter> {
    let none = ContactFilter::default();
    vec![
        none.clone(),
        ContactFilter { class: Some(Class::F11), ..none.clone() },
        ContactFilter { class: Some(Class::NotContact), source: Some(Source::BleOneSided), ..none.clone() },
        ContactFilter { status: Some(Status::Following), unit: Some("tyt".to_owned()), ..none.clone() },
        ContactFilter { source: Some(Source::SelfListed), ..none },
    ]
}

fn fits(filter: &ContactFilter, contact: &Contact) -> bool {
    filter.class.is_none_or(|class| contact.class == class)
        && filter.source.is_none_or(|source| contact.source == source)
        && filter.status.is_none_or(|status| contact.status == status)
        && filter.unit.as_ref().is_none_or(|unit| contact.assigned.as_ref() == Some(unit))
}

async fn pages_show_every_contact_that_is_reached_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let all = fill(&mut world).await;
    for scope in scopes() {
        for filter in filters() {
            let mut listed: Vec<Contact> = Vec::new();
            loop {
                let after = listed.last().map(ContactCursor::from);
                let page = world.store.list_contacts(scope, &filter, after, 7).await.unwrap();
                let done = page.len() < 7;
                listed.extend(page);
                if done {
                    break;
                }
            }
            let reached = |contact: &&Contact| {
                allows(scope, Action::SeeContacts, contact.record()) && fits(&filter, contact)
            };
            let expected: Vec<Contact> = all.iter().filter(reached).cloned().collect();
            assert_eq!(listed, expected, "{scope:?} {filter:?}");
        }
    }
}

async fn a_cases_contacts_come_by_number(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut all = fill(&mut world).await;
    all.sort_by_key(|contact| contact.number);
    let case = all[0].case;
    assert_eq!(world.store.count_contacts(case).await.unwrap(), 60);
    for scope in scopes() {
        for filter in filters() {
            let (mut listed, mut after) = (Vec::new(), Some(0));
            while let Some(from) = after {
                let (page, next) = world.store.contacts_of_case(scope, case, &filter, from, 7).await.unwrap();
                listed.extend(page);
                after = next;
            }
            let reached = |contact: &&Contact| {
                allows(scope, Action::SeeContacts, contact.record()) && fits(&filter, contact)
            };
            let expected: Vec<Contact> = all.iter().filter(reached).cloned().collect();
            assert_eq!(listed, expected, "{scope:?} {filter:?}");
        }
    }
}
