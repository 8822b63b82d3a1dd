//! The officer's pages in a real browser, up to a code that a real phone takes.

use crate::axe::for_everybody;
use crate::browser::{browse, keep_picture, small_targets};
use crate::scene::{Authority, Person, UNIT};
use crate::webdriver::{Browser, Look};
use bluezone_device::ReportStep;
use bluezone_domain::officer::Role;
use bluezone_protocol::time::Clock as _;
use bluezone_server::admin::officer::{CreatedOfficer, NewOfficer, create_officer};
use std::sync::Arc;

pub async fn officer(authority: &Authority, role: Role) -> Arc<CreatedOfficer> {
    let new = NewOfficer { username: "minh".to_owned(), role, unit: UNIT.to_owned(), password: None };
    Arc::new(create_officer(&authority.state, new).await.unwrap())
}

/// Nothing scrolls sideways, fingers find everything, axe-core finds nothing.
pub fn fits(browser: &Browser, width: u32) {
    let url = browser.url();
    assert_eq!(browser.overhang(), 0, "{url} at {width} px scrolls sideways");
    assert_eq!(small_targets(browser), "", "{url} at {width} px");
    for_everybody(browser);
}

pub fn sign_in(browser: &Browser, url: &str, officer: &CreatedOfficer, code: &str) {
    browser.go(&format!("{url}/console"));
    browser.write("#username", &officer.username);
    browser.write("#password", &officer.password);
    browser.write("#code", code);
    browser.press("main form .button.primary");
    browser.wait(".account");
}

/// Registers a confirmed case; the page of the case is shown at the end.
fn register(browser: &Browser, url: &str) {
    browser.go(&format!("{url}/console/cases/new"));
    browser.write("#reference", "HB-2026-117");
    browser.press("input[name=status][value=confirmed]");
    browser.write_date("#test_date", "2026-11-20");
    browser.press("main form .button.primary");
    browser.wait("form[action$='/codes']");
    assert!(browser.text("h1").contains("HB-2026-117"));
}

async fn a_code_by_hand(look: Look, lang: &'static str) {
    let authority = Authority::open().await;
    let officer = officer(&authority, Role::ProvincialCdc).await;
    let code = officer.totp_secret.code(authority.clock.now());
    let patient = Person::new(&authority, 1).await;
    let url = authority.url.clone();
    let (short, link) = browse(move || {
        let browser = Browser::open(look);
        browser.go(&format!("{url}/c?lang={lang}"));
        fits(&browser, look.width);
        browser.go(&format!("{url}/console/sign-in"));
        assert_eq!(browser.eval("return document.documentElement.lang").as_str(), Some(lang));
        fits(&browser, look.width);
        keep_picture(&browser, &format!("console-sign-in-{}", look.width));
        sign_in(&browser, &url, &officer, &code);
        fits(&browser, look.width);
        browser.go(&format!("{url}/console/cases/new"));
        fits(&browser, look.width);
        keep_picture(&browser, &format!("console-new-case-{}", look.width));
        register(&browser, &url);
        fits(&browser, look.width);
        keep_picture(&browser, &format!("console-case-{}", look.width));
        let case = browser.url();
        browser.press("form[action$='/codes']:has(input[value=short]) .button");
        let short = browser.text(".big-code");
        fits(&browser, look.width);
        keep_picture(&browser, &format!("console-code-{}", look.width));
        browser.go(&case);
        browser.press("form[action$='/codes']:has(input[value=link]) .button");
        let link = browser.text("#link");
        fits(&browser, look.width);
        keep_picture(&browser, &format!("console-link-{}", look.width));
        browser.go(&format!("{url}/console"));
        assert!(browser.text("table").contains("HB-2026-117"));
        fits(&browser, look.width);
        keep_picture(&browser, &format!("console-cases-{}", look.width));
        (short, link)
    })
    .await;
    let enter = async |code: &str| {
        patient.phone.with(|mind, now, rng| mind.report_start(code, rng, now).unwrap());
        patient.carry().await
    };
    assert!(matches!(enter(&short).await, ReportStep::Confirm { .. }), "the phone takes {short:?}");
    let (_, code) =
        link.split_once('#').expect("the code stands after the sign that browsers keep to themselves");
    assert!(matches!(enter(code).await, ReportStep::Confirm { .. }), "the phone takes the link's code");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_gives_a_code_from_a_small_phone_without_javascript() {
    a_code_by_hand(Look { scripts: false, ..Look::SMALL_PHONE }, "vi").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_gives_a_code_at_a_desk() {
    a_code_by_hand(Look::DESK, "vi").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_gives_a_code_in_english() {
    a_code_by_hand(Look::SMALL_PHONE, "en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_second_factor_opens_nothing() {
    let authority = Authority::open().await;
    let officer = officer(&authority, Role::ProvincialCdc).await;
    let url = authority.url.clone();
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        browser.go(&format!("{url}/console"));
        browser.write("#username", &officer.username);
        browser.write("#password", &officer.password);
        browser.write("#code", "000000");
        browser.press("main form .button.primary");
        browser.wait(".alert.bad");
        for_everybody(&browser);
        browser.go(&format!("{url}/console/cases/new"));
        assert!(browser.url().contains("/console/sign-in"), "{}", browser.url());
    })
    .await;
}
