//! The evaluation sheet: the same questions twice, side by side, as declared and as investigated.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{contact_page, contact_words as words, dates, routes};
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::contact::{Contact, Distance, Evaluation, Masks, Sheet, Space};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::time::{date, date_value};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{FilledSheet, SheetSide};
use maud::{Markup, html};
use std::collections::HashMap;

text! {
    SHEET, "Phiếu đánh giá tiếp xúc", "Evaluation sheet";
    DECLARED, "Thông tin khai báo", "As declared";
    INVESTIGATED, "Thông tin điều tra", "As investigated";
    COUNTS, "Có thông tin điều tra thì quy tắc dùng thông tin điều tra.",
        "Where both have an answer, the rule goes by what was investigated.";
    NOT_ASKED, "Chưa rõ", "Not known";
    SAVE_DECLARED, "Lưu thông tin khai báo", "Save as declared";
    SAVE_INVESTIGATED, "Lưu thông tin điều tra", "Save as investigated"
}

/// What was typed into one of the two forms.
struct Typed {
    side: String,
    distance: String,
    minutes: String,
    masks: String,
    space: String,
    last_contact: String,
}

/// Both sheets beside each other.
pub fn sheet(signed: &Signed, lang: Lang, contact: &Contact, evaluation: &Evaluation, may: bool) -> Markup {
    let sides = [
        ("declared", DECLARED, SAVE_DECLARED, &evaluation.declared),
        ("investigated", INVESTIGATED, SAVE_INVESTIGATED, &evaluation.investigated),
    ];
    html! {
        section.stack {
            h2 { (SHEET.get(lang)) }
            p.soft { (COUNTS.get(lang)) }
            div.grid {
                @for (side, title, save, sheet) in sides {
                    section.card {
                        h3 { (title.get(lang)) }
                        @if may { (editable(signed, lang, contact, side, save, sheet)) } @else { (read_only(lang, sheet)) }
                    }
                }
            }
        }
    }
}

fn editable(signed: &Signed, lang: Lang, contact: &Contact, side: &str, save: Text, sheet: &Sheet) -> Markup {
    let none = ("", NOT_ASKED.get(lang));
    let distances = Distance::ALL.iter().map(|of| (of.as_str(), words::distance(lang, *of)));
    let masks = Masks::ALL.iter().map(|of| (of.as_str(), words::masks(lang, *of)));
    let spaces = Space::ALL.iter().map(|of| (of.as_str(), words::space(lang, *of)));
    let minutes = sheet.minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
    let last = sheet.last_contact.map(|day| date_value(day.0)).unwrap_or_default();
    // Two forms with the same questions: the labels' ids must differ, so each stands in its own `fieldset` by side.
    let id = |name: &str| format!("{side}-{name}");
    let (distance_id, minutes_id, masks_id, space_id, last_id) =
        (id("distance"), id("minutes"), id("masks"), id("space"), id("last_contact"));
    let fields = html! {
        input type="hidden" name="side" value=(side);
        (Field::select(lang, &distance_id, words::Q_DISTANCE.get(lang), std::iter::once(none).chain(distances).collect())
            .value(sheet.distance.map_or("", Distance::as_str)).optional())
        (Field::input(lang, "number", &minutes_id, words::Q_MINUTES.get(lang)).value(&minutes).digits(4).optional())
        (Field::select(lang, &masks_id, words::Q_MASKS.get(lang), std::iter::once(none).chain(masks).collect())
            .value(sheet.masks.map_or("", Masks::as_str)).optional())
        (Field::select(lang, &space_id, words::Q_SPACE.get(lang), std::iter::once(none).chain(spaces).collect())
            .value(sheet.space.map_or("", Space::as_str)).optional())
        (Field::input(lang, "date", &last_id, words::Q_LAST.get(lang)).value(&last).optional())
        (button(Weight::Secondary, save.get(lang)))
    };
    form(&format!("{}/sheet", routes::contact(contact.id)), &signed.form_token, fields)
}

fn read_only(lang: Lang, sheet: &Sheet) -> Markup {
    let unknown = || NOT_ASKED.get(lang).to_owned();
    let answer = |known: Option<&str>| known.map_or_else(unknown, str::to_owned);
    bluezone_pages::parts::facts([
        (words::Q_DISTANCE.get(lang), html! { (answer(sheet.distance.map(|of| words::distance(lang, of)))) }),
        (words::Q_MINUTES.get(lang), html! { (sheet.minutes.map_or_else(unknown, |n| n.to_string())) }),
        (words::Q_MASKS.get(lang), html! { (answer(sheet.masks.map(|of| words::masks(lang, of)))) }),
        (words::Q_SPACE.get(lang), html! { (answer(sheet.space.map(|of| words::space(lang, of)))) }),
        (
            words::Q_LAST.get(lang),
            html! { (sheet.last_contact.map_or_else(unknown, |day| date(lang, day.0))) },
        ),
    ])
}

/// `POST /console/contacts/{contact}/sheet`
pub async fn fill(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let id = id.parse().map_err(|_| Failure::NotFound)?;
    let contact = contact_page::find_to_change(&state, &signed, id).await?;
    let now = state.now();
    let typed = Typed::of(&fields);
    let side = match typed.side.as_str() {
        "declared" => SheetSide::Declared,
        "investigated" => SheetSide::Investigated,
        _ => return Err(Failure::Unreadable),
    };
    let sheet = Sheet {
        distance: typed.distance.parse().ok(),
        minutes: typed.minutes.trim().parse().ok().filter(|minutes| *minutes <= 1440),
        masks: typed.masks.parse().ok(),
        space: typed.space.parse().ok(),
        last_contact: dates::read(&typed.last_contact, now).map_err(|_| Failure::Unreadable)?,
    };
    let around = contact_page::Around::of(&state, &contact).await?;
    let (by, rule, infectious) = (signed.officer.id, around.rule(), around.infectious(now));
    let filled = FilledSheet { contact: contact.id, side, sheet, rule, infectious, by, at: now };
    state.store.fill_sheet(&filled).await?;
    Ok(Redirect::to(&format!("{}?done=sheet", routes::contact(contact.id))).into_response())
}

impl Typed {
    /// The names of the fields begin with the side, so that two forms can stand on one page.
    fn of(fields: &HashMap<String, String>) -> Typed {
        let side = fields.get("side").cloned().unwrap_or_default();
        let field = |name: &str| fields.get(&format!("{side}-{name}")).cloned().unwrap_or_default();
        Typed {
            distance: field("distance"),
            minutes: field("minutes"),
            masks: field("masks"),
            space: field("space"),
            last_contact: field("last_contact"),
            side,
        }
    }
}
