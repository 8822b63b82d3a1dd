//! The two languages, and words as constants that exist in both or do not compile.

use serde::{Deserialize, Serialize};

/// Name of the cookie that remembers the reader's language.
pub const LANG_COOKIE: &str = "lang";

/// A language of the pages.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese, the default.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Both languages, in the order of the switch.
    pub const ALL: [Lang; 2] = [Lang::Vi, Lang::En];

    /// The code of HTML's `lang` attribute, the query and the cookie: `vi` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }

    /// The language's name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Vi => "Tiếng Việt",
            Lang::En => "English",
        }
    }

    /// The language of a code; `None` for any other text.
    pub fn from_code(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The reader's language: what the address asks for (`?lang=`), else the cookie, else the browser's first
    /// language that we have, else Vietnamese. Each argument is the raw text of its source.
    pub fn choose(query: Option<&str>, cookies: Option<&str>, accept_language: Option<&str>) -> Lang {
        let pairs = |text: &str, separator| -> Option<Lang> {
            text.split(separator)
                .filter_map(|pair: &str| pair.trim().split_once('='))
                .find(|(name, _)| *name == LANG_COOKIE)
                .and_then(|(_, value)| Lang::from_code(value))
        };
        query
            .and_then(|text| pairs(text, '&'))
            .or_else(|| cookies.and_then(|text| pairs(text, ';')))
            .or_else(|| {
                // The browser lists its languages by preference; the weights only repeat the order.
                accept_language?
                    .split(',')
                    .filter_map(|range| range.trim().split([';', '-']).next())
                    .find_map(|primary| Lang::from_code(&primary.to_ascii_lowercase()))
            })
            .unwrap_or_default()
    }
}

/// The `Set-Cookie` value that remembers a language for a year.
pub fn lang_cookie(lang: Lang) -> String {
    format!("{LANG_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.code())
}

/// `here` (path and query) with its `lang` parameter set: where the language switch leads.
pub fn lang_href(here: &str, lang: Lang) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let mut kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(LANG_COOKIE))
        .collect();
    let own = format!("{LANG_COOKIE}={}", lang.code());
    kept.push(&own);
    format!("{path}?{}", kept.join("&"))
}

/// One piece of wording in both languages, made with [`text!`](crate::text).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Text {
    vi: &'static str,
    en: &'static str,
}

impl Text {
    /// Wording in both languages. In a constant, an empty half or places (`{name}`) that differ in number
    /// between the languages stop the build.
    pub const fn new(vi: &'static str, en: &'static str) -> Text {
        assert!(!vi.is_empty() && !en.is_empty(), "a text needs both languages");
        assert!(places(vi) == places(en), "a text needs the same places in both languages");
        Text { vi, en }
    }

    /// The wording in one language.
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Vi => self.vi,
            Lang::En => self.en,
        }
    }

    /// The wording with its places filled: `("n", "3")` replaces `{n}`. Values are not read for places again.
    pub fn fill(self, lang: Lang, values: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(lang);
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let Some(close) = rest.find('}') else { break };
            match values.iter().find(|(name, _)| *name == &rest[1..close]) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&rest[..=close]),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// A name as pages show it: "COVID-" ends no line. Not for data, which is searched and compared.
pub fn unbroken(name: &str) -> String {
    name.replace('-', "\u{2011}")
}

/// How many places a wording has.
const fn places(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut found) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'{' {
            found += 1;
        }
        at += 1;
    }
    found
}

/// Declares wording as a public constant that exists in both languages, or does not compile.
///
/// `text!(NAME, "tiếng Việt", "English")`, or many at once separated by `;`.
#[macro_export]
macro_rules! text {
    ($($name:ident, $vi:expr, $en:expr);+ $(;)?) => {
        $(
            #[doc = $en]
            pub const $name: $crate::Text = $crate::Text::new($vi, $en);
        )+
    };
}
