//! A simulated air: many phones, their positions over time, and what of their advertisements arrives.
//!
//! For the demo, tests, planner and trying the phone out (`bluezone app --radio air`): an app made for phones leaves it out.
//!
//! * [`Scenario`]: who is where and when (`docs/scenario.md`), read from a file or made by [`neighbourhood`].
//! * [`Air`]: what a phone's scan hears, under one of two [`LossModel`]s.
//! * [`Truth`]: who really stood near whom, from the positions alone.
//! * [`AirRadio`]: one phone among simulated walkers in real time, behind [`bluezone_radio::Radio`].
//!
//! Deterministic: every random quantity is a pure function of the scenario's seed and of what it belongs to (a pair of
//! phones, a moment, a packet). Adding a phone does not change what the others hear of each other.

mod air;
mod cells;
mod loss;
mod neighbourhood;
mod noise;
mod radio;
mod scenario;
mod track;
mod truth;

pub use air::{Air, Heard, MAX_SCAN_S, SPAN_S};
pub use loss::LossModel;
pub use neighbourhood::neighbourhood;
pub use radio::AirRadio;
pub use scenario::{Area, Diagnosed, Phone, Relay, SCENARIO_VERSION, Scenario, ScenarioError};
pub use track::Track;
pub use truth::{FAR_M, NEAR_M, PairTruth, Truth};
