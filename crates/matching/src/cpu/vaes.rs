//! AES-128 by VAES on 512-bit registers: four blocks an instruction, sixteen in flight.
#![expect(unsafe_code, reason = "intrinsics; twice the speed of AES-NI (see the benches)")]

use super::{DELAY, LANES, PADDED, ROUND_CONSTANTS};
use crate::filter::Filter;
use std::arch::x86_64::*;

/// Keys that are expanded together: four a register, and two registers because each step waits for the one before.
const KEYS: usize = 8;
/// Round keys by round, then by key.
type RoundKeys = [[[u8; 16]; KEYS]; 11];

/// Sixteen identifiers and where the filter has them.
#[derive(Copy, Clone)]
struct Slot {
    /// Position of the key, and of the first identifier among the key's.
    key: usize,
    first: usize,
    /// Identifier `lane` stands at `[lane % 4][lane / 4]`.
    identifiers: [[[u8; 16]; 4]; 4],
    places: [u32; LANES],
    bits: [u32; LANES],
}

const EMPTY: Slot =
    Slot { key: 0, first: 0, identifiers: [[[0; 16]; 4]; 4], places: [0; LANES], bits: [0; LANES] };

pub fn identifiers(
    keys: &[[u8; 16]],
    intervals: &[&[[u32; LANES]]],
    filter: &Filter,
    passed: impl FnMut(usize, usize, &[u8; 16]),
) {
    // SAFETY: `Aes::available` alone makes the proof that this path takes, where `vaes`, `avx512f`, `avx512bw` and `bmi2`
    // were detected.
    unsafe { all_identifiers(keys, intervals, filter, passed) }
}

#[target_feature(enable = "vaes,avx512f,avx512bw")]
fn all_identifiers(
    keys: &[[u8; 16]],
    intervals: &[&[[u32; LANES]]],
    filter: &Filter,
    mut passed: impl FnMut(usize, usize, &[u8; 16]),
) {
    let (words, shift) = filter.words();
    let mut slots = [EMPTY; DELAY + 1];
    let mut turn = 0;
    let mut round_keys: RoundKeys = [[[0; 16]; KEYS]; 11];
    for (group, (keys, intervals)) in keys.chunks(KEYS).zip(intervals.chunks(KEYS)).enumerate() {
        round_keys[0][..keys.len()].copy_from_slice(keys);
        expand(&mut round_keys);
        for (at, intervals) in intervals.iter().enumerate() {
            let mut key = [_mm512_setzero_si512(); 11];
            for (key, round_keys) in key.iter_mut().zip(&round_keys) {
                *key = _mm512_broadcast_i32x4(load(&round_keys[at]));
            }
            for (chunk, intervals) in intervals.iter().enumerate() {
                let slot = &mut slots[turn % (DELAY + 1)];
                (slot.key, slot.first) = (group * KEYS + at, chunk * LANES);
                derive(&key, intervals, shift, slot);
                if turn >= DELAY {
                    look_up(words, &slots[(turn - DELAY) % (DELAY + 1)], &mut passed);
                }
                turn += 1;
            }
        }
    }
    for late in turn.saturating_sub(DELAY)..turn {
        look_up(words, &slots[late % (DELAY + 1)], &mut passed);
    }
}

/// By ordinary instructions: they have units of their own and run beside the cipher. A gather is slower.
#[inline(always)]
fn look_up(words: &[u32], slot: &Slot, passed: &mut impl FnMut(usize, usize, &[u8; 16])) {
    for lane in 0..LANES {
        if words[slot.places[lane] as usize] & slot.bits[lane] == 0 {
            passed(slot.key, slot.first + lane, &slot.identifiers[lane % 4][lane / 4]);
        }
    }
}

