//! That somebody's data was opened, written down for them to read.

use super::access::Signed;
use crate::state::AppState;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::{DataLook, Kind};
use bluezone_domain::id::CitizenId;
use bluezone_store::StoreError;

/// Writes down that this officer looks now, for the citizen whose data it is.
pub async fn note(
    state: &AppState,
    signed: &Signed,
    citizen: CitizenId,
    kind: Kind,
    basis: LegalBasis,
    reason: &str,
) -> Result<(), StoreError> {
    let look = DataLook {
        citizen,
        at: state.now(),
        officer: signed.officer.id,
        unit: signed.officer.unit.clone(),
        kind,
        basis,
        reason: reason.to_owned(),
    };
    state.store.note_look(&look, &mut *state.rng()).await
}
