//! The HCI radio against controllers and phones that are not ours (Bumble), and against a controller that misbehaves.

#![expect(clippy::unwrap_used, reason = "test helpers: a failure is a failed test")]

mod bench;
mod discipline;
mod garbage;
mod gatt;
mod hearing;
mod reading;
mod rotation;
mod stock;
mod support;

bluezone_canary::watch!();
