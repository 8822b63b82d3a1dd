//! Without a network: the pages that were opened before open again, a declaration that is sent waits and goes out once.

use super::{Door, citizen, send_well, sign_in};
use crate::browser::{browse, keep_picture};
use crate::scene::Authority;
use crate::webdriver::{Browser, Look};
use tokio::runtime::Handle;

/// Waits until the worker is in charge of the page.
fn settled(browser: &Browser) {
    let ready = "return navigator.serviceWorker.ready.then(() => new Promise(done => { \
        if (navigator.serviceWorker.controller) done(true); \
        else navigator.serviceWorker.addEventListener('controllerchange', () => done(true)); }))";
    assert_eq!(browser.eval(ready).as_bool(), Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_needed_at_a_door_works_without_a_network() {
    let authority = Authority::open().await;
    let (id, _) = citizen(&authority).await;
    let (door, store) = (Door::of(&authority), authority.state.store.clone());
    let outage = authority.outage();
    browse(move || {
        let wait = Handle::current();
        let browser = Browser::open(Look::PHONE);
        sign_in(&browser, &door);
        settled(&browser);
        for path in ["/", "/pass", "/declare/hang-ngay"] {
            browser.go(&format!("{}{path}", door.url));
        }
        let code = browser.eval("return fetch('/pass/codes').then(answer => answer.ok)");
        assert_eq!(code.as_bool(), Some(true));

        wait.block_on(outage.begin());
        browser.go(&format!("{}/pass", door.url));
        browser.wait(".pass svg.qr");
        keep_picture(&browser, "citizen-offline-pass");
        browser.go(&format!("{}/work", door.url));
        assert_eq!(browser.text("h1"), "Không có mạng");
        keep_picture(&browser, "citizen-offline");

        browser.go(&format!("{}/declare/hang-ngay", door.url));
        send_well(&browser);
        browser.wait("[data-waiting]:not([hidden])");
        assert!(browser.text("[data-waiting]").starts_with("1 mục"));
        keep_picture(&browser, "citizen-offline-waiting");
        assert_eq!(wait.block_on(store.declarations_of(id, 10)).unwrap(), []);

        wait.block_on(outage.end());
        browser.go(&format!("{}/", door.url));
        let sent = "return new Promise((done) => { const look = () => { const open = indexedDB.open('bluezone-offline', 1); \
            open.onsuccess = () => { const count = open.result.transaction('queue').objectStore('queue').count(); \
            count.onsuccess = () => { open.result.close(); count.result ? setTimeout(look, 100) : done(true); }; }; }; look(); })";
        assert_eq!(browser.eval(sent).as_bool(), Some(true));
        // Opened again and again, it stays one.
        for _ in 0..3 {
            browser.go(&format!("{}/", door.url));
        }
        assert_eq!(wait.block_on(store.declarations_of(id, 10)).unwrap().len(), 1);

        // Who signs out leaves nothing behind.
        browser.press("form[action='/sign-out'] button");
        browser.wait("a[href^='/sign-in']");
        let left = "return caches.open('pages').then(pages => pages.keys()).then(keys => \
            keys.map(key => new URL(key.url).pathname).filter(path => path !== '/').join(' '))";
        assert_eq!(browser.eval(left).as_str(), Some(""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_can_be_installed() {
    let authority = Authority::open().await;
    let url = authority.url.clone();
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        browser.go(&url);
        settled(&browser);
        let manifest = browser.devtools("Page.getAppManifest", &serde_json::json!({}));
        assert_eq!(manifest["errors"].as_array().map(Vec::len), Some(0), "{manifest}");
        let read: serde_json::Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
        assert_eq!(read["start_url"], "/");
        let wrong = browser.devtools("Page.getInstallabilityErrors", &serde_json::json!({}));
        let wrong: Vec<_> = wrong["installabilityErrors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| of["errorId"].clone())
            .collect();
        // A browser without a profile of its own installs nothing.
        assert!(wrong.iter().all(|of| of == "in-incognito"), "{wrong:?}");
    })
    .await;
}
