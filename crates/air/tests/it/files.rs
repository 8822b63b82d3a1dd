//! The scenario file: what is read, what is refused and in which words.

use bluezone_air::{LossModel, Scenario};
use bluezone_protocol::time::Timestamp;
use serde_json::{Value, json};

fn good() -> Value {
    json!({
        "version": 1, "seed": 18446744073709551615_u64, "start": "2026-03-02T06:00:00+07:00", "step_s": 5,
        "area": {"model": "clear"},
        "phones": [
            {"id": "an", "track": [[0, 0, 0], [60, 10, 0]], "off": [[10, 20]], "clock_skew_s": -30},
            {"id": "binh", "track": [[0, 1, 1]]}
        ],
        "diagnosed": [{"id": "an", "at_s": 3600, "onset_s": -86400}]
    })
}

fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let mut file = good();
    change(&mut file);
    Scenario::from_json(&file.to_string()).expect_err("must be refused").to_string()
}

#[test]
fn reads_every_field_and_writes_it_back() {
    let scenario = Scenario::from_json(&good().to_string()).unwrap();
    assert_eq!(scenario.start, Timestamp(1_772_406_000));
    assert_eq!(scenario.seed, u64::MAX);
    assert_eq!(scenario.area.model, LossModel::Clear);
    assert_eq!(scenario.phones[0].off, [[10.0, 20.0]]);
    assert_eq!(scenario.phones[0].clock_skew_s, -30.0);
    assert_eq!(scenario.diagnosed[0].onset_s, Some(-86_400.0));
    assert_eq!(scenario.end_s(), 3_600.0);
    assert_eq!(Scenario::from_json(&scenario.to_json().unwrap()).unwrap(), scenario);
}

#[test]
fn the_air_is_measured_unless_the_file_says_otherwise() {
    for area in [None, Some(json!({}))] {
        let mut file = good();
        match area {
            None => file.as_object_mut().unwrap().remove("area"),
            Some(area) => file.as_object_mut().unwrap().insert("area".into(), area),
        };
        assert_eq!(Scenario::from_json(&file.to_string()).unwrap().area.model, LossModel::Measured);
    }
}

#[test]
fn refusals_name_the_field_and_the_phone() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 17] = [
        (|f| f["version"] = json!(2), "version: is 2"),
        (|f| f["step_s"] = json!(0), "step_s: must be more than 0"),
        (|f| f["step_s"] = json!(-5), "step_s: must be more than 0"),
        (|f| f["phones"] = json!([]), "phones: has no phone"),
        (|f| f["phones"][1]["id"] = json!("an"), "phone \"an\": stands in the list twice"),
        (|f| f["phones"][1]["id"] = json!(""), "phones[1].id: is empty"),
        (|f| f["phones"][1]["track"] = json!([]), "phone \"binh\", track: is empty"),
        (
            |f| f["phones"][1]["track"] = json!([[60, 0, 0], [30, 0, 0]]),
            "phone \"binh\", track[1]: is at 30 s, before the point in front of it at 60 s: sort",
        ),
        (|f| f["phones"][1]["track"] = json!([[0, 1e300, 0]]), "phone \"binh\", track[0]: the position"),
        (|f| f["phones"][1]["off"] = json!([[20, 20]]), "phone \"binh\", off[0]: ends at 20 s"),
        (|f| f["phones"][0]["clock_skew_s"] = json!(1e12), "phone \"an\", clock_skew_s: the time"),
        (|f| f["diagnosed"][0]["id"] = json!("chi"), "diagnosed \"chi\": is not the id of a phone"),
        (|f| f["diagnosed"][0]["at_s"] = json!(-1), "diagnosed \"an\", at_s: must be 0 to"),
        (|f| f["diagnosed"][0]["onset_s"] = json!(7200), "diagnosed \"an\", onset_s: is 7200, after at_s"),
        (|f| f["start"] = json!("yesterday"), "start \"yesterday\" is not an RFC 3339 time"),
        (|f| f["area"]["model"] = json!("foggy"), "unknown variant `foggy`, expected `clear` or `measured`"),
        (|f| f["phones"][0]["colour"] = json!("red"), "unknown field `colour`"),
    ];
    for (change, expected) in cases {
        let message = refusal(change);
        assert!(message.contains(expected), "{message:?} does not say {expected:?}");
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    let text = good().to_string().replace("\"track\":[[0,1,1]]", "\"track\":[[0,1e999,1]]");
    assert!(Scenario::from_json(&text).is_err());
    let mut scenario = Scenario::from_json(&good().to_string()).unwrap();
    scenario.phones[1].track[0][0] = f64::NAN;
    assert!(scenario.check().unwrap_err().to_string().contains("phone \"binh\", track[0]"));
    scenario.phones[1].track[0] = [0.0, f64::NAN, 0.0];
    assert!(scenario.check().unwrap_err().to_string().contains("phone \"binh\", track[0]"));
    scenario.phones[1].track[0] = [0.0; 3];
    scenario.step_s = f64::NAN;
    assert!(scenario.check().unwrap_err().to_string().contains("step_s"));
}

#[test]
fn the_files_that_come_with_the_program_are_good() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Those of the planner stand in a folder of their own.
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        if let Err(error) = Scenario::from_json(&text) {
            panic!("{}: {error}", path.display());
        }
        count += 1;
    }
    assert!(count >= 3);
}
