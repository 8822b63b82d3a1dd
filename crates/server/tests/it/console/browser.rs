//! A browser without scripts: cookies, links, forms with what a page put into them. It talks to the real router.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use std::collections::BTreeMap;
use tower::ServiceExt;

/// A page as the browser got it.
#[derive(Clone)]
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    /// Where a redirect leads.
    pub fn to(&self) -> &str {
        assert!(self.status.is_redirection(), "not a redirect: {} {}", self.status, self.body);
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// The text of the first element that begins so, e.g. `<h1`.
    pub fn first(&self, begin: &str) -> &str {
        let from = self.body.find(begin).unwrap_or_else(|| panic!("no {begin} in {}", self.body));
        let rest = &self.body[from..];
        let open = rest.find('>').unwrap() + 1;
        &rest[open..open + rest[open..].find('<').unwrap()]
    }

    /// What the form to `action` would send if nothing were typed: hidden fields, typed values, chosen options.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        self.forms(action)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no form to {action} in {}", self.body))
    }

    /// Where the forms of the page go to.
    pub fn actions(&self) -> Vec<String> {
        let mut actions: Vec<_> =
            self.body.split("<form").skip(1).filter_map(|form| attribute(form, "action")).collect();
        actions.sort();
        actions.dedup();
        actions
    }

    /// The same of every form to `action`.
    pub fn forms(&self, action: &str) -> Vec<Vec<(String, String)>> {
        let wanted = format!("action=\"{action}\"");
        self.body
            .split("<form")
            .skip(1)
            .map(|form| form.split("</form>").next().unwrap())
            .filter(|form| form.split('>').next().unwrap().contains(&wanted))
            .map(|form| {
                let inputs = form.split("<input").skip(1).filter_map(field);
                inputs.chain(form.split("<select").skip(1).filter_map(chosen)).collect()
            })
            .collect()
    }
}

/// Name and value that an `<input …>` sends.
fn field(tag: &str) -> Option<(String, String)> {
    let kind = attribute(tag, "type").unwrap_or_default();
    if matches!(kind.as_str(), "radio" | "checkbox") && !tag.split('>').next()?.contains(" checked") {
        return None;
    }
    Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
}

/// Name and value that a `<select …>` sends: the option that is selected, or the first.
fn chosen(select: &str) -> Option<(String, String)> {
    let options: Vec<_> = select.split("</select>").next()?.split("<option").skip(1).collect();
    let selected = options.iter().find(|option| option.split('>').next().unwrap().contains(" selected"));
    Some((attribute(select, "name")?, attribute(selected.or(options.first())?, "value")?))
}

/// An attribute of the tag that a text begins with.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(plain(&tag[from..from + tag[from..].find('"')?]))
}

/// HTML's character references undone.
pub fn plain(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub fn new(router: Router) -> Self {
        Browser {
            router,
            cookies: BTreeMap::new(),
            headers: vec![
                ("host", "127.0.0.1:8080".to_owned()),
                ("accept-language", "en".to_owned()),
                ("sec-fetch-site", "same-origin".to_owned()),
            ],
        }
    }

    pub async fn get(&mut self, path: &str) -> Seen {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// Follows redirects to the page at their end.
    pub async fn open(&mut self, path: &str) -> Seen {
        let mut seen = self.get(path).await;
        for _ in 0..5 {
            if !seen.status.is_redirection() {
                return seen;
            }
            seen = self.get(seen.to()).await;
        }
        panic!("redirects without end at {path}");
    }

    /// Posts exactly these fields.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.send(Method::POST, path, Body::from(encoded(fields))).await
    }

    /// Fills in and sends the form to `action` on a page.
    pub async fn submit(&mut self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
        self.submit_form(page.form(action), action, typed).await
    }

    pub async fn submit_form(
        &mut self,
        form: Vec<(String, String)>,
        action: &str,
        typed: &[(&str, &str)],
    ) -> Seen {
        let fields = filled(form, typed);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(action, &fields).await
    }

    pub async fn send(&mut self, method: Method, path: &str, body: Body) -> Seen {
        self.send_as("application/x-www-form-urlencoded", method, path, body).await
    }

    /// A body of another kind than a plain form's.
    pub async fn send_as(&mut self, kind: &str, method: Method, path: &str, body: Body) -> Seen {
        let (parts, body) = self.answer(kind, method, path, body).await;
        Seen {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Fills in and sends a form that answers with a file.
    pub async fn submit_for_file(&mut self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Vec<u8> {
        let body = encoded(&filled(page.form(action), typed));
        let kind = "application/x-www-form-urlencoded";
        let (parts, body) = self.answer(kind, Method::POST, action, Body::from(body)).await;
        assert_eq!(parts.status, StatusCode::OK);
        body
    }

    /// Fills in and sends a form with files: (name, the file's name, its bytes).
    pub async fn submit_files(
        &mut self,
        page: &Seen,
        action: &str,
        typed: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Seen {
        const BOUNDARY: &str = "between-the-parts";
        let mut body = Vec::new();
        for (name, value) in filled(page.form(action), typed) {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
        }
        for (name, file, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send_as(&kind, Method::POST, action, Body::from(body)).await
    }

    /// A file behind an address.
    pub async fn file(&mut self, path: &str) -> (Parts, Vec<u8>) {
        self.answer("", Method::GET, path, Body::empty()).await
    }

    async fn answer(&mut self, kind: &str, method: Method, path: &str, body: Body) -> (Parts, Vec<u8>) {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if !self.cookies.is_empty() {
            let line: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let body = to_bytes(body, 64 << 20).await.unwrap();
        (parts, body.to_vec())
    }

    fn keep(&mut self, line: &str) {
        let (name, rest) = line.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        if line.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// A form's fields with what was typed in their place.
fn filled(form: Vec<(String, String)>, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let kept = form.into_iter().filter(|(name, _)| typed.iter().all(|(other, _)| other != name));
    kept.chain(typed.iter().map(|(name, value)| (name.to_string(), value.to_string()))).collect()
}

fn encoded(fields: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
    let pairs =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name.as_ref()), encode(value.as_ref())));
    pairs.collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
