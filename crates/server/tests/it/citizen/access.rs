//! Every page and form for citizens, tried by nobody and by a citizen. What each gets stands in `routes.txt`; a route that is
//! not in it fails the test.

use crate::console::browser::Browser;
use crate::console::town::Town;
use axum::http::{Method, StatusCode};
use bluezone_server::citizen::all_routes;

/// Method, path and what nobody and a citizen get.
fn table() -> Vec<(&'static str, &'static str, [&'static str; 2])> {
    let lines = include_str!("routes.txt").lines().skip(1);
    lines
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            assert_eq!(words.len(), 4, "{line}");
            (words[0], words[1], [words[2], words[3]])
        })
        .collect()
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
    assert_eq!(there, named, "put the new route into citizen/routes.txt, with what each shall get");
}

#[tokio::test]
async fn every_route_answers_as_the_table_says() {
    let town = Town::new().await;
    for who in 0..2 {
        let mut browser = if who == 0 { town.browser() } else { town.citizen("0900000001").await };
        let (last, first): (Vec<_>, Vec<_>) =
            table().into_iter().partition(|(_, path, _)| *path == "/sign-out");
        for (method, path, gets) in first.into_iter().chain(last) {
            let there = path
                .replace("{message}", "00000000000000000000000000000000")
                .replace("{consent}", "0")
                .replace("{profile}", "00000000000000000000000000000000")
                .replace("{visit}", "00000000000000000000000000000000")
                .replace("{request}", "00000000000000000000000000000000")
                .replace("{tracking}", "K7M2-9QXA-4TRB")
                .replace("{agency}", "00000000000000000000000000000000")
                .replace("{declaration}", "00000000000000000000000000000000")
                .replace("{file}", "1")
                .replace("{form}", "toan-dan")
                .replace("{province}", "19")
                .replace("{lang}", "vi")
                .replace("{code}", "100085724")
                .replace("{poster}", "1-ABCDEFGH");
            assert_eq!(ask(&mut browser, method, &there).await, gets[who], "{method} {path} as {who}");
        }
    }
}

/// Asks for a page, or sends an empty form that has its session's token, if there is one.
async fn ask(browser: &mut Browser, method: &str, path: &str) -> &'static str {
    let seen = if method == "GET" {
        browser.get(path).await
    } else {
        let home = browser.get("/").await;
        let form = home.forms("/sign-out").pop().unwrap_or_default();
        let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post(path, &fields).await
    };
    match seen.status {
        StatusCode::UNAUTHORIZED => "ended",
        StatusCode::FORBIDDEN => "forged",
        StatusCode::NOT_FOUND => "none",
        status if status.is_redirection() && seen.to().starts_with("/sign-in") && path != "/sign-out" => {
            // A citizen who has no number waiting begins anew.
            if path.starts_with("/sign-in") && method == "POST" { "in" } else { "sign-in" }
        }
        status if status.is_redirection() || status == StatusCode::OK => "in",
        // A form that was let in and found wanting.
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => "in",
        status => panic!("{method} {path}: {status} {}", seen.body),
    }
}

#[tokio::test]
async fn refusals_are_pages_and_the_way_back_is_kept() {
    let town = Town::new().await;
    let mut nobody = town.browser();
    assert_eq!(nobody.get("/inbox").await.to(), "/sign-in?next=/inbox");
    let mut citizen = town.citizen("0900000001").await;
    for path in ["/inbox/xyz", "/inbox/00000000000000000000000000000000"] {
        let seen = citizen.get(path).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(seen.first("<h1"), "Page not found", "{path}");
    }
    let seen = citizen.send(Method::PUT, "/inbox", axum::body::Body::empty()).await;
    assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED);
    // An officer's session is none here, and the other way round.
    let mut officer = town.health_officer().await;
    assert!(officer.get("/inbox").await.to().starts_with("/sign-in"));
    assert!(citizen.get("/console/worklist").await.to().starts_with("/console/sign-in"));
}
