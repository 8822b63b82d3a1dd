//! Tests of the device crate.
#![expect(clippy::unwrap_used, reason = "a helper of a test may panic too")]

mod contract;
mod rotation;
mod scanning;
mod support;
