//! Keys that come one after the other, from files of any number and size, on all cores.

use crate::index::SightingIndex;
use crate::matcher::{Hit, Matcher, Work};
use bluezone_protocol::diagnosis::DiagnosisKey;
use std::borrow::Borrow;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Result as Joined, scope};

/// Keys that travel together. A batch of 40-byte keys stays in the second-level cache.
const BATCH: usize = 2048;
/// Batches a thread that may wait, so that neither reader nor matchers stand still when the other is interrupted.
const WAITING: usize = 4;

/// A batch and its place in the stream.
type Numbered<T> = (u64, Vec<T>);

/// What a stream of keys gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matches<T> {
    /// The keys whose owners were heard, with their hits by sighting, in the stream's order.
    pub found: Vec<(T, Vec<Hit>)>,
    /// How much work it was.
    pub work: Work,
}

/// Why a stream was not matched to its end.
#[derive(Debug, thiserror::Error)]
pub enum StreamError<E> {
    /// The stream ended in an error.
    #[error(transparent)]
    Source(E),
    /// The progress callback said so.
    #[error("matching was cancelled")]
    Cancelled,
}

/// Matches all keys of a stream on `threads` threads. With one, it is the caller's; with more, the caller reads.
///
/// `progress` is called by the reader about every 2,000 keys with the number of keys matched so far; `Break` cancels.
/// Memory: the matches and a few thousand keys a thread, whatever the stream's length.
pub fn match_stream<T: Borrow<DiagnosisKey> + Send, E>(
    index: &SightingIndex,
    keys: impl IntoIterator<Item = Result<T, E>>,
    threads: NonZero<usize>,
    mut progress: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Matches<T>, StreamError<E>> {
    let mut batches = Batches { keys: keys.into_iter(), error: None };
    let mut all = Part { found: Vec::new(), work: Work::default() };
    let mut cancelled = false;
    if threads.get() == 1 {
        let mut matcher = Matcher::new(index);
        for (number, batch) in (0..).zip(&mut batches) {
            all.match_batch(&mut matcher, number, batch);
            if progress(all.work.keys).is_break() {
                cancelled = true;
                break;
            }
        }
    } else {
        let (sender, receiver) = sync_channel(WAITING * threads.get());
        let (receiver, matched) = (Arc::new(Mutex::new(receiver)), AtomicU64::new(0));
        let parts: Vec<Joined<Part<T>>> = scope(|scope| {
            let work = |receiver: Arc<_>| scope.spawn(|| Part::match_all(index, receiver, &matched));
            let workers: Vec<_> = (0..threads.get()).map(|_| work(Arc::clone(&receiver))).collect();
            // The workers alone hold the other end: it is gone when all of them panicked, which joining them tells.
            drop(receiver);
            for batch in (0..).zip(&mut batches) {
                if sender.send(batch).is_err() {
                    break;
                }
                if progress(matched.load(Ordering::Relaxed)).is_break() {
                    cancelled = true;
                    break;
                }
            }
            drop(sender);
            workers.into_iter().map(|worker| worker.join()).collect()
        });
        for part in parts {
            let part = part.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all.found.extend(part.found);
            all.work += part.work;
        }
        // Keys of one batch are in order already, and the sort is stable.
        all.found.sort_by_key(|(number, ..)| *number);
        if !cancelled {
            cancelled = progress(all.work.keys).is_break();
        }
    }
    match batches.error {
        Some(error) => Err(StreamError::Source(error)),
        None if cancelled => Err(StreamError::Cancelled),
        None => Ok(Matches {
            found: all.found.into_iter().map(|(_, key, hits)| (key, hits)).collect(),
            work: all.work,
        }),
    }
}

/// Takes the keys apart into batches, up to an error.
struct Batches<I, E> {
    keys: I,
    error: Option<E>,
}

impl<T, E, I: Iterator<Item = Result<T, E>>> Iterator for Batches<I, E> {
    type Item = Vec<T>;

    fn next(&mut self) -> Option<Vec<T>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH && self.error.is_none() {
            match self.keys.next() {
                Some(Ok(key)) => batch.push(key),
                Some(Err(error)) => self.error = Some(error),
                None => break,
            }
        }
        // What comes before an error is not matched: nobody would be told.
        (!batch.is_empty() && self.error.is_none()).then_some(batch)
    }
}

/// What one thread found, by number of the batch.
struct Part<T> {
    found: Vec<(u64, T, Vec<Hit>)>,
    work: Work,
}

impl<T: Borrow<DiagnosisKey>> Part<T> {
    fn match_all(
        index: &SightingIndex,
        batches: Arc<Mutex<Receiver<Numbered<T>>>>,
        matched: &AtomicU64,
    ) -> Self {
        let mut part = Self { found: Vec::new(), work: Work::default() };
        let mut matcher = Matcher::new(index);
        loop {
            let next = batches.lock().expect("no thread panics while it receives").recv();
            let Ok((number, batch)) = next else { return part };
            let keys = batch.len() as u64;
            part.match_batch(&mut matcher, number, batch);
            matched.fetch_add(keys, Ordering::Relaxed);
        }
    }

    fn match_batch(&mut self, matcher: &mut Matcher<'_>, number: u64, batch: Vec<T>) {
        let mut hits = Vec::new();
        self.work += matcher.run(batch.iter().map(T::borrow), |at, found| hits.push((at, found.to_vec())));
        let mut hits = hits.into_iter().peekable();
        for (at, key) in batch.into_iter().enumerate() {
            if let Some((_, hits)) = hits.next_if(|(found, _)| *found == at) {
                self.found.push((number, key, hits));
            }
        }
    }
}
