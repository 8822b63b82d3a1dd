//! A phone that several people use: what one of them left unsent is shown to nobody else and goes out as nobody else; and what became
//! of it is told to whoever wrote it.

use super::offline::settled;
use super::{Door, PHONE, citizen, citizen_of, send_well, sign_in_as};
use crate::axe::for_everybody;
use crate::browser::{browse, keep_picture};
use crate::scene::{Authority, HOUR_S, Outage};
use crate::webdriver::{Browser, Look};
use bluezone_protocol::time::DAY_S;
use serde_json::json;
use tokio::runtime::Handle;

const OTHER: &str = "0900000002";

/// Somebody declares without a network; then their session ends, and nobody signed out.
fn leaves_unsent(browser: &Browser, door: &Door, outage: &Outage) {
    let wait = Handle::current();
    sign_in_as(browser, door, PHONE);
    settled(browser);
    browser.go(&format!("{}/declare/hang-ngay", door.url));
    wait.block_on(outage.begin());
    send_well(browser);
    browser.wait("[data-outbox] [data-outcome='waiting']");
    browser.devtools("Network.clearBrowserCookies", &json!({}));
    wait.block_on(outage.end());
}

/// Lets the worker send what it may; how many entries it shows to whoever is signed in.
fn shown(browser: &Browser) -> u64 {
    let ask = "return new Promise((done) => { const { port1, port2 } = new MessageChannel(); \
        port1.onmessage = ({ data }) => done(data.length); \
        navigator.serviceWorker.controller.postMessage({ flush: true }, [port2]); })";
    browser.eval(ask).as_u64().unwrap()
}

