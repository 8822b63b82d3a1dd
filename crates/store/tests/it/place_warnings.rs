//! Warnings of places: two officers, everybody who was there once, also those who are told late.

use crate::places::{citizen, registered};
use crate::support::*;
use bluezone_codes::pass::CardId;
use bluezone_domain::Timestamp;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::citizen::{Citizen, Profile, ProfilePerson};
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::id::{CaseId, OfficerId, PlaceWarningId, ProfileId, VisitId};
use bluezone_domain::message::{Message, Whom};
use bluezone_domain::person::Identity;
use bluezone_domain::place::Place;
use bluezone_domain::place_warning::{Decision, Ground, PlaceWarning, Reach, State, Window};
use bluezone_domain::visit::{
    Entry, Glimpse, Guest, MARGIN_S, Stay, Suspicions, Visit, VisitDetails, Visitor,
};
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Retention, StoreError};
use rand::RngExt;

contract![
    a_proposal_is_written_once_and_decided_by_another_officer,
    who_was_there_is_told_once,
    fifty_nine_minutes_are_told_and_sixty_one_are_not,
    a_visit_that_arrives_late_is_told,
    nobody_is_missed_between_an_approval_and_a_check_in,
    the_case_is_not_warned_of_itself,
    approved_warnings_are_read_in_their_order,
    warnings_go_with_their_time,
];

/// Ten o'clock in the morning in Vietnam.
pub const MORNING: Timestamp = Timestamp(NOW.0 + 3 * HOUR);
pub const MINUTE: i64 = 60;

pub struct Scene {
    pub world: World,
    pub second: OfficerId,
    pub case: CaseId,
    pub market: Place,
}

impl Scene {
    pub async fn new(database: TestDatabase) -> Scene {
        let mut world = World::new(database).await;
        let second = officer("binh", &mut world.rng);
        world.store.create_officer(&second).await.unwrap();
        let case = world.case(CaseStatus::Confirmed).await;
        let owner = citizen(&mut world, "0912345678").await;
        let market = registered(&mut world, &owner, "Chợ Thái").await;
        Scene { world, second: second.id, case, market }
    }

    /// The case was there from ten to eleven.
    pub fn warning(&mut self) -> PlaceWarning {
        PlaceWarning {
            id: PlaceWarningId::generate(&mut self.world.rng),
            window: Window { place: self.market.code, from: MORNING, to: MORNING + HOUR, margin_s: MARGIN_S },
            vehicle: false,
            ground: Ground {
                case: self.case,
                disease: "covid-19".to_owned(),
                reason: "canary market".to_owned(),
                reach: None,
            },
            basis: LegalBasis::Duty,
            state: State::Proposed,
            unit: UNIT.to_owned(),
            proposed_by: self.world.officer,
            proposed_at: MORNING + DAY_S,
            decided_by: None,
            decided_at: None,
        }
    }

    pub async fn proposed(&mut self) -> PlaceWarning {
        let warning = self.warning();
        self.world.store.propose_place_warning(&warning, &mut self.world.rng).await.unwrap();
        warning
    }

    pub async fn decide(
        &mut self,
        id: PlaceWarningId,
        by: OfficerId,
        decision: Decision,
    ) -> Result<(), StoreError> {
        let at = MORNING + DAY_S + HOUR;
        self.world.store.decide_place_warning(id, by, UNIT, decision, at, &mut self.world.rng).await
    }

    pub async fn approved(&mut self) -> PlaceWarning {
        let warning = self.proposed().await;
        self.decide(warning.id, self.second, Decision::Approve).await.unwrap();
        warning
    }

    /// Somebody with an account and a profile of their own.
    pub async fn somebody(&mut self, number: &str) -> (Citizen, Visitor) {
        let citizen = citizen(&mut self.world, number).await;
        let own = self.profile(&citizen, ProfilePerson::default()).await;
        (citizen, Visitor::Profile(own))
    }

    /// Somebody for whom an account declares, or its holder.
    pub async fn profile(&mut self, citizen: &Citizen, person: ProfilePerson) -> ProfileId {
        let profile = Profile {
            id: ProfileId::generate(&mut self.world.rng),
            citizen: citizen.id,
            person,
            card: CardId(self.world.rng.random()),
            created_at: NOW,
            updated_at: NOW,
        };
        self.world.store.put_profile(&profile, &mut self.world.rng).await.unwrap();
        profile.id
    }

    /// The case is somebody of this name and telephone number.
    pub async fn case_is(&mut self, name: &str, number: &str) {
        let mut person = person(self.world.officer, name, *HERE, &mut self.world.rng);
        person.identity.phone = number.parse().ok();
        self.world.store.create_person(&person, &mut self.world.rng).await.unwrap();
        let mut case = case(self.world.officer, CaseStatus::Confirmed, NOW, &mut self.world.rng);
        case.person = Some(person.id);
        self.world.store.create_case(&case).await.unwrap();
        self.case = case.id;
    }

