//! The units that officers work at.

use crate::Store;
use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use bluezone_domain::Timestamp;
use bluezone_domain::area::{Area, Territory};
use bluezone_domain::unit::{Unit, UnitKind};

const BY_CODE: &str =
    "SELECT code, name, kind, territory, valid_from, valid_until FROM units WHERE code = $1";
const LIST: &str = "SELECT code, name, kind, territory, valid_from, valid_until FROM units ORDER BY code";

pub(crate) const STATIONS: &str = "SELECT code, name, phone FROM units WHERE territory IN ($1, $2) \
     AND kind IN ('commune_station', 'provincial_cdc') AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3) \
     ORDER BY CASE WHEN phone = '' THEN 1 ELSE 0 END, CASE WHEN territory = $1 THEN 0 ELSE 1 END, code";

/// Who answers for the people of an area, and under which number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Station {
    /// The unit's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The number to call; empty if nobody gave one.
    pub phone: String,
}

/// Rows whose `unit` is `$1`, or a unit whose territory lies within another one: `$2` and `$3` are [`within`] it.
macro_rules! unit_within {
    () => {
        "(unit = $1 OR unit IN (SELECT code FROM units WHERE territory = $2 OR territory LIKE $3))"
    };
}
pub(crate) use unit_within;

/// The territory itself, and a pattern of those below it, as [`Territory`] spells them.
pub(crate) fn within(territory: Territory) -> (String, String) {
    match territory {
        Territory::Nowhere => (String::new(), String::new()),
        Territory::Nation => (String::new(), "%".to_owned()),
        Territory::Province(province) => (province.to_string(), format!("{province}/%")),
        Territory::Commune(..) => (territory.to_string(), String::new()),
    }
}

impl Store {
    /// Makes a unit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the code is taken, also by a unit that has ended.
    pub async fn create_unit(&self, unit: &Unit) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let inserted = tx
                .execute(
                    "INSERT INTO units (code, name, kind, territory, valid_from, valid_until) \
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                    values![
                        &unit.code,
                        &unit.name,
                        unit.kind.as_str(),
                        unit.territory.to_string(),
                        unit.valid_from,
                        unit.valid_until,
                    ],
                )
                .await?;
            if inserted == 0 { Err(StoreError::Conflict("a unit of that code")) } else { Ok(()) }
        })
    }

    /// The unit of that code, ended or not.
    pub async fn unit(&self, code: &str) -> Result<Option<Unit>, StoreError> {
        self.db.fetch_optional(BY_CODE, values![code]).await?.map(unit_from).transpose()
    }

    /// Every unit, by code.
    pub async fn list_units(&self) -> Result<Vec<Unit>, StoreError> {
        self.db.fetch_all(LIST, &[]).await?.into_iter().map(unit_from).collect()
    }

    /// The number that people call at a unit; empty until somebody gives it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn unit_phone(&self, code: &str) -> Result<String, StoreError> {
        let row = self.db.fetch_optional("SELECT phone FROM units WHERE code = $1", values![code]).await?;
        row.ok_or(StoreError::NotFound("the unit"))?.text("phone")
    }

    /// Gives the number that people call at a unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_unit_phone(&self, code: &str, phone: &str) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            match tx.execute("UPDATE units SET phone = $2 WHERE code = $1", values![code, phone]).await? {
                0 => Err(StoreError::NotFound("the unit")),
                _ => Ok(()),
            }
        })
    }

    /// Who answers for the people of an area: the commune's health station, else the province's centre; those with a number
    /// before those without.
    pub async fn station_of(&self, area: Area, now: Timestamp) -> Result<Option<Station>, StoreError> {
        let commune = area.commune.map(|commune| Territory::Commune(area.province, commune).to_string());
        let province = Territory::Province(area.province).to_string();
        let rows = self.db.fetch_all(STATIONS, values![commune.unwrap_or_default(), province, now]).await?;
        let row = rows.into_iter().next();
        row.map(|row| {
            Ok(Station { code: row.text("code")?, name: row.text("name")?, phone: row.text("phone")? })
        })
        .transpose()
    }

    /// Says what a unit is and what it answers for; what its officers see changes with their next page.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if officers of the unit have roles that a unit of that kind does not employ.
    pub async fn place_unit(
        &self,
        code: &str,
        kind: UnitKind,
        territory: Territory,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => { place(&mut tx, code, kind, territory).await })
    }

    /// Ends a unit at a time, and the sessions of its officers if that is not in the future.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if it has ended before, or begins later.
    pub async fn end_unit(&self, code: &str, until: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let sql = for_update!(
                "SELECT code, name, kind, territory, valid_from, valid_until FROM units WHERE code = $1"
            );
            let row = tx.fetch_optional(sql, values![code]).await?.ok_or(StoreError::NotFound("the unit"))?;
            let unit = unit_from(row)?;
            if unit.valid_until.is_some_and(|ended| ended <= now) {
                return Err(StoreError::NotAllowed("the unit has ended already"));
            }
            if until < unit.valid_from {
                return Err(StoreError::NotAllowed("a unit cannot end before it begins"));
            }
            tx.execute("UPDATE units SET valid_until = $2 WHERE code = $1", values![code, until]).await?;
            if until <= now {
                let sessions = "DELETE FROM sessions WHERE officer_id IN (SELECT id FROM officers WHERE unit = $1)";
                tx.execute(sessions, values![code]).await?;
            }
            Ok(())
        })
    }
}

/// As [`Store::place_unit`], within a transaction.
pub(crate) async fn place(
    tx: &mut Tx,
    code: &str,
    kind: UnitKind,
    territory: Territory,
) -> Result<(), StoreError> {
    let roles = "SELECT DISTINCT role FROM officers WHERE unit = $1 AND disabled_at IS NULL";
    for row in tx.fetch_all(roles, values![code]).await? {
        if !kind.employs(row.parsed("role")?) {
            return Err(StoreError::NotAllowed(
                "officers with other work are at that unit: disable their accounts first, or choose another kind",
            ));
        }
    }
    let sql = "UPDATE units SET kind = $2, territory = $3 WHERE code = $1";
    match tx.execute(sql, values![code, kind.as_str(), territory.to_string()]).await? {
        0 => Err(StoreError::NotFound("the unit")),
        _ => Ok(()),
    }
}

fn unit_from(row: Row) -> Result<Unit, StoreError> {
    Ok(Unit {
        code: row.text("code")?,
        name: row.text("name")?,
        kind: row.parsed("kind")?,
        territory: row.parsed("territory")?,
        valid_from: row.time("valid_from")?,
        valid_until: row.opt_time("valid_until")?,
    })
}
