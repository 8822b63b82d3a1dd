//! A walk through every page: nothing scrolls sideways, axe-core finds nothing, nothing comes from elsewhere.

use super::rights::{Rights, rights};
use super::{Door, PHONE, citizen, send_well, sign_in};
use crate::axe::violations;
use crate::browser::{browse, keep_picture, small_targets};
use crate::places::register;
use crate::scene::Authority;
use crate::webdriver::{Browser, Look};
use axum::http::Method;
use bluezone_domain::Timestamp;
use bluezone_domain::agency::{Agency, SEE_APP, SEE_DECLARED, Staff};
use bluezone_domain::declaration::{Channel, Consent};
use bluezone_domain::id::{AgencyId, MessageId, StaffId};
use bluezone_domain::message::Message;
use bluezone_pages::Lang;
use bluezone_server::citizen::{all_routes, routes};
use bluezone_server::declaring::evidence;
use bluezone_store::NewMessage;

/// What is no page, leads elsewhere at once, or is looked at in a test of its own.
const ELSEWHERE: [&str; 16] = [
    routes::DECLARED_PAPER,
    routes::DECLARED_FILE,
    routes::MY_EXPORT,
    routes::MY_PAPER,
    routes::LOG_FILE,
    routes::PLACE_POSTER,
    routes::AT_POSTER,
    routes::COMMUNES,
    routes::PASS_CODES,
    routes::PASS_CARDS,
    routes::OFFLINE_TOKEN,
    routes::WORKER,
    routes::MANIFEST,
    routes::POSTER,
    routes::AGENCY_PAPER,
    // With a number that waits for its code: on the way to signing in.
    routes::CODE,
];

/// What is looked at by somebody who is not signed in, too.
const SIGNED_OUT: [&str; 9] = [
    routes::HOME,
    routes::SIGN_IN,
    routes::DECLARE,
    "/declare/toan-dan",
    routes::REPORT,
    routes::NEWS,
    routes::GUIDE,
    routes::INSTALL,
    routes::OFFLINE,
];

/// The page that waits for the code, of a number that never gets in.
fn see_code(browser: &Browser, look: Look, url: &str) {
    browser.go(&format!("{url}/sign-in"));
    browser.write("#phone", "0900000002");
    browser.press("form[action='/sign-in'] button");
    browser.wait("#code");
    for lang in ["en", "vi"] {
        see(browser, look, url, routes::CODE, lang);
    }
}

/// What the citizen made by hand.
struct Made {
    /// The page of a declaration.
    declared: String,
    /// A place's code.
    place: String,
}

/// What stands in addresses.
struct Records {
    agency: AgencyId,
    forms: Vec<String>,
    messages: Vec<MessageId>,
    rights: Rights,
}

impl Records {
    /// The addresses of a route.
    fn addresses(&self, path: &str, made: &Made) -> Vec<String> {
        if path == routes::DECLARED {
            return vec![made.declared.clone()];
        }
        if path == routes::DECLARED_PAPER {
            return vec![format!("{}/paper.pdf", made.declared)];
        }
        if path.contains("{message}") {
            return self.messages.iter().map(|id| path.replace("{message}", &id.to_string())).collect();
        }
        if path.contains("{form}") {
            return self.forms.iter().map(|form| path.replace("{form}", form)).collect();
        }
        let address = self
            .rights
            .address(path)
            .replace("{agency}", &self.agency.to_string())
            .replace("{code}", &made.place);
        assert!(!address.contains('{'), "say in this test what to put into {path}, or add it to ELSEWHERE");
        vec![address]
    }
}

/// The evidence of a yes, in the words of now.
fn agreed(purpose: &str, now: Timestamp) -> Consent {
    let given = bluezone_forms::consent::current(purpose).unwrap().given(Lang::Vi);
    evidence(purpose.to_owned(), &given, now, Channel::Web)
}

/// An agency with two people, one of whom is the citizen and lets it see both, another that waits for their answer, one that they
/// refused, and every kind of message that has no owner yet.
async fn records(authority: &Authority) -> Records {
    let (citizen, profile) = citizen(authority).await;
    let (store, now) = (&authority.state.store, authority.state.now());
    let mut rng = authority.state.rng();
    let agency = Agency {
        id: AgencyId::generate(&mut *rng),
        owner: citizen,
        name: "Trường Thử".to_owned(),
        created_at: now,
    };
    store.create_agency(&agency, &mut *rng).await.unwrap();
    for (name, phone, sees) in [("Trần Thị Thử", PHONE, true), ("Lê Văn Mẫu", "0900000002", false)]
    {
        let id = StaffId::generate(&mut *rng);
        let staff =
            Staff { id, name: name.to_owned(), phone: phone.parse().unwrap(), declared: None, app: None };
        store.invite_staff(agency.id, &staff, now, &mut *rng).await.unwrap();
        if sees {
            let both = [SEE_DECLARED, SEE_APP].map(|purpose| agreed(purpose, now));
            store.answer_invitation(citizen, id, Some(&both), now).await.unwrap();
        }
    }
    for refuses in [false, true] {
        let other = Agency { id: AgencyId::generate(&mut *rng), ..agency.clone() };
        store.create_agency(&other, &mut *rng).await.unwrap();
        let id = StaffId::generate(&mut *rng);
        let name = "Trần Thị Thử".to_owned();
        let staff = Staff { id, name, phone: PHONE.parse().unwrap(), declared: None, app: None };
        store.invite_staff(other.id, &staff, now, &mut *rng).await.unwrap();
        if refuses {
            store.answer_invitation(citizen, id, None, now).await.unwrap();
        }
    }
    let name = || agency.name.clone();
    let mut messages = Vec::new();
    for message in [Message::AgencyInvitation { agency: name() }, Message::AgencyReminder { agency: name() }]
    {
        let id = MessageId::generate(&mut *rng);
        store.send_message(&NewMessage { id, to: citizen, message, at: now }, &mut *rng).await.unwrap();
        messages.push(id);
    }
    let forms = ["toan-dan", "di-chuyen-noi-dia", "nhap-canh", "hang-ngay", "khai-bao-lai", "dieu-13"];
    Records {
        agency: agency.id,
        forms: forms.map(str::to_owned).to_vec(),
        messages,
        rights: rights(authority, &profile).await,
    }
}

