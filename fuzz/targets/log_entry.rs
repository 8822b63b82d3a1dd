//! Entries of the transparency log and statements, as a server may write them: total, and of each one spelling.
#![no_main]

use bluezone_transparency::entry::Entry;
use bluezone_transparency::release::Statement;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(entry) = Entry::parse(data) {
        assert_eq!(entry.to_text().as_bytes(), data);
    }
    if let Ok(statement) = Statement::parse(data) {
        assert_eq!(statement.to_text().as_bytes(), data);
    }
});
