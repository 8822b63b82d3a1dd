//! Files that came with declarations: for whoever may read the declaration, to keep on their device. What somebody sent is never
//! drawn by a page of ours.

use super::attachment;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bluezone_domain::declaration::Declaration;
use bluezone_domain::id::DeclarationId;
use bluezone_forms::{Attachment, response};
use bluezone_pages::{Lang, text};
use bluezone_store::{NewFile, Store, StoreError};

text! {
    TITLE, "Tệp gửi kèm", "Files sent with it";
    ONE, "Tệp {n} ({type}, {size} kB)", "File {n} ({type}, {size} kB)"
}

/// The types that are taken, and how the names of such files end.
const ENDINGS: [(&str, &str); 2] = [("image/jpeg", "jpg"), ("application/pdf", "pdf")];
/// What a file of any other type is said to be.
const BYTES: &str = "application/octet-stream";

/// How a file is called when it is kept; files are counted from 1.
pub fn name(of: DeclarationId, number: usize, content_type: &str) -> String {
    let ending = ENDINGS.iter().find(|(known, _)| *known == content_type).map_or("bin", |(_, ending)| ending);
    let of: String = of.to_string().chars().take(8).collect();
    format!("bluezone-{of}-{number}.{ending}")
}

/// One of them in words.
pub fn words(lang: Lang, number: usize, file: &Attachment) -> String {
    let (number, size) = (number.to_string(), file.size.div_ceil(1000).to_string());
    ONE.fill(lang, &[("n", &number), ("type", &file.content_type), ("size", &size)])
}

/// What a declaration says of its files, each with its number: by its answers alone, however its form changed since.
pub fn named(of: &Declaration) -> Vec<(usize, Attachment)> {
    let stored = serde_json::from_str(&of.content.response).unwrap_or_default();
    (1..).zip(response::attachments(&stored)).collect()
}

/// All of a declaration's, each with its number, in words.
pub fn listed(lang: Lang, of: &Declaration) -> Vec<(usize, String)> {
    named(of).into_iter().map(|(number, file)| (number, words(lang, number, &file))).collect()
}

/// The file of that number, as it stands in an address: the one that the answers name there, wherever it is kept.
pub async fn find(store: &Store, of: &Declaration, number: &str) -> Result<Option<Response>, StoreError> {
    let number = number.parse::<usize>().ok();
    let Some((number, named)) = named(of).into_iter().find(|(of, _)| Some(*of) == number) else {
        return Ok(None);
    };
    let files = store.declaration_files(of.id).await?.into_iter();
    let mut files = files.map(|file| NewFile { content_type: file.content_type, bytes: file.bytes });
    Ok(files.find(|file| attachment(file) == named).map(|file| answer(of.id, number, file)))
}

fn answer(of: DeclarationId, number: usize, file: NewFile) -> Response {
    let known = ENDINGS.iter().find(|(known, _)| *known == file.content_type);
    let name = format!("attachment; filename=\"{}\"", name(of, number, &file.content_type));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(known.map_or(BYTES, |(kind, _)| kind))),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, file.bytes).into_response()
}
