//! Whom a warning reaches: those who were there at about that time and have an account, or somebody who declares for them; each
//! person once.
//!
//! Visits that are told later, by a controller who was offline, are looked at when they arrive. That nobody is missed between
//! the two, an approval locks the place's row: a visit that is being written holds that row too, because it refers to it, and looks
//! for warnings after it was written.

use super::recipient::{Itself, Recipient};
use super::{OF_PLACE, warning_from};
use crate::db::{Tx, for_update, transaction};
use crate::error::StoreError;
use crate::messages::{self, NewMessage};
use crate::value::values;
use crate::vault::Ring;
use crate::visits::{AT_PLACE, around};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::id::{CitizenId, MessageId, PlaceWarningId, VisitId};
use bluezone_domain::message::{Message, Whereabouts, Whom};
use bluezone_domain::place::Place;
use bluezone_domain::place_warning::{MAX_MARGIN_S, PlaceWarning, Reach, Window};
use bluezone_domain::visit::{Ending, Stay, Visit, overlaps};
use bluezone_domain::workday::day_of;
use rand::Rng;
use std::collections::BTreeSet;

impl Store {
    /// How many a warning would reach now.
    pub async fn place_warning_reach(&self, warning: &PlaceWarning) -> Result<Reach, StoreError> {
        let Window { place, from, to, margin_s } = warning.window;
        let visits = self.visits_overlapping(place, from, to, margin_s).await?;
        transaction!(self.db, tx => {
            let itself = self.case_itself(&mut tx, warning.ground.case).await?;
            let (mut people, mut reach) = (BTreeSet::new(), Reach::default());
            for visit in &visits {
                match self.recipient(&mut tx, visit, &itself).await? {
                    Recipient::TheCase => continue,
                    Recipient::NoAccount => reach.without_account += 1,
                    // Counted by what they are told by, so that nobody counts twice who is told once.
                    Recipient::Of(to, whom) => {
                        people.insert(self.vault()?.warned_lookup(warning.id, to, &whom));
                    }
                    Recipient::ByCard(of) => {
                        for (to, whom) in of {
                            people.insert(self.vault()?.warned_lookup(warning.id, to, &whom));
                        }
                    }
                }
                reach.visits += 1;
            }
            Ok(Reach { people: people.len() as u64, ..reach })
        })
    }

    /// Tells a warning that is being approved to all who are known to have been there.
    pub(super) async fn tell_all(
        &self,
        tx: &mut Tx,
        ring: &Ring,
        warning: &PlaceWarning,
        place: Option<&Place>,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let Window { place: code, from, to, margin_s } = warning.window;
        let name = place.map_or("", |place| place.details.name.as_str());
        tx.fetch_optional(for_update!("SELECT id FROM places WHERE id = $1"), values![code]).await?;
        let rows = tx.fetch_all(AT_PLACE, &around(code, from - margin_s, to + margin_s)).await?;
        let itself = self.case_itself(tx, warning.ground.case).await?;
        for visit in self.visits_from(&rows).await? {
            self.tell(tx, ring, (warning, &itself), &visit, now, rng).await?;
        }
        if let Some(owner) = place.and_then(|place| place.owner) {
            let message =
                Message::PlaceNotice { warning: warning.id, place: name.to_owned(), day: day_of(from) };
            let id = message_id(&self.vault()?.notified_lookup(warning.id, owner));
            let notice = NewMessage { id, to: owner, message, at: now };
            messages::insert(tx, &messages::seal(ring, &notice, rng)?).await?;
        }
        Ok(())
    }

    /// Tells a visit that was just written of the warnings that were approved before.
    pub(crate) async fn tell_late(
        &self,
        tx: &mut Tx,
        ring: &Ring,
        visit: &Visit,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let rows = tx.fetch_all(OF_PLACE, values![visit.place, visit.stay.from - MAX_MARGIN_S]).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let known = self.ring_for(&rows).await?;
        for row in &rows {
            let warning = warning_from(row, &known)?;
            let Window { from, to, margin_s, .. } = warning.window;
            if overlaps(&visit.stay, &Stay { from, to, ending: Ending::Scan }, margin_s) {
                let itself = self.case_itself(tx, warning.ground.case).await?;
                self.tell(tx, ring, (&warning, &itself), visit, visit.recorded_at, rng).await?;
            }
        }
        Ok(())
    }

    /// Puts the warning of a visit into the inbox of its person, or of who declares for them, unless they were told before or have
    /// none.
    async fn tell(
        &self,
        tx: &mut Tx,
        ring: &Ring,
        (warning, itself): (&PlaceWarning, &Itself),
        visit: &Visit,
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        match self.recipient(tx, visit, itself).await? {
            // Where it was says the visit: it is deleted before the message is.
            Recipient::Of(to, whom) => {
                self.tell_one(tx, ring, (warning, visit), (to, whom, Some(visit.id)), now, rng).await?;
            }
            // The visit is in nobody's diary: they read that there is a warning, not where they would have been.
            Recipient::ByCard(of) => {
                for (to, whom) in of {
                    self.tell_one(tx, ring, (warning, visit), (to, whom, None), now, rng).await?;
                }
            }
            Recipient::TheCase | Recipient::NoAccount => {}
        }
        Ok(())
    }

    async fn tell_one(
        &self,
        tx: &mut Tx,
        ring: &Ring,
        (warning, visit): (&PlaceWarning, &Visit),
        (to, whom, shown): (CitizenId, Whom, Option<VisitId>),
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        // Keyed: a copy of the database does not tell who was there.
        let hash = self.vault()?.warned_lookup(warning.id, to, &whom);
        let once = "INSERT INTO place_warning_told (told_hash, warning_id) VALUES ($1, $2) ON CONFLICT (told_hash) DO NOTHING";
        if tx.execute(once, values![hash, warning.id]).await? == 0 {
            return Ok(());
        }
        let message = Message::PlaceWarning {
            warning: warning.id,
            whom,
            visit: shown,
            place: String::new(),
            whereabouts: if warning.vehicle { Whereabouts::Vehicle } else { Whereabouts::Place },
            day: day_of(visit.stay.from),
            disease: warning.ground.disease.clone(),
            margin_s: warning.window.margin_s,
        };
        let message = NewMessage { id: message_id(&hash), to, message, at: now };
        messages::insert(tx, &messages::seal(ring, &message, rng)?).await
    }

    /// How many people were told of a warning so far.
    pub async fn told_of_place_warning(&self, id: PlaceWarningId) -> Result<u64, StoreError> {
        let count = "SELECT COUNT(*) AS told FROM place_warning_told WHERE warning_id = $1";
        self.db.fetch_one(count, values![id]).await?.small("told")
    }
}

/// What names a message: the beginning of the hash, so that the same is never written twice.
fn message_id(hash: &Hash) -> MessageId {
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    MessageId::from_bytes(id)
}
