//! Every page of the console in a real browser, on the narrowest phone and at a desk, in both languages: nothing scrolls
//! sideways, nothing is without its words, axe-core finds nothing.

use crate::axe::{for_everybody, violations};
use crate::browser::{browse, keep_picture};
use crate::console::sign_in;
use crate::desk_records::{a_busy_day, address};
use crate::scene::{Authority, UNIT};
use crate::webdriver::{Browser, Look};
use bluezone_domain::officer::Role;
use bluezone_protocol::time::Clock as _;
use bluezone_server::admin::officer::{CreatedOfficer, NewOfficer, create_officer};
use bluezone_server::console::{all_routes, routes};

/// Pages that are looked at elsewhere, or that no address alone leads to.
const ELSEWHERE: [&str; 15] = [
    // A part of a page; and a page of its own: see the planner's report.
    routes::OUTBREAK_PROGRESS,
    routes::OUTBREAK_FILE,
    // No page.
    routes::SIGNAL_PHOTO,
    routes::DECLARATION_FILE,
    routes::LINE_LIST_WRONG,
    // Sent first: see `sent_line_list`.
    routes::LINE_LIST_LOOK,
    // With a report that is open: the walk through the demo.
    routes::CONTACT_OF_REPORT,
    routes::SIGN_IN,
    // Of a sign-on that there is: see the tests of it.
    routes::SIGN_ON_LEAVE,
    routes::SIGN_ON_RETURN,
    routes::LANDING,
    routes::CODE,
    routes::PERSONS_FOUND,
    routes::RELEASE,
    routes::ELSEWHERE,
];

async fn account(authority: &Authority, username: &str, role: Role) -> CreatedOfficer {
    let new = NewOfficer { username: username.to_owned(), role, unit: UNIT.to_owned(), password: None };
    create_officer(&authority.state, new).await.unwrap()
}

/// What has no words: headings, links, buttons and fields that a screen reader could not name, words left in braces.
fn nameless(browser: &Browser) -> String {
    let script = "const named = e => (e.textContent + (e.ariaLabel ?? '')).trim() !== ''; \
        const found = [...document.querySelectorAll('h1, h2, h3, a, button, legend, summary, th, dt, title')] \
          .filter(e => !named(e)); \
        found.push(...[...document.querySelectorAll('input:not([type=hidden], [hidden]), select, textarea')] \
          .filter(e => ![...e.labels].some(named) && !e.ariaLabel)); \
        found.push(...[...document.querySelectorAll('svg[role]')].filter(e => !e.ariaLabel)); \
        document.querySelectorAll('code').forEach(e => e.remove()); \
        const braces = document.body.innerText.match(/\\{\\w+\\}/g) ?? []; \
        return found.map(e => e.outerHTML.slice(0, 120)).concat(braces).join('\\n')";
    browser.eval(script).as_str().unwrap().to_owned()
}

/// Looks at a page in both languages; says what is wrong with it.
fn look_at(browser: &Browser, look: Look, url: &str, path: &str, address: &str, wrong: &mut Vec<String>) {
    for lang in ["vi", "en"] {
        let join = if address.contains('?') { '&' } else { '?' };
        browser.go(&format!("{url}{address}{join}lang={lang}"));
        let here = browser.url();
        if !here.contains(address.split('?').next().unwrap()) {
            wrong.push(format!("{path} in {lang} led to {here}"));
        }
        check(browser, look, lang, path, wrong);
    }
}

