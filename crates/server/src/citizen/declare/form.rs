//! A form to fill in.

use super::super::access::{MaybeSigned, Signed};
use super::super::failure::Failure;
use super::super::offline::{self, ACCOUNT};
use super::super::routes;
use super::super::shell::Shell;
use super::unconfirmed::Unconfirmed;
use super::{Household, KNOWN_AS, SUBJECT, known_as};
use crate::console::access::with_cookie;
use crate::console::once;
use crate::console::session::visitor_form;
use crate::console::shell::View;
use crate::declaring::{self, Checked, Meant, Sheet, day_of, meant};
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::declaration::Consent;
use bluezone_forms::consent::{self, Given};
use bluezone_forms::{Drawing, Entries, Problem};
use bluezone_pages::form::{CSRF_FIELD, Field};
use bluezone_pages::parts::{Tone, Weight, alert, button};
use bluezone_pages::{Lang, Text, choices_script_path, draft_script_path, text, when_script_path};
use maud::{Markup, html};
use serde::Deserialize;

text! {
    BACK, "Các tờ khai", "Forms";
    SEND, "Gửi tờ khai", "Send";
    NEXT, "Gửi và nhận mã xác nhận", "Send and get the code";
    FOR, "Khai cho {name}", "For {name}";
    UNSENT, "Bạn đã đăng nhập, nhưng tờ khai chưa được lưu", "You are signed in, but your declaration is not stored";
    UNSENT_WHY, "Hãy xem lại những gì đã điền rồi gửi lần nữa.", "Look through what you wrote and send it again.";
    NUMBER, "Hãy sửa số điện thoại rồi gửi lại", "Change the telephone number and send again";
    NUMBER_WHY, "Những gì bạn đã điền còn nguyên, trừ các ô đồng ý.", "What you wrote is still there, except the boxes of consent.";
    FORGET, "Xóa bản nháp", "Delete the draft";
    KEPT, "Nội dung đang gõ được giữ trên máy này cho đến khi gửi.", "What you type is kept on this device until you send it."
}

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(rename = "for")]
    subject: String,
    /// Present if the form shall hold what waits in this browser for its code.
    typed: Option<String>,
}

/// Why a form is opened again with what was typed into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refill {
    /// Its code was right and it was not stored.
    Unsent,
    /// The code shall go to another number.
    Number,
}

impl Refill {
    /// The form's address that says so.
    pub fn at(self, path: &str) -> String {
        let why = match self {
            Refill::Unsent => "unsent",
            Refill::Number => "number",
        };
        format!("{path}?typed={why}")
    }

    fn message(asked: &str, lang: Lang) -> Markup {
        let (title, why): (Text, Text) = match asked {
            "unsent" => (UNSENT, UNSENT_WHY),
            _ => (NUMBER, NUMBER_WHY),
        };
        alert(Tone::Caution, title.get(lang), html! { p { (why.get(lang)) } })
    }
}

/// `GET /declare/{form}`
pub async fn page(
    State(state): State<AppState>,
    MaybeSigned(signed): MaybeSigned,
    view: View,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let sheet = match open(&state, &name).await {
        // It was closed while its code was on its way.
        Err(Failure::NotFound) if asked.typed.is_some() => {
            return Ok(Redirect::to(&format!("{}?unsent=1", routes::DECLARE)).into_response());
        }
        sheet => sheet?,
    };
    // Files are kept for nobody whose number is not confirmed; and who is not known cannot add to what is known.
    if signed.is_none() && (!sheet.tells_who() || has_files(&sheet)) {
        let to = format!("{}?next={}", routes::SIGN_IN, routes::declare(&name));
        return Ok(Redirect::to(&to).into_response());
    }
    let typed = match asked.typed {
        Some(_) => Unconfirmed::waiting(&state, &headers, &name).await?,
        None => None,
    };
    // What waited is of somebody who was not known yet: about nobody's profile.
    let subject = if typed.is_some() { "" } else { asked.subject.as_str() };
    let household = match &signed {
        Some(signed) => Household::of(&state, signed, subject).await?,
        None => Household::NEW,
    };
    if signed.is_some() && !sheet.tells_who() && household.about().is_none() {
        // The short forms add to a full one.
        return Ok(Redirect::to(&routes::declare("toan-dan")).into_response());
    }
    let (token, cookie) = match &signed {
        Some(signed) => (signed.form_token.clone(), None),
        None => visitor_form(&state, &headers),
    };
    let entries = match &typed {
        Some(typed) => typed.entries(&sheet),
        None => opened(&sheet, &household, subject == "new"),
    };
    let ticket = typed.as_ref().map_or_else(|| once::ticket(&state), |typed| typed.key().to_owned());
    let account = signed.as_ref().map(|signed| offline::account(&state, signed.citizen));
    let account = account.as_deref();
    // What waited was typed before anything was known.
    let known = household.about().filter(|_| typed.is_none()).map(known_as).unwrap_or_default();
    let known = known.as_str();
    let (doubt, said) = (None, None);
    let form = Form { sheet: &sheet, token: &token, ticket: &ticket, subject, known, account, doubt, said };
    let purposes = declaring::purposes(&sheet, &household.consents(&state).await?);
    let body = html! {
        @if let Some(why) = &asked.typed { (Refill::message(why, view.lang)) }
        (form.draw(view.lang, &entries, &purposes, None))
    };
    let about = household.about().map(|profile| profile.person.identity.name.as_str());
    let answer = form.page(&view, signed.as_ref(), about, body);
    Ok(match cookie {
        Some(cookie) => with_cookie(answer, cookie),
        None => answer,
    })
}

