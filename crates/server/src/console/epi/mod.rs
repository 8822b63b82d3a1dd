//! *Mốc dịch tễ*: the places, vehicles and flights that a case was at, and when.

pub mod change;
mod fields;
pub mod new;
pub mod remove;

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{case_page, routes, words};
use crate::state::AppState;
use bluezone_domain::case::Case;
use bluezone_domain::epi_point::{EpiPoint, Setting};
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::parts::{Weight, card, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::{clock, date};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};

text! {
    POINTS, "Mốc dịch tễ", "Where the case was";
    CAPTION, "Nơi ca đã đến, cũ nhất trước", "Places that the case was at, oldest first";
    NONE, "Chưa ghi mốc nào.", "Nothing is written down yet.";
    ADD, "Thêm mốc", "Add a place";
    EDIT, "Sửa", "Change";
    WARN, "Cảnh báo", "Warn";
    WARN_ONE, "Cảnh báo người ở {name}", "Warn who was at {name}";
    EDIT_ONE, "Sửa mốc {name}", "Change {name}";
    WHERE, "Nơi", "Where";
    WHEN, "Thời gian", "When";
    AREA, "Xã, phường", "Commune";
    INFORMANT, "Ai cho biết", "Said by";
    ACTION, "Thao tác", "Action";
    PLACE, "Địa điểm", "Place";
    VEHICLE, "Phương tiện", "Vehicle";
    FLIGHT, "Chuyến bay", "Flight";
    SEAT, "ghế {seat}", "seat {seat}"
}

/// Whether an officer sees where somebody was: whoever may know who it is.
pub fn are_seen_by(signed: &Signed, case: &Case) -> bool {
    allows(signed.scope(), Action::SeePersons, case.record())
}

/// A case whose points this officer may change.
async fn case_to_change(state: &AppState, signed: &Signed, id: &str) -> Result<Case, Failure> {
    let case = case_page::find(state, signed, id).await?;
    let may = allows(signed.scope(), Action::ChangeCase, case.record()) && are_seen_by(signed, &case);
    if may { Ok(case) } else { Err(Failure::NotFound) }
}

/// A case and one of its points that this officer may change.
async fn find(
    state: &AppState,
    signed: &Signed,
    (case, point): &(String, String),
) -> Result<(Case, EpiPoint), Failure> {
    let case = case_to_change(state, signed, case).await?;
    let id = point.parse().map_err(|_| Failure::NotFound)?;
    let point = state.store.epi_point(id).await?.filter(|point| point.case == case.id);
    Ok((case, point.ok_or(Failure::NotFound)?))
}

/// What a setting is called: `VN 207`, `Chợ Thái`.
pub fn name(setting: &Setting) -> &str {
    match setting {
        Setting::Place { name, .. } | Setting::Vehicle { name, .. } => name,
        Setting::Flight { number, .. } => number,
    }
}

/// What kind of setting it is.
pub fn kind(lang: Lang, setting: &Setting) -> &'static str {
    match setting {
        Setting::Place { .. } => PLACE,
        Setting::Vehicle { .. } => VEHICLE,
        Setting::Flight { .. } => FLIGHT,
    }
    .get(lang)
}

/// `08:30–09:15, 23/11/2026`, with both dates where it went on past midnight.
pub fn span(lang: Lang, point: &EpiPoint) -> String {
    let (from, to) = (point.from.0, point.to.0);
    match (date(lang, from), date(lang, to)) {
        (first, last) if first == last => format!("{}–{}, {first}", clock(lang, from), clock(lang, to)),
        (first, last) => format!("{}, {first} – {}, {last}", clock(lang, from), clock(lang, to)),
    }
}

/// The part of a case's page about them.
pub fn shown(signed: &Signed, lang: Lang, case: &Case, points: &[EpiPoint]) -> Markup {
    let may = allows(signed.scope(), Action::ChangeCase, case.record());
    let warns = allows(signed.scope(), Action::WarnByPlace, case.record());
    card(
        POINTS.get(lang),
        html! {
            @if points.is_empty() { p.soft { (NONE.get(lang)) } } @else { (rows(lang, case, points, may, warns)) }
            @if may {
                div.actions { (link_button(Weight::Secondary, &routes::new_epi_point(case.id), ADD.get(lang))) }
            }
        },
    )
}

fn rows(lang: Lang, case: &Case, points: &[EpiPoint], may: bool, warns: bool) -> Markup {
    let mut columns = vec![
        Column::words(WHERE.get(lang)),
        Column::words(WHEN.get(lang)),
        Column::words(AREA.get(lang)),
        Column::words(INFORMANT.get(lang)),
    ];
    if may {
        columns.push(Column::words(ACTION.get(lang)));
    }
    let rows = points.iter().map(|point| {
        let mut row = vec![
            html! { (name(&point.details.setting)) span.below { (below(lang, &point.details.setting)) } },
            html! { (span(lang, point)) },
            html! { (words::area(lang, point.area)) },
            html! {
                (point.details.informant)
                @if !point.details.note.is_empty() { span.below { (point.details.note) } }
            },
        ];
        if may {
            let label = EDIT_ONE.fill(lang, &[("name", name(&point.details.setting))]);
            row.push(html! {
                a href=(routes::epi_point(case.id, point.id)) aria-label=(label) { (EDIT.get(lang)) }
                @if warns { span.below.nowrap { (warn(lang, case, point)) } }
            });
        }
        row
    });
    table(CAPTION.get(lang), &columns, rows)
}

/// The way to warn who was there too.
fn warn(lang: Lang, case: &Case, point: &EpiPoint) -> Markup {
    let to = format!("{}?from={}&to={}", routes::new_place_warning(case.id), point.from.0, point.to.0);
    let label = WARN_ONE.fill(lang, &[("name", name(&point.details.setting))]);
    html! { a href=(to) aria-label=(label) { (WARN.get(lang)) } }
}

/// Kind, address and whom to ask, or seat.
fn below(lang: Lang, setting: &Setting) -> String {
    let seat = |seat: &str| match seat {
        "" => String::new(),
        seat => SEAT.fill(lang, &[("seat", seat)]),
    };
    let more = match setting {
        Setting::Place { address, contact, .. } => vec![address.clone(), contact.clone()],
        Setting::Flight { seat: of, .. } | Setting::Vehicle { seat: of, .. } => vec![seat(of)],
    };
    let parts = std::iter::once(kind(lang, setting).to_owned()).chain(more);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
