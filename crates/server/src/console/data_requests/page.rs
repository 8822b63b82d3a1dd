//! One request: what was asked, its terms, and the steps that can be taken.

use super::{find, list, step};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{looked, once, routes, words as console_words};
use crate::rights::words;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::Kind;
use bluezone_domain::data_request::{DataRequest, Refusal};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, facts};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Yêu cầu: {right}", "Request: {right}";
    DONE, "Đã lưu và báo cho người yêu cầu", "Saved, and the person was told";
    ASKED, "Người dân viết", "What the person wrote";
    NO_WORDS, "(không viết gì thêm)", "(nothing more)";
    RECEIVED, "Nhận lúc", "Received";
    ARRIVED, "Báo đã nhận", "Said that it arrived";
    DUE, "Hạn trả lời", "Answer by";
    EXTENDED, "Đã gia hạn", "More time taken";
    AREA, "Nơi ở", "Lives in";
    PHONE, "Điện thoại", "Telephone";
    GONE, "tài khoản đã xóa", "the account was deleted";
    OUTCOME, "Kết quả", "Outcome";
    ANSWER, "Đã trả lời", "The answer";
    WHY_LONGER, "Lý do gia hạn", "Why it takes longer";
    ACKNOWLEDGE, "Báo đã nhận", "Say that it arrived";
    ACKNOWLEDGE_WHY, "Người yêu cầu nhận tin trong hộp thư, kèm hạn trả lời.", "The person gets a message with the day by which you answer.";
    EXTEND, "Xin thêm thời gian (một lần)", "Take more time (once)";
    EXTEND_WHY, "Thêm {n} ngày. Người yêu cầu đọc lý do này.", "{n} more days. The person reads this reason.";
    REASON, "Lý do", "Reason";
    DO_EXTEND, "Gia hạn", "Take more time";
    CLOSE, "Trả lời", "Answer";
    HOW, "Kết quả", "Outcome";
    DO_IT, "Đã làm theo yêu cầu", "It was done as asked";
    REFUSE, "Từ chối: {why}", "Refused: {why}";
    WORDS, "Nội dung trả lời", "The answer";
    WORDS_HINT, "Người yêu cầu đọc nguyên văn trong hộp thư. Khi từ chối, nêu căn cứ và cách khiếu nại.",
        "The person reads it as it is in their inbox. When you refuse, say on which basis and how to complain.";
    SEND, "Gửi trả lời", "Send the answer"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// `GET /console/data-requests/{request}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let request = find(&state, &signed, &id).await?;
    shown(&state, &signed, view, &request, &step::Typed::default(), &[], asked.done.is_some()).await
}

/// The page, with what was typed and what is wrong with it.
pub async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    request: &DataRequest,
    typed: &step::Typed,
    problems: &[(&'static str, Text)],
    done: bool,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    note_look(state, signed, request).await?;
    let citizen = match request.citizen {
        Some(id) => state.store.citizen(id).await?,
        None => None,
    };
    let phone =
        citizen.map_or_else(|| GONE.get(lang).to_owned(), |citizen| citizen.phone.as_str().to_owned());
    let arrived = match request.acknowledged_at {
        Some(at) => console_words::instant(lang, at),
        None => list::term(lang, request.acknowledge_by, now),
    };
    let mut known = vec![
        (RECEIVED.get(lang), console_words::instant(lang, request.received_at)),
        (ARRIVED.get(lang), arrived),
        (AREA.get(lang), html! { (console_words::area(lang, request.area)) }),
        (PHONE.get(lang), html! { (phone) }),
    ];
    match request.closed {
        Some((at, outcome)) => {
            let outcome =
                html! { (words::outcome_badge(lang, outcome)) " " (console_words::instant(lang, at)) };
            known.push((OUTCOME.get(lang), outcome));
        }
        None => known.push((DUE.get(lang), list::term(lang, request.due_at, now))),
    }
    if let Some(at) = request.extended_at {
        known.push((EXTENDED.get(lang), console_words::instant(lang, at)));
    }
    let said = &request.words;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let steps = Steps { lang, signed, request, typed, listed: &listed, ticket: once::ticket(state) };
    let body = html! {
        (back(routes::DATA_REQUESTS, list::TITLE.get(lang)))
        @if done { (alert(Tone::Good, DONE.get(lang), html! {})) }
        (to_mend(lang, &listed))
        section.card { (facts(known)) }
        (card(ASKED.get(lang), paragraphs(said.asked.as_str(), NO_WORDS.get(lang))))
        @if !said.extension.is_empty() { (card(WHY_LONGER.get(lang), paragraphs(&said.extension, ""))) }
        @if !said.answer.is_empty() { (card(ANSWER.get(lang), paragraphs(&said.answer, ""))) }
        @if request.closed.is_none() { (steps.render()) }
    };
    let title = TITLE.fill(lang, &[("right", words::right(request.right).get(lang))]);
    let view = view.at(&routes::data_request(request.id));
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render())
}

