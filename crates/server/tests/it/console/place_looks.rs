//! What is looked up before anybody is warned: only where the case was, no small number, and never without basis and reason.

use super::browser::Seen;
use super::place_warnings::{PHONE, Scene, THERE, citizen, filled};
use axum::http::StatusCode;
use bluezone_canary::mark;
use bluezone_domain::area::Area;
use bluezone_domain::case_look::Kind;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::person::Identity;
use bluezone_domain::place::{Place, PlaceCode, PlaceDetails};
use bluezone_domain::visit::{Guest, Visitor};

/// A market of another province.
async fn far_market(scene: &Scene, name: &str) -> Place {
    let (town, owner) = (&scene.town, citizen(&scene.town, "0900000009").await);
    let place = Place {
        code: PlaceCode::generate(&mut *town.state.rng()),
        details: PlaceDetails { name: name.to_owned(), ..PlaceDetails::default() },
        area: Area { province: "01".parse().unwrap(), commune: "00004".parse().ok() },
        owner: Some(owner.id),
        ..scene.market.clone()
    };
    town.state.store.create_place(&place, &mut *town.state.rng()).await.unwrap();
    place
}

/// What a preview of who was at a place answers.
async fn preview(scene: &mut Scene, place: &Place) -> Seen {
    let (path, place) = (scene.path("warnings/new"), place.code.to_string());
    let page = scene.lan.get(&path).await;
    scene.lan.submit(&page, &path, &filled(&place, &[("do", "preview")])).await
}

