//! The country's administrative units, as they were in November 2021 (provinces, districts, communes) and as they are since
//! 1 July 2025 (provinces and communes), and what became of the old communes. Sources: `data/units/README.md`.

mod edition;
mod successors;

pub use edition::{AdminUnit, Edition, IN_FORCE_SINCE, Level};
pub use successors::{DistrictSuccessors, Successors, district_successors, successors};
