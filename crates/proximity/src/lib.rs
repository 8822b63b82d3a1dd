//! From sightings of one phone to exposure windows, weighted minutes and a risk level. No I/O, no clock.
//!
//! * [`windows`]: scans of a matched key, in order, become [`ExposureWindow`]s of at most 30 minutes.
//! * [`DiseaseProfile`]: a disease as data, which days count, how much, and what a warned person should do.
//! * [`RiskRule`]: attenuation buckets × duration × infectiousness, as configuration.
//! * [`HiddenMarkov`]: sightings to the probability of a contact of the profile's definition, and its minutes.
//! * [`assess`]: windows and contacts to a level for each day and in all.
//! * [`baseline`]: the rules that were in the field, behind the same trait [`Estimator`], to be measured against.

mod assess;
pub mod baseline;
mod contact;
mod encounter;
mod estimator;
mod hidden_markov;
mod profile;
mod rule;
mod window;

pub use assess::{Assessment, DailySummary, DayContact, assess};
pub use contact::{Contact, ContactRule, contacts};
pub use encounter::{Encounter, Heard, Listening, Look, SAME_LOOK_S, Strength};
pub use estimator::{ErrorCosts, Estimator};
pub use hidden_markov::{
    Calibration, Channel, ContactDefinition, Estimate, FORMAT, HiddenMarkov, ParameterError, Parameters,
    Provenance,
};
pub use profile::{Advice, DiseaseProfile, LocalText, ProfileError};
pub use rule::{
    AttenuationChoice, AttenuationWeight, InfectiousnessOffsets, InfectiousnessWeights, LevelAt, LevelFactor,
    Range, ReportTypeOffsets, ReportTypeWeights, RiskRule, Transmission, WindowFilter, WindowScore,
};
pub use window::{
    ExposureWindow, Infectiousness, MAX_SECONDS_SINCE_LAST_SCAN, MatchedKey, RiskLevel, SAME_SCAN_S, Sample,
    ScanInstance, WINDOW_S, attenuation_db, windows,
};
