//! What a passkey's signature must say.

use crate::scene::*;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::webauthn::{Assertion, AssertionError, OfficerKey};

fn challenge() -> Hash {
    Hash::of(b"statement")
}

fn verify(passkey: &Passkey, change: impl FnOnce(&mut Passkey, &mut Hash)) -> Result<(), AssertionError> {
    let (mut used, mut signed) = (passkey.clone(), challenge());
    change(&mut used, &mut signed);
    used.sign(&signed).verify(&passkey.public(), &challenge(), &site())
}

#[test]
fn a_signature_counts_for_its_challenge_at_its_site_by_a_verified_owner() {
    let lan = lan();
    assert_eq!(verify(&lan, |_, _| {}), Ok(()));
    assert_eq!(verify(&lan, |_, challenge| challenge.0[0] ^= 1), Err(AssertionError::OtherChallenge));
    for flags in [0, 1, 4] {
        assert_eq!(verify(&lan, |used, _| used.flags = flags), Err(AssertionError::NotVerified));
    }
    assert_eq!(
        verify(&lan, |used, _| used.party = "evil.example".into()),
        Err(AssertionError::OtherRelyingParty)
    );
    let client = |from: &'static str, to: &'static str| {
        move |used: &mut Passkey, _: &mut Hash| used.client = used.client.replace(from, to)
    };
    assert_eq!(verify(&lan, client("webauthn.get", "webauthn.create")), Err(AssertionError::ClientData));
    assert_eq!(verify(&lan, client("https://console", "https://evil")), Err(AssertionError::OtherOrigin));
    assert_eq!(verify(&lan, client("false", "true")), Err(AssertionError::OtherOrigin));
    assert_eq!(
        verify(&lan, client(r#","origin":"https://console.example.vn""#, "")),
        Err(AssertionError::ClientData)
    );
    assert_eq!(
        verify(&lan, client("{", r#"{"challenge":"x","#)),
        Err(AssertionError::ClientData),
        "twice the same field"
    );
    // What browsers may add, and the form without crossOrigin.
    assert_eq!(verify(&lan, client("false", r#"false,"other_keys_can_be_added_here":"x""#)), Ok(()));
    assert_eq!(verify(&lan, client(r#","crossOrigin":false"#, "")), Ok(()));
}

#[test]
fn a_changed_byte_anywhere_spoils_it() {
    let lan = lan();
    let good = lan.sign(&challenge());
    let verify = |assertion: &Assertion| assertion.verify(&lan.public(), &challenge(), &site());
    for part in 0..3 {
        let length = [&good.authenticator_data, &good.client_data, &good.signature][part].len();
        for place in 0..length {
            let mut changed = good.clone();
            let bytes = match part {
                0 => &mut changed.authenticator_data,
                1 => &mut changed.client_data,
                _ => &mut changed.signature,
            };
            bytes[place] ^= 1;
            assert!(verify(&changed).is_err(), "part {part}, byte {place}");
            let bytes = match part {
                0 => &mut changed.authenticator_data,
                1 => &mut changed.client_data,
                _ => &mut changed.signature,
            };
            bytes.truncate(place);
            assert!(verify(&changed).is_err(), "part {part} cut at {place}");
        }
    }
    assert_eq!(good.verify(&minh().public(), &challenge(), &site()), Err(AssertionError::Signature));
}

#[test]
fn keys_are_read_in_either_form_and_named_by_one() {
    let key = lan().public();
    assert_eq!(OfficerKey::from_bytes(&key.to_bytes()), Some(key.clone()));
    assert_eq!(key.id(), Hash::of(&key.to_bytes()));
    assert_eq!(OfficerKey::from_bytes(&[2; 33]).is_none(), OfficerKey::from_sec1(&[2; 33]).is_none());
    assert_eq!(OfficerKey::from_sec1(&[0]), None);
    assert_eq!(OfficerKey::from_bytes(&[9; 33]), None);
}
