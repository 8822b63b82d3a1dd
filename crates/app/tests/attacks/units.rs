//! The server gives one phone a list of units with a key that it holds itself, so that what is shared opens for it.

use crate::promise::{STATION, keeper_key, line, log_signer, opened, pinned, unit_key, upload};
use crate::support::MORNING;
use crate::support::front::{Front, case, share};
use bluezone_app::log_sync;
use bluezone_app::phone::LogHealth;
use bluezone_device::Purpose;
use bluezone_transparency::seal::{PrivateKey, Upload};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::units::{UnitsFile, UploadUnit};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn own_key() -> PrivateKey {
    PrivateKey::from_bytes(&[66; 32])
}

fn forged() -> Vec<u8> {
    let name = line("Trạm y tế phường Phan Đình Phùng");
    let unit = UploadUnit { code: line(STATION), key: own_key().public(), name };
    UnitsFile::new(vec![unit], MORNING).write(&log_signer(), MORNING).into_bytes()
}

#[tokio::test]
async fn a_key_that_the_log_does_not_tell_of_is_never_sealed_to() {
    // A phone that has no list yet, and one that has the right one.
    for knows in [false, true] {
        let front = Front::new();
        let (phone, _) = case();
        if knows {
            front.read(&phone).await;
        }
        front.server.answers("/v1/units", 200, forged());
        let looked = log_sync::round(&phone, &front.client).await;
        assert_eq!(looked.is_err(), !knows, "who has the right one does not ask again");
        assert_eq!(matches!(phone.health().log, LogHealth::Deceit(_)), !knows);
        let listed = phone.with(|mind, now, _| mind.units(now).map(|units| units.unit(STATION).unwrap().key));
        if !knows {
            assert!(listed.is_err());
            continue;
        }
        assert_eq!(listed.unwrap(), unit_key(STATION).public());
        let days = phone.with(|mind, now, _| mind.share_offer(now).unwrap().unwrap().days);
        share(&phone, &days, &[Purpose::ShareContacts]);
        front.carry(&phone).await;
        opened(&upload(&front.consents()[0]));
    }

    // Without the look into the log: the file is signed by the log's own key, and the upload opens for the server (and keeper).
    let careless = UnitsFile::read(&forged(), pinned().log.log()).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let unit = careless.unit(STATION).unwrap();
    let subject = SubjectHandle::generate(&mut rng).commit(&mut rng);
    let keeper = keeper_key().public();
    let taken =
        Upload::unasked(unit.code.clone(), subject, &unit.key, &keeper, b"history", &mut rng).unwrap();
    let bytes = taken.to_bytes();
    let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let info = b"bluezone/upload/keeper/v1";
    let stripped =
        bluezone_transparency::seal::open(&keeper_key(), info, &bytes[..=split], &bytes[split + 2..]);
    assert_eq!(taken.open_stripped(&stripped.unwrap(), &own_key()).unwrap(), b"history");
}
