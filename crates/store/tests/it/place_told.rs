//! Who is told of a place: each of an account by themself, also by a card of theirs, nobody of a case that is none, and where it was
//! only as long as the visit is kept.

use crate::place_warnings::{MINUTE, MORNING, Scene};
use crate::places::citizen;
use crate::support::*;
use bluezone_codes::pass::CardId;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::id::ProfileId;
use bluezone_domain::message::{Message, Whom};
use bluezone_domain::person::Identity;
use bluezone_domain::place_warning::{Decision, Reach, Undecidable};
use bluezone_domain::visit::{Guest, Visitor};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Retention, StatusChange, StoreError};
use rand::RngExt;

contract![
    others_of_the_cases_account_are_warned_each_by_name,
    nobody_is_warned_of_a_case_that_was_ruled_out,
    where_somebody_was_goes_with_the_visit,
    who_was_there_by_a_card_is_told_without_the_place,
    profiles_from_before_cards_were_looked_up_are_told_by_them,
];

/// What stands in an inbox for whom.
fn whom(inbox: &[Message]) -> Vec<Whom> {
    let of = |message: &Message| match message {
        Message::PlaceWarning { whom, .. } => whom.clone(),
        other => panic!("{other:?}"),
    };
    inbox.iter().map(of).collect()
}

fn called(name: &str) -> Identity {
    Identity { name: name.to_owned(), ..Identity::default() }
}

async fn others_of_the_cases_account_are_warned_each_by_name(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    scene.case_is("Trần Thị Bình", "0900000001").await;
    let mother = citizen(&mut scene.world, "0900000001").await;
    let of = |name, relation: Option<&str>| ProfilePerson {
        identity: called(name),
        relation: relation.map(str::to_owned),
        ..ProfilePerson::default()
    };
    let own = scene.profile(&mother, of("Trần Thị Bình", None)).await;
    let son = scene.profile(&mother, of("Lê Văn Mẫu", Some("child"))).await;
    let daughter = scene.profile(&mother, of("Trần Thị Thử", Some("child"))).await;
    for who in [own, son, daughter] {
        scene.came(Visitor::Profile(who), MORNING, 20).await;
    }
    scene.came(Visitor::Profile(son), MORNING + 30 * MINUTE, 20).await;
    // At the door, by the account's number: the case, the daughter, and somebody whom nobody declares for.
    for (at, name) in (0..).zip(["tran thi binh", "TRAN THI THU", "Phạm Thị Mẫu", "Phạm Thị Mẫu", ""])
    {
        let identity = Identity { phone: "0900000001".parse().ok(), ..called(name) };
        let guest = Visitor::Guest(Guest { identity, number: String::new() });
        scene.came(guest, MORNING + at * 10 * MINUTE, 5).await;
    }
    let warning = scene.proposed().await;
    let reach = scene.world.store.place_warning_reach(&warning).await.unwrap();
    assert_eq!(reach, Reach { people: 3, visits: 6, without_account: 0 }, "nobody is warned of themself");
    scene.decide(warning.id, scene.second, Decision::Approve).await.unwrap();
    let told = whom(&scene.inbox(&mother).await);
    assert_eq!(told.len(), 3, "as many as were counted");
    for expected in [Whom::Profile(son), Whom::Profile(daughter), Whom::Guest("Phạm Thị Mẫu".to_owned())]
    {
        assert!(told.contains(&expected));
    }
    assert_eq!(scene.world.store.told_of_place_warning(warning.id).await.unwrap(), 3);
    // Who was offline and sends the daughter's visit later is told once, too.
    scene.came(Visitor::Profile(daughter), MORNING + 40 * MINUTE, 5).await;
    assert_eq!(scene.inbox(&mother).await.len(), 3);
}

async fn nobody_is_warned_of_a_case_that_was_ruled_out(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let (near, visits) = scene.somebody("0900000001").await;
    scene.came(visits, MORNING, 20).await;
    let warning = scene.proposed().await;
    let facts = |status| CaseFacts { status, symptom_onset: None, test_date: None };
    let change = StatusChange {
        case: scene.case,
        expected: CaseStatus::Confirmed,
        facts: facts(CaseStatus::Negative),
        by: scene.world.officer,
        at: NOW,
    };
    scene.world.store.change_case_status(&change).await.unwrap();
    let refused = scene.decide(warning.id, scene.second, Decision::Approve).await;
    let Err(StoreError::NotAllowed(words)) = refused else { panic!("{refused:?}") };
    assert_eq!(words, Undecidable::RuledOut.as_str());
    assert_eq!(scene.inbox(&near).await, []);
    scene.decide(warning.id, scene.second, Decision::Refuse).await.unwrap();
}

