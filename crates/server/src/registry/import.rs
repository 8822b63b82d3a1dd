//! A line list on its way in: looked at first, then taken in one transaction, the rows that are right and no others.
//!
//! A row with the identifier of a case changes that case, if it is as it was written out; a row without makes a new case.
//! Columns that the file leaves out stay as they are. Both passes read the file and keep its rows packed; what becomes of
//! them is worked out and forgotten a few hundred at a time.

use crate::registry::sheet::{self, BadSheet};
use bluezone_domain::Timestamp;
use bluezone_domain::case::{Case, no_place};
use bluezone_domain::id::{CaseId, OfficerId, PersonId};
use bluezone_domain::line_list::{Column, Line, Problem, Rules, Wrong, read, row};
use bluezone_domain::person::{Identity, Person};
use bluezone_domain::policy::{Action, Scope, allows};
use bluezone_store::{CaseImport, CaseLine, LineChange, Store, StoreError};
use csv::StringRecord;
use rand::Rng;
use std::collections::{HashMap, HashSet};
use thiserror::Error;

/// Rows that are worked through at once.
const CHUNK: usize = 500;
/// Wrong rows that are named; of more only the number is known.
const MOST_NAMED: usize = 1_000;

/// Why a file cannot be taken.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    Sheet(#[from] BadSheet),
    /// None of its headers is known.
    #[error("none of the file's columns is known: its first row must name them")]
    NoHeaders,
    /// The database; nothing of the file was taken.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who imports, and by which rules.
#[derive(Clone, Copy)]
pub struct Importer<'a> {
    /// Who: what they reach.
    pub scope: Scope<'a>,
    /// Their account.
    pub officer: OfficerId,
    /// The time it is.
    pub now: Timestamp,
    /// Makes identifiers of new records from the number of a row: the same file taken twice makes the same.
    pub ids: &'a (dyn Fn(u32) -> [u8; 32] + Sync),
}

/// A wrong row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrongRow {
    /// Its number in the file, from 1; the headers are row 1.
    pub number: u32,
    /// What is wrong with it.
    pub wrong: Vec<Wrong>,
}

/// What taking a file does, or did.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Outcome {
    /// New cases.
    pub new: u32,
    /// Cases that change.
    pub changed: u32,
    /// Cases that are as the file says already.
    pub same: u32,
    /// Rows that are wrong.
    pub wrong: u32,
    /// The first of them.
    pub named: Vec<WrongRow>,
}

/// What becomes of a row.
enum Step {
    New(Box<CaseLine>),
    Change(Box<LineChange>),
    Same,
}

/// Looks at a file: nothing is written.
pub async fn look(store: &Store, importer: Importer<'_>, file: &File) -> Result<Outcome, ImportError> {
    Pass::new(store, importer, file).run(None).await
}

/// Takes a file: every row that is right, in one transaction.
pub async fn take(
    store: &Store,
    importer: Importer<'_>,
    file: &File,
    rng: &mut (dyn Rng + Send),
) -> Result<Outcome, ImportError> {
    let mut import = store.begin_import(importer.officer, importer.now).await?;
    let outcome = Pass::new(store, importer, file).run(Some((&mut import, rng))).await?;
    import.finish().await?;
    Ok(outcome)
}

/// Calls `each` with the rows of a file that are wrong, as they are in it, and with what is wrong.
pub async fn wrong_rows(
    store: &Store,
    importer: Importer<'_>,
    file: &File,
    mut each: impl FnMut(&StringRecord, &[Wrong]),
) -> Result<(), ImportError> {
    let mut pass = Pass::new(store, importer, file);
    for chunk in file.rows.chunks(CHUNK) {
        for ((_, cells), step) in chunk.iter().zip(pass.steps(chunk).await?) {
            if let Err(wrong) = step {
                each(cells, &wrong);
            }
        }
    }
    Ok(())
}

/// A file that was read: its headers and rows.
pub struct File {
    headers: Vec<(String, Option<Column>)>,
    /// Where in a row each known column stands.
    places: HashMap<Column, usize>,
    /// With their numbers in the file.
    rows: Vec<(u32, StringRecord)>,
}

