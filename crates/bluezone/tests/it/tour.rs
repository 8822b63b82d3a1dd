//! A walk through everything that the demo leaves behind, in Chromium: every page fits a small phone and a desk, in both languages.
//! Pictures are kept where `BLUEZONE_PICTURES` says; those in `docs/screenshots` are from here.

use crate::axe::for_everybody;
use crate::browser::{browse, keep_picture};
use crate::webdriver::{Browser, Look};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A demo that has played its acts and stays up. Killed when dropped.
struct Demo {
    child: Child,
    console: String,
    phone: String,
    accounts: Vec<(String, String, String)>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    fn start() -> Demo {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bluezone"))
            .args(["demo", "--model", "clear", "--phones", "24", "--seed", "2"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let (mut console, mut phone, mut accounts) = (String::new(), String::new(), Vec::new());
        for line in lines.by_ref() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["Console", url] => console = (*url).to_owned(),
                ["Phone", _, url] => phone = (*url).to_owned(),
                [name, "password", password, "code", "now", code] => {
                    accounts.push(((*name).to_owned(), (*password).to_owned(), (*code).to_owned()));
                }
                _ if line.contains("Ctrl-C ends everything") => break,
                _ => {}
            }
        }
        // It goes on telling codes, which somebody has to read.
        std::thread::spawn(move || lines.for_each(drop));
        Demo { child, console, phone, accounts }
    }

    fn sign_in(&self, browser: &Browser, account: usize) {
        let (name, password, code) = &self.accounts[account];
        browser.go(&format!("{}/sign-in", self.console));
        browser.write("#username", name);
        browser.write("#password", password);
        browser.write("#code", code);
        browser.press("main form .button.primary");
        browser.wait(".account");
    }
}

/// Where links of a page lead whose address fits a regular expression, each once.
fn links(browser: &Browser, pattern: &str) -> Vec<String> {
    let script = format!(
        "return [...new Set([...document.querySelectorAll('main a')].map(a => a.href))].filter(a => /{pattern}/.test(a))"
    );
    let found = browser.eval(&script);
    found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Opens a page in both languages: it fits, has no gap in its words, axe-core finds nothing, and a picture of it
/// is kept.
fn see(browser: &Browser, look: Look, name: &str, url: &str) {
    for lang in ["en", "vi"] {
        browser.go(&format!("{url}{}lang={lang}", if url.contains('?') { '&' } else { '?' }));
        assert!(!browser.text("html h1").trim().is_empty(), "{url} has no heading");
        assert_eq!(browser.overhang(), 0, "{url} at {} px in {lang} scrolls sideways", look.width);
        let words = browser.text("body");
        assert!(
            !words.contains('{') && !words.contains('}'),
            "{url} in {lang} has a gap in its words: {words}"
        );
        for_everybody(browser);
        keep_picture(browser, &format!("{name}-{lang}-{}", look.width));
    }
}

fn console(demo: &Demo, look: Look, browser: &Browser) {
    let console = &demo.console;
    see(browser, look, "console-cases", console);
    let case = links(browser, r"console\/cases\/[0-9a-f]{32}$").remove(0);
    see(browser, look, "console-case", &case);
    see(browser, look, "console-contacts", &format!("{case}/contacts"));
    let contacts = links(browser, r"console\/contacts\/[0-9a-f]{32}$");
    assert_eq!(contacts.len(), 3, "{contacts:?}");
    for (number, contact) in contacts.iter().enumerate() {
        see(browser, look, &format!("console-contact-{}", number + 1), contact);
    }
    see(browser, look, "console-graph", &format!("{case}/graph"));
    see(browser, look, "console-uploads", &format!("{console}/uploads"));
    let report = links(browser, r"console\/uploads\/[0-9a-f]{64}$").remove(0);
    see(browser, look, "console-report", &report);
    let hash = report.rsplit('/').next().unwrap();
    see(browser, look, "console-contact-of-report", &format!("{case}/contacts/new/{hash}"));
    see(browser, look, "console-worklist", &format!("{console}/worklist"));
    see(browser, look, "console-requests", &format!("{console}/requests"));
    let request = links(browser, r"console\/requests\/[0-9a-f]{64}$").remove(0);
    see(browser, look, "console-request", &request);
    see(browser, look, "console-declarations", &format!("{console}/declarations"));
    let declarations = links(browser, r"console\/declarations\/[0-9a-f]{32}$");
    // Of the five, three have something that counts points.
    assert_eq!(declarations.len(), 3, "{declarations:?}");
    see(browser, look, "console-declaration", &declarations[0]);
    for (name, path) in [
        ("signals", "signals"),
        ("place-warnings", "place-warnings"),
        ("data-requests", "data-requests"),
        ("counts", "counts"),
        ("persons", "persons"),
        ("all-contacts", "contacts"),
        ("zones", "zones"),
        ("line-list", "line-list"),
        ("account", "account"),
    ] {
        see(browser, look, &format!("console-{name}"), &format!("{console}/{path}"));
    }
}

fn phone(demo: &Demo, look: Look) {
    let browser = Browser::open(look);
    browser.go(&demo.phone);
    browser.wait("main");
    let base = demo.phone.split_once("/?").unwrap().0;
    for page in [
        "",
        "warning",
        "tell",
        "data",
        "places",
        "places/new",
        "settings",
        "report",
        "share",
        "days",
        "guide",
        "requests",
    ] {
        let name = if page.is_empty() { "home".to_owned() } else { page.replace('/', "-") };
        see(&browser, look, &format!("app-{name}"), &format!("{base}/{page}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_the_demo_leaves_fits_and_speaks_both_languages() {
    browse(|| {
        let demo = Demo::start();
        assert_eq!(demo.accounts.len(), 3, "officer, colleague, administrator");
        // Both before the first walk: the codes that the demo told at its start do not last so long.
        let signed = [Look::DESK, Look::SMALL_PHONE].map(Browser::open);
        for (account, browser) in signed.iter().enumerate() {
            demo.sign_in(browser, account);
        }
        for (look, browser) in [Look::DESK, Look::SMALL_PHONE].into_iter().zip(&signed) {
            console(&demo, look, browser);
        }
        phone(&demo, Look::PHONE);
    })
    .await;
}
