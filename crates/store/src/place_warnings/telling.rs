//! Whom a warning reaches: those with an account whose visit was there at about that time, each once.
//!
//! Visits that are told later, by a controller who was offline, are looked at when they arrive. That nobody is missed between
//! the two, an approval locks the place's row: a visit that is being written holds that row too, because it refers to it, and looks
//! for warnings after it was written.

use super::{OF_PLACE, warning_from};
use crate::db::{Tx, Value, for_update};
use crate::error::StoreError;
use crate::messages::{self, NewMessage};
use crate::value::values;
use crate::vault::Ring;
use crate::visits::{AT_PLACE, around};
use crate::{Hash, Store};
use bluezone_domain::Timestamp;
use bluezone_domain::citizen::insurance_digits;
use bluezone_domain::id::{CaseId, CitizenId, MessageId};
use bluezone_domain::message::{Message, Whereabouts};
use bluezone_domain::place::Place;
use bluezone_domain::place_warning::{MAX_MARGIN_S, PlaceWarning, Reach, Window};
use bluezone_domain::visit::{Ending, Stay, Visit, Visitor, overlaps};
use bluezone_domain::workday::day_of;
use rand::Rng;
use std::collections::BTreeSet;

/// Who a case is, if they have an account: nobody is warned of themself.
pub(crate) const CASE_ITSELF: &str = "SELECT citizens.id AS id FROM cases JOIN persons ON persons.id = cases.person_id \
     JOIN citizens ON citizens.phone_hash = persons.phone_hash WHERE cases.id = $1";
const OF_PROFILE: &str = "SELECT citizen_id AS id FROM profiles WHERE id = $1";
const OF_PHONE: &str = "SELECT id FROM citizens WHERE phone_hash = $1";
/// Nobody checked whose number it is: all who say that it is theirs are warned, a family's few or somebody who typed it wrong.
pub(crate) const OF_CARD: &str = "SELECT citizen_id AS id FROM profiles \
     WHERE card_hash = $1 OR insurance_hash = $1 OR qid_hash = $1 LIMIT 8";

impl Store {
    /// How many a warning would reach now.
    pub async fn place_warning_reach(&self, warning: &PlaceWarning) -> Result<Reach, StoreError> {
        let Window { place, from, to, margin_s } = warning.window;
        let itself = self.db.fetch_optional(CASE_ITSELF, values![warning.ground.case]).await?;
        let itself: Option<CitizenId> = itself.map(|row| row.parsed("id")).transpose()?;
        let (mut people, mut reach) = (BTreeSet::new(), Reach::default());
        for visit in self.visits_overlapping(place, from, to, margin_s).await? {
            let found = match self.holder(&visit)? {
                Some((sql, of)) => self.db.fetch_all(sql, &[of]).await?,
                None => Vec::new(),
            };
            let found: Result<Vec<CitizenId>, _> = found.iter().map(|row| row.parsed("id")).collect();
            let found = found?;
            if found.iter().any(|citizen| Some(*citizen) == itself) {
                continue;
            }
            reach.without_account += u64::from(found.is_empty());
            people.extend(found);
            reach.visits += 1;
        }
        Ok(Reach { people: people.len() as u64, ..reach })
    }

    /// How the accounts of a visitor are found: a statement and its value.
    fn holder(&self, visit: &Visit) -> Result<Option<(&'static str, Value)>, StoreError> {
        let visitor = &visit.details.visitor;
        let guest = match visitor {
            Visitor::Profile(id) => return Ok(Some((OF_PROFILE, (*id).into()))),
            Visitor::Guest(guest) => &guest.identity,
        };
        if let Some(phone) = &guest.phone {
            return Ok(Some((OF_PHONE, self.vault()?.phone_lookup(phone).into())));
        }
        // A card that was scanned: whoever says the same number, name and year of birth of themself.
        let Some(mut number) = visitor.key() else { return Ok(None) };
        if let Some(insurance) = number.strip_prefix("number insurance ") {
            number = format!("number insurance {}", insurance_digits(insurance));
        }
        Ok(self.vault()?.said_lookup(&number, guest).map(|hash| (OF_CARD, hash.into())))
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
        let itself = case_itself(tx, warning.ground.case).await?;
        for visit in self.visits_from(&rows).await? {
            self.tell(tx, ring, (warning, itself), (&visit, name), now, rng).await?;
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
        place: &str,
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
                let itself = case_itself(tx, warning.ground.case).await?;
                self.tell(tx, ring, (&warning, itself), (visit, place), visit.recorded_at, rng).await?;
            }
        }
        Ok(())
    }

    /// Puts the warning of a visit into its person's inbox, unless they were told before or have none.
    async fn tell(
        &self,
        tx: &mut Tx,
        ring: &Ring,
        (warning, itself): (&PlaceWarning, Option<CitizenId>),
        (visit, place): (&Visit, &str),
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        let holder = self.holder(visit)?;
        let found = match &holder {
            Some((sql, of)) => tx.fetch_all(*sql, std::slice::from_ref(of)).await?,
            None => Vec::new(),
        };
        // What a card's number alone says is of nobody's diary: that there is a warning, not where they would have been.
        let place = if holder.is_some_and(|(sql, _)| sql == OF_CARD) { "" } else { place };
        for row in &found {
            let to: CitizenId = row.parsed("id")?;
            if Some(to) != itself {
                self.tell_one(tx, ring, warning, (visit, place, to), now, rng).await?;
            }
        }
        Ok(())
    }

    async fn tell_one(
        &self,
        tx: &mut Tx,
        ring: &Ring,
        warning: &PlaceWarning,
        (visit, place, to): (&Visit, &str, CitizenId),
        now: Timestamp,
        rng: &mut (dyn Rng + Send),
    ) -> Result<(), StoreError> {
        // Keyed: a copy of the database does not tell who was there.
        let hash = self.vault()?.warned_lookup(warning.id, to);
        let once = "INSERT INTO place_warning_told (told_hash, warning_id) VALUES ($1, $2) ON CONFLICT (told_hash) DO NOTHING";
        if tx.execute(once, values![hash, warning.id]).await? == 0 {
            return Ok(());
        }
        let message = Message::PlaceWarning {
            warning: warning.id,
            whereabouts: if warning.vehicle { Whereabouts::Vehicle } else { Whereabouts::Place },
            place: place.to_owned(),
            day: day_of(visit.stay.from),
            disease: warning.ground.disease.clone(),
            margin_s: warning.window.margin_s,
        };
        let message = NewMessage { id: message_id(&hash), to, message, at: now };
        messages::insert(tx, &messages::seal(ring, &message, rng)?).await
    }

    /// How many people were told of a warning so far.
    pub async fn told_of_place_warning(
        &self,
        id: bluezone_domain::id::PlaceWarningId,
    ) -> Result<u64, StoreError> {
        let count = "SELECT COUNT(*) AS told FROM place_warning_told WHERE warning_id = $1";
        self.db.fetch_one(count, values![id]).await?.small("told")
    }
}

async fn case_itself(tx: &mut Tx, case: CaseId) -> Result<Option<CitizenId>, StoreError> {
    tx.fetch_optional(CASE_ITSELF, values![case]).await?.map(|row| row.parsed("id")).transpose()
}

/// What names a message: the beginning of the hash, so that the same is never written twice.
fn message_id(hash: &Hash) -> MessageId {
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    MessageId::from_bytes(id)
}
