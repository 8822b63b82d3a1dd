//! The health officers' console: pages drawn by the server, which need no script.
//!
//! A page exists only through [`access::Pages`], which asks who may open it: see [`pages`] for the whole list.

mod access;
mod account;
mod case_list;
mod case_new;
mod case_page;
mod case_status;
mod code_issue;
mod code_shown;
mod contact_assign;
mod contact_case;
mod contact_conclusion;
mod contact_follow;
mod contact_history;
mod contact_list;
mod contact_new;
mod contact_page;
mod contact_people;
mod contact_sheet;
mod contact_words;
mod cookie;
mod copy;
mod dates;
mod failure;
mod forgery;
pub mod graph;
mod landing;
mod officers;
mod once;
pub mod password;
pub mod routes;
pub mod session;
mod shell;
mod sign_in;
pub mod totp;
mod words;

pub use access::{Pages, Route, Who};

use crate::state::AppState;
use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bluezone_domain::policy::Action;
use failure::Failure;

/// Every page and form of the console, and who may open it.
fn pages(state: AppState) -> Pages {
    let (see, register) = (Who::May(Action::SeeCases), Who::May(Action::RegisterCase));
    let (change, issue) = (Who::May(Action::ChangeCase), Who::May(Action::IssueCode));
    let manage = Who::May(Action::ManageOfficers);
    let (contacts, touch) = (Who::May(Action::SeeContacts), Who::May(Action::ChangeContacts));
    Pages::new(state)
        .get(routes::SIGN_IN, Who::Anyone, sign_in::page)
        .post(routes::SIGN_IN, Who::Anyone, sign_in::attempt)
        .post(routes::SIGN_OUT, Who::Officer, sign_in::leave)
        .get(routes::LANDING, Who::Anyone, landing::page)
        .get(routes::CASES, see, case_list::page)
        .get(routes::NEW_CASE, register, case_new::page)
        .post(routes::NEW_CASE, register, case_new::create)
        .get(routes::CASE, see, case_page::page)
        .get(routes::STATUS, change, case_status::page)
        .post(routes::STATUS, change, case_status::change)
        .post(routes::CODES, issue, code_issue::issue)
        .get(routes::CODE, issue, code_issue::shown_once)
        .post(routes::CANCEL_CODE, issue, code_issue::cancel)
        .get(routes::CONTACTS_OF, contacts, contact_list::of_case)
        .get(routes::NEW_CONTACT, touch, contact_new::page)
        .post(routes::NEW_CONTACT, touch, contact_new::create)
        .get(routes::GRAPH, contacts, graph::page)
        .get(routes::CONTACTS, contacts, contact_list::page)
        .post(routes::ASSIGN_CONTACTS, touch, contact_assign::assign)
        .post(routes::UNDO_CONTACTS, touch, contact_assign::undo)
        .get(routes::CONTACT, contacts, contact_page::page)
        .post(routes::SHEET, touch, contact_sheet::fill)
        .get(routes::CONCLUSION, touch, contact_conclusion::page)
        .post(routes::CONCLUSION, touch, contact_conclusion::conclude)
        .get(routes::BECAME_CASE, touch, contact_case::page)
        .post(routes::BECAME_CASE, touch, contact_case::became)
        .post(routes::FOLLOW_UP, touch, contact_follow::follow)
        .get(routes::ACCOUNT, Who::Officer, account::page)
        .post(routes::ACCOUNT, Who::Officer, account::change)
        .get(routes::OFFICERS, manage, officers::page)
        .get(routes::DISABLE, manage, officers::ask)
        .post(routes::DISABLE, manage, officers::disable)
        .get(routes::ELSEWHERE, Who::Officer, elsewhere)
}

/// The console's routes, and the style sheet, icon and scripts of its pages.
pub fn router(state: AppState) -> Router<AppState> {
    let pages = pages(state).finish().0.layer(from_fn(shell::finish));
    pages.route("/assets/{name}", get(asset))
}

/// A file that pages refer to: the same for everybody, and named by its content.
async fn asset(uri: Uri) -> Response {
    let Some(asset) = bluezone_pages::asset(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let headers =
        [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, bluezone_pages::CACHE_FOREVER)];
    (headers, asset.body).into_response()
}

/// The list of the console's pages and forms, for the test that tries each of them as everybody.
pub fn all_routes(state: AppState) -> Vec<Route> {
    pages(state).finish().1
}

/// Whoever is not signed in is asked to, and does not learn which addresses exist.
async fn elsewhere() -> Failure {
    Failure::NotFound
}
