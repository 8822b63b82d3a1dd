//! The citizens' pages through the real router.

mod access;
mod control;
pub mod declare;
mod inbox;
pub mod me;
mod pass;
mod places;
pub mod report;
mod sign_in;
mod visits;
