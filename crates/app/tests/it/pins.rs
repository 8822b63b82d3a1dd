use super::support::signing_key;
use bluezone_app::pins::{PinsError, parse};

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
