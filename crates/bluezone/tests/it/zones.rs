//! Zones in a real browser: drawn by an officer with the mouse or typed without scripts, and read by everybody.

use crate::browser::{browse, keep_picture};
use crate::console::{fits, officer, sign_in};
use crate::scene::Authority;
use crate::webdriver::{Browser, Look};
use bluezone_domain::officer::Role;
use bluezone_protocol::time::Clock as _;

/// Draws an outline of a ward, by clicks on the map or by typing, and publishes it.
fn draw(browser: &Browser, url: &str, clicks: bool) {
    browser.go(&format!("{url}/console/zones/new"));
    fits(browser, 0);
    browser.go(&format!("{url}/console/zones/new?commune=00004"));
    if clicks {
        // Around the middle of the map, as a hand would.
        let click = "const map = document.querySelector('.map').getBoundingClientRect(); \
            for (const [x, y] of [[.45, .45], [.6, .45], [.6, .6], [.45, .6], [.1, .1]]) \
              document.querySelector('.map').dispatchEvent(new MouseEvent('click', \
                { bubbles: true, clientX: map.left + x * map.width, clientY: map.top + y * map.height })); \
            document.querySelector('[data-do=undo]').click(); \
            return document.querySelector('.map-drawn').getAttribute('points').split(' ').length";
        assert_eq!(browser.eval(click).as_i64(), Some(4), "four corners, the fifth taken back");
    } else {
        assert!(browser.eval("return document.querySelector('[data-do=undo]').checkVisibility()") == false);
        browser.write("#outline", "21.0345, 105.8330; 21.0375, 105.8330; 21.0375, 105.8360");
        browser.press("input[name=extent][value=part]");
    }
    browser.write("#places", "Tổ 5, tổ 6");
    browser.press("input[name=level][value='3']");
    browser.write("#decision", "2011/QĐ-UBND");
    browser.write("#reason", "12 ca trong 7 ngày");
    browser.press("button[value=preview]");
    browser.wait(".alert.info");
    browser.wait(".map-part");
    fits(browser, 0);
    browser.press("button[value=save]");
    browser.wait(".alert.good");
}

async fn zones(look: Look) {
    let authority = Authority::open().await;
    let officer = officer(&authority, Role::ProvincialCdc).await;
    let code = officer.totp_secret.code(authority.clock.now());
    let url = authority.url.clone();
    browse(move || {
        let browser = Browser::open(look);
        let picture = |name: &str| keep_picture(&browser, &format!("{name}-{}", look.width));
        sign_in(&browser, &url, &officer, &code);
        draw(&browser, &url, look.scripts);
        fits(&browser, look.width);
        picture("console-zone");
        let zone = browser.url().split('?').next().unwrap().to_owned();
        for page in [zone.clone(), format!("{zone}/change"), format!("{zone}/lift")] {
            for lang in ["en", "vi"] {
                browser.go(&format!("{page}?lang={lang}"));
                fits(&browser, look.width);
            }
        }
        browser.go(&format!("{url}/console/zones"));
        fits(&browser, look.width);
        picture("console-zones");
        browser.go(&format!("{url}/console/zones/new?commune=00004"));
        picture("console-zone-new");
        for (page, name) in [
            ("/zones", "zones"),
            ("/zones?q=trung+vuong", "zones-search"),
            ("/zones/01", "zones-province"),
            ("/zones/01/00004", "zones-commune"),
            ("/zones/48", "zones-islands"),
            ("/zones/79", "zones-dense"),
        ] {
            browser.go(&format!("{url}{page}"));
            fits(&browser, look.width);
            picture(name);
        }
        // What citizens read of it.
        for (page, name) in [("/news", "news"), ("/zones/01/00004", "news-item")] {
            for lang in ["en", "vi"] {
                let here = format!("{url}{page}?lang={lang}");
                browser.go(&here);
                fits(&browser, look.width);
                picture(&format!("citizen-{name}-{lang}"));
            }
        }
        browser.go(&format!("{url}/zones/01/00004"));
        assert!(browser.text("h2").contains("một phần: Cấp 3"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_drawn_by_clicks_at_a_desk() {
    zones(Look::DESK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_typed_on_a_small_phone_without_scripts() {
    zones(Look { scripts: false, ..Look::SMALL_PHONE }).await;
}
