//! PDFs as answers.

use super::failure::Failure;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bluezone_print::PrintError;

/// A PDF to look at, named for who keeps it.
pub fn answer(pdf: Result<Vec<u8>, PrintError>, name: &str) -> Result<Response, Failure> {
    let bytes = pdf.map_err(|error| {
        tracing::error!(%error, "a paper could not be made");
        Failure::Broken
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}
