//! The officers' inbox of declarations: what arrived, who takes it, what came of it.

use crate::Store;
use crate::db::{Tx, Value, for_update, transaction};
use crate::declarations::Points;
use crate::error::StoreError;
use crate::messages::{self, NewMessage};
use crate::value::{Row, values};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::case::no_place;
use bluezone_domain::declaration::Declaration;
use bluezone_domain::handling::{Conclusion, Handling};
use bluezone_domain::id::{DeclarationId, OfficerId};
use bluezone_domain::policy::{Reach, Scope, reach};
use rand::Rng;

macro_rules! columns {
    () => {
        "SELECT declaration_id, province, commune, form, score, rule, received_at, assigned, officer_id, outcome, case_id, \
         call_basis, updated_at, version, number_hash FROM declaration_handling "
    };
}

macro_rules! by_id {
    () => {
        concat!(columns!(), "WHERE declaration_id = $1")
    };
}

/// What waits: the most points first, then the newest. An empty text filters nothing.
macro_rules! waiting {
    ($where:literal) => {
        concat!(
            columns!(),
            "WHERE outcome IS NULL AND ",
            $where,
            "(score, received_at, declaration_id) < ($1, $2, $3) AND score >= $5 AND ($6 = '' OR form = $6) \
             AND ($7 = '' OR officer_id = $7) ORDER BY score DESC, received_at DESC, declaration_id DESC LIMIT $4"
        )
    };
}

/// What was handled: the newest first.
macro_rules! handled {
    ($where:literal) => {
        concat!(
            columns!(),
            "WHERE outcome IS NOT NULL AND ",
            $where,
            "(received_at, declaration_id) < ($2, $3) AND score >= $5 AND ($6 = '' OR form = $6) \
             AND ($7 = '' OR officer_id = $7) AND $1 >= 0 ORDER BY received_at DESC, declaration_id DESC LIMIT $4"
        )
    };
}

/// The four ways to reach a declaration, each with an index in the order of the list.
pub(crate) struct Ways {
    pub nation: &'static str,
    pub province: &'static str,
    pub commune: &'static str,
    pub unit: &'static str,
}

pub(crate) const WAITING: Ways = Ways {
    nation: waiting!(""),
    province: waiting!("province = $8 AND "),
    commune: waiting!("province = $8 AND commune = $9 AND "),
    unit: waiting!("assigned = $8 AND "),
};
pub(crate) const HANDLED: Ways = Ways {
    nation: handled!(""),
    province: handled!("province = $8 AND "),
    commune: handled!("province = $8 AND commune = $9 AND "),
    unit: handled!("assigned = $8 AND "),
};
pub(crate) const OF_NUMBER: &str =
    concat!(columns!(), "WHERE number_hash = $1 ORDER BY received_at DESC, declaration_id DESC LIMIT $2");
pub(crate) const OF_NAME: &str =
    concat!(columns!(), "WHERE name_hash = $1 ORDER BY received_at DESC, declaration_id DESC LIMIT $2");

/// Declarations of one person that are found at most.
const MOST_ALIKE: u32 = 20;

/// Which declarations to list; nothing filters nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HandlingFilter {
    /// Those that were handled, instead of those that wait.
    pub handled: bool,
    /// Fewest points.
    pub least: u32,
    /// Only of this form.
    pub form: Option<String>,
    /// Only those that this officer takes.
    pub officer: Option<OfficerId>,
}

/// Where a page ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HandlingCursor {
    /// Points of the last on the page.
    pub score: u32,
    /// When it arrived.
    pub received_at: Timestamp,
    /// It.
    pub id: DeclarationId,
}

impl From<&Handling> for HandlingCursor {
    fn from(of: &Handling) -> Self {
        HandlingCursor { score: of.score, received_at: of.received_at, id: of.declaration }
    }
}

/// A change of a declaration's handling. It counts only for the version that whoever changes it saw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandlingChange {
    /// The declaration.
    pub declaration: DeclarationId,
    /// The version that was seen.
    pub seen: u32,
    /// What changes.
    pub what: HandlingStep,
    /// When.
    pub at: Timestamp,
}

