//! The contract suite: every case runs on SQLite and on PostgreSQL, and both pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agencies;
mod agency_leaving;
mod alike;
mod approvals;
mod assignments;
mod browsers;
mod cases;
mod certificates;
mod citizens;
mod codes;
mod contact_level;
mod contact_lists;
mod contacts;
mod crash;
mod database_dump;
mod days_of_declarations;
mod declarations;
mod exports;
mod forms;
mod full_disk;
mod guesses;
mod handlings;
mod jobs;
mod moving;
mod officers;
mod opening;
mod outbreak_plans;
mod persons;
mod place_told;
mod place_warnings;
mod places;
mod populations;
mod promise;
mod publish;
mod redeem;
mod retention;
mod revise;
mod rights;
mod signals;
mod support;
mod together;
mod units;
mod vault;
mod visits;
mod waiting;
mod worklist;
mod zones;

bluezone_canary::watch!();
