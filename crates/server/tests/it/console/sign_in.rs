//! Signing in: what is taken, what is refused, and that refusals cannot be told apart.

use super::browser::{Browser, Seen};
use super::town::{Town, UNIT, sign_in_with};
use axum::http::StatusCode;
use bluezone_domain::officer::{FREE_SIGN_IN_FAILURES, Role};
use bluezone_server::admin::officer::{CreatedOfficer, disable_officer};
use bluezone_server::console::totp::STEP_S;

async fn officer(town: &Town) -> CreatedOfficer {
    town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await
}

/// The page of a refusal, without what differs by chance: tokens, and the name that was typed.
fn refusal(seen: &Seen, typed: &str) -> String {
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.body);
    assert!(seen.body.contains("Sign-in failed"), "{}", seen.body);
    let token = seen.form("/console/sign-in").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    seen.body.replace(&token, "TOKEN").replace(&format!("value=\"{typed}\""), "value=\"NAME\"")
}

#[tokio::test]
async fn the_right_three_open_the_list_of_cases() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let mut browser = town.browser();
    let seen = browser.get("/console").await;
    assert_eq!(seen.to(), "/console/sign-in");
    let seen = town.sign_in(&mut browser, &officer).await;
    assert_eq!(seen.to(), "/console");
    let seen = browser.get("/console").await;
    assert_eq!(seen.first("<h1"), "Cases");
    assert!(seen.body.contains("lan.nguyen") && seen.body.contains(UNIT));
    assert_eq!(browser.get("/console/sign-in").await.to(), "/console", "who is signed in need not sign in");
}

#[tokio::test]
async fn a_username_is_taken_in_any_case_and_a_code_with_a_space() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let code = officer.totp_secret.code(town.state.now());
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let mut browser = town.browser();
    let seen = sign_in_with(&mut browser, " Lan.Nguyen ", &officer.password, &spaced).await;
    assert_eq!(seen.to(), "/console");
}

#[tokio::test]
async fn refusals_read_alike_in_both_languages() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let gone = town.officer("gone", Role::ProvincialCdc, UNIT).await;
    disable_officer(&town.state, "gone").await.unwrap();
    let now = town.state.now();
    let right = officer.totp_secret.code(now);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for (lang, words) in [("en", "Sign-in failed"), ("vi", "Không đăng nhập được")] {
        let mut pages = Vec::new();
        for (username, password, code) in [
            ("nobody.there", "some password or other", "123456"),
            ("not a username", officer.password.as_str(), right.as_str()),
            ("lan.nguyen", "a wrong password", right.as_str()),
            ("lan.nguyen", officer.password.as_str(), wrong),
            ("lan.nguyen", officer.password.as_str(), ""),
            ("gone", gone.password.as_str(), &gone.totp_secret.code(now)),
            ("", "", ""),
        ] {
            let mut browser = town.browser();
            browser.get(&format!("/console/sign-in?lang={lang}")).await;
            let seen = sign_in_with(&mut browser, username, password, code).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(seen.body.contains(words), "{}", seen.body);
            assert!(!seen.body.contains(password) || password.is_empty(), "a password is never sent back");
            if lang == "en" && !username.is_empty() {
                pages.push(refusal(&seen, username));
            }
        }
        pages.dedup();
        assert!(pages.len() <= 1, "the pages differ: {pages:#?}");
    }
}

/// Hashing the password is by far the most of the work: a refusal that skips it would stand out by a factor of ten. The
/// rest hides in the wait for the next beat.
#[tokio::test]
async fn every_refusal_hashes_one_password() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let gone = town.officer("gone", Role::ProvincialCdc, UNIT).await;
    disable_officer(&town.state, "gone").await.unwrap();
    let mut browser = town.browser();
    let page = browser.get("/console/sign-in").await;
    let now = town.state.now();
    let (right, wrong) = (officer.totp_secret.code(now), "12345");
    let mut attempts = vec![
        ("nobody.there", "some password", "123456"),
        ("no username", "some password", "123456"),
        ("", "", ""),
        ("gone", gone.password.as_str(), wrong),
        ("lan.nguyen", "some password", right.as_str()),
    ];
    // Right password, wrong code: the last of these find the account locked.
    attempts
        .extend(vec![("lan.nguyen", officer.password.as_str(), wrong); FREE_SIGN_IN_FAILURES as usize + 1]);
    for (username, password, code) in attempts {
        let before = town.state.passwords.hashed();
        let typed = [("username", username), ("password", password), ("code", code)];
        let seen = browser.submit(&page, "/console/sign-in", &typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(town.state.passwords.hashed() - before, 1, "{username}, code {code}");
    }
}

#[tokio::test]
async fn a_code_works_once_one_step_early_or_late() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let begin = town.state.now();
    let at = |steps: i64| officer.totp_secret.code(begin + steps * STEP_S);
    let attempt = async |code: &str| {
        let mut browser = town.browser();
        sign_in_with(&mut browser, "lan.nguyen", &officer.password, code).await.status.is_redirection()
    };
    assert!(!attempt(&at(-2)).await, "a minute old");
    assert!(attempt(&at(-1)).await, "the last one");
    assert!(!attempt(&at(-1)).await, "the last one again");
    assert!(attempt(&at(0)).await);
    assert!(!attempt(&at(0)).await, "seen over a shoulder and typed again");
    assert!(!attempt(&at(-1)).await, "an older one after a newer one");
    assert!(attempt(&at(1)).await, "the officer's phone is fast");
    assert!(!attempt(&at(2)).await);
}

