//! Papers for walls: the poster of a place or a vehicle, and the one that asks people to install Bluezone.

use super::failure::Failure;
use super::{pdf, routes};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_print::Paper;
use bluezone_print::poster::{Install, Wording, install};
use serde::Deserialize;

/// How a poster is wanted: `?paper=a3&words=vi`. What is not said, or not understood, is A4 in both languages.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    paper: String,
    words: String,
    /// Code of the unit that asks people to install.
    unit: String,
}

impl Wanted {
    /// The paper.
    pub fn paper(&self) -> Paper {
        Paper::from_name(&self.paper).unwrap_or_default()
    }

    /// The languages.
    pub fn wording(&self) -> Wording {
        Wording::from_name(&self.words).unwrap_or_default()
    }
}

/// `GET /poster`: for everybody; it names a unit of the health authority if its code is given.
pub async fn page(State(state): State<AppState>, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let unit = match wanted.unit.as_str() {
        "" => None,
        code => state.store.unit(code).await?,
    };
    let link = format!("{}{}", state.config.public_url, routes::INSTALL);
    let poster = Install { link: &link, unit: unit.as_ref().map_or("Bluezone", |unit| &unit.name) };
    pdf::answer(install(&poster, wanted.paper(), wanted.wording()), "bluezone.pdf")
}
