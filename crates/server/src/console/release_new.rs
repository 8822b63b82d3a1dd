//! Writing a request for somebody's contact history.

use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::shell::{Shell, View};
use crate::console::{case_page, line, routes};
use crate::promise::requests::{self, Draft, DraftError, MOST_DAYS, MOST_OPEN_DAYS};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_pages::form::{Field, form, tick, to_mend};
use bluezone_pages::parts::{Tone, Weight, alert, back, button};
use bluezone_pages::{Text, text};
use bluezone_store::MailboxInfo;
use bluezone_transparency::entry::DataKind;
use maud::html;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

text! {
    TITLE, "Xin lịch sử tiếp xúc", "Ask for contact history";
    LEAD, "Yêu cầu cần chữ ký của hai cán bộ, nằm trong sổ công khai, rồi mới tới điện thoại của người đó. Họ có quyền không trả lời.",
        "Two officers must sign it and it stands in the public log before it reaches the person's phone. They need not answer.";
    BACK, "Yêu cầu của đơn vị", "The unit's requests";
    BASIS, "Căn cứ pháp lý", "Legal basis";
    BASIS_HINT, "Luật và điều. Ai cũng đọc được.", "Law and article. Everybody can read it.";
    PURPOSE, "Mục đích", "Purpose";
    PURPOSE_HINT, "Ai cũng đọc được. Không ghi tên hay số điện thoại.", "Everybody can read it. No names and no telephone numbers.";
    DETAILS, "Lời nhắn riêng cho người được hỏi", "What only the person who is asked reads";
    DETAILS_HINT, "Vì sao hỏi, hỏi lại ai, số điện thoại của đơn vị.", "Why them, whom to call, the unit's telephone number.";
    DAYS, "Của bao nhiêu ngày gần đây", "Of how many days back";
    DAYS_HINT, "1 đến 21. Càng ít càng dễ được đồng ý.", "1 to 21. The fewer, the easier to agree.";
    OPEN_DAYS, "Trả lời trong bao nhiêu ngày", "To be answered within how many days";
    OPEN_DAYS_HINT, "1 đến 14.", "1 to 14.";
    CONTACTS, "Những điện thoại đã ở gần (mã, giờ, cường độ)", "Phones that were near (identifiers, times, strengths)";
    KEYS, "Khóa định danh của chính điện thoại này, để so hai phía", "This phone's own identifier keys, to compare both sides";
    WRITE, "Viết yêu cầu", "Write the request";
    NUMBER, "Hãy ghi một số trong khoảng cho phép.", "Write a number within the range.";
    CHOOSE_KIND, "Hãy chọn ít nhất một loại dữ liệu.", "Choose at least one kind of data.";
    CANNOT, "Chưa viết được yêu cầu", "The request cannot be written yet"
}

/// Whom it is to be sent to: a case, or who sent an upload.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    case: String,
    upload: String,
}

/// The form. No `Debug` of it: the details are for one person.
#[derive(Clone, Deserialize)]
#[serde(default)]
pub struct Typed {
    case: String,
    upload: String,
    basis: String,
    purpose: String,
    details: String,
    days: String,
    open_days: String,
    contacts: String,
    identifier_keys: String,
}

impl Default for Typed {
    fn default() -> Self {
        let text = String::new;
        Typed {
            case: text(),
            upload: text(),
            basis: text(),
            purpose: text(),
            details: text(),
            days: "7".to_owned(),
            open_days: "3".to_owned(),
            contacts: text(),
            identifier_keys: text(),
        }
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// The mailbox of a case or an upload that this officer may see.
async fn mailbox(state: &AppState, signed: &Signed, asked: &Asked) -> Result<MailboxInfo, Failure> {
    let found = if asked.case.is_empty() {
        let upload = routes::read_hash(&asked.upload).ok_or(Failure::NotFound)?;
        state.store.mailbox_of_upload(upload).await?
    } else {
        let case = case_page::find(state, signed, &asked.case).await?;
        state.store.mailboxes_of_case(case.id).await?.into_iter().next()
    };
    found.filter(|mailbox| mailbox.unit == signed.officer.unit).ok_or(Failure::NotFound)
}

/// `GET /console/requests/new?case=…` or `?upload=…`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    mailbox(&state, &signed, &asked).await?;
    let Asked { case, upload } = asked;
    let typed = Typed { case, upload, contacts: "yes".to_owned(), ..Typed::default() };
    Ok(shown(&signed, &view, &typed, &[], None))
}

/// `POST /console/requests/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let asked = Asked { case: typed.case.clone(), upload: typed.upload.clone() };
    let mailbox = mailbox(&state, &signed, &asked).await?;
    let mut problems = Vec::new();
    let Some(draft) = read(&typed, &mut problems) else {
        return Ok(unprocessable(shown(&signed, &view, &typed, &problems, None)));
    };
    match requests::write(&state, &signed.officer, &mailbox, &draft).await {
        Ok(hash) => Ok(Redirect::to(&routes::release(&hash)).into_response()),
        Err(DraftError::Server(error)) => Err(error.into()),
        Err(error) => Ok(unprocessable(shown(&signed, &view, &typed, &[], Some(&error.to_string())))),
    }
}

