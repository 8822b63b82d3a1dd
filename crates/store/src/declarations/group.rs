//! Group commit: SQLite waits for the disk once a transaction, so those that wait at the same time share one. Nobody is
//! answered before the commit that their declaration is in.

use super::{Accepted, Prepared, insert};
use crate::db::{Db, Tx};
use crate::error::StoreError;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as Turn, oneshot};

/// Declarations that one transaction takes at most: others want to write, too.
const AT_ONCE: usize = 200;

struct Waiting {
    new: Prepared,
    answer: oneshot::Sender<Result<Accepted, StoreError>>,
}

/// Those that wait.
#[derive(Default)]
pub(crate) struct Group {
    waiting: Mutex<Vec<Waiting>>,
    turn: Turn<()>,
}

impl Group {
    /// Writes a declaration together with those that wait; returns when it is on the disk.
    pub async fn commit(self: &Arc<Self>, db: &Db, new: Prepared) -> Result<Accepted, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { new, answer });
        let (group, db) = (self.clone(), db.clone());
        // A task of its own: who hangs up must not take the others' transaction along.
        tokio::spawn(async move {
            let _turn = group.turn.lock().await;
            let batch = group.take();
            if !batch.is_empty() {
                write(&db, batch).await;
            }
        });
        answered.await.unwrap_or(Err(StoreError::Corrupt("a transaction that was broken off")))
    }

    /// The oldest of those that wait.
    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.len().min(AT_ONCE);
        let rest = waiting.split_off(first);
        mem::replace(&mut waiting, rest)
    }
}

/// Writes a batch and answers everybody in it.
async fn write(db: &Db, batch: Vec<Waiting>) {
    let (news, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|one| (one.new, one.answer)).unzip();
    let results = match written(db, &news).await {
        Ok(results) => results,
        Err(error) => answers.iter().map(|_| Err(error.again())).collect(),
    };
    for (answer, result) in answers.into_iter().zip(results) {
        // Nobody waits any more where somebody hung up.
        let _ = answer.send(result);
    }
}

/// One transaction. Each declaration stands for itself: one that is refused leaves no trace.
async fn written(db: &Db, news: &[Prepared]) -> Result<Vec<Result<Accepted, StoreError>>, StoreError> {
    let mut tx = db.begin().await?;
    let mut results = Vec::with_capacity(news.len());
    for new in news {
        results.push(one(&mut tx, new).await?);
    }
    tx.commit().await?;
    Ok(results)
}

async fn one(tx: &mut Tx, new: &Prepared) -> Result<Result<Accepted, StoreError>, StoreError> {
    tx.execute("SAVEPOINT one", &[]).await?;
    let result = insert(tx, new).await;
    if result.is_err() {
        tx.execute("ROLLBACK TO one", &[]).await?;
    }
    tx.execute("RELEASE one", &[]).await?;
    Ok(result)
}
