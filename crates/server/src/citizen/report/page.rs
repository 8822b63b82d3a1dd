//! The form.

use super::super::access::{MaybeSigned, Signed};
use super::super::failure::Failure;
use super::super::routes;
use super::super::shell::Shell;
use crate::console::access::with_cookie;
use crate::console::session::{random_token, visitor_form};
use crate::console::shell::View;
use crate::declaring::Sheet;
use crate::reporting;
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bluezone_forms::{Drawing, Entries, Problem};
use bluezone_pages::form::{CSRF_FIELD, Field, form};
use bluezone_pages::parts::{Tone, Weight, alert, button, card};
use bluezone_pages::{Text, choices_script_path, text, when_script_path};
use maud::html;

text! {
    TITLE, "Phản ánh", "Tell the health station";
    LEAD, "Báo dấu hiệu dịch bệnh quanh bạn. Không cần đăng nhập, không cần nêu tên.",
        "Tell of signs of disease around you. You need no account and need not give your name.";
    CLOSED, "Mẫu phản ánh đang đóng", "This form is closed";
    CLOSED_WHY, "Hãy gọi trạm y tế nơi bạn ở.", "Please call your health station.";
    SEND, "Gửi phản ánh", "Send";
    TRACK, "Đã phản ánh rồi?", "Reported already?";
    CODE, "Mã theo dõi", "Tracking code";
    CODE_HINT, "12 chữ và số, ví dụ K7M2-9QXA-4TRB.", "12 letters and digits, for example K7M2-9QXA-4TRB.";
    SEE, "Xem kết quả", "See what became of it"
}

/// `GET /report`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let sheet = reporting::sheet(&state).await?;
    let entries = sheet.as_ref().map(|sheet| Entries::initial(sheet.form())).unwrap_or_default();
    let ticket = random_token(&mut *state.rng()).as_str().to_owned();
    Ok(Filling { sheet: sheet.as_ref(), entries: &entries, problems: &[], ticket: &ticket, message: None }
        .shown(&state, signed.as_ref(), view, &headers))
}

/// The form with what was entered and what is wrong with it.
pub struct Filling<'a> {
    /// The form, if it is open.
    pub sheet: Option<&'a Sheet>,
    /// What the fields hold.
    pub entries: &'a Entries,
    /// What is wrong.
    pub problems: &'a [Problem],
    /// Names the report: sent twice it is kept once.
    pub ticket: &'a str,
    /// What is said above the form.
    pub message: Option<(Text, Text)>,
}

impl Filling<'_> {
    /// The page.
    pub fn shown(
        &self,
        state: &AppState,
        signed: Option<&Signed>,
        view: View,
        headers: &HeaderMap,
    ) -> Response {
        let lang = view.lang;
        let (token, cookie) = match signed {
            Some(signed) => (signed.form_token.clone(), None),
            None => visitor_form(state, headers),
        };
        let questions = self.sheet.map(|sheet| {
            let (form, setting) = (sheet.form(), sheet.setting());
            Drawing { form, lang, setting, entries: self.entries, problems: self.problems }.render()
        });
        let code =
            Field::input(lang, "text", "code", CODE.get(lang)).hint(CODE_HINT.get(lang)).complete("off");
        let body = html! {
            @if let Some((title, why)) = self.message {
                (alert(Tone::Caution, title.get(lang), html! { p { (why.get(lang)) } }))
            }
            @match questions {
                Some(questions) => {
                    form.form method="post" action=(routes::REPORT) enctype="multipart/form-data" novalidate {
                        input type="hidden" name=(CSRF_FIELD) value=(token);
                        input type="hidden" name="ticket" value=(self.ticket);
                        (questions)
                        div.actions { (button(Weight::Primary, SEND.get(lang))) }
                    }
                    script type="module" src=(when_script_path()) {}
                    script type="module" src=(choices_script_path()) {}
                }
                None => (alert(Tone::Caution, CLOSED.get(lang), html! { p { (CLOSED_WHY.get(lang)) } })),
            }
            (card(TRACK.get(lang), form(routes::FIND_REPORT, &token, html! {
                (code.verbatim())
                div.actions { (button(Weight::Secondary, SEE.get(lang))) }
            })))
        };
        let view = view.at(routes::REPORT);
        let lead = Some(LEAD.get(lang));
        let answer = Shell { lead, body, ..Shell::new(&view, signed, TITLE.get(lang)) }.render();
        match cookie {
            Some(cookie) => with_cookie(answer, cookie),
            None => answer,
        }
    }
}
