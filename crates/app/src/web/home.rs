//! Handlers of the pages that only show: home, radar, diary, warning, guide, and the same as JSON.

use super::data::log_view;
use super::places::open_line;
use super::views::home::{Brief, Home, RadioState, ServerState};
use super::views::near_contact::NearContact;
use super::views::place_warning::PlaceWarned;
use super::views::radar::{Dot, Radar};
use super::views::warning::{NearDay, Warned, WarningPage};
use super::views::{self, days::DayLine};
use super::{Reader, Web, broken, shown};
use crate::phone::{Health, Mind, RadioHealth};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bluezone_device::{Deed, DeviceError, Exposure, ReportStep, Scheme, Storage as _};
use bluezone_pages::{Lang, unbroken};
use bluezone_protocol::place_warning::{DiseaseTag, WarnedKind};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_proximity::{DailySummary, LocalText, RiskLevel};
use rand::Rng;
use serde::Serialize;
use std::collections::BTreeSet;

/// "Around now" reaches so far back, seconds: two listening periods, so that a phone nearby does not flicker.
const AROUND_S: i64 = 600;

/// A name of the disease profile in the reader's language.
pub(super) fn in_language(name: &LocalText, lang: Lang) -> String {
    unbroken(match lang {
        Lang::Vi => &name.vi,
        Lang::En => &name.en,
    })
}

fn around(mind: &mut Mind, now: Timestamp, rng: &mut dyn Rng, health: &Health) -> Result<Radar, DeviceError> {
    let heard = mind.nearby(now, AROUND_S, rng)?;
    let dots = heard.into_iter().map(|near| Dot { tag: near.tag, rssi_dbm: near.rssi_dbm }).collect();
    Ok(Radar { now: now.0, on: health.radio == RadioHealth::On, within_s: AROUND_S, dots })
}

fn under_way(step: &ReportStep) -> bool {
    !matches!(step, ReportStep::Idle | ReportStep::Done { .. } | ReportStep::Failed { .. })
}

fn brief(mind: &Mind, exposure: &Exposure, lang: Lang) -> Option<Brief> {
    let high = match exposure.assessment.level {
        RiskLevel::None => return None,
        RiskLevel::Low => false,
        RiskLevel::High => true,
    };
    let disease = in_language(&mind.config().disease.name, lang);
    Some(Brief { high, day: exposure.assessment.most_recent_day()?.0, disease })
}

/// Visits at which the owner may have met a case, the latest first.
fn places_warned(mind: &Mind, lang: Lang) -> Result<Vec<PlaceWarned>, DeviceError> {
    let disease = &mind.config().disease;
    let known = DiseaseTag::of(&disease.id);
    let places = mind.place_exposures()?.into_iter().map(|found| PlaceWarned {
        name: found.visit.name,
        code: found.visit.code.grouped(),
        vehicle: found.warning.kind == WarnedKind::Vehicle,
        from: found.visit.stay.from.0,
        to: found.visit.stay.to.0,
        margin_s: found.warning.margin_s,
        disease: (found.warning.disease == known).then(|| in_language(&disease.name, lang)),
    });
    Ok(places.collect())
}

fn near_contact(mind: &Mind, exposure: &Exposure, lang: Lang) -> Option<NearContact> {
    let days = exposure.near_contacts.days.iter().rev().filter(|day| day.level == RiskLevel::High);
    let disease = in_language(&mind.config().disease.name, lang);
    exposure.is_near_contact().then(|| NearContact { days: days.map(|day| day.day.0).collect(), disease })
}

/// Days of the retention time on which this phone was on the air. Its keys tell, one a day; the original scheme keeps
/// none, so there the days with contacts have to do.
fn days_run(mind: &Mind, now: Timestamp) -> Result<usize, DeviceError> {
    let config = mind.config();
    if config.scheme == Scheme::Bluezone2020 {
        return Ok(mind.contact_days(now)?.len());
    }
    let oldest = (now - i64::from(config.retention_days) * DAY_S).day_start().interval();
    let keys = mind.storage().own_keys()?;
    let days: BTreeSet<_> =
        keys.iter().map(|key| key.rolling_start.day_start()).filter(|day| *day > oldest).collect();
    Ok(days.len())
}