/// How many entries the device keeps, whoever they belong to.
fn kept(browser: &Browser) -> u64 {
    let count = "return new Promise((done) => { const open = indexedDB.open('bluezone-offline', 1); \
        open.onsuccess = () => { const count = open.result.transaction('queue').objectStore('queue').count(); \
        count.onsuccess = () => { open.result.close(); done(count.result); }; }; })";
    browser.eval(count).as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_left_goes_out_as_nobody_else() {
    let authority = Authority::open().await;
    let (one, _) = citizen(&authority).await;
    let (other, _) = citizen_of(&authority, OTHER).await;
    let (door, store) = (Door::of(&authority), authority.state.store.clone());
    let outage = authority.outage();
    browse(move || {
        let wait = Handle::current();
        let declared = |citizen| wait.block_on(store.declarations_of(citizen, 10)).unwrap().len();
        let browser = Browser::open(Look::PHONE);
        let go = |path: &str| browser.go(&format!("{}{path}", door.url));
        leaves_unsent(&browser, &door, &outage);
        go("/");
        browser.wait("a[href='/sign-in']");
        assert_eq!((shown(&browser), kept(&browser)), (0, 1));

        // Nobody's declaration is not kept for somebody: it stays where it was typed.
        go("/declare/toan-dan");
        wait.block_on(outage.begin());
        browser.write("#fullName", "LÊ VĂN MẪU");
        browser.press("form.form > button.primary");
        browser.wait("[data-unsaved='form']:not([hidden])");
        keep_picture(&browser, "citizen-offline-form");
        wait.block_on(outage.end());
        assert_eq!(kept(&browser), 1);

        sign_in_as(&browser, &door, OTHER);
        go("/declare");
        assert_eq!((shown(&browser), kept(&browser)), (0, 1));
        assert_eq!(
            browser.eval("return document.querySelector('[data-outbox]').hidden").as_bool(),
            Some(true)
        );
        assert_eq!((declared(one), declared(other)), (0, 0));
        go("/");
        browser.press("form[action='/sign-out'] button");
        browser.wait("form[action='/sign-in']");
        assert_eq!(kept(&browser), 1, "who signs out takes only their own along");

        sign_in_as(&browser, &door, PHONE);
        go("/");
        browser.wait("[data-outbox] [data-outcome='stored'] a[href^='/declared/']");
        assert_eq!((declared(one), declared(other)), (1, 0));
        browser.press("[data-outbox] [data-told]");
        browser.wait("[data-outbox][hidden]");
        assert_eq!(kept(&browser), 0, "what was told is forgotten");
    })
    .await;
}

/// Lets so many seconds pass for what the device keeps.
fn age(browser: &Browser, seconds: i64) {
    let all = format!(
        "return new Promise((done) => {{ const open = indexedDB.open('bluezone-offline', 1); \
         open.onsuccess = () => {{ const change = open.result.transaction('queue', 'readwrite'); \
         const queue = change.objectStore('queue'); \
         queue.openCursor().onsuccess = ({{ target: {{ result }} }}) => {{ if (!result) return; \
           result.update({{ ...result.value, at: result.value.at - {seconds} }}); result.continue(); }}; \
         change.oncomplete = () => {{ open.result.close(); done(true); }}; }}; }})"
    );
    assert_eq!(browser.eval(&all).as_bool(), Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_comes_back_for_is_gone_after_its_days() {
    let authority = Authority::open().await;
    citizen(&authority).await;
    citizen_of(&authority, OTHER).await;
    let door = Door::of(&authority);
    let outage = authority.outage();
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        leaves_unsent(&browser, &door, &outage);
        sign_in_as(&browser, &door, OTHER);
        age(&browser, 14 * DAY_S - HOUR_S);
        assert_eq!((shown(&browser), kept(&browser)), (0, 1), "its owner may still come");
        age(&browser, 2 * HOUR_S);
        assert_eq!((shown(&browser), kept(&browser)), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_each_is_told_and_what_is_wrong_is_mended() {
    let authority = Authority::open().await;
    let (id, _) = citizen(&authority).await;
    let (door, store) = (Door::of(&authority), authority.state.store.clone());
    let outage = authority.outage();
    browse(move || {
        let wait = Handle::current();
        let browser = Browser::open(Look::PHONE);
        let go = |path: &str| browser.go(&format!("{}{path}", door.url));
        sign_in_as(&browser, &door, PHONE);
        settled(&browser);
        go("/declare/hang-ngay");
        wait.block_on(outage.begin());
        // One that is right, one of the same day, and one without an answer.
        for _ in 0..2 {
            send_well(&browser);
            browser.wait("[data-outbox] [data-outcome='waiting']");
            go("/declare/hang-ngay");
        }
        browser.write_date("#date", "2026-11-19");
        browser.press("input[name='recorder'][value='self']");
        browser.press("#consent-declaration");
        browser.press("form.form > button.primary");
        browser.wait("[data-outbox] li:nth-child(3)");
        wait.block_on(outage.end());

        go("/declare");
        for end in ["stored", "day-sent", "wrong"] {
            browser.wait(&format!("[data-outbox] [data-outcome='{end}']"));
        }
        keep_picture(&browser, "citizen-offline-ends");
        for_everybody(&browser);
        let why = browser.text("[data-outbox] [data-why]");
        assert!(why.contains("Hãy trả lời câu này"), "{why}");
        browser.press("[data-outbox] [data-mend]");
        browser.wait("form.form input[name='recorder'][value='self']:checked");
        assert!(browser.url().ends_with("/declare/hang-ngay"));
        let day = browser.eval("return document.querySelector('#date').value");
        assert_eq!(day.as_str(), Some("2026-11-19"), "what was written is there");
        browser.press("input[name='symptoms'][value='healthy']");
        browser.press("form.form > button.primary");
        browser.wait(".pass svg.qr");
        assert_eq!(wait.block_on(store.declarations_of(id, 10)).unwrap().len(), 2);

        go("/");
        browser.press("[data-outbox] [data-outcome='stored'] [data-told]");
        browser.press("[data-outbox] [data-outcome='day-sent'] [data-told]");
        browser.wait("[data-outbox][hidden]");
        assert_eq!((shown(&browser), kept(&browser)), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_typed_is_shown_to_nobody_else_and_a_lost_answer_doubles_nothing() {
    let authority = Authority::open().await;
    citizen(&authority).await;
    citizen_of(&authority, OTHER).await;
    let door = Door::of(&authority);
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        let open = || browser.go(&format!("{}/declare/toan-dan", door.url));
        let value = |css: &str| {
            browser
                .eval(&format!("return document.querySelector(\"{css}\").value"))
                .as_str()
                .unwrap()
                .to_owned()
        };
        let ticket = || value("form.form input[name='ticket']");
        sign_in_as(&browser, &door, PHONE);
        open();
        browser.write("#fullName", "LÊ VĂN MẪU");
        let first = ticket();
        open();
        assert_eq!((value("#fullName"), ticket()), ("LÊ VĂN MẪU".to_owned(), first.clone()));
        // It is sent, and nobody knows whether it arrived.
        browser.eval(
            "const form = document.querySelector('form.form'); \
             form.addEventListener('submit', (event) => event.preventDefault()); form.requestSubmit()",
        );
        open();
        assert_eq!(ticket(), first, "sent again it is the same");
        browser.write("#fullName", "LÊ VĂN MẪU B");
        assert_ne!(ticket(), first, "other answers are another declaration");

        // Their session ends, and nobody signed out.
        browser.devtools("Network.clearBrowserCookies", &json!({}));
        sign_in_as(&browser, &door, OTHER);
        open();
        assert_ne!(value("#fullName"), "LÊ VĂN MẪU B");
        browser.devtools("Network.clearBrowserCookies", &json!({}));
        sign_in_as(&browser, &door, PHONE);
        open();
        assert_eq!(value("#fullName"), "LÊ VĂN MẪU B", "their own comes back");
    })
    .await;
}

/// The pages and codes that the device keeps of whoever was signed in, the drafts of what they typed, and whether they are leaving.
fn left_behind(browser: &Browser) -> String {
    let left = "return (async () => { \
        const pages = (await caches.has('pages')) ? await (await caches.open('pages')).keys() : []; \
        const paths = pages.map((page) => new URL(page.url).pathname); \
        const drafts = Object.keys(localStorage).filter((key) => key.startsWith('bluezone-draft')); \
        return [...paths, ...drafts].join(' '); })()";
    browser.eval(left).as_str().unwrap().to_owned()
}

/// Somebody signs out where there is no network, and hands the phone on.
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_without_a_network_leaves_nothing_and_is_signed_out_first() {
    let authority = Authority::open().await;
    let (one, _) = citizen(&authority).await;
    let (door, store) = (Door::of(&authority), authority.state.store.clone());
    let outage = authority.outage();
    browse(move || {
        let wait = Handle::current();
        let browser = Browser::open(Look::PHONE);
        let go = |path: &str| browser.go(&format!("{}{path}", door.url));
        sign_in_as(&browser, &door, PHONE);
        settled(&browser);
        go("/pass");
        let code = browser.eval("return fetch('/pass/codes').then(answer => answer.ok)");
        assert_eq!(code.as_bool(), Some(true));
        go("/declare/toan-dan");
        browser.write("#address", "Hẻm Canary");
        go("/declare/hang-ngay");
        wait.block_on(outage.begin());
        send_well(&browser);
        browser.wait("[data-outbox] [data-outcome='waiting']");
        go("/");
        assert!(left_behind(&browser).contains("/pass") && left_behind(&browser).contains("bluezone-draft/"));
        browser.press("form[action='/sign-out'] button");
        browser.wait("[data-unsaved='left']:not([hidden])");
        keep_picture(&browser, "citizen-offline-left");
        for_everybody(&browser);
        assert_eq!((left_behind(&browser), kept(&browser)), (String::new(), 0));
        for path in ["/", "/pass", "/visits", "/declare/toan-dan"] {
            go(path);
            assert_eq!(browser.text("h1"), "Không có mạng", "{path}");
        }
        assert_eq!(
            browser.eval("return fetch('/pass/codes').then(() => true, () => false)").as_bool(),
            Some(false)
        );

        // The first that goes out is that somebody left, whatever is opened.
        wait.block_on(outage.end());
        go("/pass");
        browser.wait("form[action='/sign-in']");
        assert_eq!(browser.eval("return caches.has('left')").as_bool(), Some(false), "it is done");
        go("/");
        browser.wait("a[href='/sign-in']");
        assert_eq!(left_behind(&browser), "/", "only what everybody may see");
        assert_eq!(
            wait.block_on(store.declarations_of(one, 10)).unwrap(),
            [],
            "nothing went out for who had left"
        );
    })
    .await;
}
