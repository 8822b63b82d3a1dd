//! Accounts, sessions, codes in text messages, those for whom people declare, and inboxes.

use crate::support::*;
use bluezone_codes::pass::CardId;
use bluezone_domain::citizen::{MOST_PROFILES, Profile, ProfilePerson};
use bluezone_domain::id::{CitizenId, MessageId, PlaceWarningId, ProfileId};
use bluezone_domain::message::{Message, Whereabouts};
use bluezone_domain::person::{Identity, Phone};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{
    CitizenSession, KeptPhoneCode, NewMessage, NewPhoneCode, Retention, StoreError, TextLimits,
    TriedPhoneCode,
};
use rand::RngExt;

const LIMITS: TextLimits = TextLimits { number_hour: 2, number_day: 3, source_hour: 4 };

fn phone(text: &str) -> Phone {
    text.parse().unwrap()
}

impl World {
    async fn citizen(&mut self, number: &str) -> CitizenId {
        let id = CitizenId::generate(&mut self.rng);
        self.store.confirm_citizen(id, &phone(number), NOW, &mut self.rng).await.unwrap().id
    }

    fn profile(&mut self, citizen: CitizenId, relation: Option<&str>) -> Profile {
        let identity = Identity { name: "Trần Thị Thử".to_owned(), ..Identity::default() };
        let relation = relation.map(str::to_owned);
        Profile {
            id: ProfileId::generate(&mut self.rng),
            citizen,
            person: ProfilePerson { identity, relation, area: Some(*HERE), ..ProfilePerson::default() },
            card: CardId(self.rng.random()),
            created_at: NOW,
            updated_at: NOW,
        }
    }
}

async fn a_number_has_one_account(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.citizen("0900000001").await;
    assert_eq!(world.citizen("+84 900 000 001").await, id);
    let other = world.citizen("0900000002").await;
    assert_ne!(other, id);
    let citizen = world.store.citizen(id).await.unwrap().unwrap();
    assert_eq!((citizen.phone.as_str(), citizen.seen_at), ("+84900000001", NOW));
    let again = CitizenId::generate(&mut world.rng);
    let later = NOW + HOUR;
    let seen = world.store.confirm_citizen(again, &phone("0900000001"), later, &mut world.rng).await.unwrap();
    assert_eq!((seen.id, seen.created_at, seen.seen_at), (id, NOW, later));
    assert_eq!(world.store.citizen_by_phone(&phone("0900000002")).await.unwrap().unwrap().id, other);
    assert_eq!(world.store.citizen_by_phone(&phone("0900000003")).await.unwrap(), None);
}

async fn an_account_goes_with_all_that_is_its(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.citizen("0900000001").await;
    let profile = world.profile(id, None);
    world.store.put_profile(&profile, &mut world.rng).await.unwrap();
    let session = CitizenSession {
        token_hash: world.hash(),
        citizen: id,
        device: "Chrome".to_owned(),
        created_at: NOW,
        expires_at: NOW + HOUR,
    };
    world.store.create_citizen_session(&session).await.unwrap();
    let token = session.token_hash;
    assert_eq!(world.store.citizen_session(token, NOW).await.unwrap(), Some((id, NOW + HOUR)));
    assert_eq!(world.store.citizen_session(token, NOW + HOUR).await.unwrap(), None);
    world.store.keep_citizen_session(token, NOW + 1, NOW + 2 * HOUR).await.unwrap();
    assert_eq!(world.store.citizen_session(token, NOW + HOUR).await.unwrap(), Some((id, NOW + 2 * HOUR)));
    assert_eq!(world.store.citizen(id).await.unwrap().unwrap().seen_at, NOW + 1);
    // Nobody was here for long.
    let retention = Retention { citizens_s: 10 * DAY_S, ..Retention::default() };
    assert_eq!(world.store.purge(NOW + 1, &retention).await.unwrap().citizens, 0);
    let purged = world.store.purge(NOW + 11 * DAY_S, &retention).await.unwrap();
    assert_eq!((purged.citizens, purged.sessions), (1, 1));
    assert_eq!(world.store.profile(profile.id).await.unwrap(), None);
    assert!(matches!(world.store.delete_citizen(id, NOW).await, Err(StoreError::NotFound(_))));
}

