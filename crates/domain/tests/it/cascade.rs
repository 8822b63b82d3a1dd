//! Cascades over whole chains, also over chains that no form could make.

use bluezone_domain::contact::cascade::{CascadeError, Chain, ClassChange, Event, Link, Why};
use bluezone_domain::contact::{Class, Closeness, Origin};
use bluezone_domain::id::{CaseId, ContactId};
use proptest::prelude::*;

fn case(n: u8) -> CaseId {
    CaseId::from_bytes([n; 16])
}

fn contact(n: u8) -> ContactId {
    ContactId::from_bytes([n; 16])
}

/// Contacts as (number, origin, closeness), with the classes that follow.
fn chain(cases: &[u8], contacts: &[(u8, Origin, Closeness)]) -> Chain {
    let link = |origin, closeness| Link { origin, closeness, became: None, class: Class::NotContact };
    let mut chain = Chain {
        cases: cases.iter().map(|n| (case(*n), true)).collect(),
        contacts: contacts.iter().map(|(n, origin, near)| (contact(*n), link(*origin, *near))).collect(),
    };
    for (id, class) in chain.derived() {
        chain.contacts.get_mut(&id).unwrap().class = class;
    }
    chain
}

/// F0 (case 1) – F1.1 (1) – F2.1 (2) – beyond (3); a same-space contact of the F1 (4).
fn family() -> Chain {
    use Closeness::*;
    chain(
        &[1],
        &[
            (1, Origin::Case(case(1)), Direct),
            (2, Origin::Contact(contact(1)), Direct),
            (3, Origin::Contact(contact(2)), Direct),
            (4, Origin::Contact(contact(1)), SameSpace),
        ],
    )
}

fn classes(chain: &Chain) -> Vec<Class> {
    chain.contacts.values().map(|link| link.class).collect()
}

#[test]
fn an_f1_that_becomes_a_case_lifts_those_behind() {
    use Class::*;
    let mut chain = family();
    assert_eq!(classes(&chain), [F11, F21, NotContact, NotContact]);
    let before = chain.clone();
    let event = Event::BecameCase(contact(1), case(2));
    let preview = chain.preview(event).unwrap();
    assert_eq!(chain, before, "a preview changes nothing");
    let change = |n, from, to, why| ClassChange { contact: contact(n), from, to, why };
    assert_eq!(
        preview,
        [
            change(2, F21, F11, Why::OriginIsCase),
            change(4, NotContact, F12, Why::OriginIsCase),
            change(3, NotContact, F21, Why::OriginIs(F11)),
        ]
    );
    let undo = chain.apply(event).unwrap();
    assert_eq!(undo.changes(), preview);
    assert_eq!(classes(&chain), [F11, F11, F21, F12]);
    assert_eq!((chain.generation(contact(2)), chain.generation(contact(3))), (Some(1), Some(2)));
    chain.undo(&undo).unwrap();
    assert_eq!(chain, before);
}

#[test]
fn a_negative_case_lets_its_tree_go_but_not_what_hangs_on_another_case() {
    use Class::*;
    let mut chain = family();
    chain.apply(Event::BecameCase(contact(1), case(2))).unwrap();
    chain.apply(Event::CaseStands(case(1), false)).unwrap();
    assert_eq!(classes(&chain), [NotContact, F11, F21, F12], "contact 1 is a case: those behind stay");
    let changes = chain.apply(Event::CaseStands(case(2), false)).unwrap().changes().to_vec();
    assert_eq!(classes(&chain), [NotContact; 4]);
    assert!(changes.iter().any(|c| c.why == Why::OriginIs(NotContact)), "{changes:?}");
}

#[test]
fn a_conclusion_moves_those_behind_and_is_not_taken_back_over_a_later_one() {
    use Class::*;
    let mut chain = family();
    let first = chain.apply(Event::Concluded(contact(1), Closeness::Apart)).unwrap();
    assert_eq!(classes(&chain), [NotContact; 4]);
    assert_eq!(first.changes()[0].why, Why::Concluded);
    chain.apply(Event::Concluded(contact(1), Closeness::SameSpace)).unwrap();
    let before = chain.clone();
    assert_eq!(chain.undo(&first), Err(CascadeError::Changed));
    assert_eq!(chain, before, "a refused undo changes nothing");
    assert_eq!(classes(&chain), [F12, F21, NotContact, NotContact]);
}

#[test]
fn what_is_not_in_the_chain_is_refused() {
    let mut chain = family();
    for event in [
        Event::BecameCase(contact(9), case(2)),
        Event::Concluded(contact(9), Closeness::Direct),
        Event::CaseStands(case(9), true),
    ] {
        assert_eq!(chain.apply(event), Err(CascadeError::Unknown));
    }
    assert_eq!(chain, family());
}

