//! Who came to a place and who went: names abbreviated, and never more than the place may know. As a page and as a file.

use super::{seen, words};
use crate::citizen::access::Signed;
use crate::citizen::failure::Failure;
use crate::citizen::routes;
use crate::citizen::shell::Shell;
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::place::Place;
use bluezone_domain::visit::{Visit, day_end, day_start, peak};
use bluezone_pages::form::Field;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, badge, button, empty, figures, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{clock, date_value, parse_date, time_tag};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Ai vào, ai ra", "Who came and went";
    LEAD, "Tên được viết tắt. Nhật ký được xóa sau {days} ngày.", "Names are abbreviated. The log is deleted after {days} days.";
    DAY, "Ngày", "Day";
    SHOW, "Xem", "Show";
    FILE, "Tải bảng (CSV)", "Download (CSV)";
    NOBODY, "Không có ai trong ngày này", "Nobody on this day";
    VISITORS, "Khách", "Visitors";
    WHO, "Người", "Person";
    IN, "Vào", "In";
    OUT, "Ra", "Out";
    HOW, "Cách vào", "How";
    NOTES, "Lưu ý", "Notes";
    INSIDE, "đang ở trong", "inside now";
    SEAT, "Chuyến, ghế", "Trip, seat";
    NOW_INSIDE, "Đang ở trong", "Inside now";
    OF_CAPACITY, "Đang ở trong, trên {n}", "Inside now, of {n}";
    PEAK, "Nhiều nhất hôm nay", "Most at once today";
    TODAY, "Lượt vào hôm nay", "Came in today";
    FULL, "Đã quá sức chứa", "More than it holds";
    YEAR, "Năm sinh", "Year of birth";
    GENDER, "Giới tính", "Gender"
}

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    day: String,
}

impl Asked {
    /// The first second of the day that is asked for; of today, if none is.
    fn day(&self, now: Timestamp) -> Timestamp {
        parse_date(&self.day).map_or_else(|| day_start(now), Timestamp)
    }
}

/// `GET /places/{code}/log`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let place = seen(&state, &signed, &code).await?.place;
    let day = asked.day(state.now());
    let visits = of_day(&state, &place, day).await?;
    let value = date_value(day.0);
    let file = format!("{}?day={value}", routes::log_file(place.code));
    let body = html! {
        (occupancy(&state, lang, &place).await?)
        form.form.inline method="get" action=(routes::log(place.code)) {
            (Field::input(lang, "date", "day", DAY.get(lang)).value(&value))
            (button(Weight::Secondary, SHOW.get(lang)))
        }
        @if visits.is_empty() { (empty(Icon::People, NOBODY.get(lang), html! {})) }
        @else {
            (drawn(lang, &place, &visits, state.now()))
            div.actions { (link_button(Weight::Secondary, &file, FILE.get(lang))) }
        }
    };
    let above = routes::place(place.code);
    let back = Some((above.as_str(), place.details.name.as_str()));
    let lead = LEAD.fill(lang, &[("days", &state.config.visit_retention_days.to_string())]);
    let shell = Shell {
        back,
        lead: Some(&lead),
        wide: true,
        body,
        ..Shell::new(&view, Some(&signed), TITLE.get(lang))
    };
    Ok(shell.render())
}

/// `GET /places/{code}/log.csv`
pub async fn file(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let place = seen(&state, &signed, &code).await?.place;
    let day = asked.day(state.now());
    let visits = of_day(&state, &place, day).await?;
    let content = csv_of(lang, &visits, state.now()).map_err(|_| Failure::Broken)?;
    let name = format!("attachment; filename=\"{}-{}.csv\"", place.code, date_value(day.0));
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, content).into_response())
}

