//! Somebody carries a phone's signals to another place or another time, so that a person who was never near a case looks like
//! a contact. Each ends as one-sided or contradicted; a live relay in both directions does not, which is the residual.
//!
//! Each attack was seen to succeed once with the check it aims at taken out; its test says which.

mod changed_strength;
mod delayed_both_ways;
mod delayed_replay;
mod live_two_way_relay;
mod one_way_replay;
