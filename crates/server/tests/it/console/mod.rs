//! The console through the real router, with a browser that has no scripts and a clock that the test moves.

mod access;
mod accounts;
mod breaches;
pub mod browser;
mod cases;
mod codes;
mod contacts;
mod counts;
pub mod data_requests;
mod declarations;
pub mod desk;
pub mod forms;
mod line_lists;
mod logs;
pub mod looks;
mod nonsense;
mod persons;
mod place_warnings;
mod provider;
mod second_person;
mod sessions;
mod sign_in;
mod sign_on;
mod signals;
pub mod town;
pub mod zones;
