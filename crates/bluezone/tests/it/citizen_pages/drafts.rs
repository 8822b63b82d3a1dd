//! What is typed is kept on the device until it was sent: it comes back, and takes nothing from what the page has learnt since.

use super::{Door, citizen, sign_in};
use crate::browser::browse;
use crate::scene::Authority;
use crate::webdriver::{Browser, Look};
use bluezone_domain::citizen::{Profile, ProfilePerson};
use bluezone_domain::person::Identity;
use tokio::runtime::Handle;

/// What stands in a field.
fn value(browser: &Browser, css: &str) -> String {
    let script = format!("return document.querySelector(\"{css}\").value");
    browser.eval(&script).as_str().unwrap().to_owned()
}

/// Empties a field, as a person does.
fn empty(browser: &Browser, css: &str) {
    let script = format!(
        "const field = document.querySelector(\"{css}\"); field.value = ''; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))"
    );
    browser.eval(&script);
}

/// A form of which the page fills in more the second time, and in between somebody typed their name.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_takes_nothing_from_what_the_page_has_learnt() {
    let authority = Authority::open().await;
    let (_, profile) = citizen(&authority).await;
    let (door, state) = (Door::of(&authority), authority.state.clone());
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        let open = || browser.go(&format!("{}/declare/toan-dan", door.url));
        sign_in(&browser, &door);
        open();
        assert_eq!(value(&browser, "#address"), "");
        browser.write("#fullName", "LÊ VĂN MẪU");
        // Typed and taken away again: that is no answer either.
        browser.write("#address", "Hẻm Canary");
        empty(&browser, "#address");

        let identity = Identity { address: "12 Hàng Buồm".to_owned(), ..profile.person.identity.clone() };
        let person = ProfilePerson { identity, ..profile.person.clone() };
        let learnt = Profile { person, ..profile };
        Handle::current().block_on(state.store.put_profile(&learnt, &mut *state.rng())).unwrap();
        open();
        let seen = |css| value(&browser, css);
        assert_eq!((seen("#fullName"), seen("#address")), ("LÊ VĂN MẪU".into(), "12 Hàng Buồm".into()));

        // What the page filled in and a person emptied stays empty; what was typed stays.
        empty(&browser, "#address");
        browser.press("input[name='hasPatient'][value='no']");
        open();
        assert_eq!((seen("#fullName"), seen("#address")), ("LÊ VĂN MẪU".into(), String::new()));
        browser.wait("input[name='hasPatient'][value='no']:checked");

        // So it is when the form came back to be mended and was changed there.
        browser.press("form.form > button.primary");
        browser.wait(".alert.bad");
        browser.press("input[name='hasSick'][value='no']");
        open();
        assert_eq!((seen("#fullName"), seen("#address")), ("LÊ VĂN MẪU".into(), String::new()));
        browser.wait("input[name='hasSick'][value='no']:checked");

        // Who deletes the draft begins with what the page knows.
        browser.press("[data-forget]");
        open();
        assert_eq!((seen("#fullName"), seen("#address")), ("Trần Thị Thử".into(), "12 Hàng Buồm".into()));
        let ticked = browser.eval("return document.querySelectorAll('input[name=hasSick]:checked').length");
        assert_eq!(ticked.as_i64(), Some(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_yesterday_is_of_today() {
    let authority = Authority::open().await;
    citizen(&authority).await;
    let (door, clock) = (Door::of(&authority), authority.clock.clone());
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        let open = || browser.go(&format!("{}/declare/hang-ngay", door.url));
        sign_in(&browser, &door);
        open();
        browser.press("input[name='recorder'][value='self']");
        browser.press("input[name='symptoms'][value='healthy']");
        assert_eq!(value(&browser, "#date"), "2026-11-20");
        clock.advance(bluezone_protocol::time::DAY_S);
        open();
        browser.wait("input[name='symptoms'][value='healthy']:checked");
        assert_eq!(value(&browser, "#date"), "2026-11-21");
        browser.press("#consent-declaration");
        browser.press("form.form > button.primary");
        browser.wait(".pass svg.qr");
        open();
        let ticked = browser.eval("return document.querySelectorAll('input[name=symptoms]:checked').length");
        assert_eq!(ticked.as_i64(), Some(0), "what was sent is no draft any more");
    })
    .await;
}
