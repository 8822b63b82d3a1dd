//! Changes that wait for a second person, and their happening.

use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::units::place;
use crate::value::{Row, values};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::approval::{Approval, Change, Decision};
use bluezone_domain::id::{ApprovalId, OfficerId};
use bluezone_domain::officer::Role;
use bluezone_domain::unit::UnitKind;

pub(crate) const WAITING: &str = "SELECT id, change, change_hash, asked_by, asked_at, expires_at FROM approvals \
     WHERE decided_at IS NULL AND expires_at > $1 ORDER BY expires_at";

macro_rules! undecided {
    () => {
        "SELECT id, change, change_hash, asked_by, asked_at, expires_at FROM approvals \
         WHERE id = $1 AND decided_at IS NULL"
    };
}

/// A waiting change, and the hash of what exactly was asked for.
pub type Waiting = (Approval, Hash);

impl Store {
    /// Asks for a change. `change_hash` is the hash of [`change_text`].
    pub async fn ask_approval(&self, approval: &Approval, change_hash: Hash) -> Result<(), StoreError> {
        let Approval { id, change, asked_by, asked_at, expires_at } = approval;
        transaction!(self.db, tx => {
            tx.execute(
                "INSERT INTO approvals (id, change, change_hash, asked_by, asked_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                values![*id, change_text(change), change_hash, *asked_by, *asked_at, *expires_at],
            )
            .await?;
            Ok(())
        })
    }

    /// Changes that nobody has decided on, the first to lapse first.
    pub async fn waiting_approvals(&self, now: Timestamp) -> Result<Vec<Waiting>, StoreError> {
        self.db.fetch_all(WAITING, values![now]).await?.into_iter().map(approval_from).collect()
    }

    /// A change that nobody has decided on, lapsed or not.
    pub async fn approval(&self, id: ApprovalId) -> Result<Option<Waiting>, StoreError> {
        self.db.fetch_optional(undecided!(), values![id]).await?.map(approval_from).transpose()
    }

    /// Decides, and if it was approved, makes the change: both happen or neither. `seen` is the hash of what the second person
    /// was shown.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it was decided on before; [`StoreError::NotAllowed`] if it is the asker's own, has lapsed,
    /// is another change than was seen, or cannot happen any more.
    pub async fn decide(
        &self,
        id: ApprovalId,
        seen: Hash,
        by: OfficerId,
        decision: Decision,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self.db, tx => {
            let row = tx.fetch_optional(for_update!(undecided!()), values![id]).await?;
            let (approval, hash) = approval_from(row.ok_or(StoreError::NotFound("the request"))?)?;
            if hash != seen {
                return Err(StoreError::NotAllowed("the request is another one than was shown: look at it again"));
            }
            approval.check(by, decision, now).map_err(|reason| StoreError::NotAllowed(reason.as_str()))?;
            let approved = decision == Decision::Approve;
            tx.execute(
                "UPDATE approvals SET decided_by = $2, decided_at = $3, approved = $4 WHERE id = $1",
                values![id, by, now, approved],
            )
            .await?;
            match &approval.change {
                _ if !approved => Ok(()),
                Change::MakeAdministrator { officer } => make_administrator(&mut tx, *officer).await,
                Change::PlaceUnit { unit, kind, territory } => place(&mut tx, unit, *kind, *territory).await,
            }
        })
    }
}

/// What exactly is asked for, as it is kept and hashed.
pub fn change_text(change: &Change) -> String {
    serde_json::to_string(change).expect("a change is plain data")
}

/// The account's sessions end: what its browser shows is another role's.
async fn make_administrator(tx: &mut Tx, officer: OfficerId) -> Result<(), StoreError> {
    let sql = "SELECT kind FROM officers JOIN units ON units.code = officers.unit WHERE id = $1 AND disabled_at IS NULL";
    let row = tx.fetch_optional(sql, values![officer]).await?;
    let kind: UnitKind =
        row.ok_or(StoreError::NotAllowed("the account cannot be used any more"))?.parsed("kind")?;
    if !kind.employs(Role::Administrator) {
        return Err(StoreError::NotAllowed("no administrator works at a unit of that kind"));
    }
    let values = values![officer, Role::Administrator.as_str()];
    tx.execute("UPDATE officers SET role = $2 WHERE id = $1", values).await?;
    tx.execute("DELETE FROM sessions WHERE officer_id = $1", values![officer]).await?;
    Ok(())
}

fn approval_from(row: Row) -> Result<Waiting, StoreError> {
    let change = serde_json::from_str(&row.text("change")?).map_err(|_| StoreError::Corrupt("change"))?;
    let approval = Approval {
        id: row.parsed("id")?,
        change,
        asked_by: row.parsed("asked_by")?,
        asked_at: row.time("asked_at")?,
        expires_at: row.time("expires_at")?,
    };
    Ok((approval, row.array("change_hash")?))
}
