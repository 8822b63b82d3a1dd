//! Those who ask for the same kind of thing at the same time share a statement or a transaction: a database waits for its disk
//! once a transaction, and each statement is a round trip.
//!
//! Nobody waits for company: whoever comes while fewer batches than may be are under way begins one at once, with all who wait.
//! Who comes later goes with the next.

mod look_up;

pub(crate) use look_up::{By, LookUp};

use crate::error::StoreError;
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Transactions of one kind that are under way at once on PostgreSQL: while one waits for the disk, others go on.
pub(crate) const WRITERS: usize = 2;
/// Transactions for nobody that are under way at once: as many as there are connections for those who report.
pub(crate) const NOBODYS: usize = 8;
/// Of those that do not go together, so many at once have transactions of their own.
pub(crate) const ALONE: usize = 4;
/// Members of one transaction: others want to write, too.
pub(crate) const MOST: usize = 200;
/// Of those that wait, so many have seconds before them already: whoever comes then is told to come again.
const MOST_WAITING: usize = 4_000;
/// When so many wait it is first looked for those whose askers have gone.
const FEW_WAITING: usize = 64;

/// What waits.
pub(crate) trait Member: Send + 'static {
    /// What comes of it.
    type Answer: Send + 'static;

    /// What no two of a batch may have in common: the later one waits for the next batch. A batch goes by the order of the first
    /// mark, so that two that lock the same rows wait for each other instead of deadlocking.
    fn marks(&self) -> Vec<&[u8]>;
}

/// Those that wait for one kind of batch.
pub(crate) struct Group<M: Member> {
    queue: Mutex<Queue<M>>,
    turns: usize,
    most: usize,
    shared: Shared,
}

/// How many batches there were, and members of them all.
#[derive(Default)]
struct Shared {
    batches: AtomicU64,
    members: AtomicU64,
}

struct Queue<M: Member> {
    waiting: VecDeque<Waiting<M>>,
    under_way: usize,
    /// How many may wait before it is looked for those whose askers have gone.
    sweep_at: usize,
}

struct Waiting<M: Member> {
    member: M,
    answer: oneshot::Sender<Result<M::Answer, StoreError>>,
}

/// Members in their order, and to whom each one's answer goes.
type Batch<M> = (Vec<M>, Vec<oneshot::Sender<Result<<M as Member>::Answer, StoreError>>>);

impl<M: Member> Group<M> {
    /// Of which so many batches are under way at once, each of at most so many.
    pub fn new(turns: usize, most: usize) -> Arc<Self> {
        let queue = Queue { waiting: VecDeque::new(), under_way: 0, sweep_at: FEW_WAITING };
        Arc::new(Group { queue: Mutex::new(queue), turns, most, shared: Shared::default() })
    }

    /// Batches so far, and the members of all of them.
    pub fn shared(&self) -> (u64, u64) {
        (self.shared.batches.load(Ordering::Relaxed), self.shared.members.load(Ordering::Relaxed))
    }

    /// Goes with those that wait; returns when the batch is done. `run` does a batch and answers in its order; an error is
    /// everybody's. A batch that has begun is done to its end also if whoever asked hangs up: the others must not go with them.
    /// Whose asker hung up before is left out: nothing was acknowledged.
    ///
    /// # Errors
    /// [`StoreError::Crowded`] when too many wait, besides what `run` answers.
    pub async fn join<R, F>(self: &Arc<Self>, member: M, run: R) -> Result<M::Answer, StoreError>
    where
        R: Fn(Vec<M>) -> F + Send + 'static,
        F: Future<Output = Result<Vec<M::Answer>, StoreError>> + Send,
    {
        let (answer, answered) = oneshot::channel();
        if let Some(mut turn) = self.enter(Waiting { member, answer })? {
            tokio::spawn(async move {
                while let Some((members, answers)) = turn.take() {
                    answer_all(answers, run(members).await);
                }
            });
        }
        answered.await.unwrap_or(Err(StoreError::Corrupt("a transaction that was broken off")))
    }

    /// A turn begins with it, unless enough are under way.
    fn enter(self: &Arc<Self>, waiting: Waiting<M>) -> Result<Option<Turn<M>>, StoreError> {
        let mut queue = self.queue();
        // While nothing is done nobody is taken: those who hang up and come again would fill it.
        if queue.waiting.len() >= queue.sweep_at {
            queue.waiting.retain(|one| !one.answer.is_closed());
            queue.sweep_at = FEW_WAITING.max(2 * queue.waiting.len()).min(MOST_WAITING);
        }
        if queue.waiting.len() >= MOST_WAITING {
            return Err(StoreError::Crowded("the same thing"));
        }
        queue.waiting.push_back(waiting);
        if queue.under_way == self.turns {
            return Ok(None);
        }
        queue.under_way += 1;
        Ok(Some(Turn { group: self.clone(), over: false }))
    }

