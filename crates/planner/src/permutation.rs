//! A keyed permutation of 0..n that is evaluated, not stored.

/// A Feistel network over a mixed radix a·b ≥ n (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA
/// 2002). Four rounds; enough for shuffling people, not for secrets.
#[derive(Clone, Copy, Debug)]
pub struct Permutation {
    a: u32,
    b: u32,
    keys: [u32; 4],
}

impl Permutation {
    /// A permutation of [`Self::domain`] numbers: `n` rounded up to a product of two nearly equal factors.
    pub fn new(n: u32, key: u64) -> Self {
        let a = f64::from(n.max(1)).sqrt().ceil() as u32;
        let b = n.max(1).div_ceil(a);
        let keys = [0u32, 16, 32, 48].map(|turn| key.rotate_left(turn) as u32);
        Self { a, b, keys }
    }

    /// How many numbers are permuted; a little more than the `n` asked for.
    pub fn domain(&self) -> u32 {
        self.a * self.b
    }

    /// Where `x` goes.
    #[inline]
    pub fn forward(&self, x: u32) -> u32 {
        let (mut left, mut right) = (x / self.b, x % self.b);
        for pair in self.keys.chunks_exact(2) {
            left = add(left, round(right, pair[0], self.a), self.a);
            right = add(right, round(left, pair[1], self.b), self.b);
        }
        left * self.b + right
    }

    /// Where `x` < `n` goes when only 0..`n` are permuted: onwards until it is among them.
    pub fn within(&self, x: u32, n: u32) -> u32 {
        let mut y = self.forward(x);
        while y >= n {
            y = self.forward(y);
        }
        y
    }
}

#[inline]
fn add(x: u32, y: u32, modulus: u32) -> u32 {
    let sum = x + y;
    if sum >= modulus { sum - modulus } else { sum }
}

#[inline]
fn round(x: u32, key: u32, modulus: u32) -> u32 {
    let x = (x ^ key).wrapping_mul(0x9E37_79B1);
    let x = (x ^ (x >> 15)).wrapping_mul(0x85EB_CA6B);
    ((u64::from(x ^ (x >> 13)) * u64::from(modulus)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_reached_once() {
        for n in [1, 2, 3, 10, 31, 1000, 4097] {
            let permutation = Permutation::new(n, 0x0123_4567_89AB_CDEF ^ u64::from(n));
            let mut seen = vec![false; permutation.domain() as usize];
            for x in 0..permutation.domain() {
                let y = permutation.forward(x);
                assert!(!std::mem::replace(&mut seen[y as usize], true));
            }
        }
    }
}
