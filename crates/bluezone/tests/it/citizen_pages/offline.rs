//! Without a network: the pages that were opened before open again, a declaration that is sent waits and goes out once.

use super::{Door, citizen, send_well, sign_in};
use crate::browser::{browse, keep_picture};
use crate::places::register;
use crate::scene::Authority;
use crate::webdriver::{Browser, Look};
use tokio::runtime::Handle;

/// Waits until the worker is in charge of the page.
pub fn settled(browser: &Browser) {
    let ready = "return navigator.serviceWorker.ready.then(() => new Promise(done => { \
        if (navigator.serviceWorker.controller) done(true); \
        else navigator.serviceWorker.addEventListener('controllerchange', () => done(true)); }))";
    assert_eq!(browser.eval(ready).as_bool(), Some(true));
}

/// The pages that the browser keeps, except the first one, which everybody may see.
fn kept(browser: &Browser) -> String {
    let kept = "return caches.open('pages').then(pages => pages.keys()).then(keys => \
        keys.map(key => new URL(key.url).pathname).filter(path => path !== '/').join(' '))";
    browser.eval(kept).as_str().unwrap().to_owned()
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
        browser.wait("[data-outbox] [data-outcome='waiting']");
        assert!(browser.text("[data-outbox]").contains("Cập nhật sức khỏe hằng ngày"));
        keep_picture(&browser, "citizen-offline-waiting");
        assert_eq!(wait.block_on(store.declarations_of(id, 10)).unwrap(), []);

        wait.block_on(outage.end());
        browser.go(&format!("{}/", door.url));
        browser.wait("[data-outbox] [data-outcome='stored'] a[href^='/declared/']");
        keep_picture(&browser, "citizen-offline-sent");
        // Opened again and again, it stays one.
        for _ in 0..3 {
            browser.go(&format!("{}/", door.url));
        }
        assert_eq!(wait.block_on(store.declarations_of(id, 10)).unwrap().len(), 1);

        // Who signs out leaves nothing behind.
        browser.press("form[action='/sign-out'] button");
        browser.wait("a[href^='/sign-in']");
        assert_eq!(kept(&browser), "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_without_a_network_is_in_the_language_that_was_chosen_last() {
    let authority = Authority::open().await;
    let url = authority.url.clone();
    let outage = authority.outage();
    browse(move || {
        let wait = Handle::current();
        let browser = Browser::open(Look::PHONE);
        browser.go(&url);
        settled(&browser);
        let offline = |heading: &str| {
            wait.block_on(outage.begin());
            browser.go(&format!("{url}/news"));
            assert_eq!(browser.text("h1"), heading);
            wait.block_on(outage.end());
            browser.go(&url);
        };
        offline("Không có mạng");
        for (lang, heading) in [("en", "No network"), ("vi", "Không có mạng")] {
            browser.press(&format!("nav.languages a[hreflang={lang}]"));
            browser.wait(&format!("html[lang={lang}]"));
            browser.go(&url);
            assert_eq!(
                browser.eval("return document.documentElement.lang").as_str(),
                Some(lang),
                "kept asking"
            );
            offline(heading);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_in_without_a_network_is_said_not_to_be_saved() {
    let authority = Authority::open().await;
    citizen(&authority).await;
    let door = Door::of(&authority);
    let outage = authority.outage();
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        sign_in(&browser, &door);
        settled(&browser);
        let place = register(&browser, &door.url);
        browser.go(&format!("{}/p/{place}", door.url));
        browser.wait(&format!("form[action='/p/{place}/in']"));
        Handle::current().block_on(outage.begin());
        browser.press(&format!("form[action='/p/{place}/in'] button"));
        browser.wait("[data-unsaved='visit']:not([hidden])");
        assert!(browser.text("main").contains("Chưa ghi lượt vào hay ra"));
        keep_picture(&browser, "citizen-offline-visit");
        // The same for who scans the poster only then; other pages say nothing of it.
        browser.go(&format!("{}/p/{place}?k=1-ABCDEFGH", door.url));
        browser.wait("[data-unsaved='visit']:not([hidden])");
        browser.go(&format!("{}/work", door.url));
        assert!(!browser.text("main").contains("Chưa ghi lượt"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_deletes_their_account_leaves_nothing_in_the_browser() {
    let authority = Authority::open().await;
    citizen(&authority).await;
    let door = Door::of(&authority);
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        sign_in(&browser, &door);
        settled(&browser);
        for path in ["/", "/pass", "/visits", "/declare/hang-ngay"] {
            browser.go(&format!("{}{path}", door.url));
        }
        assert!(kept(&browser).contains("/pass"));
        browser.go(&format!("{}/me/delete", door.url));
        browser.press("form[action='/me/delete'] button.danger");
        browser.wait("#sure-error");
        assert!(kept(&browser).contains("/pass"), "only asked whether they are sure");
        browser.press("#sure");
        browser.press("form[action='/me/delete'] button.danger");
        browser.wait(".alert.good");
        assert!(browser.text(".alert.good").contains("đã được xóa"));
        keep_picture(&browser, "citizen-home-gone");
        assert_eq!(kept(&browser), "");
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
        let read = |manifest: &serde_json::Value| -> serde_json::Value {
            serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap()
        };
        assert_eq!(read(&manifest)["start_url"], "/");
        assert_eq!(read(&manifest)["lang"], "vi");
        // The manifest is asked for with the cookie that remembers the language.
        browser.press("nav.languages a[hreflang=en]");
        browser.go(&url);
        let manifest = browser.devtools("Page.getAppManifest", &serde_json::json!({}));
        assert_eq!(read(&manifest)["lang"], "en");
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
