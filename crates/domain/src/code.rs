//! One-time codes: what an officer gives to a case so that their phone may publish.
//!
//! The code itself is never stored: the server keeps a keyed hash.

use crate::Timestamp;
use crate::case::CaseFacts;
use bluezone_protocol::api::TestType;
use rand::{Rng, RngExt};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How many different short codes there are.
pub const SHORT_CODES: i64 = 100_000_000;

/// Codes of one case that may wait to be used at a time: one for each of a person's phones, or one that got lost.
pub const MOST_LIVE: i64 = 3;

/// What a code stands for: what a phone that redeems it learns, and its token keeps. `Debug` hides the dates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// A case, as it is.
    Case(CaseFacts),
    /// A contact (F1), no case.
    Contact(ContactFacts),
}

/// What is known of a contact whose phone may publish.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContactFacts {
    /// The first day (midnight UTC) whose keys may be published: the exposure plus the latency of the disease.
    pub publish_from: Timestamp,
}

impl fmt::Debug for ContactFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactFacts(..)")
    }
}

impl Finding {
    /// As phones are told.
    pub const fn test_type(self) -> TestType {
        use crate::case::CaseStatus::{Confirmed, Discarded, Negative, Probable, Suspected};
        match self {
            Finding::Contact(_) => TestType::Contact,
            Finding::Case(facts) => match facts.status {
                Suspected | Probable => TestType::Likely,
                Confirmed => TestType::Confirmed,
                Negative | Discarded => TestType::Negative,
            },
        }
    }
}

const SHORT_DIGITS: usize = 8;
const LINK_CHARS: usize = 32;
/// 32 characters, 5 bits each; without i, l, o and u, which are misread or make words (Crockford's base 32, lower-case).
const LINK_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The two kinds of one-time codes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CodeKind {
    /// 8 digits to be read out; 15 minutes.
    Short,
    /// 32 characters (160 bits) inside a link; 24 hours.
    Link,
}

impl CodeKind {
    /// Both kinds.
    pub const ALL: [CodeKind; 2] = [CodeKind::Short, CodeKind::Link];

    /// Its name in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            CodeKind::Short => "short",
            CodeKind::Link => "link",
        }
    }

    /// How many seconds such a code can be used after it was issued.
    pub const fn lifetime_s(self) -> i64 {
        match self {
            CodeKind::Short => 15 * 60,
            CodeKind::Link => 24 * 3600,
        }
    }
}

/// A text that names no kind of code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not a kind of code: expected short or link")]
pub struct InvalidCodeKind;

impl FromStr for CodeKind {
    type Err = InvalidCodeKind;

    fn from_str(text: &str) -> Result<Self, InvalidCodeKind> {
        CodeKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(InvalidCodeKind)
    }
}

/// A one-time code in its one spelling. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    kind: CodeKind,
    text: String,
}

impl Code {
    /// A new code, every one as likely as any other.
    pub fn generate(kind: CodeKind, rng: &mut (impl Rng + ?Sized)) -> Self {
        let text = match kind {
            CodeKind::Short => format!("{:08}", rng.random_range(0..SHORT_CODES)),
            CodeKind::Link => {
                let mut bytes = [0; LINK_CHARS];
                rng.fill_bytes(&mut bytes);
                // 256 is a multiple of 32: no character is favoured.
                bytes.iter().map(|b| char::from(LINK_ALPHABET[usize::from(b % 32)])).collect()
            }
        };
        Code { kind, text }
    }

