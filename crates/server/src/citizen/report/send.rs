//! A report that was sent: read, checked, its photographs made anew, kept; then the tracking code is shown.

use super::super::access::{MaybeSigned, Signed};
use super::super::failure::Failure;
use super::super::posted::{Files, Passed, Posted, sender};
use super::super::routes;
use super::super::shell::Shell;
use super::page::Filling;
use crate::console::shell::View;
use crate::declaring::Sheet;
use crate::photo::{self, BadPhoto, CONTENT_TYPE, Undeveloped};
use crate::reporting::{self, grouped, tracking_code, tracking_hash};
use crate::secrets::Hashed;
use crate::source::{Peer, Source};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::id::SignalId;
use bluezone_domain::signal::{Signal, State as SignalState};
use bluezone_forms::advice::Level;
use bluezone_forms::response::{Envelope, write};
use bluezone_forms::{Answers, Attachment, Problem, REDRAW, Sent, Wrong, advise, read_fields};
use bluezone_pages::parts::{Tone, Weight, alert, big_code, card, link_button};
use bluezone_pages::time::rfc3339;
use bluezone_pages::{Lang, text};
use bluezone_store::{NewSignal, Reported};
use maud::html;
use sha2::{Digest, Sha256};

/// Photographs that are looked at: the form takes three.
const MOST_PHOTOS: usize = 4;
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

/// A form that was read and checked.
struct Checked {
    read: Sent,
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
    request: Request,
) -> Result<Response, Failure> {
    let sheet = reporting::sheet(&state).await?.ok_or(Failure::NotFound)?;
    let address = Source::of(peer.0, &headers, &state.config.trusted_proxies).bytes();
    let source = state.secrets.hash(Hashed::Reporter, &address);
    let most_an_hour = state.config.reports_an_hour;
    // Who sent too many needs no photograph looked at.
    let may_send = state.store.is_within(source, most_an_hour, state.now()).await?;
    let files = if may_send { Files::Of(sender(&state, &address)) } else { Files::Past };
    let mut posted = Posted::read(&state, request, files).await?;
    let files = std::mem::take(&mut posted.files);
    let ticket = Some(posted.get("ticket")).filter(|ticket| !ticket.is_empty());
    let ticket = ticket.ok_or(Failure::Unreadable)?;
    let Checked { read, ill, .. } = check(&sheet, view.lang, state.now(), &posted.fields, &[]);
    let answer = |problems: &[Problem], message, status| {
        let filling = Filling { sheet: Some(&sheet), entries: &read.entries, problems, ticket, message };
        let mut answer = filling.shown(&state, signed.as_ref(), view.clone(), &headers);
        *answer.status_mut() = status;
        answer
    };
    let (step, redraw) = REDRAW;
    if posted.get(step) == redraw {
        return Ok(answer(&[], None, StatusCode::OK));
    }
    if !read.problems.is_empty() {
        return Ok(answer(&read.problems, None, StatusCode::UNPROCESSABLE_ENTITY));
    }
    let id = signal_id(&state, ticket);
    let code = tracking_code(&state.secrets, id);
    // Sent again, it shows the same code.
    if state.store.signal(id).await?.is_some() {
        return Ok(taken(view, signed.as_ref(), &code, ill));
    }
    let too_many = || answer(&[], Some((TOO_MANY, TOO_MANY_WHY)), StatusCode::TOO_MANY_REQUESTS);
    if !may_send {
        return Ok(too_many());
    }
    let passed = |why: Passed| why.answer(answer(&[], Some(why.words()), StatusCode::OK));
    if let Some(why) = posted.passed {
        return Ok(passed(why));
    }
    let photos = match developed(&state, files).await {
        Ok(photos) => photos,
        Err(Undeveloped::Busy) => return Ok(passed(Passed::Busy)),
        Err(Undeveloped::Bad(bad)) => {
            let problem = Problem { link_id: PHOTOS.to_owned(), wrong: in_words(bad) };
            return Ok(answer(&[problem], None, StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    let Checked { read: with_photos, content, .. } =
        check(&sheet, view.lang, state.now(), &posted.fields, &photos);
    if !with_photos.problems.is_empty() {
        return Ok(answer(&with_photos.problems, None, StatusCode::UNPROCESSABLE_ENTITY));
    }
    let new = NewSignal {
        signal: signal(id, &with_photos.answers, signed.as_ref(), &state)?,
        tracking_hash: tracking_hash(&state.secrets, &code),
        content,
        photos,
        source,
        most_an_hour,
    };
    match state.store.create_signal(&new, state.now(), &mut *state.rng()).await? {
        Reported::Taken | Reported::Again => Ok(taken(view, signed.as_ref(), &code, ill)),
        Reported::TooMany => Ok(too_many()),
    }
}

/// Reads the answers and says what is wrong with them.
fn check(
    sheet: &Sheet,
    lang: Lang,
    now: Timestamp,
    fields: &[(String, String)],
    photos: &[Vec<u8>],
) -> Checked {
    let (form, setting) = (sheet.form(), sheet.setting());
    let attachments = photos.iter().map(|bytes| (PHOTOS, attachment(bytes)));
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let read = read_fields(form, fields, attachments, &setting);
    let authored = rfc3339(now.0);
    let envelope = Envelope { id: None, authored: &authored, lang };
    let content = write(form, &read.answers, &setting, &envelope).to_string();
    let ill = advise(form, &read.answers, &setting).level == Level::Call;
    Checked { read, content, ill }
}

/// The photographs of a form, each made anew.
async fn developed(state: &AppState, files: Vec<(String, Vec<u8>)>) -> Result<Vec<Vec<u8>>, Undeveloped> {
    let mut photos = Vec::new();
    for (_, file) in files.into_iter().filter(|(name, _)| name == PHOTOS).take(MOST_PHOTOS) {
        photos.push(state.photos.develop(file.into()).await?.bytes);
    }
    Ok(photos)
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
