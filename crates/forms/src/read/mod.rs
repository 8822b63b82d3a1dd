//! Reading a form: the part of FHIR R4 Questionnaire that is understood.
//!
//! Everything else is refused with its place, so that no rule in a file is quietly left out:
//!
//! - **Form**: `url`, `version`, `name`, `title`, `description`, `status` (`active`), `date`, `publisher`,
//!   `effectivePeriod`, `derivedFrom` (one), `language` (`vi`), `useContext` (the disease, code `focus`), and the extensions
//!   `parameter`, `consent` and `advice` of [`OWN`].
//! - **Item**: types `group`, `display`, `boolean`, `integer`, `decimal`, `date`, `string`, `text`, `choice`,
//!   `attachment`; `required`, `repeats` (choice and attachment), `maxLength`, `enableWhen` with `enableBehavior`, looking
//!   back only; `answerOption` with `optionExclusive`, `answerValueSet`; `initial`. Items stand in groups; under a question
//!   only its help (`display` with the item control `help`).
//! - **Extensions**: `translation`, `minValue`, `maxValue`, `minLength`, `maxDecimalPlaces`, `regex` with `entryFormat`,
//!   `mimeType`, `maxSize`, `questionnaire-itemControl` (`help`, `check-box`, `drop-down`), `questionnaire-maxOccurs`;
//!   `limit` and `value-set-of` of [`OWN`].
//!
//! Every wording needs its English translation.

mod check;
mod extension;
mod form;
mod item;
mod node;
mod when;

use crate::model::Questionnaire;
use node::Node;
use thiserror::Error;

/// Where the extensions of the standard are.
pub(crate) const HL7: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Where our own extensions are.
pub const OWN: &str = "https://bluezone.example/fhir/StructureDefinition/";

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// Why a file is no form that we can show.
#[derive(Debug, Error)]
pub enum FormError {
    /// Too large.
    #[error("the form is larger than 1 MiB: split it")]
    TooLarge,
    /// Not JSON.
    #[error("the form is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Something in it is not understood or wrong.
    #[error("{}: {what}", place(.path))]
    Unfit {
        /// Where, `item[3].item[0].text`.
        path: String,
        /// What.
        what: String,
    },
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the form" } else { path }
}

impl Questionnaire {
    /// Reads a form from its file.
    pub fn read(json: &str) -> Result<Questionnaire, FormError> {
        if json.len() > MAX_BYTES {
            return Err(FormError::TooLarge);
        }
        form::form(&Node::root(&serde_json::from_str(json)?))
    }
}
