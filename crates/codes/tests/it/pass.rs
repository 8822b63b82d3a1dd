use bluezone_codes::KeyRing;
use bluezone_codes::pass::{CardId, Kind, LEEWAY_S, LIVE_S, PREFIX, Refused, live, open, printed};
use bluezone_protocol::time::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;

const CARD: CardId = CardId([7; 16]);
const NOW: Timestamp = Timestamp(1_795_608_123);

fn ring() -> KeyRing {
    KeyRing::new((1, [1; 32]), [(2, [2; 32])])
}

/// Made by tests/vectors.py from the format's description, by a program that shares nothing with this one.
#[test]
fn codes_are_those_of_the_description() {
    assert_eq!(live(&ring(), CARD, NOW), include_str!("vectors.txt").lines().next().unwrap());
    let paper = printed(&ring(), CARD, NOW, NOW + 86_400 * 90);
    assert_eq!(paper, include_str!("vectors.txt").lines().nth(1).unwrap());
}

#[test]
fn a_live_code_is_good_for_five_minutes_and_a_little() {
    let code = live(&ring(), CARD, NOW);
    let from = Timestamp(NOW.0 - NOW.0 % LIVE_S);
    let until = from + LIVE_S;
    let pass = open(&ring(), &code, NOW).unwrap();
    assert_eq!((pass.card, pass.kind, pass.from, pass.until), (CARD, Kind::Live, from, until));
    assert!(open(&ring(), &code, from - LEEWAY_S).is_ok());
    assert_eq!(open(&ring(), &code, from - LEEWAY_S - 1), Err(Refused::Early));
    assert!(open(&ring(), &code, until + (LEEWAY_S - 1)).is_ok());
    assert_eq!(open(&ring(), &code, until + LEEWAY_S), Err(Refused::Over));
    assert_eq!(open(&ring(), &code, NOW + 86_400), Err(Refused::Over), "of yesterday");
    assert_eq!(live(&ring(), CARD, until - 1), code, "the same all that time");
}

#[test]
fn a_printed_code_is_good_until_its_day() {
    let code = printed(&ring(), CARD, NOW, NOW + 1000);
    assert_eq!(open(&ring(), &code, NOW).unwrap().kind, Kind::Printed);
    assert_eq!(open(&ring(), &code, NOW - 1), Err(Refused::Early));
    assert!(open(&ring(), &code, NOW + 999).is_ok());
    assert_eq!(open(&ring(), &code, NOW + 1000), Err(Refused::Over));
}

#[test]
fn codes_say_nothing_but_the_number_of_the_key() {
    let mut seen = BTreeSet::new();
    let mut ones = vec![0_u32; 68];
    for step in 0..500 {
        let code = live(&ring(), CARD, NOW + step * LIVE_S);
        assert_eq!(code.len(), PREFIX.len() + 68);
        assert!(
            code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b':'),
            "dense in a QR code"
        );
        for (at, c) in code[PREFIX.len()..].bytes().enumerate() {
            ones[at] += u32::from(c >= b'G');
        }
        assert!(seen.insert(code), "each of its own");
    }
    // Every place but the key's (the first two) and the last, which is mostly filler, is in either half of the alphabet about
    // half of the time.
    for (at, high) in ones.iter().enumerate().skip(2).take(65) {
        assert!((190..310).contains(high), "{at}: {high}");
    }
    let other = live(&ring(), CardId([8; 16]), NOW);
    assert_ne!(other, live(&ring(), CARD, NOW));
    assert_eq!(other.len(), printed(&ring(), CARD, NOW, NOW + 1).len());
}

#[test]
fn every_altered_character_is_found() {
    let code = live(&ring(), CARD, NOW);
    for at in PREFIX.len()..code.len() {
        for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(|c| !code[at..].starts_with(*c)) {
            let mut altered = code.clone();
            altered.replace_range(at..=at, &c.to_string());
            assert_eq!(open(&ring(), &altered, NOW), Err(Refused::NotOurs), "{at} {c}");
        }
    }
}

#[test]
fn an_old_key_still_opens_and_a_dropped_one_does_not() {
    let old = KeyRing::new((1, [1; 32]), []);
    let code = live(&old, CARD, NOW);
    assert!(open(&ring(), &code, NOW).is_ok());
    let later = KeyRing::new((2, [2; 32]), [(3, [3; 32])]);
    assert_eq!(open(&later, &code, NOW), Err(Refused::NotOurs));
    let other = KeyRing::new((1, [9; 32]), []);
    assert_eq!(open(&other, &code, NOW), Err(Refused::NotOurs));
    assert_eq!(format!("{:?}", ring()), "{1, 2}");
    assert_eq!(format!("{CARD:?}"), "CardId(..)");
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), digits in "[0-9A-Z]{60,70}", at in any::<i64>()) {
        let _ = open(&ring(), &text, Timestamp(at));
        prop_assert_eq!(open(&ring(), &format!("{PREFIX}{digits}"), Timestamp(at)), Err(Refused::NotOurs));
        let _ = live(&ring(), CARD, Timestamp(at));
    }
}
