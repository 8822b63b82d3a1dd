//! Attacks of whoever runs the server, over HTTP, on the promise that nothing leaves a phone without its owner's yes. Each is
//! refused; and each is then tried with the one check taken out that it aims at, put together here of the library's public
//! steps, where it succeeds: the product has no switch that turns a check off.

mod forked_log;
mod pushed;
mod requests;
mod units;
mod withheld;
