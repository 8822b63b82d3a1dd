//! Taking a line list in: the file is kept, sealed, for an hour; looked at; and taken when the officer agrees.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::line_list_words::{column_words, problem_words};
use crate::console::shell::{Shell, View};
use crate::console::{once, routes};
use crate::registry::import::{File, ImportError, Importer, Outcome, look, take, wrong_rows};
use crate::registry::sheet::{BadSheet, Kind, Writer};
use crate::state::AppState;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_pages::form::form;
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, figures};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use rand::Rng;

/// For how long a file waits for the officer's yes.
const KEPT_S: i64 = 3600;
/// Wrong rows that the page shows; the file of wrong rows has all.
const MOST_SHOWN: usize = 100;

text! {
    TITLE, "Xem trước danh sách", "A look at the list";
    BACK, "Danh sách ca", "Line list";
    CHOOSE_FILE, "Hãy chọn tệp rồi thử lại.", "Choose a file and try again.";
    UNREADABLE, "Tệp này không phải XLSX hoặc CSV mã hóa UTF-8.", "This is neither XLSX nor CSV in UTF-8.";
    EMPTY, "Tệp trống.", "The file is empty.";
    TOO_LONG, "Tệp có hơn 100.000 dòng. Hãy chia nhỏ.", "The file has more than 100,000 rows. Send it in parts.";
    NO_HEADERS, "Không nhận ra cột nào. Dòng đầu của tệp phải là tên cột.", "No column is known. The first row of the file must name them.";
    NEW, "ca mới", "new cases";
    CHANGED, "ca được sửa", "cases changed";
    SAME, "ca không đổi", "cases the same";
    WRONG, "dòng lỗi", "wrong rows";
    NOTHING_SAVED, "Chưa lưu gì cả", "Nothing is saved yet";
    NOTHING_SAVED_WHY, "Bấm nút bên dưới để nhập các dòng đúng, tất cả cùng một lúc. Các dòng lỗi được để lại; bạn có thể tải về, sửa và nhập sau.",
        "Press the button below to take in the rows that are right, all at once. Wrong rows are left out; you can get them, mend them and read them in later.";
    TAKE_IN, "Nhập {n} dòng", "Take in {n} rows";
    NOTHING_TO_DO, "Không có dòng nào để nhập.", "There is nothing to take in.";
    COLUMNS, "Các cột", "Columns";
    COLUMNS_CAPTION, "Cột của tệp được hiểu là", "What the file's columns are taken for";
    IN_FILE, "Trong tệp", "In the file";
    TAKEN_FOR, "Được hiểu là", "Taken for";
    IGNORED, "bỏ qua", "left out";
    WRONG_ROWS, "Dòng lỗi", "Wrong rows";
    WRONG_CAPTION, "Các dòng lỗi và lý do", "Wrong rows, and why";
    ROW, "Dòng", "Row";
    WHY, "Lý do", "Why";
    GET_WRONG, "Tải tất cả dòng lỗi (CSV)", "Get all wrong rows (CSV)";
    ERRORS, "Lỗi", "Errors"
}

/// The words for a problem that the address names.
pub fn problem(name: &str) -> Option<Text> {
    Some(match name {
        "unreadable" => UNREADABLE,
        "empty" => EMPTY,
        "long" => TOO_LONG,
        "headers" => NO_HEADERS,
        "none" => CHOOSE_FILE,
        _ => return None,
    })
}

fn problem_name(error: &ImportError) -> Option<&'static str> {
    Some(match error {
        ImportError::Sheet(BadSheet::Unreadable) => "unreadable",
        ImportError::Sheet(BadSheet::Empty) => "empty",
        ImportError::Sheet(BadSheet::TooLong) => "long",
        ImportError::NoHeaders => "headers",
        ImportError::Store(_) => return None,
    })
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        tracing::error!(%error, "a line list could not be taken in");
        Failure::Broken
    }
}

