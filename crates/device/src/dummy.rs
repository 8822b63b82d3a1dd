//! Dummy calls: requests like those of a report, at random times, from phones with nothing to report.
//!
//! Without them, whoever watches a phone's traffic sees from the mere fact of a report that its owner is ill.

use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::storage::{Document, Storage};
use bluezone_protocol::api::{
    CERTIFICATE_REQUEST_BYTES, CONSENT_REQUEST_BYTES, CertificateRequest, ConsentRequest,
    PUBLISH_REQUEST_BYTES, PublishRequest, VERIFY_REQUEST_BYTES, VerifyRequest, pad,
};
use bluezone_protocol::time::{DAY_S, Timestamp};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Mean time between two dummy sequences, seconds.
const MEAN_S: f64 = DAY_S as f64;
/// No two are closer than this (seconds), nor further apart than [`LONGEST_S`].
const SHORTEST_S: f64 = 1800.0;
/// See [`SHORTEST_S`].
const LONGEST_S: f64 = 4.0 * DAY_S as f64;

#[derive(Serialize, Deserialize)]
struct Schedule {
    next: Timestamp,
}

/// The requests of a dummy sequence, in the order and the sizes of a report whose owner then shares more. To be sent with the chaff header.
#[derive(Debug)]
pub struct DummySequence {
    /// For `/api/verify`.
    pub verify: VerifyRequest,
    /// For `/api/certificate`.
    pub certificate: CertificateRequest,
    /// For `/v1/publish`.
    pub publish: PublishRequest,
    /// For `/v1/consent`.
    pub consent: ConsentRequest,
}

impl DummySequence {
    /// Nothing but filler.
    pub fn new(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut sequence = Self {
            verify: VerifyRequest::default(),
            certificate: CertificateRequest::default(),
            publish: PublishRequest::default(),
            consent: ConsentRequest::default(),
        };
        pad(&mut sequence.verify, VERIFY_REQUEST_BYTES, rng);
        pad(&mut sequence.certificate, CERTIFICATE_REQUEST_BYTES, rng);
        pad(&mut sequence.publish, PUBLISH_REQUEST_BYTES, rng);
        pad(&mut sequence.consent, CONSENT_REQUEST_BYTES, rng);
        sequence
    }
}

impl<S: Storage> Device<S> {
    /// When the next dummy sequence runs: about daily, at random, so that the times tell nothing. Not later than
    /// `now`: run it, then call [`Device::dummy_done`].
    pub fn next_dummy(
        &mut self,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Timestamp, DeviceError> {
        match self.read::<Schedule>(Document::Dummy)? {
            // Further off than any is scheduled: the clock was set back.
            Some(Schedule { next }) if next - now <= LONGEST_S as i64 => Ok(next),
            _ => self.dummy_done(now, rng),
        }
    }

    /// Notes that a sequence ran (or that none is wanted now) and returns when the next one does.
    pub fn dummy_done(
        &mut self,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Timestamp, DeviceError> {
        // Exponential waiting times: having waited says nothing about how long is left.
        let wait = (-MEAN_S * (1.0 - rng.random::<f64>()).ln()).clamp(SHORTEST_S, LONGEST_S);
        let next = now + wait as i64;
        self.apply(&[put(Document::Dummy, &Schedule { next })])?;
        Ok(next)
    }
}
