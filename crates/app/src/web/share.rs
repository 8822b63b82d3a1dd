//! Handlers of sharing: a case's history, a warned person's report.

use super::views::share::{Closed, Form, Way, closed, form};
use super::views::share_words::{
    BAD_KEY, CHOOSE_DAY, CHOOSE_UNIT, NAME_EMPTY, NAME_UNTICKED, TICK_ONE, TICK_REPORT, TOO_LONG,
};
use super::views::units::{Unit, Units};
use super::{Reader, Web, broken, onward, shown, to_mend};
use crate::errand::Errand;
use crate::phone::Mind;
use axum::Form as Posted;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_device::{Choice, ConsentError, DeviceError, LogError, Purpose, Yes};
use bluezone_pages::Lang;
use bluezone_protocol::history::Reporter;
use bluezone_protocol::time::Timestamp;
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    q: String,
}

/// What can be shared now, or why nothing can.
fn offered(
    mind: &Mind,
    way: Way,
    asked: &Asked,
    now: Timestamp,
) -> Result<Result<Form, Closed>, DeviceError> {
    let offer = match way {
        Way::Case => mind.share_offer(now)?,
        Way::Contact => mind.tell_offer(now)?,
    };
    if mind.config().authority.is_none() {
        return Ok(Err(Closed::NotPinned));
    }
    let Some(offer) = offer else { return Ok(Err(Closed::NoReason)) };
    // A case may still let itself be asked.
    if offer.days.is_empty() && (way == Way::Contact || offer.asked) {
        return Ok(Err(Closed::AllTold));
    }
    let list = match mind.units(now) {
        Ok(list) => list,
        Err(DeviceError::Log(LogError::NotRead)) => return Ok(Err(Closed::LogUnread)),
        Err(error) => return Err(error),
    };
    let named = |unit: &bluezone_transparency::units::UploadUnit| Unit {
        code: unit.code.to_string(),
        name: unit.name.to_string(),
    };
    let units = Units {
        all: list.units().iter().map(named).collect(),
        chosen: list.unit(&asked.unit).map(named),
        search: asked.q.clone(),
    };
    Ok(Ok(Form { days: offer.days, asked: offer.asked, units, ..Form::default() }))
}

async fn page(web: Web, reader: Reader, way: Way, asked: Asked) -> Response {
    let frame = reader.frame(&web);
    match web.phone.ask(move |mind, now, _| offered(mind, way, &asked, now)).await {
        Ok(Ok(offer)) => shown(form(&frame, way, &offer)),
        Ok(Err(why)) => shown(closed(&frame, way, why)),
        Err(error) => broken(&frame, &error),
    }
}

type AskedFor = Result<Query<Asked>, QueryRejection>;

fn asked(query: AskedFor) -> Asked {
    query.map(|Query(asked)| asked).unwrap_or_default()
}

pub(super) async fn share_page(State(web): State<Web>, reader: Reader, query: AskedFor) -> Response {
    page(web, reader, Way::Case, asked(query)).await
}

pub(super) async fn tell_page(State(web): State<Web>, reader: Reader, query: AskedFor) -> Response {
    page(web, reader, Way::Contact, asked(query)).await
}

type Pairs = Vec<(String, String)>;

pub(super) async fn share(State(web): State<Web>, reader: Reader, Posted(pairs): Posted<Pairs>) -> Response {
    send(web, reader, Way::Case, pairs).await
}

pub(super) async fn tell(State(web): State<Web>, reader: Reader, Posted(pairs): Posted<Pairs>) -> Response {
    send(web, reader, Way::Contact, pairs).await
}

