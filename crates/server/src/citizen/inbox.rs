//! What the authority wrote to this citizen.

use super::access::Signed;
use super::failure::Failure;
use super::routes;
use super::shell::Shell;
use super::warning::{self, Warning};
use crate::console::shell::View;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::Profile;
use bluezone_domain::id::MessageId;
use bluezone_domain::message::{Message, Received};
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, badge, empty, onward};
use bluezone_pages::time::{date_time, time_tag};
use bluezone_pages::{Lang, text};
use bluezone_store::{MessageCursor, Station};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Hộp thư", "Inbox";
    LEAD, "Cảnh báo và trả lời của cơ quan y tế. Thư được giữ 90 ngày.", "Warnings and answers of the health authority. Messages are kept for 90 days.";
    EMPTY, "Chưa có thư nào", "No messages yet";
    EMPTY_WHY, "Nếu bạn ở cùng nơi với một ca bệnh, hoặc cơ quan y tế trả lời bạn, thư sẽ đến đây.",
        "If you were somewhere together with a case, or the health authority answers you, the message comes here.";
    NEW, "mới", "new";
    FEEDBACK, "Trả lời phản ánh {code}", "Answer to your report {code}";
    DATA, "Trả lời về dữ liệu của bạn", "Answer about your data";
    BREACH, "Dữ liệu của bạn trong một sự cố", "Your data in a breach";
    ADVICE, "Trạm y tế trả lời tờ khai của bạn", "The health station answers your declaration";
    BACK, "Hộp thư", "Inbox";
    INVITATION, "{agency} mời bạn vào danh sách", "{agency} invites you to its list";
    INVITATION_WHY, "Bạn tự chọn cho cơ quan này biết điều gì: hôm nay đã khai báo hay chưa, ứng dụng có đang bật hay không. Không trả lời cũng được; họ không biết bạn đã từ chối.",
        "You choose what this agency may know: whether you declared today, whether your app runs. You need not answer; they do not learn that you refused.";
    CHOOSE, "Xem và chọn", "Look and choose";
    DECLARE, "Khai báo y tế", "Declare your health";
    REMINDER, "{agency} nhắc bạn khai báo hôm nay", "{agency} reminds you to declare today";
    REMINDER_WHY, "Bạn đã đồng ý cho cơ quan này biết bạn khai báo hay chưa. Có thể rút lại bất cứ lúc nào.",
        "You agreed to let this agency know whether you declared. You can take that back at any time.";
    CHANGE_CHOICE, "Đổi lựa chọn của tôi", "Change my choice";
    OLDER, "Thư cũ hơn", "Older messages"
}

/// Messages on a page.
const PAGE: u32 = 50;

/// What the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// `GET /inbox`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    // One more than is shown tells whether there is another page.
    let after = read_cursor(&asked.after);
    let mut messages = state.store.messages_after(signed.citizen, after, PAGE + 1).await?;
    let more = messages.len() > PAGE as usize;
    messages.truncate(PAGE as usize);
    let profiles = state.store.profiles_of(signed.citizen).await?;
    let next = messages.last().filter(|_| more).map(MessageCursor::from);
    let body = html! {
        @if messages.is_empty() { (empty(Icon::Mail, EMPTY.get(lang), html! { p { (EMPTY_WHY.get(lang)) } })) }
        @else {
            ul.entries { @for received in &messages { li { (row(lang, received, &profiles)) } } }
        }
        (onward(lang, None, next.map(|next| (address(next), OLDER.get(lang)))))
    };
    let shell =
        Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, Some(&signed), TITLE.get(lang)) };
    Ok(shell.render())
}

/// `GET /inbox/{message}`: opening it makes it read.
pub async fn message(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let id: MessageId = id.parse().map_err(|_| Failure::NotFound)?;
    let received =
        state.store.read_message(signed.citizen, id, state.now()).await?.ok_or(Failure::NotFound)?;
    let message = warning::filled_in(&state, received.message).await?;
    let profiles = state.store.profiles_of(signed.citizen).await?;
    let title = title(lang, &message, &profiles);
    let lead = date_time(lang, received.sent_at.0);
    let back = Some((routes::INBOX, BACK.get(lang)));
    let station = match message {
        Message::PlaceWarning { .. } => station(&state, &profiles).await?,
        _ => None,
    };
    let body = content(lang, &message, &profiles, station.as_ref());
    Ok(Shell { back, lead: Some(&lead), body, ..Shell::new(&view, Some(&signed), &title) }.render())
}

fn address(after: MessageCursor) -> String {
    format!("{}?after={}-{}", routes::INBOX, after.sent_at.0, after.id)
}

