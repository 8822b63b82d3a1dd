//! The console's addresses, in one place.

use bluezone_domain::id::{CaseId, CodeId, ContactId, OfficerId, ZoneId};

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
/// What a close contact (F1) may be given.
pub const CONTACT_F1: &str = "/console/contacts/{contact}/f1";
/// Issue a one-time code for a contact (a form only).
pub const CONTACT_CODES: &str = "/console/contacts/{contact}/f1/codes";
/// Make a link by which a contact names others (a form only).
pub const CONTACT_LISTING: &str = "/console/contacts/{contact}/f1/listing";
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
/// The zones of the officer's territory.
pub const ZONES: &str = "/console/zones";
/// A new zone.
pub const NEW_ZONE: &str = "/console/zones/new";
/// One zone.
pub const ZONE: &str = "/console/zones/{zone}";
/// Another level or end for a zone.
pub const CHANGE_ZONE: &str = "/console/zones/{zone}/change";
/// Lift a zone: what it means, then the form.
pub const LIFT_ZONE: &str = "/console/zones/{zone}/lift";
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

/// Address of what a contact may be given.
pub fn contact_f1(id: ContactId) -> String {
    format!("{CASES}/contacts/{id}/f1")
}

/// Address to which the form that issues a contact's code posts.
pub fn contact_codes(id: ContactId) -> String {
    format!("{}/codes", contact_f1(id))
}

/// Address to which the form that makes a link for naming posts.
pub fn contact_listing(id: ContactId) -> String {
    format!("{}/listing", contact_f1(id))
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

/// Address of one zone.
pub fn zone(id: ZoneId) -> String {
    format!("{ZONES}/{id}")
}

/// Address of the form that changes a zone.
pub fn change_zone(id: ZoneId) -> String {
    format!("{}/change", zone(id))
}

/// Address of the form that lifts a zone.
pub fn lift_zone(id: ZoneId) -> String {
    format!("{}/lift", zone(id))
}
