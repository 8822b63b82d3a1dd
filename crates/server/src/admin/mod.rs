//! What `bluezone admin` does, without its command line.

pub mod audit;
pub mod keys;
pub mod log;
pub mod officer;
pub mod unit;
