//! One report: what was written and photographed, how far it is, what can be done.

use super::{decide, find, words};
use crate::console::access::Signed;
use crate::console::contact_assign::{NO_UNIT, NOBODY, UNIT, units_near};
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::signals::list;
use crate::console::{looked, once, routes, words as console_words};
use crate::reporting;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use bluezone_domain::contact::LegalBasis;
use bluezone_domain::data_look::Kind;
use bluezone_domain::id::OfficerId;
use bluezone_domain::policy::Action;
use bluezone_domain::signal::{Change, Signal};
use bluezone_domain::unit::Unit;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, facts, link_button};
use bluezone_pages::table::{Column, table};
use bluezone_pages::{Lang, Text, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

text! {
    TITLE, "Phản ánh: {about}", "Report: {about}";
    DONE, "Đã lưu", "Saved";
    DONE_WHY, "Người phản ánh xem được bước này bằng mã theo dõi.", "Whoever reported sees this step with their tracking code.";
    REPORTED, "Người dân viết", "What the citizen wrote";
    PHOTOS, "Ảnh", "Photographs";
    PHOTO, "Ảnh {n} của phản ánh", "Photograph {n} of the report";
    PHOTOS_WHY, "Vị trí, máy chụp và thời gian trong tệp ảnh đã được xóa khi nhận.", "Position, camera and time were removed from the files on arrival.";
    STATE, "Bước", "Step";
    DUE, "Hạn", "Due";
    WHERE, "Nơi", "Where";
    RECEIVED, "Nhận lúc", "Received";
    CASE, "Ca bệnh", "Case";
    NONE, "chưa có", "none";
    REPORTER, "Người phản ánh", "Reported by";
    SIGNED_IN, "có tài khoản, nhận trả lời trong hộp thư", "has an account and an inbox";
    ANONYMOUS, "không nêu tên; xem trả lời bằng mã theo dõi", "gave no name; reads the answer with the tracking code";
    NEXT, "Bước tiếp theo", "The next step";
    REASON, "Căn cứ, ghi chú", "Reason or note";
    REASON_HINT, "Chỉ cán bộ đọc. Bắt buộc khi loại.", "Read by officers only. Needed when it is dismissed.";
    DECIDE, "Ghi nhận", "Write it down";
    ANSWER, "Trả lời người phản ánh", "Answer whoever reported";
    ANSWER_HINT, "Họ đọc nguyên văn. Đừng nêu tên người khác.", "They read it as it is. Do not name others.";
    SEND, "Gửi trả lời", "Send the answer";
    HAND, "Giao cho đơn vị", "Hand to a unit";
    GIVE, "Giao", "Hand over";
    LINK, "Gắn với ca bệnh", "Link to a case";
    REFERENCE_HINT, "Mã hồ sơ của ca, ví dụ BN 1342.", "The case's reference, for example BN 1342.";
    DO_LINK, "Gắn", "Link";
    NEW_CASE, "Ghi nhận ca mới", "Register a new case";
    HISTORY, "Đã làm", "What was done";
    NOTHING_DONE, "Chưa ai xử lý.", "Nobody has handled it yet.";
    WHAT, "Việc", "What";
    WHEN, "Lúc", "When";
    WHO, "Cán bộ", "Officer";
    WORDS, "Nội dung", "Words"
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// What was typed into one of the forms, and what is wrong with it.
#[derive(Clone, Default)]
pub struct Mending {
    /// The form of the next step.
    pub step: decide::Typed,
    /// The case's reference.
    pub reference: String,
    /// The answer.
    pub feedback: String,
    /// What is wrong: field and words.
    pub problem: Option<(&'static str, Text)>,
}

/// What a report's page is called.
pub fn title(lang: Lang, about: Text) -> String {
    TITLE.fill(lang, &[("about", about.get(lang))])
}

/// `GET /console/signals/{signal}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let signal = find(&state, &signed, &id).await?;
    shown(&state, &signed, view, &signal, &Mending::default(), asked.done.is_some()).await
}

/// The page again, with what is wrong with one of its forms.
pub async fn again(
    state: &AppState,
    signed: &Signed,
    view: View,
    signal: &Signal,
    mending: Mending,
) -> Result<Response, Failure> {
    let mut answer = shown(state, signed, view, signal, &mending, false).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    signal: &Signal,
    mending: &Mending,
    done: bool,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    note_look(state, signed, signal).await?;
    let (content, photos) = state.store.signal_content(signal.id).await?;
    let written = reporting::filled(lang, &content, &state.forms().await?.library);
    let changes = state.store.signal_changes(signal.id).await?;
    let names = names(state, &changes).await?;
    let units = units_near(state, signed).await?;
    let case = match signal.case {
        Some(id) => state.store.case(id).await?,
        None => None,
    };
    let case = match &case {
        Some(case) if signed.may(Action::SeeCases) => {
            html! { a href=(routes::case(case.id)) { (case.reference) } }
        }
        _ => html! { span.soft { (NONE.get(lang)) } },
    };
    let about = words::category(&signal.category);
    let reporter = if signal.citizen.is_some() { SIGNED_IN } else { ANONYMOUS };
    let listed: Vec<_> = mending.problem.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let forms = Forms { lang, signed, signal, mending, listed: &listed };
    let body = html! {
        (back(routes::SIGNALS, list::TITLE.get(lang)))
        @if done { (alert(Tone::Good, DONE.get(lang), html! { p { (DONE_WHY.get(lang)) } })) }
        (to_mend(lang, &listed))
        section.card {
            (facts([
                (STATE.get(lang), words::state_badge(lang, signal.state)),
                (DUE.get(lang), words::due(lang, signal, now)),
                (WHERE.get(lang), html! { (console_words::area(lang, signal.area)) }),
                (RECEIVED.get(lang), console_words::instant(lang, signal.received_at)),
                (CASE.get(lang), case),
                (REPORTER.get(lang), html! { (reporter.get(lang)) }),
            ]))
        }
        (card(REPORTED.get(lang), written))
        @if !photos.is_empty() {
            (card(PHOTOS.get(lang), html! {
                p.hint { (PHOTOS_WHY.get(lang)) }
                div.photos {
                    @for number in &photos {
                        img src=(routes::signal_photo(signal.id, *number)) loading="lazy"
                            alt=(PHOTO.fill(lang, &[("n", &number.to_string())]));
                    }
                }
            }))
        }
        @if !signal.state.is_end() { (forms.step()) }
        (forms.answer(&once::ticket(state)))
        div.grid { (forms.unit(&units)) (forms.case()) }
        (card(HISTORY.get(lang), history(lang, &changes, &names)))
    };
    let (view, title) = (view.at(&routes::signal(signal.id)), title(lang, about));
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: true, body }.render())
}

