//! Tests of the matching crate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod gaen;
mod original;
mod paths;
mod reference;
mod stream;
mod support;
