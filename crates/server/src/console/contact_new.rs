//! Registering a contact of a case: who it is, whom they were near, how it became known.

use crate::console::access::Signed;
use crate::console::case_new::Problems;
use crate::console::failure::Failure;
use crate::console::person_fields::{self, TypedPerson};
use crate::console::shell::{Shell, View};
use crate::console::upload_report::Report;
use crate::console::{
    case_page, contact_people, contact_words as words, dates, once, routes, words as shared,
};
use crate::promise::comparing::Found;
use crate::state::AppState;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::case::Case;
use bluezone_domain::contact::{
    Class, Closeness, Contact, LegalBasis, Origin, OriginIs, Relation, Source, Status, next_due,
};
use bluezone_domain::fold::fold;
use bluezone_domain::id::{ContactId, PersonId};
use bluezone_domain::person::{Identity, Person};
use bluezone_pages::form::{Field, form, to_mend};
use bluezone_pages::parts::{Weight, back, button, link_button};
use bluezone_pages::time::date_value;
use bluezone_pages::{Lang, text};
use bluezone_store::StoreError;
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
    TITLE, "Thêm người tiếp xúc", "Add a contact";
    BACK, "Người tiếp xúc của ca {reference}", "Contacts of case {reference}";
    PERSON, "Người tiếp xúc", "The contact";
    CONTACT, "Lần tiếp xúc", "The contact with them";
    NEAR, "Đã ở gần", "Was near";
    THE_CASE, "Ca {reference} (F0)", "Case {reference} (F0)";
    SOURCE, "Nguồn", "Source";
    RELATION, "Quan hệ", "Relation";
    BASIS, "Căn cứ để lưu", "Legal basis";
    LAST, "Ngày gặp cuối", "Last day together";
    SAVE, "Ghi nhận", "Register";
    GIVE_NAME, "Hãy ghi họ tên.", "Write the name.";
    GIVE_LAST, "Hãy chọn ngày gặp cuối.", "Choose the last day together.";
    CHOOSE, "Hãy chọn một mục.", "Choose one."
}

/// What was typed. No `Debug` of its content: it is a person's.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    #[serde(flatten)]
    person: TypedPerson,
    near: String,
    source: String,
    relation: String,
    basis: String,
    last: String,
    ticket: String,
    /// Hash of the report that it is made of, if it is.
    upload: String,
}

/// What the address may say.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    upload: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

struct Read {
    identity: Identity,
    area: Area,
    origin: Origin,
    source: Source,
    relation: Relation,
    basis: LegalBasis,
    last: Timestamp,
}

/// `GET /console/cases/{case}/contacts/new`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let report = Report::find(&state, &signed, &case, &asked.upload).await?;
    let mut typed = Typed {
        source: Source::Interview.as_str().to_owned(),
        relation: Relation::Unknown.as_str().to_owned(),
        basis: LegalBasis::Duty.as_str().to_owned(),
        ticket: once::ticket(&state),
        upload: asked.upload,
        ..Typed::default()
    };
    if let Some(report) = &report {
        typed.source = report.source().as_str().to_owned();
        typed.basis = LegalBasis::Consent.as_str().to_owned();
        typed.last = report.last_together().map(|at| date_value(at.0)).unwrap_or_default();
        typed.person = report.history.reporter.as_ref().map(TypedPerson::reported).unwrap_or_default();
    }
    shown(&state, &signed, view, &case, report.as_ref(), &typed, &Problems::new()).await
}

