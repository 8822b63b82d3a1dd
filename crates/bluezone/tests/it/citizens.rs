//! A citizen's way in a real browser: from the first page to their code, counting what their fingers do.

use crate::browser::{browse, keep_picture};
use crate::scene::{Authority, UNIT};
use crate::webdriver::{Browser, Look};
use bluezone_protocol::time::DAY_S;
use bluezone_server::texting::InMemory;
use std::sync::Arc;

const PHONE: &str = "0900000001";
/// Seconds of a tap with the thumb, reading what is beside it included.
const TAP_S: f64 = 1.5;
/// Seconds of a letter on a phone's keyboard: 33 words a minute.
const LETTER_S: f64 = 0.36;

/// A hand on a phone, and what it did.
struct Hand {
    browser: Browser,
    taps: u32,
    letters: usize,
}

impl Hand {
    fn tap(&mut self, css: &str) {
        self.browser.press(css);
        self.taps += 1;
    }

    /// Taps into a field and types.
    fn write(&mut self, css: &str, text: &str) {
        self.browser.write(css, text);
        self.taps += 1;
        self.letters += text.chars().count();
    }

    /// Types where the cursor stands already.
    fn write_here(&mut self, css: &str, text: &str) {
        self.browser.write(css, text);
        self.letters += text.chars().count();
    }

    /// Opens a list and taps one of it.
    fn choose(&mut self, name: &str, value: &str) {
        self.browser.press(&format!("#{name} option[value='{value}']"));
        self.taps += 2;
    }

    fn dot(&mut self, name: &str, value: &str) {
        self.tap(&format!("input[name='{name}'][value='{value}']"));
    }

    fn seconds(&self) -> f64 {
        f64::from(self.taps) * TAP_S + self.letters as f64 * LETTER_S
    }
}

/// Home, declare, code.
fn first_time(hand: &mut Hand, url: &str, texts: &InMemory) {
    hand.browser.go(url);
    hand.tap("a.button.primary[href='/declare/toan-dan']");
    hand.write("#fullName", "TRẦN THỊ THỬ");
    hand.write("#birthYear", "1985");
    hand.dot("gender", "female");
    hand.choose("provinceId", "01");
    if hand.browser.scripts() {
        hand.browser.wait("#wardId option[value='00004']");
    } else {
        hand.tap("button[name='step']");
    }
    hand.choose("wardId", "00004");
    hand.write("#address", "12 Hàng Buồm");
    hand.write("#phone", PHONE);
    well(hand);
    hand.tap("#consent-declaration");
    hand.tap("form.form > button.primary");
    hand.browser.wait("#code");
    // Browsers offer the code of the message above the keyboard; here it is typed.
    hand.write_here("#code", &texts.code(&PHONE.parse().unwrap()).unwrap());
    hand.tap("form[action='/sign-in/code'] button");
    hand.browser.wait(".pass svg.qr");
}

/// The five questions.
fn well(hand: &mut Hand) {
    hand.dot("showCountryPassing", "no");
    hand.dot("showSignal", "healthy");
    hand.dot("hasPatient", "no");
    hand.dot("hasFromSickCountry", "no");
    hand.dot("hasSick", "no");
}

async fn declares_twice(look: Look) {
    let authority = Authority::open().await;
    authority.state.store.set_unit_phone(UNIT, "024 3733 3333").await.unwrap();
    let (url, clock, texts): (_, _, Arc<InMemory>) =
        (authority.url.clone(), authority.clock.clone(), authority.texts.clone());
    browse(move || {
        let mut hand = Hand { browser: Browser::open(look), taps: 0, letters: 0 };
        first_time(&mut hand, &url, &texts);
        keep_picture(&hand.browser, &format!("citizen-declared-{}", look.scripts));
        let (taps, seconds) = (hand.taps, hand.seconds());
        assert!(taps <= 25, "{taps} taps");
        assert!(seconds < 90.0, "{seconds} s");
        if look.scripts {
            let left = hand
                .browser
                .eval("return Object.keys(localStorage).filter(k => k.startsWith('bluezone-draft')).length");
            assert_eq!(left.as_i64(), Some(0), "no draft is left on the device");
        }
        clock.advance(DAY_S);
        hand.taps = 0;
        hand.browser.go(&url);
        keep_picture(&hand.browser, &format!("citizen-home-again-{}", look.scripts));
        well(&mut hand);
        hand.tap("form.form > button.primary");
        hand.browser.wait(".pass svg.qr");
        assert!(hand.taps <= 6, "{} taps", hand.taps);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_has_their_code_in_a_minute_and_a_half() {
    declares_twice(Look::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_without_scripts() {
    declares_twice(Look { scripts: false, ..Look::PHONE }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_a_closed_page() {
    let authority = Authority::open().await;
    let url = authority.url.clone();
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        let form = format!("{url}/declare/toan-dan");
        browser.go(&form);
        browser.write("#fullName", "TRẦN THỊ THỬ");
        browser.press("#provinceId option[value='01']");
        browser.press("#wardId option[value='00004']");
        browser.press("#consent-declaration");
        browser.go(&url);
        browser.go(&form);
        browser.wait("#wardId option[value='00004']");
        let value = |css: &str| {
            let value = browser.eval(&format!("return document.querySelector('{css}').value"));
            value.as_str().unwrap().to_owned()
        };
        assert_eq!(value("#fullName"), "TRẦN THỊ THỬ");
        assert_eq!(value("#provinceId"), "01");
        let ticked = browser.eval("return document.querySelector('#consent-declaration').checked");
        assert_eq!(ticked.as_bool(), Some(false), "a yes is never remembered");
        let chosen = "return document.querySelector('#wardId').value";
        let waited = (0..50).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            browser.eval(chosen).as_str() == Some("00004")
        });
        assert!(waited, "the commune comes back with its list");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_code_runs_on_without_a_connection() {
    let authority = Authority::open().await;
    let (url, texts) = (authority.url.clone(), authority.texts.clone());
    browse(move || {
        let mut hand = Hand { browser: Browser::open(Look::PHONE), taps: 0, letters: 0 };
        first_time(&mut hand, &url, &texts);
        let browser = &hand.browser;
        browser.go(&format!("{url}/pass"));
        keep_picture(browser, "citizen-pass");
        let shown = "return document.querySelector('.pass path').getAttribute('d').length > 1000 \
            && /\\d\\d:\\d\\d:\\d\\d/.test(document.querySelector('[data-clock]').textContent)";
        let runs = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            browser.eval(shown).as_bool() == Some(true)
        });
        assert!(runs, "the clock runs");
        let path = "return document.querySelector('.pass path').getAttribute('d')";
        let before = browser.eval(path);
        browser.devtools(
            "Network.emulateNetworkConditions",
            &serde_json::json!({ "offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0 }),
        );
        // Six minutes later by the phone's clock.
        browser.eval("const now = Date.now; Date.now = () => now() + 360000");
        let changed = (0..50).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            browser.eval(path) != before
        });
        assert!(changed, "the next code is there");
    })
    .await;
}