/// What was entered, over what is offered.
fn entered(mut form: Form, way: Way, pairs: &Pairs, lang: Lang) -> (Form, Choice) {
    let mut choice = Choice::default();
    for (name, value) in pairs {
        match name.as_str() {
            "day" => choice.days.extend(value.parse().ok().map(Timestamp)),
            "name" => value.trim().clone_into(&mut form.name),
            "phone" => value.trim().clone_into(&mut form.phone),
            _ => {}
        }
    }
    for (field, purpose, words) in way.boxes() {
        if pairs.iter().any(|(name, value)| name == field && value == "yes") {
            form.ticked.push(field);
            let words = words.get(lang).to_owned();
            choice.yes.push(Yes { purpose: *purpose, words, language: lang.code() });
        }
    }
    let unchosen = form.days.iter().map(|told| told.day).filter(|day| !choice.days.contains(day));
    form.left_out = unchosen.map(|day| day.0).collect();
    choice.unit = form.units.chosen.as_ref().map_or_else(String::new, |unit| unit.code.clone());
    let commune = String::new();
    choice.reporter = Some(Reporter { name: form.name.clone(), phone: form.phone.clone(), commune });
    (form, choice)
}

/// What must be mended before anything can be sent.
fn mend(form: &mut Form, way: Way, choice: &Choice) {
    let ticked = |purpose| choice.yes.iter().any(|yes| yes.purpose == purpose);
    let named = !form.name.is_empty() || !form.phone.is_empty();
    let days = match way {
        Way::Case => ticked(Purpose::ShareContacts),
        Way::Contact => true,
    };
    let mut problems = Vec::new();
    if way == Way::Case && choice.yes.is_empty() {
        problems.push(("share", TICK_ONE));
    }
    if way == Way::Contact && !ticked(Purpose::ReportContacts) {
        problems.push(("report", TICK_REPORT));
    }
    if days && choice.unit.is_empty() {
        problems.push(("unit", CHOOSE_UNIT));
    }
    if days && choice.days.is_empty() {
        problems.push(("day", CHOOSE_DAY));
    }
    if way == Way::Contact && named && !ticked(Purpose::GiveName) {
        problems.push(("named", NAME_UNTICKED));
    }
    if ticked(Purpose::GiveName) && !named {
        problems.push(("name", NAME_EMPTY));
    }
    form.problems = problems;
}

async fn send(web: Web, reader: Reader, way: Way, pairs: Pairs) -> Response {
    let frame = reader.frame_of(&web, way.path());
    let lang = reader.lang;
    let unit = pairs.iter().find(|(name, _)| name == "unit").map(|(_, code)| code.clone());
    let asked = Asked { unit: unit.unwrap_or_default(), q: String::new() };
    let work = move |mind: &mut Mind, now: Timestamp, rng: &mut dyn rand::Rng| {
        let offer = match offered(mind, way, &asked, now)? {
            Ok(offer) => offer,
            Err(why) => return Ok(Err(Err(why))),
        };
        let (mut form, choice) = entered(offer, way, &pairs, lang);
        mend(&mut form, way, &choice);
        if !form.problems.is_empty() {
            return Ok(Err(Ok(form)));
        }
        let sent = match way {
            Way::Case => mind.share(&choice, now, rng),
            Way::Contact => mind.tell(&choice, now, rng),
        };
        let problem = match sent {
            Ok(()) => return Ok(Ok(())),
            Err(DeviceError::Consent(error)) => match error {
                ConsentError::NoYes => ("share", TICK_ONE),
                ConsentError::NoDay => ("day", CHOOSE_DAY),
                ConsentError::UnknownUnit => ("unit", CHOOSE_UNIT),
                ConsentError::TooLong => ("name", TOO_LONG),
                ConsentError::Key => ("unit", BAD_KEY),
                ConsentError::NotAsked => return Ok(Err(Err(Closed::NoReason))),
            },
            Err(DeviceError::Log(_)) => return Ok(Err(Err(Closed::LogUnread))),
            Err(error) => return Err(error),
        };
        form.problems.push(problem);
        Ok(Err(Ok(form)))
    };
    match web.phone.ask(work).await {
        Ok(Ok(())) => {
            web.phone.moved(Errand::Consent);
            onward("/data")
        }
        Ok(Err(Ok(mended))) => to_mend(form(&frame, way, &mended)),
        Ok(Err(Err(why))) => to_mend(closed(&frame, way, why)),
        Err(error) => broken(&frame, &error),
    }
}