/// Sends the daily form; returns the address of the page that answers.
fn declare(browser: &Browser, url: &str) -> String {
    browser.go(&format!("{url}/declare/hang-ngay"));
    send_well(browser);
    browser.wait(".pass svg.qr");
    browser.url().trim_start_matches(url).to_owned()
}

/// What is served as a paper is one.
fn papers(browser: &Browser, records: &Records, made: &Made) {
    for path in [
        routes::DECLARED_PAPER,
        routes::PLACE_POSTER,
        routes::AGENCY_PAPER,
        routes::PASS_CARDS,
        routes::MY_PAPER,
    ] {
        for address in records.addresses(path, made) {
            let kind =
                format!("return fetch('{address}').then(answer => answer.headers.get('content-type'))");
            assert_eq!(browser.eval(&kind).as_str(), Some("application/pdf"), "{address}");
        }
    }
}

/// One page, in one language.
fn see(browser: &Browser, look: Look, url: &str, address: &str, lang: &str) {
    let sign = if address.contains('?') { '&' } else { '?' };
    let here = format!("{url}{address}{sign}lang={lang}");
    browser.go(&here);
    assert!(!browser.text("html h1").trim().is_empty(), "{here} has no heading");
    assert_eq!(browser.overhang(), 0, "{here} at {} px scrolls sideways", look.width);
    assert_eq!(small_targets(browser), "", "{here} at {} px", look.width);
    let words = browser.text("body");
    assert!(!words.contains('{') && !words.contains('}'), "{here} has a gap in its words: {words}");
    let wrong = violations(browser);
    assert_eq!(wrong, "", "{here} at {} px", look.width);
    let foreign = "return [...performance.getEntriesByType('resource').map(e => e.name), \
        ...[...document.querySelectorAll('[src], link[href]')].map(e => e.src || e.href)] \
        .filter(u => !u.startsWith(location.origin) && !u.startsWith('data:')).join(' ')";
    assert_eq!(browser.eval(foreign).as_str(), Some(""), "{here} asks somebody else");
    let inline =
        "return document.querySelectorAll('[style], style, script:not([src]), [onclick], [onload]').length";
    assert_eq!(browser.eval(inline).as_u64(), Some(0), "{here} has something inline");
    let name = address.trim_matches('/').replace(['/', '?', '='], "-");
    let name = if name.is_empty() { "home" } else { &name };
    let name: String = name.split('-').filter(|part| part.len() != 32).collect::<Vec<_>>().join("-");
    keep_picture(browser, &format!("citizen-{name}-{lang}-{}", look.width));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_readable_by_everybody_in_both_languages() {
    let authority = Authority::open().await;
    let records = records(&authority).await;
    let door = Door::of(&authority);
    let pages: Vec<_> = all_routes(authority.state.clone())
        .into_iter()
        .filter(|route| route.method == Method::GET && !ELSEWHERE.contains(&route.path))
        .collect();
    browse(move || {
        let mut made = None;
        for look in [Look { dark: true, ..Look::SMALL_PHONE }, Look::PHONE, Look::DESK] {
            let browser = Browser::open(look);
            let tracking = records.rights.address(routes::REPORTED);
            let before = [&SIGNED_OUT[..], &[&tracking]].concat();
            for (signed, paths) in [(false, before.as_slice()), (true, &[])] {
                if signed {
                    see_code(&browser, look, &door.url);
                    sign_in(&browser, &door);
                }
                let addresses: Vec<String> = match signed {
                    false => paths.iter().map(|path| (*path).to_owned()).collect(),
                    true => {
                        let made = made.get_or_insert_with(|| Made {
                            declared: declare(&browser, &door.url),
                            place: register(&browser, &door.url),
                        });
                        papers(&browser, &records, made);
                        // Who is signed in is led on from the page to sign in.
                        let pages = pages.iter().filter(|page| page.path != routes::SIGN_IN);
                        pages.flat_map(|page| records.addresses(page.path, made)).collect()
                    }
                };
                for address in addresses {
                    for lang in ["en", "vi"] {
                        see(&browser, look, &door.url, &address, lang);
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_light_and_its_policy_strict() {
    let authority = Authority::open().await;
    let url = authority.url.clone();
    browse(move || {
        let browser = Browser::open(Look::PHONE);
        browser.go(&url);
        let weigh = "return new Promise(done => setTimeout(done, 500)).then(() => \
            [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')] \
            .map(e => e.transferSize).reduce((a, b) => a + b, 0))";
        let bytes = browser.eval(weigh).as_u64().unwrap();
        assert!((1_000..=60 * 1024).contains(&bytes), "{bytes} bytes");
        let policy = "return fetch('/').then(answer => answer.headers.get('content-security-policy'))";
        let policy = browser.eval(policy);
        let policy = policy.as_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
    })
    .await;
}
