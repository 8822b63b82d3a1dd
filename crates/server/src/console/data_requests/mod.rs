//! What people ask about their own data: the queue with its legal terms, and the answers.

pub mod list;
pub mod page;
pub mod step;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::data_request::DataRequest;
use bluezone_domain::policy::{Action, Record, allows};

/// A request of the officer's territory. Those of others are not there.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<DataRequest, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let reached = |request: &DataRequest| {
        let record = Record { area: request.area, assigned: None };
        allows(signed.scope(), Action::AnswerDataRequests, record)
    };
    state.store.data_request(id).await?.filter(reached).ok_or(Failure::NotFound)
}
