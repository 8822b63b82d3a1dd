//! A copy of everything, as one JSON file for other programs.

use super::super::access::Signed;
use super::super::failure::Failure;
use super::super::routes;
use super::super::warning;
use super::everything::{Everything, everything};
use super::{consents, looks, visits};
use crate::reporting::{grouped, tracking_code};
use crate::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bluezone_domain::Timestamp;
use bluezone_domain::data_request::{DataRequest, Outcome};
use bluezone_domain::declaration::Declaration;
use bluezone_domain::message::Message;
use bluezone_domain::signal::{Did, Signal};
use bluezone_pages::Lang;
use bluezone_pages::time::rfc3339;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Bytes of all files in one copy: a copy is made in memory.
const MOST_OF_FILES: u64 = 32 << 20;

/// `GET /me/export.json`
pub async fn json(State(state): State<AppState>, signed: Signed) -> Result<Response, Failure> {
    let copy = everything(&state, &signed).await?;
    let mut declarations = Vec::new();
    let mut room = MOST_OF_FILES;
    for of in &copy.declarations {
        declarations.push(declared(&state, of, &mut room).await?);
    }
    let mut reports = Vec::new();
    for signal in &copy.signals {
        reports.push(report(&state, signal).await?);
    }
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"bluezone.json\""),
    ];
    let written = written(&copy, declarations, reports, state.now());
    let bytes = serde_json::to_vec_pretty(&written).map_err(|_| Failure::Broken)?;
    Ok((headers, bytes).into_response())
}

fn at(at: Timestamp) -> String {
    rfc3339(at.0)
}

async fn report(state: &AppState, signal: &Signal) -> Result<Value, Failure> {
    let (content, photos) = state.store.signal_content(signal.id).await?;
    let changes = state.store.signal_changes(signal.id).await?;
    // What was written to whoever reported; officers' notes among themselves are no answer.
    let answers = changes.iter().filter(|change| change.did == Did::Feedback);
    Ok(json!({
        "tracking": grouped(&tracking_code(&state.secrets, signal.id)),
        "state": signal.state,
        "received": at(signal.received_at),
        "photographs": photos.len(),
        "answers": answers.map(|change| json!({ "at": at(change.at), "words": change.words })).collect::<Vec<_>>(),
        "response": serde_json::from_slice::<Value>(&content).unwrap_or_default(),
    }))
}

/// A declaration, its files within it as FHIR has them. What there is no room for is named by its address.
async fn declared(state: &AppState, of: &Declaration, room: &mut u64) -> Result<Value, Failure> {
    let mut response = serde_json::from_str::<Value>(&of.content.response).unwrap_or_default();
    let mut named = Vec::new();
    attachments(&mut response, &mut named);
    let size = named.iter().filter_map(|file| file.get("size").and_then(Value::as_u64)).sum();
    let mut files = Vec::new();
    if !named.is_empty() {
        files = (1..=named.len()).map(|number| routes::declared_file(of.id, number)).collect();
        if let Some(left) = room.checked_sub(size) {
            *room = left;
            let known: BTreeMap<String, Vec<u8>> = state
                .store
                .declaration_files(of.id)
                .await?
                .into_iter()
                .map(|file| (format!("urn:sha256:{}", hex::encode(Sha256::digest(&file.bytes))), file.bytes))
                .collect();
            for file in named {
                let bytes = file.get("url").and_then(Value::as_str).and_then(|url| known.get(url));
                let data = bytes.map(|bytes| STANDARD.encode(bytes));
                file.extend(data.map(|data| ("data".to_owned(), data.into())));
            }
        }
    }
    Ok(json!({
        "received": at(of.received_at),
        "person": of.content.person,
        "disease": of.content.disease,
        "advice": of.urgency,
        "response": response,
        "files": files,
    }))
}

/// The attachments of a response, in its order.
fn attachments<'a>(of: &'a mut Value, found: &mut Vec<&'a mut Map<String, Value>>) {
    match of {
        Value::Array(values) => values.iter_mut().for_each(|value| attachments(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name != "valueAttachment" {
                    attachments(value, found);
                } else if let Value::Object(file) = value {
                    found.push(file);
                }
            }
        }
        _ => {}
    }
}

