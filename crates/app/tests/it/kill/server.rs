//! The health authority's server, as strict as the real one, and counting.

use bluezone_protocol::api::{
    CertificateRequest, CertificateResponse, PublishRequest, PublishResponse, PublishedKey, TestType,
    VerifyRequest, VerifyResponse, decode_base64, encode_base64, tek_mac, validate_publish,
};
use bluezone_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

#[derive(Serialize, Deserialize)]
pub enum Request {
    /// The owner gets a code from an officer.
    Code,
    Verify(VerifyRequest),
    Certificate(CertificateRequest),
    Publish(PublishRequest),
}

#[derive(Serialize, Deserialize)]
pub enum Answer {
    Code(String),
    Verify(VerifyResponse),
    Certificate(CertificateResponse),
    Publish(PublishResponse),
}

/// Everything the phones ever told it.
#[derive(Default)]
pub struct Server {
    codes: u32,
    /// The nonce that burnt a code.
    burnt: BTreeMap<String, String>,
    /// The one tekmac a token is bound to.
    bound: BTreeMap<String, String>,
    /// What was published with a token: exactly once.
    published: BTreeMap<String, (PublishRequest, PublishResponse)>,
    /// All keys.
    pub keys: BTreeMap<[u8; 16], PublishedKey>,
    /// Requests answered as they were answered before: the phone was killed in between.
    pub repeated: usize,
}

impl Server {
    pub fn answer(&mut self, request: Request, now: Timestamp) -> Answer {
        match request {
            Request::Code => {
                self.codes += 1;
                Answer::Code(format!("{:08}", self.codes))
            }
            Request::Verify(request) => {
                self.repeated += usize::from(self.burnt.contains_key(&request.code));
                let nonce = self.burnt.entry(request.code.clone()).or_insert_with(|| request.nonce.clone());
                assert_eq!(*nonce, request.nonce, "a code is repeated with its nonce");
                Answer::Verify(VerifyResponse {
                    test_type: TestType::Confirmed,
                    symptom_date: String::new(),
                    test_date: String::new(),
                    publish_from: String::new(),
                    token: format!("token-{}", request.code),
                    padding: String::new(),
                })
            }
            Request::Certificate(request) => {
                self.repeated += usize::from(self.bound.contains_key(&request.token));
                let bound =
                    self.bound.entry(request.token.clone()).or_insert_with(|| request.ekeyhmac.clone());
                assert_eq!(*bound, request.ekeyhmac, "a token is bound to one set of keys");
                let certificate = format!("{} {}", request.token, request.ekeyhmac);
                Answer::Certificate(CertificateResponse { certificate, padding: String::new() })
            }
            Request::Publish(request) => Answer::Publish(self.publish(request, now)),
        }
    }

    fn publish(&mut self, request: PublishRequest, now: Timestamp) -> PublishResponse {
        let (token, tekmac) = request.verification_payload.split_once(' ').unwrap();
        let token = token.to_owned();
        assert_eq!(self.bound[&token], tekmac);
        let mac = tek_mac(&decode_base64(&request.hmac_key).unwrap(), &request.keys);
        assert_eq!(encode_base64(&mac), tekmac, "the certificate is for these keys");
        validate_publish(&request, now).unwrap();
        if let Some((before, response)) = self.published.get(&token) {
            assert!(before.keys == request.keys, "a repeated upload is the same upload");
            self.repeated += 1;
            return response.clone();
        }
        let vouched = match request.revision_token.as_str() {
            "" => Vec::new(),
            earlier => self.published[earlier].0.keys.clone(),
        };
        let mut inserted_exposures = 0;
        for key in &request.keys {
            match self.keys.entry(*key.key.as_bytes()) {
                Entry::Occupied(_) => {
                    assert!(vouched.contains(key), "a key that was uploaded is never uploaded as a new one");
                }
                Entry::Vacant(new) => {
                    new.insert(key.clone());
                    inserted_exposures += 1;
                }
            }
        }
        assert!(inserted_exposures > 0, "nothing new");
        // The token of this upload vouches for its keys.
        let revision_token = token.clone();
        let response = PublishResponse { revision_token, inserted_exposures, ..PublishResponse::default() };
        self.published.insert(token, (request, response.clone()));
        response
    }

    pub fn uploads(&self) -> usize {
        self.published.len()
    }
}
