//! The promise through the real router and jobs: witnesses, keeper and phones are the library's, the clock is the test's.

mod audit;
mod log;
mod others;
mod world;
