//! Line lists: out as CSV or XLSX, in with a look first. Taking a list in: `line_list_import.rs`.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::line_list_import::CHOOSE_FILE;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::console::words;
use crate::registry::export::Export;
use crate::registry::sheet::Kind;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::policy::Action;
use bluezone_pages::form::{CSRF_FIELD, Field};
use bluezone_pages::parts::{Tone, Weight, alert, button, card};
use bluezone_pages::time::date_value;
use bluezone_pages::{Lang, text};
use bluezone_store::{CaseFilter, Within};
use futures_util::stream;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Danh sách ca", "Line list";
    OUT, "Xuất danh sách", "Take a list out";
    OUT_WHY, "Danh sách có họ tên, số giấy tờ và điện thoại. Chỉ gửi cho người cần, qua kênh an toàn; mỗi lần xuất đều được ghi lại.",
        "The list holds names, numbers of papers and phones. Send it only to those who need it, over a safe channel; every export is recorded.";
    KIND, "Loại tệp", "Kind of file";
    EXCEL, "Excel (XLSX)", "Excel (XLSX)";
    CSV, "CSV", "CSV";
    ALL, "Mọi phân loại", "Every status";
    TAKE_OUT, "Xuất", "Take it out";
    IN, "Nhập danh sách", "Read a list in";
    IN_WHY, "Dòng có mã hệ thống sửa ca đó; dòng không có mã là ca mới. Máy xem trước cả tệp và chưa lưu gì cho đến khi bạn đồng ý.",
        "A row with a system id changes that case; a row without is a new case. The whole file is looked at first, and nothing is saved until you agree.";
    FILE, "Tệp XLSX hoặc CSV (UTF-8), dòng đầu là tên cột", "XLSX or CSV (UTF-8) file, the first row names the columns";
    LOOK, "Xem trước", "Look at it first";
    TAKEN, "Đã nhập danh sách", "The list is taken in";
    TAKEN_WHY, "{new} ca mới, {changed} ca được sửa.", "{new} new cases, {changed} cases changed.";
    LEFT, "{wrong} dòng có lỗi chưa được nhập.", "{wrong} wrong rows were left out.";
    GET_LEFT, "Tải các dòng lỗi", "Get the wrong rows"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    problem: String,
    done: String,
    new: u32,
    changed: u32,
    wrong: u32,
    list: String,
}

/// `GET /console/line-list`
pub async fn page(signed: Signed, view: View, Query(done): Query<Done>) -> Response {
    let lang = view.lang;
    let body = html! {
        (happened(lang, &done))
        @if signed.may(Action::ExportLineList) { (out(lang)) }
        @if signed.may(Action::ImportLineList) { (into(lang, &signed, &done)) }
    };
    let view = view.clone().at(routes::LINE_LIST);
    Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: false, body }
        .render()
}

fn happened(lang: Lang, done: &Done) -> Markup {
    if done.done.is_empty() {
        return html! {};
    }
    let (new, changed, wrong) = (done.new.to_string(), done.changed.to_string(), done.wrong.to_string());
    let words = html! {
        p { (TAKEN_WHY.fill(lang, &[("new", &new), ("changed", &changed)])) }
        @if done.wrong > 0 {
            p {
                (LEFT.fill(lang, &[("wrong", &wrong)])) " "
                a href=(routes::line_list_wrong(&done.list)) { (GET_LEFT.get(lang)) }
            }
        }
    };
    alert(if done.wrong > 0 { Tone::Caution } else { Tone::Good }, TAKEN.get(lang), words)
}

fn out(lang: Lang) -> Markup {
    let kinds = vec![("xlsx", EXCEL.get(lang)), ("csv", CSV.get(lang))];
    let statuses = std::iter::once(("", ALL.get(lang)))
        .chain(CaseStatus::ALL.map(|status| (status.as_str(), words::status(lang, status))))
        .collect();
    card(
        OUT.get(lang),
        html! {
            p { (OUT_WHY.get(lang)) }
            form.form method="get" action=(routes::LINE_LIST_EXPORT) {
                (Field::select(lang, "kind", KIND.get(lang), kinds).value("xlsx"))
                (Field::select(lang, "status", words::STATUS.get(lang), statuses).value("").optional())
                (button(Weight::Primary, TAKE_OUT.get(lang)))
            }
        },
    )
}

fn into(lang: Lang, signed: &Signed, done: &Done) -> Markup {
    let problem = crate::console::line_list_import::problem(&done.problem).map(|words| words.get(lang));
    card(
        IN.get(lang),
        html! {
            p { (IN_WHY.get(lang)) }
            form.form method="post" action=(routes::LINE_LIST) enctype="multipart/form-data" {
                // First, so that the gate finds it without reading the file.
                input type="hidden" name=(CSRF_FIELD) value=(signed.form_token);
                (Field::input(lang, "file", "file", FILE.get(lang)).error(problem))
                (button(Weight::Primary, LOOK.get(lang)))
                @if problem.is_some() { p.soft { (CHOOSE_FILE.get(lang)) } }
            }
        },
    )
}

/// What to take out.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    kind: String,
    status: String,
}

/// `GET /console/line-list/export`: sent while it is written.
pub async fn export(
    State(state): State<AppState>,
    signed: Signed,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (kind, ending, media) = match wanted.kind.as_str() {
        "csv" | "" => (Kind::Csv, "csv", "text/csv; charset=utf-8"),
        "xlsx" => (Kind::Xlsx, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        _ => return Err(Failure::NotFound),
    };
    let filter = CaseFilter {
        within: Within::from(signed.scope()),
        status: wanted.status.parse().ok(),
        reference: None,
    };
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
