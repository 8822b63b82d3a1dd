//! The side of who was invited: what they let their agencies see, and that their app runs.

use crate::agencies::name_place;
use crate::db::{Tx, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::Ring;
use crate::{Store, agency_consents};
use bluezone_domain::Timestamp;
use bluezone_domain::agency::{AppRuns, Invitation, Refusal, Sees};
use bluezone_domain::area::Area;
use bluezone_domain::declaration::Consent;
use bluezone_domain::id::{AgencyId, CitizenId, StaffId};

/// Those who refused are not asked again.
pub(crate) const INVITATIONS: &str = "SELECT s.id, s.agency_id, s.citizen_id, s.see_declared, s.see_app, s.invited_at, \
     a.name, a.vault_key FROM citizens c JOIN agency_staff s ON s.phone_hash = c.phone_hash JOIN agencies a ON a.id = s.agency_id \
     WHERE c.id = $1 AND s.refused = 0 ORDER BY s.invited_at, s.id LIMIT 100";
pub(crate) const REFUSALS: &str = "SELECT r.agency_id, a.name, a.vault_key FROM citizens c \
     JOIN agency_refusals r ON r.phone_hash = c.phone_hash JOIN agencies a ON a.id = r.agency_id \
     WHERE c.id = $1 ORDER BY r.agency_id LIMIT 100";
pub(crate) const RUNNING: &str = "SELECT said_at, province, commune FROM app_running WHERE citizen_id = $1";

/// A refusal outlives the entry on the list, so that taking somebody off it and inviting them again is no way around it.
const KEEP_REFUSAL: &str = "INSERT INTO agency_refusals (agency_id, phone_hash) \
     SELECT agency_id, phone_hash FROM agency_staff WHERE id = $1 ON CONFLICT DO NOTHING";
const FORGET_REFUSAL: &str = "DELETE FROM agency_refusals WHERE (agency_id, phone_hash) IN \
     (SELECT agency_id, phone_hash FROM agency_staff WHERE id = $1)";

impl Store {
    /// The invitations of a citizen's number, accepted or not, the oldest first.
    pub async fn invitations_of(&self, citizen: CitizenId) -> Result<Vec<Invitation>, StoreError> {
        let rows = self.db.fetch_all(INVITATIONS, values![citizen]).await?;
        let ring = self.ring_for(&rows).await?;
        let invitation = |row: &Row| {
            let sees = Sees { declared: row.int("see_declared")? != 0, app: row.int("see_app")? != 0 };
            let accepted = row.opt_parsed::<CitizenId>("citizen_id")? == Some(citizen);
            Ok(Invitation {
                id: row.parsed("id")?,
                agency: name(row, &ring)?,
                invited_at: row.time("invited_at")?,
                sees: accepted.then_some(sees),
            })
        };
        rows.iter().map(invitation).collect()
    }

    /// The agencies that a citizen's number refused: they cannot invite it again.
    pub async fn refusals_of(&self, citizen: CitizenId) -> Result<Vec<Refusal>, StoreError> {
        let rows = self.db.fetch_all(REFUSALS, values![citizen]).await?;
        let ring = self.ring_for(&rows).await?;
        let refusal = |row: &Row| Ok(Refusal { agency: row.parsed("agency_id")?, name: name(row, &ring)? });
        rows.iter().map(refusal).collect()
    }

    /// Takes a refusal back: an invitation that still stands is open again, and the agency may invite anew. Nothing if there is
    /// no refusal of theirs.
    pub async fn allow_invitations(&self, citizen: CitizenId, agency: AgencyId) -> Result<(), StoreError> {
        let row = values![citizen, agency];
        transaction!(self.db, tx => {
            let forget = "DELETE FROM agency_refusals WHERE agency_id = $2 \
                          AND phone_hash = (SELECT phone_hash FROM citizens WHERE id = $1)";
            let open = "UPDATE agency_staff SET refused = 0 WHERE agency_id = $2 \
                        AND phone_hash = (SELECT phone_hash FROM citizens WHERE id = $1)";
            tx.execute(open, row).await?;
            tx.execute(forget, row).await
        })?;
        Ok(())
    }

    /// Writes down what a citizen agrees to let an agency see that invited their number, with the evidence of it; `None`: they
    /// refuse, or leave. The consents name neither citizen nor agency: the invitation does.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no such invitation is theirs.
    pub async fn answer_invitation(
        &self,
        citizen: CitizenId,
        staff: StaffId,
        agreed: Option<&[Consent]>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let consents = agreed.unwrap_or_default();
        let Sees { declared, app } = Sees::agreed(consents.iter().map(|consent| consent.purpose.as_str()));
        let row = values![
            staff,
            citizen,
            agreed.map(|_| citizen),
            i64::from(declared),
            i64::from(app),
            i64::from(agreed.is_none()),
            (!declared && !app).then_some(now),
        ];
        transaction!(self.db, tx => {
            let update = "UPDATE agency_staff SET citizen_id = $3, see_declared = $4, see_app = $5, refused = $6, \
                          left_at = CASE WHEN see_declared + see_app > 0 THEN $7 ELSE left_at END \
                          WHERE id = $1 AND phone_hash = (SELECT phone_hash FROM citizens WHERE id = $2)";
            match tx.execute(update, row).await? {
                0 => return Err(StoreError::NotFound("the invitation")),
                _ if agreed.is_some() => tx.execute(FORGET_REFUSAL, values![staff]).await?,
                _ => tx.execute(KEEP_REFUSAL, values![staff]).await?,
            };
            let of = "SELECT agency_id FROM agency_staff WHERE id = $1";
            let agency = tx.fetch_one(of, values![staff]).await?.parsed("agency_id")?;
            agency_consents::replace(&mut tx, citizen, agency, consents, now).await
        })
    }

    /// Writes down that a citizen says their app runs, and where they live as far as they told.
    pub async fn say_app_runs(
        &self,
        citizen: CitizenId,
        area: Option<Area>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = values![
            citizen,
            now,
            area.as_ref().map(|area| area.province.as_str()),
            area.as_ref().and_then(|area| area.commune.as_ref()).map(|commune| commune.as_str()),
        ];
        transaction!(self.db, tx => {
            let put = "INSERT INTO app_running (citizen_id, said_at, province, commune) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (citizen_id) DO UPDATE SET said_at = $2, province = $3, commune = $4";
            tx.execute(put, row).await
        })?;
        Ok(())
    }

    /// That a citizen said their app runs, the last time.
    pub async fn app_said_to_run(&self, citizen: CitizenId) -> Result<Option<AppRuns>, StoreError> {
        let row = self.db.fetch_optional(RUNNING, values![citizen]).await?;
        let runs = |row: Row| {
            let area = if row.opt_text("province")?.is_some() { Some(row.area()?) } else { None };
            Ok(AppRuns { said_at: row.time("said_at")?, area })
        };
        row.map(runs).transpose()
    }
}

/// Takes whoever deletes their account off the lists that saw something of them, and forgets whom their number refused. Where they
/// let nothing be seen they stand on as a number without an account does, and for as long: gone before that, they would tell that
/// there was one. As everywhere, entries of lists first, then refusals: nobody waits for each other.
pub(crate) async fn leave_lists(tx: &mut Tx, citizen: &str) -> Result<(), StoreError> {
    let open = "UPDATE agency_staff SET refused = 0 WHERE phone_hash = (SELECT phone_hash FROM citizens WHERE id = $1)";
    // After that one, which waits for an answer that is being given.
    let leave = "DELETE FROM agency_staff WHERE citizen_id = $1 AND (see_declared = 1 OR see_app = 1)";
    let forget =
        "DELETE FROM agency_refusals WHERE phone_hash = (SELECT phone_hash FROM citizens WHERE id = $1)";
    for sql in [open, leave, forget] {
        tx.execute(sql, values![citizen]).await?;
    }
    Ok(())
}

/// The agency's name, of a row that has it sealed.
pub(crate) fn name(row: &Row, ring: &Ring) -> Result<String, StoreError> {
    let agency: AgencyId = row.parsed("agency_id")?;
    let plain = ring.open(name_place(&agency.to_string()), row.int("vault_key")?, &row.bytes("name")?)?;
    String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Corrupt("name"))
}
