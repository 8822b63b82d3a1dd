//! What its owner agrees to, and only that, leaves a phone; once; and can be taken back.

use crate::promise::*;
use crate::reporting::reported;
use crate::support::*;
use bluezone_device::*;
use bluezone_protocol::api::*;
use bluezone_protocol::diagnosis::ReportType;
use bluezone_protocol::history::{History, HistoryKind, Reporter};
use bluezone_transparency::merkle::Hash;
use bluezone_transparency::release::RequestError;
use rand::rngs::StdRng;

pub fn yes(purpose: Purpose) -> Yes {
    Yes { purpose, words: format!("I agree to {}", purpose.as_str()), language: "en" }
}

pub fn choice(days: &[ToldDay], purposes: &[Purpose]) -> Choice {
    Choice {
        unit: STATION.to_owned(),
        days: days.iter().map(|day| day.day).collect(),
        yes: purposes.iter().copied().map(yes).collect(),
        reporter: None,
    }
}

/// A phone that met a neighbour yesterday and today, reported, and has read the log.
pub fn case() -> (Phone, Phone, Promise, StdRng) {
    let config = DeviceConfig { authority: Some(pinned()), ..DeviceConfig::default() };
    let mut phone = Device::open(config, MemoryStorage::new()).unwrap();
    let (mut other, mut rng) = (crate::support::phone(), rng(4));
    for day in [1, 0] {
        phone.rotation(NOW - day * DAY - 3600, &mut rng).unwrap();
        meet(&mut phone, &mut other, NOW - day * DAY - 3600, 30, 50);
    }
    reported(&mut phone, TestType::Confirmed, NOW, &mut rng);
    let mut promise = Promise::new(NOW);
    promise.read_with(&mut phone, &[]);
    (phone, other, promise, rng)
}

/// A phone that is warned.
fn warned() -> (Phone, Phone, Promise, StdRng) {
    let trusted_export_keys = vec![authority(1).verifying_key()];
    let config = DeviceConfig { authority: Some(pinned()), trusted_export_keys, ..DeviceConfig::default() };
    let mut phone = Device::open(config, MemoryStorage::new()).unwrap();
    let (mut other, mut stranger, mut rng) = (crate::support::phone(), crate::support::phone(), rng(4));
    phone.rotation(NOW - DAY, &mut rng).unwrap();
    meet(&mut phone, &mut other, NOW - DAY, 60, 50);
    meet(&mut phone, &mut stranger, NOW - DAY + 7200, 60, 50);
    let keys = diagnosis_keys(&other, ReportType::ConfirmedTest);
    phone.check_export("a.zip", export(NOW, &keys, &[], 1), NOW).unwrap();
    let mut promise = Promise::new(NOW);
    promise.read_with(&mut phone, &[]);
    (phone, other, promise, rng)
}

/// What the server got by now, having acknowledged all of it.
pub fn carried(phone: &mut Phone, rng: &mut StdRng) -> Vec<ConsentRequest> {
    let mut sent = Vec::new();
    loop {
        let (ConsentStep::Upload(request), tag) = phone.consent_next(rng).unwrap() else { return sent };
        assert_eq!(to_json(&request).len(), CONSENT_REQUEST_BYTES);
        sent.push(request);
        phone.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, NOW).unwrap();
    }
}

fn histories(sent: &[ConsentRequest]) -> Vec<History> {
    sent.iter().filter(|request| !request.upload.is_empty()).map(|request| opened(&upload(request))).collect()
}