/// What is wrong with the page that is open.
fn check(browser: &Browser, look: Look, lang: &str, path: &str, wrong: &mut Vec<String>) {
    let page = format!("{path} in {lang} at {} px", look.width);
    let mut said = |what: String| wrong.push(format!("{page} {what}"));
    let title = browser.text("h1");
    if title.contains("Không tìm thấy") || title.to_lowercase().contains("not found") || title.is_empty()
    {
        said(format!("is {title:?}"));
    }
    if browser.eval("return document.documentElement.lang").as_str() != Some(lang) {
        said("is in another language".to_owned());
    }
    if browser.overhang() != 0 {
        said(format!("scrolls sideways: {}", wide(browser)));
    }
    let nameless = nameless(browser);
    if !nameless.is_empty() {
        said(format!("has what has no words: {nameless}"));
    }
    // Each page once in each language, once of each width that people sit before: a page takes it half a second.
    if [("vi", Look::SMALL_PHONE.width), ("en", Look::DESK.width)].contains(&(lang, look.width)) {
        let violations = violations(browser);
        if !violations.is_empty() {
            said(format!("is not for everybody: {violations}"));
        }
    }
    let name = path.trim_start_matches("/console").replace(['/', '{', '}'], "-").replace("--", "-");
    let name = name.trim_matches('-');
    let name = if name.is_empty() { "cases" } else { name };
    keep_picture(browser, &format!("{name}-{lang}-{}", look.width));
}

/// Sends a line list with a row to take and one to mend; the address of what taking it would do.
fn sent_line_list(browser: &Browser, url: &str) -> String {
    browser.go(&format!("{url}{}", routes::LINE_LIST));
    let send = "const files = new DataTransfer(), field = document.querySelector('input[type=file]'); \
        files.items.add(new File(['Mã hồ sơ,Bệnh,Phân loại ca\\nHB-2026-200,COVID-19,Nghi ngờ\\nHB-2026-201,Dịch lạ,Nghi ngờ\\n'], 'a.csv')); \
        field.files = files.files; field.form.requestSubmit()";
    browser.eval(send);
    browser.wait("main table");
    browser.url().trim_start_matches(url).to_owned()
}

/// Looks up where the case checked in; what was found is shown at the end.
fn look_up_visits(browser: &Browser, page: &str) {
    browser.go(page);
    browser.write("#reason", "Tìm người ngồi gần ca bệnh trên xe");
    browser.press("form[action$='/visits'] .button.primary");
    browser.wait(".alert.info");
    assert!(
        browser.text("main table").contains("Chợ Đồng Xuân") && browser.text("main table").contains("Xe 01")
    );
}

/// What reaches beyond the right edge of the window.
pub fn wide(browser: &Browser) -> String {
    let script = "const edge = document.documentElement.clientWidth; \
        return [...document.querySelectorAll('body *')] \
        .filter(e => e.getBoundingClientRect().right > edge + 0.5) \
        .map(e => e.outerHTML.slice(0, 100)).slice(0, 6).join('\\n')";
    browser.eval(script).as_str().unwrap().to_owned()
}

/// The first page after signing in, by the keys alone.
fn by_keyboard(browser: &Browser, url: &str) {
    browser.go(&format!("{url}/console"));
    let tab = "document.body.focus(); return document.querySelector('a.skip').getAttribute('href')";
    assert_eq!(browser.eval(tab).as_str(), Some("#main"));
    let press = |key: &str| {
        format!(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}))"
        )
    };
    browser.eval(&press("/"));
    assert_eq!(browser.eval("return document.activeElement.id").as_str(), Some("q"), "/ leads to the search");
    // Inside a field it is a letter.
    let prevented = browser.eval(&format!("return !{}", press("/")));
    assert_eq!(prevented.as_bool(), Some(false));
    browser.go(&format!("{url}/console/worklist"));
    browser.eval(&press("/"));
    browser.wait("input[data-search]");
    assert!(browser.url().ends_with("/console/persons"), "{}", browser.url());
}

/// Which pages an account is there to see.
type Sees = fn(&str) -> bool;

