//! The citizens' pages through the real router.

mod access;
mod agency;
mod control;
pub mod declare;
mod inbox;
mod pass;
mod places;
mod sign_in;
mod visits;