#[test]
fn a_case_shares_the_days_it_chose_and_nothing_else() {
    let (mut phone, other, _, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    assert_eq!(offer.days.iter().map(|day| day.day).collect::<Vec<_>>(), [MIDNIGHT - DAY, MIDNIGHT]);
    assert!(offer.days.iter().all(|day| day.links && day.identifiers > 2 && day.left_out == 0), "{offer:?}");
    assert_eq!(phone.consent_next(&mut rng).unwrap(), (ConsentStep::Idle, None), "nothing before a yes");

    phone.share(&choice(&offer.days[..1], &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let sent = carried(&mut phone, &mut rng);
    let [request] = &sent[..] else { panic!("one day, one upload: {}", sent.len()) };
    assert_eq!((request.token.as_str(), request.mailbox.is_none()), ("token", true));
    assert_eq!(upload(request).context().unit.as_str(), STATION);
    let history = opened(&upload(request));
    assert_eq!((history.kind, history.part, history.parts), (HistoryKind::Case, 0, 1));
    let [day] = &history.days[..] else { panic!("one day") };
    assert_eq!(day.day, MIDNIGHT - DAY);
    // What it heard is what the other called itself, and what it called itself is what the other could have heard.
    let theirs = other.storage().own_keys().unwrap();
    for heard in &day.heard {
        let key = theirs.iter().find(|key| key.covers(heard.at.interval())).unwrap();
        assert_eq!(key.key.identifier_key().identifier(heard.at.interval()), heard.identifier);
        assert_eq!((heard.mean_dbm, heard.packets), (Some(-58), 3));
    }
    assert_eq!(day.heard.len(), 6);
    let own = phone.storage().own_keys().unwrap();
    assert_eq!(day.keys[0].key, own[0].key.identifier_key());
    // The evidence: which words.
    let [consent] = &history.consents[..] else { panic!("one consent") };
    assert_eq!((consent.purpose.as_str(), consent.language.as_str()), ("share-contacts", "en"));
    assert_eq!(consent.text_sha256, Hash::of(b"I agree to share-contacts").0);
    let kept = &phone.sharings().unwrap()[0];
    assert_eq!((&kept.consents, &kept.days), (&history.consents, &vec![MIDNIGHT - DAY]));
    assert_eq!(kept.state, SharingState::Sent { at: NOW });
    // A day that was told is not offered again.
    assert_eq!(phone.share_offer(NOW).unwrap().unwrap().told, [MIDNIGHT - DAY]);
    let again = phone.share(&choice(&offer.days[..1], &[Purpose::ShareContacts]), NOW, &mut rng);
    assert!(matches!(again, Err(DeviceError::Consent(ConsentError::NoDay))));
}

#[test]
fn each_box_counts_by_itself() {
    let (mut phone, _, _, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    for purposes in [&[][..], &[Purpose::ReportContacts], &[Purpose::AnswerRequest, Purpose::GiveName]] {
        let refused = phone.share(&choice(&offer.days, purposes), NOW, &mut rng);
        assert!(matches!(refused, Err(DeviceError::Consent(ConsentError::NoYes))));
    }
    let unknown = Choice { unit: "nowhere".into(), ..choice(&offer.days, &[Purpose::ShareContacts]) };
    let refused = phone.share(&unknown, NOW, &mut rng);
    assert!(matches!(refused, Err(DeviceError::Consent(ConsentError::UnknownUnit))));
    assert_eq!(phone.consent_next(&mut rng).unwrap().0, ConsentStep::Idle);

    phone.share(&choice(&[], &[Purpose::BeAsked]), NOW, &mut rng).unwrap();
    let sent = carried(&mut phone, &mut rng);
    let [request] = &sent[..] else { panic!("a mailbox alone") };
    assert!(request.upload.is_empty() && request.mailbox.is_some() && request.token == "token");
    assert!(phone.share_offer(NOW).unwrap().unwrap().asked);
}

#[test]
fn without_a_code_a_warning_or_pins_there_is_nothing_to_share() {
    let (mut plain, mut rng) = (phone(), rng(1));
    assert_eq!(plain.share_offer(NOW).unwrap(), None);
    assert_eq!(plain.tell_offer(NOW).unwrap(), None);
    let all = [Purpose::ShareContacts, Purpose::BeAsked, Purpose::ReportContacts];
    assert!(plain.share(&choice(&[], &all), NOW, &mut rng).is_err());
    assert!(plain.tell(&choice(&[], &all), NOW, &mut rng).is_err());
    // A case, but nobody is pinned.
    plain.rotation(NOW - 3600, &mut rng).unwrap();
    reported(&mut plain, TestType::Confirmed, NOW, &mut rng);
    let refused = plain.share(&choice(&[], &all), NOW, &mut rng);
    assert!(matches!(refused, Err(DeviceError::Log(LogError::NotPinned))));
    // A case of yesterday: its token is void.
    let (mut late, _, _, mut rng) = case();
    let offer = late.share_offer(NOW).unwrap().unwrap();
    assert_eq!(late.share_offer(NOW + DAY).unwrap(), None);
    let refused = late.share(&choice(&offer.days, &all), NOW + DAY, &mut rng);
    assert!(matches!(refused, Err(DeviceError::Consent(ConsentError::NotAsked))));
    // A log that nobody confirmed for a day names no unit.
    let refused = late.share(&choice(&offer.days, &all), NOW + DAY - 1, &mut rng);
    assert!(refused.is_ok(), "within the day it does");
}

#[test]
fn todays_key_is_not_used_once_a_unit_can_recognise_it() {
    let (mut phone, mut other, _, mut rng) = case();
    // The report ended today's key; this one was on the air since.
    let later = NOW + 3600;
    let before = phone.rotation(later, &mut rng).unwrap();
    meet(&mut phone, &mut other, later, 10, 50);
    let offer = phone.share_offer(later + 900).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), later + 900, &mut rng).unwrap();
    let [history] = &histories(&carried(&mut phone, &mut rng))[..] else { panic!("one part") };
    let told = history.days[1].keys.clone();
    assert_eq!(told.len(), 2, "the published key and the one after it");
    let after = phone.rotation(later + 7200, &mut rng).unwrap();
    assert_ne!(before.identifier, after.identifier);
    for minutes in (20..600).step_by(10) {
        let at = later + minutes * 60;
        let identifier = phone.rotation(at, &mut rng).unwrap().identifier;
        let covered = told.iter().any(|key| {
            let end = key.rolling_start + key.rolling_period;
            at.interval() < end
        });
        assert!(!covered || minutes < 30, "{minutes}");
        for key in &told {
            let known = key.key.identifier(at.interval());
            assert!(!identifier.to_bytes().starts_with(known.as_bytes()) || minutes < 30, "{minutes}");
        }
    }
}

#[test]
fn a_killed_phone_sends_the_same_bytes_again() {
    let (mut phone, _, _, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts, Purpose::BeAsked]), NOW, &mut rng).unwrap();
    let bare = |step: ConsentStep| match step {
        ConsentStep::Upload(request) => ConsentRequest { padding: String::new(), ..request },
        other => panic!("{other:?}"),
    };
    let (first, tag) = phone.consent_next(&mut rng).unwrap();
    let (again, _) = restarted(&phone).consent_next(&mut crate::support::rng(99)).unwrap();
    assert!(bare(first.clone()) == bare(again));
    // An answer that says to come later changes nothing; neither does one to something else.
    let later = ConsentAnswer::Refused { code: "consent_off".into(), status: 503 };
    assert_eq!(phone.consent_taken(tag.as_ref(), later, NOW).unwrap(), Taken::Later);
    phone.consent_taken(None, ConsentAnswer::Acknowledged, NOW).unwrap();
    assert!(bare(phone.consent_next(&mut rng).unwrap().0) == bare(first));
    phone.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, NOW).unwrap();
    phone.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, NOW).unwrap();
    let (second, _) = phone.consent_next(&mut rng).unwrap();
    assert!(bare(second).mailbox.is_some(), "an answer counts once");
}

