//! The log as a phone follows it.

use crate::consent::{carried, case, choice};
use crate::promise::*;
use crate::support::*;
use bluezone_device::*;
use bluezone_transparency::checkpoint::FollowError;
use bluezone_transparency::monitor::MonitorError;
use bluezone_transparency::seal::PrivateKey;
use bluezone_transparency::units::{UnitsFile, UploadUnit};

#[test]
fn who_opened_what_stands_on_the_phone_until_it_was_seen() {
    let (mut phone, _, mut promise, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let sent = carried(&mut phone, &mut rng);
    promise.at(NOW + 3600);
    let upload = upload(&sent[0]);
    promise.open(&upload);
    promise.export(upload.context().subject);
    promise.read_with(&mut phone, &[]);
    let mentions = restarted(&phone).mentions().unwrap();
    let deeds: Vec<_> = mentions.iter().map(|mention| (mention.deed, mention.new)).collect();
    assert_eq!(deeds, [(Deed::Exported, true), (Deed::Opened, true)]);
    let opened = &mentions[1];
    assert_eq!((opened.unit.as_str(), opened.at), (UNIT, NOW + 3600));
    assert_eq!(opened.purpose, "Truy vết ca bệnh tại chợ Thái Nguyên");
    assert_eq!(phone.unit_name(UNIT).unwrap().as_deref(), Some("CDC Thái Nguyên"));
    phone.mentions_seen().unwrap();
    promise.read_with(&mut phone, &[]);
    assert!(phone.mentions().unwrap().iter().all(|mention| !mention.new));
    // To another phone nothing of it means anything.
    let (mut other, ..) = case();
    promise.read_with(&mut other, &[]);
    assert_eq!(other.mentions().unwrap(), []);
}

#[test]
fn a_look_while_entries_were_read_is_not_forgotten() {
    let (mut phone, _, mut promise, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let upload = upload(&carried(&mut phone, &mut rng)[0]);
    promise.open(&upload);
    promise.read_with(&mut phone, &[]);
    promise.open(&upload);
    let file = promise.requests(&[]);
    let mut read = phone.begin_log(&file, NOW).unwrap();
    phone.mentions_seen().unwrap();
    promise.feed(&mut read);
    phone.finish_log(read.finish().unwrap(), NOW).unwrap();
    let new: Vec<_> = phone.mentions().unwrap().iter().map(|mention| mention.new).collect();
    assert_eq!(new, [true, false]);
}

#[test]
fn a_log_that_went_back_or_sideways_changes_nothing() {
    let (mut phone, _, mut promise, _) = case();
    let old = promise.requests(&[]);
    promise.append(&[Passkey::new(1).entry(NOW)]);
    promise.read_with(&mut phone, &[]);
    let refused = phone.begin_log(&old, NOW).unwrap_err();
    let back = FollowError::RolledBack { seen: 4, offered: 3 };
    assert!(matches!(&refused, DeviceError::Log(LogError::Monitor(MonitorError::Follow(f))) if *f == back));

    let mut fork = Promise::new(NOW);
    fork.append(&[Passkey::new(2).entry(NOW), Passkey::new(1).entry(NOW)]);
    let file = fork.requests(&[]);
    let DeviceError::Log(refused) = fork.read_by(&mut phone, &file).unwrap_err() else { panic!() };
    assert!(refused.is_deceit(), "{refused}");
    assert_eq!(refused, LogError::Monitor(FollowError::Forked { seen: 4, offered: 5 }.into()));
    // The right one is still read.
    promise.append(&[Passkey::new(1).entry(NOW)]);
    assert_eq!(promise.read_with(&mut phone, &[]).entries, 5);
}

#[test]
fn an_entry_short_is_not_the_log() {
    let (mut phone, _, mut promise, _) = case();
    promise.append(&[Passkey::new(1).entry(NOW), Passkey::new(2).entry(NOW)]);
    let mut read = phone.begin_log(&promise.requests(&[]), NOW).unwrap();
    read.push(Passkey::new(1).entry(NOW).to_text().as_bytes());
    let DeviceError::Log(refused) = read.finish().unwrap_err() else { panic!() };
    assert!(matches!(refused, LogError::Monitor(MonitorError::Incomplete { expected: 2, given: 1 })));
    assert!(!refused.is_deceit(), "a broken connection");
    assert_eq!(promise.read_with(&mut phone, &[]).entries, 5);
}

#[test]
fn units_are_those_of_the_log_or_none() {
    let (mut phone, _, mut promise, _) = case();
    assert_eq!(phone.units(NOW).unwrap().units().len(), 2);
    // A list for this phone alone, with a key that the server holds, signed by the log's key all the same.
    let own = UploadUnit {
        code: line(STATION),
        key: PrivateKey::from_bytes(&[66; 32]).public(),
        name: line("Trạm y tế phường Phan Đình Phùng"),
    };
    let forged = UnitsFile::new(vec![own], NOW + 1);
    let refused = phone.take_units(forged.write(&log_signer(), NOW).as_bytes());
    assert!(matches!(refused, Err(DeviceError::Log(LogError::OtherUnits))));
    assert_eq!(phone.units(NOW).unwrap().unit(STATION).unwrap().key, unit_key(STATION).public());
    // Once the log names it, everybody sees it; the old one is no longer used.
    promise.append(&[units_rule(&forged, NOW)]);
    let file = promise.requests(&[]);
    let mut read = phone.begin_log(&file, NOW).unwrap();
    promise.feed(&mut read);
    phone.finish_log(read.finish().unwrap(), NOW).unwrap();
    assert!(phone.wants_units().unwrap());
    assert!(matches!(phone.units(NOW), Err(DeviceError::Log(LogError::NotRead))));
    assert!(phone.take_units(&promise.units_file()).is_err(), "the old list is not taken again");
    phone.take_units(forged.write(&log_signer(), NOW).as_bytes()).unwrap();
    assert_eq!(phone.units(NOW).unwrap().units().len(), 1);
    // Nor is any used when nobody has confirmed the log for a day.
    assert!(matches!(phone.units(NOW + 2 * DAY), Err(DeviceError::Log(LogError::NotRead))));
}
