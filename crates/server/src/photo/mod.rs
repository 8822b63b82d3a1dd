//! Photographs that people send. What a camera writes into them (where, when, with what, by whom) is gone before anything is
//! stored: see [`clean`].

mod clean;
mod darkroom;

pub use clean::{BadPhoto, CONTENT_TYPE, MOST_BYTES, Photo, clean};
pub use darkroom::{Darkroom, Undeveloped};
