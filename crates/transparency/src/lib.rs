//! The promise made checkable: a public log of every look at anyone's data, requests that only two officers together can
//! make and only their subject can read, uploads that nobody opens without an entry in the log, and the two small
//! independent parts - witness and keeper - that the authority does not run.
//!
//! | question | where |
//! |---|---|
//! | How is the log stored, and what does a proof look like? | [`merkle`], [`tiles`], [`log`] |
//! | Who says that it is the log, and that everybody sees the same one? | [`note`], [`checkpoint`], [`witness`] |
//! | What stands in it? | [`entry`], [`subject`] |
//! | When may a phone show a request, and what does it check? | [`release`], [`webauthn`], [`monitor`] |
//! | How is an upload sealed, and who opens it? | [`seal`], [`keeper`] |
//! | Is the whole log in order? | [`verify`] |
//!
//! The shapes of all bytes stand in `docs/transparency.md`, for whoever writes a verifier of their own. No clock, no
//! randomness and no I/O of its own: `now` and `rng` are parameters, files and journals are traits. Nothing here panics
//! on bytes that come from outside.

pub mod checkpoint;
pub mod entry;
pub mod journal;
pub mod keeper;
pub mod log;
pub mod merkle;
pub mod monitor;
pub mod note;
pub mod officers;
pub mod proof;
pub mod release;
pub mod seal;
pub mod storage;
pub mod subject;
pub mod text;
pub mod tiles;
pub mod units;
pub mod verify;
pub mod webauthn;
pub mod witness;

pub use bluezone_protocol::time::Timestamp;