    /// What somebody typed or pasted: spaces, dashes and dots are ignored, capitals are small letters, and in a link's
    /// code o is 0, i and l are 1. `None` if it cannot be a code of either kind.
    ///
    /// The whole link that was sent ([`Code::link`]) is a code too: all up to its `#` is left out.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.rsplit_once('#').map_or(typed, |(_, code)| code);
        let mut text = String::with_capacity(LINK_CHARS);
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            if text.len() == LINK_CHARS {
                return None;
            }
            text.push(match c.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                c if c.is_ascii() && LINK_ALPHABET.contains(&(c as u8)) => c,
                _ => return None,
            });
        }
        match text.len() {
            SHORT_DIGITS if text.bytes().all(|b| b.is_ascii_digit()) => {
                Some(Code { kind: CodeKind::Short, text })
            }
            LINK_CHARS => Some(Code { kind: CodeKind::Link, text }),
            _ => None,
        }
    }

    /// Short or link.
    pub fn kind(&self) -> CodeKind {
        self.kind
    }

    /// The one spelling, without spaces: what is hashed, and what goes into a link.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The link that brings this code to a phone: `https://HOST/c#CODE`, from the server's public address without a
    /// trailing slash. The code stands after `#`, which browsers send to nobody: it is in no log and no referrer.
    pub fn link(&self, public_url: &str) -> String {
        format!("{public_url}/c#{}", self.text)
    }

    /// As people read it: `1234 5678`. A link's code in groups of four.
    pub fn grouped(&self) -> String {
        let mut grouped = String::with_capacity(self.text.len() * 5 / 4);
        for (i, c) in self.text.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(c);
        }
        grouped
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({}, ..)", self.kind.as_str())
    }
}

fn is_separator(c: char) -> bool {
    // Dashes of all lengths: messaging programs put their own. U+200B: copied from web pages.
    c.is_whitespace() || matches!(c, '-' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn what_was_issued_is_understood_however_it_is_typed() {
        let mut rng = StdRng::seed_from_u64(1);
        for kind in CodeKind::ALL {
            for _ in 0..100 {
                let code = Code::generate(kind, &mut rng);
                assert_eq!(code.kind(), kind);
                assert_eq!(Code::parse(code.as_str()), Some(code.clone()));
                assert_eq!(Code::parse(&code.grouped()), Some(code.clone()));
                let shouted = code.grouped().to_uppercase().replace(' ', " \u{2013}\u{a0}").replace('0', "O");
                if kind == CodeKind::Link {
                    assert_eq!(Code::parse(&shouted.replace('1', "l")), Some(code));
                }
            }
        }
    }

    #[test]
    fn a_pasted_link_is_its_code() {
        let code = Code::generate(CodeKind::Link, &mut StdRng::seed_from_u64(3));
        let link = code.link("https://bluezone.example");
        assert_eq!(link, format!("https://bluezone.example/c#{}", code.as_str()));
        assert_eq!(Code::parse(&link), Some(code.clone()));
        assert_eq!(Code::parse(&format!(" {}\n", link.replace('#', "?lang=en#"))), Some(code));
        assert_eq!(Code::parse("https://bluezone.example/c#"), None);
        assert_eq!(Code::parse("https://bluezone.example/c"), None);
    }

    #[test]
    fn other_texts_are_no_codes() {
        let long = "0".repeat(33);
        for wrong in
            ["", "1234567", "123456789", "1234567x", "１２３４５６７８", "u".repeat(32).as_str(), &long, "\0"]
        {
            assert_eq!(Code::parse(wrong), None, "{wrong:?}");
        }
        assert_eq!(Code::parse(" 0000-0001 ").unwrap().as_str(), "00000001");
        assert_eq!(Code::parse("O000 000l").unwrap().as_str(), "00000001");
    }

    /// Chi-squared over every digit position; the bound is the 99.99 % quantile for 9 degrees of freedom.
    #[test]
    fn short_codes_are_uniform() {
        let mut rng = StdRng::seed_from_u64(2);
        let n = 20_000;
        let mut counts = [[0_u32; 10]; SHORT_DIGITS];
        for _ in 0..n {
            for (i, b) in Code::generate(CodeKind::Short, &mut rng).as_str().bytes().enumerate() {
                counts[i][usize::from(b - b'0')] += 1;
            }
        }
        for (i, position) in counts.iter().enumerate() {
            let expected = f64::from(n) / 10.0;
            let chi: f64 = position.iter().map(|c| (f64::from(*c) - expected).powi(2) / expected).sum();
            assert!(chi < 33.72, "position {i}: {chi}");
        }
    }

    #[test]
    fn debug_hides_the_code() {
        let code = Code::parse("12345678").unwrap();
        assert_eq!(format!("{code:?}"), "Code(short, ..)");
    }
}
