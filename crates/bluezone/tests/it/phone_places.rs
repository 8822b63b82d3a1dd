//! Places on the phone's own pages, by hand in a browser.

use crate::axe::for_everybody;
use crate::browser::{browse, keep_picture, small_targets};
use crate::scene::{Authority, Person};
use crate::webdriver::{Browser, Look};
use bluezone_codes::KeyRing;
use bluezone_codes::place::{Link, PlaceCode, Poster};

/// A poster of a place: what its QR code says.
fn poster(server: &str) -> String {
    let (ring, code) = (KeyRing::new((1, [1; 32]), []), "100085724".parse::<PlaceCode>().unwrap());
    Link { code, poster: Some(Poster::new(&ring, code, 1)) }.write(server)
}

async fn comes_and_goes(scripts: bool) {
    let authority = Authority::open().await;
    let person = Person::new(&authority, 1).await;
    let (link, poster) = (person.pages().await, poster(&authority.url));
    let phone = person.phone.clone();
    browse(move || {
        let browser = Browser::open(Look { scripts, ..Look::SMALL_PHONE });
        browser.go(&link);
        browser.press("a[href='/places/new']");
        browser.write("#code", "100 085 723");
        browser.press("form.form .button");
        browser.wait("#code-error");
        assert!(browser.text("#code-error").contains("chữ số sai"));
        for_everybody(&browser);
        keep_picture(&browser, "app-places-new-to-mend");
        browser.write("#code", &poster);
        browser.write("#name", "Chợ Thái");
        browser.press("form.form .button");
        browser.wait(".status.info");
        assert!(browser.text(".status.info").contains("Bạn đang ở Chợ Thái"));
        assert_eq!((browser.overhang(), small_targets(&browser).as_str()), (0, ""));
        for_everybody(&browser);
        keep_picture(&browser, "app-places-here");
        browser.press("form[action='/places/check-out'] .button");
        browser.wait("main:not(:has(.status.info)) article.entry");
        assert!(browser.text("article.entry").contains("Chợ Thái"));
        assert!(phone.with(|mind, now, _| mind.open_visit(now).unwrap().is_none()));
        for_everybody(&browser);
        keep_picture(&browser, "app-places-left");
        browser.press("article.entry form .button");
        browser.wait(".empty");
        assert!(browser.text("main").contains("Chưa có nơi nào"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_checks_in_and_out_and_deletes_the_visit() {
    comes_and_goes(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_in_needs_no_javascript() {
    comes_and_goes(false).await;
}
