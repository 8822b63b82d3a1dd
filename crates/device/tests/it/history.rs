//! How much of a crowded log goes into an upload.

use crate::consent::{carried, case, choice};
use crate::promise::{opened, upload};
use crate::support::*;
use bluezone_device::*;
use bluezone_protocol::api::{MAX_UPLOAD_BYTES, decode_base64};
use bluezone_protocol::identifier::Identifier;
use rand::RngExt;

/// `count` strangers a scan, heard with strengths from -95 to -50 dBm.
fn crowd(phone: &mut Phone, day: bluezone_protocol::time::Timestamp, scans: i64, count: usize) {
    let mut rng = rng(day.0.unsigned_abs());
    for scan in 0..scans {
        let heard = (0..count).map(|_| Heard {
            identifier: Identifier::from_bytes(&rng.random::<[u8; 20]>()).unwrap(),
            rssi_dbm: vec![rng.random_range(-95..=-50); 4],
            tx_power_dbm: None,
        });
        let started = day + 3600 + scan * 300;
        let heard = heard.collect();
        phone.record_scan(&Scan { started, seconds_since_last_scan: 300, heard }).unwrap();
    }
}

#[test]
fn days_go_in_as_few_uploads_as_hold_them_and_of_a_crowd_the_strongest_stay() {
    let (mut phone, _, _, mut rng) = case();
    for (before, count) in [(2, 40), (3, 10), (4, 10), (5, 10)] {
        crowd(&mut phone, MIDNIGHT - before * DAY, 100, count);
    }
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    let crowded = offer.days.iter().find(|day| day.day == MIDNIGHT - 2 * DAY).unwrap();
    assert!((1000..3000).contains(&crowded.left_out), "{crowded:?}");
    assert!(offer.days.iter().filter(|day| day.left_out > 0).count() == 1);
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let sent = carried(&mut phone, &mut rng);
    let histories: Vec<_> = sent.iter().map(|request| opened(&upload(request))).collect();
    assert_eq!(histories.iter().map(|h| (h.part, h.parts)).collect::<Vec<_>>(), [(0, 3), (1, 3), (2, 3)]);
    assert!(sent.iter().all(|request| decode_base64(&request.upload).unwrap().len() <= MAX_UPLOAD_BYTES));
    assert!(sent.iter().all(|request| request.withdrawal == sent[0].withdrawal), "taken back together");
    let days: Vec<_> = histories.iter().flat_map(|history| &history.days).collect();
    assert_eq!(
        days.iter().map(|day| day.day).collect::<Vec<_>>(),
        offer.days.iter().map(|d| d.day).collect::<Vec<_>>()
    );
    let told = days.iter().find(|day| day.day == crowded.day).unwrap();
    let weakest = told.heard.iter().filter_map(|heard| heard.mean_dbm).min().unwrap();
    let all = phone.storage().sightings(crowded.day).unwrap();
    let all = all.iter().filter(|sighting| sighting.time < crowded.day + DAY);
    let stronger = all.filter(|sighting| sighting.strength.unwrap().mean_dbm > weakest).count();
    assert!(stronger <= told.heard.len() && told.heard.len() + crowded.left_out == 4000);
}
