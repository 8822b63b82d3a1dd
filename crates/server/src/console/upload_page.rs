//! One thing that a person sent: sealed, on its way to being opened, or open.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::told::{self, Reach};
use crate::console::{line, routes, upload_report, uploads, words};
use crate::error::ServerError;
use crate::promise::opening;
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::policy::Action;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, facts, link_button, status};
use bluezone_pages::table::{Column, table};
use bluezone_pages::time::date;
use bluezone_pages::{Lang, text};
use bluezone_protocol::history::{History, HistoryKind, Reporter};
use bluezone_store::{OpeningState, UploadInfo};
use bluezone_transparency::text::Line;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Dữ liệu nhận {when}", "Received {when}";
    BACK, "Dữ liệu người dân gửi", "What people sent";
    ABOUT, "Thông tin", "About it";
    RECEIVED, "Nhận lúc", "Received";
    OVER, "Hết thời hạn mở", "The time to open it is over";
    OVER_WHY, "Người gửi đồng ý theo thời hạn của yêu cầu; thời hạn đó đã hết hoặc sắp hết. Nếu vẫn cần, hãy viết yêu cầu mới.",
        "Whoever sent it agreed to the request's terms, whose time is over or about to be. If it is still needed, write a new request.";
    KIND, "Loại", "Kind";
    CASE, "Ca bệnh", "Case";
    REQUEST, "Yêu cầu", "Request";
    SEE, "Xem", "See";
    OPEN, "Mở dữ liệu này", "Open it";
    OPEN_WHY, "Việc mở được ghi vào sổ công khai trước: đơn vị, căn cứ, mục đích. Người gửi thấy điều đó trên điện thoại.",
        "That it is opened stands in the public log first: unit, legal basis, purpose. Whoever sent it sees that on their phone.";
    OPEN_ANSWER, "Được mở đúng theo căn cứ, mục đích và phạm vi của yêu cầu mà người đó đã đồng ý.",
        "It is opened on the very basis, purpose and scope of the request that the person agreed to.";
    BASIS, "Căn cứ pháp lý", "Legal basis";
    BASIS_HINT, "Luật và điều, ví dụ: Luật Phòng bệnh 2025, Điều 20.", "Law and article.";
    PURPOSE, "Mục đích", "Purpose";
    PURPOSE_HINT, "Ai cũng đọc được. Không ghi tên hay số điện thoại.", "Everybody can read it. No names and no telephone numbers.";
    DO_OPEN, "Ghi vào sổ và mở", "Write it into the log and open";
    WAITING, "Chờ giờ sổ kế tiếp", "Waiting for the next log hour";
    WAITING_WHY, "Việc mở đã có số {entry} trong sổ. Khi các nhân chứng đã ký, bên giữ khóa gỡ lớp niêm phong của mình.",
        "The opening is number {entry} in the log. Once the witnesses have cosigned it, the keeper takes its seal off.";
    REFUSED, "Không mở được", "It could not be opened";
    REFUSED_WHY, "Hãy ra lệnh mở lại; nếu vẫn không được, hãy đưa dòng sau cho người vận hành máy chủ: {problem}",
        "Order it again; if that does not help, give this line to whoever runs the server: {problem}";
    OPENED, "Đã mở", "Open";
    OPENED_WHY, "Mở ngày {when}, số {entry} trong sổ công khai.", "Opened {when}, number {entry} in the public log.";
    HOLDS, "Nội dung", "What it holds";
    DAY, "Ngày", "Day";
    KEYS, "Khóa định danh", "Identifier keys";
    HEARD, "Lần ghi nhận", "Sightings";
    DAYS_CAPTION, "Từng ngày mà người gửi đã chọn", "Each day that the sender chose";
    PART, "Phần", "Part";
    WHO, "Người gửi tự khai", "What the sender says of themselves";
    NAME, "Họ tên", "Name";
    PHONE, "Điện thoại", "Telephone";
    COMMUNE, "Xã, phường", "Commune";
    CONSENTS, "Mục đích đã đồng ý", "Purposes agreed to";
    ASK, "Hỏi thêm người này", "Ask this person for more"
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    basis: String,
    purpose: String,
    /// Of the case that a report may speak of, where somebody looks for it.
    reference: String,
}

