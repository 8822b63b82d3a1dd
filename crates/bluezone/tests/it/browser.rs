//! The real pages in a real browser, against the real server.

use crate::axe::for_everybody;
use crate::scene::{Authority, HOUR_S, MORNING, Person};
use crate::webdriver::{Browser, Look};
use bluezone_app::phone::RadioHealth;
use bluezone_app::report_loop;
use bluezone_device::ReportStep;
use bluezone_domain::code::CodeKind;
use std::path::PathBuf;

const PAGES: [&str; 10] = [
    "",
    "days",
    "warning",
    "report",
    "guide",
    "places",
    "places/new",
    "settings",
    "settings/delete",
    "share",
];

/// A link's address without its token: `http://127.0.0.1:PORT/`.
pub fn base(link: &str) -> String {
    link.split('?').next().unwrap().to_owned()
}

/// Runs what blocks on a browser beside the servers of the test.
pub async fn browse<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// A phone that was warned: it met someone who then published.
async fn warned(authority: &Authority) -> Person {
    let case = Person::new(authority, 1).await;
    let mut near = Person::new(authority, 2).await;
    for (days, minutes) in
        [(0_i64, 30), (1, 0), (2, 10), (3, 45), (5, 20), (6, 15), (8, 55), (9, 25), (12, 10)]
    {
        let stranger = Person::new(authority, 10 + days.unsigned_abs()).await;
        stranger.meets(&near, MORNING - 5 * HOUR_S - days * 24 * HOUR_S, minutes, -62);
    }
    case.meets(&near, MORNING - 3 * HOUR_S, 30, -60);
    publish(authority, &case).await;
    authority.pass(6).await;
    near.looks().await;
    near.among(&[-52, -66, -74, -81, -88, -96]);
    near.phone.health_mut(|health| health.radio = RadioHealth::On);
    near
}

pub async fn publish(authority: &Authority, case: &Person) {
    let code = authority.code(CodeKind::Short).await;
    case.phone.with(|mind, now, rng| mind.report_start(code.as_str(), rng, now).unwrap());
    case.carry().await;
    case.phone.with(|mind, now, rng| {
        let days: Vec<_> = mind.report_preview(None, now).unwrap().iter().map(|day| day.day).collect();
        mind.report_consent(&days, None, now, rng).unwrap();
    });
    assert!(matches!(case.carry().await, ReportStep::Done { .. }));
}

/// Keeps a picture where `BLUEZONE_PICTURES` says, to be looked at by people.
pub fn keep_picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("BLUEZONE_PICTURES") {
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), browser.picture()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_the_smallest_phone_in_both_languages() {
    let authority = Authority::open().await;
    let person = warned(&authority).await;
    let link = person.pages().await;
    browse(move || {
        for (look, shade) in [
            (Look::SMALL_PHONE, "light"),
            (Look { dark: true, ..Look::PHONE }, "dark"),
            (Look::DESK, "light"),
        ] {
            let browser = Browser::open(look);
            browser.go(&link);
            for page in PAGES {
                for (lang, word) in [("vi", "Trang chủ"), ("en", "Home")] {
                    let url = format!("{}{page}?lang={lang}", base(&link));
                    browser.go(&url);
                    assert!(browser.text("nav.tabs").contains(word), "{url}");
                    assert_eq!(browser.overhang(), 0, "{url} at {} px scrolls sideways", look.width);
                    assert_eq!(small_targets(&browser), "", "{url} at {} px", look.width);
                    for_everybody(&browser);
                    let name = format!("app-{}-{lang}-{}-{shade}", page.replace('/', "-"), look.width);
                    keep_picture(&browser, &name);
                }
            }
        }
    })
    .await;
}

