//! Tests of the matching crate.

mod gaen;
mod original;
mod paths;
mod reference;
mod stream;
mod support;
