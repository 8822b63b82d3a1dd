//! Finding persons: by name while it is typed, by a number that was typed to its end.

use crate::registry::index::{Found, PersonIndex, Query};
use bluezone_domain::person::Identity;
use bluezone_store::{Store, StoreError, Within};
use std::fmt;
use std::sync::{PoisonError, RwLock};

/// Persons that are read from the database at once.
const BATCH: u32 = 5_000;

/// The index, kept up with the database: each search first takes in what changed, by whichever server.
#[derive(Default)]
pub struct PersonSearch {
    index: RwLock<PersonIndex>,
    /// The last change that the index has. One search at a time takes in what is new.
    seen: tokio::sync::Mutex<i64>,
}

impl fmt::Debug for PersonSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonSearch")
    }
}

impl PersonSearch {
    /// Takes in what has changed; the first time, everybody. At the start of a server this takes seconds for a million
    /// persons, and a search meanwhile waits for it.
    pub async fn catch_up(&self, store: &Store) -> Result<(), StoreError> {
        let mut seen = self.seen.lock().await;
        if store.last_person_sequence().await? == *seen {
            return Ok(());
        }
        loop {
            let batch = store.persons_since(*seen, BATCH).await?;
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            for (sequence, person) in &batch {
                index.put(person);
                *seen = *sequence;
            }
            if batch.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    /// Whom an officer reaches and what was typed fits. A number (identity card, passport, phone) finds whoever has exactly
    /// it. Whoever shows a person still asks the policy about the record: what a number finds may be out of reach, and a
    /// record may have moved meanwhile.
    pub async fn find(
        &self,
        store: &Store,
        typed: &str,
        within: &Within,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let numbers = Identity {
            national_id: typed.parse().ok(),
            passport: typed.parse().ok(),
            phone: typed.parse().ok(),
            ..Identity::default()
        };
        let mut persons = store.persons_with_numbers_of(&numbers).await?;
        if !persons.is_empty() {
            let more = persons.len() > limit;
            persons.truncate(limit);
            return Ok(Found { persons, more });
        }
        let query = Query::read(typed);
        if query.is_empty() {
            return Ok(Found::default());
        }
        self.catch_up(store).await?;
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        Ok(index.search(&query, within, limit))
    }
}