fn paragraphs(text: &str, otherwise: &str) -> Markup {
    html! {
        @if text.is_empty() { p.soft { (otherwise) } }
        @for line in text.lines() { p { (line) } }
    }
}

/// The person sees who opened their request.
async fn note_look(state: &AppState, signed: &Signed, request: &DataRequest) -> Result<(), Failure> {
    let Some(citizen) = request.citizen else { return Ok(()) };
    Ok(looked::note(state, signed, citizen, Kind::Request, LegalBasis::Duty, "").await?)
}

/// The forms for what can be done.
struct Steps<'a> {
    lang: Lang,
    signed: &'a Signed,
    request: &'a DataRequest,
    typed: &'a step::Typed,
    listed: &'a [(&'static str, &'static str)],
    ticket: String,
}

impl Steps<'_> {
    fn render(&self) -> Markup {
        let lang = self.lang;
        html! {
            @if self.request.acknowledged_at.is_none() {
                (card(ACKNOWLEDGE.get(lang), html! {
                    p { (ACKNOWLEDGE_WHY.get(lang)) }
                    (self.form("acknowledge", html! {
                        div.actions { (button(Weight::Primary, ACKNOWLEDGE.get(lang))) }
                    }))
                }))
            }
            (card(CLOSE.get(lang), self.close()))
            @if self.request.extended_at.is_none() { (card(EXTEND.get(lang), self.extend())) }
        }
    }

    fn wrong(&self, field: &str) -> Option<&'static str> {
        self.listed.iter().find(|(name, _)| *name == field).map(|(_, words)| *words)
    }

    fn form(&self, act: &str, fields: Markup) -> Markup {
        let fields = html! {
            (once::field(&self.ticket))
            input type="hidden" name="do" value=(act);
            (fields)
        };
        form(&routes::data_request(self.request.id), &self.signed.form_token, fields)
    }

    fn close(&self) -> Markup {
        let lang = self.lang;
        let refusals: Vec<(&str, String)> = Refusal::ALL
            .iter()
            .map(|why| (why.as_str(), REFUSE.fill(lang, &[("why", words::refusal(*why).get(lang))])))
            .collect();
        let choices = std::iter::once(("done", DO_IT.get(lang)))
            .chain(refusals.iter().map(|(name, words)| (*name, words.as_str())))
            .collect();
        self.form(
            "close",
            html! {
                (Field::radio(lang, "outcome", HOW.get(lang), choices).value(&self.typed.outcome)
                    .error(self.wrong("outcome")))
                (Field::area(lang, "answer", WORDS.get(lang), 6).hint(WORDS_HINT.get(lang))
                    .value(&self.typed.answer).error(self.wrong("answer")))
                div.actions { (button(Weight::Primary, SEND.get(lang))) }
            },
        )
    }

    fn extend(&self) -> Markup {
        let lang = self.lang;
        let days = self.request.right.extension_days().to_string();
        let hint = EXTEND_WHY.fill(lang, &[("n", &days)]);
        self.form(
            "extend",
            html! {
                (Field::area(lang, "reason", REASON.get(lang), 3).hint(&hint).value(&self.typed.reason)
                    .error(self.wrong("reason")))
                div.actions { (button(Weight::Secondary, DO_EXTEND.get(lang))) }
            },
        )
    }
}
