//! Tests of the device crate.
#![expect(clippy::unwrap_used, reason = "a helper of a test may panic too")]

mod checking;
mod consent;
mod contract;
mod dummy;
mod faults;
mod history;
mod keys_always;
mod log;
mod near_contact;
mod places;
mod promise;
mod reading;
mod report;
mod report_again;
mod report_late;
mod reporting;
mod rotation;
mod scanning;
mod server;
mod support;
