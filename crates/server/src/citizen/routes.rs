//! The addresses of the citizens' pages, in one place.

use bluezone_domain::id::{AgencyId, DataRequestId, DeclarationId, MessageId, ProfileId, VisitId};
use bluezone_domain::place::PlaceCode;

/// Where everybody starts.
pub const HOME: &str = "/";
/// Sign in with a telephone number.
pub const SIGN_IN: &str = "/sign-in";
/// Type the code that came as a text message.
pub const CODE: &str = "/sign-in/code";
/// Send another code (a form only).
pub const CODE_AGAIN: &str = "/sign-in/code/again";
/// Sign out (a form only).
pub const SIGN_OUT: &str = "/sign-out";
/// The forms that can be filled in.
pub const DECLARE: &str = "/declare";
/// One form.
pub const DECLARE_FORM: &str = "/declare/{form}";
/// What a phone kept while it was offline (for its script).
pub const DECLARE_QUEUE: &str = "/declare/queue";
/// The communes of a province, for the forms' script.
pub const COMMUNES: &str = "/declare/communes/{province}/{lang}";
/// A declaration that was sent, and what is advised.
pub const DECLARED: &str = "/declared/{declaration}";
/// The same on paper.
pub const DECLARED_PAPER: &str = "/declared/{declaration}/paper.pdf";
/// A file that came with it.
pub const DECLARED_FILE: &str = "/declared/{declaration}/files/{file}";
/// One's own code.
pub const PASS: &str = "/pass";
/// The live codes of the next hours (for the page's script).
pub const PASS_CODES: &str = "/pass/codes";
/// One's own code on paper.
pub const PASS_PRINT: &str = "/pass/print";
/// The same as cards to cut out, of one person or of a household.
pub const PASS_CARDS: &str = "/pass/cards.pdf";
/// One's own code in the national format.
pub const PASS_NATIONAL: &str = "/pass/national";
/// Get a new code (a form only).
pub const PASS_RENEW: &str = "/pass/renew";
/// The diary of places.
pub const VISITS: &str = "/visits";
/// Delete one entry of it (a form only).
pub const DELETE_VISIT: &str = "/visits/{visit}/delete";
/// Scan a place, or type its code.
pub const SCAN: &str = "/scan";
/// Reads a frame of a camera (for a script only).
pub const FRAME: &str = "/scan/frame";
/// What a poster leads to.
pub const AT: &str = "/p/{code}";
/// The same with the poster's proof in the path, after signing in.
pub const AT_POSTER: &str = "/p/{code}/{poster}";
/// Check in (a form only).
pub const COME: &str = "/p/{code}/in";
/// Check out (a form only).
pub const GO: &str = "/p/{code}/out";
/// The places that somebody runs.
pub const PLACES: &str = "/places";
/// Register a place.
pub const NEW_PLACE: &str = "/places/new";
/// One place.
pub const PLACE: &str = "/places/{code}";
/// Change what is written about it.
pub const EDIT: &str = "/places/{code}/edit";
/// A new edition of its poster (a form only).
pub const EDITION: &str = "/places/{code}/edition";
/// Its poster as a PDF.
pub const PLACE_POSTER: &str = "/places/{code}/poster";
/// Close it, or open it again (a form only).
pub const CLOSE: &str = "/places/{code}/close";
/// Who controls it.
pub const DELEGATES: &str = "/places/{code}/delegates";
/// Take one of them away (a form only).
pub const REMOVE_DELEGATE: &str = "/places/{code}/delegates/remove";
/// Who came and went.
pub const LOG: &str = "/places/{code}/log";
/// The same as a file.
pub const LOG_FILE: &str = "/places/{code}/log.csv";
/// The controller's page.
pub const CONTROL: &str = "/places/{code}/control";
/// What that page sends (for its script only).
pub const EVENTS: &str = "/places/{code}/control/events";
/// Let somebody in by their telephone.
pub const CONTROL_PHONE: &str = "/places/{code}/control/phone";
/// … with the code that they got.
pub const CONTROL_CODE: &str = "/places/{code}/control/phone/code";
/// What the authority wrote to this citizen.
pub const INBOX: &str = "/inbox";
/// What the authority decided lately.
pub const NEWS: &str = "/news";
/// How to use these pages.
pub const GUIDE: &str = "/guide";
/// The same, with how to install them first: where the poster leads that asks for that.
pub const INSTALL: &str = "/guide?install";
/// One message.
pub const MESSAGE: &str = "/inbox/{message}";
/// The agencies that one runs.
pub const AGENCIES: &str = "/agency";
/// The list of one of them.
pub const AGENCY: &str = "/agency/{agency}";
/// Invite people to it (a form only).
pub const INVITE: &str = "/agency/{agency}/invite";
/// Remind those on it who have not declared (a form only).
pub const REMIND: &str = "/agency/{agency}/remind";
/// Take somebody off it (a form only).
pub const REMOVE_STAFF: &str = "/agency/{agency}/remove";
/// The list on paper.
pub const AGENCY_PAPER: &str = "/agency/{agency}/list.pdf";
/// What one lets agencies see.
pub const WORK: &str = "/work";
/// Refuse or leave an agency (a form only).
pub const LEAVE_WORK: &str = "/work/leave";
/// Let an agency that was refused invite again (a form only).
pub const ALLOW_WORK: &str = "/work/allow";
/// Say that one's app runs (a form only).
pub const APP_RUNS: &str = "/work/app";
/// The poster that asks people to install Bluezone.
pub const POSTER: &str = "/poster";
/// What stands instead of a page without a network.
pub const OFFLINE: &str = "/offline";
/// The form token for what was kept without a network.
pub const OFFLINE_TOKEN: &str = "/offline/token";
/// The service worker, at the root: it may work for pages below its own path only.
pub const WORKER: &str = "/sw.js";
/// How a phone installs the pages.
pub const MANIFEST: &str = "/manifest.webmanifest";