async fn a_code_is_tried_five_times_and_used_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (number, source, code) = (world.hash(), world.hash(), world.hash());
    let wrong = world.hash();
    let new = NewPhoneCode { number, purpose: "sign-in", code, source, at: NOW };
    let limits = TextLimits { number_hour: 9, number_day: 9, source_hour: 9 };
    let store = &world.store;
    let attempt =
        async |purpose: &str, code, at| store.try_phone_code(number, purpose, code, at).await.unwrap();
    assert_eq!(store.keep_phone_code(&new, &limits).await.unwrap(), KeptPhoneCode::Kept);
    assert_eq!(attempt("place", code, NOW).await, TriedPhoneCode::Over, "for another purpose");
    assert_eq!(attempt("sign-in", code, NOW + 600).await, TriedPhoneCode::Over, "too late");
    for left in [4, 3, 2, 1] {
        assert_eq!(attempt("sign-in", wrong, NOW).await, TriedPhoneCode::Wrong { left });
    }
    assert_eq!(attempt("sign-in", wrong, NOW).await, TriedPhoneCode::Over);
    assert_eq!(attempt("sign-in", code, NOW).await, TriedPhoneCode::Over, "even the right one");
    assert_eq!(store.keep_phone_code(&new, &limits).await.unwrap(), KeptPhoneCode::Kept);
    // Of many at once, one.
    let tried = race(&world.database, move |_, store| async move {
        store.try_phone_code(number, "sign-in", code, NOW + 599).await.unwrap()
    })
    .await;
    assert_eq!(tried.iter().filter(|tried| **tried == TriedPhoneCode::Right).count(), 1);
}

async fn numbers_and_sources_are_limited(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (number, other, source, code) = (world.hash(), world.hash(), world.hash(), world.hash());
    let elsewhere = world.hash();
    let store = &world.store;
    let send = async |number, source, at| {
        let new = NewPhoneCode { number, purpose: "sign-in", code, source, at };
        store.keep_phone_code(&new, &LIMITS).await.unwrap()
    };
    assert_eq!(send(number, source, NOW).await, KeptPhoneCode::Kept);
    assert_eq!(send(number, source, NOW).await, KeptPhoneCode::Kept);
    assert_eq!(send(number, elsewhere, NOW).await, KeptPhoneCode::NumberLimited);
    let later = NOW + 2 * HOUR;
    assert_eq!(send(number, elsewhere, later).await, KeptPhoneCode::Kept);
    assert_eq!(send(number, elsewhere, later + 2 * HOUR).await, KeptPhoneCode::NumberLimited, "in a day");
    for _ in 0..2 {
        assert_eq!(send(other, source, NOW).await, KeptPhoneCode::Kept);
    }
    let third = [9; 32];
    assert_eq!(send(third, source, NOW).await, KeptPhoneCode::SourceLimited);
    assert_eq!(send(third, elsewhere, NOW).await, KeptPhoneCode::Kept);
}

async fn a_citizen_has_one_own_profile_and_some_others(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (id, other) = (world.citizen("0900000001").await, world.citizen("0900000002").await);
    let child = world.profile(id, Some("mother"));
    let mut own = world.profile(id, None);
    for profile in [&child, &own] {
        world.store.put_profile(profile, &mut world.rng).await.unwrap();
    }
    assert_eq!(world.store.profiles_of(id).await.unwrap(), [own.clone(), child.clone()]);
    let second = world.profile(id, None);
    let refused = world.store.put_profile(&second, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    let stolen = Profile { citizen: other, ..child.clone() };
    let refused = world.store.put_profile(&stolen, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))));
    // A new card: the old one is nobody's.
    let (old, new) = (own.card, CardId([7; 16]));
    own.person.identity.name = "Nguyễn Văn An".to_owned();
    world.store.put_profile(&own, &mut world.rng).await.unwrap();
    world.store.replace_card(own.id, new, NOW).await.unwrap();
    own.card = new;
    assert_eq!(world.store.profile_by_card(new).await.unwrap(), Some(own.clone()));
    assert_eq!(world.store.profile_by_card(old).await.unwrap(), None);
    for _ in 2..MOST_PROFILES {
        let next = world.profile(id, Some("carer"));
        world.store.put_profile(&next, &mut world.rng).await.unwrap();
    }
    let next = world.profile(id, Some("carer"));
    let refused = world.store.put_profile(&next, &mut world.rng).await;
    assert!(matches!(refused, Err(StoreError::NotAllowed(_))));
    world.store.delete_profile(child.id).await.unwrap();
    assert_eq!(world.store.profile(child.id).await.unwrap(), None);
}

