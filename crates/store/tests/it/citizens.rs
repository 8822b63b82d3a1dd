//! Accounts, sessions, codes in text messages, those for whom people declare, and inboxes.

use crate::support::*;
use bluezone_codes::pass::CardId;
use bluezone_domain::citizen::{CodeLength, MOST_PROFILES, Profile, ProfilePerson};
use bluezone_domain::id::{CitizenId, MessageId, PlaceWarningId, ProfileId};
use bluezone_domain::message::{Message, Whereabouts, Whom};
use bluezone_domain::person::{Identity, Phone};
use bluezone_domain::text_guess;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{
    CitizenSession, KeptPhoneCode, MessageCursor, NewMessage, NewPhoneCode, Retention, StoreError,
    TextGuessLimits, TextLimits, TriedPhoneCode,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

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

const GUESSES: TextGuessLimits =
    TextGuessLimits { budget_units: 1_000_000_000, source: [1; 32], source_hour: 20 };
const SHORT: CodeLength = CodeLength::Short;

async fn a_code_is_tried_five_times_and_used_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (number, source, code) = (world.hash(), world.hash(), world.hash());
    let (wrong, other) = (world.hash(), world.hash());
    let new = NewPhoneCode { number, code, length: SHORT, source, at: NOW };
    let limits = TextLimits { number_hour: 9, number_day: 9, source_hour: 9 };
    let kept = Ok(KeptPhoneCode::Kept { lifetime_s: 600 });
    let store = &world.store;
    let attempt = async |number, code, source, at| {
        store.try_phone_code(number, code, &TextGuessLimits { source, ..GUESSES }, at).await.unwrap()
    };
    assert_eq!(store.keep_phone_code(&new, &limits).await.map_err(|_| ()), kept);
    assert_eq!(attempt(other, code, source, NOW).await, TriedPhoneCode::Over, "for another purpose");
    assert_eq!(attempt(number, code, source, NOW + 600).await, TriedPhoneCode::Over, "too late");
    for left in [4, 3, 2, 1] {
        assert_eq!(attempt(number, wrong, source, NOW).await, TriedPhoneCode::Wrong { left });
    }
    assert_eq!(attempt(number, wrong, source, NOW).await, TriedPhoneCode::Over);
    assert_eq!(attempt(number, code, source, NOW).await, TriedPhoneCode::Over, "even the right one");
    assert_eq!(
        attempt(number, code, other, NOW).await,
        TriedPhoneCode::Right,
        "nobody else's tries are gone"
    );
    assert_eq!(attempt(number, code, other, NOW).await, TriedPhoneCode::Over, "it is used up");
    assert_eq!(store.keep_phone_code(&new, &limits).await.map_err(|_| ()), kept);
    // Of many at once, one.
    let tried = race(&world.database, move |_, store| async move {
        store.try_phone_code(number, code, &GUESSES, NOW + 599).await.unwrap()
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
        let new = NewPhoneCode { number, code, length: SHORT, source, at };
        store.keep_phone_code(&new, &LIMITS).await.unwrap()
    };
    let (kept, last) =
        (KeptPhoneCode::Kept { lifetime_s: 600 }, KeptPhoneCode::Kept { lifetime_s: HOUR + 600 });
    assert_eq!(send(number, source, NOW).await, kept);
    assert_eq!(send(number, source, NOW).await, last, "no other for an hour");
    assert_eq!(send(number, elsewhere, NOW).await, KeptPhoneCode::StillGood);
    let later = NOW + 2 * HOUR;
    assert_eq!(send(number, elsewhere, later).await, last, "the third of the day");
    assert_eq!(send(number, elsewhere, later + 1800).await, KeptPhoneCode::StillGood, "one an hour now");
    assert_eq!(send(number, elsewhere, later + HOUR + 600).await, last);
    // Used, there is none until the hour is over.
    let used = store.try_phone_code(number, code, &GUESSES, later + HOUR + 601).await.unwrap();
    assert_eq!(used, TriedPhoneCode::Right);
    assert_eq!(send(number, elsewhere, later + HOUR + 602).await, KeptPhoneCode::NumberLimited);
    for kept in [kept, last] {
        assert_eq!(send(other, source, NOW).await, kept);
    }
    let third = [9; 32];
    assert_eq!(send(third, source, NOW).await, KeptPhoneCode::SourceLimited);
    assert_eq!(send(third, elsewhere, NOW).await, kept);
}

/// A stranger asks for the codes of a number whenever they can, and types wrong ones. Its owner, who comes at any time of the day,
/// gets a code or has one that is good.
async fn no_stranger_shuts_the_owner_of_a_number_out(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (number, stranger, owner, wrong) = (world.hash(), world.hash(), world.hash(), world.hash());
    let store = &world.store;
    let limits = TextLimits { number_hour: 5, number_day: 10, source_hour: 100 };
    let mut codes: Vec<[u8; 32]> = Vec::new();
    let mut good_until = NOW;
    for minute in 0..24 * 60 {
        let at = NOW + 60 * minute;
        let code = [(minute % 251) as u8; 32];
        let new = NewPhoneCode { number, code, length: SHORT, source: stranger, at };
        match store.keep_phone_code(&new, &limits).await.unwrap() {
            KeptPhoneCode::Kept { lifetime_s } => {
                codes.push(code);
                good_until = at + lifetime_s;
            }
            refused => assert_eq!(refused, KeptPhoneCode::StillGood, "at minute {minute}"),
        }
        assert!(good_until > at, "at minute {minute}");
        if minute % 60 == 0 {
            let guesses = TextGuessLimits { source: stranger, ..GUESSES };
            store.try_phone_code(number, wrong, &guesses, at).await.unwrap();
        }
    }
    assert!((20..40).contains(&codes.len()), "{} messages", codes.len());
    let code = *codes.last().unwrap();
    let guesses = TextGuessLimits { source: owner, ..GUESSES };
    let tried = store.try_phone_code(number, code, &guesses, NOW + DAY_S - 60).await.unwrap();
    assert_eq!(tried, TriedPhoneCode::Right);
}

async fn wrong_codes_spend_what_all_guessers_have_together(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (code, wrong, fresh, greedy) = (world.hash(), world.hash(), world.hash(), world.hash());
    let store = &world.store;
    let send = async |number: u32, length| {
        let new = NewPhoneCode { number: numbered(number), code, length, source: numbered(number), at: NOW };
        store.keep_phone_code(&new, &LIMITS).await.unwrap();
    };
    // A budget of twenty short guesses, of which half are theirs; each guess from another address, at another number.
    let budget_units = 20 * text_guess::cost(SHORT);
    let attempt = async |number: u32, code, source, at| {
        let limits = TextGuessLimits { budget_units, source, source_hour: 20 };
        store.try_phone_code(numbered(number), code, &limits, at).await.unwrap()
    };
    for number in 0..20 {
        send(number, SHORT).await;
    }
    for number in 0..10 {
        let length = if number <= 5 { SHORT } else { CodeLength::Long };
        assert_eq!(store.phone_code_length(budget_units, NOW).await.unwrap(), length, "{number}");
        let tried = attempt(number, wrong, numbered(100 + number), NOW).await;
        assert_eq!(tried, TriedPhoneCode::Wrong { left: 4 }, "{number}");
    }
    assert_eq!(
        attempt(11, code, fresh, NOW).await,
        TriedPhoneCode::Over,
        "short ones pause, also the right one"
    );
    // Long ones go on, and cost a thousandth.
    send(30, CodeLength::Long).await;
    assert_eq!(attempt(30, wrong, fresh, NOW).await, TriedPhoneCode::Wrong { left: 4 });
    assert_eq!(attempt(30, code, fresh, NOW).await, TriedPhoneCode::Right);
    // A day later it is all as before.
    let later = NOW + DAY_S + HOUR;
    assert_eq!(store.phone_code_length(budget_units, later).await.unwrap(), SHORT);

    // One address has so many wrong ones an hour, whatever numbers it tries.
    let limits = TextGuessLimits { source: greedy, source_hour: 3, ..GUESSES };
    let tries = async |number| store.try_phone_code(numbered(number), wrong, &limits, NOW).await.unwrap();
    for number in 12..15 {
        assert_eq!(tries(number).await, TriedPhoneCode::Wrong { left: 4 });
    }
    assert_eq!(tries(15).await, TriedPhoneCode::Limited);
    let purged = world.store.purge(NOW + 3 * DAY_S, &Retention::default()).await.unwrap();
    assert!(purged.guesses > 0 && purged.sessions >= 20);
}

fn numbered(number: u32) -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    hash
}

