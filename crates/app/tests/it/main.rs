//! The phone's body as its owner and its server meet it: pages, calls, radio. Time is simulated throughout.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing must fail")]

#[path = "../attacks/mod.rs"]
mod attacks;
mod calls;
mod client;
mod consents;
mod downloads;
mod folder;
mod kill;
mod kill_consent;
mod on_air;
mod pages;
mod pins;
mod places;
#[path = "../../../device/tests/it/promise.rs"]
mod promise;
mod reader;
mod report_pages;
mod reports;
mod share_pages;
mod storage;
mod support;

bluezone_canary::watch!();
