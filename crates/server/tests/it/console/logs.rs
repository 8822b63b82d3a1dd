//! What the console does leaves no secret and nothing personal in the log, at the most talkative level.

use super::town::{Town, register, sign_in_with};
use bluezone_domain::officer::Role;

#[tokio::test]
async fn no_secret_and_no_name_stands_in_the_log() {
    let town = Town::new().await;
    let (officer, mut browser) = town.signed_in("canary.officer", Role::ProvincialCdc, "CANARY-UNIT").await;
    let case = register(&mut browser, "CANARY-REFERENCE", "confirmed").await;
    browser.get("/console?q=CANARY-REFERENCE").await;
    let mut secrets = vec![
        "canary.officer".to_owned(),
        "canary.stranger".to_owned(),
        "canary wrong password".to_owned(),
        "CANARY-UNIT".to_owned(),
        "CANARY-REFERENCE".to_owned(),
        officer.password.to_string(),
        officer.totp_secret.base32(),
        hex::encode(officer.totp_secret.as_bytes()),
        browser.cookies["bz-session"].clone(),
    ];
    let page = browser.get(&format!("/console/cases/{case}")).await;
    let action = format!("/console/cases/{case}/codes");
    for form in page.forms(&action) {
        let to = browser.submit_form(form, &action, &[]).await.to().to_owned();
        let on_its_way = browser.cookies["bz-once"].clone();
        let shown = browser.get(&to).await.body;
        let short: Option<String> = shown
            .split("class=\"big-code\"")
            .nth(1)
            .map(|block| block.split("</p>").next().unwrap().chars().filter(char::is_ascii_digit).collect());
        secrets.push(short.unwrap_or_else(|| shown.split("/c#").nth(1).unwrap()[..32].to_owned()));
        secrets.push(on_its_way);
    }
    // Everything that warns: wrong passwords up to the lock, a forged form, an ended session.
    let mut other = town.browser();
    for name in ["canary.stranger", "canary.officer"] {
        for _ in 0..6 {
            sign_in_with(&mut other, name, "canary wrong password", "123456").await;
        }
    }
    browser.post(&action, &[("kind", "short")]).await;
    // Somebody names whom they met: refused, and when the database fails.
    let secret = "0123456789abcdefghjkmnpqrstvwxyz";
    let named = [
        ("secret", secret),
        ("name0", "Canary Named"),
        ("phone0", "0987000111"),
        ("day0", "2026-11-20"),
        ("place0", "canary market"),
        ("agree", "yes"),
    ];
    secrets
        .extend(named[..5].iter().filter(|(field, _)| *field != "day0").map(|(_, told)| (*told).to_owned()));
    other.post("/f2", &named).await;
    town.state.store.close().await;
    other.post("/f2", &named).await;
    browser.get("/console").await;

    let log = bluezone_canary::logged();
    assert!(log.contains("signed in") && log.contains("sign-in locked"), "the log was listened to");
    assert!(log.contains("the console could not use the database"), "also when the database fails");
    for secret in secrets {
        let at = log.find(&secret);
        assert_eq!(
            at,
            None,
            "{secret} in: {}",
            at.map_or("", |at| log[..at].lines().last().unwrap_or_default())
        );
    }
}
