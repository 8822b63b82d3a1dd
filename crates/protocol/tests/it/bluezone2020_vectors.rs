//! Every value of `vectors/bluezone-2020.json`, printed by the classes of the original app.

use crate::support::{bytes, list, number, text, vectors};
use bluezone_protocol::bluezone2020::{
    BaseId, BluezoneId, CheckWindow, DailyKey, InfoF, InfoFError, MAX_DAY_NUMBER, PublishedDays, SlotsPerDay,
    SlotsPerDayError, SubKey, TraceRow, check_contact, day_number, day_start_ms, trace_file_text,
};
use bluezone_protocol::gaen::TemporaryExposureKey;
use serde_json::Value;

fn slots(value: &Value) -> SlotsPerDay {
    SlotsPerDay::new(u32::try_from(number(value)).unwrap()).unwrap()
}

#[test]
fn days_and_slots_of_instants() {
    for case in list(&vectors("bluezone-2020.json")["date_vectors"]) {
        let time_ms = number(&case["time_ms"]);
        assert_eq!(day_start_ms(time_ms), number(&case["day_start_ms"]));
        for (max, index) in case["slot_index_by_max"].as_object().unwrap() {
            let slots = SlotsPerDay::new(max.parse().unwrap()).unwrap();
            assert_eq!(i64::from(slots.raw_index(time_ms)), number(index), "{max} slots at {time_ms}");
            // Where the original ran past its list we stay in the last slot.
            assert_eq!(i64::from(slots.slot(time_ms)), number(index).min(i64::from(slots.get()) - 1));
        }
    }
}

#[test]
fn twelve_bytes_of_a_sub_key_are_the_identifier() {
    for case in list(&vectors("bluezone-2020.json")["convert_vectors"]) {
        let id = SubKey::from_bytes(bytes(&case["sub_key"])).identifier();
        assert_eq!(id, BluezoneId(bytes(&case["bluezone_id"])));
    }
}

#[test]
fn whole_days_of_keys_and_identifiers() {
    let file = vectors("bluezone-2020.json");
    let mut compared = 0;
    for case in list(&file["day_vectors"]) {
        let name = text(&case["name"]);
        let base = BaseId::from_bytes(bytes(&case["base_id"]));
        let (base_ms, now_ms) = (number(&case["base_created_ms"]), number(&case["now_ms"]));
        let slots = slots(&case["max_sub_keys"]);
        assert_eq!(day_start_ms(base_ms), number(&case["base_day_start_ms"]), "{name}");
        assert_eq!(day_start_ms(now_ms), number(&case["day_start_ms"]), "{name}");
        let day = day_number(base_ms, now_ms);
        assert_eq!(i64::from(day), number(&case["day_number"]).max(0), "{name}");
        assert_eq!(slots.slot_ms(), number(&case["slot_ms"]), "{name}");

        for daily in list(&case["daily_keys"]) {
            let day = u32::try_from(number(&daily["day_number"])).unwrap();
            assert_eq!(
                base.daily_key(day),
                DailyKey::from_bytes(bytes(&daily["daily_key"])),
                "{name}, day {day}"
            );
        }
        let daily_key = base.daily_key(day);
        assert_eq!(daily_key, DailyKey::from_bytes(bytes(&case["daily_key"])), "{name}");

        assert_eq!(i64::from(slots.raw_index(now_ms)), number(&case["slot_index_now"]), "{name}");
        let now = BluezoneId(bytes(&case["bluezone_id_now"]));
        assert_eq!(base.identifier_at(base_ms, now_ms, slots), now, "{name}");
        assert!(slots.slot_end_ms(now_ms) > now_ms && slots.slot_end_ms(now_ms) - now_ms <= slots.slot_ms());

        let expected = list(&case["slots"]);
        assert_eq!(expected.len(), slots.get() as usize, "{name}");
        for ((row, sub_key), id) in
            expected.iter().zip(daily_key.sub_keys()).zip(daily_key.identifiers(slots))
        {
            let slot = u32::try_from(number(&row[0])).unwrap();
            let start_ms = number(&row[1]);
            assert_eq!(
                start_ms,
                day_start_ms(now_ms) + i64::from(slot) * slots.slot_ms(),
                "{name}, slot {slot}"
            );
            assert_eq!((slots.slot(start_ms), slots.slot(start_ms + slots.slot_ms() - 1)), (slot, slot));
            assert_eq!(sub_key, SubKey::from_bytes(bytes(&row[2])), "{name}, slot {slot}");
            assert_eq!(id, BluezoneId(bytes(&row[3])), "{name}, slot {slot}");
            assert_eq!(daily_key.identifier(slot), id);
            compared += 1;
        }

        let info = InfoF::new(&base, base_ms, now_ms, 14);
        assert_eq!(info.to_json(), text(&case["info_f_14"]), "{name}");
        assert_eq!(InfoF::from_json(text(&case["info_f_14"])), Ok(info), "{name}");
        for (days, trace) in [(14, &case["trace_start_14"]), (0, &case["trace_start_0"])] {
            let info = InfoF::new(&base, base_ms, now_ms, days);
            assert_eq!(
                info.daily_key,
                DailyKey::from_bytes(bytes(&trace["daily_key"])),
                "{name}, {days} days"
            );
            assert_eq!(info.time_start_s * 1000, number(&trace["time_start_ms"]), "{name}, {days} days");
        }
    }
    assert_eq!(compared, 2481);
}

