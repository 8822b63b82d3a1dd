//! The forms of this server: those that come with it and those that an administrator added, and which are open when.
//!
//! Both stand in the database; a copy is kept here and read again when the count of changes has grown, so that of several
//! servers on one database all go by the same.

use crate::state::AppState;
use bluezone_domain::disease::USUAL;
use bluezone_forms::{Library, Questionnaire, Schedule};
use bluezone_store::StoreError;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// The forms, and which are open.
#[derive(Debug, Default)]
pub struct Forms {
    /// Every form and version.
    pub library: Library,
    /// The switches that stand.
    pub schedule: Schedule,
}

impl Forms {
    /// The newest version of a form that may be filled in on a day.
    pub fn open(&self, name: &str, day: NaiveDate) -> Option<&Arc<Questionnaire>> {
        self.library.newest(name, |form| self.is_open(form, day))
    }

    /// The disease that a form asks about on a day, as administrators switched it.
    pub fn disease(&self, form: &Questionnaire, day: NaiveDate) -> &str {
        self.schedule.disease(form, USUAL, day)
    }

    /// Whether a form may be filled in on a day, for the disease that it asks about.
    pub fn is_open(&self, form: &Questionnaire, day: NaiveDate) -> bool {
        self.schedule.is_open(form, self.disease(form, day), day)
    }

    /// A form's numbers on a day, for the disease that it asks about.
    pub fn parameters(&self, form: &Questionnaire, day: NaiveDate) -> BTreeMap<String, i64> {
        self.schedule.parameters(form, self.disease(form, day), day)
    }
}

/// The copy that a server keeps, with the count of changes that it is of.
#[derive(Default)]
pub struct Kept(RwLock<Option<(i64, Arc<Forms>)>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(..)")
    }
}

impl AppState {
    /// The forms as they are now.
    pub async fn forms(&self) -> Result<Arc<Forms>, StoreError> {
        // Counted first: what changes after it is read again next time.
        let changes = self.store.form_changes().await?;
        let kept = self.forms.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((of, forms)) = kept
            && of == changes
        {
            return Ok(forms);
        }
        let forms = Arc::new(self.read_forms().await?);
        *self.forms.0.write().unwrap_or_else(PoisonError::into_inner) = Some((changes, forms.clone()));
        Ok(forms)
    }

    async fn read_forms(&self) -> Result<Forms, StoreError> {
        let mut library = Library::built_in();
        for file in self.store.form_files().await? {
            // It was understood when it was added. Of one that a later program brings along, the program's is used.
            if let Err(error) = library.add(&file.json) {
                tracing::error!(form = file.canonical, %error, "a form that was added is left out");
            }
        }
        let mut schedule = Schedule::default();
        for record in self.store.form_switches().await? {
            let switch =
                serde_json::from_str(&record.switch).map_err(|_| StoreError::Corrupt("form_switches"))?;
            schedule.0.push(switch);
        }
        Ok(Forms { library, schedule })
    }
}
