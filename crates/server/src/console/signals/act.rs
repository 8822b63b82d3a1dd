//! What every form about a report has in common: it names the version that the officer saw, and leads back to the report.

use super::{page, words};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::routes;
use crate::console::shell::{Shell, View};
use crate::state::AppState;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::signal::{Change, Did, Signal};
use bluezone_pages::parts::{Tone, Weight, alert, link_button};
use bluezone_pages::text;
use bluezone_store::{NewMessage, SignalEffect, StoreError};
use maud::html;

/// Longest text, in characters.
pub const LONGEST: usize = 1_000;

text! {
    MEANWHILE, "Phản ánh này đã đổi trong lúc đó", "The report has changed meanwhile";
    MEANWHILE_WHY, "Một cán bộ khác vừa xử lý. Chưa có gì được lưu; hãy xem lại.",
        "Another officer has just handled it. Nothing was saved; look at it again.";
    SEE, "Xem phản ánh", "Look at the report"
}

/// Writes a change down and leads back to the report.
pub async fn write(
    state: &AppState,
    (signed, view): (&Signed, View),
    (signal, seen): (&Signal, &str),
    (did, words): (Did, String),
    effect: &SignalEffect,
    message: Option<&NewMessage>,
) -> Result<Response, Failure> {
    let seen = seen.parse().map_err(|_| Failure::Unreadable)?;
    let change = Change { at: state.now(), by: signed.officer.id, did, words };
    let written =
        state.store.change_signal(signal.id, seen, &change, effect, message, &mut *state.rng()).await;
    match written {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=1", routes::signal(signal.id))).into_response()),
        Err(StoreError::NotAllowed(_)) => Ok(meanwhile(signed, view, signal)),
        Err(error) => Err(error.into()),
    }
}

/// The answer to a form about a report that is not any more what the officer saw.
pub fn meanwhile(signed: &Signed, view: View, signal: &Signal) -> Response {
    let lang = view.lang;
    let to = routes::signal(signal.id);
    let body = html! {
        (alert(Tone::Caution, MEANWHILE.get(lang), html! { p { (MEANWHILE_WHY.get(lang)) } }))
        div.actions { (link_button(Weight::Primary, &to, SEE.get(lang))) }
    };
    let (view, title) = (view.at(&to), page::title(lang, words::category(&signal.category)));
    let mut answer =
        Shell { view: &view, signed: Some(signed), title: &title, lead: None, wide: false, body }.render();
    *answer.status_mut() = StatusCode::CONFLICT;
    answer
}

/// A text of several lines, without characters that no database keeps; `None` if it is too long.
pub fn tidy(typed: &str) -> Option<String> {
    let kept: String = typed.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let kept = kept.trim();
    (kept.chars().count() <= LONGEST).then(|| kept.to_owned())
}
