//! Everywhere: the `aes` and `sha2` crates, which use no table and no branch that depends on a key.

use super::{LANES, PADDED};
use crate::filter::Filter;
use aes::Aes128;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

pub fn compress(states: &mut [[u32; 8]], blocks: &[[u8; 64]]) {
    for (state, block) in states.iter_mut().zip(blocks) {
        sha2::block_api::compress256(state, std::slice::from_ref(block));
    }
}

pub fn identifiers(
    keys: &[[u8; 16]],
    intervals: &[&[[u32; LANES]]],
    filter: &Filter,
    mut passed: impl FnMut(usize, usize, &[u8; 16]),
) {
    for (at, (key, intervals)) in keys.iter().zip(intervals).enumerate() {
        let cipher = Aes128::new(key.into());
        for (chunk, intervals) in intervals.iter().enumerate() {
            let mut blocks = intervals.map(|interval| {
                let mut block = PADDED;
                block[12..].copy_from_slice(&interval.to_le_bytes());
                block
            });
            cipher.encrypt_blocks(Array::cast_slice_from_core_mut(&mut blocks));
            for (lane, block) in blocks.iter().enumerate().filter(|(_, block)| filter.passes(block)) {
                passed(at, chunk * LANES + lane, block);
            }
        }
    }
}
