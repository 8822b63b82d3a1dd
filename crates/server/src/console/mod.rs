//! The health officers' console: pages drawn by the server, which need no script.
//!
//! A page exists only through [`access::Pages`], which asks who may open it: see [`pages`] for the whole list.

pub(crate) mod access;
mod account;
mod approvals;
mod audit;
mod breaches;
mod case_assign;
mod case_list;
mod case_new;
mod case_page;
mod case_reported;
mod case_status;
mod case_visits;
mod ceremony;
pub(crate) mod checked_form;
mod code_issue;
mod code_shown;
mod confirm;
mod contact_assign;
mod contact_case;
mod contact_conclusion;
mod contact_f1;
mod contact_fields;
mod contact_follow;
mod contact_history;
mod contact_list;
mod contact_new;
mod contact_page;
mod contact_people;
mod contact_sheet;
mod contact_words;
pub(crate) mod cookie;
mod copy;
mod counts;
mod data_requests;
mod dates;
mod declarations;
pub(crate) mod device_name;
mod enter;
mod epi;
mod failure;
pub(crate) mod forgery;
mod forms;
pub mod graph;
mod known_browser;
mod landing;
mod line;
mod line_list;
mod line_list_export;
mod line_list_import;
mod line_list_words;
mod looked;
mod officers;
pub(crate) mod once;
mod outbreaks;
mod passkey_sign_in;
mod passkeys;
pub mod password;
pub(crate) mod person_fields;
mod person_merge;
mod person_page;
mod persons;
mod place_warnings;
mod populations;
mod promote;
mod release_new;
mod release_page;
mod releases;
pub mod routes;
pub mod session;
mod sessions;
pub(crate) mod shell;
mod sign_in;
mod sign_on;
pub(crate) mod signals;
mod signing;
mod signing_keys;
mod timeline;
mod told;
pub mod totp;
mod units;
mod upload_page;
mod upload_report;
mod uploads;
mod visit_look;
pub(crate) mod words;
mod worklist;
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
    let (persons, merge) = (Who::May(Action::SeePersons), Who::May(Action::MergePersons));
    let (import, export) = (Who::May(Action::ImportLineList), Who::May(Action::ExportLineList));
    let (manage, units) = (Who::May(Action::ManageOfficers), Who::May(Action::ManageUnits));
    let (draw, manage_forms) = (Who::May(Action::DrawZones), Who::May(Action::ManageForms));
    let (signals, answer) = (Who::May(Action::HandleSignals), Who::May(Action::AnswerDataRequests));
    let (breach, plan) = (Who::May(Action::KeepBreaches), Who::May(Action::PlanOutbreaks));
    let (open, ask) = (Who::May(Action::OpenUpload), Who::May(Action::AskForHistory));
    let (contacts, touch) = (Who::May(Action::SeeContacts), Who::May(Action::ChangeContacts));
    let (warn, declared) = (Who::May(Action::WarnByPlace), Who::May(Action::HandleDeclarations));
    let look = Who::May(Action::LookUpVisits);
    Pages::new(state)
        .get(routes::SIGN_IN, Who::Anyone, sign_in::page)
        .post(routes::SIGN_IN, Who::Anyone, sign_in::attempt)
        .post(routes::SIGN_IN_PASSKEY, Who::Anyone, passkey_sign_in::attempt)
        .post(routes::BEGIN_SIGN_IN_PASSKEY, Who::Anyone, passkey_sign_in::begin)
        .get(routes::SIGN_ON_LEAVE, Who::Anyone, sign_on::leave)
        .get(routes::SIGN_ON_RETURN, Who::Anyone, sign_on::come_back)
        .post(routes::SIGN_OUT, Who::Officer, sign_in::leave)
        .get(routes::LANDING, Who::Anyone, landing::page)
        .get(routes::WORKLIST, Who::Officer, worklist::page)
        .get(routes::CASES, see, case_list::page)
        .get(routes::NEW_CASE, register, case_new::page)
        .post(routes::NEW_CASE, register, case_new::create)
        .post(routes::ASSIGN_CASES, change, case_assign::assign)
        .post(routes::UNDO_ASSIGNMENT, change, case_assign::undo)
        .get(routes::CASE, see, case_page::page)
        .get(routes::STATUS, change, case_status::page)
        .post(routes::STATUS, change, case_status::change)
        .post(routes::REPORTED, change, case_reported::report)
        .get(routes::NEW_EPI_POINT, change, epi::new::page)
        .post(routes::NEW_EPI_POINT, change, epi::new::create)
        .get(routes::EPI_POINT, change, epi::change::page)
        .post(routes::EPI_POINT, change, epi::change::change)
        .get(routes::REMOVE_EPI_POINT, change, epi::remove::page)
        .post(routes::REMOVE_EPI_POINT, change, epi::remove::remove)
        .post(routes::CODES, issue, code_issue::issue)
        .get(routes::CODE, issue, code_issue::shown_once)
        .post(routes::CANCEL_CODE, issue, code_issue::cancel)
        .get(routes::PERSONS, persons, persons::page)
        .get(routes::PERSONS_FOUND, persons, persons::fragment)
        .get(routes::PERSON, persons, person_page::page)
        .post(routes::MERGE_PERSON, merge, person_merge::merge)
        .post(routes::UNMERGE_PERSON, merge, person_merge::unmerge)
        .get(routes::LINE_LIST, import, line_list::page)
        .post_file(routes::LINE_LIST, import, line_list_import::send)
        .post(routes::LINE_LIST_EXPORT, export, line_list_export::export)
        .get(routes::LINE_LIST_LOOK, import, line_list_import::page)
        .post(routes::LINE_LIST_LOOK, import, line_list_import::take_in)
        .get(routes::LINE_LIST_WRONG, import, line_list_import::wrong)
        .get(routes::CONTACTS_OF, contacts, contact_list::of_case)
        .get(routes::NEW_CONTACT, touch, contact_new::page)
        .post(routes::NEW_CONTACT, touch, contact_new::create)
        .get(routes::CONTACT_OF_REPORT, touch, contact_new::page_of_report)
        .post(routes::CONTACT_OF_REPORT, touch, contact_new::create_of_report)
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
        .get(routes::SIGN_ON, Who::Officer, sign_on::page)
        .post(routes::SIGN_ON, Who::Officer, sign_on::link)
        .post(routes::SIGN_ON_UNLINK, Who::Officer, sign_on::unlink)
        .get(routes::OFFICERS, manage, officers::page)
        .get(routes::DISABLE, manage, officers::ask)
        .post(routes::DISABLE, manage, officers::disable)
        .get(routes::PROMOTE, manage, promote::page)
        .post(routes::PROMOTE, manage, promote::ask)
        .get(routes::UNITS, units, units::page)
        .get(routes::PLACE, units, units::form_page)
        .post(routes::PLACE, units, units::ask)
        .get(routes::APPROVALS, manage, approvals::page)
        .post(routes::APPROVAL, manage, approvals::decide)
        .get(routes::ZONES, draw, zones::list::page)
        .get(routes::NEW_ZONE, draw, zones::new::page)
        .post(routes::NEW_ZONE, draw, zones::new::create)
        .get(routes::ZONE, draw, zones::zone::page)
        .get(routes::CHANGE_ZONE, draw, zones::change::page)
        .post(routes::CHANGE_ZONE, draw, zones::change::change)
        .get(routes::LIFT_ZONE, draw, zones::lift::page)
        .post(routes::LIFT_ZONE, draw, zones::lift::act)
        .get(routes::CASE_VISITS, look, case_visits::page)
        .post(routes::CASE_VISITS, look, case_visits::look)
        .get(routes::PLACE_WARNINGS, warn, place_warnings::list::page)
        .get(routes::PLACE_WARNING, warn, place_warnings::one::page)
        .post(routes::PLACE_WARNING, warn, place_warnings::one::decide)
        .get(routes::NEW_PLACE_WARNING, warn, place_warnings::new::page)
        .post(routes::NEW_PLACE_WARNING, warn, place_warnings::new::propose)
        .get(routes::DECLARATIONS, declared, declarations::list::page)
        .get(routes::PAPER, declared, declarations::paper::page)
        .post(routes::PAPER, declared, declarations::paper::enter)
        .get(routes::DECLARATION, declared, declarations::one::page)
        .get(routes::DECLARATION_FILE, declared, declarations::file::get)
        .post(routes::TAKE_DECLARATION, declared, declarations::one::take)
        .post(routes::HAND_DECLARATION, declared, declarations::one::hand)
        .post(routes::CONCLUDE_DECLARATION, declared, declarations::outcome::conclude)
        .get(routes::UPLOADS, open, uploads::page)
        .get(routes::UPLOAD, open, upload_page::page)
        .post(routes::OPEN_UPLOAD, open, upload_page::open)
        .get(routes::RELEASES, ask, releases::page)
        .get(routes::NEW_RELEASE, ask, release_new::page)
        .post(routes::NEW_RELEASE, ask, release_new::create)
        .get(routes::RELEASE, ask, release_page::page)
        .post(routes::SIGN_RELEASE, ask, release_page::sign)
        .get(routes::SIGNING_KEYS, ask, signing_keys::page)
        .post(routes::SIGNING_KEYS, ask, signing_keys::create)
        .post(routes::LET_IN, ask, signing_keys::let_in)
        .post(routes::REVOKE_KEY, ask, signing_keys::revoke)
        .get(routes::FORMS, manage_forms, forms::list::page)
        .get(routes::NEW_FORM, manage_forms, forms::new::page)
        .post_file(routes::NEW_FORM, manage_forms, forms::new::create)
        .get(routes::FORM, manage_forms, forms::form::page)
        .get(routes::NEW_SWITCH, manage_forms, forms::switch::page)
        .post(routes::NEW_SWITCH, manage_forms, forms::switch::create)
        .post(routes::TAKE_BACK_SWITCH, manage_forms, forms::switches::take_back)
        .get(routes::SIGNALS, signals, signals::list::page)
        .get(routes::SIGNAL, signals, signals::page::page)
        .get(routes::SIGNAL_PHOTO, signals, signals::photo::show)
        .post(routes::DECIDE_SIGNAL, signals, signals::decide::decide_on)
        .post(routes::ASSIGN_SIGNAL, signals, signals::assign::assign)
        .post(routes::LINK_SIGNAL, signals, signals::link::link)
        .post(routes::SIGNAL_FEEDBACK, signals, signals::feedback::answer)
        .get(routes::DATA_REQUESTS, answer, data_requests::list::page)
        .get(routes::DATA_REQUEST, answer, data_requests::page::page)
        .post(routes::DATA_REQUEST, answer, data_requests::step::step)
        .get(routes::BREACHES, breach, breaches::list::page)
        .get(routes::NEW_BREACH, breach, breaches::new::page)
        .post(routes::NEW_BREACH, breach, breaches::new::create)
        .get(routes::BREACH, breach, breaches::page::page)
        .post(routes::BREACH, breach, breaches::step::change)
        .post(routes::BREACH_NOTIFIED, breach, breaches::step::notified)
        .post(routes::CLOSE_BREACH, breach, breaches::step::close)
        .post(routes::BREACH_PEOPLE, breach, breaches::people::add)
        .post(routes::TELL_BREACH, breach, breaches::people::tell)
        .get(routes::OUTBREAK_PLANS, plan, outbreaks::list::page)
        .get(routes::NEW_OUTBREAK_PLAN, plan, outbreaks::new::page)
        .post(routes::NEW_OUTBREAK_PLAN, plan, outbreaks::new::create)
        .get(routes::UPLOAD_OUTBREAK_PLAN, plan, outbreaks::upload::page)
        .post_file(routes::UPLOAD_OUTBREAK_PLAN, plan, outbreaks::upload::create)
        .get(routes::COMPARE_OUTBREAK_PLANS, plan, outbreaks::compare::page)
        .get(routes::OUTBREAK_PLAN, plan, outbreaks::page::page)
        .get(routes::OUTBREAK_PROGRESS, plan, outbreaks::progress::fragment)
        .get(routes::OUTBREAK_FILE, plan, outbreaks::file::show)
        .post(routes::CANCEL_OUTBREAK_PLAN, plan, outbreaks::step::cancel)
        .post(routes::DELETE_OUTBREAK_PLAN, plan, outbreaks::step::delete)
        .get(routes::COUNTS, Who::May(Action::SeeCounts), counts::page)
        .get(routes::POPULATIONS, manage_forms, populations::page)
        .post_file(routes::POPULATIONS, manage_forms, populations::take_in)
        .get(routes::AUDIT, Who::May(Action::SeeAudit), audit::page)
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
