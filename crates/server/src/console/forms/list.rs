//! All forms, and the switches that stand.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::forms::{newest, numbers, switches};
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::declaring::day_of;
use crate::forms::Forms;
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_forms::Questionnaire;
use bluezone_pages::parts::{Tone, Weight, alert, badge, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use chrono::NaiveDate;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Biểu mẫu khai báo", "Declaration forms";
    LEAD, "Mở, đóng biểu mẫu theo bệnh và theo thời gian; đặt số ngày nhìn lại; thêm biểu mẫu mới. Mỗi thay đổi có hiệu lực ngay.",
        "Open and close forms by disease and time, set how far they look back, add new ones. Every change takes effect at once.";
    ADD, "Thêm biểu mẫu", "Add a form";
    SWITCH_ALL, "Mở hoặc đóng tất cả", "Open or close all";
    FORM, "Biểu mẫu", "Form";
    VERSION, "Phiên bản", "Version";
    TODAY, "Hôm nay", "Today";
    OPEN, "Đang mở", "Open";
    CLOSED, "Đang đóng", "Closed";
    NUMBERS, "Các con số", "Numbers";
    DONE_SWITCH, "Đã ghi thay đổi", "The change is saved";
    DONE_BACK, "Đã rút lại thay đổi", "The change is taken back";
    DONE_FORM, "Đã thêm biểu mẫu", "The form is added"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// `GET /console/forms`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (lang, today) = (view.lang, day_of(state.now()));
    let forms = state.forms().await?;
    let done: Option<Text> = match asked.done.as_str() {
        "switch" => Some(DONE_SWITCH),
        "back" => Some(DONE_BACK),
        "form" => Some(DONE_FORM),
        _ => None,
    };
    let body = html! {
        @if let Some(done) = done { (alert(Tone::Good, done.get(lang), html! {})) }
        div.actions {
            (link_button(Weight::Primary, routes::NEW_FORM, ADD.get(lang)))
            (link_button(Weight::Secondary, routes::NEW_SWITCH, SWITCH_ALL.get(lang)))
        }
        (rows(lang, &forms, today))
        (switches::standing(&state, &signed, lang, &forms, None).await?)
    };
    let view = view.at(routes::FORMS);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// The versions of each form, by its name, in the order of the library.
pub fn by_name(forms: &Forms) -> Vec<(&str, Vec<&Questionnaire>)> {
    let mut named: Vec<(&str, Vec<&Questionnaire>)> = Vec::new();
    for form in forms.library.iter() {
        match named.iter_mut().find(|(name, _)| *name == form.name) {
            Some((_, versions)) => versions.push(form),
            None => named.push((&form.name, vec![form.as_ref()])),
        }
    }
    named
}

/// Whether a form is open, as a label.
pub fn state_badge(lang: Lang, open: bool) -> Markup {
    if open { badge(Tone::Good, OPEN.get(lang)) } else { badge(Tone::Neutral, CLOSED.get(lang)) }
}

fn rows(lang: Lang, forms: &Forms, today: NaiveDate) -> Markup {
    let columns = [
        Column::words(FORM.get(lang)),
        Column::words(TODAY.get(lang)),
        Column::words(words::DISEASE.get(lang)),
        Column::words(VERSION.get(lang)),
        Column::words(NUMBERS.get(lang)),
    ];
    let rows = by_name(forms).into_iter().filter_map(|(name, versions)| {
        let (form, open) = newest(&versions, forms, today)?;
        let parameters = forms.parameters(form, today);
        Some(vec![
            html! { a href=(routes::form(name)) { (form.title.fill(lang, &parameters)) } },
            state_badge(lang, open),
            html! { span.nowrap { (words::disease(lang, forms.disease(form, today))) } },
            html! { (form.version) },
            html! { (numbers(lang, &parameters)) },
        ])
    });
    table(TITLE.get(lang), &columns, rows)
}
