//! The citizens' pages through the real router.

mod access;
pub mod declare;
mod inbox;
mod pass;
mod sign_in;