/// What changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HandlingStep {
    /// Handed to a unit; nobody of it takes it yet.
    Assign(Option<String>),
    /// An officer takes it.
    Take(Option<OfficerId>),
    /// What came of it; none: it waits again.
    Conclude(Option<Conclusion>),
}

impl Store {
    /// A declaration in the inbox.
    pub async fn handling(&self, id: DeclarationId) -> Result<Option<Handling>, StoreError> {
        self.db.fetch_optional(by_id!(), values![id]).await?.as_ref().map(handling_from).transpose()
    }

    /// The declarations that an officer reaches, in the order of the filter: at most `limit`, after the cursor.
    pub async fn handlings(
        &self,
        scope: Scope<'_>,
        filter: &HandlingFilter,
        after: Option<HandlingCursor>,
        limit: u32,
    ) -> Result<Vec<Handling>, StoreError> {
        let (score, time, id) = match after {
            Some(cursor) => (i64::from(cursor.score), cursor.received_at, cursor.id),
            None => (i64::from(u32::MAX), Timestamp(i64::MAX), DeclarationId::from_bytes([0xff; 16])),
        };
        let officer = filter.officer.map(|officer| officer.to_string()).unwrap_or_default();
        let form = filter.form.as_deref().unwrap_or_default();
        let common = values![score, time, id, limit, filter.least, form, officer].to_vec();
        let with = |more: &[Value]| [common.as_slice(), more].concat();
        let ways = if filter.handled { &HANDLED } else { &WAITING };
        let territory = match reach(scope.role) {
            Reach::Territory => scope.territory,
            Reach::Assigned => Territory::Nowhere,
        };
        let mut rows = match territory {
            Territory::Nowhere => Vec::new(),
            Territory::Nation => self.db.fetch_all(ways.nation, &common).await?,
            Territory::Province(province) => {
                self.db.fetch_all(ways.province, &with(values![province.as_str()])).await?
            }
            Territory::Commune(province, commune) => {
                self.db.fetch_all(ways.commune, &with(values![province.as_str(), commune.as_str()])).await?
            }
        };
        if territory != Territory::Nation {
            rows.extend(self.db.fetch_all(ways.unit, &with(values![scope.unit])).await?);
        }
        let mut found = rows.iter().map(handling_from).collect::<Result<Vec<_>, _>>()?;
        found.sort_by_key(|of| {
            let score = if filter.handled { 0 } else { of.score };
            std::cmp::Reverse((score, of.received_at, of.declaration))
        });
        // What lies in the territory and was handed to the unit comes twice.
        found.dedup_by_key(|of| of.declaration);
        found.truncate(limit as usize);
        Ok(found)
    }

    /// Other declarations of the same person, the newest first: of the same identity card or passport, or of the same name and
    /// year of birth unless both have a number and the numbers differ.
    pub async fn declared_before(&self, id: DeclarationId) -> Result<Vec<Handling>, StoreError> {
        let sql = "SELECT number_hash, name_hash FROM declaration_handling WHERE declaration_id = $1";
        let Some(row) = self.db.fetch_optional(sql, values![id]).await? else { return Ok(Vec::new()) };
        let (number, name) = (row.opt_bytes("number_hash")?, row.opt_bytes("name_hash")?);
        let mut found = Vec::new();
        for (sql, hash) in [(OF_NUMBER, &number), (OF_NAME, &name)] {
            if let Some(hash) = hash {
                found.extend(self.db.fetch_all(sql, values![hash.as_slice(), MOST_ALIKE]).await?);
            }
        }
        let mut same = Vec::new();
        for row in &found {
            let other = row.opt_bytes("number_hash")?;
            let differ = number.is_some() && other.is_some() && number != other;
            let handling = handling_from(row)?;
            if !differ && handling.declaration != id {
                same.push(handling);
            }
        }
        same.sort_by_key(|of| std::cmp::Reverse((of.received_at, of.declaration)));
        same.dedup_by_key(|of| of.declaration);
        Ok(same)
    }

