//! Registering a contact of a case: who it is, whom they were near, how it became known.

use crate::console::access::Signed;
use crate::console::case_new::Problems;
use crate::console::contact_fields::{Read, Typed, fields, origins, read};
use crate::console::failure::Failure;
use crate::console::person_fields::TypedPerson;
use crate::console::shell::{Shell, View};
use crate::console::upload_report::Report;
use crate::console::{case_page, once, routes};
use crate::promise::comparing::Found;
use crate::state::AppState;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bluezone_domain::Timestamp;
use bluezone_domain::case::Case;
use bluezone_domain::contact::{
    Class, Closeness, Contact, LegalBasis, Origin, OriginIs, Relation, Source, Status, next_due,
};
use bluezone_domain::disease;
use bluezone_domain::id::{ContactId, PersonId};
use bluezone_domain::person::{Identity, Person};
use bluezone_domain::policy::{Action, allows};
use bluezone_pages::form::{form, to_mend};
use bluezone_pages::parts::back;
use bluezone_pages::text;
use bluezone_pages::time::date_value;
use bluezone_store::StoreError;
use maud::html;

text! {
    TITLE, "Thêm người tiếp xúc", "Add a contact";
    BACK, "Người tiếp xúc của ca {reference}", "Contacts of case {reference}"
}

/// `GET /console/cases/{case}/contacts/new`
pub async fn page(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let typed = Typed {
        source: Source::Interview.as_str().to_owned(),
        relation: Relation::Unknown.as_str().to_owned(),
        basis: LegalBasis::Duty.as_str().to_owned(),
        ticket: once::ticket(&state),
        ..Typed::default()
    };
    shown(&state, &signed, view, &case, None, &typed, &Problems::new()).await
}

/// `GET /console/cases/{case}/contacts/new/{upload}`
pub async fn page_of_report(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path((id, upload)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let report = Report::find(&state, &signed, &case, &upload).await?;
    let typed = Typed {
        person: report.history.reporter.as_ref().map(TypedPerson::reported).unwrap_or_default(),
        // Until there is evidence; it follows that.
        source: Source::SelfListed.as_str().to_owned(),
        relation: Relation::Unknown.as_str().to_owned(),
        basis: LegalBasis::Consent.as_str().to_owned(),
        last: report.last_together().map(|at| date_value(at.0)).unwrap_or_default(),
        ..Typed::default()
    };
    shown(&state, &signed, view, &case, Some(&report), &typed, &Problems::new()).await
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
    made(&state, &signed, view, &case, None, &typed).await
}

/// `POST /console/cases/{case}/contacts/new/{upload}`
pub async fn create_of_report(
    State(state): State<AppState>,
    signed: Signed,
    view: View,
    Path((id, upload)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let case = case_page::find(&state, &signed, &id).await?;
    let report = Report::find(&state, &signed, &case, &upload).await?;
    made(&state, &signed, view, &case, Some(report), &typed).await
}

async fn made(
    state: &AppState,
    signed: &Signed,
    view: View,
    case: &Case,
    report: Option<Report>,
    typed: &Typed,
) -> Result<Response, Failure> {
    let now = state.now();
    let mut problems = Problems::new();
    let Some(read) = read(signed, case, typed, now, &mut problems) else {
        let mut answer = shown(state, signed, view, case, report.as_ref(), typed, &problems).await?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer);
    };
    let (id, person_id) = match &report {
        Some(report) => (report.contact_id(state, case.id), report.person_id(state)),
        None => (
            ContactId::from_bytes(once::id(state, signed, "contact", &typed.ticket)),
            PersonId::from_bytes(once::id(state, signed, "contact's person", &typed.ticket)),
        ),
    };
    let person = person_of(state, signed, person_id, &read, now).await?;
    // Who reports again is the same contact.
    let known = match &report {
        Some(_) => state.store.contacts_of_person(person).await?,
        None => Vec::new(),
    };
    let known = known.iter().find(|known| known.case == case.id && known.origin == read.origin);
    let id = known.map_or(id, |known| known.id);
    let origin = origin_is(state, case, read.origin).await?;
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
        due_at: next_due(read.last, None, disease::follow_days(&case.disease)),
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
        && state.store.evidence_of(id).await?.first().is_none_or(|(_, known)| *known != comparison)
    {
        let mut rng = state.rng();
        match state.store.add_evidence(id, now, &comparison, &uploads, &mut *rng).await {
            // Taken back this very moment: the contact is what the officer wrote down.
            Ok(()) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Redirect::to(&format!("{}{done}", routes::contact(id))).into_response())
}

/// The registered person of the same name and number, if the officer reaches their record, or a new one. Names count letter by letter,
/// diacritics too, and another year of birth is another person: a family may have one telephone.
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
            && allows(signed.scope(), Action::SeePersons, known.record())
            && known.identity.name.to_lowercase() == read.identity.name.to_lowercase()
            && may_be_one(&known.identity, &read.identity)
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

/// Whether nothing that is known of both tells them apart.
fn may_be_one(known: &Identity, typed: &Identity) -> bool {
    let years = known.birth.zip(typed.birth).is_none_or(|(a, b)| a.year() == b.year());
    let cards = known.national_id.as_ref().zip(typed.national_id.as_ref()).is_none_or(|(a, b)| a == b);
    years && cards
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
    let here = report.map_or_else(|| routes::new_contact(case.id), |report| report.form(case.id));
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
