//! Attacks on the promise, through the real router, jobs and database: the attacker is whoever runs the server, or has stolen
//! a part of it. Each is refused where the design says; and each is then run without the one check it aims at, put together
//! here out of the library's public steps, where it succeeds. The product has no switch that turns a check off. What no check
//! stops is shown too, and called what it is: a residual.

mod administrator_alone;
mod database_dump;
mod forged_answer;
mod forked_log;
mod officers;
mod places;
mod requests;
mod server_without_entry;
