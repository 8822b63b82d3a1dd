//! For whom a visit's warning is: which account reads it, and who of its people was there. Counting and telling ask the same.

use crate::db::Tx;
use crate::error::StoreError;
use crate::persons::identity_from;
use crate::value::values;
use crate::vault::Place;
use crate::{Hash, Store};
use bluezone_domain::citizen::insurance_digits;
use bluezone_domain::id::{CaseId, CitizenId, ProfileId};
use bluezone_domain::message::Whom;
use bluezone_domain::person::{Identity, is_same, tidy};
use bluezone_domain::visit::{Guest, Visit, Visitor};
use std::collections::BTreeSet;

/// Who a case is.
pub(crate) const OF_CASE: &str = "SELECT persons.id AS id, persons.identity AS identity, persons.vault_key AS vault_key \
     FROM cases JOIN persons ON persons.id = cases.person_id WHERE cases.id = $1";
pub(crate) const OF_PROFILE: &str = "SELECT citizen_id, own FROM profiles WHERE id = $1";
/// Nobody checked whose number it is: all who say that it is theirs are warned, a family's few or somebody who typed it wrong.
pub(crate) const OF_CARD: &str = "SELECT id, citizen_id, own FROM profiles \
     WHERE card_hash = $1 OR insurance_hash = $1 OR qid_hash = $1 LIMIT 8";
const OF_PHONE: &str = "SELECT id FROM citizens WHERE phone_hash = $1";

/// Who the case is that is warned of: nobody is warned of themself. Others of the account are people like any other.
#[derive(Default)]
pub(super) struct Itself {
    identity: Identity,
    profiles: BTreeSet<ProfileId>,
}

impl Itself {
    /// Whether a visitor without a profile is the case.
    fn is_guest(&self, guest: &Guest) -> bool {
        let (a, b) = (&self.identity, &guest.identity);
        let one_card = a.national_id.is_some() && a.national_id == b.national_id;
        let one_phone = a.phone.is_some() && a.phone == b.phone;
        (one_card || one_phone) && is_same(a, b, true)
    }
}

/// Whom a visit's warning reaches.
pub(super) enum Recipient {
    /// Nobody is warned of themself.
    TheCase,
    /// Somebody without an account.
    NoAccount,
    /// One of an account's people.
    Of(CitizenId, Whom),
    /// Those whose profiles say what a card said that was scanned. Such cards are signed by nobody.
    ByCard(Vec<(CitizenId, Whom)>),
}

impl Store {
    /// Who a case is, as the visits of a case are looked up: the profiles of the account with its telephone that are the same
    /// person.
    pub(super) async fn case_itself(&self, tx: &mut Tx, case: CaseId) -> Result<Itself, StoreError> {
        let Some(row) = tx.fetch_optional(OF_CASE, values![case]).await? else {
            return Ok(Itself::default());
        };
        let ring = self.ring_for(std::slice::from_ref(&row)).await?;
        let id = row.text("id")?;
        let sealed_at = Place { table: "persons", column: "identity", row: &id };
        let identity = identity_from(&ring, sealed_at, row.int("vault_key")?, &row.bytes("identity")?)?;
        let mut profiles = BTreeSet::new();
        if let Some(phone) = &identity.phone
            && let Some(citizen) = account(tx, self.vault()?.phone_lookup(phone)).await?
        {
            let of_account = self.profiles_within(tx, citizen).await?.into_iter();
            let theirs = of_account.filter(|one| is_same(&identity, &one.person.identity, one.is_own()));
            profiles.extend(theirs.map(|profile| profile.id));
        }
        Ok(Itself { identity, profiles })
    }

    /// Whom a visit's warning reaches.
    pub(super) async fn recipient(
        &self,
        tx: &mut Tx,
        visit: &Visit,
        itself: &Itself,
    ) -> Result<Recipient, StoreError> {
        match &visit.details.visitor {
            Visitor::Profile(id) if itself.profiles.contains(id) => Ok(Recipient::TheCase),
            Visitor::Profile(id) => {
                let Some(row) = tx.fetch_optional(OF_PROFILE, values![*id]).await? else {
                    return Ok(Recipient::NoAccount);
                };
                let whom = if row.int("own")? != 0 { Whom::Holder } else { Whom::Profile(*id) };
                Ok(Recipient::Of(row.parsed("citizen_id")?, whom))
            }
            Visitor::Guest(guest) if itself.is_guest(guest) => Ok(Recipient::TheCase),
            Visitor::Guest(guest) => {
                let Some(phone) = &guest.identity.phone else {
                    return self.by_card(tx, &visit.details.visitor, &guest.identity, itself).await;
                };
                let Some(citizen) = account(tx, self.vault()?.phone_lookup(phone)).await? else {
                    return Ok(Recipient::NoAccount);
                };
                let profiles = self.profiles_within(tx, citizen).await?;
                let name = tidy(&guest.identity.name);
                Ok(match profiles.iter().find(|one| is_same(&guest.identity, &one.person.identity, false)) {
                    Some(one) if itself.profiles.contains(&one.id) => Recipient::TheCase,
                    Some(one) if !one.is_own() => Recipient::Of(citizen, Whom::Profile(one.id)),
                    None if !name.is_empty() => Recipient::Of(citizen, Whom::Guest(name)),
                    Some(_) | None => Recipient::Of(citizen, Whom::Holder),
                })
            }
        }
    }
}

impl Store {
    /// Who says the same number, name and year of birth of themself, or of somebody for whom they declare.
    async fn by_card(
        &self,
        tx: &mut Tx,
        visitor: &Visitor,
        read: &Identity,
        itself: &Itself,
    ) -> Result<Recipient, StoreError> {
        let Some(mut number) = visitor.key() else { return Ok(Recipient::NoAccount) };
        if let Some(insurance) = number.strip_prefix("number insurance ") {
            number = format!("number insurance {}", insurance_digits(insurance));
        }
        let Some(hash) = self.vault()?.said_lookup(&number, read) else { return Ok(Recipient::NoAccount) };
        let mut found = Vec::new();
        for row in tx.fetch_all(OF_CARD, values![hash]).await? {
            let id: ProfileId = row.parsed("id")?;
            if itself.profiles.contains(&id) {
                return Ok(Recipient::TheCase);
            }
            let whom = if row.int("own")? != 0 { Whom::Holder } else { Whom::Profile(id) };
            found.push((row.parsed("citizen_id")?, whom));
        }
        Ok(if found.is_empty() { Recipient::NoAccount } else { Recipient::ByCard(found) })
    }
}

/// The account with a telephone number.
async fn account(tx: &mut Tx, phone: Hash) -> Result<Option<CitizenId>, StoreError> {
    tx.fetch_optional(OF_PHONE, values![phone]).await?.map(|row| row.parsed("id")).transpose()
}
