//! One form: as people see it today, in its versions, and the switches that touch it.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::forms::list::{by_name, state_badge};
use crate::console::forms::{BACK, newest, number_name, period, switches};
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::declaring::{Places, day_of};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::Response;
use bluezone_forms::{Drawing, Entries, Setting};
use bluezone_pages::parts::{Weight, back, card, facts, fold, link_button};
use bluezone_pages::text;
use maud::html;

text! {
    SWITCH, "Mở, đóng hoặc đổi con số", "Open, close or change a number";
    ABOUT, "Hôm nay", "Today";
    STATE, "Tình trạng", "State";
    VERSION, "Phiên bản", "Version";
    EFFECTIVE, "Theo tệp", "By its file";
    QUESTIONS, "Số câu hỏi", "Questions";
    ALL_VERSIONS, "Mọi phiên bản", "All versions";
    AS_SEEN, "Xem như người dân thấy", "As people see it"
}

/// `GET /console/forms/{form}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let (lang, today) = (view.lang, day_of(state.now()));
    let forms = state.forms().await?;
    let (name, versions) =
        by_name(&forms).into_iter().find(|(of, _)| *of == name).ok_or(Failure::NotFound)?;
    let (form, open) = newest(&versions, &forms, today).ok_or(Failure::NotFound)?;
    let parameters = forms.parameters(form, today);
    let standing = switches::standing(&state, &signed, lang, &forms, Some(name)).await?;
    let setting = Setting { today, parameters: &parameters, sets: &Places };
    let entries = Entries::initial(form);
    let drawing = Drawing { form, lang, setting, entries: &entries, problems: &[] };
    let numbers: Vec<_> =
        parameters.iter().map(|(name, value)| (number_name(lang, name), html! { (value) })).collect();
    let all: Vec<_> = versions.iter().map(|form| form.version.as_str()).collect();
    let mut pairs = vec![
        (STATE.get(lang), state_badge(lang, open)),
        (words::DISEASE.get(lang), html! { (words::disease(lang, forms.disease(form, today))) }),
        (VERSION.get(lang), html! { (form.version) }),
        (ALL_VERSIONS.get(lang), html! { (all.join(", ")) }),
        (EFFECTIVE.get(lang), html! { (period(lang, form.effective)) }),
        (QUESTIONS.get(lang), html! { (form.questions().len()) }),
    ];
    pairs.extend(numbers.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let body = html! {
        (back(routes::FORMS, BACK.get(lang)))
        (card(ABOUT.get(lang), facts(pairs)))
        div.actions { (link_button(Weight::Primary, &routes::new_switch(name), SWITCH.get(lang))) }
        (standing)
        // Nothing of it can be sent: it stands in no form.
        (fold(AS_SEEN.get(lang), html! { div.stack { (drawing.render()) } }))
    };
    let title = form.title.fill(lang, &parameters);
    let lead = form.description.as_ref().map(|words| words.fill(lang, &parameters));
    let view = view.at(&routes::form(name));
    Ok(Shell { view: &view, signed: Some(&signed), title: &title, lead: lead.as_deref(), wide: true, body }
        .render())
}
