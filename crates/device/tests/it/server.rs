//! A server with the manners of the real one.

use bluezone_device::{ReportAnswer, ReportStep};
use bluezone_protocol::api::{
    CERTIFICATE_REQUEST_BYTES, CertificateResponse, PUBLISH_REQUEST_BYTES, PublishRequest, PublishResponse,
    TestType, VERIFY_REQUEST_BYTES, VerifyResponse, decode_base64, encode_base64, error_code, tek_mac,
    to_json,
};
use std::collections::BTreeMap;

/// Remembers what it was told, and answers a repeated request as it did the first time.
pub struct Server {
    pub test_type: TestType,
    /// Onset as the officer knows it.
    pub symptom_date: &'static str,
    /// Nonce that burnt the code.
    pub nonce: Option<String>,
    /// ekeyhmac by token.
    pub bound: BTreeMap<String, String>,
    /// (token, tekmac) to what was stored.
    pub published: BTreeMap<(String, String), PublishRequest>,
    pub requests: usize,
}

impl Server {
    pub fn new(test_type: TestType) -> Self {
        Self {
            test_type,
            symptom_date: "",
            nonce: None,
            bound: BTreeMap::new(),
            published: BTreeMap::new(),
            requests: 0,
        }
    }

    /// The answer to a step's request; `None` if the step sends none.
    pub fn answer(&mut self, step: &ReportStep) -> Option<ReportAnswer> {
        self.requests += 1;
        let refuse = |code: &str| Some(ReportAnswer::Error { code: code.into(), status: 400 });
        match step {
            ReportStep::Verify(request) => {
                assert_eq!(to_json(request).len(), VERIFY_REQUEST_BYTES);
                assert_eq!(decode_base64(&request.nonce).unwrap().len(), 256);
                if request.code != "12345678"
                    || self.nonce.get_or_insert(request.nonce.clone()) != &request.nonce
                {
                    return refuse(error_code::CODE_INVALID);
                }
                Some(ReportAnswer::Verify(VerifyResponse {
                    test_type: self.test_type,
                    symptom_date: self.symptom_date.into(),
                    test_date: String::new(),
                    publish_from: String::new(),
                    token: "token".into(),
                    padding: String::new(),
                }))
            }
            ReportStep::Certificate(request) => {
                assert_eq!(to_json(request).len(), CERTIFICATE_REQUEST_BYTES);
                let bound = self.bound.entry(request.token.clone()).or_insert(request.ekeyhmac.clone());
                if *bound != request.ekeyhmac {
                    return refuse(error_code::TOKEN_INVALID);
                }
                let certificate = format!("{}|{}", request.token, request.ekeyhmac);
                Some(ReportAnswer::Certificate(CertificateResponse { certificate, padding: String::new() }))
            }
            ReportStep::Publish(request) => {
                assert_eq!(to_json(request).len(), PUBLISH_REQUEST_BYTES);
                assert_eq!(request.health_authority_id, "vn.bluezone");
                let (token, tekmac) = request.verification_payload.split_once('|').unwrap();
                let mac = tek_mac(&decode_base64(&request.hmac_key).unwrap(), &request.keys);
                assert_eq!(encode_base64(&mac), tekmac, "bound to these keys");
                self.published.entry((token.into(), tekmac.into())).or_insert(request.clone());
                let revision_token = "revision".into();
                Some(ReportAnswer::Publish(PublishResponse { revision_token, ..PublishResponse::default() }))
            }
            _ => None,
        }
    }

    pub fn the_publication(&self) -> &PublishRequest {
        assert_eq!(self.published.len(), 1, "published exactly once");
        self.published.values().next().unwrap()
    }
}
