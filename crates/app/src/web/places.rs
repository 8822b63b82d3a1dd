//! Handlers of places: the diary, checking in and out, deleting.

use super::views::places::{CheckIn, CheckInError, Diary, VisitLine, check_in as check_in_view, diary};
use super::{Reader, Web, broken, onward, shown, to_mend};
use crate::client::{Client, ClientError};
use crate::phone::Mind;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use bluezone_codes::place::{InvalidPlaceCode, Link, PlaceCode};
use bluezone_device::{DeviceError, NewVisit, StoredVisit};
use bluezone_protocol::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;

/// How long a visit lasts at most where the owner does not check out and the server was not asked, seconds.
const DWELL_S: i64 = 2 * 3600;

/// A visit as the pages show it.
pub(super) fn line(visit: &StoredVisit, warned: &BTreeSet<Timestamp>) -> VisitLine {
    VisitLine {
        began: visit.stay.from.0,
        ends: visit.stay.to.0,
        told: visit.stay.ending.was_told(),
        name: visit.name.clone(),
        code: visit.code.grouped(),
        vehicle: visit.vehicle,
        warned: warned.contains(&visit.stay.from),
    }
}

/// Where the owner is checked in, for a page that says so.
pub(super) fn open_line(mind: &Mind, now: Timestamp) -> Result<Option<VisitLine>, DeviceError> {
    Ok(mind.open_visit(now)?.map(|visit| line(&visit, &BTreeSet::new())))
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let look = |mind: &mut Mind, now: Timestamp| {
        let warned = mind.place_exposures()?.into_iter().map(|found| found.visit.stay.from).collect();
        let visits: Vec<_> = mind.visits()?.iter().map(|visit| line(visit, &warned)).collect();
        Ok(Diary { now: now.0, visits })
    };
    match web.phone.ask(move |mind, now, _| look(mind, now)).await {
        Ok(known) => shown(diary(&reader.frame(&web), &known)),
        Err(error) => broken(&reader.frame(&web), &error),
    }
}

pub(super) async fn new_page(State(web): State<Web>, reader: Reader) -> Response {
    match web.phone.ask(|mind, now, _| open_line(mind, now)).await {
        Ok(open) => shown(check_in_view(&reader.frame(&web), &CheckIn { open, ..CheckIn::default() })),
        Err(error) => broken(&reader.frame(&web), &error),
    }
}

#[derive(Deserialize)]
pub(super) struct CheckInForm {
    /// Nine digits, or what a QR code holds.
    #[serde(default)]
    code: String,
    /// What the owner calls the place.
    #[serde(default)]
    name: String,
    /// Whether the server may be asked for a place that was scanned.
    #[serde(default)]
    ask: String,
}

pub(super) async fn check_in(
    State(web): State<Web>,
    reader: Reader,
    Form(form): Form<CheckInForm>,
) -> Response {
    let frame = reader.frame_of(&web, "/places/new");
    let CheckInForm { code, name, ask } = form;
    let (server, ask) = (web.phone.about().server.clone(), ask == "yes");
    let (typed, called) = (code.clone(), name.clone());
    let place = web.phone.blocking(move || find(&server, &typed, called, ask)).await;
    let place = match place {
        Ok(place) => place,
        Err(error) => {
            return to_mend(check_in_view(
                &frame,
                &CheckIn { open: None, code, name, ask, error: Some(error) },
            ));
        }
    };
    match web.phone.try_ask(move |mind, now, _| mind.check_in(place, now)).await {
        Ok(()) => onward("/places"),
        Err(error) => broken(&frame, &error),
    }
}

/// What the owner checks in at. A poster that was scanned says all that is needed; digits that were typed have to be asked for.
fn find(server: &str, code: &str, name: String, ask: bool) -> Result<NewVisit, CheckInError> {
    let link = Link::parse(code, server);
    if link.is_none() && code.contains("://") {
        return Err(CheckInError::Other);
    }
    let code = match link {
        Some(link) => link.code,
        None => code.parse::<PlaceCode>().map_err(|error| match error {
            InvalidPlaceCode::Digits => CheckInError::Digits,
            InvalidPlaceCode::Check => CheckInError::Check,
        })?,
    };
    let lookup = || Client::new(server)?.place(code);
    let scanned = link.and_then(|link| link.warning_key());
    let known = match (&scanned, ask) {
        (Some(_), false) => None,
        // Without an answer the poster is enough.
        (Some(_), true) => lookup().unwrap_or_default(),
        (None, _) => Some(lookup().map_err(unanswered)?.ok_or(CheckInError::Unknown)?),
    };
    let key = match (scanned, &known) {
        (Some(key), _) => key,
        (None, known) => known.as_ref().and_then(|place| place.place_key()).ok_or(CheckInError::Unreached)?,
    };
    let own = (!name.trim().is_empty()).then_some(name);
    let (called, vehicle, dwell_s) = match known {
        Some(place) => (place.name, place.vehicle, place.dwell_s),
        None => (String::new(), false, DWELL_S),
    };
    Ok(NewVisit { code, key, name: own.unwrap_or(called), vehicle, dwell_s })
}

fn unanswered(error: ClientError) -> CheckInError {
    match error {
        ClientError::Busy { status: 429, .. } => CheckInError::TooMany,
        _ => CheckInError::Unreached,
    }
}

pub(super) async fn check_out(State(web): State<Web>, reader: Reader) -> Response {
    match web.phone.try_ask(|mind, now, _| mind.check_out(now)).await {
        Ok(()) => onward("/places"),
        Err(error) => broken(&reader.frame_of(&web, "/places"), &error),
    }
}

#[derive(Deserialize)]
pub(super) struct DeleteForm {
    /// The visit that began then.
    #[serde(default)]
    began: Option<i64>,
    /// All of them.
    #[serde(default)]
    all: String,
}

pub(super) async fn delete(State(web): State<Web>, reader: Reader, Form(form): Form<DeleteForm>) -> Response {
    let forget = move |mind: &mut Mind| match form.began {
        _ if form.all == "yes" => mind.forget_visits(),
        Some(began) => mind.forget_visit(Timestamp(began)),
        None => Ok(()),
    };
    match web.phone.try_ask(move |mind, _, _| forget(mind)).await {
        Ok(()) => onward("/places"),
        Err(error) => broken(&reader.frame_of(&web, "/places"), &error),
    }
}
