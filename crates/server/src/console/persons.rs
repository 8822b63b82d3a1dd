//! Finding persons: by name while it is typed, by a number that was typed to its end.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use bluezone_domain::person::Person;
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::Field;
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, search_script_path, text};
use bluezone_store::Within;
use maud::{Markup, html};
use serde::Deserialize;

/// Persons that are shown; whoever looks for another types on.
const MOST_SHOWN: usize = 20;
/// Id of the element that holds what was found.
const FOUND: &str = "found";

text! {
    TITLE, "Người trong hồ sơ", "Persons";
    LEAD, "Gõ họ tên không cần dấu, thêm năm sinh nếu nhiều người trùng tên; hoặc gõ đủ số CCCD, hộ chiếu, điện thoại.",
        "Type a name, with or without diacritics, and a year of birth if many share it; or a whole identity card, passport or phone number.";
    LABEL, "Họ tên, số giấy tờ hoặc điện thoại", "Name, number of a paper or phone";
    FIND, "Tìm", "Find";
    CAPTION, "Những người khớp nhất trước", "The best matches first";
    NAME, "Họ và tên", "Name";
    BORN, "Sinh", "Born";
    LIVES, "Nơi ở", "Lives in";
    NAMELESS, "(chưa có tên)", "(no name yet)";
    NOBODY, "Không có ai khớp trong địa bàn của bạn.", "Nobody in your reach matches.";
    MORE, "Còn nhiều người khớp nữa. Hãy gõ thêm.", "There are more matches. Type on."
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// `GET /console/persons`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let field =
        Field::input(lang, "search", "q", LABEL.get(lang)).value(asked.q.trim()).complete("off").verbatim();
    let body = html! {
        form.form.inline method="get" action=(routes::PERSONS) role="search" {
            (field.focus().live(routes::PERSONS_FOUND, FOUND))
            (button(Weight::Secondary, FIND.get(lang)))
        }
        div id=(FOUND) aria-live="polite" { (found(&state, &signed, lang, &asked.q).await?) }
        script type="module" src=(search_script_path()) {}
    };
    // What was typed is somebody's name: the language switch does not repeat it.
    let view = view.clone().at(routes::PERSONS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// `GET /console/persons/found`: what was found, without the page around it.
pub async fn fragment(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    Ok(Html(found(&state, &signed, view.lang, &asked.q).await?.into_string()).into_response())
}

async fn found(state: &AppState, signed: &Signed, lang: Lang, typed: &str) -> Result<Markup, Failure> {
    if typed.trim().is_empty() {
        return Ok(html! {});
    }
    let within = Within::from(signed.scope());
    let found = state.persons.find(&state.store, typed, &within, MOST_SHOWN).await?;
    let mut persons = Vec::new();
    for id in found.persons {
        if let Some(person) = state.store.person(id).await?
            && allows(signed.scope(), Action::SeePersons, person.record())
        {
            persons.push(person);
        }
    }
    Ok(html! {
        @if persons.is_empty() { p.soft { (NOBODY.get(lang)) } } @else { (rows(lang, &persons)) }
        @if found.more { p.soft { (MORE.get(lang)) } }
    })
}

fn rows(lang: Lang, persons: &[Person]) -> Markup {
    let columns =
        [Column::words(NAME.get(lang)), Column::words(BORN.get(lang)), Column::words(LIVES.get(lang))];
    let rows = persons.iter().map(|person| {
        vec![
            html! { a href=(routes::person(person.id)) { (name(lang, person)) } },
            html! { @if let Some(birth) = person.identity.birth { (birth) } },
            html! { (words::area(lang, person.area)) },
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}

/// A person's name, or that there is none.
pub fn name(lang: Lang, person: &Person) -> &str {
    match person.identity.name.as_str() {
        "" => NAMELESS.get(lang),
        name => name,
    }
}
