//! The addresses of the citizens' pages, in one place.

use bluezone_domain::id::MessageId;

/// Where everybody starts.
pub const HOME: &str = "/";
/// Sign in with a telephone number.
pub const SIGN_IN: &str = "/sign-in";
/// Type the code that came as a text message.
pub const CODE: &str = "/sign-in/code";
/// Send another code (a form only).
pub const CODE_AGAIN: &str = "/sign-in/code/again";
/// Sign out (a form only).
pub const SIGN_OUT: &str = "/sign-out";
/// The forms that can be filled in.
pub const DECLARE: &str = "/declare";
/// One's own code.
pub const PASS: &str = "/pass";
/// The diary of places.
pub const VISITS: &str = "/visits";
/// What the authority wrote to this citizen.
pub const INBOX: &str = "/inbox";
/// One message.
pub const MESSAGE: &str = "/inbox/{message}";

/// Address of one message.
pub fn message(id: MessageId) -> String {
    format!("{INBOX}/{id}")
}

/// A path to go to after signing in, if it is one of the citizens' pages: never another site, nor the console.
pub fn safe_next(path: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_".contains(&b);
    let ours = path.starts_with('/') && !path.starts_with("/console");
    (ours && path.bytes().all(plain) && !path.contains("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        assert_eq!(safe_next("/declare/toan-dan"), Some("/declare/toan-dan"));
        for wrong in ["", "//evil.example", "https://evil.example", "/console", "/a//b", "/a?b=c", "/\\evil"]
        {
            assert_eq!(safe_next(wrong), None, "{wrong}");
        }
    }
}
