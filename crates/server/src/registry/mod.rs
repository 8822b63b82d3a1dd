//! Behind the pages of persons and line lists: finding people while a name is typed, cases read from files and written to
//! them.

pub mod export;
pub mod import;
pub mod index;
pub mod search;
pub mod sheet;

pub use search::PersonSearch;
