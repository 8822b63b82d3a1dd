//! Looks at people's data, what they ask about it, and breaches.

use crate::support::*;
use bluezone_domain::area::Territory;
use bluezone_domain::audit::Chain;
use bluezone_domain::breach::{Affected, Breach, Facts};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::case_look::{self, CaseLook};
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::{DataLook, Kind};
use bluezone_domain::data_request::{DataRequest, Outcome, Refusal, Right, Step};
use bluezone_domain::id::{BreachId, CitizenId, DataRequestId, MessageId};
use bluezone_domain::message::Message;
use bluezone_domain::workday::Calendar;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{NewMessage, Retention, StoreError};

contract![
    a_look_is_there_for_the_citizen_and_goes_with_the_account,
    a_look_at_a_case_is_kept_with_it_and_chained,
    a_request_goes_from_its_arrival_to_its_answer,
    of_two_answers_at_once_one_counts,
    a_breach_is_kept_and_closed,
    those_whom_a_breach_concerns_are_told_once,
    what_is_over_is_forgotten_in_time,
];

async fn citizen(world: &mut World, phone: &str) -> CitizenId {
    let id = CitizenId::generate(&mut world.rng);
    world.store.confirm_citizen(id, &phone.parse().unwrap(), NOW, &mut world.rng).await.unwrap().id
}

fn look(world: &World, citizen: CitizenId, minutes: i64) -> DataLook {
    DataLook {
        citizen,
        at: NOW + minutes * 60,
        officer: world.officer,
        unit: UNIT.to_owned(),
        kind: Kind::Declaration,
        basis: LegalBasis::Duty,
        reason: "có sốt và ho".to_owned(),
    }
}

async fn request(world: &mut World, citizen: CitizenId, right: Right) -> DataRequest {
    let ids = (DataRequestId::generate(&mut world.rng), citizen);
    let words = "Hẻm Canary".to_owned();
    let request = DataRequest::new(ids, right, *HERE, words, NOW, &Calendar::default());
    world.store.create_data_request(&request, &mut world.rng).await.unwrap();
    request
}

fn message(world: &mut World, to: CitizenId, request: DataRequestId) -> NewMessage {
    let message = Message::DataRequestAnswer { request, text: "Đã nhận.".to_owned() };
    NewMessage { id: MessageId::generate(&mut world.rng), to, message, at: NOW }
}

async fn a_look_is_there_for_the_citizen_and_goes_with_the_account(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (one, two) = (citizen(&mut world, "0912345678").await, citizen(&mut world, "0912000111").await);
    let looks = [look(&world, one, 0), look(&world, one, 1), look(&world, two, 2)];
    for look in &looks {
        world.store.note_look(look, &mut world.rng).await.unwrap();
    }
    let seen = world.store.looks_at(one, 10).await.unwrap();
    assert_eq!(seen, [looks[1].clone(), looks[0].clone()]);
    assert_eq!(world.store.looks_at(one, 1).await.unwrap().len(), 1);
    world.store.delete_citizen(one, NOW).await.unwrap();
    assert_eq!(world.store.looks_at(one, 10).await.unwrap(), []);
    let nobody = world.store.note_look(&look(&world, one, 3), &mut world.rng).await;
    assert!(nobody.is_err(), "no look without whose it is");
}

async fn a_look_at_a_case_is_kept_with_it_and_chained(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let look = |kind, minutes: i64| CaseLook {
        case,
        at: NOW + minutes * 60,
        officer: world.officer,
        unit: UNIT.to_owned(),
        kind,
        basis: LegalBasis::Duty,
        reason: "Hẻm Canary".to_owned(),
    };
    let looks = [look(case_look::Kind::Visits, 0), look(case_look::Kind::Reach, 1)];
    for look in &looks {
        world.store.note_case_look(look, &mut world.rng).await.unwrap();
    }
    assert_eq!(world.store.case_looks(case, 10).await.unwrap(), [looks[1].clone(), looks[0].clone()]);
    let links = world.store.audit_after(0, 10).await.unwrap();
    let mut chain = Chain::default();
    links.iter().try_for_each(|link| chain.follow(link)).unwrap();
    let said: Vec<_> = links.iter().map(|link| link.look.action.as_str()).collect();
    assert_eq!(said, ["look at visits, art19-duty", "look at reach, art19-duty"]);
    assert!(links.iter().all(|link| !link.look.what.contains("Canary")), "what was typed is sealed");
    // They end with the case.
    let retention = Retention { cases_s: DAY_S, ..Retention::default() };
    assert_eq!(world.store.purge(NOW + 400 * DAY_S, &retention).await.unwrap().cases, 1);
    assert_eq!(world.store.case_looks(case, 10).await.unwrap(), []);
}