    fn visit(&mut self, visitor: Visitor, from: Timestamp, minutes: i64) -> Visit {
        Visit {
            id: VisitId::generate(&mut self.world.rng),
            place: self.market.code,
            stay: Stay::begin(from, minutes * MINUTE),
            entry: Entry::Poster,
            suspicions: Suspicions::NONE,
            details: VisitDetails {
                visitor,
                glimpse: Glimpse::default(),
                trip: String::new(),
                seat: String::new(),
                controller: None,
            },
            recorded_at: from,
        }
    }

    pub async fn came(&mut self, visitor: Visitor, from: Timestamp, minutes: i64) -> Visit {
        let visit = self.visit(visitor, from, minutes);
        self.world.store.check_in(&visit, &self.market, &mut self.world.rng).await.unwrap();
        visit
    }

    pub async fn inbox(&self, of: &Citizen) -> Vec<Message> {
        let messages = self.world.store.messages_of(of.id, 10).await.unwrap();
        messages.into_iter().map(|received| received.message).collect()
    }
}

async fn a_proposal_is_written_once_and_decided_by_another_officer(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let (first, second) = (scene.world.officer, scene.second);
    let warning = scene.proposed().await;
    let again = scene.world.store.propose_place_warning(&warning, &mut scene.world.rng).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(scene.world.store.place_warning(warning.id).await.unwrap(), Some(warning.clone()));
    assert_eq!(
        scene.world.store.place_warnings_of(UNIT, NOW, 10).await.unwrap(),
        std::slice::from_ref(&warning)
    );
    assert_eq!(scene.world.store.place_warnings_of("CDC-01", NOW, 10).await.unwrap(), []);

    for (by, decision) in
        [(first, Decision::Approve), (first, Decision::Refuse), (second, Decision::Withdraw)]
    {
        let refused = scene.decide(warning.id, by, decision).await;
        assert!(matches!(refused, Err(StoreError::NotAllowed(_))), "{decision:?}: {refused:?}");
    }
    scene.decide(warning.id, second, Decision::Refuse).await.unwrap();
    let read = scene.world.store.place_warning(warning.id).await.unwrap().unwrap();
    assert_eq!((read.state, read.decided_by), (State::Refused, Some(second)));
    let late = scene.decide(warning.id, second, Decision::Approve).await;
    assert!(matches!(late, Err(StoreError::NotAllowed(_))), "decided before: {late:?}");

    let withdrawn = scene.proposed().await;
    scene.decide(withdrawn.id, first, Decision::Withdraw).await.unwrap();
    assert_eq!(scene.world.store.approved_place_warnings(NOW, None, 10).await.unwrap(), []);
    let nowhere = scene.decide(PlaceWarningId::from_bytes([9; 16]), second, Decision::Approve).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound(_))), "{nowhere:?}");
}

async fn who_was_there_is_told_once(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let (an, an_visits) = scene.somebody("0900000001").await;
    let (binh, _) = scene.somebody("0900000002").await;
    let (elsewhere, _) = scene.somebody("0900000003").await;
    // Twice within the window, and once as a guest who gave the number of an account.
    scene.came(an_visits.clone(), MORNING, 20).await;
    scene.came(an_visits, MORNING + 30 * MINUTE, 20).await;
    let guest = |phone: &str| {
        let identity = Identity { phone: phone.parse().ok(), ..Identity::default() };
        Visitor::Guest(Guest { identity, number: String::new() })
    };
    scene.came(guest("0900000002"), MORNING, 20).await;
    scene.came(guest("0987000111"), MORNING, 20).await;
    scene.came(guest(""), MORNING, 20).await;
    let warning = scene.proposed().await;
    let reach = scene.world.store.place_warning_reach(&warning).await.unwrap();
    assert_eq!(reach, Reach { people: 2, visits: 5, without_account: 2 });
    assert_eq!(scene.inbox(&an).await, [], "not before a second officer approves");

    scene.decide(warning.id, scene.second, Decision::Approve).await.unwrap();
    for person in [&an, &binh] {
        let inbox = scene.inbox(person).await;
        assert_eq!(inbox.len(), 1);
        let Message::PlaceWarning { warning: of, whom, visit, place, day, disease, .. } = &inbox[0] else {
            panic!("{inbox:?}")
        };
        assert_eq!((*of, disease.as_str(), whom), (warning.id, "covid-19", &Whom::Holder));
        assert_eq!(place, "", "the visit says where it was");
        let visit = scene.world.store.visit(visit.unwrap()).await.unwrap().unwrap();
        assert_eq!(visit.place, scene.market.code);
        assert_eq!(day.to_string(), "2023-11-15");
    }
    assert_eq!(scene.inbox(&elsewhere).await, []);
    assert_eq!(scene.world.store.told_of_place_warning(warning.id).await.unwrap(), 2);
    // Another warning of the same place and time is another warning.
    scene.approved().await;
    assert_eq!(scene.inbox(&an).await.len(), 2);
}