/// Whoever gave their name sees who read it.
async fn note_look(state: &AppState, signed: &Signed, signal: &Signal) -> Result<(), Failure> {
    let Some(citizen) = signal.citizen else { return Ok(()) };
    Ok(looked::note(state, signed, citizen, Kind::Signal, LegalBasis::Duty, "").await?)
}

async fn names(state: &AppState, changes: &[Change]) -> Result<BTreeMap<OfficerId, String>, Failure> {
    let mut names = BTreeMap::new();
    for change in changes {
        if let std::collections::btree_map::Entry::Vacant(e) = names.entry(change.by) {
            let officer = state.store.officer(change.by).await?;
            e.insert(officer.map(|officer| officer.username).unwrap_or_default());
        }
    }
    Ok(names)
}

/// The forms of the page.
struct Forms<'a> {
    lang: Lang,
    signed: &'a Signed,
    signal: &'a Signal,
    mending: &'a Mending,
    listed: &'a [(&'static str, &'static str)],
}

impl Forms<'_> {
    fn wrong(&self, field: &str) -> Option<&'static str> {
        self.listed.iter().find(|(name, _)| *name == field).map(|(_, words)| *words)
    }

    fn form(&self, to: &str, fields: Markup) -> Markup {
        let seen = html! { input type="hidden" name="seen" value=(self.signal.version); };
        form(&routes::signal_form(to, self.signal.id), &self.signed.form_token, html! { (seen) (fields) })
    }

    fn step(&self) -> Markup {
        let lang = self.lang;
        let steps =
            self.signal.state.steps().map(|step| (step.as_str(), words::step(step).get(lang))).collect();
        let typed = &self.mending.step;
        card(
            NEXT.get(lang),
            self.form(
                routes::DECIDE_SIGNAL,
                html! {
                    (Field::radio(lang, "step", STATE.get(lang), steps).value(&typed.step).error(self.wrong("step")))
                    (Field::area(lang, "reason", REASON.get(lang), 3).hint(REASON_HINT.get(lang))
                        .value(&typed.reason).error(self.wrong("reason")).optional())
                    div.actions { (button(Weight::Primary, DECIDE.get(lang))) }
                },
            ),
        )
    }

    fn answer(&self, ticket: &str) -> Markup {
        let lang = self.lang;
        card(
            ANSWER.get(lang),
            self.form(
                routes::SIGNAL_FEEDBACK,
                html! {
                    (once::field(ticket))
                    (Field::area(lang, "text", WORDS.get(lang), 4).hint(ANSWER_HINT.get(lang))
                        .value(&self.mending.feedback).error(self.wrong("text")))
                    div.actions { (button(Weight::Secondary, SEND.get(lang))) }
                },
            ),
        )
    }

    fn unit(&self, units: &[Unit]) -> Markup {
        let lang = self.lang;
        let options = [("", UNIT.get(lang)), (NO_UNIT, NOBODY.get(lang))]
            .into_iter()
            .chain(units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())))
            .collect();
        let now = self.signal.assigned.as_deref().unwrap_or_default();
        card(
            HAND.get(lang),
            self.form(
                routes::ASSIGN_SIGNAL,
                html! {
                    (Field::select(lang, "to_unit", console_words::UNIT.get(lang), options).value(now))
                    div.actions { (button(Weight::Secondary, GIVE.get(lang))) }
                },
            ),
        )
    }

    fn case(&self) -> Markup {
        let lang = self.lang;
        let label = console_words::REFERENCE.get(lang);
        card(
            LINK.get(lang),
            html! {
                (self.form(
                    routes::LINK_SIGNAL,
                    html! {
                        (Field::input(lang, "text", "reference", label).hint(REFERENCE_HINT.get(lang))
                            .value(&self.mending.reference).error(self.wrong("reference")).complete("off").verbatim())
                        div.actions { (button(Weight::Secondary, DO_LINK.get(lang))) }
                    },
                ))
                @if self.signed.may(Action::RegisterCase) {
                    div.actions { (link_button(Weight::Secondary, routes::NEW_CASE, NEW_CASE.get(lang))) }
                }
            },
        )
    }
}

fn history(lang: Lang, changes: &[Change], names: &BTreeMap<OfficerId, String>) -> Markup {
    if changes.is_empty() {
        return html! { p.soft { (NOTHING_DONE.get(lang)) } };
    }
    let columns = [
        Column::words(WHAT.get(lang)),
        Column::words(WHEN.get(lang)),
        Column::words(WHO.get(lang)),
        Column::words(WORDS.get(lang)),
    ];
    let rows = changes.iter().rev().map(|change| {
        vec![
            html! { (words::did(change.did).get(lang)) },
            console_words::instant(lang, change.at),
            html! { (names.get(&change.by).map_or("–", String::as_str)) },
            html! { (change.words) },
        ]
    });
    table(HISTORY.get(lang), &columns, rows)
}
