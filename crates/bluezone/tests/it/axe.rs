//! axe-core, which finds what keeps people from reading or using a page.

use crate::webdriver::Browser;
use std::process::Command;
use std::sync::LazyLock;

/// The script of axe-core.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let fetch = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/axe.sh");
    let output = Command::new(fetch).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(String::from_utf8(output.stdout).unwrap().trim()).unwrap()
});

/// What axe-core finds wrong on the page, and where.
pub fn violations(browser: &Browser) -> String {
    // An experimental rule: what a button is called holds the words that are seen (WCAG 2.5.3).
    let run = "return axe.run(document, { resultTypes: ['violations'], \
        rules: { 'label-content-name-mismatch': { enabled: true } } }).then((found) => found.violations \
        .map((rule) => rule.id + ': ' + rule.nodes.map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary) \
        .join(' | ')).join('\\n'))";
    browser.eval(&format!("{};\n{run}", *AXE)).as_str().unwrap_or("axe-core did not run").to_owned()
}

/// Fails where axe-core finds something wrong on the page that is open. It waits for timers of the page, which run with its scripts
/// only: a page without them is not looked at.
pub fn for_everybody(browser: &Browser) {
    if !browser.scripts() {
        return;
    }
    let wrong = violations(browser);
    assert_eq!(wrong, "", "{} in {}", browser.url(), browser.eval("return document.documentElement.lang"));
}
