//! The place that a warning is of, in words.

use crate::console::epi;
use crate::console::failure::Failure;
use crate::state::AppState;
use bluezone_domain::place::{Place, PlaceCode};
use bluezone_pages::Lang;

/// What a place is called; its code if it is gone.
pub async fn name(state: &AppState, code: PlaceCode) -> Result<String, Failure> {
    let place = state.store.place(code).await?;
    Ok(place.map_or_else(|| code.grouped(), |place| place.details.name))
}

/// Whether it is a place or a vehicle.
pub fn kind(lang: Lang, place: Option<&Place>) -> &'static str {
    match place {
        Some(place) if place.kind.is_vehicle() => epi::VEHICLE.get(lang),
        Some(_) => epi::PLACE.get(lang),
        None => "",
    }
}