async fn a_message_arrives_once_and_is_its_readers(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (id, other) = (world.citizen("0900000001").await, world.citizen("0900000002").await);
    let message = |id: u8, to, at| NewMessage {
        id: MessageId::from_bytes([id; 16]),
        to,
        message: Message::PlaceWarning {
            warning: PlaceWarningId::from_bytes([1; 16]),
            whereabouts: Whereabouts::Place,
            place: String::new(),
            day: "2023-11-14".parse().unwrap(),
            disease: "covid-19".to_owned(),
            margin_s: 3600,
        },
        at,
    };
    for message in [message(1, id, NOW), message(2, id, NOW + 1), message(1, id, NOW + 2)] {
        world.store.send_message(&message, &mut world.rng).await.unwrap();
    }
    let inbox = world.store.messages_of(id, 10).await.unwrap();
    let ids: Vec<_> = inbox.iter().map(|message| message.id.as_bytes()[0]).collect();
    assert_eq!((ids, inbox[1].sent_at), (vec![2, 1], NOW));
    assert_eq!(inbox[0].message, message(2, id, NOW).message);
    assert_eq!(world.store.unread_messages(id).await.unwrap(), 2);
    assert_eq!(world.store.read_message(other, inbox[0].id, NOW).await.unwrap(), None);
    let read = world.store.read_message(id, inbox[0].id, NOW + 5).await.unwrap().unwrap();
    assert_eq!(read.read_at, Some(NOW + 5));
    let again = world.store.read_message(id, inbox[0].id, NOW + 9).await.unwrap().unwrap();
    assert_eq!(again.read_at, Some(NOW + 5), "the first time counts");
    assert_eq!(world.store.unread_messages(id).await.unwrap(), 1);
    let retention = Retention { messages_s: DAY_S, ..Retention::default() };
    assert_eq!(world.store.purge(NOW + DAY_S + 1, &retention).await.unwrap().messages, 1);
}

async fn people_call_their_commune_else_their_province(database: TestDatabase) {
    let world = World::new(database).await;
    let store = &world.store;
    let station =
        async |at| store.station_of(*HERE, at).await.unwrap().map(|found| (found.code, found.phone));
    assert_eq!(station(NOW).await, Some((UNIT.to_owned(), String::new())));
    let commune = bluezone_domain::unit::Unit {
        code: "TYT".to_owned(),
        kind: bluezone_domain::unit::UnitKind::CommuneStation,
        territory: "19/05710".parse().unwrap(),
        valid_until: Some(NOW + HOUR),
        ..unit("TYT")
    };
    store.create_unit(&commune).await.unwrap();
    assert_eq!(station(NOW).await, Some(("TYT".to_owned(), String::new())));
    store.set_unit_phone(UNIT, "0208 3855 245").await.unwrap();
    assert_eq!(station(NOW).await, Some((UNIT.to_owned(), "0208 3855 245".to_owned())), "one that answers");
    store.set_unit_phone("TYT", "0208 3999 111").await.unwrap();
    assert_eq!(station(NOW).await, Some(("TYT".to_owned(), "0208 3999 111".to_owned())));
    assert_eq!(station(NOW + HOUR).await.unwrap().0, UNIT, "it has ended");
    assert_eq!(store.station_of(*ELSEWHERE, NOW).await.unwrap(), None);
    assert_eq!(store.unit_phone("TYT").await.unwrap(), "0208 3999 111");
}

contract![
    a_number_has_one_account,
    an_account_goes_with_all_that_is_its,
    a_code_is_tried_five_times_and_used_once,
    numbers_and_sources_are_limited,
    a_citizen_has_one_own_profile_and_some_others,
    a_message_arrives_once_and_is_its_readers,
    people_call_their_commune_else_their_province,
];