/// `POST /console/line-list`: keeps the file and goes on to the look at it.
pub async fn send(
    State(state): State<AppState>,
    signed: Signed,
    fields: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    let Ok(mut fields) = fields else { return Ok(refused("none")) };
    let mut content = None;
    while let Some(field) = fields.next_field().await.map_err(|_| Failure::Unreadable)? {
        if field.name() == Some("file") {
            content = Some(field.bytes().await.map_err(|_| Failure::Unreadable)?);
        }
    }
    let Some(content) = content.filter(|content| !content.is_empty()) else { return Ok(refused("none")) };
    let (content, read) = apart(move || {
        let read = File::read(&content).map(drop);
        (content, read)
    })
    .await?;
    if let Err(error) = read {
        return Ok(refused(problem_name(&error).unwrap_or("unreadable")));
    }
    let list = keep(&state, &signed, &content).await?;
    Ok(Redirect::to(&routes::line_list(&list)).into_response())
}

fn refused(problem: &str) -> Response {
    Redirect::to(&format!("{}?problem={problem}", routes::LINE_LIST)).into_response()
}

/// Keeps a file; returns its name.
async fn keep(state: &AppState, signed: &Signed, content: &[u8]) -> Result<String, Failure> {
    let mut bytes = [0; 16];
    state.rng().fill_bytes(&mut bytes);
    let list = hex::encode(bytes);
    let expires_at = state.now() + KEPT_S;
    state.store.keep_line_list(&list, signed.officer.id, content, expires_at, &mut *state.rng()).await?;
    Ok(list)
}

/// Does something long on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a line list could not be read");
        Failure::Broken
    })
}

/// The file of that name, if this officer sent it and it has not expired.
async fn find(state: &AppState, signed: &Signed, list: &str) -> Result<File, Failure> {
    let content = state.store.line_list(list, signed.officer.id, state.now()).await?;
    let content = content.ok_or(Failure::NotFound)?;
    Ok(apart(move || File::read(&content)).await??)
}

/// Runs with who imports: identifiers of new records follow from the list and the row, so that a list taken twice makes
/// nothing twice.
macro_rules! with_importer {
    ($state:expr, $signed:expr, $list:expr, $importer:ident => $body:expr) => {{
        let ids = |row: u32| once::derive($state, $signed, "line list", &format!("{}/{row}", $list));
        let $importer =
            Importer { scope: $signed.scope(), officer: $signed.officer.id, now: $state.now(), ids: &ids };
        $body
    }};
}

/// `GET /console/line-list/{list}`: what taking it would do.
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(list): Path<String>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let file = find(&state, &signed, &list).await?;
    let outcome =
        with_importer!(&state, &signed, &list, importer => look(&state.store, importer, &file).await)?;
    let rows = outcome.new + outcome.changed;
    let take_in = TAKE_IN.fill(lang, &[("n", &rows.to_string())]);
    let body = html! {
        (back(routes::LINE_LIST, BACK.get(lang)))
        (figures([
            (outcome.new.to_string(), NEW.get(lang)),
            (outcome.changed.to_string(), CHANGED.get(lang)),
            (outcome.same.to_string(), SAME.get(lang)),
            (outcome.wrong.to_string(), WRONG.get(lang)),
        ]))
        @if rows > 0 {
            (alert(Tone::Info, NOTHING_SAVED.get(lang), html! { p { (NOTHING_SAVED_WHY.get(lang)) } }))
            (form(&routes::line_list(&list), &signed.form_token, button(Weight::Primary, &take_in)))
        } @else {
            p { (NOTHING_TO_DO.get(lang)) }
        }
        @if outcome.wrong > 0 { (wrong_table(lang, &list, &outcome)) }
        (card(COLUMNS.get(lang), columns(lang, &file)))
    };
    let view = view.clone().at(&routes::line_list(&list));
    Ok(Shell { view: &view, signed: Some(&signed), title: TITLE.get(lang), lead: None, wide: true, body }
        .render())
}

