//! The promise through the real router and jobs: witnesses, keeper and phones are the library's, the clock is the test's.
//! Attacks on it stand in `tests/attacks`.

mod audit;
mod consent;
mod log;
pub mod others;
pub mod passkey;
pub mod phone;
pub mod release;
mod report;
pub mod world;
