//! Handlers of requests for this phone's history.

use super::views::requests::{ANSWER_BOX, DAY, Request, TICK, gone, list, request};
use super::{Reader, Web, broken, onward, shown, to_mend};
use crate::errand::Errand;
use crate::phone::Mind;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bluezone_device::{Choice, ConsentError, DeviceError, Purpose, Yes};
use bluezone_protocol::time::Timestamp;
use bluezone_transparency::merkle::Hash;

/// The requests that pass every check now, with what could be answered.
pub(super) fn waiting(mind: &Mind, now: Timestamp) -> Result<Vec<Request>, DeviceError> {
    let mut requests = Vec::new();
    for request in mind.requests(now)? {
        let code = request.statement().terms.unit.as_str();
        let unit = mind.unit_name(code)?.unwrap_or_else(|| code.to_owned());
        let days = mind.answer_days(&request, now)?;
        requests.push(Request { request, unit, days, left_out: Vec::new(), problems: Vec::new() });
    }
    Ok(requests)
}

fn find(mind: &Mind, now: Timestamp, id: &str) -> Result<Option<Request>, DeviceError> {
    Ok(waiting(mind, now)?.into_iter().find(|asked| asked.id() == id))
}

pub(super) async fn inbox(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame(&web);
    let look = |mind: &mut Mind, now: Timestamp, _: &mut dyn rand::Rng| {
        Ok((mind.config().authority.is_some(), waiting(mind, now)?))
    };
    match web.phone.ask(look).await {
        Ok((pinned, requests)) => shown(list(&frame, pinned, &requests)),
        Err(error) => broken(&frame, &error),
    }
}

pub(super) async fn page(State(web): State<Web>, Path(id): Path<String>, reader: Reader) -> Response {
    let frame = reader.frame(&web);
    match web.phone.ask(move |mind, now, _| find(mind, now, &id)).await {
        Ok(Some(asked)) => shown(request(&frame, &asked)),
        Ok(None) => (StatusCode::NOT_FOUND, shown(gone(&frame))).into_response(),
        Err(error) => broken(&frame, &error),
    }
}

pub(super) async fn yes(
    State(web): State<Web>,
    Path(id): Path<String>,
    reader: Reader,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let here = format!("/requests/{id}");
    let frame = reader.frame_of(&web, &here);
    let lang = reader.lang;
    let agreed = pairs.iter().any(|(name, value)| name == "answer" && value == "yes");
    let days = pairs.iter().filter(|(name, _)| name == "day");
    let days: Vec<_> = days.filter_map(|(_, value)| value.parse().ok().map(Timestamp)).collect();
    let work = move |mind: &mut Mind, now: Timestamp, rng: &mut dyn rand::Rng| {
        let Some(mut asked) = find(mind, now, &id)? else { return Ok(Err(None)) };
        if !agreed {
            asked.problems.push(("answer", TICK));
        }
        if days.is_empty() {
            asked.problems.push(("day", DAY));
        }
        if asked.problems.is_empty() {
            let words = ANSWER_BOX.get(lang).to_owned();
            let yes = vec![Yes { purpose: Purpose::AnswerRequest, words, language: lang.code() }];
            let choice = Choice { days: days.clone(), yes, ..Choice::default() };
            match mind.answer(&asked.request.hash(), &choice, now, rng) {
                Ok(()) => return Ok(Ok(())),
                Err(DeviceError::Consent(ConsentError::NoDay)) => asked.problems.push(("day", DAY)),
                Err(DeviceError::Consent(_)) => return Ok(Err(None)),
                Err(error) => return Err(error),
            }
        }
        let unchosen = asked.days.iter().map(|told| told.day).filter(|day| !days.contains(day));
        asked.left_out = unchosen.map(|day| day.0).collect();
        Ok(Err(Some(asked)))
    };
    match web.phone.ask(work).await {
        Ok(Ok(())) => {
            web.phone.moved(Errand::Consent);
            onward("/data")
        }
        Ok(Err(Some(asked))) => to_mend(request(&frame, &asked)),
        Ok(Err(None)) => onward("/requests"),
        Err(error) => broken(&frame, &error),
    }
}

pub(super) async fn no(State(web): State<Web>, Path(id): Path<String>, reader: Reader) -> Response {
    let frame = reader.frame_of(&web, "/requests");
    let hash = hex::decode(id).ok().and_then(|bytes| bytes.try_into().ok()).map(Hash);
    let work = move |mind: &mut Mind, now: Timestamp| match hash {
        Some(hash) => mind.decline(&hash, now),
        None => Ok(()),
    };
    match web.phone.ask(move |mind, now, _| work(mind, now)).await {
        // Gone already is as good.
        Ok(()) | Err(DeviceError::Consent(_)) => onward("/requests"),
        Err(error) => broken(&frame, &error),
    }
}
