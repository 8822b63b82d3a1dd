//! Publishing as a contact (F1) and naming others, over HTTP.

use crate::harness::*;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bluezone_domain::area::Area;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{Code, CodeKind, ContactFacts};
use bluezone_domain::contact::*;
use bluezone_domain::id::{ContactId, OfficerId, PersonId};
use bluezone_domain::person::{Identity, Person};
use bluezone_domain::publication::Stream;
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::time::DAY_S;
use bluezone_server::secrets::Hashed;
use bluezone_server::{AppState, jobs};
use bluezone_store::NewListingLink;

async fn f1(server: &TestServer) -> Contact {
    create_contact(&server.state, server.officer).await
}

/// A contact of a new case.
pub async fn create_contact(state: &AppState, officer: OfficerId) -> Contact {
    let case = create_case(state, officer, CaseStatus::Confirmed).await;
    let area = Area { province: "19".parse().unwrap(), commune: "05710".parse().ok() };
    let person = Person {
        id: PersonId::generate(&mut state.rng()),
        identity: Identity::default(),
        area,
        assigned: None,
        merged_into: None,
        version: 1,
        created_by: officer,
        created_at: state.now(),
        updated_at: state.now(),
    };
    state.store.create_person(&person, &mut state.rng()).await.unwrap();
    let contact = Contact {
        id: ContactId::generate(&mut state.rng()),
        person: person.id,
        case,
        number: 0,
        origin: Origin::Case(case),
        source: Source::Interview,
        relation: Relation::Friend,
        legal_basis: LegalBasis::Consent,
        closeness: Closeness::Direct,
        concluded: true,
        rule_version: 1,
        class: Class::F11,
        became: None,
        status: Status::Waiting,
        last_exposure: state.now() - 6 * DAY_S,
        asked_at: None,
        due_at: None,
        area,
        assigned: None,
        version: 1,
        created_by: officer,
        created_at: state.now(),
        updated_at: state.now(),
    };
    state.store.create_contact(&contact).await.unwrap();
    contact
}

/// A code of a contact who may publish from three days ago on.
async fn code(server: &TestServer) -> String {
    let contact = f1(server).await;
    let publish_from = server.now().day_start() - 3 * DAY_S;
    let contact_of = Some((contact.id, ContactFacts { publish_from }));
    issue_code(&server.state, server.officer, contact.case, contact_of, CodeKind::Link, server.now() + DAY_S)
        .await
}

async fn verify(server: &TestServer, code: &str, accept: Vec<TestType>) -> Answer {
    let request = VerifyRequest { code: code.to_owned(), accept, ..VerifyRequest::default() };
    server.post("/api/verify", to_json(&request)).await
}

async fn main_path(engine: Engine) {
    let server = TestServer::with(engine, config()).await;
    server.clock.advance(60);
    let phone = Phone::new(server.now(), &mut server.rng());
    let code = code(&server).await;
    for accept in [vec![], vec![TestType::Negative]] {
        let refused = verify(&server, &code, accept).await;
        assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED, "a phone of another maker");
        assert_eq!(refused.body.len(), VERIFY_RESPONSE_BYTES);
    }
    let answer = verify(&server, &code, vec![TestType::Negative, TestType::Contact]).await;
    assert_eq!(answer.body.len(), VERIFY_RESPONSE_BYTES);
    let verified = answer.ok::<VerifyResponse>();
    assert_eq!((verified.test_type, verified.publish_from.as_str()), (TestType::Contact, "2023-11-12"));
    assert_eq!(verified.symptom_date, "");
    let certificate =
        server.certificate(&verified.token, &phone).await.ok::<CertificateResponse>().certificate;
    let published: PublishResponse = server.post("/v1/publish", phone.request(&certificate)).await.ok();
    assert_eq!(published.inserted_exposures, 4, "today and the three days before, whatever the phone sends");

    server.clock.advance(4 * 3600);
    jobs::run_once(&server.state).await.unwrap();
    // What a client of Exposure Notification does: read the index, fetch what it names.
    for name in server.index().await {
        let keys = server.export(&name).await;
        assert!(keys.iter().all(|(_, key)| phone.keys.iter().all(|own| own.key != key.key)));
        assert!(keys.iter().all(|(_, key)| key.report_type != ReportType::Recursive));
    }
    let index = server.get("/exports/f1/index.txt").await;
    let name = String::from_utf8(index.body).unwrap();
    assert!(!name.is_empty() && !server.index().await.contains(&name));
    assert_eq!(server.get(&format!("/exports/{name}")).await.status, StatusCode::NOT_FOUND);
    let file = server.get(&format!("/exports/f1/{name}")).await;
    let keys = read_export(file.body, &server.pins().await);
    let own: Vec<_> =
        keys.iter().filter(|(_, key)| phone.keys.iter().any(|own| own.key == key.key)).collect();
    assert_eq!(own.len(), 4);
    assert!(keys.len() > 100, "among padding: {}", keys.len());
    assert!(keys.iter().all(|(_, key)| key.report_type == ReportType::Recursive));
    assert!(keys.iter().all(|(_, key)| key.days_since_onset == Some(1)), "all of one class");
}

