//! Places on the phone's pages: checking in, the diary, the warning; and what the server is asked.

use super::reader::Reader;
use super::support::server::Server;
use super::support::{HOUR_S, MORNING, Neighbour, config, export, signing_key};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bluezone_app::client::Client;
use bluezone_app::phone::{About, Phone};
use bluezone_app::prefs::Prefs;
use bluezone_app::shelf::Shelf;
use bluezone_app::sync::Poller;
use bluezone_codes::KeyRing;
use bluezone_codes::place::{Link, PlaceCode, Poster};
use bluezone_device::MemoryStorage;
use bluezone_protocol::api::{PlaceAnswer, to_json};
use bluezone_protocol::export::SigningKey;
use bluezone_protocol::place_warning::{
    DiseaseTag, PlaceFile, PlaceKey, PlaceWarning, SealedWarning, WarnedKind, file_name,
};
use bluezone_protocol::time::{ManualClock, Timestamp};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::io::Cursor;
use std::sync::Arc;

const MINUTE_S: i64 = 60;
const CODE: &str = "100085724";

struct Stage {
    server: Server,
    reader: Reader,
    clock: Arc<ManualClock>,
    poller: Poller,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Stage {
        let (server, clock) = (Server::start(), Arc::new(ManualClock::new(MORNING)));
        for path in ["/exports/index.txt", "/exports/f1/index.txt", "/exports/places/index.txt"] {
            server.answers(path, 200, "");
        }
        let about = About {
            server: server.url.clone(),
            station_phone: Some("024 3825 3535".to_owned()),
            ..About::default()
        };
        let rng = Box::new(ChaCha8Rng::seed_from_u64(1));
        let shelf = Shelf::new(MemoryStorage::new());
        let phone = Phone::new(config(), shelf, Prefs::default(), about, clock.clone(), rng).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let poller = Poller::new(Client::new(&server.url).unwrap(), folder.path());
        Stage { server, reader: Reader::new(phone).await, clock, poller, _folder: folder }
    }

    fn link(&self, edition: u16) -> Link {
        let (ring, code) = (KeyRing::new((1, [1; 32]), []), CODE.parse::<PlaceCode>().unwrap());
        Link { code, poster: Some(Poster::new(&ring, code, edition)) }
    }

    /// Puts a file of one warning on the server.
    fn publish(&self, key: &PlaceKey, from: Timestamp, kind: WarnedKind, signer: &SigningKey) -> String {
        let rng = &mut ChaCha8Rng::seed_from_u64(3);
        let (until, disease) = (from + HOUR_S, DiseaseTag::of("covid-19"));
        let warning = PlaceWarning { from, until, margin_s: HOUR_S, kind, disease, dwell_s: 0 };
        let mut entries = vec![SealedWarning::seal(key, warning, rng)];
        entries.resize_with(64, || SealedWarning::padding(rng));
        let end = self.clock_now();
        let file = PlaceFile { start: end - 2 * HOUR_S, end, entries };
        let bytes = file.write(std::slice::from_ref(signer)).unwrap();
        let name = file_name(&file, &bytes);
        self.server.answers("/exports/places/index.txt", 200, name.clone());
        self.server.answers(&format!("/exports/places/{name}"), 200, bytes);
        name
    }

    fn clock_now(&self) -> Timestamp {
        self.reader.phone.now()
    }

    async fn check_in(&self, form: &str) -> StatusCode {
        self.reader.post("/places/check-in", form).await.status
    }

    async fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.reader.page("/status.json").await).unwrap()
    }
}

/// A text as a form sends it.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn scanning_a_poster_tells_nobody() {
    let stage = Stage::new().await;
    let link = stage.link(3).write(&stage.server.url);
    let form = format!("code={}&name={}", encoded(&link), encoded("Chợ Thái"));
    assert_eq!(stage.check_in(&form).await, StatusCode::SEE_OTHER);
    assert_eq!(stage.server.paths(), [""; 0], "the poster says all that is needed");
    let home = stage.reader.page("/").await;
    assert!(home.contains("You are at Chợ Thái") && home.contains("I have left"), "{home}");
    assert_eq!(stage.status().await["checked_in"], true);
    stage.clock.advance(20 * MINUTE_S);
    assert_eq!(stage.reader.post("/places/check-out", "").await.leads_to(), "/places");
    let diary = stage.reader.page("/places").await;
    assert!(diary.contains("Chợ Thái") && diary.contains("10:00 – 10:20"), "{diary}");
    assert_eq!(stage.status().await["checked_in"], false);
}