fn written(copy: &Everything, declarations: Vec<Value>, reports: Vec<Value>, now: Timestamp) -> Value {
    let people = copy.profiles.iter().map(|profile| {
        json!({ "person": profile.person, "since": at(profile.created_at), "changed": at(profile.updated_at) })
    });
    let consents = copy.consents.iter().map(|consent| {
        json!({
            "purpose": consent.purpose,
            "agency": consents::agency(Lang::Vi, consent, &copy.agreed),
            "version": consent.version,
            "words": consents::words(Lang::from_code(&consent.lang).unwrap_or_default(), consent),
            "sha256": consent.sha256,
            "given": at(consent.given_at),
            "channel": consent.channel.as_str(),
            "withdrawn": consent.withdrawn_at.map(at),
        })
    });
    let visits = copy.visits.iter().map(|(who, visit)| {
        json!({
            "who": who,
            "place": copy.places.get(&visit.place).map(|place| &place.details.name),
            "from": at(visit.stay.from),
            "to": at(visit.stay.to),
            "trip": visit.details.trip,
            "seat": visit.details.seat,
        })
    });
    let places = copy.own_places.iter().map(|place| {
        json!({
            "code": place.code.to_string(),
            "kind": place.kind.as_str(),
            "name": place.details.name,
            "address": place.details.address,
            "plate": place.details.plate,
            "registrant": place.details.registrant,
            "area": place.area,
            "capacity": place.capacity,
            "dwellMinutes": place.dwell_minutes,
            "since": at(place.created_at),
            "closed": place.closed_at.map(at),
        })
    });
    let agencies = copy.agencies.iter().map(
        |(agency, staff)| json!({ "name": agency.name, "since": at(agency.created_at), "peopleListed": staff }),
    );
    let invitations = copy.invitations.iter().map(|invitation| {
        let sees =
            invitation.sees.map(|sees| json!({ "declaredToday": sees.declared, "appRunsToday": sees.app }));
        json!({ "agency": invitation.agency, "invited": at(invitation.invited_at), "sees": sees })
    });
    let app_runs = copy.app_runs.map(|runs| json!({ "said": at(runs.said_at), "area": runs.area }));
    let messages = copy.messages.iter().map(|received| {
        let name = match &received.message {
            Message::PlaceWarning { whom, .. } => warning::name(Lang::Vi, whom, &copy.profiles),
            _ => None,
        };
        json!({ "message": received.message, "for": name, "sent": at(received.sent_at) })
    });
    let looks = copy.looks.iter().map(|look| {
        json!({
            "at": at(look.at),
            "unit": copy.units.get(&look.unit).unwrap_or(&look.unit),
            "what": look.kind,
            "basis": look.basis,
            "basisInWords": looks::basis(look.basis).get(Lang::Vi),
            "reason": look.reason,
        })
    });
    json!({
        "made": at(now),
        "account": { "phone": copy.citizen.phone.as_str(), "since": at(copy.citizen.created_at) },
        "people": people.collect::<Vec<_>>(),
        "declarations": declarations,
        "consents": consents.collect::<Vec<_>>(),
        "visits": visits.collect::<Vec<_>>(),
        "visitsKept": visits::sentences(Lang::Vi, copy.visit_days),
        "places": places.collect::<Vec<_>>(),
        "agencies": agencies.collect::<Vec<_>>(),
        "invitations": invitations.collect::<Vec<_>>(),
        "refusedAgencies": copy.refusals.iter().map(|refusal| &refusal.name).collect::<Vec<_>>(),
        "appRuns": app_runs,
        "messages": messages.collect::<Vec<_>>(),
        "reports": reports,
        "looks": looks.collect::<Vec<_>>(),
        "requests": copy.requests.iter().map(request).collect::<Vec<_>>(),
    })
}

fn request(request: &DataRequest) -> Value {
    let outcome = request.closed.map(|(_, outcome)| match outcome {
        Outcome::Done => "done",
        Outcome::TakenBack => "taken-back",
        Outcome::Refused(why) => why.as_str(),
    });
    json!({
        "right": request.right,
        "received": at(request.received_at),
        "acknowledged": request.acknowledged_at.map(at),
        "due": at(request.due_at),
        "closed": request.closed.map(|(closed, _)| at(closed)),
        "outcome": outcome,
        "words": request.words,
    })
}
