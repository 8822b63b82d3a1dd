//! Signed notes and keys.

use crate::support::*;
use bluezone_transparency::note::{Note, SignatureKind, Signer, VerifierKey};
use proptest::prelude::*;

/// The example of C2SP signed-note.
const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

#[test]
fn the_example_of_the_specification_verifies() {
    let key: VerifierKey = EXAMPLE_KEY.parse().unwrap();
    assert_eq!(key.to_string(), EXAMPLE_KEY);
    let note = Note::parse(EXAMPLE_NOTE.as_bytes()).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert!(note.verify(&key).unwrap().is_some());
    let changed = Note::parse(EXAMPLE_NOTE.replace("example message", "Example message").as_bytes()).unwrap();
    assert!(changed.verify(&key).is_err());
    assert_eq!(note.verify(&witness_key(1)), Ok(None), "another key's signature is nothing to this one");
}

#[test]
fn a_text_may_hold_empty_lines() {
    let text = "one\n\ntwo\n";
    let note = format!("{text}\n{}", log_signer().sign(text, NOW));
    let note = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(note.text(), text);
    assert!(note.verify(log_signer().verifier()).unwrap().is_some());
}

#[test]
fn keys_have_one_text_each() {
    for signer in [log_signer(), witness_signer(1)] {
        let text = signer.verifier().to_string();
        assert_eq!(&text.parse::<VerifierKey>().unwrap(), signer.verifier());
        let read = Signer::from_text(&signer.to_text()).unwrap();
        assert_eq!(read.verifier(), signer.verifier());
        assert!(!format!("{signer:?}").contains(&signer.to_text()[signer.to_text().len() - 40..]));
        let other_id = text.replacen('+', "+0", 1);
        for wrong in ["", "a+b", &other_id, &text[..text.len() - 4], "a b+00000000+AA==", EXAMPLE_NOTE] {
            assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
            assert!(Signer::from_text(wrong).is_err());
        }
    }
    for name in ["", "with space", "with+plus", "with\nline"] {
        assert!(Signer::generate(name, SignatureKind::Ed25519, &mut rng(1)).is_err(), "{name:?}");
    }
}

#[test]
fn a_cosignature_carries_its_time_and_covers_it() {
    let text = "log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let line = witness_signer(1).sign(text, NOW);
    let note = Note::parse(format!("{text}\n{line}").as_bytes()).unwrap();
    assert_eq!(note.verify(&witness_key(1)).unwrap().unwrap().time, Some(NOW));
    let bytes = line.trim_end().rsplit(' ').next().unwrap();
    // The time begins behind the four bytes of the key's id.
    let later = line.replace(bytes, &format!("{}B{}", &bytes[..12], &bytes[13..]));
    assert_ne!(later, line);
    let note = Note::parse(format!("{text}\n{later}").as_bytes()).unwrap();
    assert!(note.verify(&witness_key(1)).is_err());
}

#[test]
fn what_is_no_note_is_refused() {
    for wrong in [
        &b""[..],
        b"text\n",
        b"text\n\n",
        b"text\n\n\xE2\x80\x94 name AAAA",
        b"text\n\n\xE2\x80\x94 name AAAAAA==\n",
        b"text\n\n\xE2\x80\x94 na+me AAAAAAA=\n",
        b"text\n\n- name AAAAAAA=\n",
        b"te\txt\n\n\xE2\x80\x94 name AAAAAAA=\n",
        b"te\xFFxt\n\n\xE2\x80\x94 name AAAAAAA=\n",
    ] {
        assert!(Note::parse(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
    }
    assert!(Note::parse(b"text\n\n\xE2\x80\x94 name AAAAAAA=\n").is_ok());
    let line = "\u{2014} name AAAAAAA=\n";
    assert!(Note::parse(format!("text\n\n{}", line.repeat(64)).as_bytes()).is_ok());
    assert!(Note::parse(format!("text\n\n{}", line.repeat(65)).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_note_or_none(text in "[a-z\u{2014} +=\n]{0,80}") {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.as_str(), text);
        }
    }
}
