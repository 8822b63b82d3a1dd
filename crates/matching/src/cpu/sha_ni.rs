//! SHA-256 by the x86 SHA extensions, two messages at a time.
//!
//! A round instruction takes four cycles and the unit takes a new one every two: one message alone leaves it idle half
//! the time.
#![expect(unsafe_code, reason = "intrinsics; one message at a time reaches half the speed (see the benches)")]

use super::SHA_CONSTANTS;
use std::arch::x86_64::*;

pub fn compress(states: &mut [[u32; 8]], blocks: &[[u8; 64]]) {
    // SAFETY: `Sha::available` alone makes the proof that this path takes, where `sha` and `sse4.1` were detected.
    unsafe { compress_all(states, blocks) }
}

#[target_feature(enable = "sha,sse4.1")]
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

/// Four words of a message, and their round constants.
#[target_feature(enable = "sha,sse4.1")]
fn load(words: &[u8; 16]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array; the load needs no alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[target_feature(enable = "sha,sse4.1")]
fn load_words(words: &[u32; 4]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array; the load needs no alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[target_feature(enable = "sha,sse4.1")]
fn store(words: &mut [u32; 4], value: __m128i) {
    // SAFETY: writes the 16 bytes of the array; the store needs no alignment.
    unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), value) }
}

#[target_feature(enable = "sha,sse4.1")]
#[inline]
fn compress_some<const N: usize>(states: &mut [[u32; 8]; N], blocks: &[[u8; 64]; N]) {
    let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let zero = _mm_setzero_si128();
    let (mut abef, mut cdgh) = ([zero; N], [zero; N]);
    let mut words = [[zero; 4]; N];
    for lane in 0..N {
        let (halves, _) = states[lane].as_chunks::<4>();
        let cdab = _mm_shuffle_epi32(load_words(&halves[0]), 0xB1);
        let efgh = _mm_shuffle_epi32(load_words(&halves[1]), 0x1B);
        abef[lane] = _mm_alignr_epi8(cdab, efgh, 8);
        cdgh[lane] = _mm_blend_epi16(efgh, cdab, 0xF0);
        let (quarters, _) = blocks[lane].as_chunks::<16>();
        for (word, quarter) in words[lane].iter_mut().zip(quarters) {
            *word = _mm_shuffle_epi8(load(quarter), big_endian);
        }
    }
    let (abef_before, cdgh_before) = (abef, cdgh);

    // Four rounds with the words at hand, then the words of sixteen rounds later in their place.
    macro_rules! four_rounds {
        ($round:literal, $next:literal) => {
            let constants = load_words(&SHA_CONSTANTS[$round]);
            let [w0, w1, w2, w3] = [$round % 4, ($round + 1) % 4, ($round + 2) % 4, ($round + 3) % 4];
            for lane in 0..N {
                let input = _mm_add_epi32(words[lane][w0], constants);
                cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], input);
                abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(input, 0x0E));
            }
            if $next {
                for lane in 0..N {
                    let words = &mut words[lane];
                    let minus_7 = _mm_alignr_epi8(words[w3], words[w2], 4);
                    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(words[w0], words[w1]), minus_7);
                    words[w0] = _mm_sha256msg2_epu32(sum, words[w3]);
                }
            }
        };
    }
    four_rounds!(0, true);
    four_rounds!(1, true);
    four_rounds!(2, true);
    four_rounds!(3, true);
    four_rounds!(4, true);
    four_rounds!(5, true);
    four_rounds!(6, true);
    four_rounds!(7, true);
    four_rounds!(8, true);
    four_rounds!(9, true);
    four_rounds!(10, true);
    four_rounds!(11, true);
    four_rounds!(12, false);
    four_rounds!(13, false);
    four_rounds!(14, false);
    four_rounds!(15, false);

    for lane in 0..N {
        let abef = _mm_add_epi32(abef[lane], abef_before[lane]);
        let cdgh = _mm_add_epi32(cdgh[lane], cdgh_before[lane]);
        let feba = _mm_shuffle_epi32(abef, 0x1B);
        let dchg = _mm_shuffle_epi32(cdgh, 0xB1);
        let (halves, _) = states[lane].as_chunks_mut::<4>();
        store(&mut halves[0], _mm_blend_epi16(feba, dchg, 0xF0));
        store(&mut halves[1], _mm_alignr_epi8(dchg, feba, 8));
    }
}
