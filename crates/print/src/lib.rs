//! What Bluezone prints: posters, cards, lists and reports as PDF.
//!
//! | paper | function |
//! |---|---|
//! | poster of a place or a vehicle, its QR code at least 15 cm wide | [`poster::place`] |
//! | poster that asks people to install Bluezone | [`poster::install`] |
//! | personal cards, their QR codes at least 5 cm wide, with lines to cut along | [`card::cards`] |
//! | an agency's staff, for a meeting | [`staff::staff_list`] |
//! | reports over any number of pages: somebody's own data | [`report::report`] |
//! | a declaration, from a form's answers | [`declaration::declaration`] |
//!
//! All are functions from data to bytes: no clock, no files, no randomness; the same data make the same bytes. Lengths are in
//! millimetres from the paper's upper left corner, sizes of type in points. Everything is drawn with lines and letters, so it
//! is sharp at any size; QR codes too. Text can be selected, searched and copied.
//!
//! The letters are Be Vietnam Pro (SIL Open Font License, `fonts/OFL.txt`), which has every Vietnamese one. Letters that it
//! lacks - Chinese, Lao - are drawn as an empty box.

mod canvas;
pub mod card;
mod color;
pub mod declaration;
mod drawing;
mod font;
mod paper;
pub mod poster;
mod qr;
pub mod report;
pub mod staff;
mod typeset;

pub use paper::Paper;

use thiserror::Error;

/// Why there is no paper.
#[derive(Debug, Error)]
pub enum PrintError {
    /// The text of a QR code is longer than one holds.
    #[error("the text is too long for a QR code that can be read from a distance: {0} bytes")]
    QrTooLong(usize),
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}
