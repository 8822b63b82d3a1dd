//! The radio address of one rotation period.

use rand::Rng;
use std::fmt;

/// A non-resolvable private address (Bluetooth Core Specification, volume 6, part B, 1.3.2.2), most significant byte
/// first, as addresses are written. The top two bits of the first byte are 00, the other 46 are random, neither all 0
/// nor all 1.
///
/// Not resolvable: nothing, not even a key of ours, links two of them.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct RandomAddress(pub [u8; 6]);

impl RandomAddress {
    /// A fresh one.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
        loop {
            let mut bytes = [0; 6];
            rng.fill_bytes(&mut bytes);
            let address = Self::from_random_bytes(bytes);
            if address.is_valid() {
                return address;
            }
        }
    }

    /// Of six random bytes, of which two bits are overwritten.
    pub fn from_random_bytes(mut bytes: [u8; 6]) -> Self {
        bytes[0] &= 0x3F;
        Self(bytes)
    }

    /// Whether the address is of the kind that the name promises.
    pub fn is_valid(&self) -> bool {
        const ONES: [u8; 6] = [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        self.0[0] & 0xC0 == 0 && self.0 != [0; 6] && self.0 != ONES
    }
}

/// Redacted: whoever reads a log must not be able to find the phone on the air.
impl fmt::Debug for RandomAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomAddress(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    #[test]
    fn generated_addresses_are_non_resolvable_and_differ() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let addresses: std::collections::HashSet<_> =
            (0..1000).map(|_| RandomAddress::generate(&mut rng)).collect();
        assert_eq!(addresses.len(), 1000);
        assert!(addresses.iter().all(|a| a.is_valid() && a.0[0] & 0xC0 == 0));
        // 1,000 draws of 46 random bits set each of them at least once.
        let union = addresses.iter().fold([0; 6], |acc: [u8; 6], a| std::array::from_fn(|i| acc[i] | a.0[i]));
        assert_eq!(union, [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn the_two_forbidden_patterns_and_other_kinds_are_not_valid() {
        assert!(!RandomAddress([0; 6]).is_valid());
        assert!(!RandomAddress::from_random_bytes([0xFF; 6]).is_valid());
        assert!(!RandomAddress([0x40, 1, 2, 3, 4, 5]).is_valid(), "resolvable");
        assert!(!RandomAddress([0xC0, 1, 2, 3, 4, 5]).is_valid(), "static");
        assert!(RandomAddress::from_random_bytes([0xC0, 1, 2, 3, 4, 5]).is_valid());
    }

    #[test]
    fn debug_shows_no_address() {
        assert_eq!(format!("{:?}", RandomAddress([0x12; 6])), "RandomAddress(..)");
    }
}
