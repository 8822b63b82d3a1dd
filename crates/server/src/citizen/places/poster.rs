//! A place's poster, to be printed.

use super::one::link;
use super::{owned, words};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::poster::Wanted;
use crate::citizen::{pdf, routes};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_print::poster::{Kind, Place, place as draw};

/// `GET /places/{code}/poster`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let place = owned(&state, &signed, &code).await?;
    let public = &state.config.public_url;
    let host = public.split_once("://").map_or(public.as_str(), |(_, host)| host);
    let wording = wanted.wording();
    let poster = Place {
        kind: if place.kind.is_vehicle() { Kind::Vehicle } else { Kind::Place },
        name: &place.details.name,
        address: &words::whereabouts(wording.first(), &place),
        code: &place.code.grouped(),
        link: &link(&state, &place),
        site: &format!("{host}{}", routes::SCAN),
    };
    pdf::answer(draw(&poster, wanted.paper(), wording), &format!("bluezone-{}.pdf", place.code))
}
