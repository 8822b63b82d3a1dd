//! Files that were changed, cut, made by enemies, or are no exports at all: refused with a reason, never a panic.

use crate::support::{export_zip, patch, signer, some_keys, unzip_export, zip_of, zip_with};
use bluezone_protocol::diagnosis::DiagnosisKey;
use bluezone_protocol::export::{EXPORT_MAGIC, ExportError, ExportFile, KeyKind, Limits, VerifyingKey};
use proptest::prelude::*;
use std::io::Cursor;

/// Verifies, then reads; and reads and verifies in one pass, which must accept the same, though it may see another fault
/// first.
fn accept(zip: &[u8], trusted: &[VerifyingKey]) -> Result<Vec<(KeyKind, DiagnosisKey)>, ExportError> {
    let mut file = ExportFile::open(Cursor::new(zip))?;
    let verified = file.verify(trusted);
    let mut at_once = ExportFile::open(Cursor::new(zip))?;
    let at_once: Result<Vec<_>, _> = at_once.verified_keys(trusted).and_then(Iterator::collect);
    let keys = verified.and_then(|_| file.keys()?.collect());
    match (&keys, &at_once) {
        (Ok(keys), Ok(at_once)) => assert_eq!(keys, at_once),
        (Err(_), Err(_)) => {}
        _ => panic!("{keys:?} one after the other, {at_once:?} at once"),
    }
    keys
}

struct Genuine {
    zip: Vec<u8>,
    bin: Vec<u8>,
    sig: Vec<u8>,
    trusted: Vec<VerifyingKey>,
}

fn genuine() -> Genuine {
    let signer = signer("452", "v1", 1);
    let zip = export_zip(&some_keys(3, 1), &some_keys(2, 2), std::slice::from_ref(&signer));
    let (bin, sig) = unzip_export(&zip);
    Genuine { zip, bin, sig, trusted: vec![signer.verifying_key()] }
}

fn changes(byte: u8) -> impl Iterator<Item = u8> {
    (0..8)
        .map(move |bit| byte ^ 1 << bit)
        .chain([byte.wrapping_add(1), 0x00, 0xFF])
        .filter(move |b| *b != byte)
}

#[test]
fn a_changed_byte_of_the_contents_or_of_the_signatures_is_refused() {
    let Genuine { bin, sig, trusted, .. } = genuine();
    let zip = |bin: &[u8], sig: &[u8]| {
        zip_with(&[("export.bin", bin), ("export.sig", sig)], zip::CompressionMethod::Stored)
    };
    assert_eq!(accept(&zip(&bin, &sig), &trusted).unwrap().len(), 5);
    for at in 0..bin.len() {
        for byte in changes(bin[at]) {
            let mut bin = bin.clone();
            bin[at] = byte;
            let result = accept(&zip(&bin, &sig), &trusted);
            assert!(result.is_err(), "export.bin byte {at} changed to {byte:#04x} was accepted");
        }
    }
    for at in 0..sig.len() {
        for byte in changes(sig[at]) {
            let mut sig = sig.clone();
            sig[at] = byte;
            let result = accept(&zip(&bin, &sig), &trusted);
            assert!(result.is_err(), "export.sig byte {at} changed to {byte:#04x} was accepted");
        }
    }
}