#[test]
fn the_originals_exposure_check() {
    for case in list(&vectors("bluezone-2020.json")["check_vectors"]) {
        let name = text(&case["name"]);
        let window = CheckWindow {
            daily_key: DailyKey::from_bytes(bytes(&case["daily_key"])),
            start_ms: number(&case["time_start"]) * 1000,
            end_ms: number(&case["time_end"]) * 1000,
            slots: slots(&case["max"]),
        };
        let sighting = (BluezoneId(bytes(&case["contact_id"])), number(&case["sighting_ms"]));
        assert_eq!(check_contact(&window, &[sighting]), case["match"].as_bool().unwrap(), "{name}");

        let message = PublishedDays::from_json(text(&case["info_f_json"])).unwrap();
        assert_eq!(message.0.len(), 1);
        assert_eq!(message.0[0].window(), window, "{name}");
        assert_eq!(message.to_json(), text(&case["info_f_json"]), "{name}");
    }
}

#[test]
fn the_history_file_and_what_goes_with_it() {
    let file = vectors("bluezone-2020.json");
    let case = &file["export_vector"];
    // The time is given as a text: 2020-08-25T12:00:00Z.
    assert_eq!(text(&case["now_utc"]), "2020-08-25T12:00:00Z");
    let now_ms = 1_598_356_800_000;
    let days = u32::try_from(number(&case["days"])).unwrap();
    let rows: Vec<_> = list(&case["rows"])
        .iter()
        .map(|row| TraceRow {
            own: BluezoneId(bytes(&row["own"])),
            contact: BluezoneId(bytes(&row["contact"])),
            rssi_dbm: number(&row["rssi"]) as i32,
            time_ms: number(&row["time_ms"]),
        })
        .collect();
    assert_eq!(trace_file_text(&rows, now_ms, days), text(&case["file_text"]));

    let given = InfoF::from_json(text(&case["info_f"])).unwrap();
    assert_eq!(InfoF::new(&given.base_id, given.base_day_s * 1000, now_ms, days), given);
}

#[test]
fn identifiers_captured_from_two_real_phones() {
    for case in list(&vectors("bluezone-2020.json")["capture_vectors"]) {
        let base = BaseId::from_bytes(bytes(&case["base_id"]));
        let slots = SlotsPerDay::default();
        let (base_ms, time_ms) = (number(&case["base_day_start_s"]) * 1000, number(&case["time_ms"]));
        assert_eq!(i64::from(slots.slot(time_ms)), number(&case["slot"]));
        let id = base.identifier_at(base_ms, time_ms, slots);
        assert_eq!(id, BluezoneId(bytes(&case["captured_own_bluezone_id"])));
    }
}

#[test]
fn times_and_numbers_from_outside_cannot_hang_or_crash() {
    for slots in [0, 1, SlotsPerDay::MAX + 1, u32::MAX] {
        assert_eq!(SlotsPerDay::new(slots), Err(SlotsPerDayError(slots)));
    }
    let slots = SlotsPerDay::new(7).unwrap();
    for time_ms in [i64::MIN, -1, 0, i64::MAX] {
        assert!(slots.slot(time_ms) < 7);
        assert!(slots.slot_end_ms(time_ms) >= day_start_ms(time_ms));
    }
    assert_eq!(day_number(0, i64::MAX), MAX_DAY_NUMBER);
    assert_eq!(day_number(i64::MIN, i64::MAX), MAX_DAY_NUMBER);
    assert_eq!(day_number(i64::MAX, i64::MIN), 0);

    let key = DailyKey::from_bytes([1; 32]);
    let heard = [(BluezoneId([0; 12]), 0)];
    let window = |start_ms, end_ms| CheckWindow { daily_key: key.clone(), start_ms, end_ms, slots };
    for (start, end) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MAX), (i64::MAX - 1, i64::MAX), (0, i64::MIN)]
    {
        assert!(!check_contact(&window(start, end), &heard));
    }
}

#[test]
fn messages_that_are_not_the_originals_are_refused_without_showing_them() {
    let secret = "DEADBEEF";
    for broken in
        ["", "{}", "[]", r#"{"data":[{"daily_key":"DEADBEEF","time_start":0,"time_end":1,"max":96}]}"#]
    {
        let error = PublishedDays::from_json(broken).unwrap_err();
        assert!(!error.to_string().contains(secret), "{error}");
    }
    let max_1 =
        format!(r#"{{"data":[{{"daily_key":"{}","time_start":0,"time_end":1,"max":1}}]}}"#, "00".repeat(32));
    assert_eq!(PublishedDays::from_json(&max_1), Err(InfoFError::Slots(SlotsPerDayError(1))));
    let wrong_type = r#"{"base_id":{"DEADBEEF":1},"time":0,"daily_key":"","time_start":0}"#;
    assert!(!InfoF::from_json(wrong_type).unwrap_err().to_string().contains(secret));
}

#[test]
fn debug_output_shows_no_key() {
    let base = BaseId::from_bytes([0xAB; 32]);
    let key = base.daily_key(0);
    let sub = key.sub_keys().next().unwrap();
    let shown = format!("{base:?} {key:?} {sub:?} {:?}", sub.identifier());
    assert_eq!(shown, "BaseId(..) DailyKey(..) SubKey(..) BluezoneId(..)");
    assert_eq!(format!("{:?}", TemporaryExposureKey::from_bytes([1; 16])), "TemporaryExposureKey(..)");
}
