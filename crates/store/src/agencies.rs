//! Agencies and who is on their lists.

use crate::Store;
use crate::db::transaction;
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::agency::{Agency, MOST_AGENCIES, MOST_STAFF, Staff};
use bluezone_domain::id::{AgencyId, CitizenId, StaffId};
use rand::Rng;

macro_rules! agencies {
    ($rest:literal) => {
        concat!("SELECT id, owner, name, vault_key, created_at FROM agencies ", $rest)
    };
}
const BY_ID: &str = agencies!("WHERE id = $1");
pub(crate) const OF_OWNER: &str = agencies!("WHERE owner = $1 ORDER BY created_at, id LIMIT $2");

/// What counts as today is the caller's: midnight in Vietnam. Both answers are none without the account's own yes to each.
pub(crate) const STAFF: &str = "SELECT s.id, s.person, s.vault_key, s.citizen_id, \
     CAST(CASE WHEN s.citizen_id IS NULL OR s.see_declared = 0 THEN NULL WHEN EXISTS (SELECT 1 FROM profiles p \
     JOIN declarations d ON d.profile_id = p.id WHERE p.citizen_id = s.citizen_id AND p.own = 1 AND d.received_at >= $2) \
     THEN 1 ELSE 0 END AS BIGINT) AS declared, \
     CAST(CASE WHEN s.citizen_id IS NULL OR s.see_app = 0 THEN NULL WHEN EXISTS (SELECT 1 FROM app_running a \
     WHERE a.citizen_id = s.citizen_id AND a.said_at >= $2) THEN 1 ELSE 0 END AS BIGINT) AS app \
     FROM agency_staff s WHERE s.agency_id = $1 ORDER BY s.invited_at, s.id";

impl Store {
    /// Adds an agency. `true` if there was none of that identifier: a form that is sent twice makes one.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] if the citizen runs as many as one may.
    pub async fn create_agency(
        &self,
        agency: &Agency,
        rng: &mut (dyn Rng + Send),
    ) -> Result<bool, StoreError> {
        sealing!(self, ring => {
            let sealed = ring.seal(name_place(&agency.id.to_string()), agency.name.as_bytes(), rng)?;
            let row = values![
                agency.id,
                agency.owner,
                sealed.bytes.as_slice(),
                sealed.key,
                agency.created_at,
            ];
            transaction!(self.db, tx => {
                let count = "SELECT COUNT(*) AS there FROM agencies WHERE owner = $1 AND id <> $2";
                let there: usize = tx.fetch_one(count, values![agency.owner, agency.id]).await?.small("there")?;
                if there >= MOST_AGENCIES {
                    return Err(StoreError::NotAllowed("no more agencies for one account"));
                }
                let insert = "INSERT INTO agencies (id, owner, name, vault_key, created_at) \
                              VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
                Ok(tx.execute(insert, row).await? > 0)
            })
        })
    }

    /// An agency, for who runs it: none if somebody else does.
    pub async fn agency(&self, id: AgencyId, owner: CitizenId) -> Result<Option<Agency>, StoreError> {
        let rows: Vec<Row> = self.db.fetch_optional(BY_ID, values![id]).await?.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        let found = rows.first().map(|row| agency_from(row, &ring)).transpose()?;
        Ok(found.filter(|agency| agency.owner == owner))
    }

    /// The agencies that a citizen runs.
    pub async fn agencies_of(&self, owner: CitizenId) -> Result<Vec<Agency>, StoreError> {
        let rows = self.db.fetch_all(OF_OWNER, values![owner, MOST_AGENCIES as i64]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| agency_from(row, &ring)).collect()
    }