impl File {
    /// Reads a file. Of a large one this takes a second or two: not for the threads that answer requests.
    pub fn read(bytes: &[u8]) -> Result<File, ImportError> {
        let (mut headers, mut rows, mut number) = (None, Vec::new(), 0);
        sheet::read(bytes, |cells| {
            number += 1;
            match headers {
                None => headers = Some(cells),
                Some(_) if cells.iter().all(|cell| cell.trim().is_empty()) => {}
                Some(_) => rows.push((number, StringRecord::from(cells))),
            }
            Ok::<_, BadSheet>(())
        })?;
        let headers: Vec<_> = headers
            .unwrap_or_default()
            .into_iter()
            .map(|header| (header.clone(), Column::of_header(&header)))
            .collect();
        let mut places = HashMap::new();
        for (at, (_, column)) in headers.iter().enumerate() {
            if let Some(column) = column {
                places.entry(*column).or_insert(at);
            }
        }
        if places.is_empty() { Err(ImportError::NoHeaders) } else { Ok(File { headers, places, rows }) }
    }

    /// Its headers, with the columns they are taken for.
    pub fn headers(&self) -> &[(String, Option<Column>)] {
        &self.headers
    }

    fn cell<'c>(&self, cells: &'c StringRecord, column: Column) -> &'c str {
        self.places.get(&column).and_then(|at| cells.get(*at)).unwrap_or_default()
    }
}

struct Pass<'a> {
    store: &'a Store,
    importer: Importer<'a>,
    file: &'a File,
    seen: HashSet<CaseId>,
    outcome: Outcome,
}

impl<'a> Pass<'a> {
    fn new(store: &'a Store, importer: Importer<'a>, file: &'a File) -> Self {
        Pass { store, importer, file, seen: HashSet::new(), outcome: Outcome::default() }
    }

    async fn run(
        mut self,
        mut into: Option<(&mut CaseImport, &mut (dyn Rng + Send))>,
    ) -> Result<Outcome, ImportError> {
        for chunk in self.file.rows.chunks(CHUNK) {
            let (mut new, mut changes) = (Vec::new(), Vec::new());
            let steps = self.steps(chunk).await?;
            for ((number, _), step) in chunk.iter().zip(steps) {
                match step {
                    Ok(Step::New(line)) => new.push(*line),
                    Ok(Step::Change(change)) => changes.push(*change),
                    Ok(Step::Same) => self.outcome.same += 1,
                    Err(wrong) => {
                        self.outcome.wrong += 1;
                        if self.outcome.named.len() < MOST_NAMED {
                            self.outcome.named.push(WrongRow { number: *number, wrong });
                        }
                    }
                }
            }
            self.outcome.new += u32::try_from(new.len()).unwrap_or(u32::MAX);
            self.outcome.changed += u32::try_from(changes.len()).unwrap_or(u32::MAX);
            if let Some((import, rng)) = &mut into {
                import.add(&new, &mut **rng).await?;
                for change in &changes {
                    import.change(change, &mut **rng).await?;
                }
            }
        }
        Ok(self.outcome)
    }

    async fn steps(
        &mut self,
        chunk: &[(u32, StringRecord)],
    ) -> Result<Vec<Result<Step, Vec<Wrong>>>, StoreError> {
        let id = |cells: &StringRecord| self.file.cell(cells, Column::Id).trim().parse::<CaseId>().ok();
        let ids: Vec<CaseId> = chunk.iter().filter_map(|(_, cells)| id(cells)).collect();
        let known = self.store.case_lines_of(&ids).await?;
        let known: HashMap<CaseId, CaseLine> = known.into_iter().map(|line| (line.case.id, line)).collect();
        let steps = chunk.iter().map(|(number, cells)| {
            let known = id(cells).and_then(|id| known.get(&id));
            (*number, cells, known)
        });
        let steps: Vec<_> = steps.collect();
        Ok(steps.into_iter().map(|(number, cells, known)| self.step(number, cells, known)).collect())
    }

