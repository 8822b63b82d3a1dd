//! An officer's own account, the administrator's list, and the library behind `bluezone admin officer`.

use super::town::{LAB, MINISTRY, OTHER_UNIT, SITE, STATION, Town, UNIT, sign_in_with};
use axum::http::StatusCode;
use bluezone_domain::officer::{FREE_SIGN_IN_FAILURES, Role};
use bluezone_server::admin::officer::{
    NewOfficer, OfficerError, create_officer, disable_officer, list_officers, reset_officer,
};
use bluezone_server::admin::unit::end_unit;
use bluezone_server::secrets::Hashed;
use zeroize::Zeroizing;

const NEW: &str = "con cò bay lả bay la";

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let town = Town::new().await;
    let (officer, mut browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    town.next_code();
    let mut elsewhere = town.browser();
    town.sign_in(&mut elsewhere, &officer).await;
    let page = browser.get("/console/account").await;
    let typed = [("old", officer.password.as_str()), ("new", NEW), ("again", NEW)];
    let seen = browser.submit(&page, "/console/account", &typed).await;
    assert_eq!(seen.to(), "/console/account?done=1");
    assert!(browser.open("/console/account?done=1").await.body.contains("The password is changed"));
    assert_eq!(elsewhere.get("/console").await.to(), "/console/sign-in");

    town.next_code();
    let code = officer.totp_secret.code(town.state.now());
    let mut fresh = town.browser();
    assert!(!sign_in_with(&mut fresh, "lan.nguyen", &officer.password, &code).await.status.is_redirection());
    assert!(
        sign_in_with(&mut fresh, "lan.nguyen", NEW, &code).await.status.is_redirection(),
        "the phone stays"
    );
}

