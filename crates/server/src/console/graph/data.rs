//! From the chain around a case to the picture: records of one person become one, and who is out of the officer's reach keeps
//! their place without a name.

use super::picture::{Label, Picture};
use crate::console::access::Signed;
use crate::console::failure::Failure;
use crate::console::{case_page, contact_people, routes};
use crate::state::AppState;
use bluezone_domain::case::Case;
use bluezone_domain::contact::{Contact, Origin, Source};
use bluezone_domain::graph::{Edge, Evidence, Graph, Kind, Node};
use bluezone_domain::id::{CaseId, ContactId, PersonId};
use bluezone_domain::policy::{Action, allows};
use bluezone_store::LoadedChain;
use std::collections::{BTreeMap, HashMap};

const DAY_S: i64 = 86_400;

/// A row of the table beside the drawing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Index into [`Picture::labels`].
    pub person: usize,
    /// Index of whom they were near.
    pub near: usize,
    /// How it is known.
    pub evidence: Evidence,
    /// Day of the last exposure, since 1970.
    pub day: i64,
}

/// A chain, drawn.
pub struct Drawn {
    /// The whole picture.
    pub picture: Picture,
    /// What each person is, by record.
    pub kinds: Vec<Kind>,
    /// Each contact.
    pub lines: Vec<Line>,
}

/// Who stands for a case or a contact: one record a person.
#[derive(Default)]
struct Records {
    nodes: Vec<Node>,
    labels: Vec<Label>,
    persons: HashMap<PersonId, usize>,
    cases: BTreeMap<CaseId, usize>,
    contacts: BTreeMap<ContactId, usize>,
}

impl Records {
    fn add(&mut self, kind: Kind, day: i64, label: Label) -> usize {
        self.nodes.push(Node { record: self.labels.len(), kind, day, persons: 1 });
        self.labels.push(label);
        self.labels.len() - 1
    }
}

/// Makes the picture of a chain. `names`: with names instead of initials.
pub async fn draw(
    state: &AppState,
    signed: &Signed,
    chain: &LoadedChain,
    names: bool,
) -> Result<Drawn, Failure> {
    let mut cases = Vec::new();
    for id in chain.cases.keys() {
        cases.extend(state.store.case(*id).await?);
    }
    cases.sort_by_key(|case| (first_day(case), case.created_at, case.id));
    let mut records = Records::default();
    for (at, case) in cases.iter().enumerate() {
        add_case(state, signed, &mut records, at + 1, case, names).await?;
    }
    let number: BTreeMap<CaseId, usize> =
        cases.iter().enumerate().map(|(at, case)| (case.id, at + 1)).collect();
    for contact in &chain.contacts {
        let of = (cases.len() > 1).then(|| number.get(&contact.case).copied()).flatten();
        add_contact(state, signed, &mut records, of, contact, names).await?;
    }
    let ids: Vec<CaseId> = chain.cases.keys().copied().collect();
    let compared = state.store.compared(&ids).await?;
    let line = |contact: &Contact| {
        let near = match contact.origin {
            Origin::Case(case) => records.cases.get(&case),
            Origin::Contact(above) => records.contacts.get(&above),
        };
        Some(Line {
            person: *records.contacts.get(&contact.id)?,
            near: *near?,
            evidence: compared.get(&contact.id).copied().unwrap_or(evidence(contact.source)),
            day: contact.last_exposure.0.div_euclid(DAY_S),
        })
    };
    let lines: Vec<Line> = chain.contacts.iter().filter_map(line).collect();
    let edges = lines.iter().map(|line| Edge { from: line.near, to: line.person, evidence: line.evidence });
    let kinds = records.nodes.iter().map(|node| node.kind).collect();
    let graph = Graph::new(records.nodes, edges.collect());
    Ok(Drawn { picture: Picture { graph, labels: records.labels }, kinds, lines })
}

async fn add_case(
    state: &AppState,
    signed: &Signed,
    records: &mut Records,
    number: usize,
    case: &Case,
    names: bool,
) -> Result<(), Failure> {
    let reached = case_page::may_see_case(signed, case);
    let who = match case.person.filter(|_| reached) {
        Some(person) => contact_people::shown(state, person, names).await?,
        None if reached => case.reference.clone(),
        None => String::new(),
    };
    let label = Label { code: format!("F0-{number}"), who, href: reached.then(|| routes::case(case.id)) };
    let record = records.add(Kind::Case, first_day(case), label);
    records.cases.insert(case.id, record);
    if let Some(person) = case.person {
        records.persons.entry(person).or_insert(record);
    }
    Ok(())
}

async fn add_contact(
    state: &AppState,
    signed: &Signed,
    records: &mut Records,
    of: Option<usize>,
    contact: &Contact,
    names: bool,
) -> Result<(), Failure> {
    let became = contact.became.and_then(|case| records.cases.get(&case).copied());
    if let Some(known) = became.or_else(|| records.persons.get(&contact.person).copied()) {
        records.contacts.insert(contact.id, known);
        let node = &mut records.nodes[known];
        // Of several records the nearest ring counts.
        node.kind = node.kind.min(Kind::Contact(contact.class));
        return Ok(());
    }
    let reached = allows(signed.scope(), Action::SeeContacts, contact.record());
    let code = match of {
        Some(case) => contact.code().replacen('-', &format!("-{case}."), 1),
        None => contact.code(),
    };
    let who =
        if reached { contact_people::shown(state, contact.person, names).await? } else { String::new() };
    let label = Label { code, who, href: reached.then(|| routes::contact(contact.id)) };
    let day = contact.last_exposure.0.div_euclid(DAY_S);
    let record = records.add(Kind::Contact(contact.class), day, label);
    records.contacts.insert(contact.id, record);
    records.persons.insert(contact.person, record);
    Ok(())
}

/// Day of onset, of the sample, or of registration.
fn first_day(case: &Case) -> i64 {
    let day = case.facts.symptom_onset.or(case.facts.test_date).unwrap_or(case.created_at);
    day.0.div_euclid(DAY_S)
}

/// What is known without a comparison of the phones' records.
fn evidence(source: Source) -> Evidence {
    match source {
        Source::BleTwoSided => Evidence::TwoSided,
        Source::BleOneSided => Evidence::OneSided,
        Source::Place | Source::Vehicle => Evidence::Place,
        Source::Household | Source::Interview | Source::SelfListed => Evidence::Told,
    }
}