#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn derive(round_keys: &[__m512i; 11], intervals: &[u32; LANES], shift: u32, slot: &mut Slot) {
    // The last word of each block is its interval: register k has every fourth interval from k on.
    let numbers = load_words(intervals);
    let first_key = _mm512_xor_si512(_mm512_broadcast_i32x4(load(&PADDED)), round_keys[0]);
    let mut state = [
        _mm512_maskz_shuffle_epi32::<0x00>(0x8888, numbers),
        _mm512_maskz_shuffle_epi32::<0x40>(0x8888, numbers),
        _mm512_maskz_shuffle_epi32::<0x80>(0x8888, numbers),
        _mm512_maskz_shuffle_epi32::<0xC0>(0x8888, numbers),
    ]
    .map(|block| _mm512_xor_si512(block, first_key));
    for round_key in &round_keys[1..10] {
        state = state.map(|blocks| _mm512_aesenc_epi128(blocks, *round_key));
    }
    state = state.map(|blocks| _mm512_aesenclast_epi128(blocks, round_keys[10]));
    for (blocks, out) in state.into_iter().zip(&mut slot.identifiers) {
        store(out, blocks);
    }

    // As `Filter` does it, sixteen at once: the first words of all blocks, and their second words, in order.
    let [first, second, third, fourth] = state;
    let left = _mm512_castsi512_ps(_mm512_unpacklo_epi64(first, second));
    let right = _mm512_castsi512_ps(_mm512_unpacklo_epi64(third, fourth));
    let places = _mm512_castps_si512(_mm512_shuffle_ps::<0x88>(left, right));
    let hashes = _mm512_castps_si512(_mm512_shuffle_ps::<0xDD>(left, right));
    let one = _mm512_set1_epi32(1);
    let bits = _mm512_ternarylogic_epi32::<0xFE>(
        _mm512_rolv_epi32(one, hashes),
        _mm512_rolv_epi32(one, _mm512_srli_epi32::<5>(hashes)),
        _mm512_rolv_epi32(one, _mm512_srli_epi32::<10>(hashes)),
    );
    store_words(&mut slot.places, _mm512_srlv_epi32(places, _mm512_set1_epi32(shift.cast_signed())));
    store_words(&mut slot.bits, bits);
}

/// FIPS 197, 5.2, for all keys at once. `SubWord(RotWord(w)) ^ rcon` is the last AES round on four copies of the rotated
/// word: ShiftRows moves nothing between equal columns, and the round key is the constant.
#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn expand(round_keys: &mut RoundKeys) {
    let rotated_last_word = _mm512_set1_epi32(0x0c0f_0e0d);
    let mut current = [_mm512_setzero_si512(); KEYS / 4];
    for (current, keys) in current.iter_mut().zip(round_keys[0].as_chunks::<4>().0) {
        *current = load_four(keys);
    }
    for (out, constant) in round_keys[1..].iter_mut().zip(ROUND_CONSTANTS) {
        let constant = _mm512_set1_epi32(constant.cast_signed());
        for (current, out) in current.iter_mut().zip(out.as_chunks_mut::<4>().0) {
            let word = _mm512_aesenclast_epi128(_mm512_shuffle_epi8(*current, rotated_last_word), constant);
            let keys = _mm512_xor_si512(*current, _mm512_bslli_epi128::<4>(*current));
            let keys = _mm512_xor_si512(keys, _mm512_bslli_epi128::<8>(keys));
            *current = _mm512_xor_si512(keys, word);
            store(out, *current);
        }
    }
}

// The loads and stores need no alignment, and each touches exactly the bytes of the array that it is given.

#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn load(block: &[u8; 16]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn load_four(blocks: &[[u8; 16]; 4]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array.
    unsafe { _mm512_loadu_si512(blocks.as_ptr().cast()) }
}

#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn load_words(words: &[u32; LANES]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn store(blocks: &mut [[u8; 16]; 4], value: __m512i) {
    // SAFETY: writes the 64 bytes of the array.
    unsafe { _mm512_storeu_si512(blocks.as_mut_ptr().cast(), value) }
}

#[target_feature(enable = "vaes,avx512f,avx512bw")]
#[inline]
fn store_words(words: &mut [u32; LANES], value: __m512i) {
    // SAFETY: writes the 64 bytes of the array.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), value) }
}
