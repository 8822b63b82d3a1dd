//! The pages of a province's own sign-on, in a real browser: everybody can read them, whatever came of it. That it lets in whom it
//! should is tested against a provider with a real key (`crates/server/tests/it/console/sign_on.rs`).

use crate::browser::{browse, keep_picture};
use crate::console::{fits, officer, sign_in};
use crate::scene::{Authority, UNIT};
use crate::webdriver::{Browser, Look};
use bluezone_domain::officer::Role;
use bluezone_protocol::time::Clock as _;
use bluezone_server::Config;
use bluezone_server::promise::outside::{Answer, Outside};
use bluezone_server::sign_on::SignOnConfig;
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const ISSUER: &str = "https://sso.hanoi.example";

/// A sign-on that describes itself, unless it is away, and lets nobody in.
#[derive(Default)]
struct SignOn {
    away: AtomicBool,
}

impl Outside for SignOn {
    fn get(&self, _: &str) -> io::Result<Answer> {
        if self.away.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let at = |path: &str| format!("{ISSUER}{path}");
        let description = json!({
            "issuer": ISSUER, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
        });
        Ok((200, description.to_string().into_bytes()))
    }

    fn post(&self, _: &str, _: &str, _: &[u8]) -> io::Result<Answer> {
        Ok((400, Vec::new()))
    }
}

async fn authority(provider: Arc<SignOn>) -> Authority {
    let sign_on = SignOnConfig {
        id: "ha-noi".to_owned(),
        name: "Tài khoản công vụ Hà Nội".to_owned(),
        issuer: ISSUER.to_owned(),
        client_id: "bluezone-console".to_owned(),
        client_secret: None,
        units: vec![UNIT.to_owned()],
    };
    Authority::changed(|state| {
        state.outside = provider;
        state.config = Arc::new(Config { sign_on: vec![sign_on], ..(*state.config).clone() });
    })
    .await
}

/// The pages before somebody is signed in.
fn at_the_door(browser: &Browser, url: &str, lang: &str, width: u32, provider: &SignOn) {
    let see = |name: &str| {
        fits(browser, width);
        keep_picture(browser, &format!("console-sign-on-{name}-{lang}-{width}"));
    };
    browser.go(&format!("{url}/console/sign-in?lang={lang}"));
    browser.wait("a[href^='/console/sign-in/elsewhere']");
    see("offered");
    browser.go(&format!("{url}/console/sign-in/elsewhere/return?code=none&state=none"));
    browser.wait(".alert.bad");
    see("refused");
    provider.away.store(true, Ordering::SeqCst);
    browser.press("a[href^='/console/sign-in/elsewhere']");
    browser.wait(".alert.bad");
    see("away");
    provider.away.store(false, Ordering::SeqCst);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_provinces_sign_on_are_for_everybody() {
    let provider = Arc::new(SignOn::default());
    let authority = authority(provider.clone()).await;
    let officer = officer(&authority, Role::ProvincialCdc).await;
    let (state, clock, url) = (authority.state.clone(), authority.clock.clone(), authority.url.clone());
    let runtime = tokio::runtime::Handle::current();
    browse(move || {
        for (look, lang) in [(Look::SMALL_PHONE, "en"), (Look::DESK, "vi")] {
            let browser = Browser::open(look);
            // A code signs in once.
            clock.advance(60);
            let now = clock.now();
            at_the_door(&browser, &url, lang, look.width, &provider);
            sign_in(&browser, &url, &officer, &officer.totp_secret.code(now));
            let see = |name: &str| {
                fits(&browser, look.width);
                keep_picture(&browser, &format!("console-sign-on-{name}-{lang}-{}", look.width));
            };
            let account = format!("{url}/console/account/sign-on");
            let link = |password: &str| {
                browser.go(&account);
                browser.write("#password", password);
                browser.press("form[action='/console/account/sign-on'] .button");
            };
            browser.go(&account);
            see("not-linked");
            link("not the password");
            browser.wait("#password-error");
            see("to-mend");
            link(&officer.password);
            browser.wait(&format!("a[href^='{ISSUER}/authorize']"));
            see("go-on");
            provider.away.store(true, Ordering::SeqCst);
            link(&officer.password);
            browser.wait(".alert.bad");
            see("not-linked-away");
            provider.away.store(false, Ordering::SeqCst);
            runtime.block_on(state.store.link_sign_on(ISSUER, "minh", officer.id, now)).unwrap();
            for done in ["linked", "taken", "refused"] {
                browser.go(&format!("{account}?done={done}"));
                browser.wait(".alert");
                see(done);
            }
            browser.press("form[action='/console/account/sign-on/unlink'] .button");
            browser.wait(".alert.good");
            see("unlinked");
        }
    })
    .await;
}