/// Address of one form.
pub fn declare(form: &str) -> String {
    format!("{DECLARE}/{form}")
}

/// Address of a declaration that was sent.
pub fn declared(id: DeclarationId) -> String {
    format!("/declared/{id}")
}

/// Address of the same on paper.
pub fn declared_paper(id: DeclarationId) -> String {
    format!("/declared/{id}/paper.pdf")
}

/// Address of a file that came with it; they are counted from 1.
pub fn declared_file(id: DeclarationId, number: usize) -> String {
    format!("/declared/{id}/files/{number}")
}

/// Tell the health station of signs of disease.
pub const REPORT: &str = "/report";
/// To a report by its code (a form only).
pub const FIND_REPORT: &str = "/report/find";
/// What became of a report.
pub const REPORTED: &str = "/report/{tracking}";
/// What is kept of a citizen, and their rights over it.
pub const ME: &str = "/me";
/// Who the citizen declares for: see and correct.
pub const MY_PERSON: &str = "/me/people/{profile}";
/// Declare for them no more (a form only).
pub const REMOVE_PERSON: &str = "/me/people/{profile}/remove";
/// What the citizen asks about their data.
pub const MY_REQUESTS: &str = "/me/requests";
/// One such request.
pub const MY_REQUEST: &str = "/me/requests/{request}";
/// Take it back (a form only).
pub const TAKE_BACK_REQUEST: &str = "/me/requests/{request}/take-back";
/// A copy of everything.
pub const MY_EXPORT: &str = "/me/export.json";
/// The same to read.
pub const MY_PAPER: &str = "/me/export.pdf";
/// Take a consent back (a form only).
pub const WITHDRAW: &str = "/me/consents/{consent}/withdraw";
/// Delete a declaration (a form only).
pub const DELETE_DECLARATION: &str = "/me/declarations/{declaration}/delete";
/// Delete everything: what it means, then the form.
pub const MY_DELETE: &str = "/me/delete";

/// Address of what became of a report.
pub fn report(tracking: &str) -> String {
    format!("{REPORT}/{tracking}")
}

