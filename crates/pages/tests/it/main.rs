//! The components as a caller meets them.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing must fail")]

mod components;
mod style;
mod words;
