//! The console through the real router, with a browser that has no scripts and a clock that the test moves.

mod access;
mod accounts;
pub mod browser;
mod cases;
mod codes;
mod contacts;
mod counts;
pub mod desk;
mod line_lists;
mod logs;
pub mod looks;
mod nonsense;
mod persons;
mod provider;
mod second_person;
mod sessions;
mod sign_in;
mod sign_on;
pub mod town;
pub mod zones;
