//! Text messages of the demo come out where it talks, so that whoever looks at its pages can sign in with any number.

use bluezone_domain::person::Phone;
use bluezone_server::texting::{Sending, TextSender};
use std::io::{Write, stderr};

/// Beside the demo's own output, which may be JSON.
#[derive(Clone, Copy, Debug)]
pub struct OnTheScreen;

impl TextSender for OnTheScreen {
    fn send<'a>(&'a self, to: &'a Phone, text: &'a str) -> Sending<'a> {
        Box::pin(async move {
            let line = text.lines().next().unwrap_or_default();
            // Whoever closed the output reads no messages.
            let _ = writeln!(stderr(), "Text message to {}: {line}", to.masked());
            Ok(())
        })
    }
}
