//! Signing in at a province's own sign-on, against a small provider with a real key.

use super::browser::{Browser, Seen};
use super::provider::{CLIENT, ISSUER, Provider, SECRET, query, secret_key, signed};
use super::town::{OTHER_UNIT, Town, UNIT};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bluezone_domain::officer::Role;
use bluezone_server::Config;
use bluezone_server::sign_on::{ClientSecret, SignOnConfig};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::sync::Arc;

async fn town() -> (Town, Arc<Provider>) {
    let sign_on = SignOnConfig {
        id: "thai-nguyen".into(),
        name: "Thái Nguyên".into(),
        issuer: ISSUER.into(),
        client_id: CLIENT.into(),
        client_secret: Some(ClientSecret(SECRET.into())),
        units: vec![UNIT.into()],
    };
    let mut town = Town::with(Config { sign_on: vec![sign_on], ..Config::default() }).await;
    let provider = Arc::new(Provider::new());
    town.state.outside = provider.clone();
    (town, provider)
}

/// Where the sign-in page sends a browser.
async fn away(browser: &mut Browser) -> String {
    let page = browser.get("/console/sign-in").await;
    assert!(page.body.contains("Sign in with Thái Nguyên"), "{}", page.body);
    browser.get("/console/sign-in/elsewhere?at=thai-nguyen&next=").await.to().to_owned()
}

async fn come_back(browser: &mut Browser, address: &str, code: &str) -> Seen {
    let state = &query(address)["state"];
    browser.get(&format!("/console/sign-in/elsewhere/return?code={code}&state={state}")).await
}

/// All the way, with a token that is made from the honest claims.
async fn sign_in(
    town: &Town,
    provider: &Provider,
    token: impl Fn(&Provider, Value) -> String,
) -> (Browser, Seen) {
    let mut browser = town.browser();
    let address = away(&mut browser).await;
    let claims = provider.claims(&query(&address)["nonce"], "lan@thainguyen", town.state.now().0);
    let code = provider.enter(&address, token(provider, claims));
    let seen = come_back(&mut browser, &address, &code).await;
    (browser, seen)
}

fn honest(provider: &Provider, claims: Value) -> String {
    provider.sign(&claims)
}

async fn link(town: &Town, unit: &str) -> bluezone_domain::id::OfficerId {
    let officer = town.officer("lan.nguyen", Role::ProvincialCdc, unit).await;
    town.state.store.link_sign_on(ISSUER, "lan@thainguyen", officer.id, town.state.now()).await.unwrap();
    officer.id
}

