//! Requests for this phone's history. Only such as passed every check are drawn here: the type says so.

use super::share::days;
use super::{BACK_HOME, Frame, Tab};
use bluezone_device::ToldDay;
use bluezone_pages::form::{CSRF_FIELD, form, tick, to_mend};
use bluezone_pages::icon::Icon;
use bluezone_pages::layout::{Page, layout};
use bluezone_pages::maud::{Markup, html};
use bluezone_pages::parts::{Tone, Weight, alert, button, card, empty, facts, fold, link_button, status};
use bluezone_pages::time::{date_time, day, time_tag};
use bluezone_pages::{Lang, Text, text};
use bluezone_protocol::time::DAY_S;
use bluezone_transparency::entry::{DataKind, Scope};
use bluezone_transparency::release::VerifiedRequest;
use std::fmt;

text! {
    TITLE, "Câu hỏi cho bạn", "Requests for you";
    ONE, "Cơ quan y tế hỏi bạn", "The health authority asks you";
    NONE, "Không có câu hỏi nào", "No requests";
    NONE_WHY,
        "Nếu bạn đã cho phép, câu hỏi của cơ quan y tế hiện ở đây. Máy chỉ cho xem câu hỏi có chữ ký của hai cán bộ và đã nằm trong nhật ký công khai.",
        "If you allowed it, requests of the health authority appear here. The phone shows only such as two officers signed and that stand in the public log.";
    OPEN, "Xem và quyết định", "Read and decide";
    WHO, "Ai hỏi", "Who asks";
    WHY, "Để làm gì", "What for";
    BASIS, "Căn cứ pháp lý", "Legal basis";
    DETAILS, "Lời nhắn cho riêng bạn", "A message for you alone";
    WHAT, "Hỏi về gì", "What is asked for";
    WHEN, "Thời gian nào", "Of which time";
    SPAN, "từ {a} đến {b}", "from {a} to {b}";
    UNTIL, "Trả lời được đến", "Can be answered until";
    CONTACTS, "Những mã máy này đã nghe thấy", "The codes that this phone heard";
    KEYS, "Những mã máy này đã phát", "The codes that this phone sent";
    VISITS, "Những nơi đã đến (máy này không ghi)", "Places visited (this phone keeps none)";
    DECLARATIONS, "Khai báo y tế (máy này không giữ)", "Health declarations (this phone keeps none)";
    REGISTER, "Hồ sơ ca bệnh (máy này không giữ)", "Case records (this phone keeps none)";

    FREE, "Bạn không phải trả lời", "You need not answer";
    FREE_WHY,
        "Không trả lời cũng là không. Không ai phân biệt được bạn đã từ chối, chưa đọc, hay đã tắt máy.",
        "No answer is a no. Nobody can tell whether you refused, have not read this, or switched the phone off.";
    NOTHING, "Máy này không có gì trong phạm vi được hỏi.", "This phone has nothing of what is asked for.";
    LINK_WHY,
        "Mã máy bạn đã phát trong một ngày được nối lại với nhau: ai có bản ghi Bluetooth ở nhiều nơi và có dữ liệu này thì biết bạn đã qua những nơi đó trong ngày.",
        "The codes that your phone sent within a day become linked: whoever has this and Bluetooth recordings from several places learns that you passed those places that day.";
    AGREE, "Câu trả lời của bạn", "Your answer";
    ANSWER_BOX,
        "Tôi đồng ý gửi cho đơn vị đã hỏi, và chỉ đơn vị đó, những gì được hỏi của những ngày đã chọn.",
        "I agree to send the unit that asks, and it alone, what it asks for of the days chosen.";
    SEND, "Đồng ý, gửi những ngày đã chọn", "Yes, send the days chosen";
    REFUSE, "Không", "No";
    REFUSE_WHY, "Chỉ máy này nhớ rằng bạn đã từ chối; không gửi gì đi.", "Only this phone remembers that you said no; nothing is sent.";
    TICK, "Hãy đánh dấu vào ô này để gửi, hoặc chọn “Không”.", "Tick this box to send, or choose “No”.";
    DAY, "Hãy chọn ít nhất một ngày.", "Choose at least one day.";
    CHECKED, "Máy đã kiểm tra gì?", "What did the phone check?";
    CHECKED_WHY,
        "Câu hỏi đứng ở số {n} trong nhật ký công khai mà hai nhân chứng độc lập cùng xác nhận; hai cán bộ khác nhau của đơn vị này đã ký đúng những lời này; nó còn hạn, không hỏi quá 21 ngày, và bạn chưa trả lời.",
        "It stands as number {n} in the public log that two independent witnesses confirm; two different officers of this unit signed exactly these words; it has not expired, asks for no more than 21 days, and you have not answered it.";
    BACK, "Về danh sách câu hỏi", "Back to the requests";
    GONE, "Câu hỏi này không còn nữa", "This request is no longer there";
    GONE_WHY, "Bạn đã trả lời, nó đã hết hạn, hoặc máy chưa đọc lại được nhật ký công khai trong ngày qua.",
        "You answered it, it expired, or the phone could not read the public log within the last day.";
    NOT_PINNED, "Máy này không nhận câu hỏi nào", "This phone takes no requests";
    NOT_PINNED_WHY,
        "Máy chưa được cài nhật ký công khai, nhân chứng và bên giữ khóa (--log-pins), nên không thể kiểm tra ai hỏi.",
        "It was not given the public log, its witnesses and the keeper (--log-pins), so it could not check who asks."
}

