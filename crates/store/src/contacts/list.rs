//! Lists of contacts: those that an officer reaches, by class, source, unit and status, a page at a time.

use super::{columns, contact_from};
use crate::Store;
use crate::db::Value;
use crate::error::StoreError;
use crate::value::values;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::contact::{Class, Contact, Source, Status};
use bluezone_domain::id::{CaseId, ContactId};
use bluezone_domain::policy::{Action, Reach, Scope, allows, reach};

/// An empty text filters nothing.
macro_rules! list {
    ($where:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM contacts WHERE ",
            $where,
            "(created_at, id) < ($1, $2) AND ($4 = '' OR class = $4) AND ($5 = '' OR source = $5) \
             AND ($6 = '' OR status = $6) AND ($7 = '' OR assigned = $7) \
             ORDER BY created_at DESC, id DESC LIMIT $3"
        )
    };
}

/// Each way to reach a contact has an index in the order of the list; a page costs the same wherever it is.
pub(crate) const LIST_ALL: &str = list!("");
pub(crate) const LIST_OF_PROVINCE: &str = list!("province = $8 AND ");
pub(crate) const LIST_OF_COMMUNE: &str = list!("province = $8 AND commune = $9 AND ");
pub(crate) const LIST_OF_UNIT: &str = list!("assigned = $8 AND ");

pub(crate) const LIST_OF_CASE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contacts WHERE case_id = $1 AND number > $2 AND ($4 = '' OR class = $4) AND ($5 = '' OR source = $5) \
     AND ($6 = '' OR status = $6) AND ($7 = '' OR assigned = $7) ORDER BY number LIMIT $3"
);

/// Which contacts to list; `None` filters nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ContactFilter {
    /// Only this class.
    pub class: Option<Class>,
    /// Only this source.
    pub source: Option<Source>,
    /// Only this status.
    pub status: Option<Status>,
    /// Only those that were handed to this unit.
    pub unit: Option<String>,
}

impl ContactFilter {
    fn values(&self) -> [Value; 4] {
        [
            self.class.map_or("", Class::as_str).into(),
            self.source.map_or("", Source::as_str).into(),
            self.status.map_or("", Status::as_str).into(),
            self.unit.as_deref().unwrap_or_default().into(),
        ]
    }
}

/// Where a page of contacts ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContactCursor {
    /// When the last contact of the page was registered.
    pub created_at: Timestamp,
    /// The last contact of the page.
    pub id: ContactId,
}

impl From<&Contact> for ContactCursor {
    fn from(contact: &Contact) -> Self {
        ContactCursor { created_at: contact.created_at, id: contact.id }
    }
}

impl Store {
    /// The contacts that an officer reaches, newest first: at most `limit`, after the cursor.
    pub async fn list_contacts(
        &self,
        scope: Scope<'_>,
        filter: &ContactFilter,
        after: Option<ContactCursor>,
        limit: u32,
    ) -> Result<Vec<Contact>, StoreError> {
        let (time, id) = match after {
            Some(cursor) => (cursor.created_at, cursor.id),
            None => (Timestamp(i64::MAX), ContactId::from_bytes([0xff; 16])),
        };
        let mut common: Vec<Value> = values![time, id, limit].to_vec();
        common.extend(filter.values());
        let with = |more: &[Value]| [common.as_slice(), more].concat();
        let territory = match reach(scope.role) {
            Reach::Territory => scope.territory,
            Reach::Assigned => Territory::Nowhere,
        };
        let mut rows = match territory {
            Territory::Nowhere => Vec::new(),
            Territory::Nation => self.db.fetch_all(LIST_ALL, &common).await?,
            Territory::Province(province) => {
                self.db.fetch_all(LIST_OF_PROVINCE, &with(values![province.as_str()])).await?
            }
            Territory::Commune(province, commune) => {
                let place = values![province.as_str(), commune.as_str()].to_vec();
                self.db.fetch_all(LIST_OF_COMMUNE, &with(&place)).await?
            }
        };
        if territory != Territory::Nation {
            rows.extend(self.db.fetch_all(LIST_OF_UNIT, &with(values![scope.unit])).await?);
        }
        let mut contacts = rows.into_iter().map(contact_from).collect::<Result<Vec<_>, _>>()?;
        contacts.sort_by_key(|contact| std::cmp::Reverse((contact.created_at, contact.id)));
        // What lies in the territory and was handed to the unit comes twice.
        contacts.dedup_by_key(|contact| contact.id);
        contacts.truncate(limit as usize);
        Ok(contacts)
    }

    /// The contacts of one case that an officer reaches, by number, from after `after` on; and the last number that was looked
    /// at, from which on there may be more.
    pub async fn contacts_of_case(
        &self,
        scope: Scope<'_>,
        case: CaseId,
        filter: &ContactFilter,
        after: u32,
        limit: u32,
    ) -> Result<(Vec<Contact>, Option<u32>), StoreError> {
        let mut with: Vec<Value> = values![case, after, limit].to_vec();
        with.extend(filter.values());
        let rows = self.db.fetch_all(LIST_OF_CASE, &with).await?;
        let mut contacts = rows.into_iter().map(contact_from).collect::<Result<Vec<_>, _>>()?;
        let more = contacts.last().filter(|_| contacts.len() >= limit as usize).map(|last| last.number);
        contacts.retain(|contact| allows(scope, Action::SeeContacts, contact.record()));
        Ok((contacts, more))
    }

    /// How many contacts of a case there are, whoever may see them.
    pub async fn count_contacts(&self, case: CaseId) -> Result<u32, StoreError> {
        let sql = "SELECT COUNT(*) AS count FROM contacts WHERE case_id = $1";
        self.db.fetch_one(sql, values![case]).await?.small("count")
    }
}
