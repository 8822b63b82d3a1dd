//! How an advertisement weakens on its way, and whether it arrives.

use crate::noise::{Draws, curve, mix, normal};
use serde::{Deserialize, Serialize};

/// How the air treats advertisements.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossModel {
    /// Path loss only: 48 dB at 1 m (40 dB free space at 2.44 GHz and 8 dB for two small antennas), 20 dB a decade.
    /// Every packet within reach arrives at exactly that strength.
    Clear,
    /// What real phones on real people measured: flat means by distance, spread, packet loss. See [`Measured`].
    #[default]
    Measured,
}

/// Transmit power of every simulated phone, dBm: the mean of what the phones of the recordings claim.
pub(crate) const TX_POWER_DBM: i8 = -25;

/// The weakest packet a receiver still makes out, dBm: with it, as many scans at each distance hear the other as in the
/// recordings (see [`Measured`]).
const SENSITIVITY_DBM: f64 = -96.0;

/// A phone advertises this often (Exposure Notification: every 200 to 270 ms).
const ADVERTISING_INTERVAL_S: f64 = 0.27;

/// The numbers behind [`LossModel::Measured`].
///
/// Source: the Exposure Notification scans of MIT Lincoln Laboratory (mitll/Exposure-Visualization-Tool): 18,988 scans
/// between phones in buses, trains, queues, auditoriums and parties. Measured there:
/// * mean attenuation of the scans that heard the other, by distance class: 53.1, 56.4, 56.3, 58.4, 61.5, 62.5, 64.8 and
///   67.6 dB, and the share of the receiver's scans that did: 0.89, 0.83, 0.87, 0.87, 0.84, 0.78, 0.71 and 0.41.
///   [`Measured::MEANS`], [`SENSITIVITY_DBM`] and [`Measured::SCAN_LOSS`] were fitted to both, because what is too weak is
///   not heard and the mean of what is heard flatters the distant;
/// * standard deviation of scans within a class 5 to 7.6 dB, 6 to 7 dB below 3 m. Three quarters of the variance belong
///   to the pair (who carries the phone where, which phone, who sits between) and outlast half an hour; most of
///   the rest changes over minutes;
/// * the two directions of one pair correlate only by 0.18;
/// * packets within one scan: standard deviation 3.3 dB, and 6.4 packets arrive on average (2 to 12).
pub(crate) struct Measured;

impl Measured {
    /// Upper end of each distance class in metres, and its mean attenuation in dB, heard or not.
    pub(crate) const MEANS: [(f64, f64); 8] = [
        (1.0, 53.2),
        (1.5, 56.6),
        (2.0, 56.5),
        (3.0, 58.8),
        (4.0, 62.5),
        (6.0, 63.8),
        (10.0, 67.5),
        (f64::INFINITY, 75.2),
    ];
    /// Those tests took place in rooms and vehicles. Beyond this distance there are walls: from here on 35 dB a decade
    /// come on top of the last class (assumed, an office with partitions).
    const ROOM_M: f64 = 15.0;
    /// The part of a pair that lasts: standard deviation in dB, seconds to forget.
    const CARRIAGE: (f64, f64) = (5.7, 7_200.0);
    /// The part that changes as people turn and move.
    const BODY: (f64, f64) = (2.6, 360.0);
    /// Packet to packet.
    const PACKET_DB: f64 = 3.3;
    /// Share of the variance of [`Self::CARRIAGE`] that both directions of a pair have in common.
    const RECIPROCAL: f64 = 0.2;
    /// Share of the scans that miss the other however strong it is.
    const SCAN_LOSS: f64 = 0.11;
    /// Share of the packets that are lost to collisions and to the receiver's other business.
    const PACKET_LOSS: f64 = 0.55;

    fn mean_db(distance_m: f64) -> f64 {
        let class = Self::MEANS.iter().find(|(end, _)| distance_m < *end);
        let base = class.map_or(75.2, |(_, mean)| *mean);
        if distance_m <= Self::ROOM_M { base } else { base + 35.0 * (distance_m / Self::ROOM_M).log10() }
    }

