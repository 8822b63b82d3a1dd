//! The part of a list that depends on another choice, for the pages' script: the communes of a province.

use crate::console::shell::View;
use crate::declaring::Places;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bluezone_forms::ValueSets;
use bluezone_forms::value_set::COMMUNES;
use bluezone_pages::Lang;
use maud::html;

/// `GET /declare/communes/{province}/{lang}`: the options of the list.
pub async fn page(_view: View, Path((province, lang)): Path<(String, String)>) -> Response {
    let choices = Places.choices(COMMUNES, Some(&province));
    let (Some(choices), Some(lang)) = (choices, Lang::from_code(&lang)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let options = html! {
        @for choice in choices.iter() {
            option value=(choice.code) { (choice.words.get(lang)) }
        }
    };
    // The same for everybody, and it changes with the law.
    ([(header::CACHE_CONTROL, "public, max-age=86400")], Html(options.into_string())).into_response()
}
