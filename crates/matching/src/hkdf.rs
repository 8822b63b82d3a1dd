//! `RPIK = HKDF-SHA256(key, salt: none, info: "EN-RPIK", 16 bytes)` for many keys (RFC 5869, RFC 2104).
//!
//! Salt and info are the same for every key, so of the ten times that SHA-256 runs over a block, four give the same
//! result each time. Six remain for each key, and each is done for all keys before the next.

use crate::cpu::Sha;

/// Keys that are derived together: their hash states and blocks stay in the first-level cache.
pub const BATCH: usize = 64;

type State = [u32; 8];
type Block = [u8; 64];

/// SHA-256 of nothing yet (FIPS 180-4, 5.3.3).
pub const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

const INNER: u8 = 0x36;
const OUTER: u8 = 0x5c;

/// A message's last bytes as its last block, after `before` bytes in whole blocks: padding and length in bits follow.
pub fn last_block(message: &[u8], before: usize) -> Block {
    assert!(message.len() <= 55, "padding and length take nine bytes");
    let mut block = [0; 64];
    block[..message.len()].copy_from_slice(message);
    block[message.len()] = 0x80;
    block[56..].copy_from_slice(&(8 * (before + message.len()) as u64).to_be_bytes());
    block
}

/// The first `N` bytes of a digest, or all 32.
pub fn digest<const N: usize>(state: &State) -> [u8; N] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    std::array::from_fn(|at| bytes[at])
}

/// Derives identifier keys. Holds the buffers; the keys are published ones, so they are not wiped.
pub struct Deriver {
    sha: Sha,
    /// Of HMAC with the empty salt, after the block of the padded salt.
    salt: [State; 2],
    inner: Vec<State>,
    outer: Vec<State>,
    blocks: Vec<Block>,
}

impl Deriver {
    /// With these instructions, which must be among the available ones.
    pub fn new(sha: Sha) -> Self {
        let mut salt = [INITIAL; 2];
        sha.compress(&mut salt, &[[INNER; 64], [OUTER; 64]]);
        Self {
            sha,
            salt,
            inner: vec![INITIAL; BATCH],
            outer: vec![INITIAL; BATCH],
            blocks: vec![[0; 64]; BATCH],
        }
    }

    /// The identifier keys of at most [`BATCH`] keys, in place.
    pub fn identifier_keys(&mut self, keys: &mut [[u8; 16]]) {
        let count = keys.len();
        let (inner, outer) = (&mut self.inner[..count], &mut self.outer[..count]);
        let blocks = &mut self.blocks[..count];
        // Extract: the pseudorandom key is the HMAC of the key by the salt.
        inner.fill(self.salt[0]);
        outer.fill(self.salt[1]);
        for (block, key) in blocks.iter_mut().zip(&*keys) {
            *block = last_block(key, 64);
        }
        hmac(self.sha, inner, outer, blocks);
        // Expand: the HMAC of the info by the pseudorandom key.
        let pseudorandom = |state: &State, padding: u8| {
            let mut block = [padding; 64];
            for (byte, key) in block.iter_mut().zip(digest::<32>(state)) {
                *byte ^= key;
            }
            block
        };
        for (block, state) in blocks.iter_mut().zip(&*outer) {
            *block = pseudorandom(state, INNER);
        }
        inner.fill(INITIAL);
        self.sha.compress(inner, blocks);
        for (block, state) in blocks.iter_mut().zip(&*outer) {
            *block = pseudorandom(state, OUTER);
        }
        outer.fill(INITIAL);
        self.sha.compress(outer, blocks);
        blocks.fill(last_block(b"EN-RPIK\x01", 64));
        hmac(self.sha, inner, outer, blocks);
        for (key, state) in keys.iter_mut().zip(&*outer) {
            *key = digest(state);
        }
    }
}

/// The HMACs of the messages that end in `blocks`, into `outer`.
fn hmac(sha: Sha, inner: &mut [State], outer: &mut [State], blocks: &mut [Block]) {
    sha.compress(inner, blocks);
    for (block, state) in blocks.iter_mut().zip(inner) {
        *block = last_block(&digest::<32>(state), 64);
    }
    sha.compress(outer, blocks);
}
