//! A form that came on paper, of somebody without a phone: entered by an officer, under the day on the paper, and marked as
//! entered late (circular 15/2026/TT-BYT, article 4).

use super::list;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{once, routes, words};
use crate::declaring::{self, Checked, Filled, Sheet, day_of};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::declaration::{Channel, SentBy};
use bluezone_domain::id::DeclarationId;
use bluezone_forms::consent::{self, Given};
use bluezone_forms::{Drawing, Entries, Kind, Problem, Questionnaire, REDRAW};
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, link_button};
use bluezone_pages::time::parse_date;
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::time::Timestamp;
use bluezone_store::NewDeclaration;
use chrono::{Days, NaiveDate};
use maud::{Markup, html};
use serde::Deserialize;

/// For how many days back a paper form is entered.
const OLDEST_DAYS: u64 = 30;
/// The field that holds the day on the paper.
const DAY: &str = "paper-day";
/// The field that holds the language of the paper: what was signed was read in it, whatever the officer's screen says.
const WRITTEN: &str = "paper-lang";
/// The field that holds the form's name.
const FORM: &str = "paper-form";

text! {
    TITLE, "Nhập phiếu giấy", "Enter a paper form";
    LEAD, "Cho người không có điện thoại. Khai báo được ghi là nhập sau, theo ngày trên phiếu.",
        "For somebody without a phone. The declaration is marked as entered late, under the day on the paper.";
    BACK, "Danh sách khai báo", "All declarations";
    WHICH, "Biểu mẫu", "Form";
    ON, "Ngày trên phiếu", "Day on the paper";
    WRITTEN_IN, "Phiếu in bằng tiếng", "Language of the paper";
    VIETNAMESE, "Tiếng Việt", "Vietnamese";
    ENGLISH, "Tiếng Anh", "English";
    NEXT, "Tiếp", "Next";
    SAVE, "Lưu khai báo", "Save the declaration";
    OTHER, "Chọn biểu mẫu khác", "Choose another form";
    SIGNED, "Chỉ đánh dấu những mục mà người đó đã ký trên phiếu.", "Tick only what the person signed on the paper.";
    BAD_DAY, "Hãy chọn ngày trong 30 ngày qua.", "Choose a day within the last 30 days.";
    CLOSED, "Ngày đó biểu mẫu này không mở", "This form was not open on that day";
    CLOSED_WHY, "Hãy kiểm tra ngày trên phiếu, hoặc chọn biểu mẫu khác.", "Check the day on the paper, or choose another form."
}

/// Which form, of which day.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    form: String,
    day: String,
    #[serde(rename = "paper-lang")]
    written: String,
}

/// The language of the paper: Vietnamese unless it is said.
fn written(code: &str) -> Lang {
    Lang::from_code(code).unwrap_or(Lang::Vi)
}

/// `GET /console/declarations/paper?form=…&day=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    if asked.form.is_empty() {
        return choose(&state, &signed, view, &asked, None).await;
    }
    let Some(day) = day(&state, &asked.day) else {
        return choose(&state, &signed, view, &asked, Some(BAD_DAY)).await;
    };
    let Some(sheet) = open(&state, &asked.form, day).await? else {
        return choose(&state, &signed, view, &asked, Some(CLOSED)).await;
    };
    let entries = Entries::initial(sheet.form());
    let (ticket, written) = (once::ticket(&state), written(&asked.written));
    let paper = Paper { sheet: &sheet, ticket: &ticket, entries: &entries, checked: None, written };
    Ok(paper.page(&signed, view))
}

/// `POST /console/declarations/paper`
pub async fn enter(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let field = |name: &str| fields.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.as_str());
    let (name, ticket) = (field(FORM).to_owned(), field(once::FIELD).to_owned());
    let day = day(&state, field(DAY)).ok_or(Failure::Unreadable)?;
    let sheet = open(&state, &name, day).await?.ok_or(Failure::NotFound)?;
    let written = written(field(WRITTEN));
    let redraw = field(REDRAW.0) == REDRAW.1;
    // No file comes with a paper form.
    let files: Vec<&str> = attachments(sheet.form());
    let fields: Vec<_> = fields.into_iter().filter(|(name, _)| !files.contains(&name.as_str())).collect();
    let filled = Filled { sheet: &sheet, lang: written, fields: &fields, files: &[] };
    let sent = filled.read();
    let checked = filled.checked(sent, &declaring::purposes(&sheet, &[]));
    let entries = checked.sent.entries.clone();
    let shown = |checked: Option<&Checked>| {
        let paper = Paper { sheet: &sheet, ticket: &ticket, entries: &entries, checked, written };
        paper.page(&signed, view.clone())
    };
    if redraw {
        return Ok(shown(None));
    }
    if !checked.is_right() || ticket.is_empty() {
        let mut answer = shown(Some(&checked));
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let id = keep(&state, &signed, &filled, &checked, day, &ticket).await?;
    Ok(Redirect::to(&format!("{}?done=saved", routes::declaration(id))).into_response())
}

