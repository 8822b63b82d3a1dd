//! What one phone heard of another over a day, in the form that every estimator reads.

use crate::window::MAX_SECONDS_SINCE_LAST_SCAN;

/// Looks closer together than this (seconds) are one look: the same bodies stand in the way, so they are not
/// independent evidence, and one scan's packets may be dated some seconds apart.
pub const SAME_LOOK_S: i64 = 120;

/// What a look of unknown length stands for, seconds: the mean period of Exposure Notification scans.
const USUAL_PERIOD_S: u32 = 240;

/// One time that the receiver listened and heard anybody.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listening {
    /// When it started, seconds.
    pub time_s: i64,
    /// Since the start of the one before. `None`: unknown (the first), taken as four minutes.
    pub seconds_since_last: Option<u32>,
}

/// The other phone in one of them.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Heard {
    /// When, seconds.
    pub time_s: i64,
    /// Mean attenuation of the packets by the claimed transmit power, dB.
    pub mean_db: f64,
    /// Attenuation of the strongest packet, dB.
    pub min_db: f64,
    /// How many packets; 0 counts as 1.
    pub packets: u16,
}

/// The other phone in one look.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Strength {
    /// Mean attenuation, dB.
    pub mean_db: f64,
    /// Smallest attenuation, dB.
    pub min_db: f64,
}

/// One look, with what it saw of the other.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Look {
    /// When, seconds.
    pub time_s: i64,
    /// The time it stands for; at most five minutes for each listening in it.
    pub minutes: f64,
    /// `None`: others were heard, this one was not.
    pub heard: Option<Strength>,
}

/// One person's time near another, as the receiver's phone saw it.
#[derive(Clone, PartialEq, Debug)]
pub struct Encounter {
    looks: Vec<Look>,
    tx_power_dbm: i8,
}

impl Encounter {
    /// Puts sightings of one phone into the listening times of another, both in any order.
    ///
    /// A sighting belongs to the last listening time at or before it (and makes one of its own, of unknown length,
    /// when there is none within [`SAME_LOOK_S`]). Values that are not finite are dropped. Looks before the first and
    /// after the last sighting say nothing of an encounter and are left out.
    pub fn new(listening: &[Listening], heard: &[Heard], tx_power_dbm: i8) -> Self {
        let mut heard: Vec<_> =
            heard.iter().filter(|h| h.mean_db.is_finite() && h.min_db.is_finite()).copied().collect();
        heard.sort_by(|a, b| {
            (a.time_s, a.packets)
                .cmp(&(b.time_s, b.packets))
                .then(a.mean_db.total_cmp(&b.mean_db))
                .then(a.min_db.total_cmp(&b.min_db))
        });
        let mut times = listening.to_vec();
        times.sort_unstable();
        times.dedup_by_key(|l| l.time_s);
        let known = times.clone();
        times.extend(heard.iter().filter_map(|h| {
            let last =
                known.partition_point(|l| l.time_s <= h.time_s).checked_sub(1).map(|i| known[i].time_s);
            let own = last.is_none_or(|last| h.time_s.saturating_sub(last) >= SAME_LOOK_S);
            own.then_some(Listening { time_s: h.time_s, seconds_since_last: None })
        }));
        times.sort_unstable();
        times.dedup_by_key(|l| l.time_s);

        let mut looks: Vec<Look> = Vec::new();
        let mut rest = heard.as_slice();
        let mut times = times.as_slice();
        while let Some(first) = times.first() {
            let end = first.time_s.saturating_add(SAME_LOOK_S);
            let (group, later) = times.split_at(times.partition_point(|l| l.time_s < end));
            let next = later.first().map_or(i64::MAX, |l| l.time_s);
            let (seen, unseen) = rest.split_at(rest.partition_point(|h| h.time_s < next));
            let seconds = |l: &Listening| {
                f64::from(l.seconds_since_last.unwrap_or(USUAL_PERIOD_S).min(MAX_SECONDS_SINCE_LAST_SCAN))
            };
            let minutes = group.iter().map(seconds).sum::<f64>() / 60.0;
            looks.push(Look { time_s: first.time_s, minutes, heard: strength(seen) });
            (times, rest) = (later, unseen);
        }
        let is_heard = |look: &Look| look.heard.is_some();
        let from = looks.iter().position(is_heard).unwrap_or(looks.len());
        let to = looks.iter().rposition(is_heard).map_or(from, |last| last + 1);
        Self { looks: looks[from..to].to_vec(), tx_power_dbm }
    }

    /// From the first look that heard the other to the last, in time order. Empty: never heard.
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// What the other claims to transmit with, dBm.
    pub fn tx_power_dbm(&self) -> i8 {
        self.tx_power_dbm
    }

    /// The looks that heard it: minutes and strength.
    pub fn heard(&self) -> impl Iterator<Item = (f64, Strength)> {
        self.looks.iter().filter_map(|look| Some((look.minutes, look.heard?)))
    }
}

/// Mean weighted by packets, and the smallest.
fn strength(heard: &[Heard]) -> Option<Strength> {
    let packets = |h: &Heard| f64::from(h.packets.max(1));
    let total: f64 = heard.iter().map(packets).sum();
    (!heard.is_empty()).then(|| Strength {
        mean_db: heard.iter().map(|h| packets(h) * h.mean_db).sum::<f64>() / total,
        min_db: heard.iter().map(|h| h.min_db).fold(f64::INFINITY, f64::min),
    })
}
