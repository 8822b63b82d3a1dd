//! A line list: cases with their persons as rows of a table, as health offices send them to one another. Which columns there
//! are, how a case becomes a row, and how a row that somebody wrote or changed becomes a case again. Files (CSV, XLSX) are
//! the server's.

mod column;
mod read;
mod write;

pub use column::{Column, Header};
pub use read::{Line, Problem, Rules, Wrong, read};
pub use write::row;

#[cfg(test)]
mod tests;
