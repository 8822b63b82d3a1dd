//! The forms that come with Bluezone, and those that an administrator adds.

use crate::model::Questionnaire;
use crate::parameters::Schedule;
use crate::read::FormError;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// The files that come with Bluezone: (name, JSON).
pub const FILES: [(&str, &str); 7] = [
    ("toan-dan", include_str!("../data/forms/toan-dan.json")),
    ("khai-bao-lai", include_str!("../data/forms/khai-bao-lai.json")),
    ("di-chuyen-noi-dia", include_str!("../data/forms/di-chuyen-noi-dia.json")),
    ("nhap-canh", include_str!("../data/forms/nhap-canh.json")),
    ("hang-ngay", include_str!("../data/forms/hang-ngay.json")),
    ("phan-anh", include_str!("../data/forms/phan-anh.json")),
    ("dieu-13", include_str!("../data/forms/dieu-13.json")),
];

/// Every form and version, by canonical address. A version that was ever answered stays, so that its answers can be read. Forms
/// are shared: who fills one in keeps it, whatever an administrator changes meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Library(BTreeMap<String, Arc<Questionnaire>>);

/// Why a form was not taken in.
#[derive(Debug, Error)]
pub enum AddError {
    /// Its file is not understood.
    #[error(transparent)]
    Form(#[from] FormError),
    /// There is one of its version.
    #[error("the library has this version of the form: raise its version")]
    Known,
    /// It asks consent for a purpose that has no wording.
    #[error("the form asks consent for {0}, which has no wording")]
    NoConsent(String),
}

impl Library {
    /// The forms that come with Bluezone.
    pub fn built_in() -> Library {
        let mut library = Library::default();
        for (name, json) in FILES {
            if let Err(error) = library.add(json) {
                unreachable!("the tests read every file, {name} too: {error}");
            }
        }
        library
    }

    /// Takes a form in.
    pub fn add(&mut self, json: &str) -> Result<&Arc<Questionnaire>, AddError> {
        let form = Questionnaire::read(json)?;
        if let Some(purpose) = form.consents.iter().find(|purpose| crate::consent::current(purpose).is_none())
        {
            return Err(AddError::NoConsent(purpose.clone()));
        }
        let canonical = form.canonical();
        if self.0.contains_key(&canonical) {
            return Err(AddError::Known);
        }
        Ok(self.0.entry(canonical).or_insert(Arc::new(form)))
    }

    /// The form that an answer names, `url|version`.
    pub fn get(&self, canonical: &str) -> Option<&Arc<Questionnaire>> {
        self.0.get(canonical)
    }

    /// The newest version of a form that may be filled in on a day, for a disease.
    pub fn open(
        &self,
        name: &str,
        schedule: &Schedule,
        disease: &str,
        day: NaiveDate,
    ) -> Option<&Arc<Questionnaire>> {
        self.newest(name, |form| schedule.is_open(form, disease, day))
    }

    /// The newest version of a form of which something holds.
    pub fn newest(&self, name: &str, holds: impl Fn(&Questionnaire) -> bool) -> Option<&Arc<Questionnaire>> {
        let fits = |form: &&Arc<Questionnaire>| form.name == name && holds(form);
        self.0.values().filter(fits).max_by_key(|form| version_order(&form.version))
    }

    /// All forms, by canonical address.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Questionnaire>> {
        self.0.values()
    }
}

/// 1.10.0 is newer than 1.9.0.
fn version_order(version: &str) -> (Vec<u64>, &str) {
    (version.split('.').map(|part| part.parse().unwrap_or(0)).collect(), version)
}
