//! An agency's list on paper, for a meeting.

use super::{find, today};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::pdf;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_domain::id::AgencyId;
use bluezone_pages::time::date_time;
use bluezone_print::staff::{Line, StaffList, staff_list};

/// `GET /agency/{agency}/list.pdf`
pub async fn paper(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<AgencyId>,
) -> Result<Response, Failure> {
    let agency = find(&state, &signed, id).await?;
    let now = state.now();
    let staff = state.store.staff(id, today(now)).await?;
    let list = StaffList {
        agency: agency.name,
        at: date_time(view.lang, now.0),
        lines: staff
            .into_iter()
            .map(|one| Line { name: one.name, declared: one.declared, app: one.app })
            .collect(),
    };
    pdf::answer(staff_list(&list, view.lang), "bluezone-list.pdf")
}
