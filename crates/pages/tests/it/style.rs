//! The colours of the style sheet, checked for contrast in both schemes (WCAG 2.2: 4.5 to 1 for text).

use bluezone_pages::{asset, style_path};
use std::collections::HashMap;

/// The custom properties of the light scheme, and those of the dark scheme laid over them.
fn schemes() -> [HashMap<String, [u8; 3]>; 2] {
    let css = std::str::from_utf8(asset(style_path()).unwrap().body).unwrap();
    let mut roots = css.split(":root {").skip(1).map(|rest| colours(rest.split('}').next().unwrap()));
    let light = roots.next().unwrap();
    let mut dark = light.clone();
    dark.extend(roots.next().unwrap());
    [light, dark]
}

fn colours(block: &str) -> HashMap<String, [u8; 3]> {
    block
        .split(';')
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"))
        .filter(|(_, hex)| hex.len() == 6)
        .map(|(name, hex)| {
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            (name.to_owned(), [byte(0), byte(2), byte(4)])
        })
        .collect()
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_text_and_ground_can_be_read() {
    let text = [
        ("ink", "ground"),
        ("ink", "surface"),
        ("ink", "sunken"),
        ("soft", "ground"),
        ("soft", "surface"),
        ("soft", "sunken"),
        ("accent", "surface"),
        ("accent", "ground"),
        ("accent-ink", "accent"),
        ("accent-ink", "accent-deep"),
        ("accent-deep", "accent-wash"),
        ("good", "good-wash"),
        ("caution", "caution-wash"),
        ("bad", "bad-wash"),
        ("bad", "surface"),
        ("accent", "sunken"),
        ("ink", "accent-wash"),
        ("ink", "good-wash"),
        ("ink", "caution-wash"),
        ("ink", "bad-wash"),
    ];
    // Edges of fields, the focus ring and the marks of graph and time-line carry meaning but no words: 3 to 1.
    let edges = [
        ("edge", "surface"),
        ("edge", "sunken"),
        ("focus", "surface"),
        ("focus", "ground"),
        ("focus", "sunken"),
        ("good", "surface"),
        ("good", "sunken"),
        ("caution", "sunken"),
        ("bad", "sunken"),
    ];
    for (scheme, name) in schemes().iter().zip(["light", "dark"]) {
        for (pairs, least) in [(&text[..], 4.5), (&edges[..], 3.0)] {
            for (over, under) in pairs {
                let found = contrast(scheme[*over], scheme[*under]);
                assert!(found >= least, "{name}: {over} on {under} is {found:.2}, needs {least}");
            }
        }
    }
}