/// Buttons, fields and navigation that a finger would miss: lower than 44 CSS pixels.
pub fn small_targets(browser: &Browser) -> String {
    let script = "return [...document.querySelectorAll('.button, nav a, select, summary, label.choice, \
        input:not([type=hidden], [type=checkbox], [type=radio])')] \
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5) \
        .map(e => e.outerHTML.slice(0, 80)).join('\\n')";
    browser.eval(script).as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_warned_see_what_to_do_in_their_language() {
    let authority = Authority::open().await;
    let person = warned(&authority).await;
    let link = person.pages().await;
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        browser.go(&link);
        assert!(!browser.url().contains("token"), "the token does not stay in the address bar");
        assert!(browser.text("h2").contains("Bạn có thể đã ở gần một người mắc COVID\u{2011}19"));
        browser.press(".status .button");
        assert!(browser.url().ends_with("/warning"));
        assert!(browser.text(".advice").contains("Ở nhà"));
        assert!(browser.text("a[href^='tel:']").contains("024 3825 3535"));
        browser.press("nav.languages a[hreflang=en]");
        assert!(browser.text("h2").contains("You may have been close to someone with COVID\u{2011}19"));
        assert!(browser.text(".advice").contains("Stay at home"));
        // The choice stays on the next page.
        browser.press("nav.tabs li:nth-child(2) a");
        assert_eq!(browser.text("h1"), "Contact diary");
        assert!(browser.text("table").contains("Friday, 20 Nov 2026"));
    })
    .await;
}

/// Enters a code, looks, agrees and ends, in whatever browser.
fn report_by_hand(browser: &Browser, link: &str, code: &str) {
    browser.go(link);
    browser.press("nav.tabs li:nth-child(3) a");
    browser.write("#code", "123");
    browser.press("form.form .button");
    assert!(browser.text("#code-error").contains("8 chữ số"));
    for_everybody(browser);
    browser.write("#code", &format!("{} {}", &code[..4], &code[4..]));
    browser.press("form.form .button");
    // The page goes on by itself when the server has answered.
    browser.wait("#agree");
    assert!(browser.text("main").contains("Những gì sẽ được công bố"));
    for_everybody(browser);
    keep_picture(browser, "app-report-confirm");
    assert!(browser.text("ul.days").contains("Thứ sáu, 20/11/2026"));
    browser.press("form[action='/report/consent'] .button");
    assert!(browser.text("#agree-error").contains("đánh dấu"));
    for_everybody(browser);
    keep_picture(browser, "app-report-to-mend");
    browser.press("#agree");
    browser.press("form[action='/report/consent'] .button");
    browser.wait(".status.good");
    assert!(browser.text(".status.good").contains("Đã gửi. Cảm ơn bạn."));
}

async fn reports(scripts: bool) {
    let authority = Authority::open().await;
    let case = Person::new(&authority, 1).await;
    let mut near = Person::new(&authority, 2).await;
    case.meets(&near, MORNING - 3 * HOUR_S, 30, -60);
    let (link, code) = (case.pages().await, authority.code(CodeKind::Short).await);
    let (phone, client) = (case.phone.clone(), case.client.clone());
    tokio::spawn(async move { report_loop::run(&phone, &client).await });
    browse(move || {
        let browser = Browser::open(Look { scripts, ..Look::SMALL_PHONE });
        report_by_hand(&browser, &link, code.as_str());
        assert_eq!(browser.overhang(), 0);
        for_everybody(&browser);
        keep_picture(&browser, "app-report-done");
        browser.go(&format!("{}share", base(&link)));
        for_everybody(&browser);
    })
    .await;
    authority.pass(6).await;
    assert_eq!(near.looks().await.matches, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_by_hand_warns_the_right_phone() {
    reports(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_needs_no_javascript() {
    reports(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_of_the_page_run_and_those_of_a_careful_reader_do_not() {
    let authority = Authority::open().await;
    let person = Person::new(&authority, 1).await;
    let link = person.pages().await;
    browse(move || {
        for scripts in [true, false] {
            let browser = Browser::open(Look { scripts, ..Look::PHONE });
            browser.go(&link);
            let none = browser.eval("return matchMedia('(scripting: none)').matches");
            assert_eq!(none.as_bool(), Some(!scripts), "scripts {scripts}");
        }
    })
    .await;
}
