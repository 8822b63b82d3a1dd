//! The switches that stand, and taking one back.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::forms::list::state_badge;
use crate::console::forms::{numbers, period};
use crate::console::{routes, words};
use crate::forms::Forms;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_forms::parameters::Switch;
use bluezone_pages::form::form;
use bluezone_pages::parts::{Weight, button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use std::collections::BTreeMap;

text! {
    TITLE, "Các thay đổi đang có", "Changes in force and planned";
    WHY, "Dòng dưới được tính sau và thắng dòng trên.", "What stands lower was decided later and counts over what stands above.";
    NONE, "Chưa có thay đổi nào: mỗi biểu mẫu theo đúng tệp của nó.", "None: every form is as its file says.";
    FORM, "Biểu mẫu", "Form";
    ALL, "tất cả", "all";
    DISEASE, "Bệnh", "Disease";
    ANY, "mọi bệnh", "any";
    WHEN, "Thời gian", "When";
    STATE, "Mở hay đóng", "Open or closed";
    NUMBERS, "Các con số", "Numbers";
    BY, "Người ghi", "By";
    ACTION, "Thao tác", "Action";
    TAKE_BACK, "Rút lại", "Take back"
}

/// The switches that stand: all, or those of one form.
pub async fn standing(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    forms: &Forms,
    of: Option<&str>,
) -> Result<Markup, Failure> {
    let officers: BTreeMap<_, _> = state
        .store
        .list_officers()
        .await?
        .into_iter()
        .map(|officer| (officer.id, officer.username))
        .collect();
    let title = |name: &str| {
        let form = forms.library.iter().find(|form| form.name == name);
        form.map_or_else(|| name.to_owned(), |form| form.title.fill(lang, &BTreeMap::new()))
    };
    let mut rows = Vec::new();
    for record in state.store.form_switches().await? {
        let switch: Switch =
            serde_json::from_str(&record.switch).map_err(|_| StoreError::Corrupt("form_switches"))?;
        if of.is_some_and(|of| !switch.form.is_empty() && switch.form != of) {
            continue;
        }
        let back = button(Weight::Secondary, TAKE_BACK.get(lang));
        rows.push(vec![
            html! { @if switch.form.is_empty() { (ALL.get(lang)) } @else { (title(&switch.form)) } },
            html! { @match &switch.disease { Some(id) => (words::disease(lang, id)), None => (ANY.get(lang)) } },
            html! { (period(lang, switch.period)) },
            state_badge(lang, switch.open),
            html! { (numbers(lang, &switch.parameters)) },
            html! { (officers.get(&record.by).map_or("–", String::as_str)) ", " (words::instant(lang, record.at)) },
            form(&routes::take_back_switch(record.number), &signed.form_token, back),
        ]);
    }
    let columns =
        [FORM, DISEASE, WHEN, STATE, NUMBERS, BY, ACTION].map(|label| Column::words(label.get(lang)));
    Ok(html! {
        section.stack {
            h2 { (TITLE.get(lang)) }
            @if rows.is_empty() { p.soft { (NONE.get(lang)) } } @else {
                p.soft { (WHY.get(lang)) }
                (table(TITLE.get(lang), &columns, rows))
            }
        }
    })
}

/// `POST /console/forms/switches/{switch}/take-back`
pub async fn take_back(
    State(state): State<AppState>,
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number = number.parse().map_err(|_| Failure::NotFound)?;
    state.store.take_back_form_switch(number, signed.officer.id, state.now()).await?;
    Ok(Redirect::to(&format!("{}?done=back", routes::FORMS)).into_response())
}
