//! What the units themselves can do: the same instructions with nothing around them, and OpenSSL.

use bluezone_matching::parts::Aes;
use std::hint::black_box;
use std::process::Command;

/// Blocks that [`encrypt`] encrypts.
pub const BLOCKS: usize = 1 << 16;

/// [`BLOCKS`] blocks under one key, as many in flight as the unit takes; neither loaded nor stored.
#[cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    expect(unsafe_code, reason = "calls what needs instructions that were detected")
)]
pub fn encrypt(aes: Aes) {
    match aes {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the path is offered only where the instructions were detected.
        Aes::Vaes(_) => unsafe { x86::vaes() },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Aes::AesNi(_) => unsafe { x86::aes_ni() },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Aes::Armv8(_) => unsafe { arm::armv8() },
        Aes::Portable => portable(),
    }
}

fn portable() {
    use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
    let cipher = aes::Aes128::new(&[1; 16].into());
    let mut blocks = [[1u8; 16]; 64];
    for _ in 0..BLOCKS / blocks.len() {
        cipher.encrypt_blocks(Array::cast_slice_from_core_mut(black_box(&mut blocks)));
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::BLOCKS;
    use std::arch::x86_64::*;
    use std::hint::black_box;

    #[target_feature(enable = "vaes,avx512f")]
    pub fn vaes() {
        let keys = [_mm512_set1_epi64(black_box(3)); 10];
        let mut state = [1, 2, 3, 4, 5, 6, 7, 8].map(|seed| _mm512_set1_epi64(black_box(seed)));
        for _ in 0..BLOCKS / (4 * state.len()) {
            for key in &keys[..9] {
                state = state.map(|blocks| _mm512_aesenc_epi128(blocks, *key));
            }
            state = state.map(|blocks| _mm512_aesenclast_epi128(blocks, keys[9]));
        }
        black_box(state);
    }

    #[target_feature(enable = "aes")]
    pub fn aes_ni() {
        let keys = [_mm_set1_epi64x(black_box(3)); 10];
        let mut state = [1, 2, 3, 4, 5, 6, 7, 8].map(|seed| _mm_set1_epi64x(black_box(seed)));
        for _ in 0..BLOCKS / state.len() {
            for key in &keys[..9] {
                state = state.map(|block| _mm_aesenc_si128(block, *key));
            }
            state = state.map(|block| _mm_aesenclast_si128(block, keys[9]));
        }
        black_box(state);
    }
}

/// AES-128 blocks a second by OpenSSL, a key's 144 at a time; `None` if there is none.
pub fn openssl_aes() -> Option<f64> {
    Some(openssl(&["-evp", "aes-128-ecb", "-bytes", "2304"])? / 16.0)
}

/// Keys a second, were HKDF only its six blocks of SHA-256 and those one long message.
pub fn openssl_sha() -> Option<f64> {
    Some(openssl(&["-evp", "sha256", "-bytes", "16384"])? / 64.0 / 6.0)
}

/// Bytes a second.
fn openssl(what: &[&str]) -> Option<f64> {
    let output = Command::new("openssl").args(["speed", "-seconds", "1", "-mr"]).args(what).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let last = text.lines().rfind(|line| line.starts_with("+F:"))?;
    last.rsplit(':').next()?.parse().ok()
}
