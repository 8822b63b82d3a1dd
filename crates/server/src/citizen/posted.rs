//! A form as a browser sends it, with files or without.

use super::access::LONGEST;
use super::failure::Failure;
use crate::console::checked_form::is_multipart;
use crate::photo::MOST_BYTES;
use crate::secrets::Hashed;
use crate::state::AppState;
use axum::extract::multipart::Field;
use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bluezone_pages::{Text, text};
use std::fmt;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

text! {
    BUSY, "Máy chủ đang nhận nhiều ảnh", "The server is busy with pictures";
    BUSY_WHY, "Những gì bạn đã ghi vẫn còn ở dưới. Hãy chọn lại ảnh rồi gửi lại sau một phút, hoặc gửi không kèm ảnh.",
        "What you wrote is still below. Choose your pictures again and send in a minute, or send without them.";
    TOO_MANY, "Hãy chờ một lúc", "Please wait a while";
    TOO_MANY_WHY, "Từ đây đã gửi quá nhiều tệp. Những gì bạn đã ghi vẫn còn ở dưới: hãy gửi không kèm tệp, hoặc thử lại sau một giờ.",
        "Too many files were sent from here. What you wrote is still below: send it without files, or try again in an hour."
}

/// Most fields and files in one form.
const MOST_PARTS: usize = 500;
const MOST_FILES: usize = 8;
/// Forms with files that one sender may send in an hour.
const MOST_AN_HOUR: u32 = 20;
/// A form with files that takes longer than this is given up.
const PATIENCE: Duration = Duration::from_secs(180);

/// Which files of a form are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// None: the form asks for none, or not from this person. One with files is refused where its first begins.
    None,
    /// None any more: they are read past, so that the page can be drawn again with what was typed.
    Past,
    /// Those of this sender ([`sender`]), unless there were too many.
    Of([u8; 32]),
}

/// Why files were read past.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passed {
    /// Too many are being taken in at this moment.
    Busy,
    /// Their sender sent too many.
    TooMany,
}

/// Fields in the order in which they came, several of one name among them, and files by the name of their field. `Debug`
/// shows numbers only.
#[derive(Default)]
pub struct Posted {
    /// Fields.
    pub fields: Vec<(String, String)>,
    /// Files that are not empty. What is longer than a file may be is cut off behind that.
    pub files: Vec<(String, Vec<u8>)>,
    /// Why there are none, if some were sent.
    pub passed: Option<Passed>,
    /// The files' place among those that are taken in.
    tray: Option<OwnedSemaphorePermit>,
}

impl fmt::Debug for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Posted({} fields, {} files)", self.fields.len(), self.files.len())
    }
}

/// Who sends files: a network address or an account, hashed.
pub fn sender(state: &AppState, who: &[u8]) -> [u8; 32] {
    state.secrets.hash(Hashed::Attacher, who)
}

impl Passed {
    /// What is said above the form.
    pub fn words(self) -> (Text, Text) {
        match self {
            Passed::Busy => (BUSY, BUSY_WHY),
            Passed::TooMany => (TOO_MANY, TOO_MANY_WHY),
        }
    }

    /// The page that says so, with its status and when to try again.
    pub fn answer(self, mut page: Response) -> Response {
        let (status, seconds) = match self {
            Passed::Busy => (StatusCode::SERVICE_UNAVAILABLE, "60"),
            Passed::TooMany => (StatusCode::TOO_MANY_REQUESTS, "3600"),
        };
        *page.status_mut() = status;
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        page
    }
}

impl Posted {
    /// The first field of a name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Reads a form. Its files are counted, and a place is found for them, when the first of them begins.
    pub async fn read(state: &AppState, request: Request, files: Files) -> Result<Posted, Failure> {
        if is_multipart(request.headers()) {
            let parts = Multipart::from_request(request, &()).await.map_err(|_| Failure::Unreadable)?;
            return timeout(PATIENCE, Posted::parts(state, parts, files))
                .await
                .unwrap_or(Err(Failure::Unreadable));
        }
        let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
        let Form(fields) = form.map_err(|_| Failure::Unreadable)?;
        Ok(Posted { fields, ..Posted::default() })
    }

    async fn parts(state: &AppState, mut parts: Multipart, files: Files) -> Result<Posted, Failure> {
        let (mut posted, mut words_left, mut parts_left) = (Posted::default(), LONGEST.words, MOST_PARTS);
        while let Some(mut part) = parts.next_field().await.map_err(|_| Failure::Unreadable)? {
            parts_left = parts_left.checked_sub(1).ok_or(Failure::Unreadable)?;
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_none() {
                let value = words(&mut part, &mut words_left).await?;
                posted.fields.push((name, value));
                continue;
            }
            let mut file = Vec::new();
            while let Some(chunk) = part.chunk().await.map_err(|_| Failure::Unreadable)? {
                // A file field that nothing was chosen for comes empty.
                if chunk.is_empty() || !posted.takes(state, files).await? {
                    continue;
                }
                let room = (MOST_BYTES + 1).saturating_sub(file.len());
                file.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            if !file.is_empty() {
                posted.files.push((name, file));
            }
            if posted.files.len() > MOST_FILES {
                return Err(Failure::Unreadable);
            }
        }
        Ok(posted)
    }

    /// Whether bytes of a file are kept.
    async fn takes(&mut self, state: &AppState, files: Files) -> Result<bool, Failure> {
        let sender = match files {
            Files::None => return Err(Failure::Unreadable),
            Files::Past => return Ok(false),
            Files::Of(sender) => sender,
        };
        if self.tray.is_none() && self.passed.is_none() {
            if state.store.admit_source(sender, MOST_AN_HOUR, state.now()).await? {
                self.tray = state.photos.tray();
                self.passed = self.tray.is_none().then_some(Passed::Busy);
            } else {
                self.passed = Some(Passed::TooMany);
            }
        }
        Ok(self.passed.is_none())
    }
}

/// The words of a field, of which a form has so many left.
async fn words(part: &mut Field<'_>, left: &mut usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| Failure::Unreadable)? {
        *left = left.checked_sub(chunk.len()).ok_or(Failure::Unreadable)?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Failure::Unreadable)
}
