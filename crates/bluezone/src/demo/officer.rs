//! The health officer at the console: signs in, registers the case, issues a code. All over HTTP, like a person would.

use super::authority::Authority;
use super::browser::{Browser, Page};
use anyhow::{Context, ensure};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_server::console::routes;
use chrono::DateTime;

/// Vietnam is seven hours ahead of UTC.
const OFFSET_S: i64 = 7 * 3_600;

/// Registers a confirmed case and issues an 8-digit code for it.
///
/// `reference` is what the officer calls the case; it names no person.
pub fn issue_code(
    authority: &Authority,
    reference: &str,
    onset: Option<Timestamp>,
    tested: Timestamp,
) -> anyhow::Result<String> {
    let mut browser = Browser::new(&authority.url());
    let form = browser.get(routes::SIGN_IN)?.form(routes::SIGN_IN, None)?;
    let officer = &authority.officer;
    let code = authority.totp(officer);
    let fields = [("username", officer.username.as_str()), ("password", &officer.password), ("code", &code)];
    browser.submit(&form, &fields).context("the officer cannot sign in")?;

    let form = browser.get(routes::NEW_CASE)?.form(routes::NEW_CASE, None)?;
    let (onset, tested) = (onset.map(date).unwrap_or_default(), date(tested));
    let fields = [
        ("reference", reference),
        ("disease", "covid-19"),
        ("status", "confirmed"),
        ("onset", &onset),
        ("test_date", &tested),
    ];
    let case = browser.submit(&form, &fields).context("the case is not registered")?;
    let path = case.path.split('?').next().unwrap_or_default();

    let form = case.form(&format!("{path}/codes"), Some(("kind", "short")))?;
    let shown = browser.submit(&form, &[]).context("no code is issued")?;
    let code = code_of(&shown)?;
    // The session ends with the officer's work.
    let form = shown.form(routes::SIGN_OUT, None)?;
    browser.submit(&form, &[]).context("the officer cannot sign out")?;
    Ok(code)
}

/// The eight digits that the page shows large.
fn code_of(page: &Page) -> anyhow::Result<String> {
    let (_, rest) = page.html.split_once("class=\"big-code\"").context("the page shows no code")?;
    let block = rest.split("</p>").next().unwrap_or_default();
    let digits: String = block.chars().filter(char::is_ascii_digit).collect();
    ensure!(digits.len() == 8, "the page shows {} digits instead of 8", digits.len());
    Ok(digits)
}

/// A day in Vietnam as a date field has it.
fn date(time: Timestamp) -> String {
    let days = (time.0 + OFFSET_S).div_euclid(DAY_S);
    let day = DateTime::from_timestamp(days * DAY_S, 0).unwrap_or_default();
    day.format("%Y-%m-%d").to_string()
}
