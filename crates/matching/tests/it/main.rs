//! Tests of the matching crate.

mod gaen;
mod original;