/// An upload that this officer reaches; any other is not found, whether it exists or not.
pub async fn find(state: &AppState, signed: &Signed, hash: &str) -> Result<(UploadInfo, Reach), Failure> {
    let hash = routes::read_hash(hash).ok_or(Failure::NotFound)?;
    let upload = state.store.upload(hash).await?.ok_or(Failure::NotFound)?;
    let reach = told::reach(state, signed, Action::OpenUpload, &upload.unit).await?;
    Ok((upload, reach))
}

/// `GET /console/uploads/{upload}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(hash): Path<String>,
    Query(asked): Query<Typed>,
) -> Result<Response, Failure> {
    let (upload, reach) = find(&state, &signed, &hash).await?;
    shown(&state, &signed, view, &upload, reach, &asked, &[]).await
}

/// `POST /console/uploads/{upload}/open`
pub async fn open(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(hash): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (upload, reach) = find(&state, &signed, &hash).await?;
    told::own(reach)?;
    if let OpeningState::Sealed | OpeningState::Refused { .. } = upload.state {
        let mut problems = Vec::new();
        // The terms of an answer were agreed to when it was asked for; these here are not used.
        let agreed = || Line::new("-").ok();
        let asked = upload.request.is_none();
        let mut read =
            |name, text: &str| if asked { line::read(name, text, &mut problems) } else { agreed() };
        let (basis, purpose) = (read("basis", &typed.basis), read("purpose", &typed.purpose));
        let (Some(basis), Some(purpose)) = (basis, purpose) else {
            let mut answer = shown(&state, &signed, view, &upload, reach, &typed, &problems).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(answer);
        };
        match opening::order(&state, &signed.officer, &upload, basis, purpose).await {
            // The page says so.
            Ok(_) | Err(ServerError::OpeningOver) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Redirect::to(&routes::upload(&upload.hash)).into_response())
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    upload: &UploadInfo,
    reach: Reach,
    typed: &Typed,
    problems: &line::Problems,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let own = reach == Reach::Own;
    let history = if own { opening::opened(state, upload.hash).await? } else { None };
    let report = history.as_ref().is_some_and(|history| history.kind == HistoryKind::Contact);
    let mailbox = if own { state.store.mailbox_of_upload(upload.hash).await? } else { None };
    let sealed = matches!(upload.state, OpeningState::Sealed | OpeningState::Refused { .. });
    let openable = own && sealed;
    let over = openable && opening::is_over(state, upload).await?;
    let here = routes::upload(&upload.hash);
    let body = html! {
        (back(routes::UPLOADS, BACK.get(lang)))
        (told::notice(lang, reach, &upload.unit))
        (how_it_stands(lang, upload))
        (card(ABOUT.get(lang), about(lang, upload)))
        @if over {
            (alert(Tone::Caution, OVER.get(lang), html! { p { (OVER_WHY.get(lang)) } }))
        } @else if openable {
            (card(OPEN.get(lang), open_form(lang, signed, upload, typed, problems)))
        }
        @if let Some(history) = &history { (contents(lang, history)) }
        @if report { (upload_report::section(state, signed, lang, &upload.hash, &typed.reference).await?) }
        @if mailbox.is_some() {
            div.actions {
                (link_button(Weight::Secondary, &routes::ask_sender(&upload.hash), ASK.get(lang)))
            }
        }
    };
    let when = bluezone_pages::time::date_time(lang, upload.received_at.0);
    let title = TITLE.fill(lang, &[("when", &when)]);
    let view = view.at(&here);
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render())
}

