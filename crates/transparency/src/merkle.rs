//! The Merkle tree of RFC 6962, section 2.1 (SHA-256): hashes, proofs, and their verification by the algorithms of RFC 9162,
//! sections 2.1.3.2 and 2.1.4.2.

use crate::text::{base64, from_base64_array};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 value; as text standard base64.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// SHA-256 of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Root of the tree without leaves.
    pub fn of_empty_tree() -> Self {
        Self::of(b"")
    }

    /// Leaf hash of an entry: SHA-256(0x00 || entry).
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// Hash of an inner node: SHA-256(0x01 || left || right).
    pub fn of_node(left: &Hash, right: &Hash) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Not the base64 of 32 bytes.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a hash: expected the base64 of 32 bytes")]
pub struct InvalidHash;

impl FromStr for Hash {
    type Err = InvalidHash;
    fn from_str(text: &str) -> Result<Self, InvalidHash> {
        from_base64_array(text).map(Self).ok_or(InvalidHash)
    }
}

impl TryFrom<String> for Hash {
    type Error = InvalidHash;
    fn try_from(text: String) -> Result<Self, InvalidHash> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.to_string()
    }
}

/// Size and root of a tree.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct TreeHead {
    /// Number of entries.
    pub size: u64,
    /// Merkle tree hash over them.
    pub root: Hash,
}

impl TreeHead {
    /// The tree without entries.
    pub fn empty() -> Self {
        Self { size: 0, root: Hash::of_empty_tree() }
    }

    /// Whether an entry stands at this index. `proof` from the leaf's sibling up.
    pub fn includes(&self, index: u64, leaf: Hash, proof: &[Hash]) -> bool {
        if index >= self.size {
            return false;
        }
        let (mut node, mut last, mut hash) = (index, self.size - 1, leaf);
        for sibling in proof {
            if last == 0 {
                return false;
            }
            if node & 1 == 1 || node == last {
                hash = Hash::of_node(sibling, &hash);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = Hash::of_node(&hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        last == 0 && hash == self.root
    }

    /// Whether this tree grew out of `old` by appending only. Every tree grew out of the empty one.
    pub fn extends(&self, old: &TreeHead, proof: &[Hash]) -> bool {
        if old.size == 0 {
            return proof.is_empty() && old.root == Hash::of_empty_tree();
        }
        if old.size >= self.size {
            return old == self && proof.is_empty();
        }
        let (mut node, mut last) = (old.size - 1, self.size - 1);
        while node & 1 == 1 {
            node >>= 1;
            last >>= 1;
        }
        // Of a whole old tree the verifier knows the first hash already, so the proof leaves it out.
        let (first, rest) = match (old.size.is_power_of_two(), proof) {
            (true, rest) => (old.root, rest),
            (false, [first, rest @ ..]) => (*first, rest),
            (false, []) => return false,
        };
        let (mut before, mut after) = (first, first);
        for sibling in rest {
            if last == 0 {
                return false;
            }
            if node & 1 == 1 || node == last {
                before = Hash::of_node(sibling, &before);
                after = Hash::of_node(sibling, &after);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                after = Hash::of_node(&after, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        last == 0 && before == old.root && after == self.root
    }
}

/// The hash over leaves `from..to`, where `node(level, index)` tells the hash of the whole subtree of `2^level` leaves that
/// begins at leaf `index * 2^level`.
pub fn range_hash<E>(
    from: u64,
    to: u64,
    node: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let count = to - from;
    if count == 0 {
        return Ok(Hash::of_empty_tree());
    }
    if count.is_power_of_two() && from.is_multiple_of(count) {
        // At most 63, which a u8 holds.
        return node(count.trailing_zeros() as u8, from / count);
    }
    let middle = from + split(count);
    Ok(Hash::of_node(&range_hash(from, middle, node)?, &range_hash(middle, to, node)?))
}

/// The proof that the entry at `index` is in the tree of `size` entries (RFC 6962, section 2.1.1). Empty if it is not.
pub fn inclusion_proof<E>(
    index: u64,
    size: u64,
    node: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let mut proof = Vec::new();
    let (mut from, mut to) = (0, size);
    while index < size && to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(range_hash(middle, to, node)?);
            to = middle;
        } else {
            proof.push(range_hash(from, middle, node)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `new` entries extends that of `old` (RFC 6962, section 2.1.2). Empty if one of them is empty
/// or they are equal.
pub fn consistency_proof<E>(
    old: u64,
    new: u64,
    node: &mut impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    let (mut from, mut to) = (0, new);
    while old < to {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range_hash(middle, to, node)?);
            to = middle;
        } else {
            proof.push(range_hash(from, middle, node)?);
            from = middle;
        }
    }
    if from > 0 {
        proof.push(range_hash(from, to, node)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The largest power of two below `count`, which is 2 or more.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The right edge of a tree: what is needed to append to it and to know its root, at most 64 hashes. Who keeps the frontier
/// of the tree seen last and reads every entry since needs no consistency proof.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Frontier {
    size: u64,
    /// Hashes of the whole subtrees that the tree falls into, largest first: one for each 1 in the binary size.
    nodes: Vec<Hash>,
}

impl Frontier {
    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let merges = self.size.trailing_ones() as usize;
        for left in self.nodes.drain(self.nodes.len().saturating_sub(merges)..).rev() {
            hash = Hash::of_node(&left, &hash);
        }
        self.nodes.push(hash);
        self.size += 1;
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        let mut nodes = self.nodes.iter().rev();
        let root = match nodes.next() {
            None => Hash::of_empty_tree(),
            Some(last) => nodes.fold(*last, |right, left| Hash::of_node(left, &right)),
        };
        TreeHead { size: self.size, root }
    }
}