/// Stores it, once however often the form is sent.
async fn keep(
    state: &AppState,
    signed: &Signed,
    filled: &Filled<'_>,
    checked: &Checked,
    day: NaiveDate,
    ticket: &str,
) -> Result<DeclarationId, Failure> {
    let id = DeclarationId::from_bytes(once::id(state, signed, "paper declaration", ticket));
    let person = declaring::identity(&checked.sent.answers);
    let authored = parse_date(&day.format("%Y-%m-%d").to_string()).map_or(state.now(), Timestamp);
    let by = SentBy::Officer(signed.officer.id);
    let declaration = declaring::record(filled, checked, &person, id, by, authored, state.now());
    let consents = checked.given.iter();
    let consents =
        consents.map(|given| declaring::consent_of(given, &declaration, Channel::Paper, None)).collect();
    let mut points = declaring::points(filled.sheet, &checked.sent.answers);
    // Whoever entered it sees it, wherever the person lives.
    points.assigned = Some(signed.officer.unit.clone());
    let new =
        NewDeclaration { declaration, daily: false, profile: None, consents, files: Vec::new(), points };
    state.store.accept_declaration(&new, &mut *state.rng()).await?;
    Ok(id)
}

/// A form that tells who it is about, and that was open on a day.
async fn open(state: &AppState, name: &str, day: NaiveDate) -> Result<Option<Sheet>, Failure> {
    let sheet = Sheet::open(state, name, day).await?;
    Ok(sheet.filter(|sheet| is_for_paper(sheet.form())))
}

fn is_for_paper(form: &Questionnaire) -> bool {
    declaring::asks_who(form)
}

fn attachments(form: &Questionnaire) -> Vec<&str> {
    let items = form.questions().into_iter().filter(|item| matches!(item.kind, Kind::Attachment { .. }));
    items.map(|item| item.link_id.as_str()).collect()
}

/// A day that has come and is not too long ago.
fn day(state: &AppState, typed: &str) -> Option<NaiveDate> {
    let (day, today) = (typed.trim().parse::<NaiveDate>().ok()?, day_of(state.now()));
    (today - Days::new(OLDEST_DAYS) <= day && day <= today).then_some(day)
}

async fn choose(
    state: &AppState,
    signed: &Signed,
    view: View,
    asked: &Asked,
    problem: Option<Text>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let forms = state.forms().await?;
    let mut names: Vec<&str> =
        forms.library.iter().filter(|form| is_for_paper(form)).map(|form| form.name.as_str()).collect();
    names.dedup();
    let titles = list::titles(state, lang).await?;
    let options = names.iter().map(|name| (*name, titles.get(*name).map_or(*name, String::as_str))).collect();
    let today = day_of(state.now()).to_string();
    let day = if asked.day.is_empty() { &today } else { &asked.day };
    let languages = vec![(Lang::Vi.code(), VIETNAMESE.get(lang)), (Lang::En.code(), ENGLISH.get(lang))];
    let body = html! {
        (back(routes::DECLARATIONS, BACK.get(lang)))
        @if let Some(problem) = problem {
            (alert(Tone::Bad, problem.get(lang), html! { @if problem == CLOSED { p { (CLOSED_WHY.get(lang)) } } }))
        }
        section.card {
            form.form method="get" action=(routes::PAPER) {
                (Field::select(lang, "form", WHICH.get(lang), options).value(&asked.form))
                (Field::input(lang, "date", "day", ON.get(lang)).value(day))
                (Field::select(lang, WRITTEN, WRITTEN_IN.get(lang), languages).value(written(&asked.written).code()))
                (button(Weight::Primary, NEXT.get(lang)))
            }
        }
    };
    let view = view.at(routes::PAPER);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    let mut answer = Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render();
    if problem.is_some() {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

/// The form to fill in.
struct Paper<'a> {
    sheet: &'a Sheet,
    ticket: &'a str,
    entries: &'a Entries,
    checked: Option<&'a Checked>,
    /// The paper's language.
    written: Lang,
}

impl Paper<'_> {
    fn page(&self, signed: &Signed, view: View) -> Response {
        let lang = view.lang;
        let (form_of, day) = (self.sheet.form(), self.sheet.day());
        let problems: &[Problem] = self.checked.map_or(&[], |checked| &checked.sent.problems);
        let given: &[Given] = self.checked.map_or(&[], |checked| &checked.given);
        let missing: Vec<&str> = self
            .checked
            .map(|checked| checked.missing.iter().map(String::as_str).collect())
            .unwrap_or_default();
        let setting = self.sheet.setting();
        let drawing = Drawing { form: form_of, lang, setting, entries: self.entries, problems };
        let inside: Markup = html! {
            (once::field(self.ticket))
            input type="hidden" name=(FORM) value=(form_of.name);
            input type="hidden" name=(DAY) value=(day);
            input type="hidden" name=(WRITTEN) value=(self.written.code());
            (drawing.render())
            p.hint { (SIGNED.get(lang)) }
            // In the words that were signed.
            div.stack lang=(self.written.code()) { (consent::draw(self.written, &declaring::purposes(self.sheet, &[]), given, &missing)) }
            div.actions {
                (button(Weight::Primary, SAVE.get(lang)))
                (link_button(Weight::Secondary, routes::DECLARATIONS, words::CANCEL.get(lang)))
            }
        };
        let body = html! {
            (back(routes::PAPER, OTHER.get(lang)))
            section.card { (form(routes::PAPER, &signed.form_token, inside)) }
        };
        let title = form_of.title.fill(lang, setting.parameters);
        let lead = format!("{}. {}: {}", TITLE.get(lang), ON.get(lang), day.format("%d/%m/%Y"));
        let (name, written) = (routes::encoded(&form_of.name), self.written.code());
        let here = format!("{}?form={name}&day={day}&{WRITTEN}={written}", routes::PAPER);
        let view = view.at(&here);
        Shell { view: &view, signed: Some(signed), title: &title, lead: Some(&lead), wide: false, body }
            .render()
    }
}
