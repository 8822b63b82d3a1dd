//! The people in the form, as typed and as records.

use super::words::{NO_AGREE, NO_DAY, NO_NAME, NO_PHONE, NO_TEXT};
use bluezone_domain::Timestamp;
use bluezone_domain::contact::{Class, Closeness, Contact, LegalBasis, Origin, Relation, Source, Status};
use bluezone_domain::id::{ContactId, PersonId};
use bluezone_domain::person::{Identity, Person, Phone};
use bluezone_pages::Text;
use bluezone_pages::time::parse_date;
use std::collections::HashMap;
use std::fmt;

/// Persons that one list may name.
pub const MOST: usize = 10;
/// Longest text of a field, characters.
const LONGEST: usize = 200;
/// A meeting further back cannot matter any more, seconds.
const OLDEST_S: i64 = 21 * 86_400;

/// The names of the fields of each person, in the order of the form.
pub const NAMES: [&str; MOST] =
    ["name0", "name1", "name2", "name3", "name4", "name5", "name6", "name7", "name8", "name9"];

/// One person. `Debug` hides all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Named {
    name: String,
    phone: Option<Phone>,
    relation: Relation,
    last_met: Timestamp,
    /// Where they met.
    pub place: String,
    commune: String,
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Named(..)")
    }
}

/// What a field holds.
pub fn field<'a>(fields: &'a HashMap<String, String>, what: &str, index: usize) -> &'a str {
    fields.get(&format!("{what}{index}")).map_or("", |text| text.trim())
}

/// The people, and what is to be mended, by field.
pub fn read(fields: &HashMap<String, String>, now: Timestamp) -> (Vec<Named>, Vec<(&'static str, Text)>) {
    let (mut people, mut problems) = (Vec::new(), Vec::new());
    for (index, of) in NAMES.into_iter().enumerate() {
        let get = |what| field(fields, what, index);
        if ["name", "phone", "day", "place", "commune"].iter().all(|what| get(what).is_empty()) {
            continue;
        }
        let phone = get("phone").parse().ok();
        let day = parse_date(get("day")).map(Timestamp).filter(|day| (0..OLDEST_S).contains(&(now - *day)));
        let texts = [get("name"), get("place"), get("commune")];
        let problem = if get("name").is_empty() {
            Some(NO_NAME)
        } else if texts.iter().any(|text| text.chars().count() > LONGEST) {
            Some(NO_TEXT)
        } else if phone.is_none() && !get("phone").is_empty() {
            Some(NO_PHONE)
        } else if day.is_none() {
            Some(NO_DAY)
        } else {
            None
        };
        if let Some(problem) = problem {
            problems.push((of, problem));
        } else if let Some(last_met) = day {
            people.push(Named {
                name: get("name").to_owned(),
                phone,
                relation: get("relation").parse().unwrap_or(Relation::Unknown),
                last_met,
                place: get("place").to_owned(),
                commune: get("commune").to_owned(),
            });
        }
    }
    if people.is_empty() && problems.is_empty() {
        problems.push((NAMES[0], NO_NAME));
    }
    if !fields.contains_key("agree") {
        problems.push(("agree", NO_AGREE));
    }
    (people, problems)
}

impl Named {
    /// As they are stored: a contact of the contact who names them, which an officer has not looked at. It is of the origin's
    /// place until the officer finds out where they live.
    pub fn records(
        &self,
        origin: &Contact,
        person: [u8; 16],
        contact: [u8; 16],
        now: Timestamp,
    ) -> (Person, Contact) {
        let closeness = Closeness::Direct;
        let person = Person {
            id: PersonId::from_bytes(person),
            identity: Identity {
                name: self.name.clone(),
                phone: self.phone.clone(),
                address: self.commune.clone(),
                ..Identity::default()
            },
            area: origin.area,
            assigned: origin.assigned.clone(),
            merged_into: None,
            version: 1,
            created_by: origin.created_by,
            created_at: now,
            updated_at: now,
        };
        let contact = Contact {
            id: ContactId::from_bytes(contact),
            person: person.id,
            case: origin.case,
            number: 0,
            origin: Origin::Contact(origin.id),
            source: Source::SelfListed,
            relation: self.relation,
            legal_basis: LegalBasis::Duty,
            closeness,
            concluded: false,
            rule_version: 0,
            class: Class::F21,
            became: None,
            status: Status::Waiting,
            last_exposure: self.last_met,
            asked_at: None,
            due_at: Some(now),
            area: origin.area,
            assigned: origin.assigned.clone(),
            version: 1,
            created_by: origin.created_by,
            created_at: now,
            updated_at: now,
        };
        (person, contact)
    }
}
