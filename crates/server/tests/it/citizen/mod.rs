//! The citizens' pages through the real router.

mod access;
mod agency;
mod control;
pub mod declare;
mod declare_forms;
mod declare_whom;
mod full_disk;
mod inbox;
pub mod me;
mod pass;
pub mod places;
mod queue;
pub mod report;
mod sign_in;
mod unconfirmed;
mod uploads;
pub mod visits;
