//! The two primitives of the key schedule over many keys at once, by the best instructions at hand.
//!
//! The portable path is the `aes` and `sha2` crates (constant-time where the processor has no such instructions). The
//! others exist because those crates take one key at a time: here several messages share the hash unit and a key's
//! whole day shares the AES unit. Which to take is found out at run time, for hash and cipher apart.

#[cfg(target_arch = "x86_64")]
mod aes_ni;
#[cfg(target_arch = "aarch64")]
mod armv8;
mod portable;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
#[cfg(target_arch = "x86_64")]
mod vaes;

use crate::filter::Filter;
use std::fmt;

/// Blocks that are encrypted together, and intervals that a plan is padded to.
pub const LANES: usize = 16;

/// How many chunks of [`LANES`] identifiers lie between deriving one and looking it up. The processor runs a few
/// hundred instructions ahead: what it looks up must be there by then, or it waits for the cipher.
const DELAY: usize = 3;

/// Proof that this processor has what a path needs: only [`Sha::available`] and [`Aes::available`] make one, so safe code
/// cannot run instructions that are not there.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Detected(());

impl fmt::Debug for Detected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("detected")
    }
}

/// How SHA-256 is computed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Sha {
    /// The `sha2` crate, one message after the other.
    Portable,
    /// x86 SHA extensions, two messages at a time.
    #[cfg(target_arch = "x86_64")]
    ShaNi(Detected),
    /// ARMv8 cryptography extension, two messages at a time.
    #[cfg(target_arch = "aarch64")]
    Armv8(Detected),
}

/// How AES-128 is computed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Aes {
    /// The `aes` crate.
    Portable,
    /// AES-NI: 8 blocks in flight.
    #[cfg(target_arch = "x86_64")]
    AesNi(Detected),
    /// VAES on 512-bit registers: 16 blocks in flight.
    #[cfg(target_arch = "x86_64")]
    Vaes(Detected),
    /// ARMv8 cryptography extension: 8 blocks in flight.
    #[cfg(target_arch = "aarch64")]
    Armv8(Detected),
}

impl Sha {
    /// What this processor can, the best last.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") {
            found.push(Self::ShaNi(Detected(())));
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("sha2") {
            found.push(Self::Armv8(Detected(())));
        }
        found
    }

    /// The fastest of them.
    pub fn best() -> Self {
        Self::available().pop().expect("the portable path is always there")
    }

    /// Takes every block into the state beside it.
    pub fn compress(self, states: &mut [[u32; 8]], blocks: &[[u8; 64]]) {
        assert_eq!(states.len(), blocks.len(), "one block a state");
        match self {
            Self::Portable => portable::compress(states, blocks),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi(_) => sha_ni::compress(states, blocks),
            #[cfg(target_arch = "aarch64")]
            Self::Armv8(_) => armv8::compress(states, blocks),
        }
    }
}

impl Aes {
    /// What this processor can, the best last.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("aes") && is_x86_feature_detected!("ssse3") {
            found.push(Self::AesNi(Detected(())));
            if is_x86_feature_detected!("vaes")
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("bmi2")
            {
                found.push(Self::Vaes(Detected(())));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("aes") {
            found.push(Self::Armv8(Detected(())));
        }
        found
    }

    /// The fastest of them.
    pub fn best() -> Self {
        Self::available().pop().expect("the portable path is always there")
    }

    /// Derives the identifiers of each key's intervals (`AES128(key, "EN-RPI" ‖ 6 zero bytes ‖ interval)`), and calls
    /// `passed(position of the key, position among its intervals, identifier)` for those that the filter lets through.
    ///
    /// Filtering is part of the loop so that its loads and comparisons run beside the cipher.
    pub fn identifiers(
        self,
        keys: &[[u8; 16]],
        intervals: &[&[[u32; LANES]]],
        filter: &Filter,
        passed: impl FnMut(usize, usize, &[u8; 16]),
    ) {
        assert_eq!(keys.len(), intervals.len(), "one list of intervals a key");
        match self {
            Self::Portable => portable::identifiers(keys, intervals, filter, passed),
            #[cfg(target_arch = "x86_64")]
            Self::AesNi(_) => aes_ni::identifiers(keys, intervals, filter, passed),
            #[cfg(target_arch = "x86_64")]
            Self::Vaes(_) => vaes::identifiers(keys, intervals, filter, passed),
            #[cfg(target_arch = "aarch64")]
            Self::Armv8(_) => armv8::identifiers(keys, intervals, filter, passed),
        }
    }
}

/// What stands before the interval in every block.
const PADDED: [u8; 16] = *b"EN-RPI\0\0\0\0\0\0\0\0\0\0";

/// Round constants of the AES key schedule (FIPS 197, 5.2).
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const ROUND_CONSTANTS: [u32; 10] = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36];

/// Round constants of SHA-256 (FIPS 180-4, 4.2.2).
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[rustfmt::skip]
const SHA_CONSTANTS: [[u32; 4]; 16] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5], [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3], [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc], [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7], [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13], [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3], [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5], [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208], [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];