/// A chain of any length does not exhaust the stack, and a circle, which only a broken database could hold, ends.
#[test]
fn long_chains_and_circles_end() {
    let id = |n: u32| ContactId::from_bytes(std::array::from_fn(|i| n.to_be_bytes()[i % 4]));
    let mut long = Chain::default();
    for n in 0..100_000 {
        // The last one is asked for first.
        let origin = if n == 99_999 { Origin::Case(case(1)) } else { Origin::Contact(id(n + 1)) };
        let link = Link { origin, closeness: Closeness::Direct, became: None, class: Class::NotContact };
        long.contacts.insert(id(n), link);
    }
    long.cases.insert(case(1), true);
    let classes = long.derived();
    assert_eq!((classes[&id(99_999)], classes[&id(99_998)]), (Class::F11, Class::F21));
    assert_eq!(classes[&id(0)], Class::NotContact);
    let circle = chain(
        &[],
        &[
            (1, Origin::Contact(contact(2)), Closeness::Direct),
            (2, Origin::Contact(contact(1)), Closeness::Direct),
        ],
    );
    assert_eq!(circle.generation(contact(1)), None);
}

fn closeness() -> impl Strategy<Value = Closeness> {
    (0..Closeness::ALL.len()).prop_map(|at| Closeness::ALL[at])
}

/// Any chain of up to 20 contacts and 4 cases, circles and origins that lead nowhere among them.
fn any_chain() -> impl Strategy<Value = Chain> {
    let origin = prop_oneof![
        (0..5_u8).prop_map(|n| Origin::Case(case(n))),
        (0..22_u8).prop_map(|n| Origin::Contact(contact(n))),
    ];
    let link = (origin, closeness(), proptest::option::of((0..5_u8).prop_map(case)));
    (proptest::collection::vec(link, 1..20), proptest::collection::vec(any::<bool>(), 4)).prop_map(
        |(links, stands)| {
            let contacts: Vec<_> =
                (0..).zip(&links).map(|(n, (origin, near, _))| (n, *origin, *near)).collect();
            let mut chain = chain(&[], &contacts);
            chain.cases = (0..).map(case).zip(stands).collect();
            for ((_, _, became), link) in links.iter().zip(chain.contacts.values_mut()) {
                link.became = *became;
            }
            for (id, class) in chain.derived() {
                chain.contacts.get_mut(&id).unwrap().class = class;
            }
            chain
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0..22_u8, 0..5_u8).prop_map(|(of, to)| Event::BecameCase(contact(of), case(to))),
        (0..22_u8, closeness()).prop_map(|(of, near)| Event::Concluded(contact(of), near)),
        (0..5_u8, any::<bool>()).prop_map(|(of, stands)| Event::CaseStands(case(of), stands)),
    ]
}

proptest! {
    #[test]
    fn taking_back_in_reverse_gives_the_first_state(start in any_chain(), events in proptest::collection::vec(event(), 0..12)) {
        let mut chain = start.clone();
        let mut undos = Vec::new();
        for event in events {
            let before = chain.clone();
            match chain.apply(event) {
                Ok(undo) => undos.push(undo),
                Err(_) => prop_assert_eq!(&chain, &before),
            }
        }
        for undo in undos.iter().rev() {
            prop_assert_eq!(chain.undo(undo), Ok(()));
        }
        prop_assert_eq!(chain, start);
    }

    /// What an event leaves is what the rules give, however it came about; the list names each contact at most once.
    #[test]
    fn classes_depend_on_the_state_alone(mut chain in any_chain(), event in event()) {
        let preview = chain.preview(event);
        prop_assert_eq!(&preview, &chain.preview(event));
        let Ok(undo) = chain.apply(event) else { return Ok(()) };
        prop_assert_eq!(&preview.unwrap(), undo.changes());
        let stored: std::collections::BTreeMap<_, _> = chain.contacts.iter().map(|(id, link)| (*id, link.class)).collect();
        prop_assert_eq!(stored, chain.derived());
        let mut named: Vec<_> = undo.changes().iter().map(|change| change.contact).collect();
        named.sort();
        named.dedup();
        prop_assert_eq!(named.len(), undo.changes().len());
        prop_assert!(undo.changes().iter().all(|change| change.from != change.to));
    }

    /// Nobody is called F1 or F2 without a case that stands above them.
    #[test]
    fn a_followed_contact_leads_to_a_case(chain in any_chain()) {
        for (id, link) in &chain.contacts {
            if link.class.is_followed() {
                prop_assert!(chain.generation(*id).is_some());
            }
            if link.class.ring() == 1 {
                prop_assert_eq!(chain.generation(*id), Some(1));
            }
        }
    }
}
