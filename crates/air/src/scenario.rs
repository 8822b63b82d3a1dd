//! The scenario file: who is where and when. `docs/scenario.md` describes it for people.

use crate::loss::LossModel;
use bluezone_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The only version there is.
pub const SCENARIO_VERSION: u32 = 1;

/// Phones a file may hold.
const MAX_PHONES: usize = 100_000;

/// Seconds from the start that a file may speak of: a year either way.
const MAX_SECONDS: f64 = 366.0 * 86_400.0;

/// Metres from the origin: far more than a country, little enough that no arithmetic overflows.
const MAX_METRES: f64 = 1e7;

/// A whole simulated world. All times are seconds since [`Self::start`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// [`SCENARIO_VERSION`].
    pub version: u32,
    /// Decides everything random: identifiers, losses, spread.
    pub seed: u64,
    /// Second 0; RFC 3339 in the file.
    #[serde(with = "rfc3339")]
    pub start: Timestamp,
    /// How finely a scan follows movement: within one scan the positions are taken anew every `step_s` seconds.
    pub step_s: f64,
    /// The air.
    #[serde(default)]
    pub area: Area,
    /// The phones, in any order, with different ids.
    pub phones: Vec<Phone>,
    /// Who tests positive, and when they enter their code.
    pub diagnosed: Vec<Diagnosed>,
    /// Attackers who carry signals elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relays: Vec<Relay>,
}

/// Somebody who hears one phone and repeats it beside another, at once and in this direction only: the other phone hears the first
/// strongly, the first hears nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Id of the phone that is repeated.
    pub from: String,
    /// Id of the phone that hears it.
    pub to: String,
    /// `[from_s, to_s)` in which it is done.
    pub span: [f64; 2],
}

/// The air of a scenario.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Area {
    /// How advertisements weaken and get lost.
    pub model: LossModel,
}

/// A phone and the person who carries it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// Name in all results; never on the air.
    pub id: String,
    /// `[t_s, x_m, y_m]`, times not decreasing. Straight lines between, standing still before the first and after the
    /// last; two points of one time are a jump.
    pub track: Vec<[f64; 3]>,
    /// `[from_s, to_s)` in which the radio is off: neither heard nor hearing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<[f64; 2]>,
    /// The phone's clock shows this many seconds more than the true time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_skew_s: f64,
}

/// One person's diagnosis.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnosed {
    /// The phone's id.
    pub id: String,
    /// When the officer registers the case and the person enters the code.
    pub at_s: f64,
    /// When symptoms began; may be before the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset_s: Option<f64>,
}

/// Why a scenario was refused.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not the JSON of a scenario.
    #[error("the scenario is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// Readable, but says something impossible.
    #[error("the scenario's {place}: {problem}")]
    Invalid {
        /// Field, with the phone's id where it belongs to one.
        place: String,
        /// What to mend.
        problem: String,
    },
}

impl Scenario {
    /// Reads and checks a scenario file.
    ///
    /// # Errors
    /// Names the field, and the phone it belongs to.
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = serde_json::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The scenario as a file.
    ///
    /// # Errors
    /// If a number is not finite.
    pub fn to_json(&self) -> Result<String, ScenarioError> {
        Ok(serde_json::to_string(self)?)
    }

    /// The last second that a track or a diagnosis speaks of (at least 0): afterwards everyone stands still.
    pub fn end_s(&self) -> f64 {
        let tracks = self.phones.iter().filter_map(|phone| phone.track.last()).map(|point| point[0]);
        tracks.chain(self.diagnosed.iter().map(|d| d.at_s)).fold(0.0, f64::max)
    }

