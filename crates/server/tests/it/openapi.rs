//! The description says what there is.

use crate::harness::*;
use bluezone_protocol::api::*;
use bluezone_protocol::gaen::TemporaryExposureKey;
use bluezone_protocol::time::IntervalNumber;
use serde_json::Value;
use std::collections::BTreeSet;

async fn description() -> Value {
    let server = TestServer::new().await;
    server.get("/openapi.json").await.ok()
}

#[tokio::test]
async fn every_device_route_is_described_and_every_described_route_exists() {
    let server = TestServer::new().await;
    let description: Value = server.get("/openapi.json").await.ok();
    let paths = description["paths"].as_object().unwrap();
    let expected = [
        ("/api/verify", "post"),
        ("/api/certificate", "post"),
        ("/v1/publish", "post"),
        ("/exports/index.txt", "get"),
        ("/exports/{name}", "get"),
        ("/v1/consent", "post"),
        ("/v1/consent/withdraw", "post"),
        ("/exports/f1/index.txt", "get"),
        ("/exports/f1/{name}", "get"),
        ("/exports/places/index.txt", "get"),
        ("/exports/places/{name}", "get"),
        ("/api/places/{code}", "get"),
        ("/v1/log/checkpoint", "get"),
        ("/v1/requests", "get"),
        ("/v1/units", "get"),
        ("/zones.json", "get"),
    ];
    let described: BTreeSet<(&str, &str)> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (path.as_str(), method.as_str()))
        })
        .collect();
    assert_eq!(described, BTreeSet::from(expected));
    for (path, method) in described {
        let path = path.replace("{name}", "none").replace("{code}", "none");
        let answer = match method {
            "get" => server.get(&path).await,
            _ => server.post(&path, Vec::new()).await,
        };
        assert_ne!(answer.status.as_u16(), 405, "{method} {path}");
        // There is no log here.
        let absent =
            path.contains("none") || ["/v1/log/checkpoint", "/v1/requests", "/v1/units"].contains(&&*path);
        if !absent {
            assert_ne!(answer.status.as_u16(), 404, "{method} {path}");
        }
    }
    for path in ["/api/verify", "/api/certificate", "/v1/publish", "/v1/consent", "/v1/consent/withdraw"] {
        let operation = &paths[path]["post"];
        assert_eq!(operation["parameters"][0]["name"], "X-Chaff", "{path}");
        assert!(
            operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].is_string(),
            "{path}"
        );
    }
}

/// Every status that the code answers with is described, and no other. Where they come from is told by the tests of the
/// endpoints; here they stand side by side.
#[tokio::test]
async fn the_described_statuses_are_those_that_are_sent() {
    let description = description().await;
    let expected: [(&str, &str, &[&str]); 16] = [
        ("/api/verify", "post", &["200", "400", "408", "412", "413", "429", "500", "503"]),
        ("/api/certificate", "post", &["200", "400", "408", "413", "500", "503"]),
        ("/v1/publish", "post", &["200", "400", "401", "408", "413", "500", "503"]),
        ("/exports/index.txt", "get", &["200", "304", "503"]),
        ("/exports/{name}", "get", &["200", "206", "304", "404", "416", "503"]),
        ("/v1/consent", "post", &["200", "400", "408", "413", "429", "500", "503"]),
        ("/v1/consent/withdraw", "post", &["200", "400", "408", "413", "500", "503"]),
        ("/exports/f1/index.txt", "get", &["200", "304", "503"]),
        ("/exports/f1/{name}", "get", &["200", "206", "304", "404", "416", "503"]),
        ("/exports/places/index.txt", "get", &["200", "304", "503"]),
        ("/exports/places/{name}", "get", &["200", "206", "304", "404", "416", "503"]),
        ("/api/places/{code}", "get", &["200", "404", "429", "500", "503"]),
        ("/v1/log/checkpoint", "get", &["200", "304", "404", "503"]),
        ("/v1/requests", "get", &["200", "304", "404", "503"]),
        ("/v1/units", "get", &["200", "304", "404", "503"]),
        ("/zones.json", "get", &["200", "304", "400", "500"]),
    ];
    for (path, method, statuses) in expected {
        let responses = description["paths"][path][method]["responses"].as_object().unwrap();
        let described: BTreeSet<&str> = responses.keys().map(String::as_str).collect();
        assert_eq!(described, statuses.iter().copied().collect(), "{method} {path}");
    }
}

/// The described bodies have exactly the fields that the types on the wire have.
#[tokio::test]
async fn the_described_bodies_are_those_on_the_wire() {
    let description = description().await;
    let schemas = &description["components"]["schemas"];
    let filled = || "x".to_owned();
    let key = PublishedKey {
        key: TemporaryExposureKey::from_bytes([0; 16]),
        rolling_start: IntervalNumber(1),
        rolling_period: 144,
        transmission_risk: 0,
    };
    let bodies: [(&str, Vec<u8>); 13] = [
        (
            "VerifyRequest",
            to_json(&VerifyRequest {
                code: filled(),
                accept: vec![TestType::Confirmed],
                nonce: filled(),
                padding: filled(),
            }),
        ),
        (
            "VerifyResponse",
            to_json(&VerifyResponse {
                test_type: TestType::Confirmed,
                symptom_date: filled(),
                test_date: filled(),
                publish_from: filled(),
                token: filled(),
                padding: filled(),
            }),
        ),
        ("PlaceAnswer", to_json(&PlaceAnswer { name: filled(), vehicle: true, dwell_s: 1, key: filled() })),
        ("CertificateRequest", to_json(&CertificateRequest::default())),
        ("CertificateResponse", to_json(&CertificateResponse::default())),
        ("ErrorResponse", to_json(&ErrorResponse::default())),
        ("PublishedKey", to_json(&key)),
        (
            "PublishRequest",
            to_json(&PublishRequest {
                keys: vec![key.clone()],
                symptom_onset_interval: Some(IntervalNumber(1)),
                ..PublishRequest::default()
            }),
        ),
        ("Mailbox", to_json(&Mailbox::new(&[0; 32], &[0; 32]))),
        (
            "ConsentRequest",
            to_json(&ConsentRequest {
                upload: filled(),
                token: filled(),
                answers: filled(),
                mailbox: Some(Mailbox::default()),
                withdrawal: filled(),
                padding: filled(),
            }),
        ),
        ("WithdrawRequest", to_json(&WithdrawRequest { secret: filled(), padding: filled() })),
        ("ConsentResponse", to_json(&ConsentResponse::default())),
        (
            "PublishResponse",
            to_json(&PublishResponse {
                revision_token: filled(),
                error: filled(),
                code: filled(),
                warnings: vec![filled()],
                ..PublishResponse::default()
            }),
        ),
    ];
    for (name, body) in bodies {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let on_the_wire: BTreeSet<_> = body.as_object().unwrap().keys().cloned().collect();
        let described: BTreeSet<_> = schemas[name]["properties"]
            .as_object()
            .unwrap_or_else(|| panic!("{name}"))
            .keys()
            .cloned()
            .collect();
        assert_eq!(described, on_the_wire, "{name}");
    }
    let types: Vec<&str> =
        schemas["TestType"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let on_the_wire =
        [TestType::Confirmed, TestType::Likely, TestType::Negative, TestType::UserReport, TestType::Contact];
    assert_eq!(types, on_the_wire.map(TestType::as_str));
}