    /// Puts somebody on an agency's list. `false` if the number is there already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without the agency; [`StoreError::NotAllowed`] if the list is full.
    pub async fn invite_staff(
        &self,
        agency: AgencyId,
        staff: &Staff,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<bool, StoreError> {
        let hash = self.vault()?.phone_lookup(&staff.phone);
        let plain = serde_json::to_vec(&(&staff.name, &staff.phone))
            .map(zeroize::Zeroizing::new)
            .map_err(|_| StoreError::NotAllowed("a name that is no text"))?;
        sealing!(self, ring => {
            let sealed = ring.seal(person_place(&staff.id.to_string()), &plain, rng)?;
            let row = values![staff.id, agency, sealed.bytes.as_slice(), sealed.key, hash, now];
            transaction!(self.db, tx => {
                let found = "SELECT id FROM agencies WHERE id = $1";
                tx.fetch_optional(found, values![agency]).await?.ok_or(StoreError::NotFound("the agency"))?;
                let count = "SELECT COUNT(*) AS there FROM agency_staff WHERE agency_id = $1";
                if tx.fetch_one(count, values![agency]).await?.small::<usize>("there")? >= MOST_STAFF {
                    return Err(StoreError::NotAllowed("the list is full"));
                }
                let insert = "INSERT INTO agency_staff (id, agency_id, person, vault_key, phone_hash, invited_at) \
                              VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
                Ok(tx.execute(insert, row).await? > 0)
            })
        })
    }

    /// An agency's list, in the order in which people were invited. `today` is midnight in Vietnam.
    pub async fn staff(&self, agency: AgencyId, today: Timestamp) -> Result<Vec<Staff>, StoreError> {
        let rows = self.db.fetch_all(STAFF, values![agency, today]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| staff_from(row, &ring)).collect()
    }

    /// Takes somebody off an agency's list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn remove_staff(&self, agency: AgencyId, staff: StaffId) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let delete = "DELETE FROM agency_staff WHERE id = $1 AND agency_id = $2";
            match tx.execute(delete, values![staff, agency]).await? {
                0 => Err(StoreError::NotFound("the person")),
                _ => Ok(()),
            }
        })
    }

    /// Notes that somebody is reminded, unless they were after `since`. Returns whose inbox the reminder goes to: none if they
    /// were reminded already, or do not let the agency see whether they declared.
    pub async fn remind_staff(
        &self,
        agency: AgencyId,
        staff: StaffId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<CitizenId>, StoreError> {
        transaction!(self.db, tx => {
            let update = "UPDATE agency_staff SET reminded_at = $4 WHERE id = $1 AND agency_id = $2 \
                          AND citizen_id IS NOT NULL AND see_declared = 1 \
                          AND (reminded_at IS NULL OR reminded_at < $3)";
            if tx.execute(update, values![staff, agency, since, now]).await? == 0 {
                return Ok(None);
            }
            let found = "SELECT citizen_id FROM agency_staff WHERE id = $1";
            tx.fetch_one(found, values![staff]).await?.opt_parsed("citizen_id")
        })
    }
}

pub(crate) fn name_place(row: &str) -> Place<'_> {
    Place { table: "agencies", column: "name", row }
}

fn person_place(row: &str) -> Place<'_> {
    Place { table: "agency_staff", column: "person", row }
}

fn agency_from(row: &Row, ring: &Ring) -> Result<Agency, StoreError> {
    let id: AgencyId = row.parsed("id")?;
    let plain = ring.open(name_place(&id.to_string()), row.int("vault_key")?, &row.bytes("name")?)?;
    Ok(Agency {
        id,
        owner: row.parsed("owner")?,
        name: String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Corrupt("name"))?,
        created_at: row.time("created_at")?,
    })
}

fn staff_from(row: &Row, ring: &Ring) -> Result<Staff, StoreError> {
    let id: StaffId = row.parsed("id")?;
    let plain = ring.open(person_place(&id.to_string()), row.int("vault_key")?, &row.bytes("person")?)?;
    let (name, phone) = serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("person"))?;
    Ok(Staff {
        id,
        name,
        phone,
        declared: row.opt_int("declared")?.map(|yes| yes != 0),
        app: row.opt_int("app")?.map(|yes| yes != 0),
    })
}