#[tokio::test]
async fn an_officer_links_an_account_and_signs_in_with_it() {
    let (town, provider) = town().await;
    assert_eq!(sign_in(&town, &provider, honest).await.1.status, StatusCode::UNPROCESSABLE_ENTITY, "unknown");
    assert!(town.state.store.list_officers().await.unwrap().is_empty(), "no account is made");

    let (lan, mut browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let page = browser.get("/console/account/sign-on").await;
    let wrong = browser.submit(&page, "/console/account/sign-on", &[("password", "wrong")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = browser.submit(&page, "/console/account/sign-on", &[("password", &lan.password)]).await;
    let from = seen.body.find(ISSUER).unwrap_or_else(|| panic!("{}", seen.body));
    let address = super::browser::plain(seen.body[from..].split('"').next().unwrap());
    let claims = provider.claims(&query(&address)["nonce"], "lan@thainguyen", town.state.now().0);
    let code = provider.enter(&address, provider.sign(&claims));
    let seen = come_back(&mut browser, &address, &code).await;
    assert_eq!(seen.to(), "/console/account/sign-on?done=linked");

    let (mut fresh, seen) = sign_in(&town, &provider, honest).await;
    assert_eq!(seen.to(), "/console");
    assert!(fresh.get("/console").await.body.contains("lan.nguyen"));
    assert!(
        fresh.get("/console/account/sessions").await.body.contains("The province&#39;s account")
            || fresh.get("/console/account/sessions").await.body.contains("The province's account")
    );

    let page = browser.get("/console/account/sign-on").await;
    browser.submit(&page, "/console/account/sign-on/unlink", &[]).await;
    assert_eq!(sign_in(&town, &provider, honest).await.1.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_token_that_is_not_for_this_sign_in_opens_nothing() {
    type Forge = fn(&Provider, Value) -> String;
    let with = |name: &'static str, value: Value| {
        move |provider: &Provider, mut claims: Value| {
            claims[name] = value.clone();
            provider.sign(&claims)
        }
    };
    let (town, provider) = town().await;
    link(&town, UNIT).await;
    let now = town.state.now().0;
    for (name, value) in [
        ("nonce", json!("another sign-in's")),
        ("nonce", Value::Null),
        ("aud", json!("another-console")),
        ("iss", json!("https://sso.elsewhere.example")),
        ("exp", json!(now - 60)),
        ("iat", json!(now + 61)),
        ("azp", json!("another-console")),
        ("sub", json!("")),
        ("sub", json!("somebody-else")),
    ] {
        let (mut browser, seen) = sign_in(&town, &provider, with(name, value.clone())).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}");
        assert_eq!(browser.get("/console").await.to(), "/console/sign-in");
    }
    let forged: [(&str, Forge); 4] = [
        ("another key", |_, claims| signed(&secret_key(2), Some("k1"), &claims)),
        ("an unknown key", |_, claims| signed(&secret_key(2), Some("k2"), &claims)),
        ("no signature", |_, claims| {
            let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
            format!("{}.{}.", part(&json!({ "alg": "none", "kid": "k1" })), part(&claims))
        }),
        ("a shared secret", |_, claims| {
            let header = Header { kid: Some("k1".into()), ..Header::new(Algorithm::HS256) };
            encode(&header, &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
        }),
    ];
    for (what, forge) in forged {
        let seen = sign_in(&town, &provider, forge).await.1;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
    }
    assert_eq!(sign_in(&town, &provider, honest).await.1.to(), "/console", "what is left as it was");
}

#[tokio::test]
async fn what_comes_back_belongs_to_the_browser_that_left_and_works_once() {
    let (town, provider) = town().await;
    link(&town, UNIT).await;
    let (mut browser, mut other) = (town.browser(), town.browser());
    let (address, others) = (away(&mut browser).await, away(&mut other).await);
    let enter = |address: &str| {
        let claims = provider.claims(&query(address)["nonce"], "lan@thainguyen", town.state.now().0);
        provider.enter(address, provider.sign(&claims))
    };
    let code = enter(&address);
    assert!(!come_back(&mut other, &address, &code).await.status.is_redirection(), "another browser's state");
    // A code of another sign-in: PKCE tells them apart at the provider.
    assert!(!come_back(&mut browser, &address, &enter(&others)).await.status.is_redirection());
    let address = away(&mut browser).await;
    let code = enter(&address);
    let copy = browser.clone();
    assert!(come_back(&mut browser, &address, &code).await.status.is_redirection());
    let again = enter(&address);
    assert!(!come_back(&mut copy.clone(), &address, &again).await.status.is_redirection(), "a second time");
    let address = away(&mut other).await;
    let late = enter(&address);
    town.wait(601);
    assert!(!come_back(&mut other, &address, &late).await.status.is_redirection(), "too late");
}

#[tokio::test]
async fn only_officers_at_work_in_its_units_come_in() {
    let (town, provider) = town().await;
    let officer = link(&town, OTHER_UNIT).await;
    assert_eq!(sign_in(&town, &provider, honest).await.1.status, StatusCode::UNPROCESSABLE_ENTITY);
    town.state.store.unlink_sign_on(ISSUER, officer).await.unwrap();
    let here = town.officer("binh.tran", Role::ProvincialCdc, UNIT).await;
    town.state.store.link_sign_on(ISSUER, "lan@thainguyen", here.id, town.state.now()).await.unwrap();
    assert_eq!(sign_in(&town, &provider, honest).await.1.to(), "/console");
    town.state.store.disable_officer(here.id, town.state.now()).await.unwrap();
    assert_eq!(sign_in(&town, &provider, honest).await.1.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_sign_on_that_describes_itself_as_another_is_not_used() {
    let (town, provider) = town().await;
    let safe = |path: &str| format!("{ISSUER}{path}");
    for (issuer, token) in [
        ("https://sso.elsewhere.example", safe("/token")),
        (ISSUER, "http://sso.thainguyen.example/token".into()),
    ] {
        *provider.described.lock().unwrap() = Some(json!({
            "issuer": issuer,
            "authorization_endpoint": safe("/authorize"),
            "token_endpoint": token,
            "jwks_uri": safe("/keys"),
        }));
        let mut browser = town.browser();
        browser.get("/console/sign-in").await;
        let seen = browser.get("/console/sign-in/elsewhere?at=thai-nguyen").await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains("does not answer"), "{}", seen.body);
    }
}