#[tokio::test]
async fn failures_lock_the_account_and_a_restart_forgives_nothing() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let mut browser = town.browser();
    for _ in 0..=FREE_SIGN_IN_FAILURES {
        let code = officer.totp_secret.code(town.state.now());
        let seen = sign_in_with(&mut browser, "lan.nguyen", "wrong password", &code).await;
        refusal(&seen, "lan.nguyen");
    }
    refusal(&town.sign_in(&mut browser, &officer).await, "lan.nguyen");
    let town = town.restarted().await;
    let mut browser = town.browser();
    town.wait(59);
    refusal(&town.sign_in(&mut browser, &officer).await, "lan.nguyen");
    town.wait(1);
    town.next_code();
    assert!(town.sign_in(&mut browser, &officer).await.status.is_redirection(), "a minute later");
}

#[tokio::test]
async fn guesses_while_locked_do_not_keep_it_locked() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let mut browser = town.browser();
    for _ in 0..30 {
        sign_in_with(&mut browser, "lan.nguyen", "wrong password", "123456").await;
    }
    town.wait(60);
    assert!(town.sign_in(&mut browser, &officer).await.status.is_redirection());
}

/// A stranger who tries without end locks out strangers only.
#[tokio::test]
async fn the_officers_own_browser_is_not_locked_out_by_others() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let mut own = town.browser();
    assert!(town.sign_in(&mut own, &officer).await.status.is_redirection());
    let page = own.get("/console").await;
    own.submit(&page, "/console/sign-out", &[]).await;
    assert!(own.cookies.contains_key("bz-known"), "it stays after signing out");
    let mut stranger = town.browser();
    for _ in 0..=FREE_SIGN_IN_FAILURES {
        sign_in_with(&mut stranger, "lan.nguyen", "wrong password", "123456").await;
    }
    town.next_code();
    refusal(&town.sign_in(&mut town.browser(), &officer).await, "lan.nguyen");
    assert!(town.sign_in(&mut own, &officer).await.status.is_redirection());
    // What a thief of that cookie tries counts for that browser alone.
    let mut stolen = town.browser();
    stolen.cookies.insert("bz-known".into(), own.cookies["bz-known"].clone());
    for _ in 0..=FREE_SIGN_IN_FAILURES {
        sign_in_with(&mut stolen, "lan.nguyen", "wrong password", "123456").await;
    }
    town.next_code();
    refusal(&town.sign_in(&mut stolen, &officer).await, "lan.nguyen");
    let other = town.officer("binh.tran", Role::ProvincialCdc, UNIT).await;
    assert!(town.sign_in(&mut stolen, &other).await.status.is_redirection(), "known for one account only");
}

#[tokio::test]
async fn it_leads_back_to_where_the_officer_wanted_to_go_and_nowhere_else() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let mut browser = town.browser();
    assert_eq!(browser.get("/console/cases/new").await.to(), "/console/sign-in?next=/console/cases/new");
    let page = browser.get("/console/sign-in?next=/console/cases/new").await;
    let code = officer.totp_secret.code(town.state.now());
    let typed = [("username", "lan.nguyen"), ("password", officer.password.as_str()), ("code", &code)];
    assert_eq!(browser.submit(&page, "/console/sign-in", &typed).await.to(), "/console/cases/new");
    for evil in [
        "https://evil.example",
        "//evil.example",
        "/console//evil.example",
        "/consoles",
        "/console/%2F%2Fevil",
        "/console\\evil",
    ] {
        town.next_code();
        let mut browser = town.browser();
        let page = browser.get("/console/sign-in").await;
        let code = officer.totp_secret.code(town.state.now());
        let typed = [
            ("username", "lan.nguyen"),
            ("password", officer.password.as_str()),
            ("code", &code),
            ("next", evil),
        ];
        assert_eq!(browser.submit(&page, "/console/sign-in", &typed).await.to(), "/console", "{evil}");
    }
}

#[tokio::test]
async fn the_form_belongs_to_the_browser_that_it_was_shown_in() {
    let town = Town::new().await;
    let officer = officer(&town).await;
    let mut attacker = town.browser();
    let page = attacker.get("/console/sign-in").await;
    let code = officer.totp_secret.code(town.state.now());
    let typed = [("username", "lan.nguyen"), ("password", officer.password.as_str()), ("code", &code)];
    // Signing a victim in as somebody else: the victim's browser lacks the attacker's cookie, or has its own.
    let mut victim: Browser = town.browser();
    assert_eq!(victim.submit(&page, "/console/sign-in", &typed).await.status, StatusCode::FORBIDDEN);
    victim.get("/console/sign-in").await;
    let seen = victim.submit(&page, "/console/sign-in", &typed).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(seen.body.contains("This form is out of date"));
    assert!(attacker.submit(&page, "/console/sign-in", &typed).await.status.is_redirection());
}
