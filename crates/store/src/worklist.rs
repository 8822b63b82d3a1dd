//! What waits to be done, the longest due first: for the territory that an officer reaches, for their unit, for themselves.
//!
//! Each list is read twice: first the identifiers, from an index that holds all that the list asks for, so that the count
//! costs no more than walking it; then the records that are shown.

use crate::Store;
use crate::cases::{self, case_from};
use crate::contacts::{self, contact_from};
use crate::db::Value;
use crate::error::StoreError;
use crate::openings::{UploadInfo, info_from};
use crate::persons::{self, person_from};
use crate::releases::{ReleaseRequest, request_from};
use crate::value::values;
use crate::within::Within;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::case::Case;
use bluezone_domain::contact::Contact;
use bluezone_domain::id::{CaseId, OfficerId, PersonId};
use bluezone_domain::person::Person;
use std::collections::HashMap;

/// Nothing is counted further than this.
const MOST: u32 = 1_000;
/// Records of a list that are read.
const SHOWN: usize = 50;

/// One list for each way to reach a record; `$1` is the last moment that is due, `$2` how many, `$3` who registered it.
macro_rules! lists {
    ($($name:ident: $at:literal of $table:literal where $what:literal;)*) => {$(
        pub(crate) const $name: ByReach = ByReach {
            nation: lists!(@sql $at, $table, $what, ""),
            province: lists!(@sql $at, $table, $what, "province = $4 AND "),
            commune: lists!(@sql $at, $table, $what, "province = $4 AND commune = $5 AND "),
            unit: lists!(@sql $at, $table, $what, "assigned = $4 AND "),
        };
    )*};
    (@sql $at:literal, $table:literal, $what:literal, $reach:literal) => {
        concat!(
            "SELECT id, ", $at, " AS at FROM ", $table, " WHERE ", $reach, $what, " AND ", $at,
            " <= $1 AND ($3 = '' OR created_by = $3) ORDER BY ", $at, ", id LIMIT $2"
        )
    };
}

lists! {
    UNREPORTED: "created_at" of "cases"
        where "reported_at IS NULL AND status IN ('suspected', 'probable', 'confirmed')";
    DUE: "due_at" of "contacts" where "due_at IS NOT NULL AND class <> 'none'";
    UNJUDGED: "created_at" of "contacts"
        where "concluded = 0 AND source <> 'self-listed' AND class <> 'none' AND status IN ('waiting', 'following')";
    SELF_LISTED: "created_at" of "contacts"
        where "concluded = 0 AND source = 'self-listed' AND class <> 'none' AND status IN ('waiting', 'following')";
}

pub(crate) const SEALED: &str = "SELECT hash, unit, request, case_id, received_at, opening, problem, opened_at FROM uploads \
     WHERE unit = $1 AND opening IS NULL ORDER BY received_at, hash LIMIT $2";
pub(crate) const UNSIGNED: &str = "SELECT hash, statement, unit, mailbox, details_sealed, made_by, made_at, expires_at, \
     first_by, second_by, entry FROM release_requests WHERE unit = $1 AND entry IS NULL AND expires_at > $2 \
     ORDER BY expires_at, hash LIMIT $3";

/// A list, for each way to reach a record.
pub(crate) struct ByReach {
    pub nation: &'static str,
    pub province: &'static str,
    pub commune: &'static str,
    pub unit: &'static str,
}

/// Whose work is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worker {
    /// The records that are reached. For a unit's work alone, without a territory.
    pub within: Within,
    /// Only what this officer registered.
    pub only: Option<OfficerId>,
}

/// The part of a list that is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Work<T> {
    /// The first of them, the longest due first.
    pub first: Vec<T>,
    /// How many there are, counted to [`Work::MOST`].
    pub all: usize,
}

impl<T> Work<T> {
    /// Where counting ends: there may be more.
    pub const MOST: usize = MOST as usize;
}

impl Store {
    /// Cases that stand and were not reported, registered until `until`.
    pub async fn unreported_cases(
        &self,
        worker: &Worker,
        until: Timestamp,
    ) -> Result<Work<Case>, StoreError> {
        let (ids, all) = self.waiting(&UNREPORTED, worker, until).await?;
        let rows = self.db.fetch_in(cases::BY_IDS, &ids).await?;
        let mut first = rows.into_iter().map(case_from).collect::<Result<Vec<_>, _>>()?;
        first.sort_by_key(|case| (case.created_at, case.id));
        Ok(Work { first, all })
    }

