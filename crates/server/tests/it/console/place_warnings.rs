//! Where a case checked in, and warning those who were there: through the real pages, by two officers.

use super::browser::{Browser, Seen};
use super::looks::check_page;
use super::town::{NOW, OTHER_UNIT, STATION, Town, UNIT};
use axum::http::StatusCode;
use bluezone_codes::pass::CardId;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::citizen::{Citizen, Profile, ProfilePerson};
use bluezone_domain::id::{CaseId, CitizenId, PlaceWarningId, ProfileId, VisitId};
use bluezone_domain::message::Message;
use bluezone_domain::officer::Role;
use bluezone_domain::person::Identity;
use bluezone_domain::place::{Place, PlaceCode, PlaceDetails, PlaceKind};
use bluezone_domain::visit::{Entry, Glimpse, Guest, Stay, Suspicions, Visit, VisitDetails, Visitor};
use bluezone_store::testing;
use rand::RngExt;

pub const MINUTE: i64 = 60;
/// Yesterday at nine in the morning in Vietnam.
pub const THERE: Timestamp = Timestamp(NOW.0 - 25 * 60 * MINUTE);
pub const PHONE: &str = "0912345678";

/// A confirmed case with a telephone, and a market.
pub struct Scene {
    pub town: Town,
    pub lan: Browser,
    pub binh: Browser,
    pub case: CaseId,
    pub market: Place,
}

impl Scene {
    pub async fn new() -> Scene {
        Scene::on(Town::new().await).await
    }

    async fn on(town: Town) -> Scene {
        let mut lan = town.health_officer().await;
        let binh = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await.1;
        let page = lan.get("/console/cases/new").await;
        let typed = [
            ("reference", "A-1"),
            ("status", "confirmed"),
            ("onset", "2026-11-20"),
            ("test_date", "2026-11-22"),
            ("name", "Trần Thị Bình"),
            ("birth", "1985"),
            ("phone", PHONE),
        ];
        let seen = lan.submit(&page, "/console/cases/new", &typed).await;
        let case = seen.to().split(['/', '?']).nth(3).unwrap().parse().unwrap();
        let owner = citizen(&town, "0900000000").await;
        let market = market(&town, &owner).await;
        Scene { town, lan, binh, case, market }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/console/cases/{}/{rest}", self.case)
    }

    /// Somebody with an account of this name.
    pub async fn somebody(&self, number: &str, name: &str) -> (Citizen, ProfileId) {
        let citizen = citizen(&self.town, number).await;
        let identity = Identity { name: name.to_owned(), ..Identity::default() };
        let profile = Profile {
            id: ProfileId::generate(&mut *self.town.state.rng()),
            citizen: citizen.id,
            person: ProfilePerson { identity, ..ProfilePerson::default() },
            card: CardId(self.town.state.rng().random()),
            created_at: NOW,
            updated_at: NOW,
        };
        self.town.state.store.put_profile(&profile, &mut *self.town.state.rng()).await.unwrap();
        (citizen, profile.id)
    }

    pub async fn came(&self, profile: ProfileId, from: Timestamp, minutes: i64) -> Visit {
        self.came_as(Visitor::Profile(profile), from, minutes).await
    }

    pub async fn came_as(&self, visitor: Visitor, from: Timestamp, minutes: i64) -> Visit {
        let mut visit = Visit {
            id: VisitId::generate(&mut *self.town.state.rng()),
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
        };
        visit.stay = Stay { to: from + minutes * MINUTE, ..visit.stay };
        self.town.state.store.check_in(&visit, &self.market, &mut *self.town.state.rng()).await.unwrap();
        visit
    }

    pub async fn inbox(&self, of: &Citizen) -> Vec<Message> {
        let messages = self.town.state.store.messages_of(of.id, 10).await.unwrap();
        messages.into_iter().map(|received| received.message).collect()
    }

    pub async fn look(&mut self, typed: &[(&str, &str)]) -> Seen {
        let path = self.path("visits");
        let page = self.lan.get(&path).await;
        self.lan.submit(&page, &path, typed).await
    }

