//! A form on a day: its file, its parameters, and where its lists come from.

use super::Places;
use crate::forms::Forms;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::declaration::Declaration;
use bluezone_forms::{Questionnaire, Setting};
use bluezone_pages::time::OFFSET_S;
use bluezone_store::StoreError;
use chrono::{DateTime, NaiveDate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The form of how somebody is today, which is sent once a day.
pub const DAILY: &str = "hang-ngay";

/// A form on a day.
#[derive(Debug)]
pub struct Sheet {
    form: Arc<Questionnaire>,
    disease: String,
    parameters: BTreeMap<String, i64>,
    day: NaiveDate,
}

impl Sheet {
    /// The form of that name, if it is open on a day.
    pub async fn open(state: &AppState, name: &str, day: NaiveDate) -> Result<Option<Sheet>, StoreError> {
        let forms = state.forms().await?;
        let form = forms.open(name, day);
        Ok(form.map(|form| Sheet::of(&forms, form, forms.disease(form, day), day)))
    }

    /// The form and version of a declaration, on its day and for its disease, whether it is open or not.
    pub async fn of_record(state: &AppState, of: &Declaration) -> Result<Option<Sheet>, StoreError> {
        let forms = state.forms().await?;
        let form = forms.library.get(&of.form);
        Ok(form.map(|form| Sheet::of(&forms, form, &of.content.disease, of.day)))
    }

    fn of(forms: &Forms, form: &Arc<Questionnaire>, disease: &str, day: NaiveDate) -> Sheet {
        let parameters = forms.schedule.parameters(form, disease, day);
        Sheet { form: form.clone(), disease: disease.to_owned(), parameters, day }
    }

    /// The form.
    pub fn form(&self) -> &Questionnaire {
        &self.form
    }

    /// The disease that it asks about.
    pub fn disease(&self) -> &str {
        &self.disease
    }

    /// The day.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// What its rules depend on.
    pub fn setting(&self) -> Setting<'_> {
        Setting { today: self.day, parameters: &self.parameters, sets: &Places }
    }

    /// Whether it asks who it is about. The short forms do not: the profile says it.
    pub fn tells_who(&self) -> bool {
        asks_who(&self.form)
    }
}

/// The forms for citizens that are open on a day: those that come with Bluezone, then those that an administrator added.
pub async fn open_forms(state: &AppState, day: NaiveDate) -> Result<Vec<Arc<Questionnaire>>, StoreError> {
    let forms = state.forms().await?;
    let known = ["toan-dan", "khai-bao-lai", DAILY, "di-chuyen-noi-dia", "nhap-canh", "dieu-13"];
    let mut names = known.to_vec();
    // What people report about others has pages of its own.
    names.extend(forms.library.iter().map(|form| form.name.as_str()).filter(|name| *name != "phan-anh"));
    let mut open: Vec<Arc<Questionnaire>> = Vec::new();
    for name in names {
        if let Some(form) = forms.open(name, day)
            && open.iter().all(|other| other.name != form.name)
        {
            open.push(form.clone());
        }
    }
    Ok(open)
}

/// Whether a form asks who it is about.
pub fn asks_who(form: &Questionnaire) -> bool {
    form.item("fullName").is_some()
}

/// The day on Vietnam's calendar.
pub fn day_of(at: Timestamp) -> NaiveDate {
    let local = DateTime::from_timestamp(at.0 + i64::from(OFFSET_S), 0);
    local.map(|time| time.date_naive()).unwrap_or_default()
}