    /// Contacts who are followed up and are due until `until`.
    pub async fn contacts_due(&self, worker: &Worker, until: Timestamp) -> Result<Work<Contact>, StoreError> {
        let mut work = self.contacts_waiting(&DUE, worker, until).await?;
        work.first.sort_by_key(|contact| (contact.due_at, contact.id));
        Ok(work)
    }

    /// Contacts whose closeness no officer concluded, registered until `until`, without those who were named by a contact.
    pub async fn unjudged_contacts(
        &self,
        worker: &Worker,
        until: Timestamp,
    ) -> Result<Work<Contact>, StoreError> {
        self.contacts_waiting(&UNJUDGED, worker, until).await
    }

    /// The same of those whom a contact named through their link.
    pub async fn self_listed_contacts(
        &self,
        worker: &Worker,
        until: Timestamp,
    ) -> Result<Work<Contact>, StoreError> {
        self.contacts_waiting(&SELF_LISTED, worker, until).await
    }

    /// Uploads for a unit whose opening nobody ordered.
    pub async fn sealed_uploads(&self, unit: &str) -> Result<Work<UploadInfo>, StoreError> {
        let rows = self.db.fetch_all(SEALED, values![unit, MOST]).await?;
        let first = rows.iter().take(SHOWN).map(info_from).collect::<Result<_, _>>()?;
        Ok(Work { first, all: rows.len() })
    }

    /// Requests of a unit that are not signed by two officers yet, the first to lapse first.
    pub async fn unsigned_requests(
        &self,
        unit: &str,
        now: Timestamp,
    ) -> Result<Work<ReleaseRequest>, StoreError> {
        let rows = self.db.fetch_all(UNSIGNED, values![unit, now, MOST]).await?;
        let first = rows.iter().take(SHOWN).map(request_from).collect::<Result<_, _>>()?;
        Ok(Work { first, all: rows.len() })
    }

    /// These persons' records, by identifier.
    pub async fn persons(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Person>, StoreError> {
        let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
        let rows = self.db.fetch_in(persons::BY_IDS, &ids).await?;
        let ring = self.ring_for(&rows).await?;
        let persons = rows.iter().map(|row| person_from(row, &ring).map(|person| (person.id, person)));
        persons.collect()
    }

    /// These cases, by identifier.
    pub async fn cases(&self, ids: &[CaseId]) -> Result<HashMap<CaseId, Case>, StoreError> {
        let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
        let rows = self.db.fetch_in(cases::BY_IDS, &ids).await?;
        rows.into_iter().map(|row| case_from(row).map(|case| (case.id, case))).collect()
    }

    async fn contacts_waiting(
        &self,
        list: &ByReach,
        worker: &Worker,
        until: Timestamp,
    ) -> Result<Work<Contact>, StoreError> {
        let (ids, all) = self.waiting(list, worker, until).await?;
        let rows = self.db.fetch_in(contacts::BY_IDS, &ids).await?;
        let mut first = rows.into_iter().map(contact_from).collect::<Result<Vec<_>, _>>()?;
        first.sort_by_key(|contact| (contact.created_at, contact.id));
        Ok(Work { first, all })
    }

    /// The first identifiers of a list, and how many there are.
    async fn waiting(
        &self,
        list: &ByReach,
        worker: &Worker,
        until: Timestamp,
    ) -> Result<(Vec<Value>, usize), StoreError> {
        let only = worker.only.map(|officer| officer.to_string()).unwrap_or_default();
        let common = values![until, MOST, only];
        let with = |more: &[Value]| [common.as_slice(), more].concat();
        let mut rows = match worker.within.territory {
            None | Some(Territory::Nowhere) => Vec::new(),
            Some(Territory::Nation) => self.db.fetch_all(list.nation, common).await?,
            Some(Territory::Province(province)) => {
                self.db.fetch_all(list.province, &with(values![province.as_str()])).await?
            }
            Some(Territory::Commune(province, commune)) => {
                let place = values![province.as_str(), commune.as_str()].to_vec();
                self.db.fetch_all(list.commune, &with(&place)).await?
            }
        };
        if let Some(unit) = &worker.within.unit
            && worker.within.territory != Some(Territory::Nation)
        {
            rows.extend(self.db.fetch_all(list.unit, &with(values![unit])).await?);
        }
        let mut found = rows
            .iter()
            .map(|row| Ok((row.time("at")?, row.text("id")?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        // What lies in the territory and was handed to the unit comes twice.
        found.sort();
        found.dedup();
        found.truncate(MOST as usize);
        let all = found.len();
        found.truncate(SHOWN);
        Ok((found.into_iter().map(|(_, id)| Value::from(id)).collect(), all))
    }
}
