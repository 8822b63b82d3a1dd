//! The whole way of a warning of a place: two phones and somebody with a browser were there, two officers agree, and who is
//! told learns it from a file that everybody downloads or from their inbox.

use crate::scene::{Authority, HOUR_S, MORNING, Person, UNIT};
use bluezone_app::client::Client;
use bluezone_codes::pass::CardId;
use bluezone_codes::place::{Link, PlaceCode, Poster};
use bluezone_codes::visit::{MARGIN_S, Stay};
use bluezone_device::NewVisit;
use bluezone_domain::case::no_place;
use bluezone_domain::citizen::{Citizen, Profile, ProfilePerson};
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::id::{CitizenId, OfficerId, PlaceWarningId, ProfileId, VisitId};
use bluezone_domain::message::Message;
use bluezone_domain::officer::{Officer, Role};
use bluezone_domain::place::{Place, PlaceDetails, PlaceKind};
use bluezone_domain::place_warning::{Decision, Ground, PlaceWarning, State, Window};
use bluezone_domain::visit::{Entry, Glimpse, Suspicions, Visit, VisitDetails, Visitor};
use bluezone_protocol::place_warning::{PlaceFile, SealedWarning, file_name};
use bluezone_protocol::time::{Clock as _, Timestamp};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use rand::SeedableRng;
use rand::rngs::StdRng;

const MINUTE_S: i64 = 60;

async fn market(authority: &Authority) -> Place {
    let place = Place {
        code: PlaceCode::generate(&mut authority.state.rng()),
        owner: None,
        kind: PlaceKind::Market,
        details: PlaceDetails { name: "Chợ Thái".to_owned(), ..PlaceDetails::default() },
        area: no_place(),
        capacity: None,
        dwell_minutes: 30,
        edition: 1,
        created_at: authority.clock.now(),
        closed_at: None,
    };
    authority.state.store.create_place(&place, &mut *authority.state.rng()).await.unwrap();
    place
}

/// What the QR code at the door says.
fn poster(authority: &Authority, place: &Place) -> Link {
    let poster = Poster::new(&authority.state.secrets.code_keys(), place.code, place.edition);
    Link { code: place.code, poster: Some(poster) }
}

/// Scans the code at the door at that time and leaves some minutes later.
fn visits(person: &Person, link: &Link, at: Timestamp, minutes: i64) {
    let key = link.warning_key().unwrap();
    let place =
        NewVisit { code: link.code, key, name: "market".to_owned(), vehicle: false, dwell_s: 2 * HOUR_S };
    person.phone.with(|mind, _, _| {
        mind.check_in(place, at).unwrap();
        mind.check_out(at + minutes * MINUTE_S).unwrap();
    });
}

/// Somebody who checks in with a browser.
async fn web_visitor(authority: &Authority, place: &Place, from: Timestamp) -> Citizen {
    let (store, rng) = (&authority.state.store, &mut *authority.state.rng());
    let id = CitizenId::generate(rng);
    let citizen = store.confirm_citizen(id, &"0912345678".parse().unwrap(), from, rng).await.unwrap();
    let profile = Profile {
        id: ProfileId::generate(rng),
        citizen: citizen.id,
        person: ProfilePerson::default(),
        card: CardId([7; 16]),
        created_at: from,
        updated_at: from,
    };
    store.put_profile(&profile, rng).await.unwrap();
    let visit = Visit {
        id: VisitId::generate(rng),
        place: place.code,
        stay: Stay::begin(from, place.dwell_s()),
        entry: Entry::Poster,
        suspicions: Suspicions::NONE,
        details: VisitDetails {
            visitor: Visitor::Profile(profile.id),
            glimpse: Glimpse::default(),
            trip: String::new(),
            seat: String::new(),
            controller: None,
        },
        recorded_at: from,
    };
    store.check_in(&visit, place, rng).await.unwrap();
    citizen
}