#[tokio::test]
async fn an_f1_publishes_apart_from_cases_on_sqlite() {
    main_path(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_f1_publishes_apart_from_cases_on_postgres() {
    main_path(Engine::Postgres).await;
}

/// Nobody who counts the keys of the second stream counts people.
#[tokio::test]
async fn files_of_nobody_and_of_one_have_as_many_keys() {
    let mut counts = Vec::new();
    for publish in [false, true] {
        let server = TestServer::new().await;
        server.clock.advance(60);
        if publish {
            let phone = Phone::new(server.now(), &mut server.rng());
            let code = code(&server).await;
            let token = verify(&server, &code, vec![TestType::Contact]).await.ok::<VerifyResponse>().token;
            let certificate =
                server.certificate(&token, &phone).await.ok::<CertificateResponse>().certificate;
            server.post("/v1/publish", phone.request(&certificate)).await.ok::<PublishResponse>();
        }
        server.clock.advance(2 * 3600);
        jobs::run_once(&server.state).await.unwrap();
        let files = server.state.store.published(Stream::Contacts).await.unwrap();
        let file = server.get(&format!("/exports/f1/{}", files[0].object_name)).await;
        counts.push(read_export(file.body, &server.pins().await).len());
    }
    assert_eq!(counts[0], counts[1]);
}

const CANARY: &str = "Lê Thị Canary";

async fn listing(server: &TestServer) -> (Contact, String) {
    let contact = f1(server).await;
    let secret = Code::generate(CodeKind::Link, &mut server.rng());
    let link = NewListingLink {
        secret_hash: server.state.secrets.hash(Hashed::Listing, secret.as_str().as_bytes()),
        contact: contact.id,
        created_by: server.officer,
        created_at: server.now(),
        expires_at: server.now() + 48 * 3600,
    };
    server.state.store.create_listing_link(&link).await.unwrap();
    (contact, secret.as_str().to_owned())
}

async fn send(server: &TestServer, fields: &[(&str, &str)]) -> Answer {
    let body = encoded(fields);
    let request = Request::builder()
        .method("POST")
        .uri("/f2?lang=en")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(body)).unwrap()).await
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

#[tokio::test]
async fn an_f1_names_others_once() {
    let server = TestServer::new().await;
    let (contact, secret) = listing(&server).await;
    let page = server.get("/f2").await;
    assert_eq!(page.status, StatusCode::OK);
    let link = format!("https://bluezone.example/f2#{secret}");
    let good = [
        ("secret", link.as_str()),
        ("name0", CANARY),
        ("phone0", "0912345678"),
        ("relation0", "friend"),
        ("day0", "2023-11-14"),
        ("place0", "chợ"),
        ("name4", "Trần Văn B"),
        ("day4", "2023-11-13"),
        ("agree", "yes"),
    ];
    // Without consent, or with something to mend: nothing is saved, and what was typed stays.
    let answer = send(&server, &good[..8]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(String::from_utf8(answer.body).unwrap().contains(CANARY));
    let mut wrong = good;
    wrong[4].1 = "2025-11-14";
    assert_eq!(send(&server, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let of_case = async || server.state.store.count_contacts(contact.case).await.unwrap();
    assert_eq!(of_case().await, 1);

    assert_eq!(send(&server, &good).await.status, StatusCode::OK);
    assert_eq!(of_case().await, 3);
    let listings = server.state.store.listings_of(contact.id).await.unwrap();
    assert!(listings[0].used_at.is_some());
    assert_eq!(send(&server, &good).await.status, StatusCode::GONE, "once");
    assert_eq!(of_case().await, 3);
}

#[tokio::test]
async fn a_link_ends_and_guessing_is_limited() {
    let server = TestServer::new().await;
    let (_, secret) = listing(&server).await;
    server.clock.advance(48 * 3600);
    let fields = [("secret", secret.as_str()), ("name0", "A"), ("day0", "2023-11-15"), ("agree", "yes")];
    assert_eq!(send(&server, &fields).await.status, StatusCode::GONE);
    let other = Code::generate(CodeKind::Link, &mut server.rng());
    let guess = [("secret", other.as_str()), fields[1], fields[2], fields[3]];
    let mut last = StatusCode::OK;
    for _ in 0..server.state.config.source_guesses_per_hour {
        last = send(&server, &guess).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
