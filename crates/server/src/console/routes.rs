//! The console's addresses, in one place.

mod addresses;

pub use addresses::*;

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
/// A file that came with it.
pub const DECLARATION_FILE: &str = "/console/declarations/{declaration}/files/{file}";
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
/// Plans for an outbreak.
pub const OUTBREAK_PLANS: &str = "/console/plans";
/// Ask for one.
pub const NEW_OUTBREAK_PLAN: &str = "/console/plans/new";
/// Ask for one by a scenario file.
pub const UPLOAD_OUTBREAK_PLAN: &str = "/console/plans/upload";
/// Some that are done, beside each other.
pub const COMPARE_OUTBREAK_PLANS: &str = "/console/plans/compare";
/// One plan: how far it is, or what came of it.
pub const OUTBREAK_PLAN: &str = "/console/plans/{plan}";
/// How far it is (for the page's script).
pub const OUTBREAK_PROGRESS: &str = "/console/plans/{plan}/progress";
/// Its report or one of its tables.
pub const OUTBREAK_FILE: &str = "/console/plans/{plan}/files/{file}";
/// Stop it (a form only).
pub const CANCEL_OUTBREAK_PLAN: &str = "/console/plans/{plan}/cancel";
/// Delete it (a form only).
pub const DELETE_OUTBREAK_PLAN: &str = "/console/plans/{plan}/delete";
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
/// Take in how many people live where.
pub const POPULATIONS: &str = "/console/counts/people";
/// Where the link to a code leads. The code stands after a `#`, which browsers keep to themselves.
pub const LANDING: &str = "/c";
/// Every other address under the console.
pub const ELSEWHERE: &str = "/console/{*rest}";
