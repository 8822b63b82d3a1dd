//! Plans for an outbreak: asked for, computed, read.

pub mod compare;
mod fields;
pub mod file;
pub mod list;
pub mod new;
pub mod page;
pub mod progress;
mod refusal;
pub mod step;
pub mod upload;
mod words;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::area::{Area, ProvinceCode, Territory};
use bluezone_domain::outbreak_plan::OutbreakPlan;
use bluezone_domain::policy::{Action, Record, allows};
use bluezone_planner::Province;

/// Whether an officer sees a plan: of their own unit, or of a province that is theirs.
fn sees(signed: &Signed, plan: &OutbreakPlan) -> bool {
    let area = Area { province: plan.province, commune: None };
    allows(signed.scope(), Action::PlanOutbreaks, Record { area, assigned: Some(&plan.unit) })
}

/// A plan that the officer sees. Those of others are not there.
async fn find(state: &AppState, signed: &Signed, id: &str) -> Result<OutbreakPlan, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let plan = state.store.outbreak_plan(id).await?.ok_or(Failure::NotFound)?;
    if sees(signed, &plan) { Ok(plan) } else { Err(Failure::NotFound) }
}

/// The same of those that the officer's own unit asked for: others read them, and neither stop nor delete them.
async fn find_own(state: &AppState, signed: &Signed, id: &str) -> Result<OutbreakPlan, Failure> {
    let plan = find(state, signed, id).await?;
    if plan.unit == signed.officer.unit { Ok(plan) } else { Err(Failure::Forbidden) }
}

/// The provinces that an officer plans for.
fn provinces(signed: &Signed) -> Vec<Province> {
    let territory = signed.scope().territory;
    let theirs = |province: &Province| match (territory, province.code.parse::<ProvinceCode>()) {
        (Territory::Nation, Ok(_)) => true,
        (Territory::Province(own) | Territory::Commune(own, _), Ok(code)) => own == code,
        _ => false,
    };
    Province::all().filter(theirs).collect()
}

/// The name of a province.
fn province_name(code: ProvinceCode) -> String {
    Province::find(code.as_str()).map_or_else(|| code.to_string(), |province| province.name)
}
