//! A form on a day: its file, its parameters, and where its lists come from.

use super::Places;
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_forms::{Library, Questionnaire, Schedule, Setting};
use bluezone_pages::time::OFFSET_S;
use bluezone_store::StoreError;
use chrono::{DateTime, NaiveDate};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The forms that come with Bluezone.
pub static LIBRARY: LazyLock<Library> = LazyLock::new(Library::built_in);

/// The form of how somebody is today, which is sent once a day.
pub const DAILY: &str = "hang-ngay";

/// The disease that forms are switched for.
pub const DISEASE: &str = "covid-19";

/// A form on a day.
#[derive(Debug)]
pub struct Sheet {
    form: &'static Questionnaire,
    parameters: BTreeMap<String, i64>,
    day: NaiveDate,
}

impl Sheet {
    /// The form of that name, if it is open on a day.
    pub async fn open(state: &AppState, name: &str, day: NaiveDate) -> Result<Option<Sheet>, StoreError> {
        let schedule = schedule(state).await?;
        let form = LIBRARY.open(name, &schedule, DISEASE, day);
        Ok(form.map(|form| Sheet { parameters: schedule.parameters(form, DISEASE, day), form, day }))
    }

    /// The form and version that a record names, on its day, whether it is open or not.
    pub async fn of_record(
        state: &AppState,
        canonical: &str,
        day: NaiveDate,
    ) -> Result<Option<Sheet>, StoreError> {
        let schedule = schedule(state).await?;
        let form = LIBRARY.get(canonical);
        Ok(form.map(|form| Sheet { parameters: schedule.parameters(form, DISEASE, day), form, day }))
    }

    /// The form.
    pub fn form(&self) -> &'static Questionnaire {
        self.form
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
        asks_who(self.form)
    }
}

/// The forms for citizens that are open on a day.
pub async fn open_forms(state: &AppState, day: NaiveDate) -> Result<Vec<&'static Questionnaire>, StoreError> {
    let schedule = schedule(state).await?;
    let open = |name: &&str| LIBRARY.open(name, &schedule, DISEASE, day);
    // What people report about others has pages of its own.
    let names = ["toan-dan", "khai-bao-lai", DAILY, "di-chuyen-noi-dia", "nhap-canh", "dieu-13"];
    Ok(names.iter().filter_map(open).collect())
}

/// Whether a form asks who it is about.
pub fn asks_who(form: &Questionnaire) -> bool {
    form.item("fullName").is_some()
}

/// What administrators switched.
async fn schedule(_state: &AppState) -> Result<Schedule, StoreError> {
    Ok(Schedule::default())
}

/// The day on Vietnam's calendar.
pub fn day_of(at: Timestamp) -> NaiveDate {
    let local = DateTime::from_timestamp(at.0 + i64::from(OFFSET_S), 0);
    local.map(|time| time.date_naive()).unwrap_or_default()
}