    /// Changes how a declaration is handled, and tells it to whoever declared: a message only goes out with a change that counts.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::NotAllowed`] if it changed since it was seen, or outcome, case and basis do not fit.
    pub async fn change_handling(
        &self,
        change: &HandlingChange,
        told: Option<&NewMessage>,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        if let HandlingStep::Conclude(Some(concluded)) = &change.what {
            concluded
                .check()
                .map_err(|_| StoreError::NotAllowed("an outcome that does not fit its case or its basis"))?;
        }
        let Some(told) = told else {
            return transaction!(self.db, tx => { put(&mut tx, change).await });
        };
        sealing!(self, ring => {
            let message = messages::seal(&ring, told, rng)?;
            transaction!(self.db, tx => {
                put(&mut tx, change).await?;
                messages::insert(&mut tx, &message).await
            })
        })
    }
}

/// Writes a change of what was seen.
async fn put(tx: &mut Tx, change: &HandlingChange) -> Result<(), StoreError> {
    let row = tx.fetch_optional(for_update!(by_id!()), values![change.declaration]).await?;
    let mut of = handling_from(&row.ok_or(StoreError::NotFound("the declaration"))?)?;
    if of.version != change.seen {
        return Err(StoreError::NotAllowed("somebody else changed it meanwhile: look at it again"));
    }
    match &change.what {
        HandlingStep::Assign(unit) => (of.assigned, of.officer) = (unit.clone(), None),
        HandlingStep::Take(officer) => of.officer = *officer,
        HandlingStep::Conclude(concluded) => {
            of.outcome = concluded.map(|concluded| concluded.outcome);
            of.case = concluded.and_then(|concluded| concluded.case);
            of.call_basis = concluded.and_then(|concluded| concluded.call_basis);
        }
    }
    let update = "UPDATE declaration_handling SET assigned = $2, officer_id = $3, outcome = $4, case_id = $5, \
                  call_basis = $6, updated_at = $7, version = version + 1 WHERE declaration_id = $1";
    let (outcome, basis) = (of.outcome.map(|of| of.as_str()), of.call_basis.map(|of| of.as_str()));
    let row = values![of.declaration, of.assigned, of.officer, outcome, of.case, basis, change.at];
    tx.execute(update, row).await.map(drop)
}

impl Store {
    /// A declaration's row in the inbox. The keyed hashes tell whether one person declares again.
    pub(crate) fn handling_row(&self, of: &Declaration, points: &Points) -> Result<Vec<Value>, StoreError> {
        let (vault, person) = (self.vault()?, &of.content.person);
        let [card, passport, _] = vault.lookups(person);
        let area = of.area.unwrap_or_else(no_place);
        Ok(values![
            of.id,
            area.province.as_str(),
            area.commune.as_ref().map(|commune| commune.as_str()),
            &points.form,
            points.score,
            points.rule,
            of.received_at,
            points.assigned.clone(),
            card.or(passport),
            vault.name_lookup(person),
            of.received_at,
            1_i64,
        ]
        .to_vec())
    }
}

pub(crate) const INSERT: &str = "INSERT INTO declaration_handling (declaration_id, province, commune, form, score, rule, received_at, \
     assigned, number_hash, name_hash, updated_at, version)";
pub(crate) const COLUMNS: usize = 12;

/// Puts a declaration into the inbox, in the transaction that writes it down.
pub(crate) async fn arrive(tx: &mut Tx, row: &[Value]) -> Result<(), StoreError> {
    tx.insert_rows(INSERT, COLUMNS, &[row]).await
}

fn handling_from(row: &Row) -> Result<Handling, StoreError> {
    Ok(Handling {
        declaration: row.parsed("declaration_id")?,
        area: row.area()?,
        form: row.text("form")?,
        score: row.small("score")?,
        rule: row.small("rule")?,
        received_at: row.time("received_at")?,
        assigned: row.opt_text("assigned")?,
        officer: row.opt_parsed("officer_id")?,
        outcome: row.opt_parsed("outcome")?,
        case: row.opt_parsed("case_id")?,
        call_basis: row.opt_parsed("call_basis")?,
        updated_at: row.time("updated_at")?,
        version: row.small("version")?,
    })
}
