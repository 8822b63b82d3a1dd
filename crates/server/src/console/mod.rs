//! The health officers' console: pages drawn by the server, which need no script.
//!
//! A page exists only through [`access::Pages`], which asks who may open it: see [`pages`] for the whole list.

mod access;
mod account;
mod case_list;
mod case_new;
mod case_page;
mod case_status;
mod ceremony;
mod code_issue;
mod code_shown;
mod confirm;
mod contact_f1;
mod cookie;
mod copy;
mod dates;
mod device_name;
mod enter;
mod failure;
mod forgery;
mod known_browser;
mod landing;
mod officers;
mod once;
mod passkey_sign_in;
mod passkeys;
pub mod password;
pub mod routes;
pub mod session;
mod sessions;
pub(crate) mod shell;
mod sign_in;
pub mod totp;
mod words;
mod zones;

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
    let draw = Who::May(Action::DrawZones);
    Pages::new(state)
        .get(routes::SIGN_IN, Who::Anyone, sign_in::page)
        .post(routes::SIGN_IN, Who::Anyone, sign_in::attempt)
        .post(routes::SIGN_IN_PASSKEY, Who::Anyone, passkey_sign_in::attempt)
        .post(routes::BEGIN_SIGN_IN_PASSKEY, Who::Anyone, passkey_sign_in::begin)
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
        .get(routes::CONTACT_F1, issue, contact_f1::page)
        .post(routes::CONTACT_CODES, issue, contact_f1::issue)
        .post(routes::CONTACT_LISTING, issue, contact_f1::listing)
        .get(routes::ACCOUNT, Who::Officer, account::page)
        .post(routes::ACCOUNT, Who::Officer, account::change)
        .get(routes::PASSKEYS, Who::Officer, passkeys::page)
        .post(routes::PASSKEYS, Who::Officer, passkeys::add)
        .post(routes::BEGIN_PASSKEY, Who::Officer, passkeys::begin)
        .post(routes::REMOVE_PASSKEY, Who::Officer, passkeys::remove)
        .get(routes::SESSIONS, Who::Officer, sessions::page)
        .post(routes::END_SESSION, Who::Officer, sessions::end)
        .post(routes::END_OTHER_SESSIONS, Who::Officer, sessions::end_others)
        .get(routes::OFFICERS, manage, officers::page)
        .get(routes::DISABLE, manage, officers::ask)
        .post(routes::DISABLE, manage, officers::disable)
        .get(routes::ZONES, draw, zones::list::page)
        .get(routes::NEW_ZONE, draw, zones::new::page)
        .post(routes::NEW_ZONE, draw, zones::new::create)
        .get(routes::ZONE, draw, zones::zone::page)
        .get(routes::CHANGE_ZONE, draw, zones::change::page)
        .post(routes::CHANGE_ZONE, draw, zones::change::change)
        .get(routes::LIFT_ZONE, draw, zones::lift::page)
        .post(routes::LIFT_ZONE, draw, zones::lift::act)
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
