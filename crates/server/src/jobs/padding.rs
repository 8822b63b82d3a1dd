//! Pretend people, so that counting the keys of an export does not count who reported.
//!
//! The number of keys in a file is always a rung of a ladder ([`rung`]), the first one even when nobody reported. What
//! fills it up are whole pretend people: consecutive days, the last one shortened, one onset, the report type and risk
//! that real keys of the same file have, or usual ones. The keys of a pretend person that real ones would have to wait
//! with (the day's own, and after midnight the day before's) wait as well and come in a later file, where they are
//! counted like any other: nothing marks them, in the file or in the database. Some pretend people whose report was "likely"
//! are confirmed or withdrawn hours later, all their keys at once, so that revised keys do not count people either.
//!
//! What this does not hide: many people, over many files, whose habits differ from the usual ones assumed here (how many days
//! they share, how long after the onset they report). Half of the pretend people follow the file's own for that reason.

use bluezone_domain::publication::StoredKey;
use bluezone_protocol::api::TestType;
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::{DAY_S, INTERVALS_PER_DAY, Timestamp};
use bluezone_store::{LaterReport, PaddingKey};
use rand::{Rng, RngExt};

/// Days of keys that a phone has to share, today included.
const MOST_DAYS: i64 = 15;
/// A person with fewer days might have nothing but keys that wait.
const FEWEST_DAYS: i64 = 4;
/// Days from onset to a key that are published at all.
const MOST_DAYS_SINCE_ONSET: i64 = 14;
/// The test that follows a likely report comes after this many seconds.
const TEST_AFTER_S: std::ops::Range<i64> = 6 * 3600..72 * 3600;

/// The smallest file size, in keys, that holds `count`: `floor`, and half as much again each time. An observer learns
/// that the true number is somewhere up to a rung, never which; a file is at most half larger than it need be.
pub fn rung(count: usize, floor: usize) -> usize {
    let mut rung = floor.max(1);
    while rung < count {
        rung = rung.saturating_add(rung.div_ceil(2));
    }
    rung
}

/// Makes pretend people who publish in `[from, until)`, so that exactly `needed` of their keys are released before
/// `until`; further keys are released later. `seen` are the keys that are in the file already.
pub fn pretend_people(
    needed: usize,
    from: Timestamp,
    until: Timestamp,
    embargo_s: i64,
    seen: &[DiagnosisKey],
    rng: &mut dyn Rng,
) -> Vec<PaddingKey> {
    let mut made = Vec::with_capacity(needed + needed / 8);
    let mut missing = needed;
    while missing > 0 {
        let published_at = from + rng.random_range(0..(until - from).max(1));
        let person = Person::draw(published_at, seen, rng);
        let (mut now, later): (Vec<_>, Vec<_>) = person
            .keys(published_at, seen, rng)
            .into_iter()
            .map(|key| StoredKey::received(key, published_at, embargo_s))
            .map(|key| PaddingKey { key, later: person.later })
            .partition(|padding| padding.key.released_at < until);
        // The last one has had the app for a few days only.
        now.truncate(missing);
        missing -= now.len();
        made.extend(now);
        made.extend(later);
    }
    made
}

/// What the keys of one person have in common.
struct Person {
    report_type: ReportType,
    /// Midnight of the day symptoms began.
    onset: Timestamp,
    /// Days of keys, today included.
    days: i64,
    /// Whether the phone sent risk levels of its own.
    own_risks: bool,
    /// The test that changes the report later, if it was only likely and one is made.
    later: Option<LaterReport>,
}

