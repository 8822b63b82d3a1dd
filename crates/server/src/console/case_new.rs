//! Registering a case.

use crate::console::access::Signed;
use crate::console::declarations::{self, call_back, one::Opened};
use crate::console::failure::Failure;
use crate::console::person_fields::{self, TypedPerson};
use crate::console::shell::{Shell, View};
use crate::console::{dates, once, routes, words};
use crate::state::AppState;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::case::{Case, CaseFacts, CaseStatus, folded, no_place};
use bluezone_domain::declaration::Declaration;
use bluezone_domain::disease;
use bluezone_domain::id::{CaseId, PersonId};
use bluezone_domain::person::{Identity, Person};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Weight, button, link_button};
use bluezone_pages::{Lang, Text, text};
use bluezone_store::{CaseFilter, StoreError, Within};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

/// Longest reference, in characters.
const LONGEST_REFERENCE: usize = 40;

text! {
    PATIENT, "Người bệnh", "The patient";
    TITLE, "Ghi nhận ca bệnh", "Register a case";
    LEAD, "Mã hồ sơ không chứa tên, số điện thoại hay số giấy tờ: những gì nói người bệnh là ai có ô riêng, được mã hóa khi lưu.",
        "The reference holds no name, phone number or identity number: what tells who the patient is has fields of its own, encrypted where it is kept.";
    REFERENCE_HINT, "Mã của đơn vị bạn để tìm lại hồ sơ, ví dụ TN-2026-0153.",
        "Your unit's own number, to find the case again, for example TN-2026-0153.";
    SUSPECTED_CHOICE, "Nghi ngờ: có triệu chứng hoặc tiếp xúc, chưa có kết quả xét nghiệm",
        "Suspected: symptoms or exposure, no test result yet";
    PROBABLE_CHOICE, "Có thể: nghi ngờ và có liên hệ dịch tễ với một ca hoặc ổ dịch",
        "Probable: suspected, and linked to a case or an outbreak";
    CONFIRMED_CHOICE, "Xác định: xét nghiệm dương tính", "Confirmed: positive test";
    ONSET_HINT, "Ngày đầu tiên có sốt, ho hoặc dấu hiệu khác. Bỏ trống nếu không có triệu chứng.",
        "The first day of fever, cough or other signs. Leave empty if there were none.";
    TEST_HINT, "Ngày lấy mẫu, không phải ngày có kết quả.", "The day of sampling, not of the result.";
    SAVE, "Ghi nhận ca", "Register the case";
    GIVE_REFERENCE, "Hãy ghi mã hồ sơ.", "Write a reference.";
    LONG_REFERENCE, "Mã hồ sơ dài quá 40 ký tự.", "The reference is longer than 40 characters.";
    ODD_REFERENCE, "Mã hồ sơ có ký tự không dùng được.", "The reference holds a character that cannot be used.";
    PERSONAL_REFERENCE, "Trông giống số điện thoại hoặc số giấy tờ. Hãy dùng mã của đơn vị.",
        "This looks like a phone or identity number. Use your unit's own number.";
    TAKEN_REFERENCE, "Đơn vị đã có ca mang mã này.", "Your unit already has a case with this reference.";
    CHOOSE_DISEASE, "Hãy chọn bệnh.", "Choose the disease.";
    CHOOSE_STATUS, "Hãy chọn nghi ngờ, có thể hoặc xác định.", "Choose suspected, probable or confirmed.";
    CONFIRMED_NEEDS_TEST, "Ca xác định cần ngày lấy mẫu xét nghiệm.", "A confirmed case needs the day its sample was taken."
}

/// What was typed, as it was typed. No `Debug` of its content: dates and references are a patient's.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reference: String,
    disease: String,
    status: String,
    onset: String,
    test_date: String,
    ticket: String,
    /// The declaration that it is made of.
    declaration: String,
    /// On which basis whoever declared was called without their consent, if they were.
    call_basis: String,
    #[serde(flatten)]
    person: TypedPerson,
}

