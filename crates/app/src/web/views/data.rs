//! What the owner shared and can take back, who opened it and why, which requests were answered, how the log is.

use super::{BACK_HOME, Frame, Tab};
use bluezone_device::{Deed, Mention, Purpose, Sharing, SharingKind, SharingState};
use bluezone_pages::form::form;
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, badge, button, card, empty, facts, link_button};
use bluezone_pages::time::{ago, clock, date_time, day, time_tag};
use bluezone_pages::{Lang, Text, text};

text! {
    TITLE, "Dữ liệu của tôi", "My data";
    LEAD, "Những gì đã rời máy này vì bạn đồng ý, và ai đã mở.", "What left this phone because you agreed, and who opened it.";
    SHARED, "Tôi đã gửi gì", "What I sent";
    SHARED_NONE, "Chưa gửi gì cho ai", "Nothing was sent to anyone";
    SHARED_NONE_WHY, "Nhật ký tiếp xúc chỉ ở trên máy này.", "The contact diary is on this phone only.";
    AS_CASE, "Lịch sử tiếp xúc", "Contact history";
    AS_CONTACT, "Báo tiếp xúc", "Report of contacts";
    AS_ANSWER, "Trả lời câu hỏi", "Answer to a request";
    AS_MAILBOX, "Cho phép hỏi", "Permission to ask";
    TO, "Gửi cho", "Sent to";
    AGREED, "Đồng ý lúc", "Agreed at";
    DAYS, "Những ngày", "Days";
    NAMED, "Kèm tên hoặc số điện thoại", "With a name or telephone number";
    AND_ASKED, "Kèm cho phép hỏi", "With permission to ask";
    ALSO, "Gồm cả", "Including";
    SENDING, "Đang gửi", "On its way";
    SENT, "Đã gửi", "Sent";
    FAILED, "Máy chủ không nhận", "Not accepted";
    FAILED_WHY, "Máy chủ không nhận phần này. Bạn có thể gửi lại từ đầu với mã mới của cán bộ y tế.",
        "The server did not accept it. You may share again with a new code from the health officer.";
    WITHDRAWING, "Đang rút lại", "Being taken back";
    WITHDRAWN, "Đã rút lại và xóa", "Taken back and deleted";
    RETRY_AT, "Máy chủ chưa trả lời; tự thử lại lúc {t}.", "The server does not answer yet; tried again at {t}.";
    CONSENT_OFF, "Máy chủ hiện không nhận dữ liệu chia sẻ; tự thử lại lúc {t}.", "The server takes no shared data at present; tried again at {t}.";
    WITHDRAW, "Rút lại", "Take back";
    WITHDRAW_WHY, "Rút lại thì máy chủ xóa dữ liệu, cả phần đã mở và những gì đã so sánh từ đó. Điều cán bộ y tế đã ghi vào hồ sơ truy vết còn lại theo luật. Dòng ghi trong nhật ký công khai còn lại, nhưng không nêu tên ai.",
        "When you take it back, the server deletes it, also what was opened and what was compared with it. What health officers have written into their records by then stays, as the law has it. The line in the public log stays; it names nobody.";

    OPENED, "Ai đã mở dữ liệu của tôi, vì sao", "Who opened my data, and why";
    OPENED_NONE, "Chưa ai mở", "Nobody has opened it";
    OPENED_NONE_WHY, "Máy đọc nhật ký công khai và sẽ báo cho bạn khi có người mở.", "The phone reads the public log and tells you when somebody does.";
    NEW, "Mới", "New";
    DEED_ASKED, "Đã hỏi bạn", "Asked you";
    DEED_OPENED, "Đã mở dữ liệu bạn gửi", "Opened what you sent";
    DEED_EXPORTED, "Đã xuất hồ sơ có bạn", "Exported records that include yours";
    WHO, "Đơn vị", "Unit";
    WHY, "Để làm gì", "What for";
    BASIS, "Căn cứ", "Basis";
    WHEN, "Lúc", "When";
    ENTRY, "Số trong nhật ký", "Number in the log";

    ANSWERED, "Câu hỏi đã trả lời", "Requests answered";
    SAID_YES, "Đã gửi", "Sent";
    SAID_NO, "Không (chỉ máy này biết)", "No (only this phone knows)";
    REQUESTS, "{n} câu hỏi đang chờ bạn", "{n} requests wait for you";
    REQUEST_ONE, "Một câu hỏi đang chờ bạn", "A request waits for you";
    READ, "Xem", "Read";

    LOG, "Nhật ký công khai", "The public log";
    LOG_NAME, "Nhật ký", "Log";
    WITNESSED, "Nhân chứng xác nhận", "Confirmed by witnesses";
    NEVER, "chưa lần nào", "never yet";
    NO_LOG, "chưa được cài (--log-pins)", "not set (--log-pins)";
    NO_LOG_WHY, "Không có nó, máy này không gửi gì cho đơn vị y tế và không nhận câu hỏi nào. Cảnh báo vẫn hoạt động.",
        "Without it this phone sends nothing to health units and takes no requests. Warnings work all the same.";
    DECEIT, "Nhật ký công khai không đúng", "The public log is not right";
    DECEIT_WHY,
        "Máy chủ đưa ra một nhật ký khác với nhật ký máy này đã biết, hoặc tệp giả. Máy không tin và không gửi gì. Hãy báo cho người bạn tin cậy. Chi tiết: {why}",
        "The server shows another log than this phone knows, or forged files. The phone does not believe it and sends nothing. Tell somebody you trust. Details: {why}";
    REFUSED, "Một câu hỏi không đáng tin", "A request was not trusted";
    REFUSED_WHY, "Có một câu hỏi gửi đến máy này nhưng không qua được kiểm tra, nên không hiện ra. Chi tiết: {why}",
        "A request for this phone failed a check and is not shown. Details: {why}"
}