fn unprocessable(mut answer: Response) -> Response {
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    answer
}

fn read(typed: &Typed, problems: &mut Vec<(&'static str, Text)>) -> Option<Draft> {
    let basis = line::read("basis", &typed.basis, problems);
    let purpose = line::read("purpose", &typed.purpose, problems);
    let details = line::read_private("details", &typed.details, problems);
    let mut number = |name, text: &str, most| {
        let read = text.trim().parse().ok().filter(|number| (1..=most).contains(number));
        if read.is_none() {
            problems.push((name, NUMBER));
        }
        read
    };
    let days = number("days", &typed.days, MOST_DAYS);
    let open_days = number("open_days", &typed.open_days, MOST_OPEN_DAYS);
    let mut kinds = BTreeSet::new();
    for (ticked, kind) in
        [(&typed.contacts, DataKind::Contacts), (&typed.identifier_keys, DataKind::IdentifierKeys)]
    {
        if ticked == "yes" {
            kinds.insert(kind);
        }
    }
    if kinds.is_empty() {
        problems.push(("contacts", CHOOSE_KIND));
    }
    let draft = Draft {
        basis: basis?,
        purpose: purpose?,
        details: details?,
        kinds,
        days: days?,
        open_days: open_days?,
    };
    problems.is_empty().then_some(draft)
}

fn shown(
    signed: &Signed,
    view: &View,
    typed: &Typed,
    problems: &line::Problems,
    cannot: Option<&str>,
) -> Response {
    let lang = view.lang;
    let listed = line::listed(lang, problems);
    let field = |kind, name, label: Text, hint: Text, value| {
        Field::input(lang, kind, name, label.get(lang))
            .value(value)
            .hint(hint.get(lang))
            .error(line::of(&listed, name))
    };
    let fields = html! {
        input type="hidden" name="case" value=(typed.case);
        input type="hidden" name="upload" value=(typed.upload);
        (field("text", "basis", BASIS, BASIS_HINT, &typed.basis))
        (field("text", "purpose", PURPOSE, PURPOSE_HINT, &typed.purpose))
        (field("text", "details", DETAILS, DETAILS_HINT, &typed.details))
        (field("number", "days", DAYS, DAYS_HINT, &typed.days).digits(2))
        (field("number", "open_days", OPEN_DAYS, OPEN_DAYS_HINT, &typed.open_days).digits(2))
        (tick("contacts", CONTACTS.get(lang), typed.contacts == "yes", line::of(&listed, "contacts")))
        (tick("identifier_keys", KEYS.get(lang), typed.identifier_keys == "yes", None))
        div.actions { (button(Weight::Primary, WRITE.get(lang))) }
    };
    let body = html! {
        (back(routes::RELEASES, BACK.get(lang)))
        (to_mend(lang, &listed))
        @if let Some(why) = cannot { (alert(Tone::Bad, CANNOT.get(lang), html! { p { (why) } })) }
        (form(routes::NEW_RELEASE, &signed.form_token, fields))
    };
    let here = if typed.case.is_empty() {
        format!("{}?upload={}", routes::NEW_RELEASE, typed.upload)
    } else {
        format!("{}?case={}", routes::NEW_RELEASE, typed.case)
    };
    let view = view.clone().at(&here);
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Shell { view: &view, signed: Some(signed), title, lead, wide: false, body }.render()
}
