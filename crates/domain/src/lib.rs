//! The health authority's side: officers and what they may do, cases, one-time codes, the rules of publication.
//!
//! No HTTP, no SQL, no clock, no randomness of its own: `now` and `rng` are parameters. The store keeps these types, the
//! server shows them; every rule that both must agree on is decided here. Types that hold something personal or secret
//! hide it in `Debug`.

pub mod area;
pub mod case;
pub mod code;
pub mod contact;
pub mod evidence;
pub mod form;
pub mod graph;
pub mod guess;
pub mod id;
pub mod officer;
pub mod policy;
pub mod publication;
pub mod unit;

pub use bluezone_protocol::time::Timestamp;
