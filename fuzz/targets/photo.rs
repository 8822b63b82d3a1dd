//! Photographs as anybody may send them.
#![no_main]

// The server's own file, taken in by path: as a dependency the server would bring databases and an HTTP stack into a
// build that needs none of them.
#[path = "../../crates/server/src/photo/clean.rs"]
#[expect(dead_code, reason = "the MIME type is the server's")]
mod clean;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // What comes out goes in again.
    if let Ok(photo) = clean::clean(data) {
        clean::clean(&photo.bytes).expect("what was written can be read");
    }
});
