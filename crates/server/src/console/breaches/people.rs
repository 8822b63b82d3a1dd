//! Whose data a breach concerns: the list, and telling them. Whoever has an account finds a message in their inbox; the others
//! are called, and that is noted.

use super::{fields::Problems, fields::Typed as Facts, find, page, sees_people};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::View;
use crate::rights::notice;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::breach::{Affected, Breach};
use bluezone_domain::id::MessageId;
use bluezone_domain::message::Message;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, badge, button, card};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date_time;
use bluezone_pages::{Lang, text};
use bluezone_store::NewMessage;
use maud::{Markup, html};
use serde::Deserialize;

/// People that one form adds at most.
const MOST: usize = 5_000;
/// Rows that are shown; the counts are of all.
const SHOWN: usize = 500;

text! {
    TITLE, "Người bị ảnh hưởng", "Whom it concerns";
    COUNT, "{n} người trong danh sách, {told} người đã được báo.", "{n} people on the list, {told} of them were told.";
    LIST, "Thêm người", "Add people";
    LIST_HINT, "Mỗi dòng một người: số điện thoại, rồi tên nếu biết. Ví dụ: 0912 345 678, Nguyễn Văn An", "One a line: the telephone number, then the name if you know it. For example: 0912 345 678, Nguyễn Văn An";
    ADD, "Thêm vào danh sách", "Add to the list";
    PHONE, "Điện thoại", "Telephone";
    NAME, "Tên", "Name";
    TOLD, "Đã báo", "Told";
    NOT_TOLD, "chưa báo", "not told";
    TELL_WHY, "Ai có tài khoản nhận tin trong hộp thư. Những người còn lại: gọi điện, rồi bấm nút bên cạnh tên.", "Whoever has an account gets a message in their inbox. Call the others, then press the button beside their name.";
    TELL, "Báo cho mọi người có tài khoản", "Tell everybody who has an account";
    CALLED, "Đã gọi", "Called";
    NO_LINE, "Có dòng không bắt đầu bằng số điện thoại Việt Nam. Chưa thêm ai.", "A line does not begin with a Vietnamese telephone number. Nobody was added.";
    TOO_MANY, "Nhiều nhất 5.000 dòng mỗi lần.", "At most 5,000 lines at a time."
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    list: String,
}

/// Whom an officer called; empty: whoever has an account is told.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Tell {
    called: String,
}