    /// Proposes to warn of the market over the hour of [`THERE`]; gives the warning's address.
    pub async fn proposed(&mut self) -> String {
        let path = self.path("warnings/new");
        let place = self.market.code.to_string();
        let page = self.lan.get(&path).await;
        let seen = self.lan.submit(&page, &path, &filled(&place, &[])).await;
        let (address, done) = seen.to().split_once('?').unwrap();
        assert_eq!(done, "done=proposed");
        address.to_owned()
    }
}

/// A warning of a market that an officer proposed of a case; its identifier.
pub async fn a_warning(town: &Town, browser: &mut Browser, case: CaseId) -> String {
    let owner = citizen(town, "0900000000").await;
    let place = market(town, &owner).await.code.to_string();
    let path = format!("/console/cases/{case}/warnings/new");
    let page = browser.get(&path).await;
    let to = browser.submit(&page, &path, &filled(&place, &[])).await.to().to_owned();
    to.split(['/', '?']).nth(3).unwrap().to_owned()
}

pub async fn answer(browser: &mut Browser, address: &str, answer: &str) -> Seen {
    let page = browser.get(address).await;
    browser.submit(&page, address, &[("answer", answer)]).await
}

pub async fn citizen(town: &Town, number: &str) -> Citizen {
    let id = CitizenId::generate(&mut *town.state.rng());
    town.state.store.confirm_citizen(id, &number.parse().unwrap(), NOW, &mut *town.state.rng()).await.unwrap()
}

async fn market(town: &Town, owner: &Citizen) -> Place {
    let place = Place {
        code: PlaceCode::generate(&mut *town.state.rng()),
        owner: Some(owner.id),
        kind: PlaceKind::Market,
        details: PlaceDetails { name: "Chợ Thái".to_owned(), ..PlaceDetails::default() },
        area: Area { province: "19".parse().unwrap(), commune: "05443".parse().ok() },
        capacity: None,
        dwell_minutes: 120,
        edition: 1,
        created_at: NOW,
        closed_at: None,
    };
    town.state.store.create_place(&place, &mut *town.state.rng()).await.unwrap();
    place
}

/// What an officer types, from nine to ten.
pub fn filled<'a>(place: &'a str, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("place", place),
        ("from", "2026-11-22T09:00"),
        ("to", "2026-11-22T10:00"),
        ("margin", "60"),
        ("basis", "art19-duty"),
        ("reason", "Ca kể đã đi chợ buổi sáng"),
        ("do", "propose"),
    ];
    let kept = all.into_iter().filter(|(name, _)| other.iter().all(|(of, _)| of != name));
    kept.chain(other.iter().copied()).collect()
}

#[tokio::test]
async fn a_case_is_looked_up_and_reads_who_looked_and_why() {
    let mut scene = Scene::new().await;
    let (patient, own) = scene.somebody(PHONE, "Trần Thị Bình").await;
    scene.came(own, THERE, 40).await;
    let seen = scene.look(&[("basis", "art19-duty"), ("reason", "")]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("Write the reason") && !seen.body.contains("Chợ Thái"));
    assert_eq!(scene.town.state.store.looks_at(patient.id, 10).await.unwrap(), []);

    let seen = scene.look(&[("basis", "art19-duty"), ("reason", "Truy vết ca A-1")]).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.contains("Chợ Thái") && seen.body.contains("09:00–09:40"), "{}", seen.body);
    let looks = scene.town.state.store.looks_at(patient.id, 10).await.unwrap();
    assert_eq!(looks.len(), 1);
    assert_eq!((looks[0].reason.as_str(), looks[0].unit.as_str()), ("Truy vết ca A-1", UNIT));
    let warn = format!("warnings/new?place={}&amp;from={}", scene.market.code, THERE.0);
    assert!(seen.body.contains(&warn), "{}", seen.body);
}

#[tokio::test]
async fn others_of_the_account_are_not_looked_up() {
    let mut scene = Scene::new().await;
    let (mother, child) = scene.somebody(PHONE, "Lê Văn Mẫu").await;
    scene.came(child, THERE, 40).await;
    let seen = scene.look(&[("basis", "art19-duty"), ("reason", "Truy vết ca A-1")]).await;
    assert!(seen.body.contains("No account has this number and this name"), "{}", seen.body);
    assert_eq!(scene.town.state.store.looks_at(mother.id, 10).await.unwrap(), [], "nothing was looked at");
}