/// `POST /console/cases/{case}/contacts/new`
pub async fn create(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let report = Report::find(&state, &signed, &case, &typed.upload).await?;
    let now = state.now();
    let mut problems = Problems::new();
    let Some(read) = read(&signed, &case, &typed, now, &mut problems) else {
        let mut answer = shown(&state, &signed, view, &case, report.as_ref(), &typed, &problems).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let (id, person_id) = match &report {
        Some(report) => (report.contact_id(&state, case.id), report.person_id(&state)),
        None => (
            ContactId::from_bytes(once::id(&state, &signed, "contact", &typed.ticket)),
            PersonId::from_bytes(once::id(&state, &signed, "contact's person", &typed.ticket)),
        ),
    };
    let person = person_of(&state, &signed, person_id, &read, now).await?;
    let origin = origin_is(&state, &case, read.origin).await?;
    let contact = Contact {
        id,
        person,
        case: case.id,
        number: 0,
        origin: read.origin,
        source: read.source,
        relation: read.relation,
        legal_basis: read.basis,
        // Until a sheet is filled in.
        closeness: Closeness::Unclear,
        concluded: false,
        rule_version: 0,
        class: Class::of(origin, Closeness::Unclear),
        became: None,
        status: Status::Waiting,
        last_exposure: read.last,
        asked_at: None,
        due_at: next_due(read.last, None, 14),
        area: read.area,
        assigned: Some(signed.officer.unit.clone()),
        version: 1,
        created_by: signed.officer.id,
        created_at: now,
        updated_at: now,
    };
    let done = match state.store.create_contact(&contact).await {
        Ok(_) => "?done=registered",
        // The same form, sent again: it has done its work, or was cut off before the evidence was kept.
        Err(StoreError::Conflict(_)) => "",
        Err(StoreError::NotAllowed(_)) => return Err(Failure::Unreadable),
        Err(error) => return Err(error.into()),
    };
    if let Some(Found { comparison, uploads, .. }) = report.and_then(|report| report.found)
        && state.store.evidence_of(id).await?.is_empty()
    {
        let mut rng = state.rng();
        state.store.add_evidence(id, now, &comparison, &uploads, &mut *rng).await?;
    }
    Ok(Redirect::to(&format!("{}{done}", routes::contact(id))).into_response())
}

/// The registered person of the same name and number, or a new one.
async fn person_of(
    state: &AppState,
    signed: &Signed,
    id: PersonId,
    read: &Read,
    now: Timestamp,
) -> Result<PersonId, Failure> {
    for known in state.store.persons_with_numbers_of(&read.identity).await? {
        if let Some(known) = state.store.person(known).await?
            && known.merged_into.is_none()
            && fold(&known.identity.name) == fold(&read.identity.name)
        {
            return Ok(known.id);
        }
    }
    let person = Person {
        id,
        identity: read.identity.clone(),
        area: read.area,
        assigned: Some(signed.officer.unit.clone()),
        merged_into: None,
        version: 1,
        created_by: signed.officer.id,
        created_at: now,
        updated_at: now,
    };
    let mut rng = state.rng();
    match state.store.create_person(&person, &mut *rng).await {
        Ok(()) | Err(StoreError::Conflict(_)) => Ok(person.id),
        Err(error) => Err(error.into()),
    }
}

async fn origin_is(state: &AppState, case: &Case, origin: Origin) -> Result<OriginIs, Failure> {
    Ok(match origin {
        Origin::Case(_) if case.facts.status.is_ruled_out() => OriginIs::Nothing,
        Origin::Case(_) => OriginIs::Case,
        Origin::Contact(above) => match state.store.contact(above).await? {
            Some(above) if above.became.is_some() => OriginIs::Case,
            Some(above) => OriginIs::Contact(above.class),
            None => OriginIs::Nothing,
        },
    })
}

/// Reads all fields, and names everything that is wrong at once.
fn read(
    signed: &Signed,
    case: &Case,
    typed: &Typed,
    now: Timestamp,
    problems: &mut Problems,
) -> Option<Read> {
    let territory = signed.scope().territory;
    let (identity, area) = person_fields::read(&typed.person, territory, problems);
    if identity.name.is_empty() {
        problems.push(("name", GIVE_NAME));
    }
    let origin = match typed.near.as_str() {
        "" => Some(Origin::Case(case.id)),
        id => id.parse().ok().map(Origin::Contact),
    };
    let (source, relation, basis) =
        (typed.source.parse().ok(), typed.relation.parse().ok(), typed.basis.parse().ok());
    for (field, missing) in [
        ("source", source.is_none()),
        ("relation", relation.is_none()),
        ("basis", basis.is_none()),
        ("near", origin.is_none()),
    ] {
        if missing {
            problems.push((field, CHOOSE));
        }
    }
    let last = match dates::read(&typed.last, now) {
        Ok(Some(day)) => Some(day),
        Ok(None) => {
            problems.push(("last", GIVE_LAST));
            None
        }
        Err(problem) => {
            problems.push(("last", problem));
            None
        }
    };
    if !problems.is_empty() {
        return None;
    }
    Some(Read {
        identity,
        // Whoever answers for the whole nation and says nothing better means the case's province.
        area: area.unwrap_or(Area { commune: None, ..case.area }),
        origin: origin?,
        source: source?,
        relation: relation?,
        basis: basis?,
        last: last?,
    })
}

async fn shown(
    state: &AppState,
    signed: &Signed,
    view: View,
    case: &Case,
    report: Option<&Report>,
    typed: &Typed,
    problems: &Problems,
) -> Result<Response, Failure> {
    let lang = view.lang;
    let listed: Vec<_> = problems.iter().map(|(field, words)| (*field, words.get(lang))).collect();
    let here = routes::new_contact(case.id);
    let origins = origins(state, signed, lang, case).await?;
    let body = html! {
        (back(&routes::contacts_of(case.id), &BACK.fill(lang, &[("reference", &case.reference)])))
        (to_mend(lang, &listed))
        @if let Some(report) = report { (report.shown(lang, state.now())) }
        section.card { (form(&here, &signed.form_token, fields(signed, lang, case, typed, &listed, &origins))) }
    };
    let title = TITLE.get(lang);
    let view = view.at(&here);
    Ok(Shell { view: &view, signed: Some(signed), title, lead: None, wide: false, body }.render())
}

/// Whom the person may have been near: the case, or a contact of it that the officer reaches.
async fn origins(
    state: &AppState,
    signed: &Signed,
    lang: Lang,
    case: &Case,
) -> Result<Vec<(String, String)>, Failure> {
    let mut origins = vec![(String::new(), THE_CASE.fill(lang, &[("reference", &case.reference)]))];
    let (contacts, _) =
        state.store.contacts_of_case(signed.scope(), case.id, &Default::default(), 0, 200).await?;
    for contact in contacts.iter().filter(|contact| contact.class.is_followed()) {
        let who = contact_people::shown(state, contact.person, false).await?;
        origins.push((contact.id.to_string(), format!("{} · {who}", contact.code())));
    }
    Ok(origins)
}

fn fields(
    signed: &Signed,
    lang: Lang,
    case: &Case,
    typed: &Typed,
    problems: &[(&'static str, &'static str)],
    origins: &[(String, String)],
) -> Markup {
    let problem = |field: &str| problems.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let near = origins.iter().map(|(id, words)| (id.as_str(), words.as_str())).collect();
    let sources = Source::ALL.iter().map(|of| (of.as_str(), words::source(lang, *of))).collect();
    let relations = Relation::ALL.iter().map(|of| (of.as_str(), words::relation(lang, *of))).collect();
    let bases = LegalBasis::ALL.iter().map(|of| (of.as_str(), words::legal_basis(lang, *of))).collect();
    html! {
        (once::field(&typed.ticket))
        @if !typed.upload.is_empty() { input type="hidden" name="upload" value=(typed.upload); }
        (person_fields::draw(lang, PERSON.get(lang), &typed.person, signed.scope().territory, problem))
        h2 { (CONTACT.get(lang)) }
        (Field::select(lang, "near", NEAR.get(lang), near).value(&typed.near).error(problem("near")))
        (Field::select(lang, "source", SOURCE.get(lang), sources).value(&typed.source).error(problem("source")))
        (Field::select(lang, "relation", RELATION.get(lang), relations).value(&typed.relation)
            .error(problem("relation")))
        (Field::input(lang, "date", "last", LAST.get(lang)).value(&typed.last).error(problem("last")))
        (Field::select(lang, "basis", BASIS.get(lang), bases).value(&typed.basis).error(problem("basis")))
        div.actions {
            (button(Weight::Primary, SAVE.get(lang)))
            (link_button(Weight::Secondary, &routes::contacts_of(case.id), shared::CANCEL.get(lang)))
        }
    }
}
