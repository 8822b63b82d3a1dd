//! The forms of this server: those that come with it and those that an administrator added, and which are open when.
//!
//! Both stand in the database; a copy is kept here and read again when the count of changes has grown, so that of several
//! servers on one database all go by the same.

use crate::state::AppState;
use bluezone_domain::admin_unit::{AdminUnit, Edition, Level};
use bluezone_domain::fold::fold;
use bluezone_forms::value_set::{BuiltIn, COMMUNES, PROVINCES, ValueSets};
use bluezone_forms::{Choice, Library, Questionnaire, Schedule, Words};
use bluezone_protocol::time::Timestamp;
use bluezone_store::StoreError;
use chrono::{DateTime, NaiveDate};
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Vietnam's clock is seven hours ahead of UTC, all year.
const VIETNAM_S: i64 = 7 * 3600;

/// The forms, and which are open.
#[derive(Debug, Default)]
pub struct Forms {
    /// Every form and version.
    pub library: Library,
    /// The switches that stand.
    pub schedule: Schedule,
}

impl Forms {
    /// The newest version of a form that may be filled in on a day, for a disease.
    pub fn open(&self, name: &str, disease: &str, day: NaiveDate) -> Option<&Questionnaire> {
        self.library.open(name, &self.schedule, disease, day)
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

/// The day on Vietnam's calendar.
pub fn day(at: Timestamp) -> NaiveDate {
    DateTime::from_timestamp(at.0.saturating_add(VIETNAM_S), 0).unwrap_or_default().date_naive()
}

/// Countries, and the provinces and communes of today.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places;

impl ValueSets for Places {
    fn choices(&self, url: &str, of: Option<&str>) -> Option<Vec<Choice>> {
        static PROVINCE_CHOICES: LazyLock<Vec<Choice>> =
            LazyLock::new(|| in_order(Edition::in_force().of_level(Level::Province)));
        match url {
            PROVINCES => Some(PROVINCE_CHOICES.clone()),
            COMMUNES => {
                let province = Edition::in_force().get(of?).filter(|unit| unit.level == Level::Province)?;
                Some(in_order(Edition::in_force().children(province.code)))
            }
            _ => BuiltIn.choices(url, of),
        }
    }
}

/// By name, marks and capitals aside.
fn in_order<'a>(units: impl Iterator<Item = &'a AdminUnit>) -> Vec<Choice> {
    let mut units: Vec<&AdminUnit> = units.collect();
    units.sort_by_key(|unit| (fold(unit.name), unit.code));
    units
        .into_iter()
        .map(|unit| Choice {
            system: None,
            code: unit.code.to_owned(),
            words: Words { vi: unit.full_name.to_owned(), en: unit.full_name_en.to_owned() },
            exclusive: false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provinces_and_their_communes_can_be_chosen() {
        assert_eq!(Places.choices(PROVINCES, None).unwrap().len(), 34);
        assert_eq!(Places.choices(COMMUNES, Some("19")).unwrap().len(), 92);
        assert!(Places.choices(COMMUNES, None).is_none());
        assert!(Places.choices(COMMUNES, Some("05443")).is_none(), "a commune has none");
    }

    #[test]
    fn a_day_begins_at_midnight_in_vietnam() {
        assert_eq!(day(Timestamp(1_795_402_800)), "2026-11-23".parse().unwrap());
        let midnight = 1_795_366_800;
        assert_eq!(day(Timestamp(midnight)), "2026-11-23".parse().unwrap());
        assert_eq!(day(Timestamp(midnight - 1)), "2026-11-22".parse().unwrap());
    }
}
