use crate::support::*;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::id::{CitizenId, MessageId, SignalId};
use bluezone_domain::message::Message;
use bluezone_domain::signal::{Change, Did, Signal, State, Step};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{NewMessage, NewSignal, Reported, SignalCursor, SignalEffect, StoreError, Within};

contract![
    a_report_is_kept_once_with_its_photographs,
    one_source_sends_so_many_an_hour,
    a_territory_lists_its_reports_and_a_unit_those_handed_to_it,
    nobody_decides_on_a_report_that_they_did_not_see,
    an_answer_reaches_the_inbox_and_the_account_may_go,
    old_reports_go_with_all_that_hangs_on_them,
];

async fn citizen(world: &mut World) -> CitizenId {
    let id = CitizenId::generate(&mut world.rng);
    let phone = "0912345678".parse().unwrap();
    world.store.confirm_citizen(id, &phone, NOW, &mut world.rng).await.unwrap().id
}

fn new(world: &mut World, area: Area, hours: i64) -> NewSignal {
    NewSignal {
        signal: Signal {
            id: SignalId::generate(&mut world.rng),
            citizen: None,
            category: "sick".to_owned(),
            area,
            state: State::Signal,
            received_at: NOW + hours * HOUR,
            updated_at: NOW + hours * HOUR,
            assigned: None,
            case: None,
            version: 1,
        },
        tracking_hash: world.hash(),
        content: "{\"canary\":\"Hẻm Canary\"}".to_owned(),
        photos: vec![vec![1; 100_000], vec![2; 3]],
        source: world.hash(),
        most_an_hour: 3,
    }
}

async fn kept(world: &mut World, area: Area, hours: i64) -> SignalId {
    let new = new(world, area, hours);
    let reported = world.store.create_signal(&new, NOW, &mut world.rng).await.unwrap();
    assert_eq!(reported, Reported::Taken);
    new.signal.id
}

fn change(world: &World, did: Did, at: i64) -> Change {
    Change { at: NOW + at, by: world.officer, did, words: "đã gọi Hẻm Canary".to_owned() }
}

async fn a_report_is_kept_once_with_its_photographs(database: TestDatabase) {
    let mut world = World::new(database).await;
    let new = new(&mut world, *HERE, 0);
    for expected in [Reported::Taken, Reported::Again, Reported::Again] {
        assert_eq!(world.store.create_signal(&new, NOW, &mut world.rng).await.unwrap(), expected);
    }
    let id = new.signal.id;
    assert_eq!(world.store.signal(id).await.unwrap().as_ref(), Some(&new.signal));
    let found = world.store.signal_by_tracking(new.tracking_hash).await.unwrap();
    assert_eq!(found.as_ref(), Some(&new.signal));
    let unknown = world.hash();
    assert_eq!(world.store.signal_by_tracking(unknown).await.unwrap(), None);
    let (content, photos) = world.store.signal_content(id).await.unwrap();
    assert_eq!((content.as_slice(), photos.as_slice()), (new.content.as_bytes(), &[1, 2][..]));
    for (number, photo) in (1..).zip(&new.photos) {
        assert_eq!(world.store.signal_photo(id, number).await.unwrap().as_deref(), Some(photo));
    }
    assert!(world.store.signal_photo(id, 3).await.unwrap().is_none());
    let other = SignalId::from_bytes([9; 16]);
    assert!(matches!(world.store.signal_content(other).await, Err(StoreError::NotFound(_))));
}

async fn one_source_sends_so_many_an_hour(database: TestDatabase) {
    let mut world = World::new(database).await;
    let source = world.hash();
    let mut send = async |at: i64| {
        let new = NewSignal { source, ..new(&mut world, *HERE, 0) };
        world.store.create_signal(&new, NOW + at, &mut world.rng).await.unwrap()
    };
    for _ in 0..3 {
        assert_eq!(send(0).await, Reported::Taken);
    }
    assert_eq!(send(60).await, Reported::TooMany);
    assert_eq!(send(2 * HOUR).await, Reported::Taken);
}

