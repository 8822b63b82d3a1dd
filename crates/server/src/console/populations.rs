//! Taking in how many people live in communes and provinces: the counts tell rates of a thousand by it.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{counts, line, routes};
use crate::declaring::day_of;
use crate::state::AppState;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::person::tidy;
use bluezone_domain::population::{LONGEST_SOURCE, LineProblem, WrongLine, read};
use bluezone_pages::form::{CSRF_FIELD, Field, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, link_button};
use bluezone_pages::{Lang, Text, text};
use chrono::NaiveDate;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Wrong lines that are shown: more do not help to mend a file.
const SHOWN: usize = 20;

text! {
    TITLE, "Số dân xã, phường", "Population of communes";
    LEAD, "Bảng CSV hai cột code,population: mã xã hoặc tỉnh hiện hành, số dân. Số mới thay số cũ của cùng mã; nguồn và ngày hiện cạnh tỉ lệ.",
        "A CSV table of two columns code,population: the code of a commune or province in force, its people. New figures replace those of the same code; source and day stand beside the rates.";
    FILE, "Tệp CSV", "CSV file";
    SOURCE, "Nguồn", "Source";
    SOURCE_HINT, "Ví dụ: Niên giám thống kê tỉnh 2025.", "For example: Statistical yearbook of the province, 2025.";
    AS_OF, "Số liệu của ngày", "Figures of the day";
    TAKE, "Kiểm tra và nhập", "Check and take in";
    NOT_TAKEN, "Chưa nhập số nào", "No figure was taken in";
    LINE, "Dòng {n}: {words}", "Line {n}: {words}";
    MORE, "và {n} dòng khác", "and {n} more lines";
    NO_FILE, "Hãy chọn tệp có ít nhất một dòng số liệu.", "Choose a file with at least one line of figures.";
    NOT_TEXT, "Tệp không phải văn bản UTF-8.", "The file is no text in UTF-8.";
    GIVE_SOURCE, "Hãy ghi nguồn, tối đa 200 ký tự.", "Write the source, in at most 200 characters.";
    GIVE_DATE, "Hãy ghi ngày, không sau hôm nay.", "Write a day that is not after today.";
    HEADER, "phải là code,population", "it must be code,population";
    FIELDS, "cần đúng hai cột", "two columns are needed, no more";
    CODE, "không có tỉnh hay xã hiện hành nào mang mã này", "no province or commune in force has this code";
    NUMBER, "cần số nguyên từ 1 đến 20000000, không dấu chấm, phẩy", "a whole number from 1 to 20000000 is needed, without separators";
    TWICE, "mã này đã có ở dòng trên", "this code stands further up already"
}

/// What was typed beside the file.
#[derive(Default)]
struct Typed {
    source: String,
    as_of: String,
}

/// What is wrong: with fields, and with lines of the file.
#[derive(Default)]
struct Problems {
    fields: Vec<(&'static str, Text)>,
    lines: Vec<WrongLine>,
}

/// `GET /console/counts/people`
pub async fn page(signed: Signed, view: View) -> Response {
    shown(&signed, view, &Typed::default(), &Problems::default())
}

/// `POST /console/counts/people`
pub async fn take_in(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    mut fields: Multipart,
) -> Result<Response, Failure> {
    let (mut typed, mut file) = (Typed::default(), Vec::new());
    while let Some(field) = fields.next_field().await.map_err(|_| Failure::Unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| Failure::Unreadable)?;
        match name.as_str() {
            "file" => file = bytes.to_vec(),
            "source" => typed.source = tidy(&String::from_utf8_lossy(&bytes)),
            "as_of" => typed.as_of = String::from_utf8_lossy(&bytes).trim().to_owned(),
            _ => {}
        }
    }
    let today = day_of(state.now());
    match checked(&typed, file, today) {
        Ok((people, as_of)) => {
            state
                .store
                .put_populations(&people, &typed.source, as_of, signed.officer.id, state.now())
                .await?;
            Ok(Redirect::to(&format!("{}?done=people", routes::COUNTS)).into_response())
        }
        Err(problems) => {
            let mut answer = shown(&signed, view, &typed, &problems);
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

fn checked(
    typed: &Typed,
    file: Vec<u8>,
    today: NaiveDate,
) -> Result<(BTreeMap<String, u64>, NaiveDate), Problems> {
    let mut problems = Problems::default();
    if !(1..=LONGEST_SOURCE).contains(&typed.source.chars().count()) {
        problems.fields.push(("source", GIVE_SOURCE));
    }
    let as_of = typed.as_of.parse::<NaiveDate>().ok().filter(|day| *day <= today);
    if as_of.is_none() {
        problems.fields.push(("as_of", GIVE_DATE));
    }
    let mut people = BTreeMap::new();
    match String::from_utf8(file) {
        Err(_) => problems.fields.push(("file", NOT_TEXT)),
        Ok(text) if text.trim().is_empty() => problems.fields.push(("file", NO_FILE)),
        Ok(text) => match read(&text) {
            Ok(read) if read.is_empty() => problems.fields.push(("file", NO_FILE)),
            Ok(read) => people = read,
            Err(lines) => problems.lines = lines,
        },
    }
    match as_of {
        Some(as_of) if problems.fields.is_empty() && problems.lines.is_empty() => Ok((people, as_of)),
        _ => Err(problems),
    }
}

fn problem(of: LineProblem) -> Text {
    match of {
        LineProblem::Header => HEADER,
        LineProblem::Fields => FIELDS,
        LineProblem::Code => CODE,
        LineProblem::Number => NUMBER,
        LineProblem::Twice => TWICE,
    }
}

fn wrong_lines(lang: Lang, lines: &[WrongLine]) -> Markup {
    let shown = lines.iter().take(SHOWN).map(|(number, of)| {
        LINE.fill(lang, &[("n", &number.to_string()), ("words", problem(*of).get(lang))])
    });
    let more = lines.len().saturating_sub(SHOWN);
    let list = html! {
        ul {
            @for line in shown { li { (line) } }
            @if more > 0 { li { (MORE.fill(lang, &[("n", &more.to_string())])) } }
        }
    };
    alert(Tone::Bad, NOT_TAKEN.get(lang), list)
}

fn shown(signed: &Signed, view: View, typed: &Typed, problems: &Problems) -> Response {
    let lang = view.lang;
    let listed = line::listed(lang, &problems.fields);
    let wrong = |name: &str| line::of(&listed, name);
    let body = html! {
        (back(routes::COUNTS, counts::TITLE.get(lang)))
        (to_mend(lang, &listed))
        @if !problems.lines.is_empty() { (wrong_lines(lang, &problems.lines)) }
        section.card {
            form.form method="post" action=(routes::POPULATIONS) enctype="multipart/form-data" {
                // First, so that the gate finds it without reading the file.
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                (Field::input(lang, "file", "file", FILE.get(lang)).error(wrong("file")))
                (Field::input(lang, "text", "source", SOURCE.get(lang)).hint(SOURCE_HINT.get(lang))
                    .value(&typed.source).error(wrong("source")))
                (Field::input(lang, "date", "as_of", AS_OF.get(lang)).value(&typed.as_of).error(wrong("as_of")))
                div.actions {
                    (button(Weight::Primary, TAKE.get(lang)))
                    (link_button(Weight::Secondary, routes::COUNTS, crate::console::words::CANCEL.get(lang)))
                }
            }
        }
    };
    let view = view.at(routes::POPULATIONS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render()
}
