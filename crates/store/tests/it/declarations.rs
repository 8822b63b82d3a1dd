//! Declarations: taken in once, together with all that comes with them, many at a time.

use crate::support::*;
use bluezone_codes::pass::CardId;
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::declaration::{Channel, Consent, Content, Declaration, Reason, SentBy, Urgency};
use bluezone_domain::id::{CitizenId, DeclarationId, ProfileId};
use bluezone_domain::person::Identity;
use bluezone_protocol::time::DAY_S;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{Accepted, NewDeclaration, NewFile, Points, Retention, Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A citizen and a declaration of theirs, with profile, consent and a file.
pub async fn declared(world: &mut World, number: &str) -> NewDeclaration {
    let citizen = CitizenId::generate(&mut world.rng);
    let phone = number.parse().unwrap();
    let citizen = world.store.confirm_citizen(citizen, &phone, NOW, &mut world.rng).await.unwrap().id;
    let identity =
        Identity { name: "Trần Thị Thử".to_owned(), phone: Some(phone), ..Identity::default() };
    let profile = Profile {
        id: ProfileId::generate(&mut world.rng),
        citizen,
        person: ProfilePerson { identity: identity.clone(), area: Some(*HERE), ..ProfilePerson::default() },
        card: CardId(world.rng.random()),
        created_at: NOW,
        updated_at: NOW,
    };
    let id = DeclarationId::generate(&mut world.rng);
    let declaration = Declaration {
        id,
        by: SentBy::Citizen { citizen, profile: profile.id },
        form: "https://bluezone.example/fhir/Questionnaire/toan-dan|1.0.0".to_owned(),
        day: "2023-11-15".parse().unwrap(),
        authored_at: NOW,
        received_at: NOW + 5,
        late: false,
        area: Some(*HERE),
        urgency: Urgency::Watch,
        content: Content {
            person: identity,
            relation: None,
            lang: "vi".to_owned(),
            response: "{}".to_owned(),
            reasons: vec![Reason { vi: "ho".to_owned(), en: "cough".to_owned() }],
            disease: "covid-19".to_owned(),
        },
    };
    let consent = Consent {
        id: format!("{id}/declaration"),
        citizen: Some(citizen),
        profile: Some(profile.id),
        declaration: Some(id),
        agency: None,
        purpose: "declaration".to_owned(),
        version: 1,
        lang: "vi".to_owned(),
        sha256: "00".repeat(32),
        given_at: NOW,
        channel: Channel::Web,
        withdrawn_at: None,
    };
    let file = NewFile { content_type: "application/pdf".to_owned(), bytes: vec![0, 1, 2, 0] };
    NewDeclaration {
        declaration,
        daily: false,
        points: Points { form: "toan-dan".to_owned(), score: 15, rule: 1, assigned: None },
        profile: Some(profile),
        consents: vec![consent],
        files: vec![file],
    }
}

/// Another declaration of the same person, by a form that is sent once a day.
pub fn daily(of: &NewDeclaration, id: u8, day: &str) -> NewDeclaration {
    let id = DeclarationId::from_bytes([id; 16]);
    let declaration = Declaration { id, day: day.parse().unwrap(), ..of.declaration.clone() };
    let (consents, files, points) = (Vec::new(), Vec::new(), of.points.clone());
    NewDeclaration { declaration, daily: true, points, profile: None, consents, files }
}

async fn a_declaration_is_stored_with_all_that_came_with_it(database: TestDatabase) {
    let mut world = World::new(database).await;
    let new = declared(&mut world, "0900000001").await;
    let rng = &mut world.rng;
    assert_eq!(world.store.accept_declaration(&new, rng).await.unwrap(), Accepted::New);
    let SentBy::Citizen { citizen, profile } = new.declaration.by else { panic!("by a citizen") };
    let id = new.declaration.id;
    let store = &world.store;
    assert_eq!(store.declaration(id).await.unwrap().as_ref(), Some(&new.declaration));
    assert_eq!(store.declarations_of(citizen, 10).await.unwrap(), std::slice::from_ref(&new.declaration));
    let last = async |from, until| store.last_declaration(profile, from, until).await.unwrap();
    let received = new.declaration.received_at;
    assert_eq!(last(received, received + 1).await.as_ref(), Some(&new.declaration));
    assert_eq!(last(received + 1, received + 2).await, None);
    assert_eq!(last(received - 1, received).await, None);
    assert_eq!(store.profiles_of(citizen).await.unwrap(), [new.profile.clone().unwrap()]);
    let files = store.declaration_files(id).await.unwrap();
    assert_eq!(
        (files[0].content_type.as_str(), files[0].bytes.as_slice()),
        ("application/pdf", &[0, 1, 2, 0][..])
    );
    assert_eq!(files.len(), 1);
    assert_eq!(store.consents_of(citizen).await.unwrap(), new.consents);
    assert_eq!(store.consents_of_declaration(id).await.unwrap(), new.consents);
    assert!(store.has_declared(profile, NOW, NOW + 6).await.unwrap());
    assert!(!store.has_declared(profile, NOW, NOW + 5).await.unwrap());
    // Sent again, five times in all.
    for _ in 0..4 {
        assert_eq!(store.accept_declaration(&new, rng).await.unwrap(), Accepted::Again);
    }
    assert_eq!(store.declarations_of(citizen, 10).await.unwrap().len(), 1);
}

async fn a_consent_is_taken_back_by_who_gave_it(database: TestDatabase) {
    let mut world = World::new(database).await;
    let new = declared(&mut world, "0900000001").await;
    let other = declared(&mut world, "0900000002").await;
    let (rng, store) = (&mut world.rng, &world.store);
    for new in [&new, &other] {
        store.accept_declaration(new, rng).await.unwrap();
    }
    let by = |new: &NewDeclaration| match new.declaration.by {
        SentBy::Citizen { citizen, profile } => (citizen, profile),
        SentBy::Officer(_) => panic!("by a citizen"),
    };
    let (citizen, profile) = by(&new);
    let id = new.consents[0].id.as_str();
    assert_eq!(store.live_consents(profile).await.unwrap(), new.consents);
    let refused = store.withdraw_consent(by(&other).0, id, NOW + 9).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))));
    for at in [NOW + 9, NOW + 10] {
        store.withdraw_consent(citizen, id, at).await.unwrap();
    }
    assert_eq!(store.live_consents(profile).await.unwrap(), []);
    assert_eq!(store.consents_of(citizen).await.unwrap()[0].withdrawn_at, Some(NOW + 9));
}

