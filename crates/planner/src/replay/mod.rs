//! Beside real phones: a piece of a run that they can play, and how what they did compares with what the model assumes.

mod compare;
mod estimate;
mod excerpt;
mod table;

pub use compare::{Assumed, Measure, OTHERS_NEAR, Replay, Row, Seen, rows};
pub use excerpt::{Excerpt, Meeting, Positive};
pub use table::{replay_csv, replay_toml};
