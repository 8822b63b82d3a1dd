//! What a person agrees to when they declare: one box for each purpose, never ticked beforehand, and which wording they saw
//! (law 91/2025/QH15, article 9).

use bluezone_pages::Lang;
use bluezone_pages::form::tick;
use bluezone_pages::text;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

text! {
    HEADING, "Bạn đồng ý", "You agree";
    EACH, "Mỗi ô là một mục đích. Không ô nào được đánh dấu sẵn; bấm “Gửi” không phải là đồng ý. Bạn có thể rút lại bất cứ lúc nào ở mục “Dữ liệu của tôi”.",
        "Each box is one purpose. No box is ticked for you; pressing “Send” is not consent. You can take it back at any time under “My data”."
}

/// A purpose and one version of its wording.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The purpose's name.
    pub purpose: String,
    /// The version of its wording.
    pub version: u32,
    /// Whether the declaration cannot be taken without it.
    pub needed: bool,
    /// The sentence in Vietnamese: what data, for what, who, which rights.
    vi: String,
    /// The sentence in English.
    en: String,
}

/// That a person agreed, and to which wording: what is stored as evidence, with time and channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Given {
    /// The purpose.
    pub purpose: String,
    /// The version of its wording.
    pub version: u32,
    /// The language it was read in: `vi` or `en`.
    pub lang: Lang,
    /// SHA-256 of the wording, in hexadecimal digits ([`Consent::sha256`]).
    pub sha256: String,
}

impl Consent {
    /// The sentence.
    pub fn words(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }

    /// SHA-256 over purpose, version, language and sentence, each on a line of its own, in hexadecimal digits.
    pub fn sha256(&self, lang: Lang) -> String {
        let text = format!(
            "bluezone consent v1\n{}\n{}\n{}\n{}\n",
            self.purpose,
            self.version,
            lang.code(),
            self.words(lang)
        );
        hex::encode(Sha256::digest(text))
    }

    /// The name of its box.
    pub fn field(&self) -> String {
        format!("consent-{}", self.purpose)
    }

    /// What is stored when its box is ticked.
    pub fn given(&self, lang: Lang) -> Given {
        Given { purpose: self.purpose.clone(), version: self.version, lang, sha256: self.sha256(lang) }
    }
}

/// Every wording that was ever shown: what is no longer shown must still be found.
pub fn all() -> &'static [Consent] {
    static ALL: LazyLock<Vec<Consent>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../data/consents.json")).expect("the file is tested")
    });
    &ALL
}

/// The wording that is shown now for a purpose.
pub fn current(purpose: &str) -> Option<&'static Consent> {
    all().iter().filter(|consent| consent.purpose == purpose).max_by_key(|consent| consent.version)
}

/// The wording that a person agreed to; none if what is stored was changed since.
pub fn wording(given: &Given) -> Option<&'static Consent> {
    all().iter().find(|consent| {
        consent.purpose == given.purpose
            && consent.version == given.version
            && consent.sha256(given.lang) == given.sha256
    })
}

/// The boxes of these purposes. `ticked` are those that the person ticked before the form came back; `missing` those that
/// are needed and were not. Nothing for no purposes.
pub fn draw(lang: Lang, purposes: &[String], ticked: &[Given], missing: &[&str]) -> Markup {
    if purposes.is_empty() {
        return html! {};
    }
    html! {
        section.card.stack {
            h2 { (HEADING.get(lang)) }
            p.hint { (EACH.get(lang)) }
            @for consent in purposes.iter().filter_map(|purpose| current(purpose)) {
                @let again = ticked.iter().any(|given| *given == consent.given(lang));
                @let error = missing.contains(&consent.purpose.as_str())
                    .then(|| crate::problem::MUST_TICK.get(lang));
                (tick(&consent.field(), consent.words(lang), again, error))
            }
        }
    }
}

/// What was agreed to, and the purposes that are needed and were not.
pub fn read_fields<'a>(
    lang: Lang,
    purposes: &'a [String],
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> (Vec<Given>, Vec<&'a str>) {
    let ticked: Vec<&str> =
        fields.into_iter().filter(|(_, value)| *value == "yes").map(|(name, _)| name).collect();
    let (mut given, mut missing) = (Vec::new(), Vec::new());
    for purpose in purposes {
        let Some(consent) = current(purpose) else { continue };
        if ticked.contains(&consent.field().as_str()) {
            given.push(consent.given(lang));
        } else if consent.needed {
            missing.push(purpose.as_str());
        }
    }
    (given, missing)
}
