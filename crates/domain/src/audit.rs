//! The private record of who looked at what: a chain in which each link's hash covers the one before it.
//!
//! A link that is changed, taken out or moved breaks every hash after it. Whoever can write the database could make the whole
//! chain anew, so its head is anchored in the public log; links after the last anchor are only as safe as the database.

use crate::Timestamp;
use crate::id::OfficerId;
use sha2::{Digest, Sha256};
use std::fmt;

/// Label of the hash, so that it means nothing elsewhere.
const LABEL: &[u8] = b"bluezone/audit/v1\n";

/// What an officer did. Holds nothing personal but who the officer is: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub officer: OfficerId,
    /// Code of the officer's unit at that time.
    pub unit: String,
    /// What was done: method and right, such as `GET SeeCases`.
    pub action: String,
    /// To what: the page's address with identifiers of records, without anything that was typed.
    pub what: String,
}

/// A look in the chain.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// From 1, without gaps.
    pub number: u64,
    /// What was done.
    pub look: Look,
    /// Covers this look and the chain before it.
    pub hash: [u8; 32],
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Look(..)")
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.number)
    }
}

/// Where a chain stands: how many links, and the newest one's hash (zeroes before the first).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Chain {
    /// Links.
    pub count: u64,
    /// Hash of the newest.
    pub head: [u8; 32],
}

/// A link does not fit the chain before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "link {number} does not fit the chain before it: it, or one before it, was changed, moved or taken out"
)]
pub struct Broken {
    /// The link that was expected here.
    pub number: u64,
}

impl Chain {
    /// Adds a look.
    pub fn add(&mut self, look: Look) -> Link {
        let number = self.count + 1;
        let hash = hash(&self.head, number, &look);
        *self = Chain { count: number, head: hash };
        Link { number, look, hash }
    }

    /// Goes on over a link that was read, if it is the next one.
    pub fn follow(&mut self, link: &Link) -> Result<(), Broken> {
        let number = self.count + 1;
        if link.number != number || link.hash != hash(&self.head, number, &link.look) {
            return Err(Broken { number });
        }
        *self = Chain { count: number, head: link.hash };
        Ok(())
    }
}

/// Each text with its length before it, so that no two looks are written alike.
fn hash(before: &[u8; 32], number: u64, look: &Look) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(LABEL).chain_update(before);
    hash.update(number.to_be_bytes());
    hash.update(look.at.0.to_be_bytes());
    hash.update(look.officer.as_bytes());
    for text in [&look.unit, &look.action, &look.what] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Vec<Link> {
        let mut chain = Chain::default();
        let look = |number: i64| Look {
            at: Timestamp(1_795_402_800 + number),
            officer: OfficerId::from_bytes([7; 16]),
            unit: "TN-CDC".to_owned(),
            action: "GET SeeCases".to_owned(),
            what: format!("/console/cases/{number:032x}"),
        };
        (0..5).map(|number| chain.add(look(number))).collect()
    }

    fn check(links: &[Link]) -> Result<Chain, Broken> {
        let mut chain = Chain::default();
        links.iter().try_for_each(|link| chain.follow(link)).map(|()| chain)
    }

    #[test]
    fn a_chain_is_followed_to_its_head() {
        let links = links();
        assert_eq!(check(&links), Ok(Chain { count: 5, head: links[4].hash }));
        assert_eq!(check(&[]), Ok(Chain::default()));
    }

    #[test]
    fn a_changed_a_removed_and_a_moved_link_break_it() {
        let links = links();
        let broken = |change: &dyn Fn(&mut Vec<Link>)| {
            let mut links = links.clone();
            change(&mut links);
            check(&links).unwrap_err().number
        };
        assert_eq!(broken(&|links| links[2].look.at.0 += 1), 3);
        assert_eq!(broken(&|links| links[2].look.unit.push('x')), 3);
        assert_eq!(broken(&|links| links[2].look.officer = OfficerId::from_bytes([8; 16])), 3);
        assert_eq!(broken(&|links| drop(links.remove(1))), 2);
        assert_eq!(broken(&|links| links.swap(1, 2)), 2);
        // Renumbered and with the places of their hashes taken, they still do not fit.
        assert_eq!(
            broken(&|links| {
                let (one, two) = (links[1].look.clone(), links[2].look.clone());
                (links[1].look, links[2].look) = (two, one);
            }),
            2
        );
    }

    /// What ends one text and begins the next is part of what is hashed.
    #[test]
    fn texts_do_not_run_into_each_other() {
        let mut look = links().remove(0).look;
        let first = hash(&[0; 32], 1, &look);
        (look.unit, look.action) = (format!("{}G", look.unit), look.action[1..].to_owned());
        assert_ne!(first, hash(&[0; 32], 1, &look));
    }
}
