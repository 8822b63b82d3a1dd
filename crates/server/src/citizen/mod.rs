//! The citizens' pages: declare health, show one's code, read what the authority says. Drawn by the server, they need no script.
//!
//! A page exists only through [`access::Pages`], which asks who may open it: see [`pages`] for the whole list.

pub mod access;
mod code;
pub mod confirm;
mod declare;
mod enter;
mod failure;
mod home;
mod inbox;
mod pass;
mod posted;
pub mod routes;
mod session;
pub mod shell;
mod sign_in;
mod warning;

pub use access::{MaybeSigned, Pages, Route, Signed, Who};
pub use failure::Failure;

use crate::console::shell::finish;
use crate::state::AppState;
use axum::Router;
use axum::middleware::from_fn;

/// Every page and form for citizens, and who may open it.
fn pages(state: AppState) -> Pages {
    Pages::new(state)
        .get(routes::HOME, Who::Anyone, home::page)
        .get(routes::SIGN_IN, Who::Anyone, sign_in::page)
        .post(routes::SIGN_IN, Who::Anyone, sign_in::send)
        .get(routes::CODE, Who::Anyone, code::page)
        .post(routes::CODE, Who::Anyone, code::confirm)
        .post(routes::CODE_AGAIN, Who::Anyone, code::again)
        .post(routes::SIGN_OUT, Who::Citizen, sign_in::leave)
        .get(routes::DECLARE, Who::Anyone, declare::list)
        .get(routes::DECLARE_FORM, Who::Anyone, declare::form)
        .post_files(routes::DECLARE_FORM, Who::Anyone, declare::send)
        .post(routes::DECLARE_QUEUE, Who::Citizen, declare::queue)
        .get(routes::COMMUNES, Who::Anyone, declare::options)
        .get(routes::DECLARED, Who::Citizen, declare::declared)
        .get(routes::PASS, Who::Citizen, pass::page)
        .get(routes::PASS_CODES, Who::Citizen, pass::codes)
        .get(routes::PASS_PRINT, Who::Citizen, pass::print)
        .get(routes::PASS_NATIONAL, Who::Citizen, pass::national)
        .post(routes::PASS_RENEW, Who::Citizen, pass::renew)
        .get(routes::INBOX, Who::Citizen, inbox::page)
        .get(routes::MESSAGE, Who::Citizen, inbox::message)
}

/// The citizens' routes.
pub fn router(state: AppState) -> Router<AppState> {
    pages(state).finish().0.layer(from_fn(finish))
}

/// The list of the citizens' pages and forms, for the test that tries each of them.
pub fn all_routes(state: AppState) -> Vec<Route> {
    pages(state).finish().1
}
