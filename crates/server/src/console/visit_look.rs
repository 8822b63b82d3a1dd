//! Looking up where a case checked in: who they are where people check in, and what is written down before anything is found.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::looked;
use crate::state::AppState;
use bluezone_domain::case::Case;
use bluezone_domain::case_look::{CaseLook, Kind};
use bluezone_domain::citizen::{Profile, insurance_digits, qid};
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look;
use bluezone_domain::person::{Identity, is_same};
use bluezone_domain::place_warning::OLDEST_S;
use bluezone_domain::visit::{Guest, Visit, Visitor};

/// What was found.
pub struct Looked {
    /// Where the case checked in, the oldest first.
    pub visits: Vec<Visit>,
    /// Whether an account is theirs.
    pub has_account: bool,
}

/// Looks up where a case checked in, on this basis and for this reason, which are written down first: beside the case and in
/// the audit, and for the person if they have an account. `None`: nothing is known by which they could be found, nothing was
/// looked at.
pub async fn look_up(
    state: &AppState,
    signed: &Signed,
    case: &Case,
    basis: LegalBasis,
    reason: &str,
) -> Result<Option<Looked>, Failure> {
    let known = |of: &Identity| of.phone.is_some() || of.national_id.is_some();
    let Some(identity) = identity(state, case).await?.filter(known) else { return Ok(None) };
    note(state, signed, case, Kind::Visits, basis, reason).await?;
    let mut visitors = as_guest(&identity);
    let profiles = profiles(state, &identity).await?;
    if let Some(first) = profiles.first() {
        looked::note(state, signed, first.citizen, data_look::Kind::Visits, basis, reason).await?;
    }
    visitors.extend(profiles.iter().flat_map(by_their_cards));
    visitors.extend(profiles.iter().map(|profile| Visitor::Profile(profile.id)));
    let now = state.now();
    let mut visits = Vec::new();
    for visitor in &visitors {
        visits.extend(state.store.visits_of_visitor(visitor, now - OLDEST_S, now).await?);
    }
    // A telephone may be a family's.
    visits.retain(|visit| match &visit.details.visitor {
        Visitor::Guest(guest) => is_same(&identity, &guest.identity, true),
        Visitor::Profile(_) => true,
    });
    visits.sort_by_key(|visit| (visit.stay.from, visit.id));
    // The card that the record and the profile say alike.
    visits.dedup_by_key(|visit| visit.id);
    Ok(Some(Looked { visits, has_account: !profiles.is_empty() }))
}

/// Writes a look down beside the case and in the audit, before anything is shown.
pub async fn note(
    state: &AppState,
    signed: &Signed,
    case: &Case,
    kind: Kind,
    basis: LegalBasis,
    reason: &str,
) -> Result<(), Failure> {
    let look = CaseLook {
        case: case.id,
        at: state.now(),
        officer: signed.officer.id,
        unit: signed.officer.unit.clone(),
        kind,
        basis,
        reason: reason.to_owned(),
    };
    Ok(state.store.note_case_look(&look, &mut *state.rng()).await?)
}

/// Who the case is, as far as the registry says.
async fn identity(state: &AppState, case: &Case) -> Result<Option<Identity>, Failure> {
    let Some(person) = case.person else { return Ok(None) };
    Ok(state.store.person(person).await?.map(|person| person.identity))
}

/// The profiles of the account with the case's telephone that are the case: not those of the others for whom it declares.
async fn profiles(state: &AppState, identity: &Identity) -> Result<Vec<Profile>, Failure> {
    let Some(phone) = &identity.phone else { return Ok(Vec::new()) };
    let Some(citizen) = state.store.citizen_by_phone(phone).await? else { return Ok(Vec::new()) };
    let mut profiles = state.store.profiles_of(citizen.id).await?;
    profiles.retain(|profile| is_same(identity, &profile.person.identity, profile.is_own()));
    Ok(profiles)
}

/// How somebody is found whose cards were scanned of which the case's record says nothing: they wrote them into their own profile.
fn by_their_cards(profile: &Profile) -> Vec<Visitor> {
    let guest = |identity: Identity, number: String| Visitor::Guest(Guest { identity, number });
    let person = &profile.person;
    let card = person.identity.national_id.clone();
    let card =
        card.map(|card| guest(Identity { national_id: Some(card), ..Identity::default() }, String::new()));
    let digits = insurance_digits(&person.insurance);
    let whole = Some(person.insurance.to_uppercase()).filter(|whole| *whole != digits);
    let insurance = [Some(digits), whole].into_iter().flatten().filter(|number| !number.is_empty());
    let insurance = insurance.map(|number| ("insurance", number));
    let numbers = insurance.chain([("qid", qid(profile.id))]);
    let numbers = numbers.map(|(kind, number)| guest(Identity::default(), format!("{kind} {number}")));
    card.into_iter().chain(numbers).collect()
}

/// How the case is found where a controller scanned their card or wrote down their telephone.
fn as_guest(identity: &Identity) -> Vec<Visitor> {
    let guest = |identity| Visitor::Guest(Guest { identity, number: String::new() });
    let card =
        identity.national_id.clone().map(|card| Identity { national_id: Some(card), ..Identity::default() });
    let phone = identity.phone.clone().map(|phone| Identity { phone: Some(phone), ..Identity::default() });
    card.into_iter().chain(phone).map(guest).collect()
}
