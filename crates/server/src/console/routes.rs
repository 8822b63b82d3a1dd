//! The console's addresses, in one place.

use bluezone_domain::id::{CaseId, CodeId, OfficerId, PersonId};

/// The list of cases, where health officers start.
pub const CASES: &str = "/console";
/// Sign in.
pub const SIGN_IN: &str = "/console/sign-in";
/// Sign in with a passkey (a form only).
pub const SIGN_IN_PASSKEY: &str = "/console/sign-in/passkey";
/// What a device is asked for that (for the page's script).
pub const BEGIN_SIGN_IN_PASSKEY: &str = "/console/sign-in/passkey/begin";
/// Sign out (a form only).
pub const SIGN_OUT: &str = "/console/sign-out";
/// Register a case.
pub const NEW_CASE: &str = "/console/cases/new";
/// One case.
pub const CASE: &str = "/console/cases/{case}";
/// Change a case's status: what it means, then the form.
pub const STATUS: &str = "/console/cases/{case}/status";
/// Issue a one-time code (a form only).
pub const CODES: &str = "/console/cases/{case}/codes";
/// A one-time code, shown once.
pub const CODE: &str = "/console/cases/{case}/codes/{code}";
/// Cancel a one-time code (a form only).
pub const CANCEL_CODE: &str = "/console/cases/{case}/codes/{code}/cancel";
/// Find persons.
pub const PERSONS: &str = "/console/persons";
/// What was found while something is typed: a part of that page.
pub const PERSONS_FOUND: &str = "/console/persons/found";
/// One person.
pub const PERSON: &str = "/console/persons/{person}";
/// Merge another record into a person's (a form only).
pub const MERGE_PERSON: &str = "/console/persons/{person}/merge";
/// Part a person's record from the one it was merged into (a form only).
pub const UNMERGE_PERSON: &str = "/console/persons/{person}/unmerge";
/// Line lists, out and in.
pub const LINE_LIST: &str = "/console/line-list";
/// A line list as a file.
pub const LINE_LIST_EXPORT: &str = "/console/line-list/export";
/// A line list that was sent: what taking it would do, and the form that takes it.
pub const LINE_LIST_LOOK: &str = "/console/line-list/{list}";
/// Its wrong rows as a file.
pub const LINE_LIST_WRONG: &str = "/console/line-list/{list}/wrong";
/// The officer's own account.
pub const ACCOUNT: &str = "/console/account";
/// The officer's own passkeys.
pub const PASSKEYS: &str = "/console/account/passkeys";
/// What a device is asked for a new one (for the page's script).
pub const BEGIN_PASSKEY: &str = "/console/account/passkeys/begin";
/// Remove a passkey (a form only).
pub const REMOVE_PASSKEY: &str = "/console/account/passkeys/{passkey}/remove";
/// The officer's own sessions.
pub const SESSIONS: &str = "/console/account/sessions";
/// End one of them (a form only).
pub const END_SESSION: &str = "/console/account/sessions/{session}/end";
/// End all but this one (a form only).
pub const END_OTHER_SESSIONS: &str = "/console/account/sessions/end-others";
/// All accounts.
pub const OFFICERS: &str = "/console/officers";
/// Disable an account: what it means, then the form.
pub const DISABLE: &str = "/console/officers/{officer}/disable";
/// Where the link to a code leads. The code stands after a `#`, which browsers keep to themselves.
pub const LANDING: &str = "/c";
/// Every other address under the console.
pub const ELSEWHERE: &str = "/console/{*rest}";

/// Address of one case.
pub fn case(id: CaseId) -> String {
    format!("{CASES}/cases/{id}")
}

/// Address of the status form of one case.
pub fn status(id: CaseId) -> String {
    format!("{}/status", case(id))
}

/// Address to which the form that issues a code posts.
pub fn codes(id: CaseId) -> String {
    format!("{}/codes", case(id))
}

/// Address of the page that shows a code once.
pub fn code(case_id: CaseId, code_id: CodeId) -> String {
    format!("{}/{code_id}", codes(case_id))
}

/// Address to which the form that cancels a code posts.
pub fn cancel_code(case_id: CaseId, code_id: CodeId) -> String {
    format!("{}/cancel", code(case_id, code_id))
}

/// Address of one person.
pub fn person(id: PersonId) -> String {
    format!("{PERSONS}/{id}")
}

/// Address to which the form that merges another record into a person's posts.
pub fn merge_person(id: PersonId) -> String {
    format!("{}/merge", person(id))
}

/// Address to which the form that parts a record posts.
pub fn unmerge_person(id: PersonId) -> String {
    format!("{}/unmerge", person(id))
}

/// Address of a line list that was sent.
pub fn line_list(list: &str) -> String {
    format!("{LINE_LIST}/{list}")
}

/// Address of its wrong rows.
pub fn line_list_wrong(list: &str) -> String {
    format!("{}/wrong", line_list(list))
}

/// Address of the page that disables an account.
pub fn disable(id: OfficerId) -> String {
    format!("{OFFICERS}/{id}/disable")
}

/// Address to which the form that removes a passkey posts.
pub fn remove_passkey(credential_id: &[u8]) -> String {
    format!("{PASSKEYS}/{}/remove", hex::encode(credential_id))
}

/// Address to which the form that ends a session posts.
pub fn end_session(name: &str) -> String {
    format!("{SESSIONS}/{name}/end")
}
