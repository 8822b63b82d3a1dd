//! The console's addresses, in one place.

use bluezone_domain::id::{
    ApprovalId, AssignmentId, BreachId, CaseId, CodeId, ContactBatchId, ContactId, DataRequestId,
    DeclarationId, EpiPointId, OfficerId, PersonId, PlaceWarningId, SignalId, ZoneId,
};

/// The list of cases.
pub const CASES: &str = "/console";
/// What waits to be done, where officers start.
pub const WORKLIST: &str = "/console/worklist";
/// Sign in.
pub const SIGN_IN: &str = "/console/sign-in";
/// Sign in with a passkey (a form only).
pub const SIGN_IN_PASSKEY: &str = "/console/sign-in/passkey";
/// What a device is asked for that (for the page's script).
pub const BEGIN_SIGN_IN_PASSKEY: &str = "/console/sign-in/passkey/begin";
/// Away to a province's own sign-on.
pub const SIGN_ON_LEAVE: &str = "/console/sign-in/elsewhere";
/// Back from it.
pub const SIGN_ON_RETURN: &str = "/console/sign-in/elsewhere/return";
/// Sign out (a form only).
pub const SIGN_OUT: &str = "/console/sign-out";
/// Register a case.
pub const NEW_CASE: &str = "/console/cases/new";
/// Hand cases to a unit (a form only).
pub const ASSIGN_CASES: &str = "/console/cases/assign";
/// Take that back (a form only).
pub const UNDO_ASSIGNMENT: &str = "/console/cases/assign/{assignment}/undo";
/// One case.
pub const CASE: &str = "/console/cases/{case}";
/// Change a case's status: what it means, then the form.
pub const STATUS: &str = "/console/cases/{case}/status";
/// Note that a case was reported (a form only).
pub const REPORTED: &str = "/console/cases/{case}/reported";
/// Write down where a case was.
pub const NEW_EPI_POINT: &str = "/console/cases/{case}/points/new";
/// One place, vehicle or flight that a case was at: change it.
pub const EPI_POINT: &str = "/console/cases/{case}/points/{point}";
/// Remove it: what it means, then the form.
pub const REMOVE_EPI_POINT: &str = "/console/cases/{case}/points/{point}/remove";
/// Where a case checked in: the reason to look, then what was found.
pub const CASE_VISITS: &str = "/console/cases/{case}/visits";
/// Propose to warn who was somewhere with a case.
pub const NEW_PLACE_WARNING: &str = "/console/cases/{case}/warnings/new";
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
/// Take a line list out as a file (a form only: it writes into the public log).
pub const LINE_LIST_EXPORT: &str = "/console/line-list/export";
/// A line list that was sent: what taking it would do, and the form that takes it.
pub const LINE_LIST_LOOK: &str = "/console/line-list/{list}";
/// Its wrong rows as a file.
pub const LINE_LIST_WRONG: &str = "/console/line-list/{list}/wrong";
/// The contacts of one case.
pub const CONTACTS_OF: &str = "/console/cases/{case}/contacts";
/// Register a contact of a case.
pub const NEW_CONTACT: &str = "/console/cases/{case}/contacts/new";
/// Register the contact that a report makes.
pub const CONTACT_OF_REPORT: &str = "/console/cases/{case}/contacts/new/{upload}";
/// The transmission graph around a case.
pub const GRAPH: &str = "/console/cases/{case}/graph";
/// All contacts within reach.
pub const CONTACTS: &str = "/console/contacts";
/// Those of them who were named by a contact.
pub const SELF_LISTED: &str = "/console/contacts?source=self-listed";
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
/// The officer's account at the province's own sign-on.
pub const SIGN_ON: &str = "/console/account/sign-on";
/// Forget it (a form only).
pub const SIGN_ON_UNLINK: &str = "/console/account/sign-on/unlink";
/// All accounts.
pub const OFFICERS: &str = "/console/officers";
/// Disable an account: what it means, then the form.
pub const DISABLE: &str = "/console/officers/{officer}/disable";
/// Ask that an account become an administrator's.
pub const PROMOTE: &str = "/console/officers/{officer}/administrator";
/// All units.
pub const UNITS: &str = "/console/units";
/// Ask for another kind or territory of a unit.
pub const PLACE: &str = "/console/units/{unit}/place";
/// Changes that wait for a second person.
pub const APPROVALS: &str = "/console/approvals";
/// Decide on one (a form only).
pub const APPROVAL: &str = "/console/approvals/{request}";
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
/// The unit's warnings of places.
pub const PLACE_WARNINGS: &str = "/console/place-warnings";
/// One of them: what it is of, and the second officer's decision.
pub const PLACE_WARNING: &str = "/console/place-warnings/{warning}";
/// The inbox of health declarations.
pub const DECLARATIONS: &str = "/console/declarations";
/// Enter one that came on paper.
pub const PAPER: &str = "/console/declarations/paper";
/// One of them.
pub const DECLARATION: &str = "/console/declarations/{declaration}";
/// Take it, or put it back (a form only).
pub const TAKE_DECLARATION: &str = "/console/declarations/{declaration}/take";
/// Hand it to a unit (a form only).
pub const HAND_DECLARATION: &str = "/console/declarations/{declaration}/hand";
/// What came of it (a form only).
pub const CONCLUDE_DECLARATION: &str = "/console/declarations/{declaration}/outcome";
/// What people sent the unit.
pub const UPLOADS: &str = "/console/uploads";
/// One thing that a person sent.
pub const UPLOAD: &str = "/console/uploads/{upload}";
/// Order that it is opened (a form only).
pub const OPEN_UPLOAD: &str = "/console/uploads/{upload}/open";
/// Requests for contact history.
pub const RELEASES: &str = "/console/requests";
/// Write one.
pub const NEW_RELEASE: &str = "/console/requests/new";
/// One request.
pub const RELEASE: &str = "/console/requests/{request}";
/// Sign it (a form only).
pub const SIGN_RELEASE: &str = "/console/requests/{request}/sign";
/// The passkeys by which officers sign; the form makes one.
pub const SIGNING_KEYS: &str = "/console/signing-keys";
/// Let a colleague's key in (a form only).
pub const LET_IN: &str = "/console/signing-keys/{key}/let-in";
/// Revoke one's own key (a form only).
pub const REVOKE_KEY: &str = "/console/signing-keys/{key}/revoke";
/// The forms of health declarations.
pub const FORMS: &str = "/console/forms";
/// Add one.
pub const NEW_FORM: &str = "/console/forms/new";
/// One of them.
pub const FORM: &str = "/console/forms/{form}";
/// Open or close forms, set their numbers.
pub const NEW_SWITCH: &str = "/console/forms/switches/new";
/// Take a switch back (a form only).
pub const TAKE_BACK_SWITCH: &str = "/console/forms/switches/{switch}/take-back";
/// What citizens report.
pub const SIGNALS: &str = "/console/signals";
/// One report.
pub const SIGNAL: &str = "/console/signals/{signal}";
/// A photograph of it.
pub const SIGNAL_PHOTO: &str = "/console/signals/{signal}/photos/{photo}";
/// A step with it (a form only).
pub const DECIDE_SIGNAL: &str = "/console/signals/{signal}/decide";
/// Hand it to a unit (a form only).
pub const ASSIGN_SIGNAL: &str = "/console/signals/{signal}/assign";
/// Say which case it led to (a form only).
pub const LINK_SIGNAL: &str = "/console/signals/{signal}/case";
/// Answer whoever reported (a form only).
pub const SIGNAL_FEEDBACK: &str = "/console/signals/{signal}/feedback";
/// What people ask about their own data.
pub const DATA_REQUESTS: &str = "/console/data-requests";
/// One such request.
pub const DATA_REQUEST: &str = "/console/data-requests/{request}";
/// The register of breaches.
pub const BREACHES: &str = "/console/breaches";
/// Write one down.
pub const NEW_BREACH: &str = "/console/breaches/new";
/// One breach.
pub const BREACH: &str = "/console/breaches/{breach}";
/// Note that the authority was told (a form only).
pub const BREACH_NOTIFIED: &str = "/console/breaches/{breach}/notified";
/// Close it (a form only).
pub const CLOSE_BREACH: &str = "/console/breaches/{breach}/close";
/// Add people whom it concerns (a form only).
pub const BREACH_PEOPLE: &str = "/console/breaches/{breach}/people";
/// Tell them (a form only).
pub const TELL_BREACH: &str = "/console/breaches/{breach}/tell";
/// Who looked at what.
pub const AUDIT: &str = "/console/audit";
/// How many declare and how many carry the app.
pub const COUNTS: &str = "/console/counts";
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

