//! What `bluezone admin` does, without its command line.

pub mod audit;
pub mod doctor;
pub mod keys;
pub mod log;
pub mod officer;
pub mod rehearsal;
pub mod set_back;
pub mod unit;