fn read_cursor(text: &str) -> Option<MessageCursor> {
    let (at, id) = text.split_once('-')?;
    Some(MessageCursor { sent_at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

/// The health station where the citizen lives, as far as they said where that is.
async fn station(state: &AppState, profiles: &[Profile]) -> Result<Option<Station>, Failure> {
    match profiles.first().and_then(|profile| profile.person.area) {
        Some(area) => Ok(state.store.station_of(area, state.now()).await?),
        None => Ok(None),
    }
}

fn row(lang: Lang, received: &Received, profiles: &[Profile]) -> Markup {
    html! {
        a.card.entry-link href=(routes::message(received.id)) {
            span.entry-title {
                (icon(&received.message).svg()) (title(lang, &received.message, profiles))
                @if received.read_at.is_none() { " " (badge(Tone::Caution, NEW.get(lang))) }
            }
            span.soft { (time_tag(received.sent_at.0, &date_time(lang, received.sent_at.0))) }
        }
    }
}

fn icon(message: &Message) -> Icon {
    match message {
        Message::PlaceWarning { .. } | Message::PlaceNotice { .. } => Icon::Warning,
        Message::SignalFeedback { .. } | Message::DeclarationAdvice { .. } => Icon::Case,
        Message::DataRequestAnswer { .. } | Message::Breach { .. } => Icon::Lock,
        Message::AgencyInvitation { .. } => Icon::People,
        Message::AgencyReminder { .. } => Icon::Clock,
        Message::News { .. } => Icon::Info,
    }
}

fn title(lang: Lang, message: &Message, profiles: &[Profile]) -> String {
    match message {
        Message::PlaceWarning { whom, .. } => {
            let name = warning::name(lang, whom, profiles);
            warning(message, name.as_deref()).map_or_else(String::new, |warning| warning.title(lang))
        }
        Message::PlaceNotice { place, .. } => warning::notice_title(lang, place),
        Message::SignalFeedback { tracking, .. } => FEEDBACK.fill(lang, &[("code", tracking)]),
        Message::DataRequestAnswer { .. } => DATA.get(lang).to_owned(),
        Message::Breach { .. } => BREACH.get(lang).to_owned(),
        Message::DeclarationAdvice { .. } => ADVICE.get(lang).to_owned(),
        Message::AgencyInvitation { agency } => INVITATION.fill(lang, &[("agency", agency)]),
        Message::AgencyReminder { agency } => REMINDER.fill(lang, &[("agency", agency)]),
        Message::News { title, .. } => title.clone(),
    }
}

/// A message in plain words, for a copy of it.
pub fn words(lang: Lang, message: &Message, profiles: &[Profile]) -> String {
    let title = title(lang, message, profiles);
    let below = match message {
        Message::SignalFeedback { text, .. }
        | Message::DataRequestAnswer { text, .. }
        | Message::Breach { text, .. }
        | Message::DeclarationAdvice { text, .. }
        | Message::News { text, .. } => text.clone(),
        Message::PlaceWarning { place, .. } => place.clone(),
        Message::AgencyInvitation { .. } => INVITATION_WHY.get(lang).to_owned(),
        Message::AgencyReminder { .. } => REMINDER_WHY.get(lang).to_owned(),
        Message::PlaceNotice { day, .. } => day.format("%d/%m/%Y").to_string(),
    };
    if below.is_empty() { title } else { format!("{title}\n{below}") }
}

fn content(lang: Lang, message: &Message, profiles: &[Profile], station: Option<&Station>) -> Markup {
    match message {
        Message::PlaceWarning { whom, .. } => {
            let name = warning::name(lang, whom, profiles);
            html! { @if let Some(warning) = warning(message, name.as_deref()) { (warning.page(lang, station)) } }
        }
        Message::PlaceNotice { day, .. } => warning::notice(lang, *day),
        Message::AgencyInvitation { .. } => html! {
            section.card.prose { p { (INVITATION_WHY.get(lang)) } }
            div.actions { a.button.primary href=(routes::WORK) { (CHOOSE.get(lang)) } }
        },
        Message::AgencyReminder { .. } => html! {
            section.card.prose { p { (REMINDER_WHY.get(lang)) } }
            div.actions {
                a.button.primary href=(routes::DECLARE) { (DECLARE.get(lang)) }
                a.button.secondary href=(routes::WORK) { (CHANGE_CHOICE.get(lang)) }
            }
        },
        Message::SignalFeedback { text, .. }
        | Message::DataRequestAnswer { text, .. }
        | Message::Breach { text, .. }
        | Message::DeclarationAdvice { text, .. }
        | Message::News { text, .. } => html! {
            section.card.prose { @for paragraph in text.lines().filter(|line| !line.trim().is_empty()) { p { (paragraph) } } }
        },
    }
}

/// The warning in a message, if it is one, for somebody of this name, if they are not the account's own holder.
fn warning<'a>(message: &'a Message, name: Option<&'a str>) -> Option<Warning<'a>> {
    match message {
        Message::PlaceWarning { whereabouts, place, day, disease, margin_s, .. } => {
            Some(Warning { whereabouts: *whereabouts, place, name, day: *day, disease, margin_s: *margin_s })
        }
        _ => None,
    }
}