#[tokio::test]
async fn who_has_no_account_is_found_by_what_a_controller_wrote_down() {
    let mut scene = Scene::new().await;
    for (name, at) in [("Trần Thị Bình", THERE), ("Lê Văn Mẫu", THERE + 3600)] {
        let phone = PHONE.parse().ok();
        let identity = Identity { name: name.to_owned(), phone, ..Identity::default() };
        let guest = Visitor::Guest(Guest { identity, number: String::new() });
        scene.came_as(guest, at, 20).await;
    }
    let seen = scene.look(&[("basis", "art19-duty"), ("reason", "Truy vết ca A-1")]).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert_eq!(seen.body.matches("warnings/new?place=").count(), 1, "not their family's: {}", seen.body);
}

#[tokio::test]
async fn who_is_no_case_any_more_is_looked_up_with_consent_only() {
    let mut scene = Scene::new().await;
    scene.somebody(PHONE, "Trần Thị Bình").await;
    let status = scene.path("status");
    let page = scene.lan.get(&format!("{status}?to=discarded")).await;
    assert!(scene.lan.submit(&page, &status, &[]).await.status.is_redirection());
    for (basis, status) in [
        ("art19-duty", StatusCode::UNPROCESSABLE_ENTITY),
        ("art19-emergency", StatusCode::UNPROCESSABLE_ENTITY),
        ("consent", StatusCode::OK),
    ] {
        let seen = scene.look(&[("basis", basis), ("reason", "Họ đồng ý qua điện thoại")]).await;
        assert_eq!(seen.status, status, "{basis}");
    }
}

async fn two_officers_warn(town: Town) {
    let mut scene = Scene::on(town).await;
    let (near, near_profile) = scene.somebody("0900000001", "").await;
    let (far, far_profile) = scene.somebody("0900000002", "").await;
    scene.came(near_profile, THERE + 119 * MINUTE, 5).await;
    scene.came(far_profile, THERE + 121 * MINUTE, 5).await;

    let path = scene.path("warnings/new");
    let place = scene.market.code.to_string();
    let page = scene.lan.get(&path).await;
    let seen = scene.lan.submit(&page, &path, &filled(&place, &[("do", "preview")])).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.body.contains("people with a message in their inbox"), "{}", seen.body);
    assert!(!seen.body.contains("0900000001"), "counted, never listed");

    let address = scene.proposed().await;
    let own = scene.lan.get(&address).await;
    assert!(own.body.contains("Another officer of the unit must decide"));
    assert!(!own.body.contains("value=\"approve\""), "not offered to who proposed it");
    assert_eq!(answer(&mut scene.lan, &address, "approve").await.status, StatusCode::CONFLICT);
    assert_eq!(scene.inbox(&near).await, []);

    assert!(scene.binh.get("/console/place-warnings").await.body.contains(&address));
    let page = scene.binh.get(&address).await;
    let seen = scene.binh.submit(&page, &address, &[("answer", "approve")]).await;
    assert_eq!(seen.to(), format!("{address}?done=approved"));
    assert_eq!((scene.inbox(&near).await.len(), scene.inbox(&far).await.len()), (1, 0));
    let again = scene.binh.submit(&page, &address, &[("answer", "approve")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "once");
    assert_eq!(scene.inbox(&near).await.len(), 1);

    // A controller who was offline sends a visit of that time.
    let (late, late_profile) = scene.somebody("0900000003", "").await;
    scene.came(late_profile, THERE, 5).await;
    assert_eq!(scene.inbox(&late).await.len(), 1);
    assert!(scene.binh.open(&address).await.body.contains("under 10 people"));
}

#[tokio::test]
async fn two_officers_warn_on_sqlite() {
    two_officers_warn(Town::new().await).await;
}

#[tokio::test]
async fn two_officers_warn_on_postgres() {
    let database = testing::postgres().await;
    two_officers_warn(Town::on(&database).await).await;
}