async fn a_daily_form_is_taken_once_a_day(database: TestDatabase) {
    let mut world = World::new(database).await;
    let full = declared(&mut world, "0900000001").await;
    let (rng, store) = (&mut world.rng, &world.store);
    store.accept_declaration(&full, rng).await.unwrap();
    let (today, again, yesterday) =
        (daily(&full, 1, "2023-11-15"), daily(&full, 2, "2023-11-15"), daily(&full, 3, "2023-11-14"));
    assert_eq!(store.accept_declaration(&today, rng).await.unwrap(), Accepted::New);
    assert_eq!(store.accept_declaration(&today, rng).await.unwrap(), Accepted::Again);
    assert_eq!(store.accept_declaration(&again, rng).await.unwrap(), Accepted::DaySent);
    assert_eq!(store.accept_declaration(&yesterday, rng).await.unwrap(), Accepted::New);
    // On the day on which its form has a new version.
    let mut newer = daily(&full, 4, "2023-11-15");
    newer.declaration.form = newer.declaration.form.replace("|1.0.0", "|1.1.0");
    assert_eq!(store.accept_declaration(&newer, rng).await.unwrap(), Accepted::DaySent);
}

async fn many_at_once_are_each_stored_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut news = Vec::new();
    for number in 0..12 {
        news.push(declared(&mut world, &format!("09000001{number:02}")).await);
    }
    // One that must be refused among them: its profile is another citizen's.
    let mut stolen = declared(&mut world, "0900000199").await;
    stolen.profile = news[0].profile.clone().map(|profile| Profile {
        citizen: match stolen.declaration.by {
            SentBy::Citizen { citizen, .. } => citizen,
            SentBy::Officer(_) => panic!("by a citizen"),
        },
        ..profile
    });
    let store = world.store.clone();
    assert_eq!(store.accept_declaration(&news[0], &mut world.rng).await.unwrap(), Accepted::New);
    let send = |new: NewDeclaration, store: Store, seed: u64| async move {
        store.accept_declaration(&new, &mut StdRng::seed_from_u64(seed)).await
    };
    let mut tasks = Vec::new();
    for (seed, new) in (0..).zip(news.iter().chain(&news).chain([&stolen])) {
        tasks.push(tokio::spawn(send(new.clone(), store.clone(), seed)));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    let refused = results.pop().unwrap();
    assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
    assert_eq!(count(&results, &Accepted::New), 11);
    assert_eq!(count(&results, &Accepted::Again), 13);
    assert_eq!(store.declaration(stolen.declaration.id).await.unwrap(), None, "it left no trace");
}

