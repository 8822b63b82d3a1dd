//! A case as a row.

use super::Column;
use super::read::{VIETNAM_S, gender_words, status_words};
use crate::Timestamp;
use crate::admin_unit::Edition;
use crate::case::Case;
use crate::disease;
use crate::person::{Identity, Person, Phone};

/// The cells of a case, in the order of [`Column::ALL`].
pub fn row(case: &Case, person: Option<&Person>) -> [String; Column::ALL.len()] {
    let nobody = Identity::default();
    let who = person.map_or(&nobody, |person| &person.identity);
    // Where they live is where the case belongs, unless there is nobody.
    let area = person.map_or(case.area, |person| person.area);
    let units = Edition::in_force();
    let name = |code: &str| units.get(code).map(|unit| unit.full_name);
    let commune = area.commune.as_ref().map(|code| code.as_str());
    let names = [commune.and_then(name), name(area.province.as_str())];
    Column::ALL.map(|column| match column {
        Column::Id => case.id.to_string(),
        Column::Version => version(case, person),
        Column::Reference => case.reference.clone(),
        Column::Name => who.name.clone(),
        Column::Birth => who.birth.map(|birth| birth.to_string()).unwrap_or_default(),
        Column::Gender => who.gender.map(|gender| gender_words(gender).to_owned()).unwrap_or_default(),
        Column::NationalId => who.national_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        Column::Passport => who.passport.as_ref().map(ToString::to_string).unwrap_or_default(),
        Column::Phone => who.phone.as_ref().map(dialled).unwrap_or_default(),
        Column::Address => who.address.clone(),
        Column::Province => area.province.to_string(),
        Column::Commune => commune.unwrap_or_default().to_owned(),
        Column::AreaName => names.into_iter().flatten().collect::<Vec<_>>().join(", "),
        Column::Occupation => who.occupation.clone(),
        Column::Disease => match disease::find(&case.disease) {
            Some(disease) => disease.name.vi.clone(),
            None => case.disease.clone(),
        },
        Column::Status => status_words(case.facts.status).to_owned(),
        Column::Onset => day(case.facts.symptom_onset),
        Column::TestDate => day(case.facts.test_date),
        Column::ResultDate => day(case.result_date),
        Column::ReportedAt => minute(case.reported_at),
        Column::Assigned => case.assigned.clone().unwrap_or_default(),
        Column::Unit => case.unit.clone(),
        Column::RegisteredAt => minute(Some(case.created_at)),
    })
}

/// The versions of both records, `3` or `3.1`.
pub(super) fn version(case: &Case, person: Option<&Person>) -> String {
    match person {
        Some(person) => format!("{}.{}", case.version, person.version),
        None => case.version.to_string(),
    }
}

/// As it is dialled in Vietnam; of another country as it is.
fn dialled(phone: &Phone) -> String {
    match phone.as_str().strip_prefix("+84") {
        Some(rest) => format!("0{rest}"),
        None => phone.to_string(),
    }
}

/// A day that is stored as its midnight UTC.
fn day(day: Option<Timestamp>) -> String {
    shown(day, 0, "%d/%m/%Y")
}

/// An instant on Vietnam's clock, to the minute.
fn minute(at: Option<Timestamp>) -> String {
    shown(at, VIETNAM_S, "%d/%m/%Y %H:%M")
}

fn shown(at: Option<Timestamp>, offset_s: i64, form: &str) -> String {
    at.and_then(|at| chrono::DateTime::from_timestamp(at.0.saturating_add(offset_s), 0))
        .map(|at| at.format(form).to_string())
        .unwrap_or_default()
}
