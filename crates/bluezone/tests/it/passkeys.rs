//! Passkeys in a real browser with a device that the driver makes.

use crate::axe::for_everybody;
use crate::browser::{browse, keep_picture, small_targets};
use crate::console::{officer, sign_in};
use crate::scene::{Authority, MORNING, UNIT};
use crate::webdriver::{Browser, Look};
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::officer::Role;
use bluezone_protocol::api::decode_base64;
use bluezone_protocol::time::Clock as _;
use bluezone_server::AppState;
use bluezone_server::admin::officer::{NewOfficer, create_officer};
use bluezone_server::promise::officers;
use bluezone_store::PasskeyRecord;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::{Assertion, OfficerKey, RelyingParty};
use p256::ecdsa::SigningKey;

/// Signs 32 bytes of 7 with the passkey of the page's site, as the page of a statement would.
const SIGN: &str = "
    const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return navigator.credentials.get({ publicKey: {
        challenge: new Uint8Array(32).fill(7), userVerification: 'required', rpId: location.hostname,
    }}).then(({ response }) => [response.authenticatorData, response.clientDataJSON, response.signature].map(text));
";

/// Two more officers whose passkeys ask to sign: with the first the register is founded, the second waits to be let in.
async fn colleagues_ask(state: &AppState) {
    for (username, seed) in [("mai", 2), ("hoa", 3)] {
        let (role, unit) = (Role::ProvincialCdc, UNIT.to_owned());
        let new = NewOfficer { username: username.to_owned(), role, unit, password: None };
        create_officer(state, new).await.unwrap();
        let officer = state.store.officer_by_username(username).await.unwrap().unwrap();
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let passkey = PasskeyRecord {
            credential_id: vec![seed; 20],
            officer: officer.id,
            name: "Điện thoại".to_owned(),
            public_key: key.verifying_key().to_sec1_point(true).as_bytes().try_into().unwrap(),
            state: "{}".to_owned(),
            created_at: MORNING,
            used_at: None,
        };
        let number = officers::ask(state, &officer, passkey).await.unwrap();
        assert_eq!(number.is_some(), username == "mai");
    }
}

async fn authority() -> Authority {
    let facts = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: None, test_date: Some(MORNING) };
    Authority::known_as("localhost", facts).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_adds_a_passkey_signs_in_with_it_and_removes_it() {
    let authority = authority().await;
    let officer = officer(&authority, Role::ProvincialCdc).await;
    let code = officer.totp_secret.code(authority.clock.now());
    let (state, id, url) = (authority.state.clone(), officer.id, authority.url.clone());
    let runtime = tokio::runtime::Handle::current();
    browse(move || {
        let browser = Browser::open(Look::SMALL_PHONE);
        browser.add_authenticator();
        sign_in(&browser, &url, &officer, &code);
        let page = format!("{url}/console/account/passkeys");
        let add = |name: &str, password: &str| {
            browser.go(&page);
            browser.write("#name", name);
            browser.write("#password", password);
            browser.press("form[data-passkey] .button");
        };
        add("Chìa khóa", "not the password");
        browser.wait("#password-error");
        let passkeys = || runtime.block_on(state.store.passkeys_of(id)).unwrap();
        assert!(passkeys().is_empty(), "a stolen session adds none");
        add("Chìa khóa", &officer.password);
        // The device holds what was refused, under the same account: the new one takes its place.
        browser.wait(".alert.good");
        assert!(browser.text("table").contains("Chìa khóa"));
        assert_eq!(browser.overhang(), 0);
        assert_eq!(small_targets(&browser), "");
        for_everybody(&browser);
        keep_picture(&browser, "console-passkeys");
        let [passkey] = &passkeys()[..] else { panic!("one passkey") };
        let key = OfficerKey::from_bytes(&passkey.public_key).expect("a compressed point");

        // The same passkey signs statements, which others can check.
        let signed = browser.eval(SIGN);
        let part = |at: usize| decode_base64(signed[at].as_str().unwrap()).unwrap();
        let assertion = Assertion {
            key: key.id(),
            authenticator_data: part(0),
            client_data: part(1),
            signature: part(2),
        };
        let site = RelyingParty { id: "localhost".into(), origins: vec![url.clone()] };
        assert_eq!(assertion.verify(&key, &Hash([7; 32]), &site), Ok(()));

        // It asks to sign requests too: the first of the two officers who found the log's register. The second stands, and a
        // third asks to be let in by the very passkey.
        browser.go(&format!("{url}/console/signing-keys"));
        browser.press("form[action='/console/signing-keys'] .button.primary");
        browser.wait("table");
        runtime.block_on(colleagues_ask(&state));
        browser.go(&format!("{url}/console/signing-keys"));
        browser.press("form[data-passkey='get'] .button");
        browser.wait("body:not(:has(form[data-passkey='get']))");
        assert!(browser.text("table").contains("Chờ một chữ ký nữa"), "{}", browser.text("main"));
        assert_eq!(browser.overhang(), 0);
        for_everybody(&browser);

        // Strangers lock the password; the passkey still opens.
        for _ in 0..10 {
            runtime.block_on(state.store.record_sign_in_failure(id, None, MORNING)).unwrap();
        }
        let enter = || {
            browser.press(".account button");
            // The page that is left has such a form too.
            browser.wait("body:not(:has(.account)) form[data-passkey]");
            browser.press("form[data-passkey] .button");
        };
        enter();
        browser.wait(".account");
        browser.go(&format!("{url}/console/account/sessions"));
        assert!(browser.text("table").contains("Passkey"));
        for_everybody(&browser);
        keep_picture(&browser, "console-sessions");
        assert!(passkeys()[0].used_at.is_some());

        browser.go(&page);
        browser.press("form[action$='/remove'] button");
        browser.wait(".alert.good");
        assert!(passkeys().is_empty());
        let keys = runtime.block_on(state.store.officer_keys()).unwrap();
        // Keys that asked at one moment come in any order.
        let revoked: Vec<_> =
            keys.iter().filter(|key| key.revoked.is_some()).map(|key| key.officer).collect();
        assert_eq!((keys.len(), revoked), (3, vec![id]), "a passkey that is gone signs no more");
        enter();
        browser.wait(".alert.bad");
        assert!(browser.url().contains("/console/sign-in"), "{}", browser.url());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_password_remains() {
    let authority = authority().await;
    let officer = officer(&authority, Role::ProvincialCdc).await;
    let code = officer.totp_secret.code(authority.clock.now());
    let url = authority.url.clone();
    browse(move || {
        let browser = Browser::open(Look { scripts: false, ..Look::PHONE });
        browser.go(&format!("{url}/console/sign-in"));
        assert_eq!(
            browser.eval("return document.querySelector('[data-passkey-place]').checkVisibility()"),
            false
        );
        sign_in(&browser, &url, &officer, &code);
    })
    .await;
}
