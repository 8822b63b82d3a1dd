//! Dummy calls.

use crate::support::{DAY, NOW, phone, restarted, rng};
use bluezone_device::DummySequence;
use bluezone_protocol::api::{
    CERTIFICATE_REQUEST_BYTES, CONSENT_REQUEST_BYTES, PUBLISH_REQUEST_BYTES, VERIFY_REQUEST_BYTES, to_json,
};

#[test]
fn they_run_about_daily_at_random_times() {
    let (mut phone, mut rng) = (phone(), rng(1));
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..2000 {
        let next = phone.next_dummy(now, &mut rng).unwrap();
        assert_eq!(restarted(&phone).next_dummy(now + 60, &mut rng).unwrap(), next, "stays over a kill");
        assert_eq!(phone.next_dummy(next + 999, &mut rng).unwrap(), next, "due until it is done");
        waits.push(next - now);
        phone.dummy_done(next, &mut rng).unwrap();
        now = next;
    }
    let mean = waits.iter().sum::<i64>() / 2000;
    assert!((DAY * 9 / 10..DAY * 11 / 10).contains(&mean), "{mean}");
    assert!(waits.iter().all(|wait| (1800..=4 * DAY).contains(wait)));
    assert!(waits.iter().filter(|wait| **wait < DAY / 4).count() > 200, "short waits too");
}

#[test]
fn a_clock_set_back_does_not_end_them() {
    let (mut phone, mut rng) = (phone(), rng(2));
    phone.next_dummy(NOW + 400 * DAY, &mut rng).unwrap();
    assert!(phone.next_dummy(NOW, &mut rng).unwrap() <= NOW + 4 * DAY);
}

#[test]
fn they_have_the_sizes_of_real_requests() {
    let dummy = DummySequence::new(&mut rng(3));
    assert_eq!(to_json(&dummy.verify).len(), VERIFY_REQUEST_BYTES);
    assert_eq!(to_json(&dummy.certificate).len(), CERTIFICATE_REQUEST_BYTES);
    assert_eq!(to_json(&dummy.publish).len(), PUBLISH_REQUEST_BYTES);
    assert_eq!(to_json(&dummy.consent).len(), CONSENT_REQUEST_BYTES);
}
