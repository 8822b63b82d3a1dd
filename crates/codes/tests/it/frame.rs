//! Frames of a camera, drawn: a code turned, seen from the side, in bad light, with noise.

use bluezone_codes::KeyRing;
use bluezone_codes::frame::{BadFrame, MOST_PIXELS, decode};
use bluezone_codes::pass::{self, CardId};
use bluezone_codes::place::{Link, PlaceCode, Poster};
use bluezone_protocol::time::Timestamp;
use fast_qr::qr::QRBuilder;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Modules of quiet zone.
const QUIET: f64 = 4.0;

/// How a camera sees a code.
#[derive(Clone, Copy)]
struct View {
    side: usize,
    /// Part of the frame that the code fills.
    fills: f64,
    /// Degrees.
    turned: f64,
    /// How much smaller the far edge is, 0 to 1.
    tilt: f64,
    /// How much darker the left is than the right, and how much pixels differ by chance, of 255.
    shade: f64,
    noise: f64,
}

const STRAIGHT: View = View { side: 480, fills: 0.6, turned: 0.0, tilt: 0.0, shade: 0.0, noise: 0.0 };

fn frame(text: &str, view: View, seed: u64) -> Vec<u8> {
    let code = QRBuilder::new(text).build().unwrap();
    let modules = code.size as f64 + 2.0 * QUIET;
    let dark = |x: f64, y: f64| {
        let (x, y) = ((x * modules - QUIET).floor(), (y * modules - QUIET).floor());
        let inside = |v: f64| v >= 0.0 && v < code.size as f64;
        inside(x) && inside(y) && code[y as usize][x as usize].value()
    };
    let mut rng = StdRng::seed_from_u64(seed);
    let side = view.side as f64;
    let (sin, cos) = view.turned.to_radians().sin_cos();
    let mut luma = Vec::with_capacity(view.side * view.side);
    for row in 0..view.side {
        for column in 0..view.side {
            let mut light = 0.0;
            for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                let (u, v) = ((column as f64 + dx) / side - 0.5, (row as f64 + dy) / side - 0.5);
                let (u, v) = ((u * cos + v * sin) / view.fills, (v * cos - u * sin) / view.fills);
                // The far edge, above, is smaller.
                let depth = 1.0 - view.tilt * v;
                let (x, y) = (u / depth + 0.5, v / depth + 0.5);
                let paper = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
                light += if !paper {
                    120.0
                } else if dark(x, y) {
                    50.0
                } else {
                    205.0
                };
            }
            let shade = 1.0 - view.shade * (1.0 - column as f64 / side);
            let noise = view.noise * rng.random_range(-1.0..1.0);
            luma.push((light / 4.0 * shade + noise).clamp(0.0, 255.0) as u8);
        }
    }
    luma
}

fn texts() -> [String; 2] {
    let ring = KeyRing::new((1, [1; 32]), []);
    let code: PlaceCode = "100085724".parse().unwrap();
    let poster = Link { code, poster: Some(Poster::new(&ring, code, 3)) };
    [
        pass::live(&ring, CardId([7; 16]), Timestamp(1_700_000_000)),
        poster.write("https://bluezone.thainguyen.gov.vn"),
    ]
}

#[test]
fn our_codes_are_read_however_they_are_held() {
    let turned = [0.0, 8.0, 45.0, 90.0, 133.0, 180.0, 271.0].map(|turned| View { turned, ..STRAIGHT });
    let tilted = [0.2, 0.35].map(|tilt| View { tilt, turned: 12.0, ..STRAIGHT });
    let noisy = [20.0, 40.0].map(|noise| View { noise, turned: 5.0, ..STRAIGHT });
    let shaded = [0.3, 0.6].map(|shade| View { shade, ..STRAIGHT });
    let far = View { fills: 0.35, ..STRAIGHT };
    let all = View { turned: 20.0, tilt: 0.2, shade: 0.4, noise: 25.0, ..STRAIGHT };
    let views = turned.iter().chain(&tilted).chain(&noisy).chain(&shaded).chain([&far, &all]);
    for (seed, view) in views.enumerate() {
        for text in texts() {
            let luma = frame(&text, *view, seed as u64);
            assert_eq!(decode(view.side, &luma), Ok(Some(text)), "view {seed}");
        }
    }
}

#[test]
fn no_code_is_no_text() {
    assert_eq!(decode(100, &[255; 10_000]), Ok(None));
    let mut rng = StdRng::seed_from_u64(1);
    let noise: Vec<u8> = (0..480 * 480).map(|_| rng.random()).collect();
    assert_eq!(decode(480, &noise), Ok(None));
    // A code of which a quarter is missing.
    let mut torn = frame(&texts()[0], STRAIGHT, 1);
    torn[..240 * 480].fill(128);
    assert_eq!(decode(480, &torn), Ok(None));
}

#[test]
fn frames_have_a_size() {
    for (width, bytes, why) in [
        (0, 0, BadFrame::Size),
        (20, 400, BadFrame::Size),
        (21, 21 * 20, BadFrame::Size),
        (1281, 1281 * 21, BadFrame::Size),
        (100, 9_999, BadFrame::Length),
        (1024, MOST_PIXELS + 1024, BadFrame::Size),
        (21, 21 * 1281, BadFrame::Size),
    ] {
        assert_eq!(decode(width, &vec![0; bytes]), Err(why), "{width} {bytes}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Pieces of a code, moved and painted over, never stop the reader.
    #[test]
    fn a_damaged_frame_never_panics(
        side in 21_usize..200,
        turned in 0.0..360.0_f64,
        spots in prop::collection::vec((any::<u16>(), 1_usize..400, any::<u8>()), 0..20),
    ) {
        let view = View { side, turned, fills: 0.9, ..STRAIGHT };
        let mut luma = frame("https://bluezone.example/p/100085724", view, 1);
        let pixels = luma.len();
        for (at, length, value) in spots {
            let at = usize::from(at) % pixels;
            luma[at..(at + length).min(pixels)].fill(value);
        }
        let _ = decode(side, &luma);
    }
}
