//! Declaring: the list of forms, a form, sending it, the queue of a phone that was offline, and what is advised afterwards.

mod declared;
mod file;
mod form;
mod list;
mod options;
mod paper;
mod queue;
mod send;
mod unconfirmed;

pub use declared::{level, page as declared, tone};
pub use file::get as file;
pub use form::{Refill, again, page as form};
pub use list::page as list;
pub use options::page as options;
pub use paper::page as paper;
pub use queue::take as queue;
pub use send::send;
pub use unconfirmed::confirmed;

use super::access::Signed;
use super::failure::Failure;
use crate::state::AppState;
use bluezone_domain::citizen::Profile;
use bluezone_domain::declaration::Consent;
use bluezone_domain::id::ProfileId;

/// Name of the hidden field that says whom the form is about.
const SUBJECT: &str = "for";

/// Name of the hidden field that says which profile the form was filled in with, and as of when ([`known_as`]).
const KNOWN_AS: &str = "known-as";

/// A profile as it is known now. A form that was filled in with it says so: only then was a field of it emptied that is empty.
fn known_as(profile: &Profile) -> String {
    format!("{} {}", profile.id, profile.updated_at.0)
}

/// Those for whom a citizen declares, and whom a page is about.
struct Household {
    profiles: Vec<Profile>,
    subject: Option<ProfileId>,
}

impl Household {
    /// Nobody's yet.
    const NEW: Household = Household { profiles: Vec::new(), subject: None };

    /// `subject` as the address or the form has it: an identifier, `new` for somebody else, or nothing for the citizen.
    async fn of(state: &AppState, signed: &Signed, subject: &str) -> Result<Household, Failure> {
        let profiles = state.store.profiles_of(signed.citizen).await?;
        let subject = match subject {
            "" => profiles.iter().find(|profile| profile.is_own()).map(|profile| profile.id),
            "new" => None,
            id => {
                let id = id.parse().map_err(|_| Failure::NotFound)?;
                let known = profiles.iter().any(|profile| profile.id == id);
                Some(id).filter(|_| known).ok_or(Failure::NotFound).map(Some)?
            }
        };
        Ok(Household { profiles, subject })
    }

    fn about(&self) -> Option<&Profile> {
        self.profiles.iter().find(|profile| Some(profile.id) == self.subject)
    }

    fn own(&self) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.is_own())
    }

    /// What was agreed to for whom the page is about, and holds.
    async fn consents(&self, state: &AppState) -> Result<Vec<Consent>, Failure> {
        match self.subject {
            Some(profile) => Ok(state.store.live_consents(profile).await?),
            None => Ok(Vec::new()),
        }
    }
}