#[tokio::test]
async fn a_password_that_cannot_be_taken_is_named_for_what_it_is() {
    let town = Town::new().await;
    let (officer, mut browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let old = officer.password.as_str();
    let page = browser.get("/console/account").await;
    for (typed, field, words) in [
        ([("old", old), ("new", "short"), ("again", "short")], "new", "shorter than 12"),
        (
            [("old", old), ("new", "lan.nguyen lan.nguyen"), ("again", "lan.nguyen lan.nguyen")],
            "new",
            "easy to guess",
        ),
        ([("old", old), ("new", NEW), ("again", "con cò bay lả bay")], "again", "do not match"),
        ([("old", "wrong"), ("new", NEW), ("again", NEW)], "old", "current password is not right"),
    ] {
        let seen = browser.submit(&page, "/console/account", &typed).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(seen.body.contains(words) && seen.body.contains(&format!("id=\"{field}-error\"")), "{words}");
        for (_, value) in typed {
            assert!(!seen.body.contains(&format!("value=\"{value}\"")), "passwords are never sent back");
        }
    }
}

#[tokio::test]
async fn a_stolen_session_cannot_guess_the_password_for_long() {
    let town = Town::new().await;
    let mut browser = town.health_officer().await;
    let page = browser.get("/console/account").await;
    for _ in 0..=FREE_SIGN_IN_FAILURES {
        browser.submit(&page, "/console/account", &[("old", "a guess"), ("new", NEW), ("again", NEW)]).await;
    }
    assert_eq!(browser.get("/console/account").await.to(), "/console/sign-in?next=/console/account");
}

/// However many guesses are made at once, only as many are looked at as one after another.
#[tokio::test]
async fn guesses_at_once_are_no_more_than_guesses_one_by_one() {
    let town = Town::new().await;
    let (officer, browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let page = browser.clone().get("/console/account").await;
    let known = Some(town.state.secrets.hash(Hashed::Browser, browser.cookies["bz-known"].as_bytes()));
    // What others at the same time have begun, and not ended: the password is not looked at yet.
    for nth in 0..=FREE_SIGN_IN_FAILURES {
        let attempt = town.state.store.begin_attempt(officer.id, known, town.state.now()).await.unwrap();
        assert_eq!(attempt, Some(nth == FREE_SIGN_IN_FAILURES));
    }
    // One more would be right.
    let right = [("old", officer.password.as_str()), ("new", NEW), ("again", NEW)];
    let seen = browser.clone().submit(&page, "/console/account", &right).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.clone().get("/console/account").await.to(), "/console/sign-in?next=/console/account");
}

#[tokio::test]
async fn the_administrator_sees_all_accounts_and_disables_others_only() {
    let town = Town::new().await;
    let (admin, mut browser) = town.signed_in("admin", Role::Administrator, UNIT).await;
    let lan = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let page = browser.get("/console/officers").await;
    assert!(
        page.body.contains("lan.nguyen")
            && page.body.contains(&format!("/console/officers/{}/disable", lan.id))
    );
    assert!(!page.body.contains(&format!("/console/officers/{}/disable", admin.id)));
    let own = format!("/console/officers/{}/disable", admin.id);
    assert_eq!(browser.get(&own).await.status, StatusCode::FORBIDDEN);
    let ask = browser.get(&format!("/console/officers/{}/disable", lan.id)).await;
    assert_eq!(ask.first("<h1"), "Disable the account lan.nguyen?");
    let form = ask.form(&format!("/console/officers/{}/disable", lan.id));
    assert_eq!(browser.submit_form(form, &own, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(town.state.store.officer(admin.id).await.unwrap().unwrap().disabled_at.is_none());
}

#[tokio::test]
async fn an_administrator_sees_the_accounts_of_the_own_territory() {
    let town = Town::new().await;
    town.officer("near.by", Role::CommuneStation, STATION).await;
    town.officer("far.away", Role::ProvincialCdc, OTHER_UNIT).await;
    for (username, unit, sees) in [
        ("province", UNIT, [true, false]),
        ("ministry", MINISTRY, [true, true]),
        ("other", OTHER_UNIT, [false, true]),
    ] {
        let page = town.signed_in(username, Role::Administrator, unit).await.1.get("/console/officers").await;
        assert_eq!(["near.by", "far.away"].map(|name| page.body.contains(name)), sees, "{username}");
    }
}

#[tokio::test]
async fn a_reset_gives_new_secrets_unlocks_and_signs_out() {
    let town = Town::new().await;
    let (officer, mut browser) = town.signed_in("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    for _ in 0..10 {
        town.state.store.record_sign_in_failure(officer.id, None, town.state.now()).await.unwrap();
    }
    let renewed = reset_officer(&town.state, " Lan.Nguyen", None).await.unwrap();
    assert_ne!(renewed.password, officer.password);
    assert_ne!(renewed.totp_secret, officer.totp_secret);
    assert_eq!(browser.get("/console").await.to(), "/console/sign-in");
    town.next_code();
    assert!(!town.sign_in(&mut browser, &officer).await.status.is_redirection(), "the old ones");
    assert!(town.sign_in(&mut browser, &renewed).await.status.is_redirection());
}

#[tokio::test]
async fn accounts_that_cannot_be_made_say_why() {
    let town = Town::new().await;
    let new = |username: &str, unit: &str, password: Option<&str>| NewOfficer {
        username: username.to_owned(),
        role: Role::ProvincialCdc,
        unit: unit.to_owned(),
        password: password.map(|text| Zeroizing::new(text.to_owned())),
    };
    let state = &town.state;
    let made = create_officer(state, new("Lan.Nguyen", " TN-CDC ", Some(NEW))).await.unwrap();
    assert_eq!((made.username.as_str(), made.password.as_str()), ("lan.nguyen", NEW));
    assert!(made.otpauth_uri().starts_with("otpauth://totp/Bluezone:lan.nguyen?secret="));
    assert!(matches!(create_officer(state, new("lan.nguyen", UNIT, None)).await, Err(OfficerError::Taken)));
    assert!(matches!(create_officer(state, new("l", UNIT, None)).await, Err(OfficerError::Username(_))));
    for unknown in [" ", "X"] {
        assert!(matches!(create_officer(state, new("binh", unknown, None)).await, Err(OfficerError::Unit)));
    }
    for other_work in [MINISTRY, STATION, LAB, SITE] {
        let made = create_officer(state, new("binh", other_work, None)).await;
        assert!(matches!(made, Err(OfficerError::Role)), "{other_work}");
    }
    end_unit(state, OTHER_UNIT, state.now()).await.unwrap();
    assert!(matches!(create_officer(state, new("binh", OTHER_UNIT, None)).await, Err(OfficerError::Unit)));
    assert!(matches!(
        create_officer(state, new("binh", UNIT, Some("short"))).await,
        Err(OfficerError::Password(_))
    ));
    assert!(matches!(reset_officer(state, "binh", None).await, Err(OfficerError::Unknown)));
    assert!(matches!(disable_officer(state, "binh").await, Err(OfficerError::Unknown)));
    let all = list_officers(state).await.unwrap();
    assert_eq!(
        all.iter().map(|officer| (officer.username.as_str(), officer.unit.as_str())).collect::<Vec<_>>(),
        [("lan.nguyen", "TN-CDC")]
    );
    let shown = format!("{made:?} {all:?}");
    assert!(
        !shown.contains(NEW) && !shown.contains("lan.nguyen") && !shown.contains(&made.totp_secret.base32())
    );
}

/// The second factor of one account, put into the row of another, does not open there.
#[tokio::test]
async fn a_sealed_second_factor_belongs_to_its_account() {
    let town = Town::new().await;
    let lan = town.officer("lan.nguyen", Role::ProvincialCdc, UNIT).await;
    let binh = town.officer("binh.tran", Role::ProvincialCdc, UNIT).await;
    let own = town.state.store.officer(binh.id).await.unwrap().unwrap();
    let target = town.state.store.officer(lan.id).await.unwrap().unwrap();
    town.state.store.set_password(lan.id, &own.password_hash, &own.totp_secret_sealed).await.unwrap();
    let code = binh.totp_secret.code(town.state.now());
    let seen = sign_in_with(&mut town.browser(), &target.username, &binh.password, &code).await;
    assert!(!seen.status.is_redirection(), "{}", seen.status);
}
