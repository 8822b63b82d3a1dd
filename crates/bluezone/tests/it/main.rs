//! The program as people run it: its commands, from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod serve;
mod tools;