/// The declaration that a case is made of.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    declaration: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// What is wrong, by field, in the order of the form.
pub type Problems = Vec<(&'static str, Text)>;

struct Read {
    reference: String,
    disease: String,
    facts: CaseFacts,
    identity: Identity,
    area: Option<Area>,
}

/// `GET /console/cases/new`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    // Of a disease that is not known here, the officer says what it is.
    let known = |id: &str| disease::find(id).map(|disease| disease.id.clone()).unwrap_or_default();
    let (disease, ticket) = (disease::USUAL.to_owned(), once::ticket(&state));
    let mut typed = Typed { disease, ticket, ..Typed::default() };
    if !asked.declaration.is_empty() {
        let of = Opened::find(&state, &signed, &asked.declaration).await?.declaration;
        typed.disease = known(&of.content.disease);
        typed.status = CaseStatus::Suspected.as_str().to_owned();
        typed.onset = onset(&state, &of).await?.unwrap_or_default();
        typed.person = TypedPerson::from((&of.content.person, of.area));
        typed.declaration = asked.declaration;
    }
    shown(&state, &signed, &view, &typed, &Problems::new()).await
}

/// The day since when the person has signs of illness, as they declared it.
async fn onset(state: &AppState, of: &Declaration) -> Result<Option<String>, Failure> {
    let forms = state.forms().await?;
    let answers = declarations::one::answers(&forms, of).map(|(_, answers)| answers);
    Ok(answers.and_then(|answers| answers.date("signalSince")).map(|day| day.to_string()))
}

/// `POST /console/cases/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let now = state.now();
    let mut problems = Problems::new();
    let Some(read) = read(&typed, signed.scope().territory, now, &mut problems) else {
        return again(&state, &signed, view, &typed, &problems).await;
    };
    if taken(&state, &signed, &typed, &read.reference).await? {
        problems.push(("reference", TAKEN_REFERENCE));
        return again(&state, &signed, view, &typed, &problems).await;
    }
    let area = read.area.unwrap_or_else(no_place);
    let person = register_person(&state, &signed, &typed, read.identity, area).await?;
    let case = Case {
        id: CaseId::from_bytes(once::id(&state, &signed, "case", &typed.ticket)),
        reference: read.reference,
        disease: read.disease,
        facts: read.facts,
        result_date: None,
        reported_at: None,
        person,
        area,
        assigned: Some(signed.officer.unit.clone()),
        unit: signed.officer.unit.clone(),
        version: 1,
        created_by: signed.officer.id,
        created_at: now,
        updated_at: now,
    };
    let here = routes::case(case.id);
    let to = match state.store.create_case(&case).await {
        Ok(()) => format!("{here}?done=registered"),
        // The same form, sent again: it has done its work.
        Err(StoreError::Conflict(_)) => here,
        Err(error) => return Err(error.into()),
    };
    if !typed.declaration.is_empty() {
        declarations::one::became(&state, &signed, &typed.declaration, case.id, &typed.call_basis).await?;
    }
    Ok(Redirect::to(&to).into_response())
}

/// Registers the person if anything was said about them. The same form, sent again, finds them registered.
async fn register_person(
    state: &AppState,
    signed: &Signed,
    typed: &Typed,
    identity: Identity,
    area: Area,
) -> Result<Option<PersonId>, Failure> {
    if identity == Identity::default() {
        return Ok(None);
    }
    let person = Person {
        id: PersonId::from_bytes(once::id(state, signed, "person", &typed.ticket)),
        identity,
        area,
        assigned: Some(signed.officer.unit.clone()),
        merged_into: None,
        version: 1,
        created_by: signed.officer.id,
        created_at: state.now(),
        updated_at: state.now(),
    };
    match state.store.create_person(&person, &mut *state.rng()).await {
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(Some(person.id)),
        Err(error) => Err(error.into()),
    }
}

/// Whether the unit has another case of that reference, among the newest that contain it. A help against registering a
/// case twice, not a rule: the reference is the unit's own affair.
async fn taken(state: &AppState, signed: &Signed, typed: &Typed, reference: &str) -> Result<bool, Failure> {
    let own = CaseId::from_bytes(once::id(state, signed, "case", &typed.ticket));
    let filter = CaseFilter {
        within: Within::from(signed.scope()),
        status: None,
        reference: Some(reference.to_owned()),
    };
    let similar = state.store.list_cases(&filter, None, 50).await?;
    Ok(similar.iter().any(|case| case.id != own && folded(&case.reference) == folded(reference)))
}

async fn again(
    state: &AppState,
    signed: &Signed,
    view: View,
    typed: &Typed,
    problems: &Problems,
) -> Result<Response, Failure> {
    let mut answer = shown(state, signed, &view.at(routes::NEW_CASE), typed, problems).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}