/// Address to which the form that takes a hand-over back posts.
pub fn undo_assignment(id: AssignmentId) -> String {
    format!("{ASSIGN_CASES}/{id}/undo")
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

/// Address to which the form that removes a passkey posts.
pub fn remove_passkey(credential_id: &[u8]) -> String {
    format!("{PASSKEYS}/{}/remove", hex::encode(credential_id))
}

/// Address to which the form that ends a session posts.
pub fn end_session(name: &str) -> String {
    format!("{SESSIONS}/{name}/end")
}

/// Address of the page that asks for an administrator.
pub fn promote(id: OfficerId) -> String {
    format!("{OFFICERS}/{id}/administrator")
}

/// Address of the page that asks for another kind or territory. Codes of before there were units may be any text.
pub fn place(unit: &str) -> String {
    format!("{UNITS}/{}/place", encoded(unit))
}

/// Address to which the answer to a request posts.
pub fn approval(id: ApprovalId) -> String {
    format!("{APPROVALS}/{id}")
}

/// A value in an address, percent-encoded.
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

/// Address to which the form posts that notes a case's report.
pub fn reported(id: CaseId) -> String {
    format!("{}/reported", case(id))
}

/// Address of the form that writes down where a case was.
pub fn new_epi_point(id: CaseId) -> String {
    format!("{}/points/new", case(id))
}

/// Address of one place, vehicle or flight that a case was at.
pub fn epi_point(id: CaseId, point: EpiPointId) -> String {
    format!("{}/points/{point}", case(id))
}

/// Address of the form that removes it.
pub fn remove_epi_point(id: CaseId, point: EpiPointId) -> String {
    format!("{}/remove", epi_point(id, point))
}

/// Address of where a case checked in.
pub fn case_visits(id: CaseId) -> String {
    format!("{}/visits", case(id))
}

/// Address of the form that proposes a warning of a place.
pub fn new_place_warning(id: CaseId) -> String {
    format!("{}/warnings/new", case(id))
}

/// Address of a warning of a place.
pub fn place_warning(id: PlaceWarningId) -> String {
    format!("{PLACE_WARNINGS}/{id}")
}

/// Address of a declaration.
pub fn declaration(id: DeclarationId) -> String {
    format!("{DECLARATIONS}/{id}")
}

/// Address to which the form posts by which an officer takes it.
pub fn take_declaration(id: DeclarationId) -> String {
    format!("{}/take", declaration(id))
}

/// Address to which the form posts that hands it to a unit.
pub fn hand_declaration(id: DeclarationId) -> String {
    format!("{}/hand", declaration(id))
}

/// Address to which the form posts that says what came of it.
pub fn conclude_declaration(id: DeclarationId) -> String {
    format!("{}/outcome", declaration(id))
}

/// Address of the form that registers the case that a declaration became.
pub fn new_case_of(id: DeclarationId) -> String {
    format!("{NEW_CASE}?declaration={id}")
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

/// Address of a form of health declarations.
pub fn form(name: &str) -> String {
    format!("{FORMS}/{}", encoded(name))
}

/// Address of the form that switches one of them; without a name, all.
pub fn new_switch(name: &str) -> String {
    if name.is_empty() { NEW_SWITCH.to_owned() } else { format!("{NEW_SWITCH}?form={}", encoded(name)) }
}

/// Address to which the form that takes a switch back posts.
pub fn take_back_switch(number: i64) -> String {
    format!("{FORMS}/switches/{number}/take-back")
}

/// A hash in an address: 64 lower-case hexadecimal digits.
pub fn read_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok()?;
    (hex::encode(hash) == text).then_some(hash)
}

/// Address of one thing that a person sent.
pub fn upload(hash: &[u8; 32]) -> String {
    format!("{UPLOADS}/{}", hex::encode(hash))
}

/// Address of the form that makes a case's contact of whoever reported.
pub fn contact_of_report(case: CaseId, report: &[u8; 32]) -> String {
    format!("{}/{}", new_contact(case), hex::encode(report))
}

/// Address to which the form that opens it posts.
pub fn open_upload(hash: &[u8; 32]) -> String {
    format!("{}/open", upload(hash))
}

/// Address of the form that asks whoever sent it for more.
pub fn ask_sender(hash: &[u8; 32]) -> String {
    format!("{NEW_RELEASE}?upload={}", hex::encode(hash))
}

/// Address of the form that asks a case for their contact history.
pub fn ask_case(id: CaseId) -> String {
    format!("{NEW_RELEASE}?case={id}")
}

/// Address of the counts of one province, by its code.
pub fn counts_of(province: &str) -> String {
    format!("{COUNTS}?province={province}")
}

/// Address of one request, by the hash of its statement.
pub fn release(hash: &[u8; 32]) -> String {
    format!("{RELEASES}/{}", hex::encode(hash))
}

/// Address to which its signature is posted.
pub fn sign_release(hash: &[u8; 32]) -> String {
    format!("{}/sign", release(hash))
}

/// Address to which the signature is posted that lets a key in; the key by its identifier in hexadecimal digits.
pub fn let_in(key: &str) -> String {
    format!("{SIGNING_KEYS}/{key}/let-in")
}

/// Address to which the form posts that revokes a key.
pub fn revoke_key(key: &str) -> String {
    format!("{SIGNING_KEYS}/{key}/revoke")
}

/// Address of one report.
pub fn signal(id: SignalId) -> String {
    format!("{SIGNALS}/{id}")
}

/// Address of a photograph of a report.
pub fn signal_photo(id: SignalId, number: u32) -> String {
    format!("{}/photos/{number}", signal(id))
}

/// Address to which one of a report's forms posts.
pub fn signal_form(form: &str, id: SignalId) -> String {
    form.replace("{signal}", &id.to_string())
}

/// Address of a request about somebody's data.
pub fn data_request(id: DataRequestId) -> String {
    format!("{DATA_REQUESTS}/{id}")
}

/// Address of a breach.
pub fn breach(id: BreachId) -> String {
    format!("{BREACHES}/{id}")
}

/// Address to which one of a breach's forms posts.
pub fn breach_form(form: &str, id: BreachId) -> String {
    form.replace("{breach}", &id.to_string())
}
