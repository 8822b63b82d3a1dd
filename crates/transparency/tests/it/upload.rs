//! Sealed twice.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::seal::*;
use bluezone_transparency::subject::SubjectHandle;
use proptest::prelude::*;
use std::sync::LazyLock;

fn unasked(data: &[u8]) -> Upload {
    let subject = SubjectHandle::generate(&mut rng(1)).commit(&mut rng(2));
    let unit_key = PrivateKey::from_bytes(&[44; 32]).public();
    Upload::unasked(line(UNIT), subject, &unit_key, &keeper_key().public(), data, &mut rng(3)).unwrap()
}

#[test]
fn uploads_are_padded_and_read_again() {
    let length = |data: &[u8]| unasked(data).to_bytes().len();
    assert_eq!(length(b""), length(&[7; UPLOAD_STEP - 4]));
    assert_eq!(length(&[7; UPLOAD_STEP - 3]), length(b"") + UPLOAD_STEP);
    let upload = unasked(b"data");
    assert_eq!(Upload::parse(&upload.to_bytes()), Ok(upload));
}

#[test]
fn a_key_that_makes_no_secret_is_refused() {
    let zero = PublicKey::from_bytes([0; 32]);
    assert!(seal(&zero, b"", b"", b"x", &mut rng(1)).is_err());
    let key = PrivateKey::generate(&mut rng(1));
    assert_eq!(key.public().to_string().parse(), Ok(key.public()));
    assert_eq!(PrivateKey::from_bytes(&key.to_bytes()).public(), key.public());
    assert_eq!(format!("{key:?}"), "PrivateKey(..)");
    let json = serde_json::to_string(&key.public()).unwrap();
    assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key.public());
    assert!("AAAA".parse::<PublicKey>().is_err());
}

#[test]
fn a_changed_byte_does_not_open() {
    let key = PrivateKey::generate(&mut rng(1));
    let sealed = seal(&key.public(), b"info", b"aad", b"text", &mut rng(2)).unwrap();
    assert_eq!(open(&key, b"info", b"aad", &sealed).unwrap(), b"text");
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        // The top bit of an X25519 key is not part of it, but it is part of what the secret is derived from.
        assert_eq!(open(&key, b"info", b"aad", &changed), Err(DoesNotOpen), "byte {place}");
        assert_eq!(open(&key, b"info", b"aad", &sealed[..place]), Err(DoesNotOpen));
    }
    assert!(open(&key, b"other", b"aad", &sealed).is_err());
    assert!(open(&key, b"info", b"other", &sealed).is_err());
    assert!(open(&PrivateKey::generate(&mut rng(3)), b"info", b"aad", &sealed).is_err());
}

#[test]
fn nothing_hides_in_the_padding() {
    let upload = unasked(b"x");
    let unit = PrivateKey::from_bytes(&[44; 32]);
    let open = |padded: &[u8]| {
        let aad = upload.context().to_text();
        let inner =
            seal(&unit.public(), b"bluezone/upload/unit/v1", aad.as_bytes(), padded, &mut rng(5)).unwrap();
        upload.open_stripped(&inner, &unit)
    };
    assert_eq!(open(b"\0\0\0\x01x\0\0").unwrap(), b"x");
    for wrong in [&b"\0\0\0\x01x\0y"[..], b"\0\0\0\x02x", b"\0\0\0"] {
        assert_eq!(open(wrong), Err(DoesNotOpen));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_upload_or_none(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        static UPLOAD: LazyLock<Vec<u8>> = LazyLock::new(|| unasked(b"x").to_bytes());
        let mut upload = UPLOAD[..260].to_vec();
        let place = at.index(upload.len());
        upload.splice(place..place, bytes);
        if let Ok(read) = Upload::parse(&upload) {
            prop_assert_eq!(read.to_bytes(), upload);
        }
    }
}
