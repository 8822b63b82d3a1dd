//! What `bluezone admin` does, without its command line.

pub mod keys;
pub mod officer;
pub mod unit;
