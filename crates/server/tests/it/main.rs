//! The server through its real router, on throw-away databases, with a clock that the tests move.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

#[path = "../attacks/mod.rs"]
mod attacks;
mod chaff;
mod citizen;
mod clock_steps;
mod console;
mod contact_level;
mod crash;
mod device_api;
mod exports;
mod guesses;
mod harness;
mod jobs;
mod keys;
mod logs;
mod openapi;
mod operation;
mod padding;
mod place_exports;
mod promise;
mod revision;
mod set_back;
mod shaky;
mod startup;
mod zones;

bluezone_canary::watch!();
