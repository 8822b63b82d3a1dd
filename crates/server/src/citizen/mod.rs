//! The citizens' pages: declare health, show one's code, read what the authority says. Drawn by the server, they need no script.
//!
//! A page exists only through [`access::Pages`], which asks who may open it: see [`pages`] for the whole list.

pub mod access;
mod agency;
mod call;
mod code;
mod come;
pub mod confirm;
mod declare;
mod diary;
mod enter;
mod failure;
mod guide;
mod home;
mod inbox;
mod me;
mod news;
mod offline;
mod outbox;
mod pass;
pub(crate) mod pdf;
pub mod places;
mod posted;
pub(crate) mod poster;
mod report;
pub mod routes;
mod scan;
pub(crate) mod session;
pub mod shell;
mod sign_in;
pub(crate) mod visit;
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
        .get(routes::DECLARED_PAPER, Who::Citizen, declare::paper)
        .get(routes::DECLARED_FILE, Who::Citizen, declare::file)
        .get(routes::PASS, Who::Citizen, pass::page)
        .get(routes::PASS_CODES, Who::Citizen, pass::codes)
        .get(routes::PASS_PRINT, Who::Citizen, pass::print)
        .get(routes::PASS_CARDS, Who::Citizen, pass::cards)
        .get(routes::PASS_NATIONAL, Who::Citizen, pass::national)
        .post(routes::PASS_RENEW, Who::Citizen, pass::renew)
        .get(routes::VISITS, Who::Citizen, diary::page)
        .post(routes::DELETE_VISIT, Who::Citizen, diary::delete)
        .get(routes::SCAN, Who::Citizen, scan::page)
        .post(routes::FRAME, Who::Citizen, scan::read)
        .get(routes::AT, Who::Anyone, come::page)
        .get(routes::AT_POSTER, Who::Anyone, come::again)
        .post(routes::COME, Who::Citizen, come::come)
        .post(routes::GO, Who::Citizen, come::go)
        .get(routes::PLACES, Who::Citizen, places::list::page)
        .get(routes::NEW_PLACE, Who::Citizen, places::new::page)
        .post(routes::NEW_PLACE, Who::Citizen, places::new::register)
        .get(routes::PLACE, Who::Citizen, places::one::page)
        .get(routes::EDIT, Who::Citizen, places::edit::page)
        .post(routes::EDIT, Who::Citizen, places::edit::save)
        .post(routes::EDITION, Who::Citizen, places::edition::renew)
        .get(routes::PLACE_POSTER, Who::Citizen, places::poster::page)
        .post(routes::CLOSE, Who::Citizen, places::close::close)
        .get(routes::DELEGATES, Who::Citizen, places::delegates::page)
        .post(routes::DELEGATES, Who::Citizen, places::delegates::add)
        .post(routes::REMOVE_DELEGATE, Who::Citizen, places::delegates::remove)
        .get(routes::LOG, Who::Citizen, places::log::page)
        .get(routes::LOG_FILE, Who::Citizen, places::log::file)
        .get(routes::CONTROL, Who::Citizen, places::control::page)
        .post(routes::CONTROL, Who::Citizen, places::control::take)
        .post(routes::EVENTS, Who::Citizen, places::control::batch::take)
        .post(routes::CONTROL_PHONE, Who::Citizen, places::control::phone::send)
        .post(routes::CONTROL_CODE, Who::Citizen, places::control::phone::confirm)
        .get(routes::NEWS, Who::Anyone, news::page)
        .get(routes::GUIDE, Who::Anyone, guide::page)
        .get(routes::INBOX, Who::Citizen, inbox::page)
        .get(routes::REPORT, Who::Anyone, report::page)
        .post_files(routes::REPORT, Who::Anyone, report::send)
        .post(routes::FIND_REPORT, Who::Anyone, report::find)
        .get(routes::REPORTED, Who::Anyone, report::status)
        .get(routes::ME, Who::Citizen, me::page)
        .get(routes::MY_PERSON, Who::Citizen, me::person)
        .post(routes::MY_PERSON, Who::Citizen, me::change_person)
        .post(routes::REMOVE_PERSON, Who::Citizen, me::remove_person)
        .get(routes::MY_REQUESTS, Who::Citizen, me::requests)
        .post(routes::MY_REQUESTS, Who::Citizen, me::create_request)
        .get(routes::MY_REQUEST, Who::Citizen, me::request)
        .post(routes::TAKE_BACK_REQUEST, Who::Citizen, me::take_back)
        .get(routes::MY_EXPORT, Who::Citizen, me::export_json)
        .get(routes::MY_PAPER, Who::Citizen, me::export_pdf)
        .post(routes::WITHDRAW, Who::Citizen, me::withdraw)
        .post(routes::DELETE_DECLARATION, Who::Citizen, me::delete_declaration)
        .get(routes::MY_DELETE, Who::Citizen, me::ask_delete)
        .post(routes::MY_DELETE, Who::Citizen, me::delete)
        .get(routes::MESSAGE, Who::Citizen, inbox::message)
        .get(routes::AGENCIES, Who::Citizen, agency::agencies::page)
        .post(routes::AGENCIES, Who::Citizen, agency::agencies::make)
        .get(routes::AGENCY, Who::Citizen, agency::staff::page)
        .post(routes::INVITE, Who::Citizen, agency::invite::invite)
        .post(routes::REMIND, Who::Citizen, agency::remind::remind)
        .post(routes::REMOVE_STAFF, Who::Citizen, agency::staff::remove)
        .get(routes::AGENCY_PAPER, Who::Citizen, agency::paper::paper)
        .get(routes::WORK, Who::Citizen, agency::work::page)
        .post(routes::WORK, Who::Citizen, agency::work::choose)
        .post(routes::LEAVE_WORK, Who::Citizen, agency::work::leave)
        .post(routes::ALLOW_WORK, Who::Citizen, agency::work::allow)
        .post(routes::APP_RUNS, Who::Citizen, agency::work::app_runs)
        .get(routes::POSTER, Who::Anyone, poster::page)
        .get(routes::OFFLINE, Who::Anyone, offline::page)
        .get(routes::OFFLINE_TOKEN, Who::Citizen, offline::token)
        .get(routes::WORKER, Who::Anyone, offline::worker)
        .get(routes::MANIFEST, Who::Anyone, offline::manifest)
}

/// The citizens' routes.
pub fn router(state: AppState) -> Router<AppState> {
    pages(state).finish().0.layer(from_fn(finish))
}

/// The list of the citizens' pages and forms, for the test that tries each of them.
pub fn all_routes(state: AppState) -> Vec<Route> {
    pages(state).finish().1
}