    /// What the pair adds at this moment, in the direction from `tx` to `rx`.
    fn pair_db(seed: u64, rx: u64, tx: u64, t_s: f64) -> f64 {
        let common = mix(mix(mix(seed, 1), rx.min(tx)), rx.max(tx));
        let directed = mix(mix(mix(seed, 2), rx), tx);
        let (sd, period) = Self::CARRIAGE;
        let carriage = curve(common, period, t_s) * Self::RECIPROCAL.sqrt()
            + curve(directed, period, t_s) * (1.0 - Self::RECIPROCAL).sqrt();
        let (body_sd, body_period) = Self::BODY;
        sd * carriage + body_sd * curve(mix(directed, 3), body_period, t_s)
    }
}

/// The way from one phone to another during one scan.
pub(crate) struct Path {
    /// Of the scenario.
    pub seed: u64,
    /// Index of the receiver.
    pub rx: usize,
    /// Index of the sender.
    pub tx: usize,
    /// Metres between them.
    pub distance_m: f64,
    /// Seconds since the start.
    pub t_s: f64,
}

impl LossModel {
    /// Nobody is heard from farther away.
    pub(crate) fn reach_m(self) -> f64 {
        match self {
            // 71 dB, from transmit power to sensitivity.
            LossModel::Clear => 14.2,
            // 86 dB in the mean, 15 dB too weak: more than two standard deviations.
            LossModel::Measured => 30.0,
        }
    }

    /// Appends the strengths of the packets that arrive within `duration_s`.
    pub(crate) fn receive(self, path: &Path, duration_s: f64, rssi_dbm: &mut Vec<i8>) {
        let packets = (duration_s / ADVERTISING_INTERVAL_S) as u32;
        let tx_power = f64::from(TX_POWER_DBM);
        match self {
            LossModel::Clear => {
                let attenuation = 48.0 + 20.0 * path.distance_m.max(0.1).log10();
                if tx_power - attenuation >= SENSITIVITY_DBM {
                    rssi_dbm.extend((0..packets).map(|_| to_dbm(tx_power - attenuation)));
                }
            }
            LossModel::Measured => {
                let (rx, tx) = (path.rx as u64, path.tx as u64);
                let strength = tx_power
                    - Measured::mean_db(path.distance_m)
                    - Measured::pair_db(path.seed, rx, tx, path.t_s);
                // No packet of this path can arrive: the table of normal values ends before 4.
                if strength + 4.0 * Measured::PACKET_DB < SENSITIVITY_DBM {
                    return;
                }
                let scan = mix(mix(mix(mix(path.seed, 4), rx), tx), path.t_s.to_bits());
                let mut draws = Draws::new(scan);
                if share(draws.bits()) < Measured::SCAN_LOSS {
                    return;
                }
                for _ in 0..packets {
                    let bits = draws.bits();
                    let arrives = share(bits) >= Measured::PACKET_LOSS;
                    let packet = strength + Measured::PACKET_DB * normal(bits);
                    if arrives && packet >= SENSITIVITY_DBM {
                        rssi_dbm.push(to_dbm(packet));
                    }
                }
            }
        }
    }
}

/// The upper half of some bits as a share, 0 to 1.
fn share(bits: u64) -> f64 {
    (bits >> 32) as f64 / (1_u64 << 32) as f64
}

