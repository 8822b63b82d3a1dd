//! The corners of a zone, as an officer types them.
#![no_main]

use bluezone_domain::map::Outline;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(outline) = text.parse::<Outline>() {
        assert_eq!(outline.to_string().parse(), Ok(outline));
    }
});
