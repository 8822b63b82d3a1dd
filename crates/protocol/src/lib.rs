//! What phones and the server say to each other: keys, rolling identifiers, radio frames, export files,
//! and the JSON of the device API.
//!
//! No clock, no sockets, no randomness of its own: `now` and `rng` are parameters, readers and writers are
//! passed in. Nothing here panics on bytes that come from outside. Types that hold keys or identifiers print
//! only their name in `Debug`.

#[macro_use]
mod redact;

pub mod address;
pub mod api;
pub mod bluezone2020;
pub mod diagnosis;
pub mod export;
pub mod frame;
pub mod gaen;
pub mod history;
pub mod identifier;
pub mod place_warning;
pub mod time;
