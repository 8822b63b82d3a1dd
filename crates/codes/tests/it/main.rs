//! Tests of the codes in QR codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod cards;
mod frame;
mod national;
mod pass;
mod place;
mod scan;
mod visit;
