//! Published warnings of places: what is in the files, who can read them, how long they stay; and looking a place up.

use crate::harness::*;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bluezone_codes::place::{Link, PlaceCode, Poster};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::id::{OfficerId, PlaceWarningId};
use bluezone_domain::officer::{Officer, Role};
use bluezone_domain::place::{Place, PlaceDetails, PlaceKind};
use bluezone_domain::place_warning::{Decision, Ground, PlaceWarning, State, Window};
use bluezone_protocol::api::PlaceAnswer;
use bluezone_protocol::place_warning::{DiseaseTag, PlaceFile, PlaceKey, WarnedKind, is_file_name};
use bluezone_protocol::time::DAY_S;
use bluezone_server::{Config, jobs};
use object_store::ObjectStoreExt;
use object_store::path::Path;

const HOUR_S: i64 = 3600;
/// Of the files.
const PERIOD_S: i64 = 7200;

struct Scene {
    server: TestServer,
    second: OfficerId,
    place: Place,
}

impl Scene {
    async fn new(engine: Engine) -> Scene {
        let server = TestServer::with(engine, Config { export_period_s: PERIOD_S, ..config() }).await;
        let second = Officer {
            id: OfficerId::generate(&mut server.rng()),
            username: "binh".to_owned(),
            role: Role::ProvincialCdc,
            unit: "unit".to_owned(),
            territory: "19".parse().unwrap(),
            password_hash: "none".to_owned(),
            totp_secret_sealed: Vec::new(),
            created_at: server.now(),
            disabled_at: None,
            locked_until: None,
        };
        server.state.store.create_officer(&second).await.unwrap();
        let place = Place {
            code: PlaceCode::generate(&mut server.rng()),
            owner: None,
            kind: PlaceKind::Bus,
            details: PlaceDetails { name: "Tuyến 01".to_owned(), ..PlaceDetails::default() },
            area: bluezone_domain::case::no_place(),
            capacity: None,
            dwell_minutes: 360,
            edition: 1,
            created_at: server.now(),
            closed_at: None,
        };
        server.state.store.create_place(&place, &mut *server.rng()).await.unwrap();
        Scene { server, second: second.id, place }
    }

    /// Two officers warn of an hour that ended an hour ago.
    async fn warned(&self) -> Window {
        let now = self.server.now();
        let window =
            Window { place: self.place.code, from: now - 2 * HOUR_S, to: now - HOUR_S, margin_s: HOUR_S };
        let warning = PlaceWarning {
            id: PlaceWarningId::generate(&mut self.server.rng()),
            window,
            vehicle: true,
            ground: Ground {
                case: self.server.case(CaseStatus::Confirmed).await,
                disease: "covid-19".to_owned(),
                reason: "canary bus".to_owned(),
                reach: None,
            },
            basis: LegalBasis::Duty,
            state: State::Proposed,
            unit: "unit".to_owned(),
            proposed_by: self.server.officer,
            proposed_at: now,
            decided_by: None,
            decided_at: None,
        };
        let (store, rng) = (&self.server.state.store, &mut *self.server.rng());
        store.propose_place_warning(&warning, rng).await.unwrap();
        store
            .decide_place_warning(warning.id, self.second, "unit", Decision::Approve, now, rng)
            .await
            .unwrap();
        window
    }

    /// What the phone has of who scanned the poster.
    fn key(&self, edition: u16) -> PlaceKey {
        let poster = Poster::new(&self.server.state.secrets.code_keys(), self.place.code, edition);
        Link { code: self.place.code, poster: Some(poster) }.warning_key().unwrap()
    }

    async fn run(&self) -> Option<String> {
        jobs::run_once(&self.server.state).await.unwrap().published_places
    }

    async fn index(&self) -> Vec<String> {
        let answer = self.server.get("/exports/places/index.txt").await;
        assert_eq!(answer.status, StatusCode::OK);
        String::from_utf8(answer.body).unwrap().lines().map(str::to_owned).collect()
    }