/// The part of a breach's page about them.
pub async fn shown(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    breach: &Breach,
    problems: &[(&str, &'static str)],
) -> Result<Markup, Failure> {
    let people = state.store.breach_people(breach.id).await?;
    let told = people.iter().filter(|person| person.told_at.is_some()).count();
    let wrong = problems.iter().find(|(field, _)| *field == "list").map(|(_, words)| *words);
    let tell = routes::breach_form(routes::TELL_BREACH, breach.id);
    let open = breach.closed_at.is_none();
    let columns =
        [Column::words(PHONE.get(lang)), Column::words(NAME.get(lang)), Column::words(TOLD.get(lang))];
    let rows = people.iter().take(SHOWN).map(|entry| {
        let state = match entry.told_at {
            Some(at) => badge(Tone::Good, &date_time(lang, at.0)),
            None if open => html! {
                div.row {
                    (badge(Tone::Caution, NOT_TOLD.get(lang)))
                    (form(&tell, &signed.form_token, html! {
                        input type="hidden" name="called" value=(entry.id);
                        (button(Weight::Secondary, CALLED.get(lang)))
                    }))
                }
            },
            None => badge(Tone::Caution, NOT_TOLD.get(lang)),
        };
        vec![html! { (entry.person.phone) }, html! { (entry.person.name) }, state]
    });
    let count = COUNT.fill(lang, &[("n", &people.len().to_string()), ("told", &told.to_string())]);
    Ok(card(
        TITLE.get(lang),
        html! {
            p { (count) }
            @if !people.is_empty() { (table(TITLE.get(lang), &columns, rows)) }
            @if open && told < people.len() {
                p.hint { (TELL_WHY.get(lang)) }
                (form(&tell, &signed.form_token, html! { (button(Weight::Primary, TELL.get(lang))) }))
            }
            @if open {
                (form(&routes::breach_form(routes::BREACH_PEOPLE, breach.id), &signed.form_token, html! {
                    (Field::area(lang, "list", LIST.get(lang), 4).hint(LIST_HINT.get(lang)).error(wrong))
                    div.actions { (button(Weight::Secondary, ADD.get(lang))) }
                }))
            }
        },
    ))
}

/// `POST /console/breaches/{breach}/people`
pub async fn add(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let breach = open(&state, &signed, &id).await?;
    let lines: Vec<&str> = typed.list.lines().filter(|line| !line.trim().is_empty()).collect();
    let people: Option<Vec<Affected>> = lines.iter().map(|line| read(line)).collect();
    let problem = match &people {
        _ if lines.len() > MOST => TOO_MANY,
        Some(people) if !people.is_empty() => {
            state.store.add_breach_people(breach.id, people, &mut *state.rng()).await?;
            return Ok(Redirect::to(&format!("{}?done=1", routes::breach(breach.id))).into_response());
        }
        _ => NO_LINE,
    };
    let typed = Facts::of(&breach.facts, breach.about_people);
    let problems: Problems = vec![("list", problem)];
    let mut answer = page::shown(&state, &signed, view, &breach, &typed, &problems, false).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// `POST /console/breaches/{breach}/tell`
pub async fn tell(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    Form(typed): Form<Tell>,
) -> Result<Response, Failure> {
    let breach = open(&state, &signed, &id).await?;
    let now = state.now();
    for entry in state.store.breach_people(breach.id).await? {
        if entry.told_at.is_some() || !(typed.called.is_empty() || typed.called == entry.id) {
            continue;
        }
        let account = state.store.citizen_by_phone(&entry.person.phone).await?;
        let message = account.map(|citizen| NewMessage {
            id: MessageId::generate(&mut *state.rng()),
            to: citizen.id,
            message: Message::Breach { breach: breach.id, text: notice::to_person(Lang::Vi, &breach) },
            at: now,
        });
        if message.is_some() || typed.called == entry.id {
            state.store.tell_breach_person(&entry.id, now, message.as_ref(), &mut *state.rng()).await?;
        }
    }
    Ok(Redirect::to(&format!("{}?done=1", routes::breach(breach.id))).into_response())
}

/// A breach whose people this officer may see and that is not closed.
async fn open(state: &AppState, signed: &Signed, id: &str) -> Result<Breach, Failure> {
    let breach = find(state, signed, id).await?;
    match sees_people(signed) {
        false => Err(Failure::Forbidden),
        true if breach.closed_at.is_some() => Err(Failure::NotFound),
        true => Ok(breach),
    }
}

/// `0912 345 678, Nguyễn Văn An`: the number ends where letters or a comma begin.
fn read(line: &str) -> Option<Affected> {
    let end = line.find(|c: char| !(c.is_ascii_digit() || " +.-\t".contains(c))).unwrap_or(line.len());
    let (phone, name) = line.split_at(end);
    let name: String =
        name.trim_start_matches([',', ';']).chars().filter(|c| !c.is_control()).take(200).collect();
    Some(Affected { phone: phone.trim().parse().ok()?, name: name.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_number_and_a_name() {
        let person = read("0912 345 678, Nguyễn Văn An ").unwrap();
        assert_eq!(
            (person.phone.as_str(), person.name.as_str()),
            (read("+84912345678").unwrap().phone.as_str(), "Nguyễn Văn An")
        );
        assert_eq!(read("0912345678\tTrần Thị Bình").unwrap().name, "Trần Thị Bình");
        for wrong in ["", "Nguyễn Văn An", "12, x", "0912"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
