//! Tests of the log, its witnesses and what stands in it: against published vectors, properties, hostile bytes, other
//! programs, and attackers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod log;
mod merkle;
mod note;
mod policy;
mod support;
mod witness;
