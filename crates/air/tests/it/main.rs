//! The air from outside: files, what scans hear, ground truth, the built-in neighbourhood.

mod air;
mod files;
mod neighbourhood;
mod radio;
mod truth;

use bluezone_air::{Area, LossModel, Phone, SCENARIO_VERSION, Scenario};
use bluezone_protocol::time::Timestamp;

/// Monday, 6 in the morning in Viet Nam.
pub const START: Timestamp = Timestamp(1_772_406_000);

/// A phone that does nothing special.
pub fn phone(id: &str, track: &[[f64; 3]]) -> Phone {
    Phone { id: id.into(), track: track.to_vec(), off: Vec::new(), clock_skew_s: 0.0 }
}

/// A scenario of these phones in clear air, nobody diagnosed.
pub fn scenario(phones: Vec<Phone>) -> Scenario {
    Scenario {
        version: SCENARIO_VERSION,
        seed: 3,
        start: START,
        step_s: 1.0,
        area: Area { model: LossModel::Clear },
        phones,
        diagnosed: Vec::new(),
        relays: Vec::new(),
    }
}
