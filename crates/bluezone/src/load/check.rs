//! A journal held against the database: nothing that was acknowledged is missing, and nothing is there twice or unasked.

use super::{Entry, Journal, Kind};
use anyhow::Context as _;
use bluezone_domain::declaration::SentBy;
use bluezone_domain::id::{DeclarationId, ProfileId, VisitId};
use bluezone_domain::place::PlaceCode;
use bluezone_domain::visit::Visitor;
use bluezone_server::AppState;
use bluezone_server::admin::rehearsal;
use std::collections::HashSet;

/// What one kind came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Found {
    /// What.
    pub kind: Kind,
    /// Requests that were acknowledged.
    pub acked: usize,
    /// Those whose end nobody knew.
    pub unsure: usize,
    /// Acknowledged, and not there.
    pub lost: usize,
    /// Acknowledged, and there as somebody else's, or of another place.
    pub mixed_up: usize,
    /// There more often than acknowledged and unknown ones account for; of acknowledgements that name the same thing, too.
    pub doubled: usize,
}

impl Found {
    /// Nothing lost, nothing mixed up, nothing doubled.
    pub fn is_right(&self) -> bool {
        self.lost == 0 && self.mixed_up == 0 && self.doubled == 0
    }
}

/// Compares. The database must hold nothing but what the journal's run and the preparation put there.
pub async fn check(state: &AppState, journal: &Journal) -> anyhow::Result<Vec<Found>> {
    let totals = state.store.totals().await?;
    let mut found = Vec::new();
    for kind in [Kind::Publish, Kind::Declare, Kind::CheckIn] {
        let of_kind: Vec<&Entry> = journal.entries.iter().filter(|entry| entry.kind == kind).collect();
        let acked: Vec<&Entry> = of_kind.iter().copied().filter(|entry| entry.is_acked()).collect();
        let unsure = of_kind.len() - acked.len();
        let (mut lost, mut mixed_up) = (0, 0);
        for entry in &acked {
            let kept = find(state, entry).await?;
            match kept {
                Kept::Right => continue,
                Kept::Otherwise => mixed_up += 1,
                Kept::Not => lost += 1,
            }
            // Not its names: some are keys, and no log has one.
            let line = journal.entries.iter().position(|one| one == *entry).map(|at| at + 1);
            tracing::warn!(kind = kind.as_str(), line, ?kept, "not there as it was acknowledged");
        }
        let names: HashSet<&str> = acked.iter().flat_map(|entry| &entry.names).map(String::as_str).collect();
        let named: usize = acked.iter().map(|entry| entry.names.len()).sum();
        let most_of_one =
            if kind == Kind::Publish { acked.first().map_or(14, |one| one.names.len()) } else { 1 };
        let rows = match kind {
            Kind::Publish => totals.published_keys,
            Kind::Declare => totals.declarations,
            Kind::CheckIn | Kind::Poll | Kind::Dummy => totals.visits,
        };
        let most = names.len() + unsure * most_of_one;
        let beyond = usize::try_from(rows).unwrap_or_default().saturating_sub(most);
        let doubled = beyond + named - names.len();
        found.push(Found { kind, acked: acked.len(), unsure, lost, mixed_up, doubled });
    }
    Ok(found)
}

/// How something that was acknowledged was kept.
#[derive(Debug)]
enum Kept {
    /// As it was acknowledged.
    Right,
    /// As another's.
    Otherwise,
    Not,
}

impl Kept {
    /// Of what was found, whether it is as it should be.
    fn of(found: Option<bool>) -> Self {
        match found {
            Some(true) => Kept::Right,
            Some(false) => Kept::Otherwise,
            None => Kept::Not,
        }
    }
}

async fn find(state: &AppState, entry: &Entry) -> anyhow::Result<Kept> {
    let wrong = || format!("the journal names a {} that cannot be", entry.kind.as_str());
    let first = entry.names.first().map_or("", String::as_str);
    let found = match entry.kind {
        Kind::Declare => {
            let id: DeclarationId = first.parse().ok().with_context(wrong)?;
            let sender: ProfileId = entry.of.parse().ok().with_context(wrong)?;
            let of_sender = |by| matches!(by, SentBy::Citizen { profile, .. } if profile == sender);
            state.store.declaration(id).await?.map(|declaration| of_sender(declaration.by))
        }
        Kind::CheckIn => {
            let form: VisitId = first.parse().ok().with_context(wrong)?;
            let profile: ProfileId = entry.of.parse().ok().with_context(wrong)?;
            let place: PlaceCode = entry.at.parse().ok().with_context(wrong)?;
            let found = state.store.visit(rehearsal::visit(state, form, profile)).await?;
            found.map(|visit| visit.place == place && visit.details.visitor == Visitor::Profile(profile))
        }
        Kind::Publish => {
            let mut keys = Vec::with_capacity(entry.names.len());
            for name in &entry.names {
                let bytes = hex::decode(name).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
                keys.push(bytes.with_context(wrong)?);
            }
            (state.store.kept_keys(&keys).await?.to_string() == entry.of).then_some(true)
        }
        Kind::Poll | Kind::Dummy => Some(true),
    };
    Ok(Kept::of(found))
}