#[tokio::test]
async fn typed_digits_are_asked_for_and_mistakes_say_what_to_do() {
    let stage = Stage::new().await;
    let page = stage.reader.page("/places/new").await;
    assert!(page.contains("has to ask the server once") && page.contains("nobody"), "{page}");
    for (typed, words) in [
        ("", "nine digits are needed"),
        ("12345", "nine digits are needed"),
        ("100 085 723", "One of the digits is wrong"),
        ("https://other.example/p/100085724?k=1-ABCDEFGH", "not of a place on your server"),
        (CODE, "No place has this code"),
    ] {
        let answer = stage.reader.post("/places/check-in", &format!("code={}", encoded(typed))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.text.contains(words), "{typed}: {}", answer.text);
    }
    let path = format!("/api/places/{CODE}");
    stage.server.answers(&path, 429, "");
    let answer = stage.reader.post("/places/check-in", &format!("code={CODE}")).await;
    assert!(answer.text.contains("asked too often"));
    stage.server.answers(&path, 200, r#"{"name":"x","vehicle":false,"dwellS":60,"key":"AAAA"}"#);
    assert!(
        stage
            .reader
            .post("/places/check-in", &format!("code={CODE}"))
            .await
            .text
            .contains("could not be asked")
    );

    let place = PlaceAnswer::new("Bến xe".to_owned(), true, HOUR_S, &stage.link(1).warning_key().unwrap());
    stage.server.answers(&path, 200, to_json(&place));
    assert_eq!(stage.check_in("code=100+085+724").await, StatusCode::SEE_OTHER);
    assert!(stage.server.paths().contains(&path));
    let open = stage.reader.phone.with(|mind, now, _| mind.open_visit(now).unwrap().unwrap());
    assert_eq!((open.name.as_str(), open.vehicle, open.stay.to - open.stay.from), ("Bến xe", true, HOUR_S));
    assert!(format!("{place:?}").contains(".."), "an answer is not shown in logs");
}

#[tokio::test]
async fn a_scanned_place_is_asked_for_only_if_the_owner_ticks_it() {
    let stage = Stage::new().await;
    let link = encoded(&stage.link(1).write(&stage.server.url));
    // Nobody answers: the poster is enough.
    assert_eq!(stage.check_in(&format!("code={link}&ask=yes")).await, StatusCode::SEE_OTHER);
    assert_eq!(stage.server.paths(), [format!("/api/places/{CODE}")]);
    assert!(stage.reader.page("/places").await.contains("the place with code 100 085 724"));
}

#[tokio::test]
async fn a_warning_of_a_place_is_found_on_the_phone_and_said_once() {
    let mut stage = Stage::new().await;
    // Before any signed file says what time it is: nothing is written down of a time that is over.
    let mut near = Neighbour::new(2);
    near.beside(&stage.reader.phone, MORNING - 26 * HOUR_S, 30, -60);
    let link = stage.link(1);
    let form = format!("code={}&name=Quán+cơm", encoded(&link.write(&stage.server.url)));
    stage.check_in(&form).await;
    let came = stage.clock_now();
    stage.clock.advance(4 * HOUR_S);
    let key = link.warning_key().unwrap();
    let impostor = super::support::signing_key_of("v1", 8);
    stage.publish(&key, came, WarnedKind::Place, &impostor);
    let phone = stage.reader.phone.clone();
    let round = stage.poller.round(&phone).await.unwrap();
    assert_eq!((round.place_files, round.refused.len()), (0, 1), "{round:?}");
    assert_eq!(stage.status().await["place_warnings"], 0);
    let home = stage.reader.page("/").await;
    assert!(home.contains("A file was not trusted") && !home.contains("at the same place as someone"));

    stage.clock.advance(HOUR_S);
    let name = stage.publish(&key, came, WarnedKind::Place, &signing_key("v1"));
    let round = stage.poller.round(&phone).await.unwrap();
    assert_eq!((round.place_files, round.place_matches, round.refused.len()), (1, 1, 0), "{round:?}");
    let home = stage.reader.page("/").await;
    assert!(home.contains("You may have been at the same place as someone with COVID"), "{home}");
    let warning = stage.reader.page("/warning").await;
    for words in ["Quán cơm", "Who that person is. Nobody is told.", "Stay at home", "024 3825 3535"] {
        assert!(warning.contains(words), "{words}: {warning}");
    }
    assert!(stage.reader.page("/places").await.contains("badge bad"));

    // Somebody ill was near as well: one alarm, with the place in it.
    let file = export(&near.diagnosed(), &signing_key("v1"));
    phone.with(|mind, now, _| mind.check_export("a.zip", Cursor::new(file), now).unwrap());
    let home = stage.reader.page("/").await;
    assert!(home.contains("You may have been close to someone with COVID"), "{home}");
    assert!(home.contains("You were also at the same place as a case: Quán cơm."));
    assert!(!home.contains("You may have been at the same place"));
    assert!(stage.reader.page("/warning").await.contains("Quán cơm"));

    // The server saw the index and files that everybody fetches, nothing else.
    let places: Vec<_> = stage.server.paths().into_iter().filter(|path| path.contains("places")).collect();
    assert!(places.iter().all(|path| path.ends_with("/index.txt") || path.ends_with(".bin")), "{places:?}");
    assert!(places.contains(&format!("/exports/places/{name}")));

    let began = format!("began={}", came.0);
    assert_eq!(stage.reader.post("/places/delete", &began).await.leads_to(), "/places");
    assert!(!stage.reader.page("/").await.contains("at the same place as a case"));
}

#[tokio::test]
async fn a_vehicle_and_a_disease_without_words_are_said_so() {
    let mut stage = Stage::new().await;
    let link = stage.link(1);
    stage.check_in(&format!("code={}", encoded(&link.write(&stage.server.url)))).await;
    stage.clock.advance(4 * HOUR_S);
    stage.publish(&link.warning_key().unwrap(), MORNING, WarnedKind::Vehicle, &signing_key("v1"));
    stage.poller.round(&stage.reader.phone.clone()).await.unwrap();
    stage.reader.lang = "vi";
    let page = stage.reader.page("/warning").await;
    assert!(page.contains("Bạn có thể đã đi cùng xe với một người mắc COVID"), "{page}");
    assert_eq!(stage.reader.post("/places/delete", "all=yes").await.leads_to(), "/places");
    assert!(stage.reader.page("/places").await.contains("Chưa có nơi nào"));
}

#[tokio::test]
async fn a_server_without_places_is_no_fault() {
    let mut stage = Stage::new().await;
    stage.server.answers("/exports/places/index.txt", 404, "");
    let round = stage.poller.round(&stage.reader.phone.clone()).await.unwrap();
    assert_eq!((round.refused.len(), round.missing.len()), (0, 0));
    assert!(stage.status().await["last_check"].is_number());
}

/// A camera's frame with a code in it, as the page sends it.
fn frame(text: &str, csrf: &str) -> Request<Body> {
    const SCALE: usize = 5;
    let code = fast_qr::qr::QRBuilder::new(text).build().unwrap();
    let side = (code.size + 8) * SCALE;
    let dark = |at: usize| (at / SCALE).checked_sub(4).filter(|module| *module < code.size);
    let luma = (0..side * side).map(|at| match (dark(at / side), dark(at % side)) {
        (Some(row), Some(column)) if code[row][column].value() => 20,
        _ => 230,
    });
    let mut body = Vec::new();
    for (name, value) in [("csrf", csrf.as_bytes()), ("width", side.to_string().as_bytes())] {
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
        body.extend(value);
        body.extend(b"\r\n");
    }
    body.extend(b"--x\r\ncontent-disposition: form-data; name=\"frame\"; filename=\"blob\"\r\n\r\n");
    body.extend(luma);
    body.extend(b"\r\n--x--\r\n");
    let request =
        Request::post("/places/frame").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn a_frame_of_the_camera_is_read_on_the_phone_and_only_for_its_owner() {
    let stage = Stage::new().await;
    let link = stage.link(2).write(&stage.server.url);
    let send = async |csrf: &str, cookie: &str| {
        let mut request = frame(&link, csrf);
        for (name, value) in [(header::HOST, super::reader::HOST), (header::COOKIE, cookie)] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        stage.reader.send(request).await
    };
    let csrf = stage.reader.guard.csrf();
    let read = send(csrf, &stage.reader.cookie).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&read.text).unwrap()["text"], link);
    for (csrf, cookie) in [("", stage.reader.cookie.as_str()), ("00", &stage.reader.cookie), (csrf, "")] {
        assert_eq!(send(csrf, cookie).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(stage.server.paths(), [""; 0]);
    let page = stage.reader.page("/places/new").await;
    assert!(page.contains("data-scan=\"/places/frame\"") && page.contains("data-scanned-into=\"code\""));
}
