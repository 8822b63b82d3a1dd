//! What is due on which day.

/// Something that happens to one person on one day. The order is the order in which a day's events are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Event {
    Symptoms,
    Hospital,
    Critical,
    Recovering,
    Recovered,
    Death,
    TestTaken,
    TestResult,
    Publication,
    Interview,
    VenueWarning,
    QuarantineEnd,
    IndexEnd,
}

const KINDS: usize = 13;

/// A list of people a day and kind. What lies after the last day is dropped.
#[derive(Clone, Debug)]
pub struct Calendar(Vec<[Vec<u32>; KINDS]>);

impl Calendar {
    /// For day 0 to `last`.
    pub fn new(last: u16) -> Self {
        Self((0..=last).map(|_| Default::default()).collect())
    }

    /// Notes `event` for `who` on `day`.
    pub fn add(&mut self, day: u16, event: Event, who: u32) {
        if let Some(lists) = self.0.get_mut(usize::from(day)) {
            lists[event as usize].push(who);
        }
    }

    /// Takes the next person to whom `event` happens on `day`. People may be added meanwhile.
    pub fn next(&mut self, day: u16, event: Event) -> Option<u32> {
        let list = &mut self.0[usize::from(day)][event as usize];
        let who = list.pop();
        if who.is_none() {
            *list = Vec::new();
        }
        who
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.0.iter().flatten().map(|list| list.capacity() * 4 + size_of::<Vec<u32>>()).sum()
    }
}