#[test]
fn what_was_given_is_taken_back_until_the_server_says_so() {
    let (mut phone, _, mut promise, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts, Purpose::BeAsked]), NOW, &mut rng).unwrap();
    let sent = carried(&mut phone, &mut rng);
    let mailbox = sent[1].mailbox.clone().unwrap();
    let ids: Vec<_> = phone.sharings().unwrap().into_iter().map(|sharing| sharing.id).collect();
    // The mailbox is taken back by itself; a request finds nobody any more.
    phone.withdraw(&ids[0], NOW).unwrap();
    let outgoing = promise.ask(&mailbox, scope(MIDNIGHT - 2 * DAY, NOW));
    assert_eq!(promise.read_with(&mut phone, &[outgoing]).requests, 0);
    for _ in 0..3 {
        let (ConsentStep::Withdraw(request), tag) = restarted(&phone).consent_next(&mut rng).unwrap() else {
            panic!("it is asked for until it is done")
        };
        assert_eq!(to_json(&request).len(), CONSENT_REQUEST_BYTES);
        assert_eq!(Hash::of(&decode_base64(&request.secret).unwrap()).to_string(), sent[1].withdrawal);
        let away = ConsentAnswer::Refused { code: String::new(), status: 0 };
        assert_eq!(phone.consent_taken(tag.as_ref(), away, NOW).unwrap(), Taken::Later);
    }
    let (_, tag) = phone.consent_next(&mut rng).unwrap();
    phone.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, NOW).unwrap();
    assert_eq!(phone.sharings().unwrap()[0].state, SharingState::Withdrawn { at: NOW });
    assert_eq!(phone.sharings().unwrap()[1].state, SharingState::Sent { at: NOW }, "the days stay shared");
    assert_eq!(phone.consent_next(&mut rng).unwrap().0, ConsentStep::Idle);
}

