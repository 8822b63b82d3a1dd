//! The diary: where a citizen and those for whom they declare checked in, as long as it is kept.

use super::access::Signed;
use super::come::{called, inside, leave};
use super::failure::Failure;
use super::places::words;
use super::routes;
use super::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::Profile;
use bluezone_domain::place::{Place, PlaceCode};
use bluezone_domain::visit::{Visit, day_start};
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, badge, button, empty, fold, link_button, status};
use bluezone_pages::time::{clock, day, time_tag};
use bluezone_pages::{Lang, text};
use bluezone_protocol::time::DAY_S;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

text! {
    TITLE, "Nhật ký nơi đến", "Diary of places";
    LEAD, "Của riêng bạn; cơ quan y tế chỉ tra được khi có ca bệnh, và bạn sẽ thấy họ đã xem. Mỗi lượt được xóa sau {days} ngày.", "Yours alone; the health authority can look it up only when there is a case, and you see that they did. Each visit is deleted after {days} days.";
    SCAN, "Quét mã địa điểm", "Scan a place";
    OWN, "Địa điểm của tôi", "My places";
    NONE, "Chưa có nơi nào", "No places yet";
    NONE_WHY, "Quét mã QR ở nơi bạn đến: nếu có ca bệnh ở đó, bạn sẽ được báo.", "Scan the QR code where you go: if there was a case, you will be told.";
    INSIDE, "{who} đang ở {place}", "{who} at {place} now";
    SINCE, "Vào lúc {from}. Tự kết thúc lúc {to} nếu không bấm “Ra”.", "In since {from}. Ends by itself at {to} if you do not check out.";
    STILL, "vẫn ở đó", "still there";
    GONE, "Nơi đã xóa", "A deleted place";
    DELETED, "Lượt này đã được xóa", "The visit is deleted";
    DELETE, "Xóa lượt này", "Delete this visit";
    DELETE_WHY, "Không khôi phục được. Nếu có ca bệnh ở đó, bạn sẽ không được báo vì lượt này nữa.",
        "It cannot be taken back. If there was a case, you will not be told because of this visit any more.";
    DO_DELETE, "Xóa", "Delete"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// `GET /visits`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let profiles = state.store.profiles_of(signed.citizen).await?;
    let inside = inside(&state, &profiles).await?;
    let visits = visits(&state, &profiles).await?;
    let places = places(&state, &visits).await?;
    let several = profiles.len() > 1;
    let body = html! {
        @if asked.done == "deleted" { (alert(Tone::Good, DELETED.get(lang), html! {})) }
        @for (profile, visit) in &inside {
            (open(lang, (profile, visit), places.get(&visit.place), &signed.form_token, several))
        }
        div.actions {
            (link_button(Weight::Primary, routes::SCAN, SCAN.get(lang)))
            (link_button(Weight::Secondary, routes::PLACES, OWN.get(lang)))
        }
        @if visits.is_empty() { (empty(Icon::Calendar, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } })) }
        @for (start, of_day) in by_day(&visits) {
            section.card {
                h2 { (day(lang, start.0)) }
                ul.entries { @for (profile, visit) in of_day {
                    li {
                        (entry(lang, several.then_some(*profile), visit, places.get(&visit.place), state.now()))
                        (remove(lang, visit, &signed.form_token))
                    }
                } }
            }
        }
    };
    let lead = LEAD.fill(lang, &[("days", &state.config.visit_retention_days.to_string())]);
    Ok(Shell { lead: Some(&lead), body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) }.render())
}

/// `POST /visits/{visit}/delete`
pub async fn delete(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    for profile in state.store.profiles_of(signed.citizen).await? {
        if state.store.delete_visit(id, profile.id).await? {
            return Ok(Redirect::to(&format!("{}?done=deleted", routes::VISITS)).into_response());
        }
    }
    Err(Failure::NotFound)
}

/// Every visit that is kept, the newest first.
pub async fn visits<'a>(
    state: &AppState,
    profiles: &'a [Profile],
) -> Result<Vec<(&'a Profile, Visit)>, Failure> {
    let now = state.now();
    let from = now - state.config.visit_retention_days * DAY_S;
    let mut visits = Vec::new();
    for profile in profiles {
        let of_profile = state.store.visits_of_profile(profile.id, from, now).await?;
        visits.extend(of_profile.into_iter().map(|visit| (profile, visit)));
    }
    visits.sort_by_key(|(_, visit)| std::cmp::Reverse((visit.stay.from, visit.id)));
    Ok(visits)
}

/// The places of these visits that are still there.
pub async fn places(
    state: &AppState,
    visits: &[(&Profile, Visit)],
) -> Result<BTreeMap<PlaceCode, Place>, Failure> {
    let mut places = BTreeMap::new();
    for (_, visit) in visits {
        if !places.contains_key(&visit.place)
            && let Some(place) = state.store.place(visit.place).await?
        {
            places.insert(visit.place, place);
        }
    }
    Ok(places)
}

/// Days with their visits, in the order of the visits.
fn by_day<'a>(visits: &'a [(&'a Profile, Visit)]) -> Vec<(Timestamp, &'a [(&'a Profile, Visit)])> {
    let of = |visit: &Visit| day_start(visit.stay.from);
    let days = visits.chunk_by(|(_, a), (_, b)| of(a) == of(b));
    days.filter_map(|chunk| chunk.first().map(|(_, visit)| (of(visit), chunk))).collect()
}

fn name(lang: Lang, place: Option<&Place>) -> &str {
    place.map_or(GONE.get(lang), |place| place.details.name.as_str())
}

fn open(
    lang: Lang,
    (profile, visit): (&Profile, &Visit),
    place: Option<&Place>,
    token: &str,
    several: bool,
) -> Markup {
    let title = INSIDE.fill(lang, &[("who", called(lang, profile)), ("place", name(lang, place))]);
    let (from, to) = (clock(lang, visit.stay.from.0), clock(lang, visit.stay.to.0));
    status(
        Tone::Good,
        Icon::Map,
        &title,
        html! {
            p { (SINCE.fill(lang, &[("from", &from), ("to", &to)])) }
            (leave(lang, token, profile, visit, several))
        },
    )
}

fn entry(
    lang: Lang,
    profile: Option<&Profile>,
    visit: &Visit,
    place: Option<&Place>,
    now: Timestamp,
) -> Markup {
    let (from, to) = (visit.stay.from.0, visit.stay.to.0);
    let details = &visit.details;
    html! {
        p {
            strong { (name(lang, place)) }
            @if let Some(profile) = profile { " · " (called(lang, profile)) }
        }
        p.soft {
            (time_tag(from, &clock(lang, from))) " – "
            @if visit.stay.is_open(now) { (STILL.get(lang)) } @else { (time_tag(to, &clock(lang, to))) }
            " · " (words::entry(visit.entry).get(lang))
            @if !visit.stay.is_open(now) { " · " (words::ending(visit.stay.ending).get(lang)) }
            @for more in [&details.trip, &details.seat] { @if !more.is_empty() { " · " (more) } }
        }
        @for suspicion in visit.suspicions.iter() {
            (badge(Tone::Caution, words::suspicion(suspicion).get(lang))) " "
        }
    }
}

/// Deleting an entry, folded away so that nobody does it by a slip.
fn remove(lang: Lang, visit: &Visit, token: &str) -> Markup {
    let fields = html! {
        p.soft { (DELETE_WHY.get(lang)) }
        (button(Weight::Danger, DO_DELETE.get(lang)))
    };
    fold(DELETE.get(lang), form(&routes::delete_visit(visit.id), token, fields))
}