impl Person {
    /// Half of them resemble somebody in the file, so that no real person stands out; half are usual ones, so that the
    /// file's likeness does not tell what its real people are like.
    fn draw(published_at: Timestamp, seen: &[DiagnosisKey], rng: &mut dyn Rng) -> Self {
        let today = published_at.day_start();
        let mut person = Person::usual(today, rng);
        if !seen.is_empty() && rng.random_bool(0.5) {
            person.resemble(&seen[rng.random_range(0..seen.len())], today, seen, rng);
        }
        if person.report_type == ReportType::ConfirmedClinical && rng.random_bool(0.6) {
            let confirmed = rng.random_bool(0.7);
            let report_type = if confirmed { ReportType::ConfirmedTest } else { ReportType::Revoked };
            person.later = Some(LaterReport {
                at: published_at + rng.random_range(TEST_AFTER_S),
                report_type,
                transmission_risk: usual_risk(report_type),
            });
        }
        person
    }

    fn resemble(&mut self, model: &DiagnosisKey, today: Timestamp, seen: &[DiagnosisKey], rng: &mut dyn Rng) {
        if matches!(model.report_type, ReportType::ConfirmedTest | ReportType::ConfirmedClinical) {
            self.report_type = model.report_type;
            self.own_risks = model.transmission_risk != usual_risk(model.report_type);
        }
        let Some(model_onset) = onset(model) else { return };
        let near = model_onset + rng.random_range(-1..=1) * DAY_S;
        self.onset = near.clamp(today - MOST_DAYS_SINCE_ONSET * DAY_S, today);
        // As many days as those who share its onset have at most. A file may hold nothing of a person but the keys that
        // waited; from these nobody's days can be told.
        let oldest = seen
            .iter()
            .filter(|key| key.report_type == model.report_type && onset(key) == Some(model_onset))
            .map(|key| (today - key.start().day_start()) / DAY_S)
            .max();
        if let Some(oldest) = oldest.filter(|oldest| *oldest >= FEWEST_DAYS - 1) {
            self.days = (oldest + 1).min(MOST_DAYS);
        }
    }

    fn usual(today: Timestamp, rng: &mut dyn Rng) -> Self {
        // Four days is also what a case without a known onset is published with.
        let onset_days = if rng.random_bool(0.4) { 4 } else { rng.random_range(0..=7) };
        Person {
            report_type: if rng.random_bool(0.85) {
                ReportType::ConfirmedTest
            } else {
                ReportType::ConfirmedClinical
            },
            onset: today - onset_days * DAY_S,
            days: if rng.random_bool(0.8) { MOST_DAYS } else { rng.random_range(FEWEST_DAYS..MOST_DAYS) },
            own_risks: false,
            later: None,
        }
    }

    /// Newest first.
    fn keys(&self, published_at: Timestamp, seen: &[DiagnosisKey], rng: &mut dyn Rng) -> Vec<DiagnosisKey> {
        let today = published_at.day_start();
        let mut keys = Vec::new();
        for age in 0..self.days {
            let day = today - age * DAY_S;
            let rolling_start = day.interval();
            // Today's key is used to the end of the interval that its owner publishes in.
            let rolling_period =
                if age == 0 { published_at.interval().0 + 1 - rolling_start.0 } else { INTERVALS_PER_DAY };
            let since_onset = (day - self.onset) / DAY_S;
            if since_onset.abs() > MOST_DAYS_SINCE_ONSET {
                continue;
            }
            keys.push(DiagnosisKey {
                key: TemporaryExposureKey::generate(rng),
                rolling_start,
                rolling_period,
                transmission_risk: self.risk(since_onset, seen),
                report_type: self.report_type,
                days_since_onset: i32::try_from(since_onset).ok(),
            });
        }
        keys
    }

    /// The usual one of the report type; or what phones that send their own sent for the nearest day.
    fn risk(&self, since_onset: i64, seen: &[DiagnosisKey]) -> u8 {
        let usual = usual_risk(self.report_type);
        if !self.own_risks {
            return usual;
        }
        seen.iter()
            .filter(|key| key.report_type == self.report_type && key.transmission_risk != usual)
            .min_by_key(|key| (i64::from(key.days_since_onset.unwrap_or_default()) - since_onset).abs())
            .map_or(usual, |key| key.transmission_risk)
    }
}

