use super::promise::pinned;
use super::support::signing_key;
use bluezone_app::pins::{PinsError, parse, parse_log};

#[test]
fn pins_come_as_json_or_pem() {
    let (one, two) = (signing_key("v1").verifying_key(), signing_key("v2").verifying_key());
    let json = serde_json::json!([
        { "key_id": "452", "version": "v1", "pem": one.to_pem(), "state": "active" },
        { "key_id": "452", "version": "v2", "pem": two.to_pem() },
    ]);
    assert_eq!(parse(&json.to_string()).unwrap(), [one.clone(), two.clone()]);
    // As `bluezone admin keys list --json` prints them: other purposes and retired keys are not for phones.
    let listed = |purpose: &str, version: &str, state: &str, pem: String| {
        serde_json::json!({ "purpose": purpose, "key_id": "452", "version": version, "state": state,
            "not_before": 1, "retire_at": null, "pem": pem })
    };
    let json = serde_json::json!([
        listed("certificate", "v1", "current", two.to_pem()),
        listed("export", "v0", "retired", two.to_pem()),
        listed("export", "v1", "retiring", one.to_pem()),
        listed("export", "v2", "current", two.to_pem()),
    ]);
    assert_eq!(parse(&json.to_string()).unwrap(), [one.clone(), two.clone()]);
    assert_eq!(parse(&one.to_pem()).unwrap(), std::slice::from_ref(&one));
    let named =
        format!("# key_id: 452\n# version: v1\n{}\nkey_id: 452\nversion: v2\n{}", one.to_pem(), two.to_pem());
    assert_eq!(parse(&named).unwrap(), [one.clone(), two.clone()]);
    let as_listed = format!(
        "purpose: token\nkey_id: 1\nversion: v1\n{}purpose: export\nkey_id: 452\nversion: v2\n{}",
        one.to_pem(),
        two.to_pem()
    );
    assert_eq!(parse(&as_listed).unwrap(), [two]);
}

#[test]
fn what_is_no_key_is_refused_with_its_name() {
    assert!(matches!(parse(""), Err(PinsError::Nothing)));
    assert!(matches!(parse("[]"), Err(PinsError::Nothing)));
    assert!(matches!(parse("[{\"pem\":1}]"), Err(PinsError::Json(_))));
    let private = signing_key("v1").to_pem();
    let error = parse(&private).unwrap_err().to_string();
    assert!(error.contains("452 v1") && error.contains("public key"), "{error}");
}

#[test]
fn the_pins_of_the_log_name_everyone_whom_the_phone_believes() {
    let right = pinned();
    let json = serde_json::json!({
        "log": right.log.log(), "witnesses": right.log.witnesses(), "quorum": 2, "max_age_s": 86_400,
        "keeper": right.keeper, "site": right.site,
    });
    let read = parse_log(&json.to_string()).unwrap();
    assert_eq!((read.log, read.keeper, read.site), (right.log.clone(), right.keeper, right.site.clone()));
    let with = |field: &str, value: serde_json::Value| {
        let mut json = json.clone();
        json[field] = value;
        parse_log(&json.to_string())
    };
    assert!(matches!(with("quorum", 1.into()), Err(PinsError::Policy(_))), "one witness is not enough");
    assert!(matches!(with("witnesses", serde_json::json!([])), Err(PinsError::Policy(_))));
    assert!(matches!(with("keeper", "AAAA".into()), Err(PinsError::Json(_))));
    assert!(
        matches!(with("other", 1.into()), Err(PinsError::Json(_))),
        "a field that nobody reads is a mistake"
    );
    assert!(matches!(parse_log("[]"), Err(PinsError::Json(_))));
}