fn wrong_table(lang: Lang, list: &str, outcome: &Outcome) -> Markup {
    let heads = [Column::numbers(ROW.get(lang)), Column::words(WHY.get(lang))];
    let rows = outcome
        .named
        .iter()
        .take(MOST_SHOWN)
        .map(|row| vec![html! { (row.number) }, html! { (problem_words(lang, &row.wrong)) }]);
    html! {
        section.stack {
            h2 { (WRONG_ROWS.get(lang)) }
            p { a href=(routes::line_list_wrong(list)) { (GET_WRONG.get(lang)) } }
            (table(WRONG_CAPTION.get(lang), &heads, rows))
        }
    }
}

fn columns(lang: Lang, file: &File) -> Markup {
    let heads = [Column::words(IN_FILE.get(lang)), Column::words(TAKEN_FOR.get(lang))];
    let rows = file.headers().iter().map(|(header, column)| {
        let taken = match column {
            Some(column) => html! { (column_words(lang, *column)) },
            None => html! { span.soft { (IGNORED.get(lang)) } },
        };
        vec![html! { (header) }, taken]
    });
    table(COLUMNS_CAPTION.get(lang), &heads, rows)
}

/// `POST /console/line-list/{list}`: takes it.
pub async fn take_in(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(list): Path<String>,
) -> Result<Response, Failure> {
    let file = find(&state, &signed, &list).await?;
    let wrong = wrong_file(&state, &signed, view.lang, &list, &file).await?;
    let outcome = with_importer!(&state, &signed, &list, importer => {
        take(&state.store, importer, &file, &mut *state.rng()).await
    });
    let outcome = match outcome {
        Ok(outcome) => outcome,
        // A case changed between the look and the taking: look again.
        Err(ImportError::Store(StoreError::NotAllowed(_))) => {
            return Ok(Redirect::to(&routes::line_list(&list)).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    state.store.forget_line_list(&list, signed.officer.id).await?;
    let mut to = format!("{}?done=1&new={}&changed={}", routes::LINE_LIST, outcome.new, outcome.changed);
    if outcome.wrong > 0 {
        let left = keep(&state, &signed, &wrong).await?;
        to.push_str(&format!("&wrong={}&list={left}", outcome.wrong));
    }
    Ok(Redirect::to(&to).into_response())
}

/// `GET /console/line-list/{list}/wrong`: the rows that are wrong, with the reasons in a column of their own.
pub async fn wrong(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(list): Path<String>,
) -> Result<Response, Failure> {
    let file = find(&state, &signed, &list).await?;
    let content = wrong_file(&state, &signed, view.lang, &list, &file).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"dong-loi.csv\""),
    ];
    Ok((StatusCode::OK, headers, content).into_response())
}

async fn wrong_file(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    list: &str,
    file: &File,
) -> Result<Vec<u8>, Failure> {
    let broken = |error: crate::registry::sheet::WriteError| {
        tracing::error!(%error, "the wrong rows of a line list could not be written");
        Failure::Broken
    };
    let errors = ERRORS.get(lang);
    // A file of wrong rows that comes back still wrong has such a column already.
    let known: Vec<_> = file.headers().iter().map(|(header, _)| header.as_str()).collect();
    let width = known.iter().position(|header| *header == errors).unwrap_or(known.len());
    let heads: Vec<_> = known[..width].iter().copied().chain([errors]).collect();
    let mut writer = Writer::new(Kind::Csv, &heads).map_err(broken)?;
    let mut result = Ok(());
    with_importer!(state, signed, list, importer => {
        wrong_rows(&state.store, importer, file, |cells, wrong| {
            let mut row: Vec<String> = cells.iter().take(width).map(str::to_owned).collect();
            row.resize(width, String::new());
            row.push(problem_words(lang, wrong));
            if result.is_ok() {
                result = writer.row(&row);
            }
        })
        .await
    })?;
    result.map_err(broken)?;
    writer.finish().map_err(broken)
}