async fn fifty_nine_minutes_are_told_and_sixty_one_are_not(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let mut people = Vec::new();
    for (at, (from, minutes, told)) in [
        // Left 59, and 61, minutes before the case came.
        (MORNING - 89 * MINUTE, 30, true),
        (MORNING - 91 * MINUTE, 30, false),
        // Came 59, and 61, minutes after the case left.
        (MORNING + HOUR + 59 * MINUTE, 30, true),
        (MORNING + HOUR + 61 * MINUTE, 30, false),
        (MORNING + HOUR + 60 * MINUTE, 30, true),
        (MORNING + 20 * MINUTE, 5, true),
    ]
    .into_iter()
    .enumerate()
    {
        let (citizen, visitor) = scene.somebody(&format!("090000000{at}")).await;
        scene.came(visitor, from, minutes).await;
        people.push((citizen, told));
    }
    scene.approved().await;
    for (at, (citizen, told)) in people.iter().enumerate() {
        assert_eq!(scene.inbox(citizen).await.len(), usize::from(*told), "{at}");
    }
}

async fn a_visit_that_arrives_late_is_told(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let warning = scene.approved().await;
    let (near, near_visits) = scene.somebody("0900000001").await;
    let (far, far_visits) = scene.somebody("0900000002").await;
    let late =
        Visit { recorded_at: MORNING + 2 * DAY_S, ..scene.visit(near_visits, MORNING + 119 * MINUTE, 5) };
    for _ in 0..5 {
        scene.world.store.check_in(&late, &scene.market, &mut scene.world.rng).await.unwrap();
    }
    scene.came(far_visits, MORNING + 121 * MINUTE, 5).await;
    assert_eq!(scene.inbox(&near).await.len(), 1, "however often the batch is sent");
    assert_eq!(scene.inbox(&far).await, []);
    assert_eq!(scene.world.store.told_of_place_warning(warning.id).await.unwrap(), 1);
}

async fn nobody_is_missed_between_an_approval_and_a_check_in(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let mut people = Vec::new();
    for at in 0..TASKS {
        let (citizen, visitor) = scene.somebody(&format!("090000000{at}")).await;
        people.push((citizen, scene.visit(visitor, MORNING, 20)));
    }
    let warning = scene.proposed().await;
    let (second, market) = (scene.second, scene.market.clone());
    let visits: Vec<_> = people.iter().map(|(_, visit)| visit.clone()).collect();
    // Half of them come while the other officer approves.
    race(&scene.world.database, |at, store| {
        let (visit, market) = (visits[at].clone(), market.clone());
        async move {
            let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(at as u64);
            if at == TASKS / 2 {
                let at = MORNING + DAY_S + HOUR;
                store
                    .decide_place_warning(warning.id, second, UNIT, Decision::Approve, at, &mut rng)
                    .await
                    .unwrap();
            }
            store.check_in(&visit, &market, &mut rng).await.unwrap();
        }
    })
    .await;
    for (citizen, _) in &people {
        assert_eq!(scene.inbox(citizen).await.len(), 1);
    }
}

async fn the_case_is_not_warned_of_itself(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    scene.case_is("Trần Thị Bình", "0900000001").await;
    let (itself, visitor) = scene.somebody("0900000001").await;
    let (other, other_visits) = scene.somebody("0900000002").await;
    scene.came(visitor, MORNING, 60).await;
    scene.came(other_visits, MORNING, 60).await;
    let warning = scene.warning();
    let reach = scene.world.store.place_warning_reach(&warning).await.unwrap();
    assert_eq!((reach.people, reach.visits), (1, 1));
    scene.approved().await;
    assert_eq!((scene.inbox(&itself).await.len(), scene.inbox(&other).await.len()), (0, 1));
}

async fn approved_warnings_are_read_in_their_order(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(scene.approved().await.id);
    }
    made.sort();
    scene.proposed().await;
    let read = async |since, after, most| {
        let found = scene.world.store.approved_place_warnings(since, after, most).await.unwrap();
        found.into_iter().map(|warning| warning.id).collect::<Vec<_>>()
    };
    let at = MORNING + DAY_S + HOUR;
    assert_eq!(read(NOW, None, 10).await, made);
    assert_eq!(read(at, None, 2).await, made[..2]);
    assert_eq!(read(at, Some(made[1]), 10).await, made[2..]);
    assert_eq!(read(at + 1, None, 10).await, []);
}

async fn warnings_go_with_their_time(database: TestDatabase) {
    let mut scene = Scene::new(database).await;
    let warning = scene.approved().await;
    let retention = Retention::default();
    let end = warning.window.to + retention.cases_s;
    assert_eq!(scene.world.store.purge(end, &retention).await.unwrap().place_warnings, 0);
    assert_eq!(scene.world.store.purge(end + 1, &retention).await.unwrap().place_warnings, 1);
    assert_eq!(scene.world.store.place_warning(warning.id).await.unwrap(), None);
}
