//! Every page and form of the console, tried as everybody. What each gets stands in `routes.txt`, which a reviewer reads; a
//! route that is not in it fails the test.

use super::browser::Browser;
use super::town::{LAB, OTHER_UNIT, SITE, STATION, Town, UNIT, register};
use super::{breaches, contacts, data_requests, desk};
use crate::citizen::report::{PHOTO, reported, the_only_signal};
use crate::promise::passkey::founders;
use crate::promise::phone::Phone;
use crate::promise::release::{order, write_request};
use crate::promise::world::World;
use axum::http::{Method, StatusCode};
use bluezone_domain::approval::{Approval, Change, LASTS_S};
use bluezone_domain::id::ApprovalId;
use bluezone_domain::officer::Role;
use bluezone_server::admin::officer::CreatedOfficer;
use bluezone_server::console::all_routes;

/// Who tries, in the order of the columns. The case and the officer that they try belong to [`UNIT`]; the second
/// administrator and the second centre are another province's.
const WHO: [(&str, Option<(Role, &str)>); 9] = [
    ("nobody", None),
    ("admin", Some((Role::Administrator, UNIT))),
    ("admin2", Some((Role::Administrator, OTHER_UNIT))),
    ("cdc", Some((Role::ProvincialCdc, UNIT))),
    ("cdc2", Some((Role::ProvincialCdc, OTHER_UNIT))),
    ("station", Some((Role::CommuneStation, STATION))),
    ("lab", Some((Role::Lab, LAB))),
    ("site", Some((Role::IsolationSite, SITE))),
    ("auditor", Some((Role::Auditor, UNIT))),
];

/// What somebody gets, by its word in the table:
/// `in`: the page, or whatever the form does; `sign-in`: the sign-in page; `ended`: 401, a form but no session; `no`: 403 for
/// the role; `forged`: 403 because the form has no token, only where everybody may post; `none`: 404, although it exists: it
/// is not this officer's to see, or there is no such page.
type Gets = &'static str;

/// Method, path and what each of [`WHO`] gets.
fn table() -> Vec<(&'static str, &'static str, Vec<Gets>)> {
    let mut lines = include_str!("routes.txt").lines();
    let columns: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(columns, WHO.map(|(name, _)| name));
    let row = |line: &'static str| {
        let mut words = line.split_whitespace();
        let row = (words.next().unwrap(), words.next().unwrap(), words.collect::<Vec<_>>());
        assert_eq!(row.2.len(), WHO.len(), "{line}");
        row
    };
    lines.map(row).collect()
}

#[tokio::test]
async fn the_table_names_every_route() {
    let town = Town::new().await;
    let mut there: Vec<_> = all_routes(town.state.clone())
        .into_iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let mut named: Vec<_> = table().iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    there.sort();
    named.sort();
    assert_eq!(there, named, "put the new route into routes.txt, with what each shall get");
}

#[tokio::test]
async fn every_route_answers_as_the_table_says() {
    for (at, (who, account)) in WHO.into_iter().enumerate() {
        // A town each: forms change things. What ends the session comes last.
        let world = World::new().await;
        let town = &world.town;
        let (lan, _) = founders(&world, UNIT).await;
        let key = lan.id();
        let mut maker = lan.browser;
        let sent = Phone::new(1).tells(&world, UNIT, "").await;
        let release = write_request(&mut maker, &sent).await.rsplit('/').next().unwrap().to_owned();
        order(&mut maker, &sent).await;
        world.hour().await;
        let sent = hex::encode(sent.hash().0);
        let case = register(&mut maker, "A-1", "suspected").await;
        let page = maker.get(&format!("/console/cases/{case}")).await;
        let action = format!("/console/cases/{case}/codes");
        let code = maker.submit(&page, &action, &[]).await.to().rsplit('/').next().unwrap().to_owned();
        let (contact, batch) = contacts::registered(&mut maker, case).await;
        let point = desk::a_point(&mut maker, case).await;
        let colleague = town.officer("colleague", Role::ProvincialCdc, UNIT).await;
        let request = a_request(town, &colleague).await;
        let warning = super::place_warnings::a_warning(town, &mut maker, case).await;
        let declaration = super::declarations::a_declaration(town).await.to_string();
        let zone = super::zones::decided(&mut maker, "05443", "4").await;
        let person = town.person("Nguyễn Văn An").await;
        reported(&mut town.browser(), &[], &[("photos", "a.jpg", PHOTO)]).await;
        let signal = the_only_signal(town).await.to_string();
        let asked = data_requests::asked(&mut town.citizen("0900000001").await, "view", "").await;
        let breach = breaches::found(&mut maker).await.rsplit('/').next().unwrap().to_owned();
        let plan = super::outbreaks::a_plan(town).await.to_string();
        let mut browser = match account {
            None => town.browser(),
            Some((role, unit)) => town.signed_in("binh.tran", role, unit).await.1,
        };
        let (last, first): (Vec<_>, Vec<_>) =
            table().into_iter().partition(|(_, path, _)| path.ends_with("/sign-out"));
        for (method, path, gets) in first.into_iter().chain(last) {
            let path = path
                .replace("data-requests/{request}", &format!("data-requests/{asked}"))
                .replace("{signal}", &signal)
                .replace("{photo}", "1")
                .replace("{declaration}/files/{file}", "{declaration}/files/1")
                .replace("{breach}", &breach)
                .replace("{plan}", &plan)
                .replace("{file}", "report.html")
                .replace("/requests/{request}", &format!("/requests/{release}"))
                .replace("{upload}", &sent)
                .replace("{key}", &key)
                .replace("{case}", &case.to_string())
                .replace("{code}", &code)
                .replace("{zone}", &zone)
                .replace("{officer}", &colleague.id.to_string())
                .replace("{passkey}", "00")
                .replace("{person}", &person.to_string())
                .replace("{list}", "00")
                .replace("{assignment}", "00")
                .replace("{session}", "00")
                .replace("{unit}", UNIT)
                .replace("{request}", &request.to_string())
                .replace("{contact}", &contact.to_string())
                .replace("{batch}", &batch)
                .replace("{point}", &point)
                .replace("{warning}", &warning)
                .replace("{declaration}", &declaration)
                .replace("{form}", "toan-dan")
                .replace("{switch}", "1")
                .replace("{*rest}", "no/such/page");
            let path = if path == "/console/requests/new" { format!("{path}?upload={sent}") } else { path };
            let found = ask(&mut browser, method, &path, &case.to_string(), &sent).await;
            assert_eq!(found, gets[at], "{method} {path} as {who}");
        }
    }
}