/// Midnight of the day that symptoms of a key's owner began.
fn onset(key: &DiagnosisKey) -> Option<Timestamp> {
    key.days_since_onset.map(|days| key.start().day_start() - i64::from(days) * DAY_S)
}

fn usual_risk(report_type: ReportType) -> u8 {
    match report_type {
        ReportType::ConfirmedClinical => TestType::Likely,
        ReportType::Revoked => TestType::Negative,
        _ => TestType::Confirmed,
    }
    .default_transmission_risk()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::collections::{BTreeMap, BTreeSet};

    const EMBARGO_S: i64 = 7200;

    fn span(hour: i64) -> (Timestamp, Timestamp) {
        let from = Timestamp(1_700_006_400).day_start() + hour * 3600;
        (from, from + 7200)
    }

    #[test]
    fn rungs_are_few_and_hold_what_they_must() {
        let sizes: BTreeSet<usize> = (0..20_000).map(|count| rung(count, 150)).collect();
        assert_eq!(sizes.iter().take(4).copied().collect::<Vec<_>>(), [150, 225, 338, 507]);
        assert_eq!(sizes.len(), 14);
        for count in 0..20_000 {
            let rung = rung(count, 150);
            assert!(rung >= count && (rung == 150 || 2 * rung <= 3 * count), "{count} -> {rung}");
        }
        assert_eq!(rung(0, 0), 1);
        assert_eq!(rung(usize::MAX, 150), usize::MAX);
    }

    #[test]
    fn exactly_the_needed_keys_are_released_in_time_whatever_the_hour() {
        let mut rng = StdRng::seed_from_u64(1);
        for hour in 0..24 {
            let (from, until) = span(hour);
            for needed in [0, 1, 13, 150, 338] {
                let keys = pretend_people(needed, from, until, EMBARGO_S, &[], &mut rng);
                let now = keys.iter().filter(|padding| padding.key.released_at < until).count();
                assert_eq!(now, needed, "hour {hour}");
                for PaddingKey { key, .. } in &keys {
                    assert!(key.released_at >= key.key.end() + EMBARGO_S, "withheld like a real one");
                    assert!(key.released_at >= from);
                    assert!((1..=144).contains(&key.key.rolling_period));
                    assert!(key.key.days_since_onset.is_some_and(|days| days.abs() <= 14));
                }
            }
        }
    }

    /// A later file gets the shortened keys of people whose other keys were in an earlier one.
    #[test]
    fn shortened_keys_come_later_like_real_ones() {
        let mut rng = StdRng::seed_from_u64(2);
        let (from, until) = span(10);
        let keys = pretend_people(300, from, until, EMBARGO_S, &[], &mut rng);
        let (now, later): (Vec<_>, Vec<_>) =
            keys.iter().map(|padding| &padding.key).partition(|key| key.released_at < until);
        assert!(now.iter().all(|key| key.key.rolling_period == 144));
        assert!(later.iter().all(|key| key.key.rolling_period < 144));
        let people = later.len();
        assert!((20..=40).contains(&people), "{people} people for 300 keys");
    }

    #[test]
    fn likely_people_are_confirmed_or_withdrawn_whole_and_later() {
        let mut rng = StdRng::seed_from_u64(4);
        let (from, until) = span(10);
        let keys = pretend_people(3000, from, until, EMBARGO_S, &[], &mut rng);
        let mut per_change: BTreeMap<(Timestamp, ReportType), Vec<&PaddingKey>> = BTreeMap::new();
        for padding in &keys {
            match (padding.key.key.report_type, padding.later) {
                (ReportType::ConfirmedClinical, Some(later)) => {
                    assert!(later.at >= from + 6 * 3600 && later.at < until + 72 * 3600);
                    per_change.entry((later.at, later.report_type)).or_default().push(padding);
                }
                (ReportType::ConfirmedClinical, None) => {}
                (report_type, later) => assert_eq!((report_type, later), (ReportType::ConfirmedTest, None)),
            }
        }
        assert!(per_change.len() > 10, "{}", per_change.len());
        for person in per_change.values() {
            let days: BTreeSet<_> = person.iter().map(|padding| padding.key.key.rolling_start).collect();
            assert_eq!(days.len(), person.len(), "one key a day");
            assert!(person.len() >= 4, "all the keys of a person change");
        }
    }

    /// Counting the keys of each day counts people in the reference systems. Here files of nobody and files with six people
    /// (as many as the first rung can hide well) have the same number of keys for each day, but for chance.
    #[test]
    fn keys_of_each_day_are_as_many_with_and_without_real_people() {
        let (from, until) = span(10);
        let today = from.day_start();
        let mut rng = StdRng::seed_from_u64(5);
        let rounds = 400;
        let mut means = Vec::new();
        for real_people in [0, 6] {
            let mut per_age = [0_f64; 16];
            for _ in 0..rounds {
                let mut file: Vec<DiagnosisKey> = Vec::new();
                for _ in 0..real_people {
                    let person = Person::usual(today, &mut rng);
                    let at = from + rng.random_range(0..7200);
                    let keys = person.keys(at, &[], &mut rng);
                    file.extend(keys.into_iter().filter(|key| key.end() + EMBARGO_S < until));
                }
                let needed = rung(file.len(), 150) - file.len();
                let padding = pretend_people(needed, from, until, EMBARGO_S, &file, &mut rng);
                file.extend(
                    padding.into_iter().filter(|p| p.key.released_at < until).map(|padding| padding.key.key),
                );
                assert_eq!(file.len(), 150);
                for key in &file {
                    per_age[usize::try_from((today - key.start()) / DAY_S).unwrap()] +=
                        1.0 / f64::from(rounds);
                }
            }
            means.push(per_age);
        }
        for (age, (without, with)) in means[0].iter().zip(means[1]).enumerate().take(15).skip(1) {
            // One person more or less in each file would be ten in a hundred.
            assert!(
                (without - with).abs() < 0.8,
                "age {age}: {without:.2} without, {with:.2} with six people"
            );
        }
    }

    /// The attack on the reference systems (count keys that share risk and onset, day by day): with one real person of an
    /// unusual shape among pretend ones, that shape has company.
    #[test]
    fn an_unusual_person_has_company() {
        let mut rng = StdRng::seed_from_u64(3);
        let (from, until) = span(10);
        let today = from.day_start();
        let real: Vec<DiagnosisKey> = (1..14)
            .map(|age| DiagnosisKey {
                key: TemporaryExposureKey::generate(&mut rng),
                rolling_start: (today - age * DAY_S).interval(),
                rolling_period: 144,
                transmission_risk: if age < 5 { 7 } else { 1 },
                report_type: ReportType::ConfirmedClinical,
                days_since_onset: Some(i32::try_from(11 - age).unwrap()),
            })
            .collect();
        let made = pretend_people(225 - real.len(), from, until, EMBARGO_S, &real, &mut rng);
        let mut per_onset: BTreeMap<i64, usize> = BTreeMap::new();
        for key in made.iter().map(|made| &made.key.key) {
            if key.report_type == ReportType::ConfirmedClinical && [1, 7].contains(&key.transmission_risk) {
                let onset = key.start().day_start() - i64::from(key.days_since_onset.unwrap()) * DAY_S;
                *per_onset.entry((today - onset) / DAY_S).or_default() += 1;
            }
        }
        assert!(per_onset.values().sum::<usize>() > 40, "{per_onset:?}");
        assert!((10..=12).any(|days| per_onset.get(&days).is_some_and(|keys| *keys > 5)), "{per_onset:?}");
    }
}
