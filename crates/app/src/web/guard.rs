//! Who may see the phone's pages: only the person who started it, only through its own address.
//!
//! The pages listen on loopback, where every program and every web page of this machine can knock. So:
//! * the printed link carries a random token; opening it gives an `HttpOnly` cookie, and nothing answers without it;
//! * the `Host` header must be our own address, or another site's name could be pointed at 127.0.0.1 (DNS rebinding);
//! * every POST repeats a random word that stands only in our own forms, so no other site can send them.
//!
//! Cookies do not tell ports of one host apart: a program of another user on this machine that the owner opens in the
//! same browser receives the cookie too. It is worth nothing after the phone restarts.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bluezone_pages::form::CSRF_FIELD;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::html;
use bluezone_pages::{CACHE_FOREVER, LANG_COOKIE, Lang, SECURITY_HEADERS, asset, lang_cookie, text};
use rand::Rng;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// Longest form that is read, bytes.
const MAX_FORM_BYTES: usize = 16 * 1024;
/// Longest frame of a camera that is read, bytes: a small grey picture and the fields around it.
const MAX_FRAME_BYTES: usize = 256 * 1024;

text! {
    CLOSED, "Trang này đã khóa", "This page is locked";
    CLOSED_WHY,
        "Hãy mở đường dẫn mà chương trình in ra khi khởi động: chỉ đường dẫn đó mở được trang của điện thoại này.",
        "Open the link that the program printed when it started: only that link opens this phone's pages.";
    STALE, "Biểu mẫu đã cũ", "This form is out of date";
    STALE_WHY, "Hãy quay lại trang trước, tải lại rồi gửi lần nữa.", "Go back, reload the page and send it again."
}

/// The secrets and addresses of one run.
pub struct Guard {
    token: String,
    session: String,
    csrf: String,
    cookie: String,
    hosts: [String; 2],
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard(..)")
    }
}

impl Guard {
    /// New secrets for the pages at `address`.
    pub fn new(address: SocketAddr, rng: &mut dyn Rng) -> Guard {
        let mut secret = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            hex::encode(bytes)
        };
        Guard {
            token: secret(),
            session: secret(),
            csrf: secret(),
            cookie: format!("bluezone-{}", address.port()),
            hosts: [address.to_string(), format!("localhost:{}", address.port())],
        }
    }

    /// The link that opens the pages. It is a secret: for the owner's eyes only.
    pub fn link(&self) -> String {
        format!("http://{}/?token={}", self.hosts[0], self.token)
    }

    /// The word that every form repeats.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    fn own_host(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| self.hosts.iter().any(|own| own == host))
    }

    fn signed_in(&self, headers: &HeaderMap) -> bool {
        cookies(headers)
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.cookie && same(value, &self.session))
    }

    fn has_token(&self, query: &str) -> bool {
        parameter(query, "token").is_some_and(|token| same(token, &self.token))
    }
}

/// Compares without telling by the time taken where the first difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok())
}

/// A parameter of a query or form, undecoded: for values that are plain hex or letters.
fn parameter<'a>(pairs: &'a str, name: &str) -> Option<&'a str> {
    pairs
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The word in a form of parts, which also carries a picture: what stands between the part's head and the next line.
fn csrf_part(body: &[u8]) -> Option<&str> {
    let head = format!("name=\"{CSRF_FIELD}\"\r\n\r\n");
    let at = body.windows(head.len()).position(|window| window == head.as_bytes())?;
    let rest = body.get(at + head.len()..)?;
    let end = rest.windows(2).position(|window| window == b"\r\n")?;
    std::str::from_utf8(&rest[..end]).ok()
}

/// The reader's language, chosen as [`Lang::choose`] says.
pub(super) fn language(uri: &Uri, headers: &HeaderMap) -> Lang {
    let cookies: Vec<&str> = cookies(headers).collect();
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(uri.query(), Some(&cookies.join(";")), accept)
}

/// Lets a request through to the pages, or answers it. Also serves the assets and sets the headers of every answer.
pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let lang = language(request.uri(), request.headers());
    let asked = parameter(request.uri().query().unwrap_or_default(), LANG_COOKIE).and_then(Lang::from_code);
    if let Some(asset) = asset(request.uri().path()).filter(|_| guard.own_host(request.headers())) {
        let kept = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, CACHE_FOREVER)];
        return (kept, asset.body).into_response();
    }
    let mut response = admit(&guard, lang, request, next).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(cookie) = asked.and_then(|lang| HeaderValue::from_str(&lang_cookie(lang)).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

async fn admit(guard: &Guard, lang: Lang, request: Request, next: Next) -> Response {
    if !guard.own_host(request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "this is not the address of this phone's pages\n")
            .into_response();
    }
    if guard.has_token(request.uri().query().unwrap_or_default()) {
        // On to the same page without the token, so that it does not stay in the address bar.
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", guard.cookie, guard.session);
        let path = request.uri().path();
        let to = if path.starts_with("//") { "/" } else { path }.to_owned();
        return (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, to)])
            .into_response();
    }
    if !guard.signed_in(request.headers()) {
        return refuse(lang, StatusCode::FORBIDDEN, CLOSED.get(lang), CLOSED_WHY.get(lang));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let parts = head
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    let Ok(bytes) = to_bytes(body, if parts { MAX_FRAME_BYTES } else { MAX_FORM_BYTES }).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let word = match parts {
        true => csrf_part(&bytes),
        false => parameter(std::str::from_utf8(&bytes).unwrap_or_default(), CSRF_FIELD),
    };
    if !word.is_some_and(|word| same(word, &guard.csrf)) {
        return refuse(lang, StatusCode::FORBIDDEN, STALE.get(lang), STALE_WHY.get(lang));
    }
    next.run(Request::from_parts(head, Body::from(bytes))).await
}

fn refuse(lang: Lang, status: StatusCode, title: &str, why: &str) -> Response {
    let page = layout(&Page { body: html! { p { (why) } }, ..Page::new(lang, title) });
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}
