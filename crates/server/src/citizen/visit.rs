//! Making a visit, for everybody who lets somebody in: the person themself at a poster, or a controller.

use crate::secrets::Hashed;
use crate::state::AppState;
use bluezone_codes::pass::CardId;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::{Citizen, Profile, ProfilePerson};
use bluezone_domain::id::{CitizenId, ProfileId, VisitId};
use bluezone_domain::person::Identity;
use bluezone_domain::place::Place;
use bluezone_domain::visit::{Entry, Glimpse, LONGEST_SEAT, Stay, Suspicions, Visit, VisitDetails, Visitor};
use bluezone_store::{CheckedIn, StoreError};
use rand::RngExt;

/// Who comes, and how.
pub struct Coming {
    /// Names the visit: the same for the same check-in, however often it is sent.
    pub id: VisitId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub entry: Entry,
    /// Who.
    pub visitor: Visitor,
    /// What the place sees of them.
    pub glimpse: Glimpse,
    /// What speaks against it already.
    pub suspicions: Suspicions,
    /// Of a vehicle.
    pub trip: String,
    /// Of a vehicle.
    pub seat: String,
    /// Who lets them in, if they do not themselves.
    pub controller: Option<CitizenId>,
}

/// Keeps a visit of a place.
pub async fn check_in(state: &AppState, place: &Place, coming: Coming) -> Result<CheckedIn, StoreError> {
    let short = |text: String| text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_SEAT).collect();
    let visit = Visit {
        id: coming.id,
        place: place.code,
        stay: Stay::begin(coming.at, place.dwell_s()),
        entry: coming.entry,
        suspicions: coming.suspicions,
        details: VisitDetails {
            visitor: coming.visitor,
            glimpse: coming.glimpse,
            trip: short(coming.trip),
            seat: short(coming.seat),
            controller: coming.controller,
        },
        recorded_at: state.now(),
    };
    state.store.check_in(&visit, place, &mut *state.rng()).await
}

/// The identifier of one person's visit out of a form that lets in several: the form's own, and whom it is about.
pub fn visit_of(state: &AppState, form: VisitId, profile: ProfileId) -> VisitId {
    let hash = state.secrets.hash(Hashed::VisitOfForm, &[&form.as_bytes()[..], profile.as_bytes()].concat());
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    VisitId::from_bytes(id)
}

/// Those for whom a citizen checks in, themself first. Who has not declared yet has a profile that says only their number.
pub async fn profiles(state: &AppState, citizen: CitizenId) -> Result<Vec<Profile>, StoreError> {
    let profiles = state.store.profiles_of(citizen).await?;
    if profiles.first().is_some_and(Profile::is_own) {
        return Ok(profiles);
    }
    let account = state.store.citizen(citizen).await?.ok_or(StoreError::NotFound("the citizen"))?;
    let profile = new_profile(state, &account);
    match state.store.put_profile(&profile, &mut *state.rng()).await {
        // Two pages at once.
        Ok(()) | Err(StoreError::Conflict(_)) => state.store.profiles_of(citizen).await,
        Err(error) => Err(error),
    }
}

fn new_profile(state: &AppState, citizen: &Citizen) -> Profile {
    let (mut rng, now) = (state.rng(), state.now());
    let identity = Identity { phone: Some(citizen.phone.clone()), ..Identity::default() };
    Profile {
        id: ProfileId::generate(&mut *rng),
        citizen: citizen.id,
        person: ProfilePerson { identity, ..ProfilePerson::default() },
        card: CardId(rng.random()),
        created_at: now,
        updated_at: now,
    }
}
