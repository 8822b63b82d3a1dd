//! Sessions: their cookie, how they end, and that forms of other sessions and sites are refused.

use super::town::{Town, UNIT, register};
use axum::http::{StatusCode, header};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::officer::Role;
use bluezone_server::Config;
use bluezone_server::console::session::{IDLE_S, LONGEST_S};
use bluezone_store::{CaseFilter, Within};

#[tokio::test]
async fn the_cookie_is_hidden_from_scripts_and_bound_to_https_where_there_is_https() {
    for (public_url, name, secure) in [
        ("http://127.0.0.1:8080", "bz-session=", false),
        ("https://bluezone.example", "__Host-bz-session=", true),
    ] {
        let town = Town::with(Config { public_url: public_url.to_owned(), ..Config::default() }).await;
        let officer = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await;
        let mut browser = town.browser();
        let seen = town.sign_in(&mut browser, &officer).await;
        let lines: Vec<_> =
            seen.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
        let line = lines.iter().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{lines:?}"));
        assert!(line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.contains("; Path=/;"));
        assert_eq!(line.contains("; Secure"), secure);
        let token = line.split(['=', ';']).nth(1).unwrap();
        assert_eq!(token.len(), 43, "256 bits in base64url");
        assert_eq!(browser.get("/console").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_database_does_not_hold_the_token() {
    let town = Town::in_files(Config::default()).await;
    let browser = town.health_officer().await;
    let token = browser.cookies["bz-session"].clone();
    town.state.store.close().await;
    for file in std::fs::read_dir(town.directory()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    for _ in 0..4 {
        town.wait(IDLE_S - 1);
        assert_eq!(browser.get("/console").await.status, StatusCode::OK, "every look keeps it");
    }
    town.wait(IDLE_S);
    assert_eq!(browser.get("/console").await.to(), "/console/sign-in");
}

#[tokio::test]
async fn a_session_ends_after_a_working_day_whatever_happens() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let step = IDLE_S / 2;
    for _ in 1..LONGEST_S / step {
        town.wait(step);
        assert_eq!(browser.get("/console").await.status, StatusCode::OK);
    }
    town.wait(step);
    assert_eq!(browser.get("/console").await.to(), "/console/sign-in");
}

#[tokio::test]
async fn signing_out_ends_it_for_a_copy_of_the_cookie_too() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let mut copy = browser.clone();
    let page = browser.get("/console").await;
    let seen = browser.submit(&page, "/console/sign-out", &[]).await;
    assert_eq!(seen.to(), "/console/sign-in?left=1");
    assert!(!browser.cookies.contains_key("bz-session"));
    assert!(browser.get("/console/sign-in?left=1").await.body.contains("You are signed out"));
    assert_eq!(copy.get("/console").await.to(), "/console/sign-in");
}

#[tokio::test]
async fn an_officer_sees_and_ends_the_own_sessions() {
    let town = Town::new().await;
    let officer = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let mut browsers = Vec::new();
    for agent in ["Firefox/140.0 (Windows)", "Chrome/140.0 (Android)", "Safari/605 (Mac OS X)"] {
        town.next_code();
        let mut browser = town.browser();
        browser.headers.push(("user-agent", agent.to_owned()));
        town.sign_in(&mut browser, &officer).await;
        browsers.push(browser);
    }
    let (_, mut other) = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await;
    let page = browsers[0].get("/console/account/sessions").await;
    for words in ["Firefox, Windows", "Chrome, Android", "Safari, macOS", "this session"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // Newest first: the second is the phone's.
    let ends: Vec<_> = page
        .body
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next().filter(|to| to.ends_with("/end")).map(str::to_owned))
        .collect();
    assert_eq!(ends.len(), 3);
    // Nobody ends another's.
    let token = other.get("/console/account/sessions").await.form("/console/sign-out");
    other.submit_form(token, &ends[1], &[]).await;
    assert_eq!(browsers[1].get("/console").await.status, StatusCode::OK);
    browsers[0].submit(&page, &ends[1], &[]).await;
    assert_eq!(browsers[1].get("/console").await.to(), "/console/sign-in");
    assert_eq!(browsers[2].get("/console").await.status, StatusCode::OK);
    browsers[0].submit(&page, "/console/account/sessions/end-others", &[]).await;
    assert_eq!(browsers[2].get("/console").await.to(), "/console/sign-in");
    let page = browsers[0].get("/console/account/sessions").await;
    assert_eq!(browsers[0].submit(&page, &ends[2], &[]).await.to(), "/console/sign-in?left=1");
    assert_eq!(other.get("/console").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_after_the_end_says_so_and_saves_nothing() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let page = browser.get("/console/cases/new").await;
    town.wait(IDLE_S);
    let seen =
        browser.submit(&page, "/console/cases/new", &[("reference", "A-1"), ("status", "suspected")]).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
    assert!(seen.body.contains("Your session has ended") && seen.body.contains("Nothing was saved"));
    let everything = CaseFilter { within: Within::everything(), ..CaseFilter::default() };
    assert!(town.state.store.list_cases(&everything, None, 5).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_form_of_another_session_or_site_changes_nothing() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let (_, mut other) = town.signed_in("binh.tran", Role::ProvincialCdc, UNIT).await;
    let case = register(&mut browser, "A-1", "suspected").await;
    let action = format!("/console/cases/{case}/status");
    let page = browser.get(&format!("{action}?to=negative")).await;
    let status = async || town.state.store.case(case).await.unwrap().unwrap().facts.status;

    // The page of one session, sent from another; no token at all; a token of nobody.
    assert_eq!(other.submit(&page, &action, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post(&action, &[("to", "negative")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.submit(&page, &action, &[("csrf", "AAAA")]).await.status, StatusCode::FORBIDDEN);
    // The right token, but the browser says that another site sends it.
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let mut forged = browser.clone();
        forged.headers.retain(|(other, _)| *other != name);
        forged.headers.push((name, value.to_owned()));
        let seen = forged.submit(&page, &action, &[]).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(seen.body.contains("This form is out of date"));
    }
    assert_eq!(status().await, CaseStatus::Suspected);

    browser.headers.push(("origin", "http://127.0.0.1:8080".to_owned()));
    assert!(browser.submit(&page, &action, &[]).await.status.is_redirection());
    assert_eq!(status().await, CaseStatus::Negative);
}

#[tokio::test]
async fn a_form_of_any_length_is_read_no_further_than_needed() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let page = browser.get("/console/cases/new").await;
    let long = "x".repeat(100_000);
    let seen = browser.submit(&page, "/console/cases/new", &[("reference", &long)]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.body.contains("The form could not be read"));
}