#[tokio::test]
async fn who_was_at_a_place_is_asked_only_where_the_case_was_or_in_ones_own_territory() {
    let mut scene = Scene::new().await;
    let (patient, own) = scene.somebody(PHONE, "Trần Thị Bình").await;
    let market = scene.market.clone();
    assert_eq!(preview(&mut scene, &market).await.status, StatusCode::OK, "own territory");
    assert_eq!(scene.town.state.store.looks_at(patient.id, 10).await.unwrap(), []);

    let far = far_market(&scene, "Chợ Đồng Xuân").await;
    let seen = preview(&mut scene, &far).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("outside your territory"), "{}", seen.body);
    assert!(!seen.body.contains("people with a message"), "nothing is counted");
    let (path, place) = (scene.path("warnings/new"), far.code.to_string());
    let page = scene.lan.get(&path).await;
    let seen = scene.lan.submit(&page, &path, &filled(&place, &[])).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "nor proposed");
    assert_eq!(scene.town.state.store.looks_at(patient.id, 10).await.unwrap().len(), 2, "they read of it");

    // The case told of it.
    let path = scene.path("points/new");
    let page = scene.lan.get(&path).await;
    let told = [
        ("kind", "place"),
        ("name", "chợ Đồng Xuân"),
        ("from", "2026-11-22T09:00"),
        ("to", "2026-11-22T10:00"),
        ("commune", "Ba Đình, Hà Nội"),
    ];
    assert!(scene.lan.submit(&page, &path, &told).await.status.is_redirection());
    assert_eq!(preview(&mut scene, &far).await.status, StatusCode::OK);

    // The case checked in.
    let other = far_market(&scene, "Chợ Hôm").await;
    assert_eq!(preview(&mut scene, &other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let here = std::mem::replace(&mut scene.market, other.clone());
    scene.came(own, THERE, 40).await;
    scene.market = here;
    assert_eq!(preview(&mut scene, &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn few_people_are_not_counted_before_a_warning_is_approved() {
    let mut scene = Scene::new().await;
    for n in 0..9 {
        let phone = format!("09000001{n:02}");
        mark(phone.as_bytes());
        let (_, profile) = scene.somebody(&phone, "").await;
        scene.came(profile, THERE, 20).await;
    }
    let few = |seen: &Seen| seen.body.matches("under 10").count();
    let market = scene.market.clone();
    let seen = preview(&mut scene, &market).await;
    assert_eq!(few(&seen), 3, "people, visits, visits without an account: {}", seen.body);
    let address = scene.proposed().await;
    assert_eq!(few(&scene.binh.open(&address).await), 3, "nor for the second officer");
    let (_, profile) = scene.somebody("0900000199", "").await;
    scene.came(profile, THERE, 20).await;
    assert_eq!(few(&preview(&mut scene, &market).await), 1, "ten are");
    let counted = scene.binh.open(&address).await;
    assert!(
        few(&counted) == 3 && counted.body.contains("Counted at"),
        "as when it was proposed: {}",
        counted.body
    );
}

#[tokio::test]
async fn each_count_has_its_note_and_who_decides_counts_nobody() {
    let mut scene = Scene::new().await;
    let address = scene.proposed().await;
    let looks = async |scene: &Scene| {
        let looks = scene.town.state.store.case_looks(scene.case, 10).await.unwrap();
        looks.iter().map(|look| (look.kind, look.reason.clone())).collect::<Vec<_>>()
    };
    let noted = [(Kind::Reach, "Ca kể đã đi chợ buổi sáng".to_owned())];
    assert_eq!(looks(&scene).await, noted, "a proposal without a preview counts too");
    for _ in 0..2 {
        assert_eq!(scene.binh.open(&address).await.status, StatusCode::OK);
    }
    assert_eq!(looks(&scene).await, noted);
}

#[tokio::test]
async fn a_look_at_a_guest_and_a_count_keep_basis_and_reason() {
    let mut scene = Scene::new().await;
    let identity = Identity { phone: PHONE.parse().ok(), ..Identity::default() };
    scene.came_as(Visitor::Guest(Guest { identity, number: String::new() }), THERE, 20).await;
    scene.look(&[("basis", "art19-emergency"), ("reason", "Truy vết ca A-1")]).await;
    scene.town.wait(1);
    let market = scene.market.clone();
    preview(&mut scene, &market).await;

    let looks = scene.town.state.store.case_looks(scene.case, 10).await.unwrap();
    let told: Vec<_> = looks.iter().map(|look| (look.kind, look.basis, look.reason.as_str())).collect();
    let counted = (Kind::Reach, LegalBasis::Duty, "Ca kể đã đi chợ buổi sáng");
    assert_eq!(told, [counted, (Kind::Visits, LegalBasis::Emergency, "Truy vết ca A-1")]);
    let seen = scene.binh.open(&scene.path("visits")).await;
    assert!(seen.body.contains("Truy vết ca A-1") && seen.body.contains("Who looked, and why"));

    let links = scene.town.state.store.audit_after(0, 1000).await.unwrap();
    let of_case = format!("/console/cases/{}?look=", scene.case);
    let noted = links.iter().filter(|link| link.look.what.starts_with(&of_case));
    let actions: Vec<_> = noted.map(|link| link.look.action.as_str()).collect();
    assert_eq!(actions, ["look at visits, art19-emergency", "look at reach, art19-duty"]);
    let typed = |link: &bluezone_domain::audit::Link| link.look.what.contains("Truy");
    assert!(!links.iter().any(typed), "the audit holds nothing that was typed");
}

/// A card that was scanned is of nobody's diary; the officer finds it by what the case's own profile says of their cards.
#[tokio::test]
async fn a_case_is_found_by_the_cards_of_their_profile() {
    let mut scene = Scene::new().await;
    let (citizen, own) = scene.somebody(PHONE, "Trần Thị Bình").await;
    let store = scene.town.state.store.clone();
    let mut profile = store.profiles_of(citizen.id).await.unwrap().remove(0);
    profile.person.insurance = "gd4191912345678".to_owned();
    profile.person.identity.national_id = "019185001234".parse().ok();
    store.put_profile(&profile, &mut *scene.town.state.rng()).await.unwrap();
    let read = |number: &str| {
        let identity = Identity { name: "TRAN THI BINH".to_owned(), ..Identity::default() };
        Visitor::Guest(Guest { identity, number: number.to_owned() })
    };
    let card = Identity { national_id: "019185001234".parse().ok(), ..Identity::default() };
    let card = Visitor::Guest(Guest { identity: card, number: String::new() });
    let qid = read(&format!("qid {}", bluezone_domain::citizen::qid(own)));
    for (visitor, minutes) in [(card, 41), (read("insurance 1912345678"), 42), (qid, 43)] {
        scene.came_as(visitor, THERE + minutes * 60, 5).await;
    }
    let seen = scene.look(&[("basis", "art19-duty"), ("reason", "Truy vết ca A-1")]).await;
    assert_eq!(seen.body.matches("data-label=\"Place\">Chợ Thái").count(), 3, "{}", seen.body);
}
