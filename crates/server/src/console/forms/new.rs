//! Taking a form in from its file.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::forms::BACK;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::state::AppState;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_forms::AddError;
use bluezone_pages::form::{CSRF_FIELD, Field};
use bluezone_pages::parts::{Tone, Weight, alert, back, button};
use bluezone_pages::{Lang, text};
use bluezone_store::{FormFile, StoreError};
use maud::html;

text! {
    TITLE, "Thêm biểu mẫu", "Add a form";
    LEAD, "Biểu mẫu là một tệp FHIR R4 Questionnaire, tiếng Việt và tiếng Anh. Biểu mẫu mới mở từ ngày ghi trong tệp; phiên bản mới thay phiên bản cũ cho các lần khai sau.",
        "A form is a FHIR R4 Questionnaire file in Vietnamese and English. A new form is open from the day that its file says; a new version takes the place of the old for later declarations.";
    FILE, "Tệp biểu mẫu (JSON, tối đa 1 MB)", "The form's file (JSON, at most 1 MB)";
    ADD, "Kiểm tra và thêm", "Check and add";
    NOT_ADDED, "Chưa thêm biểu mẫu", "The form is not added";
    NO_FILE, "Hãy chọn tệp.", "Choose a file.";
    NOT_TEXT, "Tệp không phải văn bản UTF-8.", "The file is no text in UTF-8.";
    KNOWN, "Đã có phiên bản này của biểu mẫu. Hãy tăng số phiên bản trong tệp.", "There is this version of the form already: raise the version in the file.";
    NO_CONSENT, "Biểu mẫu xin đồng ý cho mục đích “{purpose}”, mục đích này chưa có câu chữ.",
        "The form asks consent for “{purpose}”, which has no wording.";
    UNFIT, "Tệp có chỗ không hiểu được. Không phần nào được bỏ qua: hãy sửa chỗ này rồi gửi lại.",
        "The file holds something that is not understood. Nothing is left out in silence: mend this place and send it again."
}

/// Why a file was not taken in: a sentence, and what a program said of its place.
struct Problem {
    words: String,
    place: Option<String>,
}

impl Problem {
    fn of(words: impl Into<String>) -> Problem {
        Problem { words: words.into(), place: None }
    }
}

/// `GET /console/forms/new`
pub async fn page(signed: Signed, view: View) -> Response {
    shown(&signed, view, None)
}

/// `POST /console/forms/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    mut fields: Multipart,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let mut content = Vec::new();
    while let Some(field) = fields.next_field().await.map_err(|_| Failure::Unreadable)? {
        if field.name() == Some("file") {
            content = field.bytes().await.map_err(|_| Failure::Unreadable)?.to_vec();
        }
    }
    match take_in(&state, &signed, lang, content).await? {
        None => Ok(Redirect::to(&format!("{}?done=form", routes::FORMS)).into_response()),
        Some(problem) => {
            let mut answer = shown(&signed, view, Some(&problem));
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

async fn take_in(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    content: Vec<u8>,
) -> Result<Option<Problem>, Failure> {
    if content.is_empty() {
        return Ok(Some(Problem::of(NO_FILE.get(lang))));
    }
    let Ok(json) = String::from_utf8(content) else { return Ok(Some(Problem::of(NOT_TEXT.get(lang)))) };
    let mut library = state.forms().await?.library.clone();
    let canonical = match library.add(&json) {
        Ok(form) => form.canonical(),
        Err(AddError::Known) => return Ok(Some(Problem::of(KNOWN.get(lang)))),
        Err(AddError::NoConsent(purpose)) => {
            return Ok(Some(Problem::of(NO_CONSENT.fill(lang, &[("purpose", &purpose)]))));
        }
        Err(AddError::Form(error)) => {
            return Ok(Some(Problem { words: UNFIT.get(lang).to_owned(), place: Some(error.to_string()) }));
        }
    };
    let file = FormFile { canonical, json, by: signed.officer.id, at: state.now() };
    match state.store.add_form_file(&file).await {
        Ok(()) => Ok(None),
        Err(StoreError::Conflict(_)) => Ok(Some(Problem::of(KNOWN.get(lang)))),
        Err(error) => Err(error.into()),
    }
}

fn shown(signed: &Signed, view: View, problem: Option<&Problem>) -> Response {
    let lang = view.lang;
    let body = html! {
        (back(routes::FORMS, BACK.get(lang)))
        @if let Some(problem) = problem {
            (alert(Tone::Bad, NOT_ADDED.get(lang), html! {
                p { (problem.words) }
                @if let Some(place) = &problem.place { p { code lang="en" { (place) } } }
            }))
        }
        section.card {
            form.form method="post" action=(routes::NEW_FORM) enctype="multipart/form-data" {
                // First, so that the gate finds it without reading the file.
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                (Field::input(lang, "file", "file", FILE.get(lang)))
                (button(Weight::Primary, ADD.get(lang)))
            }
        }
    };
    let view = view.at(routes::NEW_FORM);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render()
}
