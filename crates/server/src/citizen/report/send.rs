//! A report that was sent: read, checked, its photographs made anew, kept; then the tracking code is shown.

use super::super::access::{MaybeSigned, Signed};
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use super::page::Filling;
use crate::console::shell::View;
use crate::declaring::Sheet;
use crate::photo::{self, BadPhoto, CONTENT_TYPE};
use crate::reporting::{self, grouped, tracking_code, tracking_hash};
use crate::secrets::Hashed;
use crate::source::{Peer, Source};
use crate::state::AppState;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::id::SignalId;
use bluezone_domain::signal::{Signal, State as SignalState};
use bluezone_forms::advice::Level;
use bluezone_forms::response::{Envelope, write};
use bluezone_forms::{Answers, Attachment, Problem, Sent, Wrong, advise, read_fields};
use bluezone_pages::parts::{Tone, Weight, alert, big_code, card, link_button};
use bluezone_pages::time::rfc3339;
use bluezone_pages::{Lang, text};
use bluezone_store::{NewSignal, Reported};
use maud::html;
use sha2::{Digest, Sha256};

/// Fields of a form that are read at most, and files: the form takes three.
const MOST_FIELDS: usize = 60;
const MOST_FILES: usize = 4;
/// Name of the question that takes photographs.
const PHOTOS: &str = "photos";

text! {
    TAKEN, "Đã gửi phản ánh", "Your report was sent";
    TAKEN_LEAD, "Trạm y tế sàng lọc trong 24 giờ. Cảm ơn bạn.", "The health station looks at it within 24 hours. Thank you.";
    CODE, "Mã theo dõi", "Tracking code";
    CODE_WHY, "Hãy chụp màn hình hoặc ghi lại mã này: chỉ hiện một lần. Với mã này bạn xem được kết quả và câu trả lời mà không cần nêu tên.",
        "Take a screenshot or write this code down: it is shown once. With it you can see the outcome and the answer without giving your name.";
    SEE, "Xem kết quả", "See what became of it";
    ILL, "Hãy gọi trạm y tế hoặc 115 nếu bạn thấy khó thở", "Call the health station, or 115 if breathing is hard";
    ILL_WHY, "Đừng đến nơi đông người. Ở nhà, đeo khẩu trang, gọi điện trước khi đi khám.",
        "Stay away from crowds. Stay at home, wear a mask, and call before you go and see a doctor.";
    TOO_MANY, "Hãy chờ một lúc", "Please wait a while";
    TOO_MANY_WHY, "Có quá nhiều phản ánh từ mạng này. Hãy thử lại sau một giờ; nếu cần gấp, hãy gọi trạm y tế.",
        "Too many reports came from this network. Try again in an hour; if it is urgent, call the health station."
}

/// What a form with files holds.
#[derive(Default)]
struct Parts {
    fields: Vec<(String, String)>,
    files: Vec<Result<Vec<u8>, BadPhoto>>,
}

