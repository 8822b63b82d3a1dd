//! Agencies: who runs one, sees who on its list declared today and whose app runs, as far as each lets them; and the other
//! side, what one lets agencies see.

pub mod agencies;
pub mod invite;
pub mod paper;
pub mod remind;
pub mod staff;
pub mod work;

use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::agency::Agency;
use bluezone_domain::id::AgencyId;
use bluezone_pages::time::OFFSET_S;

use super::access::Signed;
use super::failure::Failure;

/// Midnight in Vietnam of the day in which an instant lies.
fn today(now: Timestamp) -> Timestamp {
    (now + i64::from(OFFSET_S)).day_start() - i64::from(OFFSET_S)
}

/// An agency that this citizen runs. Anybody else's is not found.
async fn find(state: &AppState, signed: &Signed, id: AgencyId) -> Result<Agency, Failure> {
    state.store.agency(id, signed.citizen).await?.ok_or(Failure::NotFound)
}
