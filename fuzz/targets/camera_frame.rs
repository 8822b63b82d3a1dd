//! A frame of a camera: bytes as they come, and a code of ours with modules that somebody painted over.
#![no_main]

use bluezone_codes::frame::decode;
use fast_qr::qr::QRBuilder;
use libfuzzer_sys::fuzz_target;

/// Pixels of a module, and modules around the code.
const MODULE: usize = 4;
const QUIET: usize = 4;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    if kind % 2 == 0 {
        let _ = decode(21 + usize::from(kind / 2) * 2, rest);
        return;
    }
    // The length chooses the code's version.
    let text = "BZ1:0123456789ABCDEFGHJKMNPQRSTVWXYZ".repeat(1 + usize::from(kind / 32));
    let code = QRBuilder::new(text).build().expect("it is short");
    let side = (code.size + 2 * QUIET) * MODULE;
    let mut luma = vec![255; side * side];
    for y in 0..code.size {
        for x in 0..code.size {
            let at = y * code.size + x;
            let flipped = rest.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
            if code[y][x].value() != flipped {
                for row in 0..MODULE {
                    let start = ((y + QUIET) * MODULE + row) * side + (x + QUIET) * MODULE;
                    luma[start..start + MODULE].fill(0);
                }
            }
        }
    }
    let read = decode(side, &luma).expect("a frame of that size");
    if rest.iter().all(|byte| *byte == 0) {
        assert!(read.is_some(), "an undamaged code is read");
    }
});
