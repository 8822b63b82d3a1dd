//! Health officers at the console: they register the case and issue its code, open what people send, make contacts of it, and ask
//! somebody for their history. All over HTTP, like a person would.

use super::authority::Authority;
use super::browser::{Browser, Form, Page};
use super::passkey::Passkey;
use anyhow::{Context, ensure};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_server::admin::officer::CreatedOfficer;
use bluezone_server::console::routes;
use chrono::DateTime;
use serde_json::Value;

/// Vietnam is seven hours ahead of UTC.
const OFFSET_S: i64 = 7 * 3_600;

/// What the openings and the request name as their ground.
const BASIS: &str = "Luật Phòng bệnh 114/2025/QH15, Điều 19";

/// An officer who is signed in. The session ends with [`Officer::leave`].
pub struct Officer {
    browser: Browser,
}

impl Officer {
    /// Signs in with password and authenticator app.
    pub fn sign_in(authority: &Authority, account: &CreatedOfficer) -> anyhow::Result<Officer> {
        let mut browser = Browser::new(&authority.url());
        let form = browser.get(routes::SIGN_IN)?.form(routes::SIGN_IN, None)?;
        let code = authority.totp(account);
        let fields =
            [("username", account.username.as_str()), ("password", &account.password), ("code", &code)];
        browser.submit(&form, &fields).context("the officer cannot sign in")?;
        Ok(Officer { browser })
    }

    /// Signs out.
    pub fn leave(mut self) -> anyhow::Result<()> {
        let form = self.browser.get(routes::ACCOUNT)?.form(routes::SIGN_OUT, None)?;
        self.browser.submit(&form, &[]).context("the officer cannot sign out")?;
        Ok(())
    }

    /// Registers a confirmed case and issues an 8-digit code for it. `reference` is what the officer calls the case; it names
    /// no person.
    pub fn issue_code(
        &mut self,
        reference: &str,
        onset: Option<Timestamp>,
        tested: Timestamp,
    ) -> anyhow::Result<String> {
        let form = self.browser.get(routes::NEW_CASE)?.form(routes::NEW_CASE, None)?;
        let (onset, tested) = (onset.map(date).unwrap_or_default(), date(tested));
        let fields = [
            ("reference", reference),
            ("disease", "covid-19"),
            ("status", "confirmed"),
            ("onset", &onset),
            ("test_date", &tested),
        ];
        let case = self.browser.submit(&form, &fields).context("the case is not registered")?;
        let path = case.path.split('?').next().unwrap_or_default();
        let form = case.form(&format!("{path}/codes"), Some(("kind", "short")))?;
        code_of(&self.browser.submit(&form, &[]).context("no code is issued")?)
    }

    /// Everything that people sent, oldest first: the pages of the uploads.
    pub fn uploads(&mut self) -> anyhow::Result<Vec<String>> {
        let page = self.browser.get(routes::UPLOADS)?;
        let uploads = page.links().into_iter().filter(|link| link.starts_with("/console/uploads/"));
        Ok(uploads.rev().collect())
    }

    /// Orders that an upload is opened, which writes it into the log.
    pub fn order_opening(&mut self, upload: &str, purpose: &str) -> anyhow::Result<()> {
        let form = self.browser.get(upload)?.form(&format!("{upload}/open"), None)?;
        self.browser.submit(&form, &[("basis", BASIS), ("purpose", purpose)]).context("nothing is opened")?;
        Ok(())
    }

    /// Makes a contact of an opened report, with the case that it fits best, as the form has it. Returns the contact's page; `None`
    /// if it is no report, or fits no case.
    pub fn register_contact(&mut self, upload: &str) -> anyhow::Result<Option<String>> {
        let page = self.browser.get(upload)?;
        let link = page.links().into_iter().find(|link| link.contains("/contacts/new?upload="));
        let Some(link) = link else { return Ok(None) };
        let action = link.split('?').next().unwrap_or_default().to_owned();
        let page = self.browser.get(&link)?;
        let form = page.form(&action, None)?;
        let typed = page.filled();
        let typed: Vec<_> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let contact = self.browser.submit(&form, &typed).context("the contact is not registered")?;
        Ok(Some(contact.path.split('?').next().unwrap_or_default().to_owned()))
    }

    /// Adds a passkey to the account, and asks that it may sign requests.
    pub fn add_signing_key(
        &mut self,
        authority: &Authority,
        account: &CreatedOfficer,
        passkey: &Passkey,
    ) -> anyhow::Result<()> {
        let form = self.browser.get(routes::PASSKEYS)?.form(routes::PASSKEYS, None)?;
        let begin = Form { action: routes::BEGIN_PASSKEY.to_owned(), hidden: form.hidden.clone() };
        let begun = self.browser.submit(&begin, &[]).context("the console offers no passkeys")?;
        let begun: Value = serde_json::from_str(&begun.html).context("what the device is asked")?;
        let given = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (ticket, challenge) = (given(&begun["ticket"]), given(&begun["options"]["challenge"]));
        let answer = passkey.registration(&authority.site(), &challenge);
        let fields = [
            ("name", "Demo"),
            ("password", account.password.as_str()),
            ("ticket", &ticket),
            ("answer", &answer),
        ];
        self.browser.submit(&form, &fields).context("the passkey is not taken")?;
        let form = self.browser.get(routes::SIGNING_KEYS)?.form(routes::SIGNING_KEYS, None)?;
        let fields = [("passkey", passkey.credential())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.browser.submit(&form, &fields).context("the passkey may not sign")?;
        Ok(())
    }

    /// Writes a request for the contact history of whoever sent an upload. Returns its page.
    pub fn ask_sender(&mut self, upload: &str, purpose: &str, details: &str) -> anyhow::Result<String> {
        let hash = upload.rsplit('/').next().unwrap_or_default();
        let form = self.browser.get(&format!("{}?upload={hash}", routes::NEW_RELEASE))?;
        let form = form.form(routes::NEW_RELEASE, None)?;
        let fields = [
            ("basis", BASIS),
            ("purpose", purpose),
            ("details", details),
            ("days", "7"),
            ("open_days", "3"),
            ("contacts", "yes"),
        ];
        Ok(self.browser.submit(&form, &fields).context("the request is not written")?.path)
    }

    /// Signs a request with a passkey.
    pub fn sign(&mut self, authority: &Authority, passkey: &Passkey, request: &str) -> anyhow::Result<()> {
        let action = format!("{request}/sign");
        let page = self.browser.get(request)?;
        let form = page.form(&action, None)?;
        let challenge = page.challenge(&action).context("the page asks for no signature")?;
        let answer = passkey.signs(&authority.site(), &challenge);
        let seen = self.browser.submit(&form, &[("answer", &answer)]).context("the request is not signed")?;
        ensure!(seen.path == request, "the console did not take the signature");
        Ok(())
    }

    /// Opens a page, to see that it is there.
    pub fn sees(&mut self, path: &str) -> anyhow::Result<Page> {
        self.browser.get(path)
    }
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