async fn every_page(look: Look) {
    let authority = Authority::open().await;
    let officer = account(&authority, "minh", Role::ProvincialCdc).await;
    let administrator = account(&authority, "quan.tri", Role::Administrator).await;
    let auditor = account(&authority, "kiem.toan", Role::Auditor).await;
    let desk = a_busy_day(&authority, officer.id).await;
    let pages: Vec<&'static str> = all_routes(authority.state.clone())
        .into_iter()
        .filter(|route| route.method.as_str() == "GET" && !ELSEWHERE.contains(&route.path))
        .map(|route| route.path)
        .collect();
    let (url, now) = (authority.url.clone(), authority.clock.now());
    browse(move || {
        let (mut seen, mut wrong) = (0, Vec::new());
        let accounts: [(&CreatedOfficer, Sees); 3] = [
            (&officer, |path| !is_for_administrators(path) && path != routes::AUDIT),
            (&administrator, is_for_administrators),
            (&auditor, |path| path == routes::AUDIT),
        ];
        for (officer, paths) in accounts {
            let browser = Browser::open(look);
            sign_in(&browser, &url, officer, &officer.totp_secret.code(now));
            // A zone's page needs a zone, which a browser decides in the tests of zones.
            for path in pages.iter().filter(|path| paths(path) && !path.contains("{zone}")) {
                look_at(&browser, look, &url, path, &address(path, &desk, auditor.id), &mut wrong);
                seen += 1;
            }
            if officer.username == "minh" {
                by_keyboard(&browser, &url);
                let list = sent_line_list(&browser, &url);
                look_at(&browser, look, &url, routes::LINE_LIST_LOOK, &list, &mut wrong);
                let (visits, found) = (routes::CASE_VISITS, format!("{}/found", routes::CASE_VISITS));
                let asked = address(visits, &desk, auditor.id);
                for lang in ["vi", "en"] {
                    look_up_visits(&browser, &format!("{url}{asked}?lang={lang}"));
                    check(&browser, look, lang, &found, &mut wrong);
                }
                // Now it says who looked before.
                look_at(&browser, look, &url, visits, &asked, &mut wrong);
                for lang in ["vi", "en"] {
                    browser.go(&format!("{url}/console/nowhere?lang={lang}"));
                    for_everybody(&browser);
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let zones = pages.iter().filter(|path| path.contains("{zone}")).count();
        assert_eq!(seen + zones, pages.len(), "every page was looked at, by somebody who may");
    })
    .await;
}

fn is_for_administrators(path: &str) -> bool {
    [routes::OFFICERS, routes::UNITS, routes::APPROVALS, routes::FORMS, routes::POPULATIONS]
        .iter()
        .any(|page| path.starts_with(page))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_console_page_fits_the_smallest_phone() {
    every_page(Look::SMALL_PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_console_page_fits_a_desk() {
    every_page(Look::DESK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_console_page_fits_a_wall() {
    every_page(Look { width: 3840, height: 2160, ..Look::DESK }).await;
}

/// Where the name of the disease stands on more than one line; how often it was found.
fn broken_names(browser: &Browser) -> (u64, String) {
    let script = "const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
        let found = 0; const broken = []; \
        while (texts.nextNode()) for (const name of texts.currentNode.data.matchAll(/COVID.19/g)) { \
          const range = document.createRange(); \
          range.setStart(texts.currentNode, name.index); \
          range.setEnd(texts.currentNode, name.index + name[0].length); \
          found += 1; \
          if (new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1) \
            broken.push(texts.currentNode.parentElement.outerHTML.slice(0, 100)); } \
        return [found, broken.join('\\n')]";
    let told = browser.eval(script);
    (told[0].as_u64().unwrap(), told[1].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_disease_breaks_at_no_hyphen() {
    let authority = Authority::open().await;
    let officer = account(&authority, "minh", Role::ProvincialCdc).await;
    let desk = a_busy_day(&authority, officer.id).await;
    let (url, clock) = (authority.url.clone(), authority.clock.clone());
    browse(move || {
        // A phone, and the narrowest table.
        for width in [360, 768] {
            let browser = Browser::open(Look { width, ..Look::PHONE });
            sign_in(&browser, &url, &officer, &officer.totp_secret.code(clock.now()));
            // A code signs in once.
            clock.advance(60);
            for path in [routes::CASES, routes::WORKLIST, routes::CASE, routes::PERSON, routes::DECLARATION] {
                browser.go(&format!("{url}{}", address(path, &desk, officer.id)));
                let (found, broken) = broken_names(&browser);
                assert!(found > 0, "{path} names it");
                assert_eq!(broken, "", "{path} at {width} px");
                assert_eq!(browser.overhang(), 0, "{path} at {width} px: {}", wide(&browser));
                keep_picture(&browser, &format!("name{}-{width}", path.replace(['/', '{', '}'], "-")));
            }
        }
    })
    .await;
}
