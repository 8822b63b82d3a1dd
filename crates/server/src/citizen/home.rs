//! The first page: how things stand for this citizen, and the few things that people come for.

use super::access::{MaybeSigned, Signed};
use super::failure::Failure;
use super::outbox::outbox;
use super::shell::Shell;
use super::{declare, routes};
use crate::console::once;
use crate::console::routes::WORKLIST;
use crate::console::shell::View;
use crate::declaring::{Sheet, day_of};
use crate::state::AppState;
use crate::zones::ZONES;
use axum::extract::{Query, State};
use axum::response::Response;
use bluezone_domain::visit::day_start;
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::parts::{Tone, Weight, alert, button, link_button, status};
use bluezone_pages::time::clock;
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::time::DAY_S;
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Chào bạn", "Welcome";
    LEAD, "Khai báo y tế, mã cá nhân và nhật ký nơi đến, ở một chỗ.", "Health declaration, your code and your diary of places, in one place.";
    DECLARE, "Khai báo y tế", "Declare your health";
    DECLARE_WHY, "Lần đầu khoảng một phút, những lần sau chỉ vài câu. Khai xong bạn có ngay mã QR của mình.",
        "About a minute the first time, a few questions after that. You get your QR code at once.";
    DECLARE_NOW, "Khai báo ngay", "Declare now";
    MORE, "Bạn cần gì?", "What do you need?";
    SHOW_CODE, "Mã của tôi", "My code";
    SHOW_CODE_WHY, "Đưa cho nơi cần quét, trên màn hình hoặc bản in.", "Show it where it is scanned, on the screen or on paper.";
    SCAN, "Quét mã địa điểm", "Scan a place";
    SCAN_WHY, "Khi bạn vào cửa hàng, cơ quan, xe khách; hoặc nhập mã số.", "When you enter a shop, an office, a bus; or type its code.";
    DIARY, "Nhật ký nơi đến", "Diary of places";
    DIARY_WHY, "Nơi bạn đã quét mã; chỉ để báo cho bạn khi có nguy cơ.", "Where you checked in; only to warn you if there was a risk.";
    INBOX, "Hộp thư", "Inbox";
    INBOX_WHY, "Cảnh báo và trả lời của cơ quan y tế.", "Warnings, and answers of the health authority.";
    REPORT, "Phản ánh", "Tell the health station";
    REPORT_WHY, "Báo dấu hiệu dịch bệnh quanh bạn; không cần nêu tên.", "Tell of signs of disease around you; no name needed.";
    MY_DATA, "Dữ liệu của tôi", "My data";
    MY_DATA_WHY, "Xem, sửa, lấy bản sao, rút lại, xóa; ai đã mở và vì sao.", "See, correct, copy, take back, delete; who opened it and why.";
    NEWS, "Tin từ cơ quan y tế", "News from the authority";
    NEWS_WHY, "Quyết định khoanh vùng mới nhất.", "The latest decisions on zones.";
    GUIDE, "Hướng dẫn", "Guide";
    GUIDE_WHY, "Khai báo, mã QR, cảnh báo: hỏi và đáp.", "Declaring, codes, warnings: questions and answers.";
    ZONES_HERE, "Khoanh vùng dịch", "Outbreak zones";
    ZONES_WHY, "Cấp độ dịch ở xã, phường của bạn hôm nay.", "The level of your commune today.";
    PLACES, "Địa điểm của tôi", "My places";
    PLACES_WHY, "Đăng ký cửa hàng, cơ quan, xe; in mã, quét mã của khách.", "Register a shop, an office, a bus; print its code, scan visitors.";
    WORK, "Nơi làm việc", "Where I work";
    WORK_WHY, "Cơ quan, trường học của bạn được biết gì về bạn.", "What your office or school may know of you.";
    GONE, "Tài khoản và dữ liệu của bạn đã được xóa", "Your account and your data are deleted";
    GONE_WHY, "Bạn đã đăng xuất. Có thể khai báo lại bất cứ lúc nào, như một người mới.", "You are signed out. You can declare again at any time, as somebody new.";
    UNREAD, "Bạn có {n} thư chưa đọc", "You have {n} unread messages";
    OPEN_INBOX, "Mở hộp thư", "Open the inbox";
    TODAY, "Hôm nay bạn thế nào?", "How are you today?";
    TODAY_WHY, "Vài câu là xong. Họ tên và nơi ở đã có từ lần trước.", "A few questions only. Your name and address are known from the last time.";
    DONE, "Hôm nay bạn đã khai báo", "You have declared today";
    DONE_AT, "Lúc {time}: {advice}.", "At {time}: {advice}.";
    SEE, "Xem lời khuyên", "See the advice";
    SHOW_NOW, "Hiện mã của tôi", "Show my code";
    AGAIN, "Khai báo lại", "Declare again";
    SIGN_OUT, "Đăng xuất", "Sign out";
    SIGN_IN, "Đã khai báo trước đây? Đăng nhập", "Declared before? Sign in";
    OFFICERS, "Dành cho cán bộ y tế", "For health officers"
}

/// The form of who declares for the first time, and the short one after that.
const FULL: &str = "toan-dan";
const SHORT: &str = "khai-bao-lai";

/// What the address may say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Present after the account was deleted.
    gone: Option<String>,
}

