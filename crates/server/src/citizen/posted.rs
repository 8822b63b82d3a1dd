//! A form as a browser sends it, with files or without.

use super::failure::Failure;
use axum::extract::Form;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use std::fmt;

/// Most files in one form.
const MOST_FILES: usize = 8;

/// Fields in the order in which they came, several of one name among them, and files by the name of their field. `Debug`
/// shows numbers only.
#[derive(Default)]
pub struct Posted {
    /// Fields.
    pub fields: Vec<(String, String)>,
    /// Files that are not empty.
    pub files: Vec<(String, Vec<u8>)>,
}

impl fmt::Debug for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Posted({} fields, {} files)", self.fields.len(), self.files.len())
    }
}

impl Posted {
    /// The first field of a name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Posted, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data")) {
            let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
            let Form(fields) = form.map_err(|_| Failure::Unreadable)?;
            return Ok(Posted { fields, files: Vec::new() });
        }
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| Failure::Unreadable)?;
        let mut posted = Posted::default();
        while let Some(part) = parts.next_field().await.map_err(|_| Failure::Unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_none() {
                posted.fields.push((name, part.text().await.map_err(|_| Failure::Unreadable)?));
                continue;
            }
            let bytes = part.bytes().await.map_err(|_| Failure::Unreadable)?;
            // A file field that nothing was chosen for comes empty.
            if !bytes.is_empty() {
                posted.files.push((name, bytes.to_vec()));
            }
            if posted.files.len() > MOST_FILES {
                return Err(Failure::Unreadable);
            }
        }
        Ok(posted)
    }
}
