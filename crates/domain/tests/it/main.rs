//! Tests of the rules over whole chains, histories and graphs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../attacks/mod.rs"]
mod attacks;
mod cascade;
mod evidence;
mod graph;
mod phones;
