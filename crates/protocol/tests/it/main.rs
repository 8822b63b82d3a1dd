//! Tests of the protocol against published vectors, properties, hostile bytes and other programs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod api_rules;
mod bluezone2020_vectors;
mod export_hostile;
mod export_keys;
mod export_large;
mod export_round_trip;
mod export_vectors;
mod frames;
mod gaen_vectors;
mod history;
mod other_programs;
mod place_warnings;
mod support;
mod times;
