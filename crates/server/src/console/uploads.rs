//! What people sent this unit, sealed or open.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words};
use crate::state::AppState;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, alert, badge, empty, onward};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{OpeningState, UploadCursor, UploadInfo};
use maud::{Markup, html};
use serde::Deserialize;

/// Of a page.
const SHOWN: u32 = 200;

text! {
    TITLE, "Dữ liệu người dân gửi", "What people sent";
    LEAD, "Được niêm phong hai lớp. Mở một hồ sơ cần ghi vào sổ công khai trước; người gửi thấy ai mở và vì sao.",
        "Sealed twice. Opening one is written into the public log first; whoever sent it sees who opened it and why.";
    CAPTION, "Dữ liệu gửi cho đơn vị và các đơn vị trong địa bàn, mới nhất trước", "What was sent to the unit and to those in its territory, newest first";
    RECEIVED, "Nhận lúc", "Received";
    KIND, "Loại", "Kind";
    STATE, "Trạng thái", "State";
    ANSWER, "Trả lời yêu cầu", "Answer to a request";
    OF_CASE, "Ca bệnh chia sẻ", "Shared by a case";
    REPORT, "Người được cảnh báo", "Reported by a warned person";
    SEALED, "Niêm phong", "Sealed";
    ORDERED, "Chờ giờ sổ kế tiếp", "Waiting for the next log hour";
    REFUSED, "Bị từ chối", "Refused";
    OPENED, "Đã mở", "Open";
    NEXT, "Cũ hơn", "Older";
    NOTHING, "Chưa ai gửi gì", "Nobody has sent anything yet";
    NOTHING_WHY, "Dữ liệu chỉ đến đây khi chủ điện thoại đồng ý.", "Something comes only when the owner of a phone says yes.";
    OFF, "Máy chủ này chưa nhận dữ liệu", "This server takes no uploads yet";
    OFF_WHY, "Cần sổ công khai có ít nhất hai nhân chứng và một bên giữ khóa độc lập. Cảnh báo vẫn hoạt động.",
        "It needs a public log with at least two witnesses, and an independent keeper. Warnings work all the same."
}

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

fn read_cursor(text: &str) -> Option<UploadCursor> {
    let (at, hash) = text.split_once('-')?;
    let hash = hex::decode(hash).ok()?.try_into().ok()?;
    Some(UploadCursor { received_at: Timestamp(at.parse().ok()?), hash })
}

/// `GET /console/uploads`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (lang, of, after) = (view.lang, &signed.officer, read_cursor(&asked.after));
    let mut uploads = state.store.uploads_within(&of.unit, of.territory, after, SHOWN + 1).await?;
    let more = uploads.len() > SHOWN as usize;
    uploads.truncate(SHOWN as usize);
    let next = uploads.last().filter(|_| more).map(|last| {
        let after = format!("{}-{}", last.received_at.0, hex::encode(last.hash));
        (format!("{}?after={after}", routes::UPLOADS), NEXT.get(lang))
    });
    let first = after.map(|_| routes::UPLOADS.to_owned());
    let body = html! {
        (off(&state, lang))
        @if uploads.is_empty() {
            (empty(Icon::Lock, NOTHING.get(lang), html! { p { (NOTHING_WHY.get(lang)) } }))
        } @else { (rows(lang, &uploads)) }
        (onward(lang, first, next))
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view: &view, signed: Some(&signed), title, lead, wide: true, body }.render())
}

/// Says so where nothing is taken.
pub fn off(state: &AppState, lang: Lang) -> Markup {
    html! {
        @if !state.config.promise.is_complete() {
            (alert(Tone::Caution, OFF.get(lang), html! { p { (OFF_WHY.get(lang)) } }))
        }
    }
}

/// What kind of telling it is, as far as its envelope says.
pub fn kind(upload: &UploadInfo) -> Text {
    match (upload.request, upload.case) {
        (Some(_), _) => ANSWER,
        (None, Some(_)) => OF_CASE,
        (None, None) => REPORT,
    }
}

/// Its state in words and colour.
pub fn state_badge(lang: Lang, state: &OpeningState) -> Markup {
    let (tone, words) = match state {
        OpeningState::Sealed => (Tone::Neutral, SEALED),
        OpeningState::Ordered { .. } => (Tone::Info, ORDERED),
        OpeningState::Refused { .. } => (Tone::Bad, REFUSED),
        OpeningState::Opened { .. } => (Tone::Good, OPENED),
    };
    badge(tone, words.get(lang))
}

/// Uploads as a table.
pub fn rows(lang: Lang, uploads: &[UploadInfo]) -> Markup {
    let columns = [
        Column::words(RECEIVED.get(lang)),
        Column::words(words::UNIT.get(lang)),
        Column::words(KIND.get(lang)),
        Column::words(STATE.get(lang)),
    ];
    let rows = uploads.iter().map(|upload| {
        vec![
            html! { a href=(routes::upload(&upload.hash)) { (words::instant(lang, upload.received_at)) } },
            html! { (upload.unit) },
            html! { (kind(upload).get(lang)) },
            state_badge(lang, &upload.state),
        ]
    });
    table(CAPTION.get(lang), &columns, rows)
}
