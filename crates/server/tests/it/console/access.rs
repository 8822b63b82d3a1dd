//! Every page and form of the console, tried as everybody. A route that is not in this table fails the test.

use super::browser::Browser;
use super::town::{OTHER_UNIT, Town, UNIT, register};
use axum::http::{Method, StatusCode};
use bluezone_domain::officer::Role;
use bluezone_server::console::all_routes;

/// What somebody gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gets {
    /// The page, or whatever the form does.
    In,
    /// The sign-in page.
    SignIn,
    /// 401: a form, but no session.
    Ended,
    /// 403 for the role.
    Forbidden,
    /// 403 because the form has no token: only where everybody may post.
    Forged,
    /// 404, although it exists: it belongs to another unit, or there is no such page.
    NotFound,
}
use Gets::*;

/// Method and path, then what these get: nobody, an administrator, a health officer of the unit, one of another unit.
const TABLE: [(&str, &str, [Gets; 4]); 31] = [
    ("GET", "/console/sign-in", [In, In, In, In]),
    ("POST", "/console/sign-in", [Forged, In, In, In]),
    ("POST", "/console/sign-out", [Ended, In, In, In]),
    ("GET", "/c", [In, In, In, In]),
    ("GET", "/console", [SignIn, Forbidden, In, In]),
    ("GET", "/console/cases/new", [SignIn, Forbidden, In, In]),
    ("POST", "/console/cases/new", [Ended, Forbidden, In, In]),
    ("GET", "/console/cases/{case}", [SignIn, Forbidden, In, NotFound]),
    ("GET", "/console/cases/{case}/status", [SignIn, Forbidden, In, NotFound]),
    ("POST", "/console/cases/{case}/status", [Ended, Forbidden, In, NotFound]),
    ("POST", "/console/cases/{case}/codes", [Ended, Forbidden, In, NotFound]),
    ("GET", "/console/cases/{case}/codes/{code}", [SignIn, Forbidden, In, NotFound]),
    ("POST", "/console/cases/{case}/codes/{code}/cancel", [Ended, Forbidden, In, NotFound]),
    ("GET", "/console/account", [SignIn, In, In, In]),
    ("POST", "/console/account", [Ended, In, In, In]),
    ("GET", "/console/officers", [SignIn, In, Forbidden, Forbidden]),
    ("GET", "/console/officers/{officer}/disable", [SignIn, In, Forbidden, Forbidden]),
    ("POST", "/console/officers/{officer}/disable", [Ended, In, Forbidden, Forbidden]),
    ("GET", "/console/uploads", [SignIn, Forbidden, In, In]),
    ("GET", "/console/uploads/{upload}", [SignIn, Forbidden, NotFound, NotFound]),
    ("POST", "/console/uploads/{upload}/open", [Ended, Forbidden, NotFound, NotFound]),
    ("GET", "/console/requests", [SignIn, Forbidden, In, In]),
    ("GET", "/console/requests/new", [SignIn, Forbidden, NotFound, NotFound]),
    ("POST", "/console/requests/new", [Ended, Forbidden, NotFound, NotFound]),
    ("GET", "/console/requests/{request}", [SignIn, Forbidden, NotFound, NotFound]),
    ("POST", "/console/requests/{request}/sign", [Ended, Forbidden, NotFound, NotFound]),
    ("GET", "/console/signing-keys", [SignIn, Forbidden, In, In]),
    ("POST", "/console/signing-keys", [Ended, Forbidden, In, In]),
    ("POST", "/console/signing-keys/{key}/let-in", [Ended, Forbidden, NotFound, NotFound]),
    ("POST", "/console/signing-keys/{key}/revoke", [Ended, Forbidden, NotFound, NotFound]),
    ("GET", "/console/audit", [SignIn, Forbidden, Forbidden, Forbidden]),
];

/// The one route without a page: whatever else is asked for under the console.
const ELSEWHERE: (&str, &str, [Gets; 4]) =
    ("GET", "/console/{*rest}", [SignIn, NotFound, NotFound, NotFound]);

fn table() -> impl Iterator<Item = (&'static str, &'static str, [Gets; 4])> {
    TABLE.into_iter().chain([ELSEWHERE])
}

#[tokio::test]
async fn the_table_names_every_route() {
    let town = Town::new().await;
    let mut there: Vec<_> = all_routes(town.state.clone())
        .into_iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let mut named: Vec<_> = table().map(|(method, path, _)| format!("{method} {path}")).collect();
    there.sort();
    named.sort();
    assert_eq!(there, named, "put the new route into the table, with what each role shall get");
}

#[tokio::test]
async fn every_route_answers_as_the_table_says() {
    for (at, who) in
        ["nobody", "administrator", "health officer", "officer of another unit"].iter().enumerate()
    {
        // A town each: forms change things. Signing out comes last, it ends the session that the others need.
        let town = Town::new().await;
        let mut maker = town.health_officer().await;
        let case = register(&mut maker, "A-1", "suspected").await;
        let page = maker.get(&format!("/console/cases/{case}")).await;
        let action = format!("/console/cases/{case}/codes");
        let code = maker.submit(&page, &action, &[]).await.to().rsplit('/').next().unwrap().to_owned();
        let colleague = town.officer("colleague", Role::ProvincialCdc, UNIT).await;
        let mut browser = match at {
            0 => town.browser(),
            1 => town.signed_in("admin", Role::Administrator, UNIT).await.1,
            2 => town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await.1,
            _ => town.signed_in("binh.tran", Role::ProvincialCdc, OTHER_UNIT).await.1,
        };
        let (last, first): (Vec<_>, Vec<_>) = table().partition(|(_, path, _)| path.ends_with("/sign-out"));
        for (method, path, gets) in first.into_iter().chain(last) {
            let path = path
                .replace("{case}", &case.to_string())
                .replace("{code}", &code)
                .replace("{officer}", &colleague.id.to_string())
                .replace("{*rest}", "no/such/page");
            let found = ask(&mut browser, method, &path).await;
            assert_eq!(found, gets[at], "{method} {path} as {who}");
        }
    }
}

/// Asks for a page, or sends a form that has its session's token and all that the forms of the console ask for.
async fn ask(browser: &mut Browser, method: &str, path: &str) -> Gets {
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
        ];
        browser.send(Method::POST, path, body(&fields)).await
    };
    match seen.status {
        StatusCode::UNAUTHORIZED => Ended,
        StatusCode::FORBIDDEN if seen.body.contains("This form is out of date") => Forged,
        StatusCode::FORBIDDEN => Forbidden,
        StatusCode::NOT_FOUND => NotFound,
        status
            if status.is_redirection()
                && seen.to().starts_with("/console/sign-in")
                && !path.ends_with("/sign-out") =>
        {
            SignIn
        }
        status if status.is_redirection() || status == StatusCode::OK => In,
        // A form that was let in and found wanting.
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => In,
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
