//! AES-128 by AES-NI: eight blocks in flight, as many as sixteen registers leave room for.
#![expect(unsafe_code, reason = "intrinsics; the `aes` crate expands one key at a time (see the benches)")]

use super::{DELAY, LANES, PADDED, ROUND_CONSTANTS};
use crate::filter::Filter;
use std::arch::x86_64::*;

/// Keys that are expanded together: each step waits for the one before, so one key alone leaves the unit idle.
const KEYS: usize = 4;
/// Blocks in flight.
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
    // SAFETY: `Aes::available` alone makes the proof that this path takes, where `aes` and `ssse3` were detected.
    unsafe { all_identifiers(keys, intervals, filter, passed) }
}

#[target_feature(enable = "aes,ssse3")]
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

#[target_feature(enable = "aes,ssse3")]
#[inline]
fn load(block: &[u8; 16]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array; the load needs no alignment.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

#[target_feature(enable = "aes,ssse3")]
#[inline]
fn encrypt(
    round_keys: &[__m128i; 11],
    padded: __m128i,
    numbers: &[u32; FLIGHT],
    out: &mut [[u8; 16]; FLIGHT],
) {
    let mut state = numbers.map(|number| {
        let number = _mm_slli_si128(_mm_cvtsi32_si128(number.cast_signed()), 12);
        _mm_xor_si128(_mm_or_si128(padded, number), round_keys[0])
    });
    for round_key in &round_keys[1..10] {
        for block in &mut state {
            *block = _mm_aesenc_si128(*block, *round_key);
        }
    }
    for (block, out) in state.iter().zip(out) {
        let block = _mm_aesenclast_si128(*block, round_keys[10]);
        // SAFETY: writes the 16 bytes of the array; the store needs no alignment.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), block) }
    }
}

/// FIPS 197, 5.2. `SubWord(RotWord(w)) ^ rcon` is the last AES round on four copies of the rotated word: ShiftRows
/// moves nothing between equal columns, and the round key is the constant.
#[target_feature(enable = "aes,ssse3")]
#[inline]
fn expand(keys: &[[u8; 16]]) -> [[__m128i; 11]; KEYS] {
    let rotated_last_word = _mm_set1_epi32(0x0c0f_0e0d);
    let mut all = [[_mm_setzero_si128(); 11]; KEYS];
    let mut current = [_mm_setzero_si128(); KEYS];
    for ((key, current), all) in keys.iter().zip(&mut current).zip(&mut all) {
        *current = load(key);
        all[0] = *current;
    }
    for (round, constant) in ROUND_CONSTANTS.iter().enumerate() {
        let constant = _mm_set1_epi32(constant.cast_signed());
        for (current, all) in current.iter_mut().zip(&mut all) {
            let word = _mm_aesenclast_si128(_mm_shuffle_epi8(*current, rotated_last_word), constant);
            let key = _mm_xor_si128(*current, _mm_slli_si128(*current, 4));
            let key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
            *current = _mm_xor_si128(key, word);
            all[round + 1] = *current;
        }
    }
    all
}
