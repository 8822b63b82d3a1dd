//! The addresses of the citizens' pages, in one place.

use bluezone_domain::id::{DeclarationId, MessageId};

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
/// One form.
pub const DECLARE_FORM: &str = "/declare/{form}";
/// What a phone kept while it was offline (for its script).
pub const DECLARE_QUEUE: &str = "/declare/queue";
/// The communes of a province, for the forms' script.
pub const COMMUNES: &str = "/declare/communes/{province}/{lang}";
/// A declaration that was sent, and what is advised.
pub const DECLARED: &str = "/declared/{declaration}";
/// One's own code.
pub const PASS: &str = "/pass";
/// The live codes of the next hours (for the page's script).
pub const PASS_CODES: &str = "/pass/codes";
/// One's own code on paper.
pub const PASS_PRINT: &str = "/pass/print";
/// One's own code in the national format.
pub const PASS_NATIONAL: &str = "/pass/national";
/// Get a new code (a form only).
pub const PASS_RENEW: &str = "/pass/renew";
/// The diary of places.
pub const VISITS: &str = "/visits";
/// What the authority wrote to this citizen.
pub const INBOX: &str = "/inbox";
/// One message.
pub const MESSAGE: &str = "/inbox/{message}";

/// Address of one form.
pub fn declare(form: &str) -> String {
    format!("{DECLARE}/{form}")
}

/// Address of a declaration that was sent.
pub fn declared(id: DeclarationId) -> String {
    format!("/declared/{id}")
}

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
