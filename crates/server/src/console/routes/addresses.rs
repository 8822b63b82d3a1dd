//! The same addresses with what they name put in.

use super::*;
use bluezone_domain::id::{
    ApprovalId, AssignmentId, BreachId, CaseId, CodeId, ContactBatchId, ContactId, DataRequestId,
    DeclarationId, EpiPointId, OfficerId, OutbreakPlanId, PersonId, PlaceWarningId, SignalId, ZoneId,
};

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

/// Address of a file that came with it; they are counted from 1.
pub fn declaration_file(id: DeclarationId, number: usize) -> String {
    format!("{DECLARATIONS}/{id}/files/{number}")
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

/// Address of a plan for an outbreak.
pub fn outbreak_plan(id: OutbreakPlanId) -> String {
    format!("{OUTBREAK_PLANS}/{id}")
}

/// Address to which one of its forms posts, or of what tells how far it is.
pub fn outbreak_form(form: &str, id: OutbreakPlanId) -> String {
    form.replace("{plan}", &id.to_string())
}

/// Address of one of its files.
pub fn outbreak_file(id: OutbreakPlanId, file: &str) -> String {
    outbreak_form(OUTBREAK_FILE, id).replace("{file}", file)
}
