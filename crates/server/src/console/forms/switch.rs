//! Opening or closing forms, and setting their numbers, for a disease and a time.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::forms::list::by_name;
use crate::console::forms::{BACK, number_name};
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::declaring::day_of;
use crate::forms::Forms;
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::disease;
use bluezone_forms::parameters::{Period, Switch};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::{Lang, Text, text};
use chrono::NaiveDate;
use maud::html;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The greatest number that a form is given: ten years, in days.
const GREATEST: i64 = 3653;
/// Before the name of a number in the form's fields.
const NUMBER: &str = "number-";

text! {
    TITLE, "Mở, đóng: {form}", "Open or close: {form}";
    ALL_FORMS, "tất cả biểu mẫu", "all forms";
    STATE, "Trong thời gian này biểu mẫu", "Over this time the form is";
    OPEN, "mở", "open";
    CLOSED, "đóng", "closed";
    DISEASE, "Bệnh", "Disease";
    DISEASE_HINT, "Mở cho một bệnh: từ lúc đó tờ khai hỏi và ghi là về bệnh này.", "Opened for one disease, the form asks about that one, and declarations say so.";
    ANY, "Mọi bệnh", "Any disease";
    FROM, "Từ ngày", "From";
    UNTIL, "Đến hết ngày", "Until the end of";
    OPEN_END, "Bỏ trống: không giới hạn.", "Left empty: without limit.";
    AS_FILE, "Hiện là {n}. Bỏ trống: giữ như hiện nay.", "Now {n}. Left empty: stays so.";
    SAVE, "Lưu", "Save";
    GIVE_STATE, "Hãy chọn mở hoặc đóng.", "Choose open or closed.";
    GIVE_DATE, "Hãy ghi ngày.", "Write a date.";
    BACKWARDS, "Kết thúc trước khi bắt đầu.", "It ends before it begins.";
    OVER, "Thời gian này đã qua.", "This time is over already.";
    GIVE_NUMBER, "Hãy ghi một số từ 0 đến 3653.", "Write a number from 0 to 3653."
}

/// Which form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    form: String,
}

/// What was typed, by field.
type Typed = BTreeMap<String, String>;

fn typed_of<'a>(typed: &'a Typed, field: &str) -> &'a str {
    typed.get(field).map_or("", |value| value.trim())
}

/// `GET /console/forms/switches/new?form=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let today = day_of(state.now());
    let forms = state.forms().await?;
    known(&forms, &asked.form)?;
    let typed = Typed::from([
        ("form".to_owned(), asked.form),
        ("from".to_owned(), today.format("%Y-%m-%d").to_string()),
    ]);
    Ok(shown(&signed, view, &forms, today, &typed, &[]))
}

/// `POST /console/forms/switches/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (now, today) = (state.now(), day_of(state.now()));
    let forms = state.forms().await?;
    known(&forms, typed_of(&typed, "form"))?;
    let switch = match read(&forms, today, &typed) {
        Ok(switch) => switch,
        Err(problems) => {
            let mut answer = shown(&signed, view, &forms, today, &typed, &problems);
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(answer);
        }
    };
    let text = serde_json::to_string(&switch).expect("a switch is plain data");
    // Sent twice, it says the same twice.
    state.store.add_form_switch(&text, signed.officer.id, now).await?;
    Ok(Redirect::to(&format!("{}?done=switch", routes::FORMS)).into_response())
}

/// Every form, or one that there is.
fn known(forms: &Forms, name: &str) -> Result<(), Failure> {
    if name.is_empty() || forms.library.iter().any(|form| form.name == name) {
        Ok(())
    } else {
        Err(Failure::NotFound)
    }
}

/// The numbers of a form today; of all forms none, because the same name may mean other things in others.
fn numbers_of(forms: &Forms, name: &str, today: NaiveDate) -> BTreeMap<String, i64> {
    let versions = by_name(forms).into_iter().find(|(of, _)| *of == name).map(|(_, versions)| versions);
    let newest = versions.and_then(|versions| versions.last().copied());
    newest.map(|form| forms.parameters(form, today)).unwrap_or_default()
}

