//! Whatever is typed into whichever form of the console, or stands in whichever address: it is refused or taken, and never an
//! error of ours. On both databases: what one keeps, the other may refuse.

use super::browser::Browser;
use super::contacts;
use super::town::{Town, UNIT, register};
use crate::promise::passkey::founders;
use crate::promise::phone::Phone;
use crate::promise::release::write_request;
use crate::promise::world::World;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bluezone_domain::officer::Role;
use bluezone_server::console::all_routes;
use bluezone_store::testing;

/// What people, browsers and attackers put where something else is expected.
fn nonsense() -> Vec<String> {
    let long = "ẩ".repeat(3000);
    let plain = [
        "",
        " ",
        "-1",
        "0",
        "99999999999999999999",
        "1e400",
        "2026-13-45",
        "9999-12-31",
        "-0001-01-01",
        "9999-12-31T23:59",
        "0912345678",
        "19/05443",
        "nation",
        "٣",
        "a\0b",
        "\u{202e}x\u{200b}",
        "\r\n",
        "' OR 1=1 --",
        "%",
        "_%\\",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "00",
        "ffffffffffffffffffffffffffffffff",
        "00000000000000000000000000000000000000000000000000000000000000ff",
        "{\"rawId\":\"AA\",\"response\":{}}",
    ];
    plain.into_iter().map(str::to_owned).chain([long]).collect()
}

/// Forms that end what this test needs, or that hash a password each time.
fn is_left_out(action: &str) -> bool {
    ["/sign-out", "/sign-in", "/end-others", "/console/account"].iter().any(|end| action.ends_with(end))
}

/// Fills every form of these pages, field by field, with everything; then asks for the pages with it behind the address.
async fn try_all(browser: &mut Browser, pages: &[String]) -> usize {
    let (mut tried, nonsense) = (0, nonsense());
    for path in pages {
        let page = browser.get(path).await;
        assert!(!page.status.is_server_error(), "GET {path}: {}", page.status);
        for action in page.actions().into_iter().filter(|action| !is_left_out(action)) {
            let Some(form) = page.forms(&action).into_iter().next() else { continue };
            let fields: Vec<_> =
                form.iter().map(|(name, _)| name.clone()).filter(|name| name != "csrf").collect();
            for value in &nonsense {
                let all: Vec<_> = fields.iter().map(|name| (name.as_str(), value.as_str())).collect();
                let single = fields.iter().map(|name| vec![(name.as_str(), value.as_str())]);
                for typed in single.chain([all]) {
                    let seen = browser.submit_form(form.clone(), &action, &typed).await;
                    assert!(!seen.status.is_server_error(), "{action}: {typed:?}: {}", seen.status);
                    tried += 1;
                }
            }
        }
        for value in &nonsense {
            let value: String = value.chars().take(50).collect();
            let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let path = path.split('?').next().unwrap();
            let names = [
                "q", "page", "after", "case", "upload", "class", "status", "from", "to", "unit", "day",
                "layout",
            ];
            let query: Vec<_> = names.iter().map(|name| format!("{name}={value}")).collect();
            let seen = browser.get(&format!("{path}?{}", query.join("&"))).await;
            assert!(!seen.status.is_server_error(), "GET {path}?{value}: {}", seen.status);
            tried += 1;
        }
    }
    tried
}

/// The pages of the console that this officer can open, with records that exist.
async fn pages(town: &Town, browser: &mut Browser, records: &[(&str, String)]) -> Vec<String> {
    let mut pages = Vec::new();
    for route in all_routes(town.state.clone()).into_iter().filter(|route| route.method == Method::GET) {
        let mut path = route.path.to_owned();
        for (name, value) in records {
            path = path.replace(name, value);
        }
        let upload = records.iter().find(|(name, _)| *name == "{upload}");
        if let (true, Some((_, upload))) = (path.ends_with("/requests/new"), upload) {
            path = format!("{path}?upload={upload}");
        }
        if !path.contains('{') && browser.get(&path).await.status == StatusCode::OK {
            pages.push(path);
        }
    }
    pages
}

async fn records(town: &Town, maker: &mut Browser) -> Vec<(&'static str, String)> {
    let case = register(maker, "A-1", "suspected").await;
    let (contact, batch) = contacts::registered(maker, case).await;
    let zone = super::zones::decided(maker, "05443", "4").await;
    let person = town.person("Nguyễn Văn An").await;
    vec![
        ("{case}", case.to_string()),
        ("{contact}", contact.to_string()),
        ("{batch}", batch),
        ("{zone}", zone),
        ("{person}", person.to_string()),
        ("{unit}", UNIT.to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_and_no_address_is_an_error_of_ours_on_sqlite() {
    let world = World::new().await;
    let (lan, _) = founders(&world, UNIT).await;
    let mut maker = lan.browser;
    let sent = Phone::new(1).tells(&world, UNIT, "").await;
    let request = write_request(&mut maker, &sent).await.rsplit('/').next().unwrap().to_owned();
    let mut records = records(&world.town, &mut maker).await;
    records.push(("/requests/{request}", format!("/requests/{request}")));
    records.push(("{upload}", hex::encode(sent.hash().0)));
    let pages = pages(&world.town, &mut maker, &records).await;
    assert!(pages.len() >= 25, "{pages:?}");
    let tried = try_all(&mut maker, &pages).await;
    assert!(tried > 1000, "only {tried} were tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_and_no_address_is_an_error_of_ours_on_postgres() {
    let database = testing::postgres().await;
    let town = Town::on(&database).await;
    let mut maker = town.health_officer().await;
    let records = records(&town, &mut maker).await;
    let pages: Vec<_> = pages(&town, &mut maker, &records).await;
    assert!(pages.len() >= 20, "{pages:?}");
    try_all(&mut maker, &pages).await;
    let (colleague, _) = town.signed_in("colleague", Role::ProvincialCdc, UNIT).await;
    let (_, mut administrator) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let pages = ["/administrator", "/disable"].map(|end| format!("/console/officers/{}{end}", colleague.id));
    let mut pages = pages.to_vec();
    pages.extend(["/console/units", "/console/officers", "/console/approvals"].map(str::to_owned));
    pages.push(format!("/console/units/{UNIT}/place"));
    try_all(&mut administrator, &pages).await;
}

/// Only a form for a file may be as long as a file, whatever it calls itself; nobody has to sign in to send one.
#[tokio::test]
async fn a_huge_form_is_refused_before_it_is_read() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let mut stranger = town.browser();
    stranger.get("/console/sign-in").await;
    let big = "x".repeat(1 << 20);
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"] {
        for (browser, path) in [(&mut browser, "/console/cases/new"), (&mut stranger, "/console/sign-in")] {
            let body =
                format!("--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{big}\r\n--b--\r\n");
            let seen = browser.send_as(kind, Method::POST, path, Body::from(body)).await;
            // A form with files is read up to its token, and what is that long is none.
            let refused = match kind.starts_with("multipart") {
                true => StatusCode::FORBIDDEN,
                false => StatusCode::BAD_REQUEST,
            };
            assert_eq!(seen.status, refused, "{kind} {path}");
        }
    }
}