async fn a_territory_lists_its_reports_and_a_unit_those_handed_to_it(database: TestDatabase) {
    let mut world = World::new(database).await;
    let here = [kept(&mut world, *HERE, 0).await, kept(&mut world, *HERE, 1).await];
    let there = kept(&mut world, *ELSEWHERE, 2).await;
    let hand = SignalEffect::Assigned(Some(UNIT.to_owned()));
    let assigned = change(&world, Did::Assigned, 9);
    world.store.change_signal(there, 1, &assigned, &hand, None, &mut world.rng).await.unwrap();
    let decided = change(&world, Did::Step(Step::Screen), 10);
    let screened = SignalEffect::State(State::Screened);
    world.store.change_signal(here[0], 1, &decided, &screened, None, &mut world.rng).await.unwrap();
    let list = async |territory: Option<Territory>, unit: Option<&str>, state| {
        let within = Within { territory, unit: unit.map(str::to_owned) };
        let found = world.store.list_signals(&within, state, None, 10).await.unwrap();
        found.iter().map(|signal| signal.id).collect::<Vec<_>>()
    };
    let province = Some(Territory::Province(HERE.province));
    let commune = Some(Territory::Commune(HERE.province, HERE.commune.unwrap()));
    assert_eq!(list(Some(Territory::Nation), None, None).await, [there, here[1], here[0]]);
    assert_eq!(list(province, None, None).await, [here[1], here[0]]);
    assert_eq!(list(commune, Some(UNIT), None).await, [there, here[1], here[0]]);
    assert_eq!(list(None, Some(UNIT), None).await, [there]);
    assert_eq!(list(Some(Territory::Nowhere), Some("other"), None).await, []);
    assert_eq!(list(province, None, Some(State::Screened)).await, [here[0]]);
    // Page by page.
    let within = Within { territory: Some(Territory::Nation), unit: None };
    let first = world.store.list_signals(&within, None, None, 2).await.unwrap();
    let after = first.last().map(SignalCursor::from);
    let rest = world.store.list_signals(&within, None, after, 2).await.unwrap();
    assert_eq!(rest.iter().map(|signal| signal.id).collect::<Vec<_>>(), [here[0]]);
}

async fn nobody_decides_on_a_report_that_they_did_not_see(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = kept(&mut world, *HERE, 0).await;
    let screen = change(&world, Did::Step(Step::Screen), 1);
    let effect = SignalEffect::State(State::Screened);
    world.store.change_signal(id, 1, &screen, &effect, None, &mut world.rng).await.unwrap();
    let late = world.store.change_signal(id, 1, &screen, &effect, None, &mut world.rng).await;
    assert!(matches!(late, Err(StoreError::NotAllowed(_))), "{late:?}");
    let case = world.case(bluezone_domain::case::CaseStatus::Confirmed).await;
    let link = change(&world, Did::Linked, 2);
    let effect = SignalEffect::Case(Some(case));
    world.store.change_signal(id, 2, &link, &effect, None, &mut world.rng).await.unwrap();
    let signal = world.store.signal(id).await.unwrap().unwrap();
    assert_eq!((signal.state, signal.case, signal.version), (State::Screened, Some(case), 3));
    assert_eq!(signal.updated_at, NOW + 2);
    assert_eq!(world.store.signal_changes(id).await.unwrap(), [screen, link]);
    let unknown = SignalId::from_bytes([9; 16]);
    let change = change(&world, Did::Feedback, 3);
    let missing =
        world.store.change_signal(unknown, 1, &change, &SignalEffect::None, None, &mut world.rng).await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
}

async fn an_answer_reaches_the_inbox_and_the_account_may_go(database: TestDatabase) {
    let mut world = World::new(database).await;
    let citizen = citizen(&mut world).await;
    let mut named = new(&mut world, *HERE, 0);
    named.signal.citizen = Some(citizen);
    world.store.create_signal(&named, NOW, &mut world.rng).await.unwrap();
    let id = named.signal.id;
    let text = "Cảm ơn bạn.".to_owned();
    let message = NewMessage {
        id: MessageId::generate(&mut world.rng),
        to: citizen,
        message: Message::SignalFeedback { signal: id, tracking: "K7M29QXA4TRB".to_owned(), text },
        at: NOW,
    };
    let feedback = change(&world, Did::Feedback, 5);
    let none = SignalEffect::None;
    world.store.change_signal(id, 1, &feedback, &none, Some(&message), &mut world.rng).await.unwrap();
    // Refused as late, it sends nothing either.
    let again = NewMessage { id: MessageId::generate(&mut world.rng), ..message };
    let late = world.store.change_signal(id, 1, &feedback, &none, Some(&again), &mut world.rng).await;
    assert!(late.is_err());
    assert_eq!(world.store.messages_of(citizen, 10).await.unwrap().len(), 1);
    assert_eq!(world.store.signals_of(citizen, 10).await.unwrap().len(), 1);
    world.store.delete_citizen(citizen, NOW).await.unwrap();
    assert_eq!(world.store.signal(id).await.unwrap().unwrap().citizen, None, "it stays, without the account");
}

async fn old_reports_go_with_all_that_hangs_on_them(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (old, young) = (kept(&mut world, *HERE, 0).await, kept(&mut world, *HERE, 48).await);
    let feedback = change(&world, Did::Feedback, 5);
    let none = SignalEffect::None;
    world.store.change_signal(old, 1, &feedback, &none, None, &mut world.rng).await.unwrap();
    let retention = bluezone_store::Retention::default();
    let purged = world.store.purge(NOW + retention.cases_s + 24 * HOUR, &retention).await.unwrap();
    assert_eq!(purged.signals, 1);
    assert_eq!(world.store.signal(old).await.unwrap(), None);
    assert!(world.store.signal_photo(old, 1).await.unwrap().is_none());
    assert_eq!(world.store.signal_changes(old).await.unwrap(), []);
    assert!(world.store.signal_photo(young, 1).await.unwrap().is_some());
}
