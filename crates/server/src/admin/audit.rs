//! Checking the private record of who looked at what.

use crate::error::ServerError;
use crate::state::AppState;
use bluezone_domain::audit::{Broken, Chain};
use bluezone_transparency::entry::{AuditHead, Entry, Event};
use std::collections::BTreeMap;
use thiserror::Error;

/// Rows that are read at once.
const AT_ONCE: u32 = 1000;

/// A record that is in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Links.
    pub links: u64,
    /// Those that a head in the transparency log covers.
    pub anchored: u64,
}

/// Why a record is not what it was.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The chain itself is broken.
    #[error("the audit was tampered with: {0}")]
    Broken(#[from] Broken),
    /// The chain is whole, but it is another one than the log was told of.
    #[error("the audit was tampered with: the log holds another head for its first {0} links")]
    OtherHead(u64),
    /// Links at the end are gone.
    #[error("the audit was tampered with: the log holds a head of {anchored} links, and there are {links}")]
    CutOff {
        /// Links that there were.
        anchored: u64,
        /// Links that there are.
        links: u64,
    },
    /// It cannot be read.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// Follows the chain from its first link, and compares every head that the log's entries hold.
pub async fn verify(state: &AppState) -> Result<Verified, AuditError> {
    let anchors = anchors(state).await?;
    let mut chain = Chain::default();
    loop {
        let links = state.store.audit_after(chain.count, AT_ONCE).await.map_err(ServerError::from)?;
        if links.is_empty() {
            break;
        }
        for link in &links {
            chain.follow(link)?;
            if anchors.get(&chain.count).is_some_and(|head| *head != chain.head) {
                return Err(AuditError::OtherHead(chain.count));
            }
        }
    }
    let anchored = anchors.last_key_value().map_or(0, |(count, _)| *count);
    if anchored > chain.count {
        return Err(AuditError::CutOff { anchored, links: chain.count });
    }
    Ok(Verified { links: chain.count, anchored })
}

/// Heads of the chain by its length, as the log's entries tell them.
async fn anchors(state: &AppState) -> Result<BTreeMap<u64, [u8; 32]>, ServerError> {
    let (mut anchors, mut from) = (BTreeMap::new(), 0);
    loop {
        let entries = state.store.log_entries(from, AT_ONCE).await?;
        if entries.is_empty() {
            return Ok(anchors);
        }
        from += entries.len() as u64;
        for entry in entries {
            if let Ok(Entry { event: Event::Audit(AuditHead { count, head }), .. }) = Entry::parse(&entry) {
                anchors.insert(count, head.0);
            }
        }
    }
}
