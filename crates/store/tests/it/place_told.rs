//! Who is told of a place: each of an account by themself, nobody of a case that is none, and where it was only as long as the visit
//! is kept.

use crate::place_warnings::{MINUTE, MORNING, Scene};
use crate::places::citizen;
use crate::support::*;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::citizen::ProfilePerson;
use bluezone_domain::message::{Message, Whom};
use bluezone_domain::person::Identity;
use bluezone_domain::place_warning::{Decision, Reach, Undecidable};
use bluezone_domain::visit::{Guest, Visitor};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Retention, StatusChange, StoreError};

contract![
    others_of_the_cases_account_are_warned_each_by_name,
    nobody_is_warned_of_a_case_that_was_ruled_out,
    where_somebody_was_goes_with_the_visit,
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
