//! Keys of units, to which phones seal what they send.

use crate::Store;
use crate::db::{Lock, transaction};
use crate::error::StoreError;
use crate::log_entries::{NewLogEntry, append, number_from, number_to};
use crate::value::{Row, values};
use bluezone_domain::Timestamp;

/// A unit's key. `Debug` hides the private half.
#[derive(Clone, PartialEq, Eq)]
pub struct UnitKey {
    /// The public half, X25519.
    pub public: [u8; 32],
    /// Code of the unit.
    pub unit: String,
    /// Its name, for people.
    pub name: String,
    /// The private half, sealed.
    pub private_sealed: Vec<u8>,
    /// The log entry that made the list with this key in it known.
    pub entry: u64,
}

/// A key that is to be the unit's newest.
#[derive(Clone)]
pub struct NewUnitKey {
    /// The public half.
    pub public: [u8; 32],
    /// Code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The private half, sealed.
    pub private_sealed: Vec<u8>,
    /// When it is made.
    pub now: Timestamp,
}

impl std::fmt::Debug for UnitKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnitKey")
            .field("unit", &self.unit)
            .field("entry", &self.entry)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for NewUnitKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUnitKey").field("unit", &self.unit).finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "SELECT public, unit, name, private_sealed, entry FROM unit_keys "
    };
}
const NEWEST: &str = concat!(
    columns!(),
    "AS one WHERE entry < $1 AND entry = (SELECT MAX(entry) FROM unit_keys AS other WHERE other.unit = one.unit \
     AND other.entry < $1) ORDER BY unit"
);

impl Store {
    /// Makes a key the unit's newest. `entry` writes the log entry that says which units there are from now on, each with its
    /// newest key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the key is there already.
    pub async fn add_unit_key(
        &self,
        new: &NewUnitKey,
        entry: impl Fn(&[UnitKey]) -> NewLogEntry,
    ) -> Result<u64, StoreError> {
        let NewUnitKey { public, unit, name, private_sealed, now } = new;
        transaction!(self.db, tx => {
            tx.lock(Lock::Log).await?;
            let mut keys: Vec<_> =
                tx.fetch_all(NEWEST, values![i64::MAX]).await?.iter().map(key_from).collect::<Result<_, _>>()?;
            keys.retain(|key| key.unit != *unit);
            let (unit, name, private_sealed) = (unit.clone(), name.clone(), private_sealed.clone());
            keys.push(UnitKey { public: *public, unit, name, private_sealed, entry: 0 });
            let number = append(&mut tx, &entry(&keys)).await?;
            let sql = "INSERT INTO unit_keys (public, unit, name, private_sealed, entry, created_at) \
                       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
            let (unit, name, sealed) = (&new.unit, &new.name, new.private_sealed.as_slice());
            match tx.execute(sql, values![*public, unit, name, sealed, number_to(number), *now]).await? {
                0 => Err(StoreError::Conflict("a unit's key")),
                _ => Ok(number),
            }
        })
    }

    /// The newest key of each unit, as the log of so many entries knows them, by the units' codes.
    pub async fn unit_keys(&self, log_size: u64) -> Result<Vec<UnitKey>, StoreError> {
        self.db.fetch_all(NEWEST, values![number_to(log_size)]).await?.iter().map(key_from).collect()
    }

    /// Every key of a unit, newest first: an old one still opens what was sealed to it.
    pub async fn keys_of_unit(&self, unit: &str) -> Result<Vec<UnitKey>, StoreError> {
        let sql = concat!(columns!(), "WHERE unit = $1 ORDER BY entry DESC");
        self.db.fetch_all(sql, values![unit]).await?.iter().map(key_from).collect()
    }
}

fn key_from(row: &Row) -> Result<UnitKey, StoreError> {
    Ok(UnitKey {
        public: row.array("public")?,
        unit: row.text("unit")?,
        name: row.text("name")?,
        private_sealed: row.bytes("private_sealed")?,
        entry: number_from(row.int("entry")?)?,
    })
}
