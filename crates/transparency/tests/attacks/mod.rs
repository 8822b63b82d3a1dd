//! Attacks on the promise that nobody's history is taken silently. Each is refused where the design says, with an error of
//! its own; and each is then run against a phone, a witness or a keeper that lacks the one check it aims at, where it
//! succeeds. Those careless ones are put together here, out of the crate's public steps ([`careless`]); the product has no
//! switch that turns a check off. What no check stops is shown too, and called what it is: a residual.

mod administrator_alone;
mod careless;
mod forked_log;
mod replayed_request;
mod server_without_entry;
mod widened_scope;
mod withheld_checkpoint;