/// Another administrator of [`UNIT`] has asked for something.
async fn a_request(town: &Town, colleague: &CreatedOfficer) -> ApprovalId {
    let asker = town.officer("asker", Role::Administrator, UNIT).await;
    let id = ApprovalId::from_bytes([9; 16]);
    let change = Change::MakeAdministrator { officer: colleague.id };
    let (asked_at, expires_at) = (town.state.now(), town.state.now() + LASTS_S);
    let approval = Approval { id, change, asked_by: asker.id, asked_at, expires_at };
    town.state.store.ask_approval(&approval, [7; 32]).await.unwrap();
    id
}

/// Asks for a page, or sends a form that has its session's token and all that the forms of the console ask for.
async fn ask(browser: &mut Browser, method: &str, path: &str, case: &str, upload: &str) -> Gets {
    let seen = if method == "GET" {
        browser
            .get(&if path.ends_with("/status") { format!("{path}?to=confirmed") } else { path.to_owned() })
            .await
    } else {
        // Every signed-in officer may open their account, and its form's token is the session's.
        let account = browser.get("/console/account").await;
        let token = match account.status {
            StatusCode::OK => account.form("/console/account").into_iter().find(|(name, _)| name == "csrf"),
            _ => None,
        };
        let token = token.map(|(_, value)| value).unwrap_or_default();
        let fields = [
            ("csrf", token.as_str()),
            ("reference", "B-2"),
            ("disease", "covid-19"),
            ("status", "suspected"),
            ("from", "suspected"),
            ("to", "negative"),
            ("kind", "link"),
            ("ticket", "t"),
            ("answer", "approve"),
            ("seen", "0000000000000000000000000000000000000000000000000000000000000000"),
            ("commune", "05443"),
            // A record merged into itself: refused, politely.
            ("other", path.split('/').nth(3).unwrap_or_default()),
            ("side", "declared"),
            ("closeness", "direct"),
            ("follow", "following"),
            // A request goes to who sent the upload; a contact belongs to the case.
            if path.starts_with("/console/requests") { ("upload", upload) } else { ("case", case) },
        ];
        browser.send(Method::POST, path, body(&fields)).await
    };
    match seen.status {
        StatusCode::UNAUTHORIZED => "ended",
        StatusCode::FORBIDDEN if seen.body.contains("This form is out of date") => "forged",
        StatusCode::FORBIDDEN => "no",
        StatusCode::NOT_FOUND => "none",
        status
            if status.is_redirection()
                && seen.to().starts_with("/console/sign-in")
                && !path.ends_with("/sign-out") =>
        {
            "sign-in"
        }
        status if status.is_redirection() || status == StatusCode::OK => "in",
        // A form that was let in and found wanting.
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT | StatusCode::BAD_REQUEST => "in",
        status => panic!("{method} {path}: {status} {}", seen.body),
    }
}

fn body(fields: &[(&str, &str)]) -> axum::body::Body {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    axum::body::Body::from(pairs.join("&"))
}

#[tokio::test]
async fn refusals_and_missing_pages_are_pages() {
    let town = Town::new().await;
    let (_, mut administrator) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let seen = administrator.get("/console").await;
    assert_eq!(seen.first("<h1"), "This account may not do that");
    assert!(seen.body.contains("href=\"/console/officers\""), "the way to what they may do");
    let seen = administrator.get("/console/none").await;
    assert_eq!(seen.first("<h1"), "Page not found");
    let mut officer = town.health_officer().await;
    for path in ["/console/cases/xyz", "/console/cases/00000000000000000000000000000000"] {
        assert_eq!(officer.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let seen = officer.send(Method::PUT, "/console", axum::body::Body::empty()).await;
    assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_disabled_officer_is_out_at_once() {
    let town = Town::new().await;
    let (officer, mut browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let (_, mut administrator) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let path = format!("/console/officers/{}/disable", officer.id);
    let page = administrator.get(&path).await;
    let seen = administrator.submit(&page, &path, &[]).await;
    assert_eq!(seen.to(), "/console/officers?done=1");
    assert!(administrator.open(seen.to()).await.body.contains("The account is disabled"));
    assert_eq!(browser.get("/console").await.to(), "/console/sign-in");
    town.next_code();
    assert_eq!(town.sign_in(&mut browser, &officer).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