/// What others did with the owner's data that the owner has not seen; being asked shows itself.
fn newly_opened(mind: &Mind) -> Result<usize, DeviceError> {
    let mentions = mind.mentions()?;
    Ok(mentions.iter().filter(|mention| mention.new && mention.deed != Deed::Asked).count())
}

pub(super) async fn home(State(web): State<Web>, reader: Reader) -> Response {
    let lang = reader.lang;
    let health = web.phone.health();
    let known = health.clone();
    let look = move |mind: &mut Mind, now: Timestamp, rng: &mut dyn Rng| {
        let exposure = mind.exposure(now)?;
        let radio = match &known.radio {
            RadioHealth::On => RadioState::On,
            RadioHealth::Off(why) => RadioState::Off(why.clone()),
            RadioHealth::Paused => RadioState::Paused,
        };
        let server = match known.server_reached {
            None => ServerState::NotTried,
            Some(true) => ServerState::Reached,
            Some(false) => ServerState::Unreached,
        };
        Ok(Home {
            now: now.0,
            radio,
            clock_behind: mind.clock_is_behind(now),
            server,
            pinned: !mind.config().trusted_export_keys.is_empty(),
            refused_file: known.refused_file.clone(),
            missing_file: known.missing_file.clone(),
            storage: known.storage.clone(),
            last_check: exposure.last_check.map(|at| at.0),
            days_run: days_run(mind, now)?,
            retention_days: mind.config().retention_days,
            warning: brief(mind, &exposure, lang),
            near_contact: near_contact(mind, &exposure, lang),
            places: places_warned(mind, lang)?,
            open_visit: open_line(mind, now)?,
            reporting: under_way(&mind.report_next(now, rng)?),
            requests: mind.requests(now)?.len(),
            opened: newly_opened(mind)?,
            log: log_view(mind, &known)?,
            radar: around(mind, now, rng, &known)?,
        })
    };
    match web.phone.ask(look).await {
        Ok(home) => shown(views::home::home(&reader.frame(&web), &home)),
        Err(error) => broken(&reader.frame(&web), &error),
    }
}

pub(super) async fn radar(State(web): State<Web>, reader: Reader) -> Response {
    let health = web.phone.health();
    match web.phone.ask(move |mind, now, rng| around(mind, now, rng, &health)).await {
        Ok(radar) => shown(views::radar::radar(reader.lang, &radar)),
        Err(error) => broken(&reader.frame(&web), &error),
    }
}

pub(super) async fn days(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame(&web);
    let look = |mind: &mut Mind, now: Timestamp, _: &mut dyn Rng| {
        let config = mind.config();
        let today = (now + config.day_offset_s).day_start() - config.day_offset_s;
        Ok((mind.contact_days(now)?, today, config.retention_days))
    };
    match web.phone.ask(look).await {
        Ok((lines, today, retention_days)) => {
            let line = |day: &bluezone_device::ContactDay| DayLine {
                day: day.day.0,
                identifiers: day.identifiers,
                near_s: i64::from(day.near_minutes) * 60,
            };
            let lines: Vec<_> = lines.iter().map(line).collect();
            shown(views::days::days(&frame, &lines, today.0, retention_days))
        }
        Err(error) => broken(&frame, &error),
    }
}

pub(super) async fn warning(State(web): State<Web>, reader: Reader) -> Response {
    let frame = reader.frame(&web);
    let lang = reader.lang;
    let station_phone = web.phone.about().station_phone.clone();
    let look = move |mind: &mut Mind, now: Timestamp, _: &mut dyn Rng| {
        let exposure = mind.exposure(now)?;
        let disease = &mind.config().disease;
        Ok(WarningPage {
            now: now.0,
            last_check: exposure.last_check.map(|at| at.0),
            disease: in_language(&disease.name, lang),
            profile: (disease.id.clone(), disease.version),
            retention_days: mind.config().retention_days,
            contact: disease.contact,
            station_phone,
            warning: warned(mind, &exposure),
            places: places_warned(mind, lang)?,
            high_advice: disease.advice_for(RiskLevel::High).to_vec(),
            tell: mind.config().authority.is_some(),
        })
    };
    match web.phone.ask(look).await {
        Ok(page) => shown(views::warning::warning(&frame, &page)),
        Err(error) => broken(&frame, &error),
    }
}

