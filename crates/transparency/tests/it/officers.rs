//! Whose signatures count.

use crate::scene::*;
use crate::support::*;
use bluezone_transparency::entry::*;
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::officers::{OfficerRegister, OfficersError};

fn register(entries: &[Entry]) -> OfficerRegister {
    let mut register = OfficerRegister::default();
    entries.iter().for_each(|entry| register.read(entry, &site()).unwrap());
    register
}

fn founded() -> OfficerRegister {
    register(&[lan().entry(&[]), minh().entry(&[])])
}

fn two(register: &OfficerRegister, by: &[&Passkey]) -> Result<[OfficerTag; 2], OfficersError> {
    two_of(register, by, UNIT, NOW)
}

fn two_of(
    register: &OfficerRegister,
    by: &[&Passkey],
    unit: &str,
    time: bluezone_transparency::Timestamp,
) -> Result<[OfficerTag; 2], OfficersError> {
    let challenge = Hash::of(b"x");
    let signatures: Vec<_> = by.iter().map(|passkey| passkey.sign(&challenge)).collect();
    register.check_two(&signatures, &challenge, Some(&line(unit)), time, &site())
}

#[test]
fn two_different_officers_whose_keys_stand() {
    let register = founded();
    let (lan, minh, stranger) = (lan(), minh(), Passkey::new(3, 13));
    assert_eq!(two(&register, &[&lan, &minh]), Ok([lan.officer, minh.officer]));
    assert_eq!(two(&register, &[]), Err(OfficersError::TooFew(0)));
    assert_eq!(two(&register, &[&lan]), Err(OfficersError::TooFew(1)));
    assert_eq!(two(&register, &[&lan, &lan]), Err(OfficersError::SameOfficer));
    assert_eq!(two(&register, &[&lan, &stranger]), Err(OfficersError::UnknownKey));
    assert_eq!(two_of(&register, &[&lan, &minh], "HN-CDC", NOW), Err(OfficersError::OtherUnit));
    for time in [NOW - 2 * DAY, NOW + 300 * DAY] {
        assert_eq!(two_of(&register, &[&lan, &minh], UNIT, time), Err(OfficersError::KeyNotValid));
    }
    assert_eq!(register.standing(NOW).count(), 2);
}

#[test]
fn a_second_key_of_the_same_officer_is_the_same_officer() {
    let second = Passkey::new(1, 14);
    let register = register(&[lan().entry(&[]), second.entry(&[]), minh().entry(&[])]);
    assert_eq!(two(&register, &[&lan(), &second]), Err(OfficersError::SameOfficer));
    assert!(two(&register, &[&second, &minh()]).is_ok());
}

#[test]
fn after_the_founding_two_must_let_a_third_in() {
    let hoa = Passkey::new(3, 13);
    let mut register = founded();
    assert_eq!(register.read(&hoa.entry(&[]), &site()), Err(OfficersError::TooFew(0)));
    assert_eq!(register.read(&hoa.entry(&[&lan()]), &site()), Err(OfficersError::TooFew(1)));
    assert_eq!(register.read(&hoa.entry(&[&lan(), &hoa]), &site()), Err(OfficersError::UnknownKey));
    assert_eq!(two(&register, &[&lan(), &hoa]), Err(OfficersError::UnknownKey), "refused is refused");
    // Signatures for one key do not let in another.
    let Event::OfficerKey(mut change) = hoa.entry(&[&lan(), &minh()]).event else {
        panic!("an officer's key")
    };
    change.change = Passkey::new(4, 15).change();
    let other = Entry { time: NOW, event: Event::OfficerKey(change) };
    assert!(matches!(register.read(&other, &site()), Err(OfficersError::Assertion(_))));
    register.read(&hoa.entry(&[&lan(), &minh()]), &site()).unwrap();
    assert!(two(&register, &[&lan(), &hoa]).is_ok());
}

#[test]
fn a_revoked_key_never_comes_back() {
    let mut register = founded();
    let change = KeyChange::Revoke { key: minh().public().id(), reason: line("lost") };
    let revoke =
        Entry { time: NOW, event: Event::OfficerKey(OfficerKeyChange { change, signatures: vec![] }) };
    register.read(&revoke, &site()).unwrap();
    assert_eq!(two(&register, &[&lan(), &minh()]), Err(OfficersError::RevokedKey));
    assert_eq!(register.read(&minh().entry(&[]), &site()), Err(OfficersError::TooFew(0)), "still founded");
    let stored = serde_json::to_string(&register).unwrap();
    assert_eq!(serde_json::from_str::<OfficerRegister>(&stored).unwrap(), register);
}
