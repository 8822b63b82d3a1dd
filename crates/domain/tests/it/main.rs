//! Tests of the rules over whole chains, histories and graphs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cascade;