/// A message is kept for longer than a visit: it names the visit, not the place.
async fn where_somebody_was_goes_with_the_visit(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let (near, visits) = scene.somebody("0900000001").await;
    let visit = scene.came(visits, MORNING, 20).await;
    scene.approved().await;
    let inbox = scene.inbox(&near).await;
    let json = serde_json::to_string(&inbox).unwrap();
    assert!(json.contains(&visit.id.to_string()), "{json}");
    assert!(!json.contains("Chợ Thái") && !json.contains(&scene.market.code.to_string()), "{json}");
    scene.world.store.purge(MORNING + 23 * DAY_S, &Retention::default()).await.unwrap();
    assert_eq!(scene.inbox(&near).await, inbox, "the message is kept");
    assert_eq!(scene.world.store.visit(visit.id).await.unwrap(), None, "and nothing says where it was");
}

async fn who_was_there_by_a_card_is_told_without_the_place(database: TestDatabase) {
    told_by_cards(database, false).await;
}

async fn profiles_from_before_cards_were_looked_up_are_told_by_them(database: TestDatabase) {
    told_by_cards(database, true).await;
}

async fn told_by_cards(database: TestDatabase, from_before: bool) {
    let mut scene = Scene::new(database).await;
    let identity = Identity {
        name: "Trần Thị Thử".to_owned(),
        birth: "1985".parse().ok(),
        national_id: "019185001234".parse().ok(),
        ..Identity::default()
    };
    let mut known = Vec::new();
    for (number, identity) in [
        ("0900000001", identity.clone()),
        // The same number, and somebody else: typed wrong, or to learn where another was.
        ("0900000002", Identity { name: "Lê Văn Mẫu".to_owned(), ..identity.clone() }),
    ] {
        let citizen = citizen(&mut scene.world, number).await;
        let insurance = "GD4191912345678".to_owned();
        let profile = Profile {
            id: ProfileId::generate(&mut scene.world.rng),
            citizen: citizen.id,
            person: ProfilePerson { identity, insurance, ..ProfilePerson::default() },
            card: CardId(scene.world.rng.random()),
            created_at: NOW,
            updated_at: NOW,
        };
        scene.world.store.put_profile(&profile, &mut scene.world.rng).await.unwrap();
        known.push((citizen, profile.id));
    }
    let nobody = ProfilePerson { relation: Some("other".to_owned()), ..ProfilePerson::default() };
    scene.profile(&known[0].0, nobody).await;
    let store = scene.world.store.clone();
    assert_eq!(store.hash_cards().await.unwrap(), 0, "what is written has them");
    if from_before {
        let before =
            "UPDATE profiles SET card_hash = NULL, insurance_hash = NULL, qid_hash = NULL, cards_version = 0";
        scene.world.database.execute(before).await;
        assert_eq!(store.hash_cards().await.unwrap(), 3, "also of whom no card can be looked up");
        assert_eq!(store.hash_cards().await.unwrap(), 0);
    }
    let cards = |profile| {
        let name = "TRAN THI THU".to_owned();
        let read = Identity { name, birth: "1985".parse().ok(), ..Identity::default() };
        [
            (Identity { national_id: identity.national_id.clone(), ..read.clone() }, String::new()),
            (read.clone(), "insurance 1912345678".to_owned()),
            (read, format!("qid {}", bluezone_domain::citizen::qid(profile))),
        ]
    };
    for (card, (identity, number)) in cards(known[0].1).into_iter().enumerate() {
        // Each on another day.
        let visit = Visitor::Guest(Guest { identity, number });
        scene.came(visit, MORNING + card as i64 * DAY_S, 40).await;
        let mut warning = scene.warning();
        warning.window.from = warning.window.from + card as i64 * DAY_S;
        warning.window.to = warning.window.to + card as i64 * DAY_S;
        let reach = scene.world.store.place_warning_reach(&warning).await.unwrap();
        assert_eq!((reach.people, reach.visits, reach.without_account), (1, 1, 0), "{card}");
        scene.world.store.propose_place_warning(&warning, &mut scene.world.rng).await.unwrap();
        scene.decide(warning.id, scene.second, Decision::Approve).await.unwrap();
        let inbox = scene.inbox(&known[0].0).await;
        assert_eq!(inbox.len(), card + 1);
        let told = |message: &Message| matches!(message, Message::PlaceWarning { visit: None, place, .. } if place.is_empty());
        assert!(inbox.iter().all(told), "{inbox:?}");
    }
    assert_eq!(scene.inbox(&known[1].0).await, []);
}