/// How the log is, as the pages tell it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogView {
    /// Name of the pinned log; `None` if none is.
    pub name: Option<String>,
    /// When witnesses said last that everybody sees the log that was read, epoch seconds.
    pub witnessed: Option<i64>,
    /// What is wrong with it, if somebody shows another one.
    pub deceit: Option<String>,
    /// Why a request for this phone was refused.
    pub refused: Option<String>,
}

/// A request that was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnsweredLine {
    /// When, epoch seconds.
    pub at: i64,
    /// Name of the unit, or its code.
    pub unit: String,
    /// What for.
    pub purpose: String,
    /// Whether anything was sent.
    pub yes: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// The moment, epoch seconds.
    pub now: i64,
    /// What was shared, the latest first.
    pub sharings: Vec<Sharing>,
    /// Entries about the owner, the latest first, each with the name of its unit.
    pub mentions: Vec<(Mention, String)>,
    /// Requests answered, the latest first.
    pub answered: Vec<AnsweredLine>,
    /// Requests that wait.
    pub requests: usize,
    /// The last call failed: when it is tried again, and whether the server takes nothing at present.
    pub retry: Option<(i64, bool)>,
    /// The log.
    pub log: LogView,
}

/// Draws the page.
pub fn data(frame: &Frame, data: &Data) -> Markup {
    let lang = frame.lang;
    let body = html! {
        (log_alerts(lang, &data.log))
        @if data.requests > 0 { (waiting(lang, data.requests)) }
        section.card {
            h2 { (SHARED.get(lang)) }
            @if data.sharings.is_empty() {
                (empty(Icon::Shield, SHARED_NONE.get(lang), html! { p { (SHARED_NONE_WHY.get(lang)) } }))
            }
            @for sharing in &data.sharings { (shared(frame, sharing, data.retry)) }
            @if data.sharings.iter().any(|sharing| sharing.withdrawable) { p.small { (WITHDRAW_WHY.get(lang)) } }
        }
        section.card {
            h2 #opened { (OPENED.get(lang)) }
            @if data.mentions.is_empty() {
                (empty(Icon::Lock, OPENED_NONE.get(lang), html! { p { (OPENED_NONE_WHY.get(lang)) } }))
            }
            @for (mention, unit) in &data.mentions { (mentioned(lang, mention, unit)) }
        }
        @if !data.answered.is_empty() {
            (card(ANSWERED.get(lang), html! {
                ul {
                    @for line in &data.answered {
                        li {
                            (time_tag(line.at, &date_time(lang, line.at))) ": " (line.unit) " – " (line.purpose) ". "
                            strong { (if line.yes { SAID_YES } else { SAID_NO }.get(lang)) }
                        }
                    }
                }
            }))
        }
        (card(LOG.get(lang), log(lang, data)))
    };
    let back = Some(("/", BACK_HOME.get(lang)));
    layout(&Page { back, lead: Some(LEAD.get(lang)), body, ..frame.page(Tab::Home, TITLE.get(lang)) })
}

/// That the log is not right, or a request was not trusted; nothing when all is well.
pub fn log_alerts(lang: Lang, log: &LogView) -> Markup {
    let tell = |tone, title: Text, words: Text, why: &str| {
        alert(tone, title.get(lang), html! { p { (words.fill(lang, &[("why", why)])) } })
    };
    html! {
        @if let Some(why) = &log.deceit { (tell(Tone::Bad, DECEIT, DECEIT_WHY, why)) }
        @if let Some(why) = &log.refused { (tell(Tone::Caution, REFUSED, REFUSED_WHY, why)) }
    }
}

