//! Whatever a phone lives through, of each period there is one key, and what it sends belongs to it.

use crate::server::Server;
use crate::support::{MIDNIGHT, Phone, phone, restarted, rng};
use bluezone_device::{DeviceError, ReportStep, Storage};
use bluezone_protocol::api::{TestType, validate_publish};
use bluezone_protocol::identifier::Identifier;
use bluezone_protocol::time::Timestamp;
use proptest::prelude::*;
use rand::rngs::StdRng;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Event {
    /// Seconds pass; negative: the clock is set back.
    Pass(i64),
    /// The process is killed.
    Kill,
    /// A report is made, of the days with these numbers.
    Report(TestType, Vec<bool>),
    /// Old data is deleted.
    Tidy,
}

fn event() -> impl Strategy<Value = Event> {
    let test_type = prop_oneof![Just(TestType::Confirmed), Just(TestType::Likely), Just(TestType::Negative)];
    prop_oneof![
        6 => (1i64..20_000).prop_map(Event::Pass),
        1 => (-3i64 * 86_400..3 * 86_400).prop_map(Event::Pass),
        2 => Just(Event::Kill),
        2 => (test_type, prop::collection::vec(any::<bool>(), 20)).prop_map(|(t, days)| Event::Report(t, days)),
        1 => Just(Event::Tidy),
    ]
}

/// A report from code to end, if there is anything to share.
fn report(phone: &mut Phone, test_type: TestType, days: &[bool], now: Timestamp, rng: &mut StdRng) {
    let mut server = Server::new(test_type);
    phone.report_start("12345678", rng, now).unwrap();
    loop {
        let step = phone.report_next(now, rng).unwrap();
        if matches!(step, ReportStep::Confirm { .. }) {
            let preview = phone.report_preview(None, now).unwrap();
            let chosen: Vec<_> =
                preview.iter().zip(days).filter(|(_, yes)| **yes).map(|(day, _)| day.day).collect();
            if phone.report_consent(&chosen, None, now, rng).is_err() {
                break;
            }
        } else if let Some(answer) = server.answer(&step) {
            if let ReportStep::Publish(request) = &step {
                let problem = validate_publish(request, now).err();
                assert!(problem.is_none(), "the server refuses: {problem:?}");
            }
            phone.report_answer(answer, now).unwrap();
        } else {
            break;
        }
    }
    phone.report_cancel().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn one_key_a_period(events in prop::collection::vec(event(), 1..60)) {
        let (mut phone, mut rng, mut now) = (phone(), rng(5), MIDNIGHT + 40 * 86_400);
        let mut sent: BTreeMap<u32, Identifier> = BTreeMap::new();
        for event in events {
            match event {
                Event::Pass(seconds) => now = now + seconds,
                Event::Kill => phone = restarted(&phone),
                Event::Report(test_type, days) => report(&mut phone, test_type, &days, now, &mut rng),
                Event::Tidy => {
                    phone.tidy(now).unwrap();
                    // Keys that are deleted, old or of a wrong clock, may be drawn anew.
                    let kept = phone.storage().own_keys().unwrap();
                    sent.retain(|i, _| kept.iter().any(|k| k.rolling_start.0 <= *i && *i < k.end().0));
                }
            }
            match phone.rotation(now, &mut rng) {
                Ok(rotation) => {
                    let known = sent.entry(now.interval().0).or_insert(rotation.identifier);
                    prop_assert_eq!(*known, rotation.identifier);
                    prop_assert_eq!(rotation.until, (now.interval() + 1).start());
                }
                Err(DeviceError::ClockBehind) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
            let keys = phone.storage().own_keys().unwrap();
            for pair in keys.windows(2) {
                prop_assert!(pair[0].end() <= pair[1].rolling_start, "{:?}", pair);
            }
            for key in &keys {
                prop_assert!(key.rolling_period >= 1 && key.rolling_period <= 144);
                prop_assert_eq!(key.rolling_start.day_start(), (key.end() - 1).day_start());
            }
            for (interval, identifier) in &sent {
                let interval = bluezone_protocol::time::IntervalNumber(*interval);
                let key = keys.iter().find(|key| key.covers(interval));
                prop_assert!(key.is_some(), "what was sent keeps its key");
                let Identifier::Gaen { rpi, .. } = identifier else { panic!("the default scheme") };
                prop_assert_eq!(key.unwrap().key.identifier_key().identifier(interval), *rpi);
            }
        }
    }
}