impl Parts {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A form that was read and checked.
struct Checked {
    read: Sent,
    photos: Vec<Vec<u8>>,
    /// The filled-in form, as JSON.
    content: String,
    /// Whether somebody may be ill.
    ill: bool,
}

/// `POST /report`
pub async fn send(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    peer: Peer,
    sent: Multipart,
) -> Result<Response, Failure> {
    let parts = read(sent).await?;
    let ticket =
        parts.field("ticket").filter(|ticket| !ticket.is_empty()).ok_or(Failure::Unreadable)?.to_owned();
    let sheet = reporting::sheet(&state).await?.ok_or(Failure::NotFound)?;
    let Checked { read, photos, content, ill } = check(&sheet, view.lang, state.now(), &parts);
    let (step, redraw) = bluezone_forms::REDRAW;
    let again = parts.field(step) == Some(redraw);
    let answer = |problems: &[Problem], message, view| {
        Filling { sheet: Some(&sheet), entries: &read.entries, problems, ticket: &ticket, message }.shown(
            &state,
            signed.as_ref(),
            view,
            &headers,
        )
    };
    if again {
        return Ok(answer(&[], None, view));
    }
    if !read.problems.is_empty() {
        let mut answer = answer(&read.problems, None, view);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    }
    let id = signal_id(&state, &ticket);
    let code = tracking_code(&state.secrets, id);
    let source = Source::of(peer.0, &headers, &state.config.trusted_proxies);
    let new = NewSignal {
        signal: signal(id, &read.answers, signed.as_ref(), &state)?,
        tracking_hash: tracking_hash(&state.secrets, &code),
        content,
        photos,
        source: state.secrets.hash(Hashed::Reporter, &source.bytes()),
        most_an_hour: state.config.reports_an_hour,
    };
    match state.store.create_signal(&new, state.now(), &mut *state.rng()).await? {
        // Sent again, it shows the same code.
        Reported::Taken | Reported::Again => Ok(taken(view, signed.as_ref(), &code, ill)),
        Reported::TooMany => {
            let mut answer = answer(&[], Some((TOO_MANY, TOO_MANY_WHY)), view);
            *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            Ok(answer)
        }
    }
}

/// Reads the answers and says what is wrong with them.
fn check(sheet: &Sheet, lang: Lang, now: Timestamp, parts: &Parts) -> Checked {
    let (form, setting) = (sheet.form(), sheet.setting());
    let (mut photos, mut attachments, mut bad) = (Vec::new(), Vec::new(), None);
    for file in &parts.files {
        match file {
            Ok(bytes) => {
                attachments.push((PHOTOS, attachment(bytes)));
                photos.push(bytes.clone());
            }
            Err(wrong) => bad = Some(*wrong),
        }
    }
    let fields = parts.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut read = read_fields(form, fields, attachments, &setting);
    if let Some(bad) = bad {
        read.problems.push(Problem { link_id: PHOTOS.to_owned(), wrong: in_words(bad) });
    }
    let authored = rfc3339(now.0);
    let envelope = Envelope { id: None, authored: &authored, lang };
    let content = write(form, &read.answers, &setting, &envelope).to_string();
    let ill = advise(form, &read.answers, &setting).level == Level::Call;
    Checked { read, photos, content, ill }
}

/// The page that shows the code.
fn taken(view: View, signed: Option<&Signed>, code: &str, ill: bool) -> Response {
    let lang: Lang = view.lang;
    let body = html! {
        @if ill { (alert(Tone::Caution, ILL.get(lang), html! { p { (ILL_WHY.get(lang)) } })) }
        (card(CODE.get(lang), html! {
            (big_code(code))
            p { (CODE_WHY.get(lang)) }
            div.actions { (link_button(Weight::Secondary, &routes::report(&grouped(code)), SEE.get(lang))) }
        }))
    };
    let view = view.at(routes::REPORT);
    let lead = Some(TAKEN_LEAD.get(lang));
    Shell { lead, body, ..Shell::new(&view, signed, TAKEN.get(lang)) }.render()
}

/// Reads the form; every photograph is made anew before anything else looks at it.
async fn read(mut sent: Multipart) -> Result<Parts, Failure> {
    let mut parts = Parts::default();
    while let Some(field) = sent.next_field().await.map_err(|_| Failure::Unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            let bytes = field.bytes().await.map_err(|_| Failure::Unreadable)?;
            // An empty file is what a browser sends of none.
            if !bytes.is_empty() && name == PHOTOS && parts.files.len() < MOST_FILES {
                parts.files.push(photo::received(bytes).await.map(|photo| photo.bytes));
            }
        } else if parts.fields.len() < MOST_FIELDS {
            let value = field.text().await.map_err(|_| Failure::Unreadable)?;
            parts.fields.push((name, value));
        }
    }
    Ok(parts)
}

fn attachment(bytes: &[u8]) -> Attachment {
    Attachment {
        content_type: CONTENT_TYPE.to_owned(),
        size: bytes.len() as u64,
        sha256: Sha256::digest(bytes).into(),
    }
}

fn in_words(bad: BadPhoto) -> Wrong {
    match bad {
        BadPhoto::NotAPhoto => Wrong::FileType,
        BadPhoto::TooLong | BadPhoto::TooManyPixels => Wrong::FileSize(photo::MOST_BYTES as u64),
    }
}

/// What names the report follows from the form, so that the same form names the same report.
fn signal_id(state: &AppState, ticket: &str) -> SignalId {
    let hash = state.secrets.hash(Hashed::Reported, format!("report\n{ticket}").as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    SignalId::from_bytes(id)
}

fn signal(
    id: SignalId,
    answers: &Answers,
    signed: Option<&Signed>,
    state: &AppState,
) -> Result<Signal, Failure> {
    let code = |name: &str| answers.code(name).unwrap_or_default();
    let named = answers.boolean("anonymous") == Some(false);
    let now = state.now();
    Ok(Signal {
        id,
        // Whoever stays anonymous does so also when they are signed in.
        citizen: signed.filter(|_| named).map(|signed| signed.citizen),
        category: code("category").to_owned(),
        area: Area {
            province: code("provinceId").parse().map_err(|_| Failure::Unreadable)?,
            commune: Some(code("wardId").parse().map_err(|_| Failure::Unreadable)?),
        },
        state: SignalState::Signal,
        received_at: now,
        updated_at: now,
        assigned: None,
        case: None,
        version: 1,
    })
}
