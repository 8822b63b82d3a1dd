//! AES-128 and SHA-256 by the ARMv8 cryptography extension: eight blocks in flight, two messages at a time.
#![expect(unsafe_code, reason = "intrinsics; the crates take one key and one message at a time")]

use super::{DELAY, LANES, PADDED, ROUND_CONSTANTS, SHA_CONSTANTS};
use crate::filter::Filter;
use std::arch::aarch64::*;

/// Keys that are expanded together: each step waits for the one before.
const KEYS: usize = 4;
/// Blocks in flight: with eleven round keys they fit the 32 registers.
const FLIGHT: usize = 8;

/// Sixteen identifiers.
#[derive(Copy, Clone)]
struct Slot {
    /// Position of the key, and of the first identifier among the key's.
    key: usize,
    first: usize,
    identifiers: [[u8; 16]; LANES],
}

const EMPTY: Slot = Slot { key: 0, first: 0, identifiers: [[0; 16]; LANES] };

pub fn identifiers(
    keys: &[[u8; 16]],
    intervals: &[&[[u32; LANES]]],
    filter: &Filter,
    passed: impl FnMut(usize, usize, &[u8; 16]),
) {
    // SAFETY: `Aes::available` alone makes the proof that this path takes, where `aes` was detected.
    unsafe { all_identifiers(keys, intervals, filter, passed) }
}

#[target_feature(enable = "aes")]
fn all_identifiers(
    keys: &[[u8; 16]],
    intervals: &[&[[u32; LANES]]],
    filter: &Filter,
    mut passed: impl FnMut(usize, usize, &[u8; 16]),
) {
    let padded = load(&PADDED);
    let mut slots = [EMPTY; DELAY + 1];
    let mut turn = 0;
    for (group, (keys, intervals)) in keys.chunks(KEYS).zip(intervals.chunks(KEYS)).enumerate() {
        let round_keys = expand(keys);
        for (at, (round_keys, intervals)) in round_keys.iter().zip(intervals).enumerate() {
            for (chunk, intervals) in intervals.iter().enumerate() {
                let slot = &mut slots[turn % (DELAY + 1)];
                (slot.key, slot.first) = (group * KEYS + at, chunk * LANES);
                let outs = slot.identifiers.as_chunks_mut::<FLIGHT>().0;
                for (intervals, out) in intervals.as_chunks::<FLIGHT>().0.iter().zip(outs) {
                    encrypt(round_keys, padded, intervals, out);
                }
                if turn >= DELAY {
                    look_up(filter, &slots[(turn - DELAY) % (DELAY + 1)], &mut passed);
                }
                turn += 1;
            }
        }
    }
    for late in turn.saturating_sub(DELAY)..turn {
        look_up(filter, &slots[late % (DELAY + 1)], &mut passed);
    }
}

#[inline(always)]
fn look_up(filter: &Filter, slot: &Slot, passed: &mut impl FnMut(usize, usize, &[u8; 16])) {
    for (lane, identifier) in slot.identifiers.iter().enumerate() {
        if filter.passes(identifier) {
            passed(slot.key, slot.first + lane, identifier);
        }
    }
}

/// `AESE` adds the round key before SubBytes and ShiftRows, so the last key is added by itself.
#[target_feature(enable = "aes")]
#[inline]
fn encrypt(
    round_keys: &[uint8x16_t; 11],
    padded: uint8x16_t,
    numbers: &[u32; FLIGHT],
    out: &mut [[u8; 16]; FLIGHT],
) {
    let mut state =
        numbers.map(|number| vreinterpretq_u8_u32(vsetq_lane_u32::<3>(number, vreinterpretq_u32_u8(padded))));
    for round_key in &round_keys[..9] {
        state = state.map(|block| vaesmcq_u8(vaeseq_u8(block, *round_key)));
    }
    for (block, out) in state.into_iter().zip(out) {
        store(out, veorq_u8(vaeseq_u8(block, round_keys[9]), round_keys[10]));
    }
}

