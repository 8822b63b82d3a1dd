//! Everything that is kept of a citizen, read once for both kinds of copies.

use super::super::access::Signed;
use super::super::diary;
use super::super::failure::Failure;
use super::super::warning;
use super::looks;
use crate::state::AppState;
use bluezone_domain::agency::{Agency, AppRuns, Invitation, Refusal};
use bluezone_domain::citizen::{Citizen, Profile};
use bluezone_domain::data_look::DataLook;
use bluezone_domain::data_request::DataRequest;
use bluezone_domain::declaration::{Consent, Declaration};
use bluezone_domain::id::AgencyId;
use bluezone_domain::message::Received;
use bluezone_domain::place::{Place, PlaceCode};
use bluezone_domain::signal::Signal;
use bluezone_domain::visit::Visit;
use std::collections::BTreeMap;

/// Entries of each list: more than anybody has within the time that things are kept.
const MOST: u32 = 10_000;

/// All of it.
pub struct Everything {
    /// The account.
    pub citizen: Citizen,
    /// Whom they declare for.
    pub profiles: Vec<Profile>,
    /// What they declared.
    pub declarations: Vec<Declaration>,
    /// What they agreed to.
    pub consents: Vec<Consent>,
    /// For how many days visits are kept.
    pub visit_days: i64,
    /// Where they checked in: whose visit, and which.
    pub visits: Vec<(String, Visit)>,
    /// The places of these visits that are still there.
    pub places: BTreeMap<PlaceCode, Place>,
    /// The places that they registered.
    pub own_places: Vec<Place>,
    /// The agencies that they run, each with how many people stand on its list: who these are is not theirs to copy.
    pub agencies: Vec<(Agency, usize)>,
    /// Who invited them, and what each may see.
    pub invitations: Vec<Invitation>,
    /// The names of the agencies that they agreed to let see something.
    pub agreed: BTreeMap<AgencyId, String>,
    /// The agencies that cannot invite them any more.
    pub refusals: Vec<Refusal>,
    /// That they said their app runs.
    pub app_runs: Option<AppRuns>,
    /// Their inbox, each as it is read there.
    pub messages: Vec<Received>,
    /// What they reported under their name.
    pub signals: Vec<Signal>,
    /// Who looked.
    pub looks: Vec<DataLook>,
    /// The names of the units that looked, by code.
    pub units: BTreeMap<String, String>,
    /// What they asked about their data.
    pub requests: Vec<DataRequest>,
}

/// Reads it.
pub async fn everything(state: &AppState, signed: &Signed) -> Result<Everything, Failure> {
    let (store, id) = (&state.store, signed.citizen);
    let profiles = store.profiles_of(id).await?;
    let visits = diary::visits(state, &profiles).await?;
    let places = diary::places(state, &visits).await?;
    let visits =
        visits.into_iter().map(|(profile, visit)| (profile.person.identity.name.clone(), visit)).collect();
    let mut agencies = Vec::new();
    for agency in store.agencies_of(id).await? {
        let staff = store.staff(agency.id, state.now()).await?.len();
        agencies.push((agency, staff));
    }
    let mut messages = store.messages_of(id, MOST).await?;
    for received in &mut messages {
        received.message = warning::filled_in(state, received.message.clone()).await?;
    }
    let looks = store.looks_at(id, MOST).await?;
    Ok(Everything {
        citizen: store.citizen(id).await?.ok_or(Failure::NotFound)?,
        declarations: store.declarations_of(id, MOST).await?,
        consents: store.consents_of(id).await?,
        visit_days: state.config.visit_retention_days,
        visits,
        places,
        own_places: store.places_of(id).await?,
        agencies,
        invitations: store.invitations_of(id).await?,
        agreed: store.agencies_agreed_to(id).await?,
        refusals: store.refusals_of(id).await?,
        app_runs: store.app_said_to_run(id).await?,
        messages,
        signals: store.signals_of(id, MOST).await?,
        units: looks::units(state, &looks).await?,
        looks,
        requests: store.data_requests_of(id, MOST).await?,
        profiles,
    })
}