#[tokio::test]
async fn what_nobody_counted_is_not_approved() {
    let mut scene = Scene::new().await;
    let address = scene.proposed().await;
    let store = scene.town.state.store.clone();
    let id = address.rsplit('/').next().unwrap().parse().unwrap();
    let mut old = store.place_warning(id).await.unwrap().unwrap();
    // As proposals were kept before the count was.
    old.id = PlaceWarningId::generate(&mut *scene.town.state.rng());
    old.ground.reach = None;
    store.propose_place_warning(&old, &mut *scene.town.state.rng()).await.unwrap();
    let path = format!("/console/place-warnings/{}", old.id);
    let page = scene.binh.get(&path).await;
    assert!(page.body.contains("Nobody counted how many people"), "{}", page.body);
    assert!(!page.body.contains("value=\"approve\"") && page.body.contains("value=\"refuse\""));
    let seen = scene.binh.submit(&page, &path, &[("answer", "approve")]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "nor by a form of somebody's own");
    assert_eq!(answer(&mut scene.binh, &path, "refuse").await.to(), format!("{path}?done=refused"));
}

#[tokio::test]
async fn a_proposal_is_the_units_affair() {
    let mut scene = Scene::new().await;
    let address = scene.proposed().await;
    let mut there = scene.town.signed_in("an.hn", Role::ProvincialCdc, OTHER_UNIT).await.1;
    let mut station = scene.town.signed_in("tram", Role::CommuneStation, STATION).await.1;
    assert_eq!(there.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(station.get(&address).await.status, StatusCode::FORBIDDEN);
    assert!(!there.get("/console/place-warnings").await.body.contains(&address));
    for rest in ["visits", "warnings/new"] {
        assert_eq!(there.get(&scene.path(rest)).await.status, StatusCode::NOT_FOUND);
    }
    let seen = answer(&mut scene.lan, &address, "withdraw").await;
    assert_eq!(seen.to(), format!("{address}?done=withdrawn"));
    assert_eq!(scene.binh.get(&address).await.actions().len(), 1, "only to sign out");
}

#[tokio::test]
async fn what_is_wrong_with_a_proposal_is_named() {
    let mut scene = Scene::new().await;
    let path = scene.path("warnings/new");
    let place = scene.market.code.to_string();
    for (other, words) in [
        (&[("place", "123 456 789")][..], "No place has this code"),
        (&[("from", "")], "Write day and time"),
        (&[("to", "2026-11-22T08:00")], "left before it came"),
        (&[("to", "2026-11-24T08:00")], "has not come yet"),
        (&[("from", "2026-10-22T08:00")], "More than 21 days ago"),
        (&[("margin", "361")], "minutes from 0 to 360"),
        (&[("basis", "")], "Choose a basis"),
        (&[("reason", " ")], "Write the reason"),
    ] {
        let page = scene.lan.get(&path).await;
        let seen = scene.lan.submit(&page, &path, &filled(&place, other)).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(seen.body.contains(words), "{words}: {}", seen.body);
    }
    let page = scene.lan.get(&path).await;
    let first = scene.lan.submit(&page, &path, &filled(&place, &[])).await;
    let again = scene.lan.submit(&page, &path, &filled(&place, &[])).await;
    assert!(first.to().starts_with(again.to()), "sent twice, proposed once");
}

#[tokio::test]
async fn the_pages_of_place_warnings_are_whole_in_both_languages() {
    let mut scene = Scene::new().await;
    let (_, own) = scene.somebody(PHONE, "Trần Thị Bình").await;
    scene.came(own, THERE, 40).await;
    let address = scene.proposed().await;
    for lang in ["vi", "en"] {
        for path in [
            "/console/place-warnings".to_owned(),
            address.clone(),
            scene.path("visits"),
            scene.path("warnings/new"),
        ] {
            check_page(&path, lang, &scene.binh.get(&format!("{path}?lang={lang}")).await);
        }
        scene.lan.get(&format!("/console?lang={lang}")).await;
        check_page("a look", lang, &scene.look(&[("basis", "art19-duty"), ("reason", "Truy vết")]).await);
        check_page("a look to mend", lang, &scene.look(&[("reason", "")]).await);
    }
}
