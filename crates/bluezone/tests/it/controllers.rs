//! Controllers who share a device: what one of them scanned without a connection waits for that one, and not for ever.

use crate::browser::browse;
use crate::places::{its_time, network, register, scan_cards, sign_in};
use crate::scene::{Authority, HOUR_S};
use crate::webdriver::{Browser, Look};
use bluezone_protocol::time::DAY_S;
use serde_json::json;

const OWNER: &str = "0900000001";
const GUARD: &str = "0900000003";

/// How many scans wait on the device, by controller.
fn waiting(browser: &Browser) -> Vec<u64> {
    let count = "return Object.keys(localStorage).filter(key => key.startsWith('control ')) \
        .map(key => JSON.parse(localStorage[key]).length).sort()";
    browser.eval(count).as_array().unwrap().iter().map(|many| many.as_u64().unwrap()).collect()
}

/// Scans while there is no connection; then the session ends, and nobody signed out.
fn scan_and_leave(browser: &Browser, control: &str, cards: std::ops::Range<usize>) {
    browser.go(control);
    browser.wait("#control");
    network(browser, false);
    scan_cards(browser, cards);
    browser.wait("#outcome .alert.neutral");
    browser.devtools("Network.clearBrowserCookies", &json!({}));
    network(browser, true);
}

/// Lets so many seconds pass for what waits on the device.
fn age(browser: &Browser, seconds: i64) {
    browser.eval(&format!(
        "for (const key of Object.keys(localStorage).filter(key => key.startsWith('control '))) {{ \
           const events = JSON.parse(localStorage[key]).map(event => ({{ ...event, at: event.at - {seconds} }})); \
           localStorage[key] = JSON.stringify(events); }}"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_controller_sends_their_own_scans_and_old_ones_end() {
    let authority = Authority::open().await;
    let (url, texts, clock) = (authority.url.clone(), authority.texts.clone(), authority.clock.clone());
    let code = browse(move || {
        let browser = Browser::open(Look::PHONE);
        clock.set(its_time(&browser));
        sign_in(&browser, &url, &texts, OWNER);
        let code = register(&browser, &url);
        browser.go(&format!("{url}/places/{code}/delegates"));
        browser.write("#phone", GUARD);
        browser.press("form.form .button.primary");
        browser.wait("form.card");
        let control = format!("{url}/places/{code}/control");
        scan_and_leave(&browser, &control, 0..2);

        // The other one on the same device: nothing of it is shown or sent.
        sign_in(&browser, &url, &texts, GUARD);
        browser.go(&control);
        browser.wait("#control");
        assert_eq!((browser.text("#queue"), waiting(&browser)), (String::new(), vec![2]));
        scan_cards(&browser, 10..11);
        browser.wait("#outcome .face");
        assert_eq!(waiting(&browser), [2], "what was scanned here has gone, the others' has not");
        scan_and_leave(&browser, &control, 20..23);
        assert_eq!(waiting(&browser), [2, 3]);

        sign_in(&browser, &url, &texts, OWNER);
        clock.set(its_time(&browser));
        browser.go(&control);
        let own = "return new Promise((done) => { const look = () => Object.keys(localStorage) \
            .filter(key => key.startsWith('control ')).length > 1 ? setTimeout(look, 100) : done(0); look(); })";
        browser.eval(own);
        assert_eq!(waiting(&browser), [3]);

        // What the other one never came back for is kept for fourteen days.
        age(&browser, 14 * DAY_S - HOUR_S);
        // Somebody's from long ago goes in the same tidying: gone, the others were looked at too.
        browser.eval("localStorage['control long ago'] = JSON.stringify([{ at: 0 }])");
        assert_eq!(waiting(&browser), [1, 3]);
        browser.go(&control);
        let tidied = "return new Promise((done) => { const look = () => localStorage['control long ago'] \
            ? setTimeout(look, 100) : done(0); look(); })";
        browser.eval(tidied);
        assert_eq!(waiting(&browser), [3]);
        age(&browser, 2 * HOUR_S);
        browser.go(&control);
        browser.wait("#control");
        let gone = "return new Promise((done) => { const look = () => Object.keys(localStorage) \
            .some(key => key.startsWith('control ')) ? setTimeout(look, 100) : done(0); look(); })";
        browser.eval(gone);
        assert_eq!(waiting(&browser), [0_u64; 0]);
        code
    })
    .await;
    let now = authority.state.now();
    let store = &authority.state.store;
    let visits =
        store.visits_overlapping(code.parse().unwrap(), now - HOUR_S, now + HOUR_S, 0).await.unwrap();
    let by = |phone: &str| {
        let phone = phone.parse().unwrap();
        async move { store.citizen_by_phone(&phone).await.unwrap().unwrap().id }
    };
    let (owner, guard) = (by(OWNER).await, by(GUARD).await);
    let scanned = |who| visits.iter().filter(|visit| visit.details.controller == Some(who)).count();
    assert_eq!((scanned(owner), scanned(guard)), (2, 1));
}
