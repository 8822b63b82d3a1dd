//! Taking a line list out: the public log says so first, then the file is sent while it is written.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::line_list::{Done, shown};
use crate::console::shell::View;
use crate::console::{line, routes, words};
use crate::promise::entries;
use crate::promise::requests::handle;
use crate::registry::export::Export;
use crate::registry::sheet::Kind;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bluezone_domain::case::CaseStatus;
use bluezone_pages::form::{Field, form};
use bluezone_pages::parts::{Weight, button, card};
use bluezone_pages::time::date_value;
use bluezone_pages::{Lang, text};
use bluezone_protocol::time::{DAY_S, Timestamp};
use bluezone_store::{CaseFilter, Within};
use bluezone_transparency::entry::{DataKind, Scope, Terms};
use bluezone_transparency::text::Line;
use futures_util::stream;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    OUT, "Xuất danh sách", "Take a list out";
    OUT_WHY, "Danh sách có họ tên, số giấy tờ và điện thoại. Chỉ gửi cho người cần, qua kênh an toàn. Mỗi lần xuất nằm trong sổ công khai: đơn vị, căn cứ, mục đích, bao nhiêu hồ sơ.",
        "The list holds names, numbers of papers and phones. Send it only to those who need it, over a safe channel. Every export stands in the public log: unit, basis, purpose, how many records.";
    KIND, "Loại tệp", "Kind of file";
    EXCEL, "Excel (XLSX)", "Excel (XLSX)";
    CSV, "CSV", "CSV";
    ALL, "Mọi phân loại", "Every status";
    BASIS, "Căn cứ pháp lý", "Legal basis";
    BASIS_HINT, "Luật và điều. Ai cũng đọc được.", "Law and article. Everybody can read it.";
    PURPOSE, "Mục đích", "Purpose";
    PURPOSE_HINT, "Ai cũng đọc được. Không ghi tên hay số điện thoại.", "Everybody can read it. No names and no telephone numbers.";
    TAKE_OUT, "Xuất", "Take it out"
}

/// What to take out, and why.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    status: String,
    basis: String,
    purpose: String,
}

/// The form.
pub fn draw(lang: Lang, signed: &Signed, typed: &Typed, listed: &[(&str, &str)]) -> Markup {
    let kinds = vec![("xlsx", EXCEL.get(lang)), ("csv", CSV.get(lang))];
    let statuses = std::iter::once(("", ALL.get(lang)))
        .chain(CaseStatus::ALL.map(|status| (status.as_str(), words::status(lang, status))))
        .collect();
    let fields = html! {
        (Field::select(lang, "kind", KIND.get(lang), kinds).value(&typed.kind))
        (Field::select(lang, "status", words::STATUS.get(lang), statuses).value(&typed.status).optional())
        (Field::input(lang, "text", "basis", BASIS.get(lang))
            .hint(BASIS_HINT.get(lang))
            .value(&typed.basis)
            .error(line::of(listed, "basis")))
        (Field::input(lang, "text", "purpose", PURPOSE.get(lang))
            .hint(PURPOSE_HINT.get(lang))
            .value(&typed.purpose)
            .error(line::of(listed, "purpose")))
        (button(Weight::Primary, TAKE_OUT.get(lang)))
    };
    card(
        OUT.get(lang),
        html! {
            p { (OUT_WHY.get(lang)) }
            (form(routes::LINE_LIST_EXPORT, &signed.form_token, fields))
        },
    )
}

/// `POST /console/line-list/export`
pub async fn export(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (kind, ending, media) = match typed.kind.as_str() {
        "xlsx" => (Kind::Xlsx, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        _ => (Kind::Csv, "csv", "text/csv; charset=utf-8"),
    };
    let mut problems = Vec::new();
    let basis = line::read("basis", &typed.basis, &mut problems);
    let purpose = line::read("purpose", &typed.purpose, &mut problems);
    let (Some(basis), Some(purpose)) = (basis, purpose) else {
        let mut answer = shown(&signed, &view, &Done::default(), &typed, &problems);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let filter = CaseFilter {
        within: Within::from(signed.scope()),
        status: typed.status.parse().ok(),
        reference: None,
    };
    into_log(&state, &signed, &filter, basis, purpose).await?;
    let export = Export::new(state.store.clone(), filter, kind).map_err(|error| {
        tracing::error!(%error, "a line list could not be begun");
        Failure::Broken
    })?;
    let pieces = stream::unfold(export, |mut export| async move {
        match export.next().await {
            Ok(piece) => piece.map(|piece| (Ok(Bytes::from(piece)), export)),
            Err(error) => {
                tracing::error!(%error, "a line list broke off");
                Some((Err(error), export))
            }
        }
    });
    let name = format!("attachment; filename=\"ca-benh-{}.{ending}\"", date_value(state.now().0));
    let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((StatusCode::OK, headers, Body::from_stream(pieces)).into_response())
}

/// Says in the public log what leaves, before it does: to everybody how many records, to each patient whose phone left a
/// mailbox that theirs is among them.
async fn into_log(
    state: &AppState,
    signed: &Signed,
    filter: &CaseFilter,
    basis: Line,
    purpose: Line,
) -> Result<(), Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "an export could not be written into the log");
        Failure::Broken
    };
    let now = state.now();
    let (records, mailboxes) = state.store.case_list_extent(filter).await?;
    let mut subjects = Vec::with_capacity(mailboxes.len());
    for mailbox in &mailboxes {
        let handle = handle(state, mailbox).map_err(|error| broken(&error))?;
        subjects.push(handle.commit(&mut *state.rng()));
    }
    let kept = Timestamp(now.0 - state.config.case_retention_days * DAY_S);
    let terms = Terms {
        unit: Line::new(&signed.officer.unit).map_err(|error| broken(&error))?,
        basis,
        purpose,
        scope: Scope { from: kept, until: now, kinds: [DataKind::Register].into() },
        expires: now,
    };
    for entry in entries::export(&terms, records, &subjects, signed.officer.id, now) {
        state.store.append_log_entry(&entry).await?;
    }
    Ok(())
}
