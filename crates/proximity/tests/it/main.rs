//! Tests of the proximity crate.
#![expect(clippy::unwrap_used, reason = "a helper of a test may panic too")]

mod cwa;
mod model;
mod nhs;
mod profile;
mod rule;
mod window;
