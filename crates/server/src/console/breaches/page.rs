//! One breach: how much time is left, what is known, the notice to the authority, whom it concerns.

use super::fields::{Problems, Typed as Facts};
use super::{find, list, people, sees_people};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{routes, words as console_words};
use crate::rights::notice;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bluezone_domain::breach::Breach;
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button, card, facts, fold};
use bluezone_pages::time::{date_time, date_time_value};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    TITLE, "Sự cố phát hiện lúc {at}", "Breach found at {at}";
    DONE, "Đã lưu", "Saved";
    STATE, "Tình trạng", "State";
    NOTIFY_BY, "Báo cơ quan trước", "Tell the authority by";
    NOTIFIED, "Đã báo lúc", "Told at";
    CLOSED, "Đóng lúc", "Closed";
    UNIT, "Đơn vị", "Unit";
    NOTICE, "Thông báo gửi cơ quan bảo vệ dữ liệu", "The notice to the authority";
    NOTICE_WHY, "Soạn từ những gì đã ghi; kiểm tra trước khi gửi. Bluezone không tự gửi.", "Made of what was written down; check it before you send it. Bluezone does not send it.";
    TELL, "Ghi nhận đã báo", "Note that the authority was told";
    WHEN, "Đã gửi lúc", "Sent at";
    SAVE_TOLD, "Đã báo cơ quan", "The authority was told";
    CHANGE, "Bổ sung, sửa những gì đã biết", "Add to what is known";
    SAVE, "Lưu", "Save";
    CLOSE, "Đóng sự cố", "Close the breach";
    CLOSE_WHY, "Sau khi đóng, không sửa được nữa.", "Nothing can be changed after that."
}

/// What the address may say has just happened.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: Option<String>,
}

/// `GET /console/breaches/{breach}`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let breach = find(&state, &signed, &id).await?;
    let typed = Facts::of(&breach.facts, breach.about_people);
    shown(&state, &signed, view, &breach, &typed, &Problems::new(), asked.done.is_some()).await
}

/// The page, with what was typed and what is wrong with it.
pub async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    breach: &Breach,
    typed: &Facts,
    problems: &Problems,
    done: bool,
) -> Result<Response, Failure> {
    let (lang, now) = (view.lang, state.now());
    let unit = state.store.unit(&breach.unit).await?;
    let unit = unit.map_or_else(|| breach.unit.clone(), |unit| unit.name);
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let people = match sees_people(signed) {
        true => people::shown(state, signed, lang, breach, &listed).await?,
        false => html! {},
    };
    let mut known = vec![
        (STATE.get(lang), list::state_badge(lang, breach, now)),
        (NOTIFY_BY.get(lang), console_words::instant(lang, breach.notify_by())),
        (UNIT.get(lang), html! { (unit) }),
    ];
    known.extend(breach.notified_at.map(|at| (NOTIFIED.get(lang), console_words::instant(lang, at))));
    known.extend(breach.closed_at.map(|at| (CLOSED.get(lang), console_words::instant(lang, at))));
    let open = breach.closed_at.is_none();
    let token = &signed.form_token;
    let body = html! {
        (back(routes::BREACHES, list::TITLE.get(lang)))
        @if done { (alert(Tone::Good, DONE.get(lang), html! {})) }
        (to_mend(lang, &listed))
        section.card { (facts(known)) }
        (card(NOTICE.get(lang), html! {
            p.hint { (NOTICE_WHY.get(lang)) }
            @for line in notice::text(lang, breach, &unit).lines() { p { (line) } }
        }))
        @if open && breach.notified_at.is_none() { (card(TELL.get(lang), told(lang, token, breach, now.0, &listed))) }
        (people)
        @if open {
            (fold(CHANGE.get(lang), form(&routes::breach(breach.id), token, html! {
                (typed.draw(lang, &listed))
                div.actions { (button(Weight::Secondary, SAVE.get(lang))) }
            })))
        }
        @if open && breach.notified_at.is_some() {
            (card(CLOSE.get(lang), html! {
                p { (CLOSE_WHY.get(lang)) }
                (form(&routes::breach_form(routes::CLOSE_BREACH, breach.id), token, html! {
                    div.actions { (button(Weight::Danger, CLOSE.get(lang))) }
                }))
            }))
        }
    };
    let title = TITLE.fill(lang, &[("at", &date_time(lang, breach.found_at.0))]);
    let view = view.at(&routes::breach(breach.id));
    Ok(Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render())
}

fn told(lang: Lang, token: &str, breach: &Breach, now: i64, listed: &[(&str, &'static str)]) -> Markup {
    let value = date_time_value(now);
    let wrong = listed.iter().find(|(field, _)| *field == "at").map(|(_, words)| *words);
    form(
        &routes::breach_form(routes::BREACH_NOTIFIED, breach.id),
        token,
        html! {
            (Field::input(lang, "datetime-local", "at", WHEN.get(lang)).value(&value).error(wrong))
            div.actions { (button(Weight::Primary, SAVE_TOLD.get(lang))) }
        },
    )
}
