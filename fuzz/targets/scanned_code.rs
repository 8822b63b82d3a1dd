//! What a scanner sees: QR codes of anybody's making, and digits that somebody typed.
#![no_main]

use bluezone_codes::national::{Masking, National};
use bluezone_codes::pass::{PREFIX, open};
use bluezone_codes::place::{Link, PlaceCode};
use bluezone_codes::{KeyRing, Scanned, scan};
use bluezone_protocol::time::Timestamp;
use libfuzzer_sys::fuzz_target;

const URL: &str = "https://bluezone.example";

fuzz_target!(|text: &str| {
    match scan(text, URL) {
        Some(Scanned::National(code)) => {
            let written = code.write(Masking { paper: false, birth: false });
            assert_eq!(written.parse::<National>(), Ok(code));
        }
        Some(Scanned::Place(link)) => assert_eq!(Link::parse(&link.write(URL), URL), Some(link)),
        _ => {}
    }
    // Not the keys of the golden vectors, which the fuzzer begins with.
    let ring = KeyRing::new((1, [0x5a; 32]), [(2, [0xa5; 32])]);
    for text in [text, &format!("{PREFIX}{text}")] {
        assert!(open(&ring, text, Timestamp(1_795_608_123)).is_err(), "nobody guesses a tag");
    }
    if let Ok(code) = text.parse::<PlaceCode>() {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
});
