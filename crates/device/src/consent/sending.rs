//! Carrying what was agreed to the server, and taking it back.

use super::state::{Consents, Parcel, SharingState};
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::report::Taken;
use crate::storage::{Document, Storage};
use bluezone_protocol::api::{CONSENT_REQUEST_BYTES, ConsentRequest, WithdrawRequest, error_code, pad};
use bluezone_protocol::time::Timestamp;
use rand::Rng;

/// What to send next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConsentStep {
    /// Nothing.
    Idle,
    /// Send this to `/v1/consent`.
    Upload(ConsentRequest),
    /// Send this to `/v1/consent/withdraw`.
    Withdraw(WithdrawRequest),
}

/// Tells a request from every other: an answer counts only for the one that it answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsentTag(String);

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConsentAnswer {
    /// Stored, or gone.
    Acknowledged,
    /// Refused, or not answered at all.
    Refused {
        /// The server's code; empty if there was none.
        code: String,
        /// The HTTP status; 0 if the server was not reached.
        status: u16,
    },
}

/// The request that is due.
enum Due {
    Parcel(Parcel, ConsentTag),
    Withdrawal { id: String, secret: String, tag: ConsentTag },
}

impl<S: Storage> Device<S> {
    /// What to send next, padded to its fixed size, and what its answer is to be given with. The upload in it was sealed and
    /// stored when its owner said yes: asked again, also after a kill, it is the same.
    pub fn consent_next(
        &self,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(ConsentStep, Option<ConsentTag>), DeviceError> {
        Ok(match self.due()? {
            None => (ConsentStep::Idle, None),
            Some(Due::Parcel(Parcel { mut request, .. }, tag)) => {
                pad(&mut request, CONSENT_REQUEST_BYTES, rng);
                (ConsentStep::Upload(request), Some(tag))
            }
            Some(Due::Withdrawal { secret, tag, .. }) => {
                let mut request = WithdrawRequest { secret, padding: String::new() };
                pad(&mut request, CONSENT_REQUEST_BYTES, rng);
                (ConsentStep::Withdraw(request), Some(tag))
            }
        })
    }

    /// Takes the answer to the request of this tag. If the owner took it back meanwhile, it is no longer anybody's.
    pub fn consent_taken(
        &mut self,
        tag: Option<&ConsentTag>,
        answer: ConsentAnswer,
        now: Timestamp,
    ) -> Result<Taken, DeviceError> {
        let due = match self.due()? {
            Some(due) if Some(due.tag()) == tag => due,
            _ => return Ok(Taken::On),
        };
        let refused = match answer {
            ConsentAnswer::Acknowledged => None,
            ConsentAnswer::Refused { code, status } if is_final(&code, status) => Some(code),
            ConsentAnswer::Refused { .. } => return Ok(Taken::Later),
        };
        let mut consents: Consents = self.consents()?;
        let mut changes = vec![self.clock_change(now)];
        match due {
            Due::Withdrawal { id, .. } => {
                // A secret that the server cannot read would be refused for ever; there is nothing else to try.
                if refused.is_some() {
                    return Ok(Taken::Later);
                }
                consents.set(&id, SharingState::Withdrawn { at: now });
            }
            Due::Parcel(Parcel { given: id, .. }, _) => {
                let mut outbox: Vec<Parcel> = self.read(Document::Outbox)?.unwrap_or_default();
                match refused {
                    // What else belongs to it would be refused as well.
                    Some(code) => {
                        outbox.retain(|parcel| parcel.given != id);
                        consents.set(&id, SharingState::Failed { code });
                    }
                    None => {
                        outbox.remove(0);
                        consents.acknowledged(&id, now);
                    }
                }
                changes.push(put(Document::Outbox, &outbox));
            }
        }
        changes.push(put(Document::Consents, &consents));
        self.apply(&changes)?;
        Ok(Taken::On)
    }

    /// Takes a sharing back: what was not sent stays here, and the server is told to delete the rest until it says that it
    /// did. Requests can no longer reach this phone through it. Nothing if it does not stand.
    pub fn withdraw(&mut self, id: &str, now: Timestamp) -> Result<(), DeviceError> {
        let mut consents = self.consents()?;
        let Some(given) = consents.given.iter_mut().find(|given| given.id == id && given.stands()) else {
            return Ok(());
        };
        given.request_key = None;
        given.state = SharingState::Withdrawing;
        let mut outbox: Vec<Parcel> = self.read(Document::Outbox)?.unwrap_or_default();
        outbox.retain(|parcel| parcel.given != id);
        let changes =
            [self.clock_change(now), put(Document::Outbox, &outbox), put(Document::Consents, &consents)];
        self.apply(&changes)?;
        Ok(())
    }

    /// Taking back comes first.
    fn due(&self) -> Result<Option<Due>, DeviceError> {
        let consents = self.consents()?;
        let taken_back = consents.given.iter().find(|given| given.state == SharingState::Withdrawing);
        if let Some(given) = taken_back {
            let (id, secret) = (given.id.clone(), given.secret.clone());
            let tag = ConsentTag(format!("withdraw {id}"));
            return Ok(Some(Due::Withdrawal { id, secret, tag }));
        }
        let outbox: Vec<Parcel> = self.read(Document::Outbox)?.unwrap_or_default();
        let left = outbox.len();
        let parcel = |parcel: Parcel| {
            let tag = ConsentTag(format!("{left} {}", parcel.given));
            Due::Parcel(parcel, tag)
        };
        Ok(outbox.into_iter().next().map(parcel))
    }
}

impl Due {
    fn tag(&self) -> &ConsentTag {
        match self {
            Self::Parcel(_, tag) | Self::Withdrawal { tag, .. } => tag,
        }
    }
}

impl Consents {
    fn set(&mut self, id: &str, state: SharingState) {
        if let Some(given) = self.given.iter_mut().find(|given| given.id == id) {
            given.state = state;
        }
    }

    fn acknowledged(&mut self, id: &str, now: Timestamp) {
        if let Some(given) = self.given.iter_mut().find(|given| given.id == id) {
            given.acknowledged += 1;
            if given.acknowledged >= given.requests {
                given.state = SharingState::Sent { at: now };
            }
        }
    }
}

/// Whether a refusal will be the same tomorrow. A server that is busy, away, or takes nothing for now is asked again.
fn is_final(code: &str, status: u16) -> bool {
    let known = [
        error_code::UPLOAD_INVALID,
        error_code::TOKEN_INVALID,
        error_code::TOKEN_EXPIRED,
        error_code::BAD_REQUEST,
    ];
    (400..500).contains(&status) && known.contains(&code)
}
