//! Files of line lists as any officer may send them, and each of their rows.
#![no_main]

// The server's own file, taken in by path: see token.rs.
#[path = "../../crates/server/src/registry/sheet.rs"]
#[expect(dead_code, reason = "writing is the server's; only reading is fuzzed")]
mod sheet;

use bluezone_domain::Timestamp;
use bluezone_domain::line_list::{Column, Rules, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let rules = Rules { now: Timestamp(1_795_402_800), area: None };
    let mut headers = Vec::new();
    let _ = sheet::read(data, |row| {
        if headers.is_empty() {
            headers = row.iter().map(|header| Column::of_header(header)).collect();
        }
        // Under its own headers, and by position: few files that a fuzzer makes have a header that is known.
        for named in [true, false] {
            let _ = read(
                |column| {
                    let at = match named {
                        true => headers.iter().position(|known| *known == Some(column)),
                        false => Some(column as usize),
                    };
                    at.and_then(|at| row.get(at)).map_or("", String::as_str)
                },
                rules,
            );
        }
        Ok::<_, sheet::BadSheet>(())
    });
});