async fn a_request_goes_from_its_arrival_to_its_answer(database: TestDatabase) {
    let mut world = World::new(database).await;
    let citizen = citizen(&mut world, "0912345678").await;
    let new = request(&mut world, citizen, Right::Delete).await;
    world.store.create_data_request(&new, &mut world.rng).await.unwrap();
    assert_eq!(
        world.store.data_requests_of(citizen, 10).await.unwrap(),
        std::slice::from_ref(&new),
        "sent twice, kept once"
    );
    let sooner = request(&mut world, citizen, Right::View).await;
    let here = Territory::Province(HERE.province);
    let ids = |requests: Vec<DataRequest>| requests.iter().map(|one| one.id).collect::<Vec<_>>();
    let open = async |of| ids(world.store.open_data_requests(of, 10).await.unwrap());
    assert_eq!(open(here).await, [sooner.id, new.id], "the next due first");
    assert_eq!(open(Territory::Nation).await, [sooner.id, new.id]);
    assert_eq!(open(Territory::Province(ELSEWHERE.province)).await, []);
    assert_eq!(open(Territory::Nowhere).await, []);

    let calendar = Calendar::default();
    let by = Some(world.officer);
    let steps = [
        Step::Acknowledge,
        Step::Extend { reason: "hồ sơ giấy".to_owned() },
        Step::Close {
            outcome: Outcome::Refused(Refusal::Duty),
            answer: "Hồ sơ ca bệnh phải lưu.".to_owned(),
        },
    ];
    let mut before = new;
    for (step, at) in steps.iter().zip(1..) {
        let after = before.clone().after(step, by, NOW + at, &calendar).unwrap();
        let message = message(&mut world, citizen, after.id);
        world.store.step_data_request(&before, &after, Some(&message), &mut world.rng).await.unwrap();
        assert_eq!(world.store.data_request(after.id).await.unwrap().as_ref(), Some(&after));
        before = after;
    }
    assert_eq!(world.store.messages_of(citizen, 10).await.unwrap().len(), 3);
    let closed = world.store.closed_data_requests(here, 10).await.unwrap();
    assert_eq!(ids(closed), [before.id]);
    world.store.delete_citizen(citizen, NOW).await.unwrap();
    let left = world.store.data_request(before.id).await.unwrap().unwrap();
    assert_eq!((left.citizen, left.closed), (None, before.closed), "that it was answered can be shown");
}

async fn of_two_answers_at_once_one_counts(database: TestDatabase) {
    let mut world = World::new(database).await;
    let citizen = citizen(&mut world, "0912345678").await;
    let before = request(&mut world, citizen, Right::View).await;
    let mut tasks = Vec::new();
    for at in 0..TASKS {
        let step = Step::Close { outcome: Outcome::Done, answer: format!("Trả lời {at}") };
        let after = before.clone().after(&step, Some(world.officer), NOW + 1, &Calendar::default()).unwrap();
        let message = message(&mut world, citizen, after.id);
        let (store, before) = (world.store.clone(), before.clone());
        tasks.push(tokio::spawn(async move {
            let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(at as u64);
            store.step_data_request(&before, &after, Some(&message), &mut rng).await
        }));
    }
    let mut counted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => counted += 1,
            Err(error) => assert!(matches!(error, StoreError::NotAllowed(_)), "{error}"),
        }
    }
    assert_eq!(counted, 1);
    assert_eq!(world.store.messages_of(citizen, 20).await.unwrap().len(), 1);
}

fn breach(world: &mut World) -> Breach {
    Breach {
        id: BreachId::generate(&mut world.rng),
        found_at: NOW,
        created_at: NOW + HOUR,
        created_by: world.officer,
        unit: UNIT.to_owned(),
        about_people: 12,
        notified_at: None,
        closed_at: None,
        facts: Facts {
            what: "Mất máy tính ở Hẻm Canary".to_owned(),
            data: "số điện thoại".to_owned(),
            ..Facts::default()
        },
    }
}