/// Address of somebody for whom the citizen declares.
pub fn my_person(id: ProfileId) -> String {
    format!("{ME}/people/{id}")
}

/// Address to which the form posts that deletes them.
pub fn remove_person(id: ProfileId) -> String {
    format!("{}/remove", my_person(id))
}

/// Address to which the form posts that deletes a visit.
pub fn delete_visit(id: VisitId) -> String {
    format!("{VISITS}/{id}/delete")
}

/// Address of a request of the citizen.
pub fn my_request(id: DataRequestId) -> String {
    format!("{MY_REQUESTS}/{id}")
}

/// Address to which the form posts that takes a consent back.
pub fn withdraw(consent: &str) -> String {
    format!("{ME}/consents/{consent}/withdraw")
}

/// Address to which the form posts that deletes a declaration.
pub fn delete_declaration(id: DeclarationId) -> String {
    format!("{ME}/declarations/{id}/delete")
}

/// Address to which the form posts that takes it back.
pub fn take_back_request(id: DataRequestId) -> String {
    format!("{}/take-back", my_request(id))
}

/// Address of one message.
pub fn message(id: MessageId) -> String {
    format!("{INBOX}/{id}")
}

/// Address of an agency's list.
pub fn agency(id: AgencyId) -> String {
    format!("{AGENCIES}/{id}")
}

/// Address to which its form of invitations posts.
pub fn invite(id: AgencyId) -> String {
    format!("{AGENCIES}/{id}/invite")
}

/// Address to which its form of reminders posts.
pub fn remind(id: AgencyId) -> String {
    format!("{AGENCIES}/{id}/remind")
}

/// Address to which the form posts that takes somebody off it.
pub fn remove_staff(id: AgencyId) -> String {
    format!("{AGENCIES}/{id}/remove")
}

/// Address of the list on paper.
pub fn agency_paper(id: AgencyId) -> String {
    format!("{AGENCIES}/{id}/list.pdf")
}

macro_rules! of_place {
    ($($(#[$doc:meta])* $name:ident, $route:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(code: PlaceCode) -> String {
            $route.replace("{code}", &code.to_string())
        }
    )*};
}

of_place! {
    /// Address of what a place's poster leads to.
    at, AT;
    /// Address that checks in.
    come, COME;
    /// Address that checks out.
    go, GO;
    /// Address of a place's page.
    place, PLACE;
    /// Address that changes it.
    edit, EDIT;
    /// Address that makes a new edition of its poster.
    edition, EDITION;
    /// Address of its poster.
    place_poster, PLACE_POSTER;
    /// Address that closes it.
    close, CLOSE;
    /// Address of who controls it.
    delegates, DELEGATES;
    /// Address that takes one of them away.
    remove_delegate, REMOVE_DELEGATE;
    /// Address of who came and went.
    log, LOG;
    /// Address of the same as a file.
    log_file, LOG_FILE;
    /// Address of the controller's page.
    control, CONTROL;
    /// Address that takes what was scanned.
    events, EVENTS;
    /// Address that sends a visitor a code.
    control_phone, CONTROL_PHONE;
    /// Address that takes that code.
    control_code, CONTROL_CODE;
}

/// Address of what a poster leads to, with its proof in the path.
pub fn at_poster(code: PlaceCode, poster: &str) -> String {
    format!("{}/{poster}", at(code))
}

/// A path to go to after signing in, if it is one of the citizens' pages: never another site, nor the console.
pub fn safe_next(path: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_".contains(&b);
    let ours = path.starts_with('/') && !path.starts_with("/console");
    (ours && path.bytes().all(plain) && !path.contains("//")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        assert_eq!(safe_next("/declare/toan-dan"), Some("/declare/toan-dan"));
        for wrong in ["", "//evil.example", "https://evil.example", "/console", "/a//b", "/a?b=c", "/\\evil"]
        {
            assert_eq!(safe_next(wrong), None, "{wrong}");
        }
    }
}