    fn step(
        &mut self,
        number: u32,
        cells: &StringRecord,
        known: Option<&CaseLine>,
    ) -> Result<Step, Vec<Wrong>> {
        let as_it_is = known.map(|line| row(&line.case, line.person.as_ref()));
        let rules = Rules { now: self.importer.now, area: self.importer.scope.territory.area() };
        let line = read(
            |column| match &as_it_is {
                Some(now) if !self.file.places.contains_key(&column) => now[column as usize].as_str(),
                _ => self.file.cell(cells, column),
            },
            rules,
        )?;
        let refuse = |column, problem| Err(vec![(column, problem)]);
        if !self.reaches(&line) {
            return refuse(Column::Commune, Problem::OutOfReach);
        }
        let Some(id) = line.id else { return Ok(Step::New(Box::new(self.new_line(number, line)))) };
        let before = known.filter(|line| allows(self.importer.scope, Action::ChangeCase, line.case.record()));
        let Some(before) = before else { return refuse(Column::Id, Problem::NoSuchCase) };
        if !self.seen.insert(id) {
            return refuse(Column::Id, Problem::Twice);
        }
        let version = as_it_is.map(|now| now[Column::Version as usize].clone()).unwrap_or_default();
        if line.version != version {
            return refuse(Column::Version, Problem::ChangedMeanwhile);
        }
        let (from, to) = (before.case.facts.status, line.facts.status);
        if from != to && !from.may_become(to) {
            return refuse(Column::Status, Problem::BadStatus);
        }
        let after = self.changed(number, before, line);
        if after == *before {
            return Ok(Step::Same);
        }
        Ok(Step::Change(Box::new(LineChange { before: before.clone(), after })))
    }

    /// Whether the officer may put a case there: it lies in their territory, or is handed to their unit.
    fn reaches(&self, line: &Line) -> bool {
        let record = bluezone_domain::policy::Record { area: line.area, assigned: line.assigned.as_deref() };
        allows(self.importer.scope, Action::ImportLineList, record)
    }

    fn new_line(&self, number: u32, line: Line) -> CaseLine {
        let ids = (self.importer.ids)(number);
        let person = self.new_person(&ids, &line);
        let case = Case {
            id: CaseId::from_bytes(half(&ids, 0)),
            reference: line.reference,
            disease: line.disease,
            facts: line.facts,
            result_date: line.result_date,
            reported_at: line.reported_at,
            person: person.as_ref().map(|person| person.id),
            area: line.area,
            assigned: line.assigned,
            unit: self.importer.scope.unit.to_owned(),
            version: 1,
            created_by: self.importer.officer,
            created_at: self.importer.now,
            updated_at: self.importer.now,
        };
        CaseLine { case, person }
    }

    /// The person of a row that says anything about one.
    fn new_person(&self, ids: &[u8; 32], line: &Line) -> Option<Person> {
        (line.identity != Identity::default()).then(|| Person {
            id: PersonId::from_bytes(half(ids, 16)),
            identity: line.identity.clone(),
            area: line.area,
            assigned: line.assigned.clone(),
            merged_into: None,
            version: 1,
            created_by: self.importer.officer,
            created_at: self.importer.now,
            updated_at: self.importer.now,
        })
    }

    fn changed(&self, number: u32, before: &CaseLine, line: Line) -> CaseLine {
        let person = match &before.person {
            Some(person) => {
                Some(Person { identity: line.identity.clone(), area: line.area, ..person.clone() })
            }
            None => self.new_person(&(self.importer.ids)(number), &line),
        };
        // The area of a row is the person's: a case stays where it is unless they are moved.
        let moved = before.person.as_ref().map_or(before.case.area, |person| person.area) != line.area;
        let area = if moved || before.case.area == no_place() { line.area } else { before.case.area };
        let case = Case {
            reference: line.reference,
            facts: line.facts,
            result_date: line.result_date,
            reported_at: kept_to_the_minute(before.case.reported_at, line.reported_at),
            person: person.as_ref().map(|person| person.id),
            area,
            assigned: line.assigned,
            ..before.case.clone()
        };
        CaseLine { case, person }
    }
}

/// A list has minutes; seconds that it does not have are no change.
fn kept_to_the_minute(before: Option<Timestamp>, after: Option<Timestamp>) -> Option<Timestamp> {
    match (before, after) {
        (Some(before), Some(after)) if before.0.div_euclid(60) == after.0.div_euclid(60) => Some(before),
        _ => after,
    }
}

fn half(ids: &[u8; 32], from: usize) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&ids[from..from + 16]);
    id
}