async fn a_breach_is_kept_and_closed(database: TestDatabase) {
    let mut world = World::new(database).await;
    let breach = breach(&mut world);
    world.store.put_breach(&breach, &mut world.rng).await.unwrap();
    assert_eq!(world.store.breaches(10).await.unwrap(), std::slice::from_ref(&breach));
    let told = Breach { about_people: 14, ..breach.notified(NOW + HOUR, NOW + 2 * HOUR).unwrap() };
    world.store.put_breach(&told, &mut world.rng).await.unwrap();
    let closed = told.closed(NOW + 3 * HOUR).unwrap();
    world.store.put_breach(&closed, &mut world.rng).await.unwrap();
    assert_eq!(world.store.breach(closed.id).await.unwrap(), Some(closed.clone()));
    let late = world.store.put_breach(&closed, &mut world.rng).await;
    assert!(matches!(late, Err(StoreError::NotAllowed(_))), "what is closed stays as it is");
}

async fn those_whom_a_breach_concerns_are_told_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let citizen = citizen(&mut world, "0912345678").await;
    let breach = breach(&mut world);
    world.store.put_breach(&breach, &mut world.rng).await.unwrap();
    let person =
        |phone: &str| Affected { phone: phone.parse().unwrap(), name: "Trần Thị Bình".to_owned() };
    let people = [person("0912345678"), person("0912000111")];
    for _ in 0..2 {
        world.store.add_breach_people(breach.id, &people, &mut world.rng).await.unwrap();
    }
    let there = world.store.breach_people(breach.id).await.unwrap();
    assert_eq!(there.len(), 2, "one number stands once");
    let entry = there.iter().find(|entry| entry.person == people[0]).unwrap();
    for at in [5, 6] {
        let message = Message::Breach { breach: breach.id, text: "…".to_owned() };
        let message =
            NewMessage { id: MessageId::generate(&mut world.rng), to: citizen, message, at: NOW + at };
        world.store.tell_breach_person(&entry.id, NOW + at, Some(&message), &mut world.rng).await.unwrap();
    }
    let there = world.store.breach_people(breach.id).await.unwrap();
    let told: Vec<_> = there.iter().filter_map(|entry| entry.told_at).collect();
    assert_eq!(told, [NOW + 5]);
    assert_eq!(world.store.messages_of(citizen, 10).await.unwrap().len(), 1);
}

async fn what_is_over_is_forgotten_in_time(database: TestDatabase) {
    let mut world = World::new(database).await;
    let citizen = citizen(&mut world, "0912345678").await;
    world.store.note_look(&look(&world, citizen, 0), &mut world.rng).await.unwrap();
    let (open, answered) =
        (request(&mut world, citizen, Right::View).await, request(&mut world, citizen, Right::View).await);
    let done = Step::Close { outcome: Outcome::Done, answer: "x".to_owned() };
    let after = answered.clone().after(&done, Some(world.officer), NOW, &Calendar::default()).unwrap();
    world.store.step_data_request(&answered, &after, None, &mut world.rng).await.unwrap();
    let (kept, closed) = (breach(&mut world), breach(&mut world));
    let closed = closed.notified(NOW, NOW).unwrap().closed(NOW).unwrap();
    for breach in [&kept, &closed] {
        world.store.put_breach(breach, &mut world.rng).await.unwrap();
    }
    let retention = Retention { citizens_s: 100 * 365 * 24 * HOUR, ..Retention::default() };
    let before = world.store.purge(NOW + retention.rights_s, &retention).await.unwrap();
    assert_eq!(before.rights, 0);
    let purged = world.store.purge(NOW + retention.rights_s + 1, &retention).await.unwrap();
    assert_eq!(purged.rights, 3);
    assert_eq!(world.store.looks_at(citizen, 10).await.unwrap(), []);
    assert!(world.store.data_request(open.id).await.unwrap().is_some(), "what waits is not forgotten");
    assert_eq!(world.store.data_request(answered.id).await.unwrap(), None);
    assert!(world.store.breach(kept.id).await.unwrap().is_some());
    assert_eq!(world.store.breach(closed.id).await.unwrap(), None);
}
