//! As much of a web browser as an officer needs to work with the console: cookies, links, forms.

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use ureq::http::header::{LOCATION, SET_COOKIE};

/// Redirects in a row.
const MAX_REDIRECTS: usize = 5;

/// Cookies and where we are.
pub struct Browser {
    agent: ureq::Agent,
    base: String,
    cookies: BTreeMap<String, String>,
}

/// A page that was shown.
pub struct Page {
    /// Its path.
    pub path: String,
    /// Its text.
    pub html: String,
}

/// A form of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Hidden fields, as they came.
    pub hidden: Vec<(String, String)>,
}

impl Browser {
    /// A browser without cookies, which asks for English.
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        let cookies = BTreeMap::from([("lang".to_owned(), "en".to_owned())]);
        Self { agent: config.build().into(), base: base.to_owned(), cookies }
    }

    /// Opens a page.
    pub fn get(&mut self, path: &str) -> anyhow::Result<Page> {
        self.follow(path, None)
    }

    /// Fills in a form and sends it.
    pub fn submit(&mut self, form: &Form, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        // A hidden field that the page's script would fill in stands there empty.
        let given = |name: &str| fields.iter().any(|(given, _)| *given == name);
        let hidden = form.hidden.iter().filter(|(name, _)| !given(name));
        let hidden = hidden.map(|(name, value)| (name.as_str(), value.as_str()));
        let body: Vec<String> = hidden
            .chain(fields.iter().copied())
            .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
            .collect();
        self.follow(&form.action, Some(body.join("&")))
    }

    fn follow(&mut self, path: &str, mut body: Option<String>) -> anyhow::Result<Page> {
        let mut path = path.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            ensure!(path.starts_with('/'), "the console leads away from itself, to {path:?}");
            let url = format!("{}{path}", self.base);
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let cookies = cookies.join("; ");
            let answer = match body.take() {
                None => self.agent.get(&url).header("cookie", &cookies).call(),
                Some(body) => self
                    .agent
                    .post(&url)
                    .header("cookie", &cookies)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .send(body),
            };
            let mut answer = answer.with_context(|| format!("the console does not answer at {path}"))?;
            for line in answer.headers().get_all(SET_COOKIE) {
                self.keep(line.to_str().context("a cookie is not text")?);
            }
            let status = answer.status();
            if status.is_redirection() {
                let to = answer.headers().get(LOCATION).context("a redirect to nowhere")?;
                path = to.to_str()?.strip_prefix(&self.base).unwrap_or(to.to_str()?).to_owned();
                continue;
            }
            ensure!(status.is_success(), "the console answers {path} with status {status}");
            let html = answer.body_mut().read_to_string()?;
            return Ok(Page { path, html });
        }
        bail!("the console redirects in circles")
    }

    fn keep(&mut self, line: &str) {
        let mut parts = line.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.trim().split_once('=')) else { return };
        if parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0")) {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Page {
    /// The forms, in order.
    pub fn forms(&self) -> Vec<Form> {
        let parts = self.html.split("<form").skip(1);
        parts
            .filter_map(|part| {
                let part = part.split("</form>").next()?;
                let (head, rest) = part.split_once('>')?;
                let hidden = rest.split("<input").skip(1).filter_map(|input| {
                    let tag = input.split('>').next()?;
                    let is_hidden = attribute(tag, "type").as_deref() == Some("hidden");
                    is_hidden
                        .then_some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
                });
                Some(Form { action: attribute(head, "action")?, hidden: hidden.collect() })
            })
            .collect()
    }

    /// Its heading.
    pub fn title(&self) -> String {
        let heading = self.html.split_once("<h1").and_then(|(_, rest)| rest.split_once('>'));
        heading
            .map(|(_, rest)| rest.split('<').next().unwrap_or_default().trim().to_owned())
            .unwrap_or_default()
    }

    /// Where its links lead, in order.
    pub fn links(&self) -> Vec<String> {
        self.html.split("<a ").skip(1).filter_map(|tag| attribute(&format!(" {tag}"), "href")).collect()
    }

    /// What stands in its visible fields: text as it is, of lists what is chosen.
    pub fn filled(&self) -> Vec<(String, String)> {
        let inputs = self.html.split("<input").skip(1).filter_map(|input| {
            let tag = input.split('>').next()?;
            let shown = !matches!(attribute(tag, "type").as_deref(), Some("hidden" | "radio" | "checkbox"));
            shown.then_some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
        });
        let lists = self.html.split("<select").skip(1).filter_map(|list| {
            let list = list.split("</select>").next()?;
            let name = attribute(list.split('>').next()?, "name")?;
            let chosen = list
                .split("<option")
                .skip(1)
                .find(|option| option.split('>').next().is_some_and(|tag| tag.ends_with(" selected")));
            let chosen = chosen.or_else(|| list.split("<option").nth(1))?;
            Some((name, attribute(chosen.split('>').next()?, "value").unwrap_or_default()))
        });
        inputs.chain(lists).collect()
    }

    /// What the form to `action` asks a passkey to sign, base64url.
    pub fn challenge(&self, action: &str) -> Option<String> {
        let wanted = format!("action=\"{action}\"");
        let form = self.html.split("<form").find(|form| form.contains(&wanted))?;
        let options: Value =
            serde_json::from_str(&attribute(form.split('>').next()?, "data-options")?).ok()?;
        Some(options["challenge"].as_str()?.to_owned())
    }

    /// The first form that goes to `action` and holds this hidden value, if one is asked for.
    pub fn form(&self, action: &str, holding: Option<(&str, &str)>) -> anyhow::Result<Form> {
        let fits = |form: &Form| {
            form.action == action
                && holding
                    .is_none_or(|(name, value)| form.hidden.iter().any(|(n, v)| n == name && v == value))
        };
        let found = self.forms().into_iter().find(fits);
        found.with_context(|| format!("the page {} has no form for {action}", self.path))
    }
}

/// The value of an attribute of a tag, with the character references that our pages use.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_forms_and_their_hidden_fields() {
        let html = r#"<p>x</p><form class="form" method="post" action="/a/b?x=1&amp;y=2" novalidate>
            <input type="hidden" name="csrf" value="t&quot;1"><input type="text" name="seen" value="no"></form>
            <form method="post" action="/c"><input type="hidden" name="kind" value="short"></form>"#;
        let page = Page { path: "/".into(), html: html.into() };
        let forms = page.forms();
        assert_eq!(forms.len(), 2);
        assert_eq!(forms[0].action, "/a/b?x=1&y=2");
        assert_eq!(forms[0].hidden, [("csrf".to_owned(), "t\"1".to_owned())]);
        assert!(page.form("/c", Some(("kind", "short"))).is_ok());
        assert!(page.form("/c", Some(("kind", "link"))).is_err());
    }

    #[test]
    fn cookies_are_kept_and_removed() {
        let mut browser = Browser::new("http://127.0.0.1:1");
        browser.keep("a=1; Path=/; HttpOnly");
        browser.keep("b=2; Max-Age=60");
        browser.keep("a=; Path=/; Max-Age=0");
        assert_eq!(browser.cookies.get("a"), None);
        assert_eq!(browser.cookies.get("b").map(String::as_str), Some("2"));
    }

    #[test]
    fn form_values_are_percent_encoded() {
        assert_eq!(percent("a b&c=đ"), "a%20b%26c%3D%C4%91");
    }
}
