//! The phone's body as its owner and its server meet it: pages, calls, radio. Time is simulated throughout.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing must fail")]

mod calls;
mod client;
mod folder;
mod kill;
mod on_air;
mod pages;
mod pins;
mod reader;
mod report_pages;
mod reports;
mod storage;
mod support;
