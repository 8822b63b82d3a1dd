//! The report of a plan, and its tables.

use super::find;
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::planning::REPORT;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// `GET /console/plans/{plan}/files/{file}`
pub async fn show(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let plan = find(&state, &signed, &id).await?;
    let bytes = state.store.outbreak_plan_file(plan.id, &name).await?.ok_or(Failure::NotFound)?;
    let media = match name.rsplit('.').next() {
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("toml") => "application/toml",
        Some("parquet") => "application/vnd.apache.parquet",
        _ => "text/html; charset=utf-8",
    };
    if name == REPORT {
        let policy = policy(&String::from_utf8_lossy(&bytes));
        let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_SECURITY_POLICY, policy)];
        return Ok((headers, bytes).into_response());
    }
    // Only names that the job gave are there.
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

/// The report holds its style, and nothing else that a browser would load or run.
fn policy(report: &str) -> String {
    let style = report.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let hash = BASE64_STANDARD.encode(Sha256::digest(style.map_or("", |(style, _)| style)));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}
