//! The console's addresses, in one place.

use bluezone_domain::id::{CaseId, CodeId, ContactBatchId, ContactId, OfficerId};

/// The list of cases, where health officers start.
pub const CASES: &str = "/console";
/// Sign in.
pub const SIGN_IN: &str = "/console/sign-in";
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
/// The contacts of one case.
pub const CONTACTS_OF: &str = "/console/cases/{case}/contacts";
/// Register a contact of a case.
pub const NEW_CONTACT: &str = "/console/cases/{case}/contacts/new";
/// The transmission graph around a case.
pub const GRAPH: &str = "/console/cases/{case}/graph";
/// All contacts within reach.
pub const CONTACTS: &str = "/console/contacts";
/// Hand contacts to a unit (a form only).
pub const ASSIGN_CONTACTS: &str = "/console/contacts/assign";
/// Take a change of contacts back (a form only).
pub const UNDO_CONTACTS: &str = "/console/contacts/undo/{batch}";
/// One contact.
pub const CONTACT: &str = "/console/contacts/{contact}";
/// Fill in an evaluation sheet (a form only).
pub const SHEET: &str = "/console/contacts/{contact}/sheet";
/// Conclude how near a contact was: what it changes, then the form.
pub const CONCLUSION: &str = "/console/contacts/{contact}/conclusion";
/// A contact became a case: what it changes, then the form.
pub const BECAME_CASE: &str = "/console/contacts/{contact}/case";
/// Note that a contact was asked (a form only).
pub const FOLLOW_UP: &str = "/console/contacts/{contact}/follow-up";
/// The officer's own account.
pub const ACCOUNT: &str = "/console/account";
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

/// Address of the page that disables an account.
pub fn disable(id: OfficerId) -> String {
    format!("{OFFICERS}/{id}/disable")
}

/// Address of the contacts of one case.
pub fn contacts_of(id: CaseId) -> String {
    format!("{}/contacts", case(id))
}

/// Address of the form that registers a contact.
pub fn new_contact(id: CaseId) -> String {
    format!("{}/new", contacts_of(id))
}

/// Address of the graph around a case.
pub fn graph(id: CaseId) -> String {
    format!("{}/graph", case(id))
}

/// Address of one contact.
pub fn contact(id: ContactId) -> String {
    format!("{CONTACTS}/{id}")
}

/// Address to which the form that takes a change back posts.
pub fn undo_contacts(batch: ContactBatchId) -> String {
    format!("{CONTACTS}/undo/{batch}")
}

/// A value of a query, percent-encoded.
pub fn encoded(value: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
