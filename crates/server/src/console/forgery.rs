//! Protection against forged forms: another site must not be able to make an officer's browser post to the console.
//!
//! Two checks, both needed: the browser's own word about where a post comes from (`Sec-Fetch-Site`, `Origin`), and a
//! token in the form that only a page of this session could hold. Cookies are `SameSite=Lax` besides.

use crate::secrets::{Hashed, Secrets};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// The token for the forms of one session (or, before sign-in, of one visitor), named by the hash of its cookie.
pub fn token(secrets: &Secrets, holder: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(secrets.hash(Hashed::Form, holder))
}

/// Whether a form's token is that of this session.
pub fn fits(secrets: &Secrets, holder: &[u8; 32], sent: &str) -> bool {
    token(secrets, holder).as_bytes().ct_eq(sent.as_bytes()).into()
}

/// Whether the browser says that a post comes from our own pages. `public_url` is the address the console is known by;
/// the `Host` that was asked counts too, for a console reached by another name.
///
/// A client that sends neither header is no browser of the last years; the token decides alone then.
pub fn from_our_pages(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match text("origin") {
        None => true,
        Some(origin) => {
            let host = text(header::HOST.as_str()).unwrap_or_default();
            let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            origin == origin_of(public_url) || (!host.is_empty() && authority == Some(host))
        }
    }
}

/// Scheme and authority of an address: all before the third slash.
fn origin_of(url: &str) -> &str {
    url.match_indices('/').nth(2).map_or(url, |(at, _)| &url[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn judged(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        from_our_pages(&headers, "https://bluezone.example")
    }

    #[test]
    fn the_browser_tells_our_pages_from_others() {
        assert!(judged(&[("sec-fetch-site", "same-origin"), ("origin", "https://bluezone.example")]));
        assert!(judged(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(judged(&[]));
        assert_eq!(origin_of("https://bluezone.example/under/a/path"), "https://bluezone.example");
        for forged in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example"), ("host", "bluezone.example")],
            &[("origin", "https://bluezone.example.evil"), ("host", "bluezone.example")],
            &[("origin", "null"), ("host", "bluezone.example")],
            &[("origin", "https://"), ("host", "")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://bluezone.example")],
        ] {
            assert!(!judged(forged), "{forged:?}");
        }
    }

    #[test]
    fn a_token_fits_its_session_only() {
        let secrets = Secrets::from_master([3; 32]);
        let token = token(&secrets, &[1; 32]);
        assert!(fits(&secrets, &[1; 32], &token));
        assert!(!fits(&secrets, &[2; 32], &token));
        assert!(!fits(&secrets, &[1; 32], ""));
        assert!(!fits(&Secrets::from_master([4; 32]), &[1; 32], &token));
    }
}