async fn what_has_no_confirmed_number_waits_and_is_forgotten(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (secret, other, number) = (world.hash(), world.hash(), world.hash());
    let more: Vec<_> = (0..5).map(|_| world.hash()).collect();
    let (rng, store) = (&mut world.rng, &world.store);
    store.keep_waiting_declaration(secret, number, b"typed", NOW + HOUR, rng).await.unwrap();
    let found =
        async |secret, at| store.waiting_declaration(secret, at).await.unwrap().map(|typed| typed.to_vec());
    assert_eq!(found(secret, NOW).await.as_deref(), Some(&b"typed"[..]));
    assert_eq!(found(other, NOW).await, None);
    assert_eq!(found(secret, NOW + HOUR).await, None);
    // Others of the same number come later: so many wait that five are there.
    for (at, next) in more.iter().enumerate() {
        let until = NOW + HOUR + 1 + at as i64;
        store.keep_waiting_declaration(*next, number, b"more", until, rng).await.unwrap();
    }
    assert_eq!(found(secret, NOW).await, None, "the oldest made room");
    for kept in &more {
        assert_eq!(found(*kept, NOW).await.as_deref(), Some(&b"more"[..]));
    }
    store.keep_waiting_declaration(secret, other, b"typed", NOW + HOUR, rng).await.unwrap();
    assert!(found(more[0], NOW).await.is_some(), "another number's count by themselves");
    store.forget_waiting_declaration(secret).await.unwrap();
    assert_eq!(found(secret, NOW).await, None);
}

async fn declarations_go_when_their_time_is_over_and_with_their_citizen(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (old, kept) = (declared(&mut world, "0900000001").await, declared(&mut world, "0900000002").await);
    let (rng, store) = (&mut world.rng, &world.store);
    for new in [&old, &kept] {
        store.accept_declaration(new, rng).await.unwrap();
    }
    let SentBy::Citizen { citizen, .. } = old.declaration.by else { panic!("by a citizen") };
    store.delete_citizen(citizen, NOW).await.unwrap();
    assert_eq!(store.declaration(old.declaration.id).await.unwrap(), None);
    assert_eq!(store.declaration_files(old.declaration.id).await.unwrap(), []);
    assert_eq!(store.consents_of_declaration(old.declaration.id).await.unwrap(), []);
    let retention = Retention { declarations_s: DAY_S, ..Retention::default() };
    assert_eq!(store.purge(NOW + DAY_S, &retention).await.unwrap().declarations, 0);
    assert_eq!(store.purge(NOW + DAY_S + 6, &retention).await.unwrap().declarations, 1);
    let evidence = store.consents_of_declaration(kept.declaration.id).await.unwrap();
    assert_eq!(evidence, kept.consents, "what was agreed to outlives it");
}

async fn a_paper_form_is_an_officers(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut new = declared(&mut world, "0900000001").await;
    new.declaration.by = SentBy::Officer(world.officer);
    new.declaration.late = true;
    new.profile = None;
    new.consents[0].citizen = None;
    new.consents[0].profile = None;
    new.consents[0].channel = Channel::Paper;
    let (rng, store) = (&mut world.rng, &world.store);
    assert_eq!(store.accept_declaration(&new, rng).await.unwrap(), Accepted::New);
    assert_eq!(store.declaration(new.declaration.id).await.unwrap(), Some(new.declaration.clone()));
    assert_eq!(store.consents_of_declaration(new.declaration.id).await.unwrap(), new.consents);
}

contract![
    a_declaration_is_stored_with_all_that_came_with_it,
    a_consent_is_taken_back_by_who_gave_it,
    a_daily_form_is_taken_once_a_day,
    many_at_once_are_each_stored_once,
    what_has_no_confirmed_number_waits_and_is_forgotten,
    declarations_go_when_their_time_is_over_and_with_their_citizen,
    a_paper_form_is_an_officers,
];