/// FIPS 197, 5.2. `SubWord(RotWord(w))` is `AESE` with a key of zeros on four copies of the rotated word: ShiftRows moves
/// nothing between equal columns.
#[target_feature(enable = "aes")]
#[inline]
fn expand(keys: &[[u8; 16]]) -> [[uint8x16_t; 11]; KEYS] {
    let zero = vdupq_n_u8(0);
    let rotated_last_word = vreinterpretq_u8_u32(vdupq_n_u32(0x0c0f_0e0d));
    let mut all = [[zero; 11]; KEYS];
    for (all, key) in all.iter_mut().zip(keys) {
        all[0] = load(key);
    }
    for (round, constant) in ROUND_CONSTANTS.iter().enumerate() {
        let constant = vreinterpretq_u8_u32(vdupq_n_u32(*constant));
        for all in &mut all {
            let before = all[round];
            let word = veorq_u8(vaeseq_u8(vqtbl1q_u8(before, rotated_last_word), zero), constant);
            let key = veorq_u8(before, vextq_u8::<12>(zero, before));
            let key = veorq_u8(key, vextq_u8::<8>(zero, key));
            all[round + 1] = veorq_u8(key, word);
        }
    }
    all
}

pub fn compress(states: &mut [[u32; 8]], blocks: &[[u8; 64]]) {
    // SAFETY: `Sha::available` alone makes the proof that this path takes, where `sha2` was detected.
    unsafe { compress_all(states, blocks) }
}

#[target_feature(enable = "sha2")]
fn compress_all(states: &mut [[u32; 8]], blocks: &[[u8; 64]]) {
    let (states, last_state) = states.as_chunks_mut::<2>();
    let (blocks, last_block) = blocks.as_chunks::<2>();
    for (states, blocks) in states.iter_mut().zip(blocks) {
        compress_some(states, blocks);
    }
    if let ([state], [block]) = (last_state, last_block) {
        compress_some(std::array::from_mut(state), std::array::from_ref(block));
    }
}

#[target_feature(enable = "sha2")]
#[inline]
fn compress_some<const N: usize>(states: &mut [[u32; 8]; N], blocks: &[[u8; 64]; N]) {
    let zero = vdupq_n_u32(0);
    let (mut abcd, mut efgh) = ([zero; N], [zero; N]);
    let mut words = [[zero; 4]; N];
    for lane in 0..N {
        let halves = states[lane].as_chunks::<4>().0;
        (abcd[lane], efgh[lane]) = (load_words(&halves[0]), load_words(&halves[1]));
        for (word, quarter) in words[lane].iter_mut().zip(blocks[lane].as_chunks::<16>().0) {
            *word = vreinterpretq_u32_u8(vrev32q_u8(load(quarter)));
        }
    }
    let (abcd_before, efgh_before) = (abcd, efgh);
    for (round, constants) in SHA_CONSTANTS.iter().enumerate() {
        let constants = load_words(constants);
        for lane in 0..N {
            let words = &mut words[lane];
            let input = vaddq_u32(words[0], constants);
            let before = abcd[lane];
            abcd[lane] = vsha256hq_u32(before, efgh[lane], input);
            efgh[lane] = vsha256h2q_u32(efgh[lane], before, input);
            // The words of sixteen rounds later take the place of those just used.
            let next = match round {
                0..12 => vsha256su1q_u32(vsha256su0q_u32(words[0], words[1]), words[2], words[3]),
                _ => zero,
            };
            *words = [words[1], words[2], words[3], next];
        }
    }
    for lane in 0..N {
        let halves = states[lane].as_chunks_mut::<4>().0;
        store_words(&mut halves[0], vaddq_u32(abcd[lane], abcd_before[lane]));
        store_words(&mut halves[1], vaddq_u32(efgh[lane], efgh_before[lane]));
    }
}

// The loads and stores need no alignment, and each touches exactly the bytes of the array that it is given. NEON is part
// of every aarch64 target.

#[inline]
fn load(block: &[u8; 16]) -> uint8x16_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_u8(block.as_ptr()) }
}

#[inline]
fn store(block: &mut [u8; 16], value: uint8x16_t) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst1q_u8(block.as_mut_ptr(), value) }
}

#[inline]
fn load_words(words: &[u32; 4]) -> uint32x4_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[inline]
fn store_words(words: &mut [u32; 4], value: uint32x4_t) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst1q_u32(words.as_mut_ptr(), value) }
}