fn how_it_stands(lang: Lang, upload: &UploadInfo) -> Markup {
    match &upload.state {
        OpeningState::Sealed => html! {},
        OpeningState::Ordered { entry } => {
            let why = WAITING_WHY.fill(lang, &[("entry", &entry.to_string())]);
            status(Tone::Info, Icon::Clock, WAITING.get(lang), html! { p { (why) } })
        }
        OpeningState::Refused { problem, .. } => status(
            Tone::Bad,
            Icon::Lock,
            REFUSED.get(lang),
            html! {
                p { (REFUSED_WHY.fill(lang, &[("problem", problem)])) }
            },
        ),
        OpeningState::Opened { entry, at } => {
            let when = bluezone_pages::time::date_time(lang, at.0);
            let why = OPENED_WHY.fill(lang, &[("when", &when), ("entry", &entry.to_string())]);
            status(Tone::Good, Icon::Check, OPENED.get(lang), html! { p { (why) } })
        }
    }
}

fn about(lang: Lang, upload: &UploadInfo) -> Markup {
    let mut pairs = vec![
        (RECEIVED.get(lang), words::instant(lang, upload.received_at)),
        (KIND.get(lang), html! { (uploads::kind(upload).get(lang)) }),
    ];
    if let Some(case) = upload.case {
        pairs.push((CASE.get(lang), html! { a href=(routes::case(case)) { (SEE.get(lang)) } }));
    }
    if let Some(request) = upload.request {
        pairs.push((REQUEST.get(lang), html! { a href=(routes::release(&request)) { (SEE.get(lang)) } }));
    }
    facts(pairs)
}

fn open_form(
    lang: Lang,
    signed: &Signed,
    upload: &UploadInfo,
    typed: &Typed,
    problems: &line::Problems,
) -> Markup {
    let listed = line::listed(lang, problems);
    let asked = upload.request.is_none();
    let fields = html! {
        @if asked {
            (Field::input(lang, "text", "basis", BASIS.get(lang)).value(&typed.basis).hint(BASIS_HINT.get(lang))
                .error(line::of(&listed, "basis")))
            (Field::input(lang, "text", "purpose", PURPOSE.get(lang)).value(&typed.purpose)
                .hint(PURPOSE_HINT.get(lang)).error(line::of(&listed, "purpose")))
        }
        div.actions { (button(Weight::Primary, DO_OPEN.get(lang))) }
    };
    html! {
        (to_mend(lang, &listed))
        p { (if asked { OPEN_WHY } else { OPEN_ANSWER }.get(lang)) }
        (form(&routes::open_upload(&upload.hash), &signed.form_token, fields))
    }
}

fn contents(lang: Lang, history: &History) -> Markup {
    let columns =
        [Column::words(DAY.get(lang)), Column::numbers(KEYS.get(lang)), Column::numbers(HEARD.get(lang))];
    let rows = history.days.iter().map(|day| {
        vec![html! { (date(lang, day.day.0)) }, html! { (day.keys.len()) }, html! { (day.heard.len()) }]
    });
    let purposes: Vec<_> =
        history.consents.iter().map(|consent| words::purpose(lang, &consent.purpose)).collect();
    html! {
        @if let Some(reporter) = &history.reporter { (card(WHO.get(lang), reporter_facts(lang, reporter))) }
        section.stack {
            h2 { (HOLDS.get(lang)) }
            (facts([
                (PART.get(lang), html! { (history.part + 1) " / " (history.parts) }),
                (CONSENTS.get(lang), html! { (purposes.join(", ")) }),
            ]))
            (table(DAYS_CAPTION.get(lang), &columns, rows))
        }
    }
}

fn reporter_facts(lang: Lang, reporter: &Reporter) -> Markup {
    facts([
        (NAME.get(lang), html! { (reporter.name) }),
        (PHONE.get(lang), html! { (reporter.phone) }),
        (COMMUNE.get(lang), html! { (reporter.commune) }),
    ])
}