/// That requests wait.
pub fn waiting(lang: Lang, requests: usize) -> Markup {
    let title = match requests {
        1 => REQUEST_ONE.get(lang).to_owned(),
        n => REQUESTS.fill(lang, &[("n", &n.to_string())]),
    };
    let body = html! { div.actions { (link_button(Weight::Secondary, "/requests", READ.get(lang))) } };
    alert(Tone::Info, &title, body)
}

fn shared(frame: &Frame, sharing: &Sharing, retry: Option<(i64, bool)>) -> Markup {
    let lang = frame.lang;
    let title = match sharing.kind {
        SharingKind::Case => AS_CASE,
        SharingKind::Contact => AS_CONTACT,
        SharingKind::Answer => AS_ANSWER,
        SharingKind::Mailbox => AS_MAILBOX,
    };
    let (tone, state) = match sharing.state {
        SharingState::Sending => (Tone::Info, SENDING),
        SharingState::Sent { .. } => (Tone::Good, SENT),
        SharingState::Failed { .. } => (Tone::Bad, FAILED),
        SharingState::Withdrawing => (Tone::Info, WITHDRAWING),
        SharingState::Withdrawn { .. } => (Tone::Neutral, WITHDRAWN),
    };
    let under_way = matches!(sharing.state, SharingState::Sending | SharingState::Withdrawing);
    html! {
        article.entry {
            h3 { (title.get(lang)) " " (badge(tone, state.get(lang))) }
            (facts(shared_facts(lang, sharing)))
            @if let Some((at, off)) = retry.filter(|_| under_way) {
                p.small { (if off { CONSENT_OFF } else { RETRY_AT }.fill(lang, &[("t", &clock(lang, at))])) }
            }
            @if matches!(sharing.state, SharingState::Failed { .. }) { p { (FAILED_WHY.get(lang)) } }
            @if sharing.withdrawable {
                (form("/data/withdraw", frame.csrf, html! {
                    input type="hidden" name="id" value=(sharing.id);
                    (button(Weight::Secondary, WITHDRAW.get(lang)))
                }))
            }
        }
    }
}

fn shared_facts(lang: Lang, sharing: &Sharing) -> Vec<(&'static str, Markup)> {
    let agreed_to = |purpose: Purpose| sharing.consents.iter().any(|given| given.purpose == purpose.as_str());
    let mut pairs = Vec::new();
    if !sharing.unit.is_empty() {
        pairs.push((TO.get(lang), html! { (sharing.unit) }));
    }
    pairs.push((AGREED.get(lang), time_tag(sharing.at.0, &date_time(lang, sharing.at.0))));
    if !sharing.days.is_empty() {
        let days = html! {
            ul { @for told in &sharing.days { li { (time_tag(told.0, &day(lang, told.0))) } } }
        };
        pairs.push((DAYS.get(lang), days));
    }
    let also = [(Purpose::GiveName, NAMED), (Purpose::BeAsked, AND_ASKED)];
    let also: Vec<_> = also.into_iter().filter(|(purpose, _)| agreed_to(*purpose)).collect();
    if !also.is_empty() && sharing.kind != SharingKind::Mailbox {
        pairs.push((ALSO.get(lang), html! { ul { @for (_, words) in also { li { (words.get(lang)) } } } }));
    }
    pairs
}

fn mentioned(lang: Lang, mention: &Mention, unit: &str) -> Markup {
    let deed = match mention.deed {
        Deed::Asked => DEED_ASKED,
        Deed::Opened => DEED_OPENED,
        Deed::Exported => DEED_EXPORTED,
    };
    html! {
        article.entry {
            h3 { (deed.get(lang)) @if mention.new { " " (badge(Tone::Caution, NEW.get(lang))) } }
            (facts([
                (WHO.get(lang), html! { (unit) }),
                (WHY.get(lang), html! { (mention.purpose) }),
                (BASIS.get(lang), html! { (mention.basis) }),
                (WHEN.get(lang), time_tag(mention.at.0, &date_time(lang, mention.at.0))),
                (ENTRY.get(lang), html! { (mention.index) }),
            ]))
        }
    }
}

fn log(lang: Lang, data: &Data) -> Markup {
    let witnessed = match data.log.witnessed {
        Some(at) => time_tag(at, &ago(lang, data.now, at)),
        None => html! { (NEVER.get(lang)) },
    };
    html! {
        @match &data.log.name {
            Some(name) => (facts([(LOG_NAME.get(lang), html! { span.mono { (name) } }), (WITNESSED.get(lang), witnessed)])),
            None => {
                (facts([(LOG_NAME.get(lang), html! { (NO_LOG.get(lang)) })]))
                p.small { (NO_LOG_WHY.get(lang)) }
            }
        }
    }
}
