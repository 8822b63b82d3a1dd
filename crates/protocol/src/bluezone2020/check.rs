//! The original's exposure check, kept exactly: one sighting anywhere in radio range is a contact.

use super::{BluezoneId, DAY_MS, DailyKey, SlotsPerDay};

/// A published daily key of the original: whose identifiers to look for, and from when to when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckWindow {
    /// The key of the day that begins at `start_ms`; later days follow by hashing.
    pub daily_key: DailyKey,
    /// When that day begins. If it is not midnight UTC, all slots shift with it.
    pub start_ms: i64,
    /// Slots that start after this are not checked; one that starts exactly then is.
    pub end_ms: i64,
    /// Slots a day.
    pub slots: SlotsPerDay,
}

/// A window longer than this is cut: each slot costs a hash and the dates come from a message.
const MAX_WINDOW_MS: i64 = 366 * DAY_MS;

impl CheckWindow {
    /// Slots that start after this are not checked: [`Self::end_ms`], or where the window is cut.
    pub fn last_start_ms(&self) -> i64 {
        self.end_ms.min(self.start_ms.saturating_add(MAX_WINDOW_MS))
    }
}

/// Whether one of `sightings` (identifier, time in ms) is the window's phone, heard in the very slot the
/// identifier belongs to, both ends included. No tolerance for clocks, no strength, no duration: as the original.
pub fn check_contact(window: &CheckWindow, sightings: &[(BluezoneId, i64)]) -> bool {
    let slot_ms = window.slots.slot_ms();
    let last = window.last_start_ms();
    let mut start = window.start_ms;
    let mut daily_key = window.daily_key.clone();
    while start <= last {
        for id in daily_key.identifiers(window.slots) {
            if start > last {
                break;
            }
            let end = start.saturating_add(slot_ms);
            if sightings.iter().any(|(heard, time)| *heard == id && (start..=end).contains(time)) {
                return true;
            }
            if end == start {
                return false; // The clock's end: times saturate here.
            }
            start = end;
        }
        daily_key = daily_key.next();
    }
    false
}