    fn queue(&self) -> MutexGuard<'_, Queue<M>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody waits any more where somebody hung up.
fn answer_all<A>(answers: Vec<oneshot::Sender<Result<A, StoreError>>>, results: Result<Vec<A>, StoreError>) {
    match results {
        Ok(results) => answers.into_iter().zip(results).for_each(|(to, result)| drop(to.send(Ok(result)))),
        Err(error) => answers.into_iter().for_each(|to| drop(to.send(Err(error.again())))),
    }
}

/// Batch after batch, until nobody waits.
struct Turn<M: Member> {
    group: Arc<Group<M>>,
    over: bool,
}

impl<M: Member> Turn<M> {
    /// The oldest of those that wait and have nothing in common. None: nobody waits, and the turn is over.
    fn take(&mut self) -> Option<Batch<M>> {
        let mut queue = self.group.queue();
        let (mut seen, mut batch, mut left) = (HashSet::new(), Vec::new(), VecDeque::new());
        while batch.len() < self.group.most
            && let Some(one) = queue.waiting.pop_front()
        {
            if one.answer.is_closed() {
                continue;
            }
            let marks: Vec<u64> = one.member.marks().into_iter().map(short).collect();
            let alike = marks.iter().any(|mark| seen.contains(mark));
            seen.extend(marks);
            if alike { left.push_back(one) } else { batch.push(one) }
        }
        left.append(&mut queue.waiting);
        queue.waiting = left;
        if batch.is_empty() {
            // Under the same lock: who comes next begins a turn.
            queue.under_way -= 1;
            self.over = true;
            return None;
        }
        drop(queue);
        self.group.shared.batches.fetch_add(1, Ordering::Relaxed);
        self.group.shared.members.fetch_add(batch.len() as u64, Ordering::Relaxed);
        batch.sort_by_cached_key(|one| one.member.marks().first().map(|mark| mark.to_vec()));
        Some(batch.into_iter().map(|one| (one.member, one.answer)).unzip())
    }
}

/// A batch that panicked: whoever waited for this turn is told so.
impl<M: Member> Drop for Turn<M> {
    fn drop(&mut self) {
        if !self.over {
            let mut queue = self.group.queue();
            queue.under_way -= 1;
            queue.waiting.clear();
        }
    }
}

/// What became of a transaction for many, none of them if it failed: what speaks against them all may be the fault of one, so each
/// is then to be tried by itself, and so may a lock that one of them waited for too long, or a statement that took too long. Not while the database is away: that is
/// everybody's answer.
pub(crate) fn or_one_by_one<A>(
    many: usize,
    result: Result<Vec<Option<A>>, StoreError>,
) -> Result<Vec<Option<A>>, StoreError> {
    match result {
        Err(error) if !error.is_unavailable() || error.is_locked() || error.is_given_up() => {
            tracing::debug!(%error, many, "what would go together goes one by one");
            Ok((0..many).map(|_| None).collect())
        }
        result => result,
    }
}

/// Enough to tell marks apart; two that it confuses only do not go together.
fn short(mark: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    mark.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::Semaphore;

    struct One(Vec<u8>, Vec<u8>);

    impl Member for One {
        /// How many were in the batch, and where it stood.
        type Answer = (usize, usize);

        fn marks(&self) -> Vec<&[u8]> {
            vec![&self.0, &self.1]
        }
    }

    fn one(first: u8, second: u8) -> One {
        One(vec![1, first], vec![2, second])
    }

    /// Joins; the batch waits for the gate.
    async fn join(
        group: Arc<Group<One>>,
        member: One,
        gate: Arc<Semaphore>,
    ) -> Result<(usize, usize), StoreError> {
        let run = move |all: Vec<One>| {
            let gate = gate.clone();
            async move {
                gate.acquire().await.unwrap().forget();
                assert!(all.iter().all(|one| one.0[1] != 13), "a batch that panics");
                Ok((0..all.len()).map(|at| (all.len(), at)).collect())
            }
        };
        group.join(member, run).await
    }

    #[tokio::test]
    async fn whoever_comes_while_a_batch_is_under_way_goes_with_the_next() {
        let (group, gate) = (Group::new(1, 3), Arc::new(Semaphore::new(0)));
        let start = |first, second| tokio::spawn(join(group.clone(), one(first, second), gate.clone()));
        let alone = start(1, 1);
        tokio::task::yield_now().await;
        // Two of one mark do not go together, and of the rest as many as may, in the order of their first marks.
        let rest = [start(9, 2), start(5, 2), start(4, 3), start(8, 4), start(7, 5)];
        tokio::task::yield_now().await;
        gate.add_permits(10);
        assert_eq!(alone.await.unwrap().unwrap(), (1, 0), "nobody waits for company");
        let mut answers = Vec::new();
        for task in rest {
            answers.push(task.await.unwrap().unwrap());
        }
        assert_eq!(answers, [(3, 2), (2, 0), (3, 0), (3, 1), (2, 1)]);
    }

    #[tokio::test]
    async fn who_hangs_up_in_a_batch_is_done_all_the_same_and_who_waits_is_not() {
        let (group, gate) = (Group::new(1, 3), Arc::new(Semaphore::new(0)));
        let start = |first| tokio::spawn(join(group.clone(), one(first, first), gate.clone()));
        let began = start(1);
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let (gone, stays) = (start(2), start(3));
        tokio::task::yield_now().await;
        began.abort();
        gone.abort();
        tokio::task::yield_now().await;
        gate.add_permits(2);
        assert_eq!(stays.await.unwrap().unwrap(), (1, 0));
        assert_eq!(group.shared(), (2, 2), "the one that had begun, and the one who stayed");
    }

    #[tokio::test]
    async fn those_who_wait_are_so_many_at_most_and_who_went_makes_room() {
        let (group, gate) = (Group::new(1, 9), Arc::new(Semaphore::new(0)));
        let start = |n: usize| {
            let member = One(n.to_be_bytes().to_vec(), n.to_le_bytes().to_vec());
            tokio::spawn(join(group.clone(), member, gate.clone()))
        };
        let waiting = || group.queue().waiting.len();
        let mut began = vec![start(0)];
        while group.shared().0 == 0 {
            tokio::task::yield_now().await;
        }
        // Each hangs up as soon as the next has come.
        for n in 1..1_000 {
            let gone = start(n);
            tokio::task::yield_now().await;
            gone.abort();
            gone.await.unwrap_err();
            assert!(waiting() <= FEW_WAITING, "{}", waiting());
        }
        began.extend((1_000..1_000 + MOST_WAITING).map(start));
        while waiting() < MOST_WAITING {
            tokio::task::yield_now().await;
        }
        let refused = start(1).await.unwrap().unwrap_err();
        assert!(refused.is_unavailable(), "{refused}");
        let gone = began.pop().unwrap();
        gone.abort();
        gone.await.unwrap_err();
        let instead = start(1);
        tokio::task::yield_now().await;
        gate.add_permits(2 * MOST_WAITING);
        assert!(instead.await.unwrap().is_ok());
        for one in began {
            one.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn after_a_batch_that_panics_others_go_on() {
        let (group, gate) = (Group::new(1, 1), Arc::new(Semaphore::new(0)));
        let start = |first| tokio::spawn(join(group.clone(), one(first, first), gate.clone()));
        let broken = start(13);
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let waits = start(2);
        tokio::task::yield_now().await;
        gate.add_permits(9);
        assert!(broken.await.unwrap().is_err());
        assert!(waits.await.unwrap().is_err(), "told, not left waiting");
        assert_eq!(start(3).await.unwrap().unwrap(), (1, 0));
    }

    #[tokio::test]
    async fn as_many_batches_are_under_way_as_may_be() {
        let (group, gate) = (Group::new(2, 9), Arc::new(Semaphore::new(0)));
        let mut tasks = Vec::new();
        for n in 0..6 {
            tasks.push(tokio::spawn(join(group.clone(), one(n, n), gate.clone())));
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        }
        gate.add_permits(9);
        let mut sizes = Vec::new();
        for task in tasks {
            sizes.push(task.await.unwrap().unwrap().0);
        }
        assert_eq!(sizes, [1, 1, 4, 4, 4, 4]);
    }

    /// Of a batch that waited too long for what one of them needs, the others go on.
    #[tokio::test]
    async fn a_lock_that_somebody_has_is_not_everybodys_answer() {
        let database = crate::testing::postgres().await;
        let store = database.open().await;
        let hash = [7; 32];
        let (mut holds, mut waits) = (store.db.begin().await.unwrap(), store.db.begin().await.unwrap());
        holds.lock_hash(&hash).await.unwrap();
        waits.execute("SET LOCAL lock_timeout = '50ms'", &[]).await.unwrap();
        let error = waits.lock_hash(&hash).await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        assert_eq!(or_one_by_one::<u8>(3, Err(error)).unwrap(), [None; 3]);
        let mut slow = store.db.begin().await.unwrap();
        slow.execute("SET LOCAL statement_timeout = '20ms'", &[]).await.unwrap();
        let error = slow.execute("SELECT pg_sleep(5)", &[]).await.unwrap_err();
        assert_eq!(or_one_by_one::<u8>(3, Err(error)).unwrap(), [None; 3]);
        let away = StoreError::from(sqlx::Error::PoolTimedOut);
        assert!(or_one_by_one::<u8>(3, Err(away)).is_err());
    }
}