    async fn bytes(&self, name: &str) -> Vec<u8> {
        let answer = self.server.get(&format!("/exports/places/{name}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
        answer.body
    }

    async fn file(&self, name: &str) -> PlaceFile {
        PlaceFile::read(&self.bytes(name).await, &self.server.pins().await).unwrap()
    }
}

async fn main_path(engine: Engine) {
    let scene = Scene::new(engine).await;
    scene.server.clock.advance(60);
    assert_eq!(scene.run().await, scene.index().await.last().cloned(), "the time before is told at once");
    let window = scene.warned().await;
    scene.server.clock.advance(PERIOD_S);
    let early = scene.run().await.unwrap();
    assert_eq!(scene.file(&early).await.opened_by(&scene.key(1)).count(), 0, "approved after its end");
    scene.server.clock.advance(59);
    assert_eq!(scene.run().await, None, "an approval may be seen two minutes after the time that it bears");
    scene.server.clock.advance(1);
    let name = scene.run().await.expect("a period is over");
    assert_eq!(scene.run().await, None, "nothing more until the next period");
    assert_eq!(scene.index().await.len(), 3);
    let file = scene.file(&name).await;
    assert_eq!(file.entries.len(), 64);
    let found: Vec<_> = file.opened_by(&scene.key(1)).collect();
    assert_eq!(found.len(), 1);
    let warning = found[0];
    assert_eq!((warning.from, warning.until, warning.margin_s), (window.from, window.to, window.margin_s));
    assert_eq!((warning.kind, warning.disease), (WarnedKind::Vehicle, DiseaseTag::of("covid-19")));
    assert_eq!(warning.dwell_s, scene.place.dwell_s(), "phones that never asked learn how long people stay");
    assert_eq!(file.opened_by(&scene.key(2)).count(), 0, "no such poster");
    // A period without a warning looks the same from outside.
    scene.server.clock.advance(PERIOD_S);
    let quiet = scene.run().await.unwrap();
    assert_eq!(scene.file(&quiet).await.entries.len(), 64);
    assert_eq!(scene.file(&quiet).await.opened_by(&scene.key(1)).count(), 0);
}

#[tokio::test]
async fn an_approved_warning_is_published_for_who_has_the_poster_on_sqlite() {
    main_path(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_approved_warning_is_published_for_who_has_the_poster_on_postgres() {
    main_path(Engine::Postgres).await;
}

#[tokio::test]
async fn who_scanned_the_poster_before_is_warned_as_well() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.server.state.store.renew_poster(scene.place.code).await.unwrap();
    scene.warned().await;
    scene.server.clock.advance(PERIOD_S + 120);
    let name = scene.run().await.unwrap();
    let file = scene.file(&name).await;
    assert_eq!([1, 2].map(|edition| file.opened_by(&scene.key(edition)).count()), [1, 1]);
}

#[tokio::test]
async fn a_run_after_a_crash_writes_the_same_bytes_and_the_index_last() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.server.clock.advance(180);
    scene.run().await.unwrap();
    let before = scene.index().await;
    scene.warned().await;
    scene.server.clock.advance(PERIOD_S);
    let name = scene.run().await.unwrap();
    let bytes = scene.bytes(&name).await;
    // As if the server had stopped between the file and the index.
    let objects = &scene.server.state.objects;
    let index = Path::from("exports/places/index.txt");
    objects.put(&index, before.join("\n").into_bytes().into()).await.unwrap();
    assert_eq!(scene.run().await.as_ref(), Some(&name));
    assert_eq!(scene.bytes(&name).await, bytes);
    assert_eq!(scene.index().await.last(), Some(&name));
    // And as if before the file.
    objects.put(&index, before.join("\n").into_bytes().into()).await.unwrap();
    objects.delete(&Path::from(format!("exports/places/{name}"))).await.unwrap();
    assert_eq!(scene.run().await.as_ref(), Some(&name));
    assert_eq!(scene.bytes(&name).await, bytes);
}

#[tokio::test]
async fn files_leave_the_index_and_are_deleted_a_day_later() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.server.clock.advance(180);
    let first = scene.run().await.unwrap();
    let days = scene.server.state.config.retention_days;
    scene.server.clock.advance(days * DAY_S + PERIOD_S);
    scene.run().await.unwrap();
    assert!(!scene.index().await.contains(&first));
    assert_eq!(scene.server.get(&format!("/exports/places/{first}")).await.status, StatusCode::OK);
    scene.server.clock.advance(DAY_S);
    scene.run().await.unwrap();
    let gone = scene.server.get(&format!("/exports/places/{first}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(scene.index().await.iter().all(|name| is_file_name(name)));
    for other in ["index", "..%2Findex.txt", "1-2-3.bin", "1.zip"] {
        let answer = scene.server.get(&format!("/exports/places/{other}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{other}");
    }
}

async fn look_up(scene: &Scene, code: &str, peer: &str) -> Answer {
    let request = Request::get(format!("/api/places/{code}")).extension(axum::extract::ConnectInfo(
        format!("{peer}:4711").parse::<std::net::SocketAddr>().unwrap(),
    ));
    scene.server.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_place_is_found_by_its_digits_and_guessing_ends_soon() {
    let scene = Scene::new(Engine::Sqlite).await;
    let code = scene.place.code.to_string();
    let found: PlaceAnswer = look_up(&scene, &code, "192.0.2.1").await.ok();
    assert_eq!((found.name.as_str(), found.vehicle, found.dwell_s), ("Tuyến 01", true, 6 * HOUR_S));
    assert_eq!(found.place_key(), Some(scene.key(1)), "the key, and not the poster's tag");
    assert_eq!(look_up(&scene, "123", "192.0.2.1").await.status, StatusCode::NOT_FOUND);

    let limit = scene.server.state.config.source_guesses_per_hour;
    for _ in 0..limit {
        let other = PlaceCode::generate(&mut scene.server.rng()).to_string();
        assert_eq!(look_up(&scene, &other, "192.0.2.1").await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(look_up(&scene, &code, "192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(look_up(&scene, &code, "192.0.2.2").await.status, StatusCode::OK, "another network");
    scene.server.clock.advance(2 * HOUR_S);
    assert_eq!(look_up(&scene, &code, "192.0.2.1").await.status, StatusCode::OK);
    scene.server.state.store.close_place(scene.place.code, Some(scene.server.now())).await.unwrap();
    assert_eq!(look_up(&scene, &code, "192.0.2.1").await.status, StatusCode::NOT_FOUND, "closed");
}
