//! Tests of the log, its witnesses and what stands in it: against published vectors, properties, hostile bytes, other
//! programs, and attackers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

#[path = "../attacks/mod.rs"]
mod attacks;
mod entries;
mod hpke_vectors;
mod keeper;
mod log;
mod merkle;
mod note;
mod officers;
mod policy;
mod python;
mod release;
mod scene;
mod support;
mod upload;
mod verify;
mod webauthn;
mod witness;