fn read(forms: &Forms, today: NaiveDate, typed: &Typed) -> Result<Switch, Vec<(String, Text)>> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, words| problems.push((field.to_owned(), words));
    let open = match typed_of(typed, "open") {
        "open" => true,
        "closed" => false,
        _ => {
            wrong("open", GIVE_STATE);
            false
        }
    };
    let mut date = |field| match typed_of(typed, field) {
        "" => None,
        text => {
            let read = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            if read.is_none() {
                wrong(field, GIVE_DATE);
            }
            read
        }
    };
    let period = Period { start: date("from"), end: date("until") };
    match (period.start, period.end) {
        (Some(start), Some(end)) if end < start => wrong("until", BACKWARDS),
        (_, Some(end)) if end < today => wrong("until", OVER),
        _ => {}
    }
    let name = typed_of(typed, "form");
    let mut parameters = BTreeMap::new();
    for number in numbers_of(forms, name, today).into_keys() {
        let field = format!("{NUMBER}{number}");
        match typed_of(typed, &field) {
            "" => {}
            text => match text.parse().ok().filter(|value| (0..=GREATEST).contains(value)) {
                Some(value) => drop(parameters.insert(number, value)),
                None => wrong(&field, GIVE_NUMBER),
            },
        }
    }
    let disease = disease::find(typed_of(typed, "disease")).map(|disease| disease.id.clone());
    if problems.is_empty() {
        Ok(Switch { form: name.to_owned(), disease, period, open, parameters })
    } else {
        Err(problems)
    }
}

fn shown(
    signed: &Signed,
    view: View,
    forms: &Forms,
    today: NaiveDate,
    typed: &Typed,
    problems: &[(String, Text)],
) -> Response {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (field.as_str(), words.get(lang))).collect();
    let problem = |name: &str| listed.iter().find(|(of, _)| *of == name).map(|(_, words)| *words);
    let name = typed_of(typed, "form");
    let numbers = numbers_of(forms, name, today);
    let title = forms.library.iter().find(|form| form.name == name);
    let title = title.map_or_else(|| ALL_FORMS.get(lang).to_owned(), |form| form.title.fill(lang, &numbers));
    let diseases = [("", ANY.get(lang))].into_iter().chain(words::diseases(lang)).collect();
    let states = vec![("open", OPEN.get(lang)), ("closed", CLOSED.get(lang))];
    let day_field =
        |field, label: Text| day_field(lang, field, label, typed_of(typed, field), problem(field));
    let inside = html! {
        input type="hidden" name="form" value=(name);
        (Field::radio(lang, "open", STATE.get(lang), states).value(typed_of(typed, "open")).error(problem("open")))
        (Field::select(lang, "disease", DISEASE.get(lang), diseases).hint(DISEASE_HINT.get(lang))
            .value(typed_of(typed, "disease")))
        (day_field("from", FROM))
        (day_field("until", UNTIL))
        @for (number, value) in &numbers {
            @let field = format!("{NUMBER}{number}");
            (Field::input(lang, "text", &field, &number_name(lang, number))
                .hint(&AS_FILE.fill(lang, &[("n", &value.to_string())]))
                .value(typed_of(typed, &field)).error(problem(&field)).digits(4).optional())
        }
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            (link_button(Weight::Secondary, routes::FORMS, words::CANCEL.get(lang)))
        }
    };
    let body = html! {
        (back(routes::FORMS, BACK.get(lang)))
        (to_mend(lang, &listed))
        section.card { (form(routes::NEW_SWITCH, &signed.form_token, inside)) }
    };
    let title = TITLE.fill(lang, &[("form", &title)]);
    let view = view.at(&routes::new_switch(name));
    Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render()
}

fn day_field(lang: Lang, field: &str, label: Text, value: &str, problem: Option<&str>) -> maud::Markup {
    let field = Field::input(lang, "date", field, label.get(lang)).hint(OPEN_END.get(lang)).value(value);
    html! { (field.error(problem).optional()) }
}
