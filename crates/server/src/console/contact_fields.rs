//! The form of a contact: whom it asks about, what was typed, what that says.

use crate::console::access::Signed;
use crate::console::case_new::Problems;
use crate::console::failure::Failure;
use crate::console::person_fields::{self, TypedPerson};
use crate::console::{contact_people, contact_words as words, dates, once, routes, words as shared};
use crate::state::AppState;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Area;
use bluezone_domain::case::Case;
use bluezone_domain::contact::{LegalBasis, Origin, Relation, Source};
use bluezone_domain::person::Identity;
use bluezone_pages::form::Field;
use bluezone_pages::parts::{Weight, button, link_button};
use bluezone_pages::{Lang, text};
use maud::{Markup, html};
use serde::Deserialize;
use std::fmt;

text! {
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
    pub person: TypedPerson,
    pub near: String,
    pub source: String,
    pub relation: String,
    pub basis: String,
    pub last: String,
    pub ticket: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// What it says.
pub struct Read {
    pub identity: Identity,
    pub area: Area,
    pub origin: Origin,
    pub source: Source,
    pub relation: Relation,
    pub basis: LegalBasis,
    pub last: Timestamp,
}

/// Reads all fields, and names everything that is wrong at once.
pub fn read(
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

/// Whom the person may have been near: the case, or a contact of it that the officer reaches.
pub async fn origins(
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

/// The fields.
pub fn fields(
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
