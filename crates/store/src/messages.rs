//! Citizens' inboxes.

use crate::Store;
use crate::db::{Tx, Value, transaction};
use crate::error::StoreError;
use crate::value::{Row, values};
use crate::vault::{Place, Ring};
use crate::vault_keys::sealing;
use bluezone_domain::Timestamp;
use bluezone_domain::id::{CitizenId, MessageId};
use bluezone_domain::message::{Message, Received};
use rand::Rng;

macro_rules! columns {
    () => {
        "SELECT id, citizen_id, content, vault_key, sent_at, read_at FROM messages"
    };
}
pub(crate) const OF_CITIZEN: &str = concat!(
    columns!(),
    " WHERE citizen_id = $1 AND (sent_at, id) < ($3, $4) ORDER BY sent_at DESC, id DESC LIMIT $2"
);
pub(crate) const UNREAD: &str =
    "SELECT COUNT(*) AS unread FROM messages WHERE citizen_id = $1 AND read_at IS NULL";

/// A message to be sent. The same identifier again changes nothing: it arrives once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewMessage {
    /// Names it.
    pub id: MessageId,
    /// To whom.
    pub to: CitizenId,
    /// What it says.
    pub message: Message,
    /// When.
    pub at: Timestamp,
}

/// Where a page of messages ended: list on after this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageCursor {
    /// When the last message of the page was sent.
    pub sent_at: Timestamp,
    /// The last message of the page.
    pub id: MessageId,
}

impl From<&Received> for MessageCursor {
    fn from(message: &Received) -> Self {
        MessageCursor { sent_at: message.sent_at, id: message.id }
    }
}

impl Store {
    /// Puts a message into an inbox.
    pub async fn send_message(
        &self,
        message: &NewMessage,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        sealing!(self, ring => {
            let row = seal(&ring, message, rng)?;
            transaction!(self.db, tx => { insert(&mut tx, &row).await })
        })
    }

    /// A citizen's messages, the newest first, at most so many.
    pub async fn messages_of(&self, citizen: CitizenId, most: u32) -> Result<Vec<Received>, StoreError> {
        self.messages_after(citizen, None, most).await
    }

    /// The same, after the cursor.
    pub async fn messages_after(
        &self,
        citizen: CitizenId,
        after: Option<MessageCursor>,
        most: u32,
    ) -> Result<Vec<Received>, StoreError> {
        let (at, id) = match after {
            Some(cursor) => (cursor.sent_at, cursor.id),
            None => (Timestamp(i64::MAX), MessageId::from_bytes([0xff; 16])),
        };
        let rows = self.db.fetch_all(OF_CITIZEN, values![citizen, most, at, id]).await?;
        let ring = self.ring_for(&rows).await?;
        rows.iter().map(|row| received_from(row, &ring)).collect()
    }

    /// A message of this citizen; opening it makes it read.
    pub async fn read_message(
        &self,
        citizen: CitizenId,
        id: MessageId,
        now: Timestamp,
    ) -> Result<Option<Received>, StoreError> {
        let row = transaction!(self.db, tx => {
            let sql = "UPDATE messages SET read_at = $3 WHERE id = $1 AND citizen_id = $2 AND read_at IS NULL";
            tx.execute(sql, values![id, citizen, now]).await?;
            let find = concat!(columns!(), " WHERE id = $1 AND citizen_id = $2");
            tx.fetch_optional(find, values![id, citizen]).await
        })?;
        let rows: Vec<Row> = row.into_iter().collect();
        let ring = self.ring_for(&rows).await?;
        rows.first().map(|row| received_from(row, &ring)).transpose()
    }

    /// How many messages a citizen has not opened.
    pub async fn unread_messages(&self, citizen: CitizenId) -> Result<u64, StoreError> {
        self.db.fetch_one(UNREAD, values![citizen]).await?.small("unread")
    }
}

/// A message as a row, for [`insert`].
pub(crate) fn seal(
    ring: &Ring,
    message: &NewMessage,
    rng: &mut (dyn Rng + Send),
) -> Result<Vec<Value>, StoreError> {
    let plain = serde_json::to_vec(&message.message)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| StoreError::NotAllowed("a message that is no text"))?;
    let sealed = ring.seal(place(&message.id.to_string()), &plain, rng)?;
    Ok(values![message.id, message.to, sealed.bytes, sealed.key, message.at].to_vec())
}

/// Puts a sealed message into its inbox, within the transaction that it speaks of.
pub(crate) async fn insert(tx: &mut Tx, row: &[Value]) -> Result<(), StoreError> {
    let sql = "INSERT INTO messages (id, citizen_id, content, vault_key, sent_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (id) DO NOTHING";
    tx.execute(sql, row).await.map(drop)
}

fn place(row: &str) -> Place<'_> {
    Place { table: "messages", column: "content", row }
}

fn received_from(row: &Row, ring: &Ring) -> Result<Received, StoreError> {
    let id: MessageId = row.parsed("id")?;
    let plain = ring.open(place(&id.to_string()), row.int("vault_key")?, &row.bytes("content")?)?;
    Ok(Received {
        id,
        citizen: row.parsed("citizen_id")?,
        message: serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("content"))?,
        sent_at: row.time("sent_at")?,
        read_at: row.opt_time("read_at")?,
    })
}
