//! Tests of the app crate.
#![expect(clippy::unwrap_used, reason = "a helper of a test may panic too")]

mod storage;
