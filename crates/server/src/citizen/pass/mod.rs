//! A person's own code: live beside a running clock, on paper, in the national format; and a new card.

mod card;
mod codes;
mod live;
mod national;
mod print;
mod renew;

pub use card::page as cards;
pub use codes::page as codes;
pub use live::{card, page};
pub use national::page as national;
pub use print::page as print;
pub use renew::renew;

use super::access::Signed;
use super::failure::Failure;
use crate::state::AppState;
use bluezone_domain::citizen::Profile;
use serde::Deserialize;

/// Whose code, as the address or the form says: an identifier, or nothing for the citizen's own.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Whose {
    #[serde(rename = "for")]
    subject: String,
}

/// Those for whom a citizen declares, and the one that was asked for; `None` if they declared for nobody yet.
async fn household(
    state: &AppState,
    signed: &Signed,
    whose: &Whose,
) -> Result<(Vec<Profile>, Option<Profile>), Failure> {
    let profiles = state.store.profiles_of(signed.citizen).await?;
    let shown = if whose.subject.is_empty() {
        // Their own comes first; who declares for others only has no own.
        profiles.first()
    } else {
        let found = profiles.iter().find(|profile| profile.id.to_string() == whose.subject);
        Some(found.ok_or(Failure::NotFound)?)
    };
    let shown = shown.cloned();
    Ok((profiles, shown))
}

/// The one that was asked for.
async fn one(state: &AppState, signed: &Signed, whose: &Whose) -> Result<Profile, Failure> {
    household(state, signed, whose).await?.1.ok_or(Failure::NotFound)
}
