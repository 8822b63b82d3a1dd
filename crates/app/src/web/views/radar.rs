//! Phones around now, as a picture and as words.

use bluezone_pages::maud::{Markup, html};
use bluezone_pages::time::{clock, time_tag};
use bluezone_pages::{Lang, text};
use std::f64::consts::TAU;

text! {
    PICTURE, "{n} điện thoại có Bluezone quanh đây", "{n} phones with Bluezone around here";
    PICTURE_ONE, "1 điện thoại có Bluezone quanh đây", "1 phone with Bluezone around here";
    NOBODY, "Chưa nghe thấy điện thoại nào có Bluezone trong {m} phút qua.",
        "No phone with Bluezone heard in the last {m} minutes.";
    STRONG, "sóng mạnh", "strong";
    MIDDLING, "sóng vừa", "medium";
    WEAK, "sóng yếu", "weak";
    ASLEEP, "Bluetooth đang tắt nên không nghe thấy gì.", "Bluetooth is off, so nothing is heard.";
    AT, "Lúc {t}", "At {t}"
}

/// Half the side of the picture, in its own units.
const HALF: f64 = 160.0;
/// Distance from the middle of the strongest and the weakest signal.
const NEAREST: f64 = 34.0;
const FARTHEST: f64 = 146.0;
/// Strengths at these distances, dBm.
const STRONGEST_DBM: f64 = -45.0;
const WEAKEST_DBM: f64 = -100.0;

/// A phone that was heard.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Dot {
    /// Opaque number: the same while the phone keeps its identifier.
    pub tag: u32,
    /// Received strength, if it was measured.
    pub rssi_dbm: Option<i8>,
}

/// What the radar shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Radar {
    /// The moment it shows, epoch seconds.
    pub now: i64,
    /// Whether the radio listens.
    pub on: bool,
    /// How far back "around now" reaches, seconds.
    pub within_s: i64,
    /// Phones heard.
    pub dots: Vec<Dot>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Strength {
    Strong,
    Middling,
    Weak,
}

impl Strength {
    /// The classes of the original app: above -70 dBm strong, down to -90 medium.
    fn of(dot: &Dot) -> Strength {
        match dot.rssi_dbm {
            Some(rssi) if rssi > -70 => Strength::Strong,
            Some(rssi) if rssi > -90 => Strength::Middling,
            _ => Strength::Weak,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Strength::Strong => "radar-dot",
            Strength::Middling => "radar-dot middling",
            Strength::Weak => "radar-dot weak",
        }
    }
}

/// Where a dot stands: its direction follows from its tag alone, so that it stays while the phone keeps its
/// identifier, and its distance from its strength.
fn place(dot: &Dot) -> (f64, f64) {
    // Multiples of the golden ratio spread tags around the circle, whatever their pattern.
    let turn = (f64::from(dot.tag) * 0.618_033_988_749_894_9).fract() * TAU;
    let rssi = f64::from(dot.rssi_dbm.unwrap_or(-95)).clamp(WEAKEST_DBM, STRONGEST_DBM);
    let share = (STRONGEST_DBM - rssi) / (STRONGEST_DBM - WEAKEST_DBM);
    let from_middle = NEAREST + share * (FARTHEST - NEAREST);
    (HALF + from_middle * turn.cos(), HALF + from_middle * turn.sin())
}

/// The picture and its words. Also the answer that renews them.
pub fn radar(lang: Lang, radar: &Radar) -> Markup {
    let count = |wanted| radar.dots.iter().filter(|dot| Strength::of(dot) == wanted).count();
    let label = match radar.dots.len() {
        1 => PICTURE_ONE.get(lang).to_owned(),
        n => PICTURE.fill(lang, &[("n", &n.to_string())]),
    };
    let minutes = (radar.within_s / 60).max(1).to_string();
    html! {
        svg.radar.radar-off[!radar.on] viewBox="0 0 320 320" role="img" aria-label=(label) {
            circle.radar-ground cx="160" cy="160" r="156" {}
            @for ring in [156, 108, 60] { circle.radar-ring cx="160" cy="160" r=(ring) {} }
            path.radar-ring d="M160 4v312M4 160h312" {}
            @if radar.on { circle.radar-sweep cx="160" cy="160" r="152" {} }
            circle.radar-halo cx="160" cy="160" r="22" {}
            circle.radar-me cx="160" cy="160" r="9" {}
            @for dot in &radar.dots {
                @let (x, y) = place(dot);
                circle class=(Strength::of(dot).class()) cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="8" {}
            }
        }
        @if !radar.on {
            p { (ASLEEP.get(lang)) }
        } @else if radar.dots.is_empty() {
            p { (NOBODY.fill(lang, &[("m", &minutes)])) }
        } @else {
            p.radar-words {
                strong { (label) }
                ": " (count(Strength::Strong)) " " (STRONG.get(lang))
                ", " (count(Strength::Middling)) " " (MIDDLING.get(lang))
                ", " (count(Strength::Weak)) " " (WEAK.get(lang)) "."
            }
        }
        p.small { (time_tag(radar.now, &AT.fill(lang, &[("t", &clock(lang, radar.now))]))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(pairs: &[(u32, i8)]) -> Radar {
        let dots = pairs.iter().map(|&(tag, rssi)| Dot { tag, rssi_dbm: Some(rssi) }).collect();
        Radar { now: 0, on: true, within_s: 600, dots }
    }

    #[test]
    fn a_phone_stays_in_its_direction_and_moves_with_its_strength() {
        let (near, far) = (Dot { tag: 77, rssi_dbm: Some(-50) }, Dot { tag: 77, rssi_dbm: Some(-95) });
        let angle = |dot| {
            let (x, y) = place(dot);
            (y - HALF).atan2(x - HALF)
        };
        assert!((angle(&near) - angle(&far)).abs() < 1e-9);
        let distance = |dot| {
            let (x, y) = place(dot);
            (x - HALF).hypot(y - HALF)
        };
        assert!(distance(&near) < distance(&far));
    }

    #[test]
    fn every_dot_lies_inside_the_picture() {
        for tag in [0, 1, 2, u32::MAX, u32::MAX - 1] {
            for rssi_dbm in [None, Some(i8::MIN), Some(-70), Some(i8::MAX)] {
                let (x, y) = place(&Dot { tag, rssi_dbm });
                assert!((x - HALF).hypot(y - HALF) <= FARTHEST + 1e-6, "{tag} {rssi_dbm:?}");
            }
        }
    }

    #[test]
    fn words_say_what_the_picture_shows() {
        let page = radar(Lang::En, &dots(&[(1, -50), (2, -60), (3, -80), (4, -95)])).into_string();
        assert!(page.contains("4 phones with Bluezone around here"));
        assert!(page.contains("2 strong, 1 medium, 1 weak."));
        assert_eq!(page.matches("radar-dot").count(), 4);
        let empty = radar(Lang::Vi, &dots(&[])).into_string();
        assert!(empty.contains("Chưa nghe thấy điện thoại nào có Bluezone trong 10 phút qua."));
        let off = radar(Lang::Vi, &Radar { on: false, ..dots(&[]) }).into_string();
        assert!(off.contains("Bluetooth đang tắt") && off.contains("radar-off"));
    }
}
