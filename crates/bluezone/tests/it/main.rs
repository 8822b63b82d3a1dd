//! The program as people run it: its commands from outside, its pages in a browser, beside a Bluetooth stack that is
//! not ours.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod app;
#[path = "../../../device/tests/it/promise.rs"]
#[expect(dead_code, reason = "the tests of the phone use all of it")]
mod asking;
mod attacks;
mod axe;
mod backup;
mod browser;
mod bumble;
mod chain;
mod citizen_pages;
mod citizens;
mod console;
mod controllers;
mod demo;
mod desk;
mod desk_records;
mod desk_rights;
mod desk_visits;
mod independent;
mod independent_kills;
mod moving;
mod objects;
mod passkeys;
mod phone_places;
mod phone_requests;
mod place_loop;
mod places;
mod plan;
mod plan_report;
mod point_in_time;
mod program;
mod promise;
mod proximity;
mod reliability;
mod replica;
mod scene;
mod serve;
mod sign_on;
mod tools;
mod tools_match;
mod tour;
mod webdriver;
mod zones;

bluezone_canary::watch!();