async fn an_inbox_is_read_page_by_page(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.citizen("0900000001").await;
    for number in 0..7_u8 {
        let message = Message::AgencyReminder { agency: format!("Trường Thử {number}") };
        // Several in one second.
        let at = NOW + i64::from(number / 3);
        let new = NewMessage { id: MessageId::from_bytes([9 - number; 16]), to: id, message, at };
        world.store.send_message(&new, &mut world.rng).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.messages_after(id, after, 3).await.unwrap();
        seen.extend(page.iter().map(|message| message.id));
        let Some(last) = page.last() else { break };
        after = Some(MessageCursor::from(last));
    }
    let all = world.store.messages_of(id, 100).await.unwrap();
    assert_eq!(seen, all.iter().map(|message| message.id).collect::<Vec<_>>());
    assert_eq!(seen.len(), 7);
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

async fn profiles_that_are_made_at_once_are_made_once_and_counted(database: TestDatabase) {
    let mut world = World::new(database).await;
    let put = async |world: &World, profiles: Vec<Profile>| {
        let tasks: Vec<_> = (0..)
            .zip(profiles)
            .map(|(seed, profile)| {
                let store = world.store.clone();
                tokio::spawn(async move {
                    store.put_profile(&profile, &mut StdRng::seed_from_u64(seed)).await.is_ok()
                })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            made += usize::from(task.await.unwrap());
        }
        made
    };
    // One form, sent again and again before its first answer.
    for number in 0..20 {
        let id = world.citizen(&format!("09000001{number:02}")).await;
        let own = world.profile(id, None);
        assert_eq!(put(&world, vec![own; TASKS]).await, TASKS);
    }
    // And as many others as there may be, all at once.
    let id = world.citizen("0900000001").await;
    let others = (0..MOST_PROFILES + TASKS).map(|_| world.profile(id, Some("carer"))).collect();
    assert_eq!(put(&world, others).await, MOST_PROFILES);
}

async fn a_message_arrives_once_and_is_its_readers(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (id, other) = (world.citizen("0900000001").await, world.citizen("0900000002").await);
    let message = |id: u8, to, at| NewMessage {
        id: MessageId::from_bytes([id; 16]),
        to,
        message: Message::PlaceWarning {
            warning: PlaceWarningId::from_bytes([1; 16]),
            whom: Whom::Holder,
            visit: None,
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
    no_stranger_shuts_the_owner_of_a_number_out,
    wrong_codes_spend_what_all_guessers_have_together,
    an_inbox_is_read_page_by_page,
    a_citizen_has_one_own_profile_and_some_others,
    profiles_that_are_made_at_once_are_made_once_and_counted,
    a_message_arrives_once_and_is_its_readers,
    people_call_their_commune_else_their_province,
];