/// Reads all fields, and names everything that is wrong at once.
fn read(typed: &Typed, territory: Territory, now: Timestamp, problems: &mut Problems) -> Option<Read> {
    let reference = read_reference(&typed.reference).map_err(|problem| problems.push(("reference", problem)));
    let disease = disease::find(&typed.disease);
    if disease.is_none() {
        problems.push(("disease", CHOOSE_DISEASE));
    }
    // That it was no case is a change of a case, not a new one.
    let status = typed.status.parse().ok().filter(|status: &CaseStatus| !status.is_ruled_out());
    if status.is_none() {
        problems.push(("status", CHOOSE_STATUS));
    }
    let onset = dates::read(&typed.onset, now).map_err(|problem| problems.push(("onset", problem)));
    let test_date =
        dates::read(&typed.test_date, now).map_err(|problem| problems.push(("test_date", problem)));
    if status == Some(CaseStatus::Confirmed) && test_date == Ok(None) {
        problems.push(("test_date", CONFIRMED_NEEDS_TEST));
    }
    let (identity, area) = person_fields::read(&typed.person, territory, problems);
    if !problems.is_empty() {
        return None;
    }
    Some(Read {
        reference: reference.ok()?,
        disease: disease?.id.clone(),
        facts: CaseFacts { status: status?, symptom_onset: onset.ok()?, test_date: test_date.ok()? },
        identity,
        area,
    })
}

fn read_reference(typed: &str) -> Result<String, Text> {
    let reference = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if reference.is_empty() {
        return Err(GIVE_REFERENCE);
    }
    if reference.chars().count() > LONGEST_REFERENCE {
        return Err(LONG_REFERENCE);
    }
    if reference.chars().any(char::is_control) {
        return Err(ODD_REFERENCE);
    }
    // Phone numbers have 10 digits (84 and 9), old identity cards 9, new ones 12: digits alone, however spaced.
    let digits = reference.chars().filter(char::is_ascii_digit).count();
    if digits >= 9 && reference.chars().all(|c| c.is_ascii_digit() || " +-.()".contains(c)) {
        return Err(PERSONAL_REFERENCE);
    }
    Ok(reference)
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: &View,
    typed: &Typed,
    problems: &Problems,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let call = match typed.declaration.as_str() {
        "" => html! {},
        id => call_back::ask(state, signed, lang, id, &typed.call_basis).await?,
    };
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let body = html! {
        (to_mend(lang, &listed))
        section.card { (form(routes::NEW_CASE, &signed.form_token, fields(lang, typed, signed.scope().territory, &listed, &call))) }
    };
    let (title, lead) = (TITLE.get(lang), Some(LEAD.get(lang)));
    Ok(Shell { view, signed: Some(signed), title, lead, wide: false, body }.render())
}

fn fields(
    lang: Lang,
    typed: &Typed,
    territory: Territory,
    problems: &[(&str, &'static str)],
    call: &Markup,
) -> Markup {
    let problem = |field: &str| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let statuses = vec![
        (CaseStatus::Suspected.as_str(), SUSPECTED_CHOICE.get(lang)),
        (CaseStatus::Probable.as_str(), PROBABLE_CHOICE.get(lang)),
        (CaseStatus::Confirmed.as_str(), CONFIRMED_CHOICE.get(lang)),
    ];
    html! {
        (once::field(&typed.ticket))
        @if !typed.declaration.is_empty() { input type="hidden" name="declaration" value=(typed.declaration); }
        (Field::input(lang, "text", "reference", words::REFERENCE.get(lang))
            .hint(REFERENCE_HINT.get(lang))
            .value(&typed.reference)
            .error(problem("reference"))
            .complete("off")
            .verbatim())
        (Field::select(lang, "disease", words::DISEASE.get(lang), words::diseases(lang))
            .value(&typed.disease)
            .error(problem("disease")))
        (Field::radio(lang, "status", words::STATUS.get(lang), statuses)
            .value(&typed.status)
            .error(problem("status")))
        (Field::input(lang, "date", "onset", words::ONSET.get(lang))
            .hint(ONSET_HINT.get(lang))
            .value(&typed.onset)
            .error(problem("onset"))
            .optional())
        (Field::input(lang, "date", "test_date", words::TEST_DATE.get(lang))
            .hint(TEST_HINT.get(lang))
            .value(&typed.test_date)
            .error(problem("test_date"))
            .optional())
        (person_fields::draw(lang, PATIENT.get(lang), &typed.person, territory, problem))
        (call)
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            (link_button(Weight::Secondary, routes::CASES, words::CANCEL.get(lang)))
        }
    }
}
