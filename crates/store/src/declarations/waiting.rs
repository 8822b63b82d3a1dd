//! Declarations of people whose number is not confirmed yet.

use crate::db::transaction;
use crate::error::StoreError;
use crate::value::values;
use crate::vault::Place;
use crate::vault_keys::sealing;
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use rand::Rng;
use zeroize::Zeroizing;

/// So many wait for one number, the newest: a household's, or one that was mended and sent again.
const MOST_OF_NUMBER: u32 = 5;
/// Those that make room for one more.
pub(crate) const OLDER_OF_NUMBER: &str = "DELETE FROM waiting_declarations WHERE number_hash = $1 AND id <> $2 AND id NOT IN \
     (SELECT id FROM waiting_declarations WHERE number_hash = $1 AND id <> $2 ORDER BY expires_at DESC LIMIT $3)";

impl Store {
    /// Keeps what was typed until the number, by its hash, is confirmed, under the hash of a secret that the browser has. What waits
    /// for that number longest goes if it is too much.
    pub async fn keep_waiting_declaration(
        &self,
        secret: Hash,
        number: Hash,
        content: &[u8],
        expires_at: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let id = hex(&secret);
        sealing!(self, ring => {
            let sealed = ring.seal(place(&id), content, rng)?;
            transaction!(self.db, tx => {
                tx.execute(OLDER_OF_NUMBER, values![number, &id, MOST_OF_NUMBER - 1]).await?;
                let sql = "INSERT INTO waiting_declarations (id, content, vault_key, expires_at, number_hash) \
                           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE \
                           SET content = $2, vault_key = $3, expires_at = $4, number_hash = $5";
                let row = values![&id, sealed.bytes.as_slice(), sealed.key, expires_at, number];
                tx.execute(sql, row).await.map(drop)
            })
        })
    }

    /// What waits under that hash.
    pub async fn waiting_declaration(
        &self,
        secret: Hash,
        now: Timestamp,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = hex(&secret);
        let find = "SELECT content, vault_key FROM waiting_declarations WHERE id = $1 AND expires_at > $2";
        let rows: Vec<_> = self.db.fetch_optional(find, values![&id, now]).await?.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        let open =
            |row: &crate::value::Row| ring.open(place(&id), row.int("vault_key")?, &row.bytes("content")?);
        rows.first().map(open).transpose()
    }

    /// Forgets it: it is stored as a declaration now.
    pub async fn forget_waiting_declaration(&self, secret: Hash) -> Result<(), StoreError> {
        let id = hex(&secret);
        transaction!(self.db, tx => {
            tx.execute("DELETE FROM waiting_declarations WHERE id = $1", values![&id]).await.map(drop)
        })
    }
}

fn hex(secret: &Hash) -> String {
    secret.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn place(row: &str) -> Place<'_> {
    Place { table: "waiting_declarations", column: "content", row }
}