fn warned(mind: &Mind, exposure: &Exposure) -> Option<Warned> {
    let level = exposure.assessment.level;
    if level == RiskLevel::None {
        return None;
    }
    let of_level = exposure.assessment.days.iter().rev().filter(|day| day.level == level);
    Some(Warned {
        high: level == RiskLevel::High,
        days: of_level.map(near_day).collect(),
        advice: mind.config().disease.advice_for(level).to_vec(),
    })
}

/// A profile without a contact rule has only weighted minutes.
fn near_day(day: &DailySummary) -> NearDay {
    let minutes = day.contact.map_or(day.weighted_minutes, |contact| contact.minutes);
    NearDay { day: day.day.0, minutes, probability: day.contact.map(|contact| contact.probability) }
}

pub(super) async fn guide(State(web): State<Web>, reader: Reader) -> Response {
    let retention_days = web.phone.ask(|mind, _, _| mind.config().retention_days).await;
    shown(views::guide::guide(&reader.frame(&web), retention_days))
}

/// How the phone is, for programs. Names and counts only: no identifier leaves by this way.
#[derive(Serialize)]
struct Status {
    now: Timestamp,
    bluetooth: &'static str,
    /// Nothing heard is kept until the clock is set right.
    clock_behind: bool,
    server_reached: Option<bool>,
    trusted_keys: usize,
    last_check: Option<Timestamp>,
    level: RiskLevel,
    /// Whether the owner was close to a contact of a case, who is not known to be ill.
    near_contact: bool,
    most_recent_day: Option<Timestamp>,
    /// Visits at which the owner may have met a case.
    place_warnings: usize,
    /// Whether the owner is checked in somewhere.
    checked_in: bool,
    nearby: Vec<NearbyStatus>,
    contact_days: Vec<DayStatus>,
    reporting: bool,
    /// Requests that wait for the owner.
    requests: usize,
    /// Openings and exports that the owner has not seen.
    opened: usize,
}

#[derive(Serialize)]
struct NearbyStatus {
    rssi_dbm: Option<i8>,
    last_seen: Timestamp,
}

#[derive(Serialize)]
struct DayStatus {
    day: Timestamp,
    identifiers: usize,
    near_minutes: u32,
}

pub(super) async fn status_json(State(web): State<Web>, reader: Reader) -> Response {
    let health = web.phone.health();
    let look = move |mind: &mut Mind, now: Timestamp, rng: &mut dyn Rng| {
        let exposure = mind.exposure(now)?;
        let nearby = mind.nearby(now, AROUND_S, rng)?;
        let days = mind.contact_days(now)?;
        Ok(Status {
            now,
            bluetooth: match health.radio {
                RadioHealth::On => "on",
                RadioHealth::Off(_) => "off",
                RadioHealth::Paused => "paused",
            },
            clock_behind: mind.clock_is_behind(now),
            server_reached: health.server_reached,
            trusted_keys: mind.config().trusted_export_keys.len(),
            last_check: exposure.last_check,
            level: exposure.assessment.level,
            near_contact: exposure.is_near_contact(),
            most_recent_day: exposure.assessment.most_recent_day(),
            place_warnings: mind.place_exposures()?.len(),
            checked_in: mind.open_visit(now)?.is_some(),
            nearby: nearby
                .into_iter()
                .map(|near| NearbyStatus { rssi_dbm: near.rssi_dbm, last_seen: near.last_seen })
                .collect(),
            contact_days: days
                .into_iter()
                .map(|day| DayStatus {
                    day: day.day,
                    identifiers: day.identifiers,
                    near_minutes: day.near_minutes,
                })
                .collect(),
            reporting: under_way(&mind.report_next(now, rng)?),
            requests: mind.requests(now)?.len(),
            opened: newly_opened(mind)?,
        })
    };
    match web.phone.ask(look).await {
        Ok(status) => Json(status).into_response(),
        Err(error) => broken(&reader.frame(&web), &error),
    }
}