/// How many are inside, and were at most today.
pub async fn occupancy(state: &AppState, lang: Lang, place: &Place) -> Result<Markup, Failure> {
    let now = state.now();
    let start = day_start(now);
    let mut stays = state.store.stays_at(place.code, start, now).await?;
    stays.retain(|stay| stay.from >= start);
    let inside = stays.iter().filter(|stay| stay.is_open(now)).count();
    let most = peak(&stays).map_or(0, |(most, _)| most);
    let full = place.capacity.is_some_and(|capacity| inside > capacity as usize);
    let label = match place.capacity {
        Some(capacity) => OF_CAPACITY.fill(lang, &[("n", &capacity.to_string())]),
        None => NOW_INSIDE.get(lang).to_owned(),
    };
    Ok(html! {
        (figures([
            (inside.to_string(), label.as_str()),
            (most.to_string(), PEAK.get(lang)),
            (stays.len().to_string(), TODAY.get(lang)),
        ]))
        @if full { p { (badge(Tone::Bad, FULL.get(lang))) } }
    })
}

/// The visits that began on a day.
async fn of_day(state: &AppState, place: &Place, day: Timestamp) -> Result<Vec<Visit>, Failure> {
    let mut visits = state.store.visits_overlapping(place.code, day, day_end(day) - 1, 0).await?;
    visits.retain(|visit| visit.stay.from >= day);
    Ok(visits)
}

fn drawn(lang: Lang, place: &Place, visits: &[Visit], now: Timestamp) -> Markup {
    let mut columns: Vec<_> = [WHO, IN, OUT, HOW].map(|words| Column::words(words.get(lang))).into();
    if place.kind.is_vehicle() {
        columns.push(Column::words(SEAT.get(lang)));
    }
    columns.push(Column::words(NOTES.get(lang)));
    let rows = visits.iter().map(|visit| {
        let stay = visit.stay;
        let mut row = vec![
            html! {
                (visit.details.glimpse.name)
                span.soft { " " (words::glimpse(lang, &visit.details.glimpse)) }
            },
            html! { (time_tag(stay.from.0, &clock(lang, stay.from.0))) },
            html! {
                @if stay.is_open(now) { (badge(Tone::Good, INSIDE.get(lang))) }
                @else {
                    (time_tag(stay.to.0, &clock(lang, stay.to.0)))
                    span.soft { " " (words::ending(stay.ending).get(lang)) }
                }
            },
            html! { (words::entry(visit.entry).get(lang)) },
        ];
        if place.kind.is_vehicle() {
            row.push(html! { (seat(visit)) });
        }
        row.push(html! {
            @for suspicion in visit.suspicions.iter() {
                (badge(Tone::Caution, words::suspicion(suspicion).get(lang))) " "
            }
        });
        row
    });
    table(VISITORS.get(lang), &columns, rows)
}

fn seat(visit: &Visit) -> String {
    let parts = [visit.details.trip.as_str(), visit.details.seat.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The same as a file that spreadsheets open: with a byte order mark, without which Excel takes it for another alphabet.
fn csv_of(lang: Lang, visits: &[Visit], now: Timestamp) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record([WHO, GENDER, YEAR, IN, OUT, HOW, SEAT, NOTES].map(|words| words.get(lang)))?;
    for visit in visits {
        let (stay, glimpse) = (visit.stay, &visit.details.glimpse);
        let notes: Vec<_> = visit.suspicions.iter().map(|one| words::suspicion(one).get(lang)).collect();
        let left = if stay.is_open(now) { INSIDE.get(lang).to_owned() } else { clock(lang, stay.to.0) };
        out.write_record([
            plain(&glimpse.name),
            glimpse.gender.map(|gender| gender.as_str().to_owned()).unwrap_or_default(),
            glimpse.birth_year.map(|year| year.to_string()).unwrap_or_default(),
            clock(lang, stay.from.0),
            left,
            words::entry(visit.entry).get(lang).to_owned(),
            plain(&seat(visit)),
            notes.join("; "),
        ])?;
    }
    out.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// Words that no spreadsheet takes for a formula.
fn plain(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@']) { format!("'{words}") } else { words.to_owned() }
}