/// A request and what can be answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub request: VerifiedRequest,
    /// Name of the unit, or its code.
    pub unit: String,
    /// Days that there is something of, oldest first.
    pub days: Vec<ToldDay>,
    /// Days left out by the owner, epoch seconds.
    pub left_out: Vec<i64>,
    /// Problems with what was sent: (field, words).
    pub problems: Vec<(&'static str, Text)>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Request(..)")
    }
}

impl Request {
    /// How pages name it.
    pub fn id(&self) -> String {
        hex::encode(self.request.hash().0)
    }
}

/// Draws the list.
pub fn list(frame: &Frame, pinned: bool, requests: &[Request]) -> Markup {
    let lang = frame.lang;
    let body = html! {
        @if !pinned {
            (status(Tone::Info, Icon::Info, NOT_PINNED.get(lang), html! { p { (NOT_PINNED_WHY.get(lang)) } }))
        } @else if requests.is_empty() {
            (empty(Icon::Check, NONE.get(lang), html! { p { (NONE_WHY.get(lang)) } }))
        }
        @for asked in requests {
            section.card {
                h2 { (asked.unit) }
                p { (asked.request.statement().terms.purpose.as_str()) }
                p.small { (UNTIL.get(lang)) ": " (until(lang, asked)) }
                div.actions {
                    (link_button(Weight::Primary, &format!("/requests/{}", asked.id()), OPEN.get(lang)))
                }
            }
        }
    };
    let back = Some(("/", BACK_HOME.get(lang)));
    layout(&Page { back, body, ..frame.page(Tab::Home, TITLE.get(lang)) })
}

/// Draws one request.
pub fn request(frame: &Frame, asked: &Request) -> Markup {
    let lang = frame.lang;
    let problems: Vec<(&str, &str)> =
        asked.problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let problem = |field| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let path = format!("/requests/{}", asked.id());
    let links = asked.days.iter().any(|day| day.links);
    let body = html! {
        (to_mend(lang, &problems))
        (alert(Tone::Info, FREE.get(lang), html! { p { (FREE_WHY.get(lang)) } }))
        section.card { (what(lang, asked)) }
        @if asked.days.is_empty() {
            p { (NOTHING.get(lang)) }
        } @else {
            form.form method="post" action={ (path) "/yes" } novalidate {
                input type="hidden" name=(CSRF_FIELD) value=(frame.csrf);
                (days(lang, &asked.days, &asked.left_out))
                section.card.accent {
                    h2 { (AGREE.get(lang)) }
                    @if links { p.small { (LINK_WHY.get(lang)) } }
                    (tick("answer", ANSWER_BOX.get(lang), false, problem("answer")))
                    div.actions { (button(Weight::Primary, SEND.get(lang))) }
                }
            }
        }
        (card(REFUSE.get(lang), html! {
            p { (REFUSE_WHY.get(lang)) }
            (form(&format!("{path}/no"), frame.csrf, button(Weight::Secondary, REFUSE.get(lang))))
        }))
        (fold(CHECKED.get(lang), html! {
            p { (CHECKED_WHY.fill(lang, &[("n", &asked.request.index().to_string())])) }
        }))
    };
    let back = Some(("/requests", BACK.get(lang)));
    layout(&Page { back, body, ..frame.page(Tab::Home, ONE.get(lang)) })
}

/// Draws the page of a request that is not there.
pub fn gone(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let body = status(Tone::Info, Icon::Info, GONE.get(lang), html! { p { (GONE_WHY.get(lang)) } });
    let back = Some(("/requests", BACK.get(lang)));
    layout(&Page { back, body, ..frame.page(Tab::Home, TITLE.get(lang)) })
}

fn what(lang: Lang, asked: &Request) -> Markup {
    let terms = &asked.request.statement().terms;
    facts([
        (WHO.get(lang), html! { strong { (asked.unit) } }),
        (WHY.get(lang), html! { (terms.purpose.as_str()) }),
        (BASIS.get(lang), html! { (terms.basis.as_str()) }),
        (DETAILS.get(lang), html! { (asked.request.details().text.as_str()) }),
        (
            WHAT.get(lang),
            html! { ul { @for kind in &terms.scope.kinds { li { (kind_words(*kind).get(lang)) } } } },
        ),
        (WHEN.get(lang), html! { (span(lang, &terms.scope)) }),
        (UNTIL.get(lang), until(lang, asked)),
    ])
}

fn until(lang: Lang, asked: &Request) -> Markup {
    let at = asked.request.statement().terms.expires.0;
    time_tag(at, &date_time(lang, at))
}

/// Days if it begins and ends with days, else with the time.
fn span(lang: Lang, scope: &Scope) -> String {
    let whole = scope.from == scope.from.day_start() && scope.until == scope.until.day_start();
    let (a, b) = match whole {
        true => (day(lang, scope.from.0), day(lang, scope.until.0 - DAY_S)),
        false => (date_time(lang, scope.from.0), date_time(lang, scope.until.0)),
    };
    SPAN.fill(lang, &[("a", &a), ("b", &b)])
}

/// A kind of data in words.
pub fn kind_words(kind: DataKind) -> Text {
    match kind {
        DataKind::Contacts => CONTACTS,
        DataKind::IdentifierKeys => KEYS,
        DataKind::Visits => VISITS,
        DataKind::Declarations => DECLARATIONS,
        DataKind::Register => REGISTER,
    }
}