fn to_dbm(strength: f64) -> i8 {
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range of a received strength")]
    {
        strength.round().clamp(-127.0, 20.0) as i8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: mean and standard deviation of the attenuation of the scans that heard the other, and their share.
    const MEASURED: [(f64, f64, f64); 8] = [
        (53.1, 6.6, 0.89),
        (56.4, 7.5, 0.83),
        (56.3, 6.8, 0.87),
        (58.4, 6.3, 0.87),
        (61.5, 6.2, 0.84),
        (62.5, 5.3, 0.78),
        (64.8, 5.1, 0.71),
        (67.6, 4.9, 0.41),
    ];

    /// Pairs asked by [`scans`].
    const PAIRS: usize = 6_000;

    /// Mean attenuation of each scan of 4 s, over many pairs and moments, at distances spread over one class.
    fn scans(low_m: f64, high_m: f64) -> Vec<(f64, Vec<i8>)> {
        let mut all = Vec::new();
        for n in 0..PAIRS {
            let distance_m = low_m + (high_m - low_m) * (n % 100) as f64 / 100.0;
            let path = Path { seed: 11, rx: n, tx: n + 1, distance_m, t_s: n as f64 * 37.0 };
            let mut rssi = Vec::new();
            LossModel::Measured.receive(&path, 4.0, &mut rssi);
            if !rssi.is_empty() {
                let mean = rssi.iter().map(|&r| f64::from(r)).sum::<f64>() / rssi.len() as f64;
                all.push((f64::from(TX_POWER_DBM) - mean, rssi));
            }
        }
        all
    }

    fn mean_sd(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        (mean, (values.map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
    }

    /// Tolerances: 0.6 dB on the mean (whole dB, and 15 m instead of the mixture beyond 10 m); 1.5 dB on the spread below
    /// 10 m; 0.08 on the share that is heard. Beyond 10 m the recordings mix rooms of all sizes: their spread is not met.
    #[test]
    fn measured_reproduces_what_was_heard_at_each_distance() {
        let mut low = 0.2;
        for ((high, _), (expected, spread, share)) in Measured::MEANS.into_iter().zip(MEASURED) {
            let heard = scans(low, high.min(Measured::ROOM_M));
            let (mean, sd) = mean_sd(heard.iter().map(|(a, _)| *a));
            let of_all = heard.len() as f64 / PAIRS as f64;
            assert!((mean - expected).abs() < 0.6, "{low} to {high} m: {mean:.2} dB instead of {expected}");
            assert!((sd - spread).abs() < 1.5 || high > 10.0, "{low} to {high} m: spread {sd:.2} dB");
            assert!((of_all - share).abs() < 0.08, "{low} to {high} m: {of_all:.2} heard instead of {share}");
            low = high;
        }
    }

    /// 6.4 packets a scan and 3.3 dB between them in the source.
    #[test]
    fn measured_loses_packets_and_varies_within_a_scan() {
        let all = scans(1.0, 2.0);
        let (packets, _) = mean_sd(all.iter().map(|(_, rssi)| rssi.len() as f64));
        assert!((5.9..6.9).contains(&packets), "{packets} packets a scan");
        let within: Vec<f64> = all
            .iter()
            .filter(|(_, rssi)| rssi.len() > 3)
            .map(|(_, rssi)| {
                let n = rssi.len() as f64;
                let (_, sd) = mean_sd(rssi.iter().map(|&r| f64::from(r)));
                sd * sd * n / (n - 1.0)
            })
            .collect();
        let (variance, _) = mean_sd(within.iter().copied());
        assert!((variance.sqrt() - 3.3).abs() < 0.3, "{} dB within a scan", variance.sqrt());
    }

    /// Correlations of the source: 0.86 after 4 minutes, 0.75 after 32, 0.18 between the two directions.
    #[test]
    fn measured_spread_belongs_to_the_pair_and_direction() {
        let correlation = |other: fn(u64, f64) -> f64| {
            let pairs: Vec<_> = (0..20_000_u64)
                .map(|n| (Measured::pair_db(5, n, n + 1, 1_000.0), other(n, 1_000.0)))
                .collect();
            let n = pairs.len() as f64;
            let (_, sd) = mean_sd(pairs.iter().map(|(a, _)| *a));
            pairs.iter().map(|(a, b)| a * b).sum::<f64>() / n / (sd * sd)
        };
        let after_4 = correlation(|n, t| Measured::pair_db(5, n, n + 1, t + 240.0));
        let after_32 = correlation(|n, t| Measured::pair_db(5, n, n + 1, t + 1_920.0));
        let back = correlation(|n, t| Measured::pair_db(5, n + 1, n, t));
        assert!((0.82..0.98).contains(&after_4), "{after_4}");
        assert!((0.65..0.82).contains(&after_32), "{after_32}");
        assert!((0.10..0.25).contains(&back), "{back}");
    }

    #[test]
    fn clear_is_path_loss_and_nothing_else() {
        let strength = |distance_m: f64| {
            let mut rssi = Vec::new();
            let path = Path { seed: 1, rx: 0, tx: 1, distance_m, t_s: 0.0 };
            LossModel::Clear.receive(&path, 4.0, &mut rssi);
            rssi
        };
        assert_eq!(strength(1.0), vec![-73; 14]);
        assert_eq!(strength(2.0), vec![-79; 14]);
        assert_eq!(strength(10.0), vec![-93; 14]);
        assert!(strength(14.3).is_empty());
    }
}
