use serde::{Deserialize, Serialize};

use super::{AGE_BANDS, Catalogue, Time};

/// A disease. Shares by age are of those in the state before: mild of all infected, hospitalised of the severe,
/// critical of the hospitalised, intensive care and death of the critical.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disease {
    /// Infections that one severe case causes in a population where everybody has susceptibility 1.
    pub infectious_rate: f64,
    /// Infectiousness since infection.
    pub infectious: Time,
    /// Standard deviation between people of a factor of mean 1 (Gamma: super-spreading).
    pub infectiousness_sd: f64,
    /// Infectiousness of those who never have symptoms, and of mild cases, relative to severe ones.
    pub asymptomatic_factor: f64,
    /// See above.
    pub mild_factor: f64,
    /// Weight of a contact in the household, in occupation, at random.
    pub setting_weight: [f64; 3],
    /// Susceptibility a contact, by age.
    pub susceptibility: [f64; AGE_BANDS],
    /// Share who cannot be infected from the start, by age: vaccinated or recovered long ago.
    pub immune: [f64; AGE_BANDS],
    /// Share without symptoms, by age.
    pub asymptomatic: [f64; AGE_BANDS],
    /// Share with mild symptoms, by age.
    pub mild: [f64; AGE_BANDS],
    /// Share of severe cases that need hospital, by age.
    pub hospitalised: [f64; AGE_BANDS],
    /// Share of those in hospital who become critical, by age.
    pub critical: [f64; AGE_BANDS],
    /// Share of the critical who are taken into intensive care, by age; the others die.
    pub intensive_care: [f64; AGE_BANDS],
    /// Share of those in intensive care who die, by age.
    pub fatality: [f64; AGE_BANDS],
    /// Infection to symptoms.
    pub to_symptoms: Time,
    /// Symptoms to recovery outside hospital.
    pub to_recovery: Time,
    /// Infection to recovery without symptoms.
    pub asymptomatic_to_recovery: Time,
    /// Mean days from symptoms to hospital; one of the two whole numbers around it.
    pub to_hospital: f64,
    /// Hospital to critical.
    pub to_critical: Time,
    /// Hospital to recovery, also after intensive care.
    pub hospital_to_recovery: Time,
    /// Intensive care to the ward.
    pub critical_to_ward: Time,
    /// Intensive care to death.
    pub critical_to_death: Time,
    /// Share of the population that has the same symptoms from something else on a day.
    pub background_symptoms: f64,
    /// First day after infection on which a test can find it without symptoms.
    pub test_from: u16,
    /// Day after infection from which a test no longer finds it.
    pub test_until: u16,
}

impl Default for Disease {
    fn default() -> Self {
        Catalogue::built_in().parse("disease", "covid-19")
    }
}