/// The form of that name, if it is open to citizens today.
pub(super) async fn open(state: &AppState, name: &str) -> Result<Sheet, Failure> {
    open_on(state, name, state.now()).await
}

/// The form as it was asked at a time: what was filled in without a connection is held against that day.
pub(super) async fn open_on(state: &AppState, name: &str, at: Timestamp) -> Result<Sheet, Failure> {
    // What people report about others has pages of its own.
    let sheet = Sheet::open(state, name, day_of(at)).await?;
    sheet.filter(|sheet| sheet.form().name != "phan-anh").ok_or(Failure::NotFound)
}

pub(super) fn has_files(sheet: &Sheet) -> bool {
    Drawing {
        form: sheet.form(),
        lang: Lang::Vi,
        setting: sheet.setting(),
        entries: &Entries::default(),
        problems: &[],
    }
    .has_files()
}

/// What a new form holds.
fn opened(sheet: &Sheet, household: &Household, other: bool) -> Entries {
    declaring::entries(sheet, household.about(), household.own(), other)
}

/// The short form on the home page, for whoever declared before.
pub fn again(
    state: &AppState,
    lang: Lang,
    signed: &Signed,
    sheet: &Sheet,
    ticket: &str,
    consents: &[Consent],
) -> Markup {
    let account = offline::account(state, signed.citizen);
    let (token, account) = (&signed.form_token, Some(account.as_str()));
    let form = Form { sheet, token, ticket, subject: "", known: "", account, doubt: None, said: None };
    form.draw(lang, &Entries::initial(sheet.form()), &declaring::purposes(sheet, consents), None)
}

/// A form on a page.
pub(super) struct Form<'a> {
    pub sheet: &'a Sheet,
    pub token: &'a str,
    /// What makes sending it twice the same as once.
    pub ticket: &'a str,
    /// Whom it is about, as in the address.
    pub subject: &'a str,
    /// What is known that it was filled in with: [`known_as`]; or nothing.
    pub known: &'a str,
    /// Whose it is, if somebody is signed in: [`offline::account`].
    pub account: Option<&'a str>,
    /// The name of whom it is taken to be about, if it seems to tell of somebody else.
    pub doubt: Option<&'a str>,
    /// What was answered when that was asked: [`Meant::carried`].
    pub said: Option<&'a str>,
}

impl Form<'_> {
    /// The form element; `checked` if it was sent and comes back.
    pub fn draw(
        &self,
        lang: Lang,
        entries: &Entries,
        purposes: &[String],
        checked: Option<&Checked>,
    ) -> Markup {
        let problems: &[Problem] = checked.map_or(&[], |checked| &checked.sent.problems);
        let given: &[Given] = checked.map_or(&[], |checked| &checked.given);
        let missing: Vec<&str> =
            checked.map(|checked| checked.missing.iter().map(String::as_str).collect()).unwrap_or_default();
        let form = self.sheet.form();
        let drawing = Drawing { form, lang, setting: self.sheet.setting(), entries, problems };
        let kind = drawing.has_files().then_some("multipart/form-data");
        html! {
            form.form method="post" action=(routes::declare(&form.name)) enctype=[kind] novalidate
                data-draft=(format!("{}/{}/{}", self.account.unwrap_or("nobody"), form.name, self.subject)) {
                input type="hidden" name=(CSRF_FIELD) value=(self.token);
                (once::field(self.ticket))
                input type="hidden" name=(SUBJECT) value=(self.subject);
                @if !self.known.is_empty() { input type="hidden" name=(KNOWN_AS) value=(self.known); }
                @if let Some(account) = self.account { input type="hidden" name=(ACCOUNT) value=(account); }
                (drawing.render())
                (consent::draw(lang, purposes, given, &missing))
                (self.ask(lang))
                (button(Weight::Primary, if self.account.is_some() { SEND } else { NEXT }.get(lang)))
                p.hint.draft-note hidden {
                    (KEPT.get(lang)) " "
                    button.button.quiet type="button" data-forget { (FORGET.get(lang)) }
                }
            }
            script type="module" src=(when_script_path()) {}
            script type="module" src=(choices_script_path()) {}
            script type="module" src=(draft_script_path()) {}
        }
    }

    /// Whom it is about, where that is in doubt.
    fn ask(&self, lang: Lang) -> Markup {
        let Some(name) = self.doubt else {
            return html! {
                @if let Some(said) = self.said { input type="hidden" name=(meant::SAID) value=(said); }
            };
        };
        let words = |of: Text| of.fill(lang, &[("name", name)]);
        let (who, same) = (words(meant::WHO), words(meant::SAME));
        let mut answers = vec![(Meant::Same.as_str(), same.as_str())];
        if self.sheet.form().item("otherUser").is_some() {
            answers.push((Meant::Other.as_str(), meant::OTHER.get(lang)));
        }
        html! {
            (alert(Tone::Bad, &who, html! {}))
            (Field::radio(lang, meant::FIELD, &who, answers))
        }
    }

    /// The page around it.
    pub fn page(&self, view: &View, signed: Option<&Signed>, about: Option<&str>, body: Markup) -> Response {
        let lang = view.lang;
        let form = self.sheet.form();
        let title = form.title.fill(lang, self.sheet.setting().parameters);
        let about = about.map(|name| FOR.fill(lang, &[("name", name)]));
        let back = Some((routes::DECLARE, BACK.get(lang)));
        Shell { back, lead: about.as_deref(), body, ..Shell::new(view, signed, &title) }.render()
    }
}