#[test]
fn a_changed_byte_of_the_zip_never_changes_what_is_read() {
    let Genuine { zip, trusted, .. } = genuine();
    let keys = accept(&zip, &trusted).unwrap();
    let mut refused = 0;
    for at in 0..zip.len() {
        for byte in changes(zip[at]) {
            let mut zip = zip.clone();
            zip[at] = byte;
            // Times and attributes in the zip's headers mean nothing; all else must be refused.
            match accept(&zip, &trusted) {
                Ok(read) => assert_eq!(read, keys),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > zip.len() * 7, "only {refused} changes refused");
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let Genuine { zip, bin, trusted, .. } = genuine();
    for length in 0..zip.len() {
        assert!(accept(&zip[..length], &trusted).is_err(), "cut to {length} bytes");
    }
    for length in 0..bin.len() {
        let Ok(mut file) = ExportFile::open(Cursor::new(&bin[..length])) else { continue };
        // Only a cut between two fields leaves a readable message; which is why it takes a signature.
        if let Ok(summary) = file.summary() {
            assert!(summary.keys + summary.revised < 5, "cut to {length} bytes");
        }
    }
    let longer = [zip.as_slice(), b"x"].concat();
    assert!(matches!(accept(&longer, &trusted), Err(ExportError::Zip(_))));
}

#[test]
fn messages_say_what_is_wrong() {
    let Genuine { zip, bin, sig, trusted } = genuine();
    let message = |zip: &[u8]| accept(zip, &trusted).unwrap_err().to_string();
    assert_eq!(message(b""), "not an export file: begins neither as a zip nor as an export.bin");
    assert_eq!(message(b"PK"), "not an export file: begins neither as a zip nor as an export.bin");
    assert_eq!(
        message(&zip[..40]),
        "not an export file: the zip is cut short or damaged: its directory is not to be found"
    );
    assert_eq!(message(&bin), "a bare export.bin carries no signature; give the zip it came in");
    let mut changed = bin.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(
        message(&zip_of(&[("export.bin", &changed), ("export.sig", &sig)])),
        "the signature of key 452 v1 does not fit the contents: the file was changed or is not genuine"
    );
    let other_magic = patch(&bin, b"EK Export v1", b"EK Export v2");
    assert_eq!(
        message(&zip_of(&[("export.bin", &other_magic), ("export.sig", &sig)])),
        "damaged: export.bin does not begin with `EK Export v1`"
    );
    // The checksum in the zip, wrong in the directory.
    let crc = 14 + zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap() + 2;
    let mut wrong_crc = zip.clone();
    wrong_crc[crc] ^= 1;
    assert_eq!(message(&wrong_crc), "damaged: an entry's checksum is wrong");
}

#[test]
fn control_characters_in_a_file_stay_out_of_messages() {
    let evil = signer("452\n\u{1b}[2Jroot", "v1", 1);
    let zip = export_zip(&[], &[], &[evil]);
    let message = accept(&zip, &[]).unwrap_err().to_string();
    assert!(!message.contains(['\n', '\u{1b}']), "{message:?}");
}

#[test]
fn only_the_two_entries_may_be_there_and_each_once() {
    let Genuine { bin, sig, trusted, .. } = genuine();
    let (bin, sig) = (bin.as_slice(), sig.as_slice());
    let refused = |zip: &[u8]| match accept(zip, &trusted) {
        Err(ExportError::Zip(why)) => why,
        other => panic!("{other:?}"),
    };
    let two = "does not have exactly two entries, export.bin and export.sig";
    let names = "has entries other than export.bin and export.sig";
    assert_eq!(refused(&zip_of(&[("export.bin", bin)])), two);
    assert_eq!(refused(&zip_of(&[("export.bin", bin), ("export.sig", sig), ("readme.txt", b"")])), two);
    assert_eq!(refused(&zip_of(&[("export.bin", bin), ("export.bin.sig", sig)])), names);
    assert_eq!(refused(&zip_of(&[("Export.bin", bin), ("export.sig", sig)])), names);
    assert_eq!(refused(&zip_of(&[("export.bin", bin), ("a/export.sig", sig)])), names);
    for path in ["../export.sig", "/export.sig", "..\\export.sig", "x/../export.sig"] {
        // No library writes such a name: put in by hand.
        let plain = "a".repeat(path.len());
        let zip = zip_of(&[("export.bin", bin), (&plain, sig)]);
        assert_eq!(refused(&patch(&zip, plain.as_bytes(), path.as_bytes())), names, "{path}");
    }
    let twice = zip_of(&[("export.bin", bin), ("export.bix", bin)]);
    assert_eq!(refused(&patch(&twice, b"export.bix", b"export.bin")), "has one name twice");
    // A name in the directory that is another before the data.
    let good = zip_of(&[("export.bin", bin), ("export.sig", sig)]);
    let mut two_named = good.clone();
    two_named[30] = b'x';
    assert_eq!(refused(&two_named), "has an entry that its directory describes wrongly");
    assert_eq!(accept(&good, &trusted).unwrap().len(), 5);
}

#[test]
fn a_directory_that_does_not_fit_the_file_is_refused() {
    let Genuine { zip, trusted, .. } = genuine();
    let directory = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    // Data said to reach into the directory.
    let mut too_long = zip.clone();
    too_long[directory + 20..directory + 24].copy_from_slice(&(zip.len() as u32).to_le_bytes());
    let wrong = "not an export file: the zip has an entry that its directory describes wrongly";
    assert_eq!(accept(&too_long, &trusted).unwrap_err().to_string(), wrong);
    // More in the directory than its two entries.
    let end = zip.len() - 22;
    let mut longer = zip.clone();
    longer.splice(end..end, [0; 4]);
    longer[end + 4 + 12..end + 4 + 16].copy_from_slice(&((end - directory + 4) as u32).to_le_bytes());
    let damaged = "not an export file: the zip has a damaged directory";
    assert_eq!(accept(&longer, &trusted).unwrap_err().to_string(), damaged);
}

#[test]
fn protobuf_that_cannot_be_is_refused() {
    let message = |body: &[u8]| {
        let bin = [EXPORT_MAGIC.as_slice(), body].concat();
        let mut file = ExportFile::open(Cursor::new(bin)).unwrap();
        let message = file.summary().unwrap_err().to_string();
        assert_eq!(file.keys().unwrap().last().unwrap().unwrap_err().to_string(), message);
        message
    };
    let nines = [0xFF; 9];
    let too_long = "damaged: a number is longer than 64 bits";
    assert_eq!(message(&[&[0x78], nines.as_slice(), &[0x02]].concat()), too_long);
    assert_eq!(message(&[&[0x78], nines.as_slice(), &[0x81, 0x00]].concat()), too_long);
    assert_eq!(message(&[0xF8, 0xFF, 0xFF, 0xFF, 0x7F, 0x00]), "damaged: a field's number is too large");
    assert_eq!(message(&[0x00, 0x00]), "damaged: a field has number 0");
    assert_eq!(message(&[0x7E]), "damaged: a field has a type that does not exist");
    assert_eq!(message(&[0x7A, 0x05, 0x00]), "damaged: it ends too early");
    assert_eq!(message(&[0x7B]), "damaged: it ends too early");
    assert_eq!(message(&[0x7C]), "damaged: a group ends that did not begin");
    assert_eq!(message(&[0x7B, 0x74]), "damaged: a group ends that did not begin");
    assert_eq!(message(&[[0x7B; 33], [0x7C; 33]].concat()), "damaged: groups are nested too deeply");
    let deep = [EXPORT_MAGIC.as_slice(), &[0x7B; 32], &[0x7C; 32]].concat();
    assert_eq!(ExportFile::open(Cursor::new(deep)).unwrap().summary().unwrap().keys, 0);

    let infos = |count: usize| [EXPORT_MAGIC.as_slice(), &[0x32, 0x00].repeat(count)].concat();
    let header = ExportFile::open(Cursor::new(infos(64))).unwrap().header().unwrap();
    assert_eq!(header.signature_infos.len(), 64);
    let error = ExportFile::open(Cursor::new(infos(65))).unwrap().header().unwrap_err().to_string();
    assert_eq!(error, "too large: the number of signature infos exceeds 64");
}

#[test]
fn flags_and_methods_that_phones_do_not_know_are_refused() {
    let Genuine { zip, trusted, .. } = genuine();
    let directory = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let with = |at: usize, byte: u8| {
        let mut zip = zip.clone();
        zip[directory + at] = byte;
        accept(&zip, &trusted).unwrap_err().to_string()
    };
    assert_eq!(with(8, 1), "not an export file: the zip is encrypted");
    assert_eq!(with(10, 14), "not an export file: the zip uses a compression other than deflate");
}

#[test]
fn what_unfolds_beyond_its_announced_size_is_stopped() {
    let zeros = vec![0; 1 << 20];
    let zip = zip_of(&[("export.bin", &[EXPORT_MAGIC.as_slice(), &zeros].concat()), ("export.sig", b"")]);
    assert!(zip.len() < 4096);
    // Announced honestly, above the limit.
    let small = Limits { export_bytes: 1 << 19, ..Limits::default() };
    let refused = ExportFile::open_with(Cursor::new(&zip), small).unwrap_err();
    assert_eq!(refused.to_string(), "too large: export.bin in bytes exceeds 524288");
    // Announced wrongly. The zeros are one unknown field, so that only the size can stop the reading.
    let field = [EXPORT_MAGIC.as_slice(), &[0x7A, 0x80, 0x80, 0x40], &zeros].concat();
    let zip = zip_of(&[("export.bin", &field), ("export.sig", b"")]);
    let size = (field.len() as u32).to_le_bytes();
    for (announced, why) in [(1u32 << 19, "longer"), (2 << 20, "shorter")] {
        let zip = patch(&zip, &size, &announced.to_le_bytes());
        let message = ExportFile::open(Cursor::new(zip)).unwrap().summary().unwrap_err().to_string();
        assert_eq!(message, format!("damaged: an entry is {why} than announced"));
    }
    assert_eq!(ExportFile::open(Cursor::new(&zip)).unwrap().summary().unwrap().keys, 0);
}

#[test]
fn limits_are_kept() {
    let Genuine { zip, bin, .. } = genuine();
    let with = |limits: Limits, bytes: &[u8]| -> Result<usize, ExportError> {
        let mut file = ExportFile::open_with(Cursor::new(bytes.to_vec()), limits)?;
        file.summary()?;
        let keys: Result<Vec<_>, _> = file.keys()?.collect();
        Ok(keys?.len())
    };
    let all = Limits { file_bytes: zip.len() as u64, export_bytes: bin.len() as u64, keys: 5 };
    assert_eq!(with(all, &zip).unwrap(), 5);
    for limits in [
        Limits { file_bytes: all.file_bytes - 1, ..all },
        Limits { export_bytes: all.export_bytes - 1, ..all },
        Limits { keys: 4, ..all },
    ] {
        assert!(matches!(with(limits, &zip), Err(ExportError::TooLarge { .. })), "{limits:?}");
    }
    // Keys are counted by either way of reading.
    let mut file = ExportFile::open_with(Cursor::new(&zip), Limits { keys: 4, ..all }).unwrap();
    assert!(matches!(file.summary(), Err(ExportError::TooLarge { what: "the number of keys", limit: 4 })));
    let items: Vec<_> = file.keys().unwrap().collect();
    assert_eq!(items.len(), 5);
    assert!(matches!(items[4], Err(ExportError::TooLarge { .. })));

    let huge_sig = zip_of(&[("export.bin", &bin), ("export.sig", &vec![0; 65 * 1024])]);
    assert!(matches!(with(Limits::default(), &huge_sig), Err(ExportError::TooLarge { .. })));
    let long_key = [bin.as_slice(), &[0x3A, 0x81, 0x20], &[0; 4097]].concat();
    let mut file = ExportFile::open(Cursor::new(long_key)).unwrap();
    let last = file.keys().unwrap().last().unwrap();
    assert!(matches!(last, Err(ExportError::Damaged(_))), "{last:?}");
}

#[test]
fn a_signature_of_another_algorithm_is_nobodys() {
    let Genuine { bin, sig, trusted, .. } = genuine();
    let sha512 = patch(&sig, b"1.2.840.10045.4.3.2", b"1.2.840.10045.4.3.4");
    let zip = zip_of(&[("export.bin", &bin), ("export.sig", &sha512)]);
    assert!(matches!(accept(&zip, &trusted), Err(ExportError::Untrusted(_))));
    let result = ExportFile::open(Cursor::new(&zip)).unwrap().verify_with(&trusted[0]);
    assert!(matches!(result, Err(ExportError::NoSignatureFits(_))), "{result:?}");
}

#[test]
fn a_signature_moved_to_another_file_of_the_batch_is_refused() {
    let Genuine { bin, sig, trusted, .. } = genuine();
    // batch_num is field 2 of the signature: 10 01.
    let at = sig.windows(4).position(|bytes| bytes == [0x10, 1, 0x18, 1]).unwrap();
    let mut other = sig.clone();
    other[at + 1] = 2;
    let result = accept(&zip_of(&[("export.bin", &bin), ("export.sig", &other)]), &trusted);
    assert!(matches!(result, Err(ExportError::OtherBatch(_))), "{result:?}");

    // Left out, as other programs may, it is taken to be this file; the lengths around it shrink by four bytes.
    let mut without = sig.clone();
    without.drain(at..at + 4);
    without[1] -= 4;
    accept(&zip_of(&[("export.bin", &bin), ("export.sig", &without)]), &trusted).unwrap();
    // Something unknown in its place is a change.
    let mut unknown = sig.clone();
    (unknown[at], unknown[at + 2]) = (0x70, 0x78);
    let result = accept(&zip_of(&[("export.bin", &bin), ("export.sig", &unknown)]), &trusted);
    assert!(matches!(result, Err(ExportError::OtherBatch(_))), "{result:?}");
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..4) {
        let bytes = match kind {
            0 => bytes,
            1 => [EXPORT_MAGIC.as_slice(), &bytes].concat(),
            2 => [b"PK\x03\x04".as_slice(), &bytes].concat(),
            _ => zip_of(&[("export.bin", &[EXPORT_MAGIC.as_slice(), &bytes].concat()), ("export.sig", &bytes)]),
        };
        if let Ok(mut file) = ExportFile::open(Cursor::new(&bytes)) {
            let _ = file.header();
            let _ = file.signatures();
            prop_assert!(file.verify(&[signer("452", "v1", 1).verifying_key()]).is_err());
            prop_assert!(file.keys().map_or(0, |keys| keys.take(1000).count()) < 1000);
        }
    }

    #[test]
    fn a_genuine_zip_with_some_bytes_overwritten_never_panics(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..8),
    ) {
        let Genuine { mut zip, trusted, .. } = genuine();
        let at = at.index(zip.len());
        for (place, byte) in zip[at..].iter_mut().zip(bytes) {
            *place = byte;
        }
        let _ = accept(&zip, &trusted);
    }
}
