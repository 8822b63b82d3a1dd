//! How much a run sends, and what runs come to.

use super::Fault;

/// How much is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Load {
    /// Few wait for the database at the same time.
    Calm,
    /// As much as can be done.
    Crowded,
}

impl Load {
    /// Four runs of each in turn: every network and every node has both.
    pub fn of(number: u64) -> Load {
        if (number / 4).is_multiple_of(2) { Load::Crowded } else { Load::Calm }
    }

    /// Citizens, codes.
    pub fn cast(self) -> [&'static str; 2] {
        match self {
            Load::Calm => ["40", "60"],
            Load::Crowded => ["400", "800"],
        }
    }

    /// Connections of each kind; reports, declarations and check-ins a second.
    pub fn rates(self) -> [&'static str; 4] {
        match self {
            Load::Calm => ["8", "2", "15", "15"],
            Load::Crowded => ["48", "60", "max", "max"],
        }
    }
}

/// What was compared, and summed up over runs.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    pub runs: u64,
    pub acked: u64,
    pub again: u64,
    pub unsure: u64,
    pub lost: u64,
    pub mixed_up: u64,
    pub doubled: u64,
    pub transactions: u64,
    pub members: u64,
}

impl Sums {
    /// One more run.
    pub fn add(&mut self, run: Sums) {
        self.runs += run.runs;
        self.acked += run.acked;
        self.again += run.again;
        self.unsure += run.unsure;
        self.lost += run.lost;
        self.mixed_up += run.mixed_up;
        self.doubled += run.doubled;
        self.transactions += run.transactions;
        self.members += run.members;
    }

    /// How many shared a transaction, on average.
    pub fn shared(&self) -> f64 {
        self.members as f64 / self.transactions.max(1) as f64
    }

    /// A line of the table in docs/reliability.md.
    pub fn line(&self, fault: Fault, load: Load) -> String {
        let Sums { runs, acked, again, unsure, lost, mixed_up, doubled, .. } = self;
        let shared = self.shared();
        format!(
            "| {fault:?}, {load:?} | {runs} | {acked} | {shared:.1} | {again} | {unsure} | {lost} | {mixed_up} | {doubled} |"
        )
    }
}
