//! The cookies of the console and of the citizens' pages: which there are, and how they are read and written.

use axum::http::{HeaderMap, HeaderValue, header};

/// A cookie. All are invisible to scripts and sent to this site only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cookie {
    /// The session's token.
    Session,
    /// What ties the sign-in form to the browser that it was shown in, before there is a session.
    Visitor,
    /// What a browser is known by after an officer has signed in in it: see [`crate::console::known_browser`].
    Known,
    /// A citizen's session token.
    Citizen,
    /// A telephone number that waits for its code, sealed.
    WaitingNumber,
    /// A one-time code on its way from the request that made it to the page that shows it once, sealed.
    Once,
}

impl Cookie {
    fn base(self) -> &'static str {
        match self {
            Cookie::Session => "bz-session",
            Cookie::Visitor => "bz-visitor",
            Cookie::Known => "bz-known",
            Cookie::Citizen => "bz-citizen",
            Cookie::WaitingNumber => "bz-number",
            Cookie::Once => "bz-once",
        }
    }

    /// Over https the name binds the cookie to this very host and to https (`__Host-`): no other host of the domain can
    /// set it. Browsers refuse that prefix over plain http, where the demo and tests run.
    fn name(self, secure: bool) -> String {
        if secure { format!("__Host-{}", self.base()) } else { self.base().to_owned() }
    }

    /// Its value in a request.
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// The `Set-Cookie` header that sets it for so many seconds; `None` until the browser is closed. The value is text
    /// that we made from base64url or hexadecimal digits.
    pub fn set(self, value: &str, lifetime_s: Option<i64>, secure: bool) -> HeaderValue {
        let mut line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", self.name(secure));
        if secure {
            line.push_str("; Secure");
        }
        if let Some(seconds) = lifetime_s {
            line.push_str(&format!("; Max-Age={seconds}"));
        }
        let mut header = HeaderValue::try_from(line).expect("names and values are plain ASCII");
        header.set_sensitive(true);
        header
    }

    /// The `Set-Cookie` header that removes it.
    pub fn clear(self, secure: bool) -> HeaderValue {
        self.set("", Some(0), secure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_is_bound_to_the_host() {
        assert_eq!(
            Cookie::Session.set("abc", Some(60), true),
            "__Host-bz-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
        assert_eq!(Cookie::Once.clear(false), "bz-once=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xbz-session=no; lang=vi"));
        assert_eq!(Cookie::Session.read(&headers, false), None);
        headers
            .append(header::COOKIE, HeaderValue::from_static("a=b; bz-session=abc; __Host-bz-session=def"));
        assert_eq!(Cookie::Session.read(&headers, false), Some("abc"));
        assert_eq!(Cookie::Session.read(&headers, true), Some("def"));
        assert_eq!(Cookie::Once.read(&headers, true), None);
    }
}
