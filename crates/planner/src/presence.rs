//! Who was out of circulation on which day, one bit a person and day.

/// A set of people.
#[derive(Clone, Debug, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// The empty set of `n` possible members.
    pub fn new(n: u32) -> Self {
        Self(vec![0; n.div_ceil(64) as usize])
    }

    /// Whether `who` is a member.
    #[inline]
    pub fn has(&self, who: u32) -> bool {
        self.0[who as usize / 64] >> (who % 64) & 1 == 1
    }

    /// Puts `who` in or takes them out.
    pub fn set(&mut self, who: u32, member: bool) {
        let bit = 1 << (who % 64);
        let word = &mut self.0[who as usize / 64];
        *word = if member { *word | bit } else { *word & !bit };
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.0.capacity() * 8
    }
}

/// What keeps somebody from meeting others, as it stood in the morning of a day.
#[derive(Clone, Debug)]
pub struct Absent {
    /// Meets nobody outside the household: in quarantine, in hospital, dead.
    pub outside: Bits,
    /// Meets nobody in the household either: in hospital, dead.
    pub home: Bits,
}

impl Absent {
    /// Nobody is absent.
    pub fn new(n: u32) -> Self {
        Self { outside: Bits::new(n), home: Bits::new(n) }
    }
}

/// The last mornings, for tracing.
#[derive(Clone, Debug)]
pub struct Mornings(Vec<Absent>);

impl Mornings {
    /// Room for today and `back` days before it.
    pub fn new(n: u32, back: u16) -> Self {
        Self(vec![Absent::new(n); usize::from(back) + 1])
    }

    /// Keeps `now` as the morning of `day`, in place of the oldest.
    pub fn record(&mut self, day: u16, now: &Absent) {
        let slot = self.slot(day);
        self.0[slot].outside.0.copy_from_slice(&now.outside.0);
        self.0[slot].home.0.copy_from_slice(&now.home.0);
    }

    /// The morning of `day`, which must be among the last ones.
    pub fn of(&self, day: u16) -> &Absent {
        &self.0[self.slot(day)]
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|a| a.outside.bytes() + a.home.bytes()).sum()
    }

    fn slot(&self, day: u16) -> usize {
        usize::from(day) % self.0.len()
    }
}
