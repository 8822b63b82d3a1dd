//! The health authority's side: officers and what they may do, persons and cases, one-time codes, the rules of publication.
//!
//! No HTTP, no SQL, no clock, no randomness of its own: `now` and `rng` are parameters. The store keeps these types, the
//! server shows them; every rule that both must agree on is decided here. Types that hold something personal or secret
//! hide it in `Debug`.

pub mod admin_unit;
pub mod agency;
pub mod approval;
pub mod area;
pub mod audit;
pub mod breach;
pub mod case;
pub mod case_look;
pub mod citizen;
pub mod code;
pub mod contact;
pub mod counts;
pub mod data_look;
pub mod data_request;
pub mod declaration;
pub mod disease;
pub mod epi_point;
pub mod evidence;
pub mod fold;
pub mod form;
pub mod graph;
pub mod guess;
pub mod handling;
pub mod id;
pub mod line_list;
pub mod map;
pub mod message;
pub mod officer;
pub mod outbreak_plan;
pub mod person;
pub mod place;
pub mod place_warning;
pub mod policy;
pub mod population;
pub mod publication;
pub mod signal;
pub mod text_guess;
pub mod unit;
pub mod visit;
pub mod workday;
pub mod zone;

pub use bluezone_protocol::time::Timestamp;
