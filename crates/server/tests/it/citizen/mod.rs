//! The citizens' pages through the real router.

mod access;
mod inbox;
mod sign_in;