/// One officer proposes it, another approves it.
async fn two_officers_warn(authority: &Authority, window: Window) {
    let (store, rng) = (&authority.state.store, &mut *authority.state.rng());
    let now = authority.clock.now();
    let second = Officer {
        id: OfficerId::generate(rng),
        username: "binh".to_owned(),
        role: Role::ProvincialCdc,
        unit: UNIT.to_owned(),
        territory: "01".parse().unwrap(),
        password_hash: "none".to_owned(),
        totp_secret_sealed: Vec::new(),
        created_at: now,
        disabled_at: None,
        locked_until: None,
    };
    store.create_officer(&second).await.unwrap();
    let warning = PlaceWarning {
        id: PlaceWarningId::generate(rng),
        window,
        vehicle: false,
        ground: Ground {
            case: authority.case,
            disease: "covid-19".to_owned(),
            reason: "market".to_owned(),
            reach: None,
        },
        basis: LegalBasis::Duty,
        state: State::Proposed,
        unit: UNIT.to_owned(),
        proposed_by: authority.officer,
        proposed_at: now,
        decided_by: None,
        decided_at: None,
    };
    store.propose_place_warning(&warning, rng).await.unwrap();
    let alone =
        store.decide_place_warning(warning.id, authority.officer, UNIT, Decision::Approve, now, rng).await;
    assert!(alone.is_err(), "nobody approves what they proposed");
    store.decide_place_warning(warning.id, second.id, UNIT, Decision::Approve, now, rng).await.unwrap();
}

fn warned(person: &Person) -> usize {
    person.phone.with(|mind, _, _| mind.place_exposures().unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_there_within_an_hour_is_told_and_nobody_else() {
    let authority = Authority::open().await;
    let place = market(&authority).await;
    let link = poster(&authority, &place);
    let [mut near, mut far] = [Person::new(&authority, 1).await, Person::new(&authority, 2).await];
    let (came, left) = (MORNING - 5 * HOUR_S, MORNING - 4 * HOUR_S);
    visits(&near, &link, left + 59 * MINUTE_S, 20);
    visits(&far, &link, left + 61 * MINUTE_S, 20);
    let web = web_visitor(&authority, &place, came + 10 * MINUTE_S).await;

    two_officers_warn(&authority, Window { place: place.code, from: came, to: left, margin_s: MARGIN_S })
        .await;
    let inbox = authority.state.store.messages_of(web.id, 10).await.unwrap();
    assert!(
        matches!(inbox[..], [ref one] if matches!(one.message, Message::PlaceWarning { .. })),
        "{inbox:?}"
    );

    authority.pass(6).await;
    for person in [&mut near, &mut far] {
        let round = person.looks().await;
        assert!(round.place_files > 0 && round.refused.is_empty(), "{round:?}");
    }
    assert_eq!((warned(&near), warned(&far)), (1, 0));

    // Typed digits give the same key as the poster.
    let (client, code) = (Client::new(&authority.url).unwrap(), place.code);
    let answer = tokio::task::spawn_blocking(move || client.place(code)).await.unwrap().unwrap().unwrap();
    assert_eq!(answer.place_key(), link.warning_key());
    assert_eq!((answer.name.as_str(), answer.dwell_s), ("Chợ Thái", 30 * MINUTE_S));

    an_attacker_warns_nobody(&authority, &link, &mut far).await;
}

/// Somebody who can write into the published folder, but has no key of the authority's.
async fn an_attacker_warns_nobody(authority: &Authority, link: &Link, person: &mut Person) {
    use bluezone_protocol::export::{SignatureInfo, SigningKey};
    use bluezone_protocol::place_warning as format;
    let rng = &mut StdRng::seed_from_u64(66);
    let now = authority.clock.now();
    let warning = format::PlaceWarning {
        from: MORNING - 4 * HOUR_S,
        until: MORNING,
        margin_s: HOUR_S,
        kind: format::WarnedKind::Place,
        disease: format::DiseaseTag::of("covid-19"),
        dwell_s: 0,
    };
    let entries = vec![SealedWarning::seal(&link.warning_key().unwrap(), warning, rng)];
    let file = PlaceFile { start: now - 60, end: now - 30, entries };
    let bytes = file.write(&[SigningKey::generate(SignatureInfo::new("452", "v1"), rng)]).unwrap();
    let name = file_name(&file, &bytes);
    let objects = &authority.state.objects;
    let path = |name: &str| Path::from(format!("exports/places/{name}"));
    objects.put(&path(&name), bytes.into()).await.unwrap();
    objects.put(&path("index.txt"), name.clone().into_bytes().into()).await.unwrap();
    authority.state.hot.forget(&path("index.txt"));
    let round = person.looks().await;
    assert_eq!((round.place_files, round.refused.len()), (0, 1), "{round:?}");
    assert!(round.refused[0].contains(&name) && round.refused[0].contains("452"), "{round:?}");
    assert_eq!(warned(person), 0);
}