    /// The index of a phone.
    pub fn phone_index(&self, id: &str) -> Option<usize> {
        self.phones.iter().position(|phone| phone.id == id)
    }

    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ScenarioError> {
        ensure(self.version == SCENARIO_VERSION, "version", || {
            format!("is {}, but this program reads version {SCENARIO_VERSION}", self.version)
        })?;
        let step_ok = self.step_s > 0.0 && self.step_s <= 3_600.0;
        ensure(step_ok, "step_s", || format!("must be more than 0 and at most 3600, not {}", self.step_s))?;
        let count = self.phones.len();
        ensure(!self.phones.is_empty(), "phones", || "has no phone: give at least one".into())?;
        ensure(count <= MAX_PHONES, "phones", || format!("has {count}, more than {MAX_PHONES}"))?;
        let mut ids = HashSet::new();
        for (index, phone) in self.phones.iter().enumerate() {
            ensure(!phone.id.is_empty(), &format!("phones[{index}].id"), || "is empty".into())?;
            let fresh = ids.insert(phone.id.as_str());
            ensure(fresh, &format!("phone {:?}", phone.id), || "stands in the list twice".into())?;
            phone.check()?;
        }
        for (index, relay) in self.relays.iter().enumerate() {
            let place = |field: &str| format!("relays[{index}].{field}");
            for (field, id) in [("from", &relay.from), ("to", &relay.to)] {
                ensure(ids.contains(id.as_str()), &place(field), || {
                    format!("{id:?} is not the id of a phone")
                })?;
            }
            ensure(relay.from != relay.to, &place("to"), || "is the phone that is repeated".into())?;
            let [from, to] = relay.span;
            seconds(from, &place("span"))?;
            seconds(to, &place("span"))?;
            ensure(from < to, &place("span"), || format!("ends at {to} s, not after it begins at {from} s"))?;
        }
        let mut diagnosed = HashSet::new();
        for case in &self.diagnosed {
            let place = format!("diagnosed {:?}", case.id);
            ensure(ids.contains(case.id.as_str()), &place, || "is not the id of a phone".into())?;
            ensure(diagnosed.insert(case.id.as_str()), &place, || "stands in the list twice".into())?;
            let at_ok = (0.0..=MAX_SECONDS).contains(&case.at_s);
            ensure(at_ok, &format!("{place}, at_s"), || {
                format!("must be 0 to {MAX_SECONDS}, not {}", case.at_s)
            })?;
            if let Some(onset) = case.onset_s {
                seconds(onset, &format!("{place}, onset_s"))?;
                ensure(onset <= case.at_s, &format!("{place}, onset_s"), || {
                    format!("is {onset}, after at_s {}", case.at_s)
                })?;
            }
        }
        Ok(())
    }
}

impl Phone {
    fn check(&self) -> Result<(), ScenarioError> {
        let place = |field: &str| format!("phone {:?}, {field}", self.id);
        ensure(!self.track.is_empty(), &place("track"), || {
            "is empty: give at least one point [t_s, x_m, y_m]".into()
        })?;
        for (index, [t, x, y]) in self.track.iter().enumerate() {
            seconds(*t, &place(&format!("track[{index}]")))?;
            let metres = x.abs() <= MAX_METRES && y.abs() <= MAX_METRES;
            ensure(metres, &place(&format!("track[{index}]")), || {
                format!("the position {x}, {y} is not within {MAX_METRES} m of the origin")
            })?;
        }
        for (index, pair) in self.track.windows(2).enumerate() {
            let (before, after) = (pair[0][0], pair[1][0]);
            ensure(before <= after, &place(&format!("track[{}]", index + 1)), || {
                format!(
                    "is at {after} s, before the point in front of it at {before} s: sort the points by time"
                )
            })?;
        }
        for (index, [from, to]) in self.off.iter().enumerate() {
            let here = place(&format!("off[{index}]"));
            seconds(*from, &here)?;
            seconds(*to, &here)?;
            ensure(from < to, &here, || format!("ends at {to} s, not after it begins at {from} s"))?;
        }
        seconds(self.clock_skew_s, &place("clock_skew_s"))
    }
}

fn ensure(right: bool, place: &str, problem: impl FnOnce() -> String) -> Result<(), ScenarioError> {
    if right { Ok(()) } else { Err(ScenarioError::Invalid { place: place.into(), problem: problem() }) }
}

fn seconds(value: f64, place: &str) -> Result<(), ScenarioError> {
    // Written so that NaN is refused.
    let fits = value.abs() <= MAX_SECONDS;
    ensure(fits, place, || format!("the time {value} s is not within a year of the start"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

mod rfc3339 {
    use bluezone_protocol::time::Timestamp;
    use chrono::{DateTime, SecondsFormat};
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
        let time =
            DateTime::from_timestamp(time.0, 0).ok_or_else(|| S::Error::custom("start is out of range"))?;
        out.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(input)?;
        let time = DateTime::parse_from_rfc3339(&text).map_err(|error| {
            D::Error::custom(format!(
                "start {text:?} is not an RFC 3339 time such as 2026-03-02T06:00:00+07:00: {error}"
            ))
        })?;
        Ok(Timestamp(time.timestamp()))
    }
}