/// `GET /`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let unread = match &signed {
        Some(signed) => state.store.unread_messages(signed.citizen).await?,
        None => 0,
    };
    let declare = match &signed {
        Some(signed) => standing(&state, lang, signed).await?,
        None => None,
    };
    // Which forms there are today, if not this one, stands in the list.
    let full = Sheet::open(&state, FULL, day_of(state.now())).await?;
    let href = full.map_or_else(|| routes::DECLARE.to_owned(), |_| routes::declare(FULL));
    let declare = declare.unwrap_or_else(|| {
        status(
            Tone::Info,
            Icon::Case,
            DECLARE.get(lang),
            html! {
                p { (DECLARE_WHY.get(lang)) }
                div.actions { (link_button(Weight::Primary, &href, DECLARE_NOW.get(lang))) }
            },
        )
    });
    let body = html! {
        @if asked.gone.is_some() && signed.is_none() {
            (alert(Tone::Good, GONE.get(lang), html! { p { (GONE_WHY.get(lang)) } }))
        }
        @if signed.is_some() { (outbox(&state, lang).await?) }
        @if unread > 0 {
            @let title = UNREAD.fill(lang, &[("n", &unread.to_string())]);
            (alert(Tone::Caution, &title, html! { p { a href=(routes::INBOX) { (OPEN_INBOX.get(lang)) } } }))
        }
        (declare)
        section.stack {
            h2 { (MORE.get(lang)) }
            div.grid {
                (entry(lang, routes::PASS, Icon::Qr, SHOW_CODE, SHOW_CODE_WHY))
                (entry(lang, routes::SCAN, Icon::Search, SCAN, SCAN_WHY))
                (entry(lang, routes::VISITS, Icon::Calendar, DIARY, DIARY_WHY))
                (entry(lang, routes::INBOX, Icon::Mail, INBOX, INBOX_WHY))
                (entry(lang, routes::REPORT, Icon::Info, REPORT, REPORT_WHY))
                (entry(lang, routes::ME, Icon::Lock, MY_DATA, MY_DATA_WHY))
                (entry(lang, routes::NEWS, Icon::Info, NEWS, NEWS_WHY))
                (entry(lang, ZONES, Icon::Map, ZONES_HERE, ZONES_WHY))
                (entry(lang, routes::PLACES, Icon::Map, PLACES, PLACES_WHY))
                (entry(lang, routes::WORK, Icon::People, WORK, WORK_WHY))
                (entry(lang, routes::GUIDE, Icon::Guide, GUIDE, GUIDE_WHY))
            }
        }
        div.row.apart {
            @match &signed {
                Some(signed) => (form(routes::SIGN_OUT, &signed.form_token, button(Weight::Secondary, SIGN_OUT.get(lang)))),
                None => a href=(routes::SIGN_IN) { (SIGN_IN.get(lang)) },
            }
            a.soft href=(WORKLIST) { (OFFICERS.get(lang)) }
        }
    };
    let shell =
        Shell { lead: Some(LEAD.get(lang)), body, ..Shell::new(&view, signed.as_ref(), TITLE.get(lang)) };
    Ok(shell.render())
}

/// Today's declaration of somebody who declared before: what was advised, or the short form to fill in here and now. `None`: they
/// never declared for themself.
async fn standing(state: &AppState, lang: Lang, signed: &Signed) -> Result<Option<Markup>, Failure> {
    let profiles = state.store.profiles_of(signed.citizen).await?;
    let own = profiles.iter().find(|profile| profile.is_own() && profile.is_known());
    let Some(own) = own else { return Ok(None) };
    let now = state.now();
    let (today, midnight) = (day_of(now), day_start(now));
    if let Some(last) = state.store.last_declaration(own.id, midnight, midnight + DAY_S).await? {
        let (tone, icon) = declare::tone(last.urgency);
        let words = [
            ("time", clock(lang, last.received_at.0)),
            ("advice", declare::level(last.urgency).title().get(lang).to_owned()),
        ];
        let words: Vec<_> = words.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Ok(Some(status(
            tone,
            icon,
            DONE.get(lang),
            html! {
                p { (DONE_AT.fill(lang, &words)) }
                div.actions {
                    (link_button(Weight::Primary, routes::PASS, SHOW_NOW.get(lang)))
                    (link_button(Weight::Secondary, &routes::declared(last.id), SEE.get(lang)))
                    a href=(routes::DECLARE) { (AGAIN.get(lang)) }
                }
            },
        )));
    }
    let Some(sheet) = Sheet::open(state, SHORT, today).await? else { return Ok(None) };
    let consents = state.store.live_consents(own.id).await?;
    let form = declare::again(state, lang, signed, &sheet, &once::ticket(state), &consents);
    Ok(Some(html! {
        section.card.accent.stack {
            h2 { (TODAY.get(lang)) }
            p.soft { (TODAY_WHY.get(lang)) }
            (form)
        }
    }))
}

/// Something to go to, with a sentence.
fn entry(lang: Lang, href: &str, icon: Icon, title: Text, why: Text) -> Markup {
    html! {
        a.card.entry-link href=(href) {
            span.entry-title { (icon.svg()) (title.get(lang)) }
            span.soft { (why.get(lang)) }
        }
    }
}
