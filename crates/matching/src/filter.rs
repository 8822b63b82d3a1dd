//! Whether an identifier may have been heard: small enough to stay in the cache, right for all but one in hundreds.
//!
//! A blocked Bloom filter: an identifier's three bits lie in one 32-bit word, so a look-up is one load. Identifiers are
//! the output of AES, so their own bits serve as hashes. Whoever chooses identifiers to be heard can make others be
//! looked up in the exact table in vain, no more than that.

/// Bits of filter for each identifier, or up to twice as many: 64 kB for 10,000 identifiers, 256 kB for 50,000, 4 MB
/// for a million. Of other identifiers one in 350 to 800 passes.
const BITS: usize = 32;

/// The filter.
pub struct Filter {
    /// The bits that no identifier has, so that a look-up is one `and`. A power of two of words.
    absent: Vec<u32>,
    shift: u32,
}

impl Filter {
    /// That lets these identifiers pass.
    pub fn new<'a>(identifiers: impl ExactSizeIterator<Item = &'a [u8; 16]>) -> Self {
        let words = (identifiers.len() * BITS / 32).next_power_of_two().clamp(2, 1 << 31);
        let mut filter = Self { absent: vec![u32::MAX; words], shift: 32 - words.trailing_zeros() };
        for identifier in identifiers {
            let (place, bits) = filter.place_and_bits(identifier);
            filter.absent[place] &= !bits;
        }
        filter
    }

    /// The words, and by how many bits the first four bytes of an identifier (little-endian) are shifted to the right
    /// to be a place in them; for the paths that look up many at once.
    pub fn words(&self) -> (&[u32], u32) {
        (&self.absent, self.shift)
    }

    /// Whether the identifier may be one of those that the filter was made from.
    #[inline(always)]
    pub fn passes(&self, identifier: &[u8; 16]) -> bool {
        let (place, bits) = self.place_and_bits(identifier);
        self.absent[place] & bits == 0
    }

    /// The place by the upper bits of the first four bytes, the bits by the next four, five each.
    #[inline(always)]
    fn place_and_bits(&self, identifier: &[u8; 16]) -> (usize, u32) {
        let hash = u64::from_le_bytes(*identifier.first_chunk().expect("an identifier has 16 bytes"));
        let (place, bits) = (hash as u32 >> self.shift, (hash >> 32) as u32);
        (place as usize, [0, 5, 10].map(|by| 1u32.rotate_left(bits >> by)).iter().fold(0, |a, b| a | b))
    }
}
