//! The owner's yes, and everything that follows from it, made and stored in one step.

use super::state::{AnsweredRequest, Consents, Given, Parcel, SharingState};
use super::{Choice, ConsentError, Purpose, SharingKind};
use crate::device::{Device, put};
use crate::error::DeviceError;
use crate::history::{Telling, parts};
use crate::storage::{Change, Document, OwnKey, Storage};
use bluezone_protocol::api::{ConsentRequest, Mailbox, encode_base64};
use bluezone_protocol::history::{GivenConsent, HistoryDay, MAX_HISTORY_TEXT, Reporter};
use bluezone_protocol::time::{IntervalNumber, Timestamp};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::release::VerifiedRequest;
use bluezone_transparency::seal::{BadKey, PrivateKey, PublicKey, Upload};
use bluezone_transparency::subject::SubjectHandle;
use bluezone_transparency::units::UploadUnit;
use rand::rngs::StdRng;
use rand::{Rng, RngExt as _, SeedableRng as _};

impl<S: Storage> Device<S> {
    /// A case's yes: to sharing days ([`Purpose::ShareContacts`]), to being asked later ([`Purpose::BeAsked`]), or both,
    /// each to be taken back by itself.
    pub fn share(
        &mut self,
        choice: &Choice,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(), DeviceError> {
        let token = self.report_token(now)?.ok_or(ConsentError::NotAsked)?;
        let keeper = self.authority()?.keeper;
        let mut act = Act::new(now, rng);
        if choice.agrees_to(Purpose::ShareContacts) {
            let letter = Letter {
                kind: SharingKind::Case,
                telling: Telling::Case,
                days: self.chosen(&Telling::Case, &choice.days, now)?,
                consents: choice.consents(&[Purpose::ShareContacts], now),
                reporter: None,
                token: token.clone(),
                mailbox: false,
            };
            act.unasked(letter, &self.unit(&choice.unit, now)?, &keeper)?;
        }
        if choice.agrees_to(Purpose::BeAsked) {
            act.mailbox(choice.consents(&[Purpose::BeAsked], now), token);
        }
        self.agree(act, now)
    }

    /// A warned person's yes ([`Purpose::ReportContacts`]), with a name ([`Purpose::GiveName`]) and letting themselves be
    /// asked ([`Purpose::BeAsked`]) if they want. Taken back together: without a code, nothing else says whose mailbox it is.
    pub fn tell(
        &mut self,
        choice: &Choice,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(), DeviceError> {
        let keeper = self.authority()?.keeper;
        let mut act = Act::new(now, rng);
        if choice.agrees_to(Purpose::ReportContacts) {
            let reporter = choice.reporter.clone().filter(|_| choice.agrees_to(Purpose::GiveName));
            if reporter.as_ref().is_some_and(|reporter| !fits(reporter)) {
                return Err(ConsentError::TooLong.into());
            }
            let purposes = [Purpose::ReportContacts, Purpose::GiveName, Purpose::BeAsked];
            let letter = Letter {
                kind: SharingKind::Contact,
                telling: Telling::Contact,
                days: self.chosen(&Telling::Contact, &choice.days, now)?,
                consents: choice.consents(&purposes, now),
                reporter,
                token: String::new(),
                mailbox: choice.agrees_to(Purpose::BeAsked),
            };
            act.unasked(letter, &self.unit(&choice.unit, now)?, &keeper)?;
        }
        self.agree(act, now)
    }

    /// The owner's yes ([`Purpose::AnswerRequest`]) to a request, for the days chosen.
    pub fn answer(
        &mut self,
        request: &Hash,
        choice: &Choice,
        now: Timestamp,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(), DeviceError> {
        let request = self.request(request, now)?;
        let keeper = self.authority()?.keeper;
        let mut act = Act::new(now, rng);
        if choice.agrees_to(Purpose::AnswerRequest) {
            let telling = Telling::Answer(request.statement().terms.scope.clone());
            let letter = Letter {
                kind: SharingKind::Answer,
                days: self.chosen(&telling, &choice.days, now)?,
                telling,
                consents: choice.consents(&[Purpose::AnswerRequest], now),
                reporter: None,
                token: String::new(),
                mailbox: false,
            };
            let unit = request.statement().terms.unit.to_string();
            let name = self.unit_name(&unit)?.unwrap_or_else(|| unit.clone());
            let seal = |data: &[u8], rng: &mut StdRng| Upload::answer(&request, &keeper, data, rng);
            act.send(letter, (unit, name), None, seal)?;
            act.answered = Some(answered(&request, true, now));
        }
        self.agree(act, now)
    }

    /// The owner's no. It is noted here, so that the request is not shown again, and nowhere else.
    pub fn decline(&mut self, request: &Hash, now: Timestamp) -> Result<(), DeviceError> {
        let request = self.request(request, now)?;
        let mut consents = self.consents()?;
        consents.answered.push(answered(&request, false, now));
        let changes = [self.clock_change(now), put(Document::Consents, &consents)];
        self.apply(&changes)?;
        Ok(())
    }

    fn request(&self, hash: &Hash, now: Timestamp) -> Result<VerifiedRequest, DeviceError> {
        let request = self.requests(now)?.into_iter().find(|request| request.hash() == *hash);
        Ok(request.ok_or(ConsentError::NotAsked)?)
    }

    fn unit(&self, code: &str, now: Timestamp) -> Result<UploadUnit, DeviceError> {
        Ok(self.units(now)?.unit(code).cloned().ok_or(ConsentError::UnknownUnit)?)
    }

    /// The days chosen, of those that are offered.
    fn chosen(
        &self,
        telling: &Telling,
        days: &[Timestamp],
        now: Timestamp,
    ) -> Result<Vec<HistoryDay>, DeviceError> {
        let told = self.consents()?.told(telling);
        let mut chosen: Vec<_> = self.history(telling, now)?.into_iter().map(|cut| cut.day).collect();
        chosen.retain(|day| days.contains(&day.day) && !told.contains(&day.day));
        if chosen.is_empty() { Err(ConsentError::NoDay.into()) } else { Ok(chosen) }
    }

    /// Stores everything of a yes in one step.
    fn agree(&mut self, act: Act, now: Timestamp) -> Result<(), DeviceError> {
        if act.given.is_empty() {
            return Err(ConsentError::NoYes.into());
        }
        let mut consents = self.consents()?;
        let mut outbox: Vec<Parcel> = self.read(Document::Outbox)?.unwrap_or_default();
        consents.given.extend(act.given);
        consents.answered.extend(act.answered);
        outbox.extend(act.parcels);
        let mut changes = vec![self.clock_change(now)];
        // Whoever has an identifier key recognises this phone for as long as it is used: today's is used no longer.
        for key in self.own_keys.iter().filter(|key| act.keys_told.contains(&key.rolling_start)) {
            changes.push(Change::PutKey(OwnKey { shared: true, ..key.ending_by(now.interval() + 1) }));
        }
        changes.push(put(Document::Outbox, &outbox));
        changes.push(put(Document::Consents, &consents));
        self.apply(&changes)?;
        Ok(())
    }
}

/// What goes to a unit.
struct Letter {
    kind: SharingKind,
    telling: Telling,
    days: Vec<HistoryDay>,
    consents: Vec<GivenConsent>,
    reporter: Option<Reporter>,
    /// Says whose case it is; empty from others.
    token: String,
    /// Whether requests may reach this phone.
    mailbox: bool,
}

/// What one press of a button stores.
struct Act {
    now: Timestamp,
    rng: StdRng,
    given: Vec<Given>,
    parcels: Vec<Parcel>,
    /// Where the own keys begin whose identifier keys are told.
    keys_told: Vec<IntervalNumber>,
    answered: Option<AnsweredRequest>,
}

impl Act {
    fn new(now: Timestamp, rng: &mut (impl Rng + ?Sized)) -> Self {
        // Sealing asks for a generator that is known to be fit for keys.
        let rng = StdRng::from_rng(rng);
        Self { now, rng, given: Vec::new(), parcels: Vec::new(), keys_told: Vec::new(), answered: None }
    }

    /// Seals to a unit of the list.
    fn unasked(&mut self, letter: Letter, unit: &UploadUnit, keeper: &PublicKey) -> Result<(), ConsentError> {
        let handle = SubjectHandle::generate(&mut self.rng);
        let seal = |data: &[u8], rng: &mut StdRng| {
            Upload::unasked(unit.code.clone(), handle.commit(rng), &unit.key, keeper, data, rng)
        };
        self.send(letter, (unit.code.to_string(), unit.name.to_string()), Some(&handle), seal)
    }

    fn send(
        &mut self,
        letter: Letter,
        unit: (String, String),
        handle: Option<&SubjectHandle>,
        seal: impl Fn(&[u8], &mut StdRng) -> Result<Upload, BadKey>,
    ) -> Result<(), ConsentError> {
        let Letter { kind, telling, days, consents, reporter, token, mailbox } = letter;
        let dates = days.iter().map(|day| day.day).collect();
        self.keys_told.extend(days.iter().flat_map(|day| &day.keys).map(|key| key.rolling_start));
        let request_key = mailbox.then(|| PrivateKey::generate(&mut self.rng));
        let mut mailbox = request_key.as_ref().zip(handle).map(|(key, handle)| address(key, handle));
        let (id, secret, withdrawal) = self.names();
        let before = self.parcels.len();
        for part in parts(telling.kind(), days, &consents, reporter.as_ref()) {
            let upload = seal(&part.to_bytes(), &mut self.rng)?;
            let request = ConsentRequest {
                upload: encode_base64(&upload.to_bytes()),
                token: token.clone(),
                // Once is enough.
                mailbox: mailbox.take(),
                withdrawal: withdrawal.clone(),
                padding: String::new(),
            };
            self.parcels.push(Parcel { given: id.clone(), request });
        }
        self.given.push(Given {
            id,
            kind,
            unit,
            at: self.now,
            days: dates,
            consents,
            secret,
            handle: handle.map(|handle| encode_base64(handle.as_bytes())),
            request_key: request_key.map(|key| encode_base64(key.to_bytes().as_slice())),
            requests: self.parcels.len() - before,
            acknowledged: 0,
            state: SharingState::Sending,
        });
        Ok(())
    }

    /// Lets requests reach this phone, and shares nothing.
    fn mailbox(&mut self, consents: Vec<GivenConsent>, token: String) {
        let handle = SubjectHandle::generate(&mut self.rng);
        let key = PrivateKey::generate(&mut self.rng);
        let (id, secret, withdrawal) = self.names();
        let request = ConsentRequest {
            token,
            mailbox: Some(address(&key, &handle)),
            withdrawal,
            ..ConsentRequest::default()
        };
        self.parcels.push(Parcel { given: id.clone(), request });
        self.given.push(Given {
            id,
            kind: SharingKind::Mailbox,
            unit: (String::new(), String::new()),
            at: self.now,
            days: Vec::new(),
            consents,
            secret,
            handle: Some(encode_base64(handle.as_bytes())),
            request_key: Some(encode_base64(key.to_bytes().as_slice())),
            requests: 1,
            acknowledged: 0,
            state: SharingState::Sending,
        });
    }

    /// A name, and the secret that takes it back with its hash.
    fn names(&mut self) -> (String, String, String) {
        let id: [u8; 8] = self.rng.random();
        let secret: [u8; 32] = self.rng.random();
        (hex::encode(id), encode_base64(&secret), encode_base64(&Hash::of(&secret).0))
    }
}

impl Consents {
    /// Days that were told before in the same way, and not taken back. Each request is answered as if it were the first.
    pub(super) fn told(&self, telling: &Telling) -> Vec<Timestamp> {
        let kind = match telling {
            Telling::Case => SharingKind::Case,
            Telling::Contact => SharingKind::Contact,
            Telling::Answer(_) => return Vec::new(),
        };
        let same = self.given.iter().filter(|given| given.kind == kind && given.stands());
        let mut days: Vec<_> = same.flat_map(|given| given.days.iter().copied()).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

/// Where requests reach this phone.
fn address(key: &PrivateKey, handle: &SubjectHandle) -> Mailbox {
    Mailbox::new(key.public().as_bytes(), handle.as_bytes())
}

fn answered(request: &VerifiedRequest, yes: bool, at: Timestamp) -> AnsweredRequest {
    let terms = &request.statement().terms;
    AnsweredRequest {
        hash: request.hash(),
        at,
        yes,
        unit: terms.unit.to_string(),
        purpose: terms.purpose.to_string(),
        expires: terms.expires,
    }
}

fn fits(reporter: &Reporter) -> bool {
    let Reporter { name, phone, commune } = reporter;
    let fits = |text: &String| text.len() <= MAX_HISTORY_TEXT && !text.chars().any(char::is_control);
    [name, phone, commune].into_iter().all(fits)
}
