//! Agencies and who is on their lists.

use crate::Store;
use crate::agency_consents::END_OF_MEMBER;
use crate::db::{for_update, transaction};
use crate::error::StoreError;
use crate::guesses::{count_within, note_source};
use crate::value::{Row, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::agency::{
    Agency, MOST_AGENCIES, MOST_INVITATIONS_A_DAY, MOST_OPEN, MOST_STAFF, SEE_APP, SEE_DECLARED, Staff,
};
use bluezone_domain::fold::fold;
use bluezone_domain::id::{AgencyId, CitizenId, StaffId};
use bluezone_protocol::time::DAY_S;
use rand::Rng;

macro_rules! agencies {
    ($rest:literal) => {
        concat!("SELECT id, owner, name, vault_key, created_at FROM agencies ", $rest)
    };
}
const BY_ID: &str = agencies!("WHERE id = $1");
pub(crate) const OF_OWNER: &str = agencies!("WHERE owner = $1 ORDER BY created_at, id LIMIT $2");

/// Somebody's own yes to being seen, and the evidence of it: a program from before there was any may have written the yes alone.
macro_rules! agreed {
    ($yes:literal, $purpose:literal) => {
        concat!(
            "s.citizen_id IS NOT NULL AND s.",
            $yes,
            " = 1 AND EXISTS (SELECT 1 FROM consents c WHERE c.agency_id = s.agency_id AND c.citizen_id = s.citizen_id \
             AND c.purpose = ",
            $purpose,
            " AND c.withdrawn_at IS NULL)"
        )
    };
}
/// What counts as today is the caller's: midnight in Vietnam. Both answers are none without the account's own yes to each.
pub(crate) const STAFF: &str = concat!(
    "SELECT s.id, s.person, s.vault_key, s.citizen_id, CAST(CASE WHEN NOT (",
    agreed!("see_declared", "$3"),
    ") THEN NULL WHEN EXISTS (SELECT 1 FROM profiles p \
     JOIN declarations d ON d.profile_id = p.id WHERE p.citizen_id = s.citizen_id AND p.own = 1 AND d.received_at >= $2) \
     THEN 1 ELSE 0 END AS BIGINT) AS declared, CAST(CASE WHEN NOT (",
    agreed!("see_app", "$4"),
    ") THEN NULL WHEN EXISTS (SELECT 1 FROM app_running a \
     WHERE a.citizen_id = s.citizen_id AND a.said_at >= $2) THEN 1 ELSE 0 END AS BIGINT) AS app \
     FROM agency_staff s WHERE s.agency_id = $1 ORDER BY s.invited_at, s.id"
);

pub(crate) const ON_LIST: &str = "SELECT id FROM agency_staff WHERE agency_id = $1 AND phone_hash = $2";
pub(crate) const REFUSED: &str =
    "SELECT phone_hash FROM agency_refusals WHERE agency_id = $1 AND phone_hash = $2";
/// Open is who lets nothing be seen, whatever the reason: the agency may count them.
pub(crate) const COUNTS: &str = "SELECT COUNT(*) AS there, \
     COUNT(CASE WHEN see_declared = 0 AND see_app = 0 THEN 1 END) AS open FROM agency_staff WHERE agency_id = $1";

/// What became of an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invited {
    /// They are on the list now.
    New {
        /// Whether they are told: not if they refused this agency before, nor after too many invitations in a day. The agency
        /// sees no difference.
        tell: bool,
    },
    /// The number is on the list already.
    There,
    /// The list takes nobody more.
    Full,
    /// Too many on the list let nothing be seen, or were invited today.
    TooManyOpen,
}

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

    /// Puts somebody on an agency's list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without the agency.
    pub async fn invite_staff(
        &self,
        agency: AgencyId,
        staff: &Staff,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<Invited, StoreError> {
        let vault = self.vault()?;
        let hash = vault.phone_lookup(&staff.phone);
        let (invited, inviting) = (vault.invited_lookup(&staff.phone), vault.inviting_lookup(agency));
        let plain = serde_json::to_vec(&(&staff.name, &staff.phone))
            .map(zeroize::Zeroizing::new)
            .map_err(|_| StoreError::NotAllowed("a name that is no text"))?;
        sealing!(self, ring => {
            let sealed = ring.seal(person_place(&staff.id.to_string()), &plain, rng)?;
            transaction!(self.db, tx => {
                let found = "SELECT id FROM agencies WHERE id = $1";
                tx.fetch_optional(found, values![agency]).await?.ok_or(StoreError::NotFound("the agency"))?;
                if tx.fetch_optional(ON_LIST, values![agency, hash]).await?.is_some() {
                    return Ok(Invited::There);
                }
                let counts = tx.fetch_one(COUNTS, values![agency]).await?;
                if counts.small::<usize>("there")? >= MOST_STAFF {
                    return Ok(Invited::Full);
                }
                let today = count_within(&mut tx, inviting, now, DAY_S).await?;
                if counts.small::<usize>("open")? >= MOST_OPEN || today >= MOST_OPEN as i64 {
                    return Ok(Invited::TooManyOpen);
                }
                let refused = tx.fetch_optional(REFUSED, values![agency, hash]).await?.is_some();
                let told = count_within(&mut tx, invited, now, DAY_S).await?;
                let tell = !refused && told < MOST_INVITATIONS_A_DAY as i64;
                let insert = "INSERT INTO agency_staff (id, agency_id, person, vault_key, phone_hash, refused, invited_at) \
                              VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
                let (name, key, refused) = (sealed.bytes.as_slice(), sealed.key, i64::from(refused));
                let row = values![staff.id, agency, name, key, hash, refused, now];
                if tx.execute(insert, row).await? == 0 {
                    return Ok(Invited::There);
                }
                note_source(&mut tx, inviting, now).await?;
                if tell {
                    note_source(&mut tx, invited, now).await?;
                }
                Ok(Invited::New { tell })
            })
        })
    }

    /// An agency's list, by name. `today` is midnight in Vietnam.
    pub async fn staff(&self, agency: AgencyId, today: Timestamp) -> Result<Vec<Staff>, StoreError> {
        let rows = self.db.fetch_all(STAFF, values![agency, today, SEE_DECLARED, SEE_APP]).await?;
        let ring = self.ring_for(&rows).await?;
        let staff: Result<Vec<_>, _> = rows.iter().map(|row| staff_from(row, &ring)).collect();
        let mut staff = staff?;
        // Names are sealed: the database cannot sort them.
        staff.sort_by_cached_key(|one| (fold(&one.name), one.id));
        Ok(staff)
    }

    /// Takes somebody off an agency's list. What they agreed to ends with it: invited again, they are asked again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn remove_staff(
        &self,
        agency: AgencyId,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let entry = for_update!("SELECT citizen_id FROM agency_staff WHERE id = $1 AND agency_id = $2");
            let entry = tx.fetch_optional(entry, values![staff, agency]).await?;
            let entry = entry.ok_or(StoreError::NotFound("the person"))?;
            tx.execute("DELETE FROM agency_staff WHERE id = $1", values![staff]).await?;
            if let Some(citizen) = entry.opt_parsed::<CitizenId>("citizen_id")? {
                tx.execute(END_OF_MEMBER, values![agency, citizen, now]).await?;
            }
            Ok(())
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