#[test]
fn what_is_taken_back_on_its_way_is_not_sent_on() {
    let (mut phone, _, _, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let (_, tag) = phone.consent_next(&mut rng).unwrap();
    let id = phone.sharings().unwrap()[0].id.clone();
    phone.withdraw(&id, NOW).unwrap();
    phone.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, NOW).unwrap();
    // It may have arrived, so the server is told all the same.
    let (step, tag) = phone.consent_next(&mut rng).unwrap();
    assert!(matches!(step, ConsentStep::Withdraw(_)));
    phone.consent_taken(tag.as_ref(), ConsentAnswer::Acknowledged, NOW).unwrap();
    assert_eq!(phone.consent_next(&mut rng).unwrap().0, ConsentStep::Idle);
    // And may be shared anew.
    assert_eq!(phone.share_offer(NOW).unwrap().unwrap().days.len(), 2);
}

#[test]
fn a_refusal_that_stays_ends_it() {
    let (mut phone, _, _, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let (_, tag) = phone.consent_next(&mut rng).unwrap();
    let refused = ConsentAnswer::Refused { code: error_code::TOKEN_EXPIRED.into(), status: 400 };
    assert_eq!(phone.consent_taken(tag.as_ref(), refused, NOW).unwrap(), Taken::On);
    let sharing = &phone.sharings().unwrap()[0];
    assert_eq!(sharing.state, SharingState::Failed { code: "token_expired".into() });
    assert!(!sharing.withdrawable, "the server has nothing of it");
    assert_eq!(phone.consent_next(&mut rng).unwrap().0, ConsentStep::Idle);
}

#[test]
fn a_warned_person_tells_of_the_encounters_that_warned_only() {
    let (mut phone, other, _, mut rng) = warned();
    let offer = phone.tell_offer(NOW).unwrap().unwrap();
    let [day] = &offer.days[..] else { panic!("{offer:?}") };
    assert_eq!((day.day, day.links), (MIDNIGHT - DAY, true));
    let all = [Purpose::ReportContacts, Purpose::BeAsked];
    let named = Reporter { name: "Canary Văn A".into(), phone: "0900000000".into(), commune: String::new() };
    // A name without its box stays here.
    let chosen = Choice { reporter: Some(named.clone()), ..choice(&offer.days, &all) };
    phone.tell(&chosen, NOW, &mut rng).unwrap();
    let sent = carried(&mut phone, &mut rng);
    let [request] = &sent[..] else { panic!("one upload") };
    assert!(request.token.is_empty() && request.mailbox.is_some());
    let history = opened(&upload(request));
    assert_eq!((history.kind, &history.reporter), (HistoryKind::Contact, &None));
    let theirs = other.storage().own_keys().unwrap();
    assert!(!history.days[0].heard.is_empty());
    for heard in &history.days[0].heard {
        let met = theirs.iter().find(|key| key.covers(heard.at.interval())).unwrap();
        assert_eq!(met.key.identifier_key().identifier(heard.at.interval()), heard.identifier);
    }
    let purposes: Vec<_> = history.consents.iter().map(|consent| consent.purpose.as_str()).collect();
    assert_eq!(purposes, ["report-contacts", "be-asked"]);

    let (mut phone, .., mut rng) = warned();
    let all = [Purpose::ReportContacts, Purpose::GiveName];
    let long = Reporter { name: "x".repeat(401), ..named.clone() };
    let too_long = Choice { reporter: Some(long), ..choice(&offer.days, &all) };
    assert!(matches!(phone.tell(&too_long, NOW, &mut rng), Err(DeviceError::Consent(ConsentError::TooLong))));
    let chosen = Choice { reporter: Some(named.clone()), ..choice(&offer.days, &all) };
    phone.tell(&chosen, NOW, &mut rng).unwrap();
    let [history] = &histories(&carried(&mut phone, &mut rng))[..] else { panic!("one part") };
    assert_eq!(history.reporter, Some(named));
    assert!(phone.tell_offer(NOW).unwrap().unwrap().days.is_empty());
}

#[test]
fn a_request_is_answered_for_the_days_chosen_within_what_was_signed() {
    let (mut phone, _, mut promise, mut rng) = case();
    phone.share(&choice(&[], &[Purpose::BeAsked]), NOW, &mut rng).unwrap();
    let mailbox = carried(&mut phone, &mut rng)[0].mailbox.clone().unwrap();
    // From noon on: that day's key tells of the morning too, so it is not within the scope.
    let noon = NOW - DAY - 1800;
    let outgoing = promise.ask(&mailbox, scope(noon, NOW));
    assert_eq!(promise.read_with(&mut phone, std::slice::from_ref(&outgoing)).requests, 1);
    let request = restarted(&phone).requests(NOW).unwrap().remove(0);
    assert_eq!(phone.requests(NOW + 4 * DAY).unwrap(), [], "an old file is not believed");
    let days = phone.answer_days(&request, NOW).unwrap();
    assert_eq!(
        days.iter().map(|day| (day.day, day.links)).collect::<Vec<_>>(),
        [(MIDNIGHT - DAY, false), (MIDNIGHT, false)]
    );
    let refused = phone.answer(&request.hash(), &choice(&days, &[Purpose::ShareContacts]), NOW, &mut rng);
    assert!(matches!(refused, Err(DeviceError::Consent(ConsentError::NoYes))));
    phone.answer(&request.hash(), &choice(&days[..1], &[Purpose::AnswerRequest]), NOW, &mut rng).unwrap();
    assert_eq!(phone.requests(NOW).unwrap(), []);
    let sent = carried(&mut phone, &mut rng);
    let [request_sent] = &sent[..] else { panic!("one upload") };
    let upload = upload(request_sent);
    assert_eq!(upload.context().request, Some(request.hash()));
    assert_eq!(upload.context().subject, request.statement().subject);
    let history = opened(&upload);
    assert_eq!(history.kind, HistoryKind::Answer);
    assert_eq!(history.days.len(), 1);
    assert!(history.days[0].heard.iter().all(|heard| heard.at >= noon));
    assert_eq!(history.days[0].heard.len(), 1, "of six that day, those before the scope are not told");
    // The same again, logged anew: it was answered.
    let again = promise.append(std::slice::from_ref(&outgoing.entry));
    let replayed = promise.outgoing(&mailbox, outgoing.entry.clone(), again);
    let checked = promise.read_with(&mut phone, &[replayed]);
    assert_eq!((checked.requests, checked.refused.len()), (0, 0));
}

#[test]
fn a_no_is_remembered_and_sends_nothing() {
    let (mut phone, _, mut promise, mut rng) = case();
    phone.share(&choice(&[], &[Purpose::BeAsked]), NOW, &mut rng).unwrap();
    let mailbox = carried(&mut phone, &mut rng)[0].mailbox.clone().unwrap();
    let outgoing = promise.ask(&mailbox, scope(MIDNIGHT - 2 * DAY, NOW));
    promise.read_with(&mut phone, std::slice::from_ref(&outgoing));
    let hash = phone.requests(NOW).unwrap()[0].hash();
    phone.decline(&hash, NOW).unwrap();
    assert_eq!(phone.consent_next(&mut rng).unwrap().0, ConsentStep::Idle);
    assert_eq!(phone.requests(NOW).unwrap(), []);
    assert_eq!(promise.read_with(&mut restarted(&phone), &[outgoing]).requests, 0);
    let answered = &phone.answered_requests().unwrap()[0];
    assert_eq!((answered.hash, answered.yes, answered.unit.as_str()), (hash, false, UNIT));
    let refused = phone.answer(&hash, &choice(&[], &[Purpose::AnswerRequest]), NOW, &mut rng);
    assert!(matches!(refused, Err(DeviceError::Consent(ConsentError::NotAsked))));
}

#[test]
fn a_request_that_fails_a_check_is_told_of_and_not_shown() {
    let (mut phone, _, mut promise, mut rng) = case();
    phone.share(&choice(&[], &[Purpose::BeAsked]), NOW, &mut rng).unwrap();
    let mailbox = carried(&mut phone, &mut rng)[0].mailbox.clone().unwrap();
    let statement = promise.statement(&mailbox, scope(MIDNIGHT - 2 * DAY, NOW));
    let alone = signed(statement, NOW, &[1]);
    let index = promise.append(std::slice::from_ref(&alone));
    let outgoing = promise.outgoing(&mailbox, alone, index);
    let checked = promise.read_with(&mut phone, &[outgoing]);
    assert_eq!(checked.requests, 0);
    assert!(matches!(checked.refused[..], [RequestError::Officers(_)]), "{checked:?}");
    assert_eq!(phone.requests(NOW).unwrap(), []);
}

#[test]
fn nothing_of_it_is_printed() {
    let (mut phone, _, _, mut rng) = case();
    let offer = phone.share_offer(NOW).unwrap().unwrap();
    phone.share(&choice(&offer.days, &[Purpose::ShareContacts]), NOW, &mut rng).unwrap();
    let (step, _) = phone.consent_next(&mut rng).unwrap();
    assert_eq!(format!("{step:?}"), "Upload(ConsentRequest(..))");
    assert_eq!(format!("{:?}", phone.sharings().unwrap()), "[Sharing(..)]");
}
