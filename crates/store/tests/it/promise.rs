//! The log's entries, the audit, and what phones tell.

use crate::support::*;
use bluezone_domain::Timestamp;
use bluezone_domain::area::Territory;
use bluezone_domain::audit::{Chain, Look};
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::CodeKind;
use bluezone_domain::contact::Origin;
use bluezone_domain::evidence::Comparison;
use bluezone_domain::id::{OfficerId, TokenId};
use bluezone_domain::unit::Unit;
use bluezone_store::testing::TestDatabase;
use bluezone_store::*;

contract![
    entries_have_numbers_without_gaps_however_many_append,
    an_entry_that_the_log_cannot_hold_gets_no_number,
    the_audit_is_one_chain_however_many_look,
    the_audit_is_anchored_once_for_each_growth,
    an_auditor_finds_by_officer_unit_and_page,
    a_units_newest_key_counts_once_it_is_in_the_log,
    a_telling_is_stored_once_however_often_it_comes,
    what_is_taken_back_is_gone_also_while_it_is_sent_again,
    an_opening_is_ordered_once_and_kept,
    a_request_takes_two_officers_and_one_number,
    an_officers_key_takes_two_after_the_founding,
    keys_of_ended_accounts_are_found_until_they_are_revoked,
    old_tellings_are_forgotten,
    what_was_compared_goes_when_a_side_of_it_is_taken_back,
];

fn entry(text: &str) -> NewLogEntry {
    NewLogEntry { bytes: text.as_bytes().to_vec(), at: NOW }
}

fn look(officer: OfficerId, what: &str) -> Look {
    let (unit, action) = ("TN-CDC".to_owned(), "GET SeeCases".to_owned());
    Look { at: NOW, officer, unit, action, what: what.to_owned() }
}

async fn entries_have_numbers_without_gaps_however_many_append(database: TestDatabase) {
    let world = World::new(database).await;
    let mut numbers: Vec<u64> = race(&world.database, |i, store| async move {
        let mut numbers = Vec::new();
        for n in 0..10 {
            numbers.push(store.append_log_entry(&entry(&format!("{i} {n}"))).await.unwrap());
        }
        numbers
    })
    .await
    .concat();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..80).collect::<Vec<_>>());
    let read = world.store.log_entries(0, 1000).await.unwrap();
    assert_eq!((read.len(), world.store.log_entries(70, 5).await.unwrap().len()), (80, 5));
    assert_eq!(world.store.log_entry(79).await.unwrap(), read.last().cloned());
    assert_eq!(world.store.log_entry(80).await.unwrap(), None);
}

async fn an_entry_that_the_log_cannot_hold_gets_no_number(database: TestDatabase) {
    let world = World::new(database).await;
    for bytes in [vec![], vec![b'x'; 65_536]] {
        let refused = world.store.append_log_entry(&NewLogEntry { bytes, at: NOW }).await;
        assert!(matches!(refused, Err(StoreError::NotAllowed(_))));
    }
    assert_eq!(world.store.append_log_entry(&entry("x")).await.unwrap(), 0);
}

async fn the_audit_is_one_chain_however_many_look(database: TestDatabase) {
    let world = World::new(database).await;
    let officer = world.officer;
    race(&world.database, |i, store| async move {
        for n in 0..10 {
            store.append_audit(&look(officer, &format!("/console/{i}/{n}"))).await.unwrap();
        }
    })
    .await;
    let mut chain = Chain::default();
    for link in world.store.audit_after(0, 1000).await.unwrap() {
        chain.follow(&link).unwrap();
    }
    assert_eq!(chain.count, 80);
}

async fn the_audit_is_anchored_once_for_each_growth(database: TestDatabase) {
    let world = World::new(database).await;
    let anchor = async || world.store.anchor_audit(|chain| entry(&chain.count.to_string())).await.unwrap();
    world.store.append_audit(&look(world.officer, "/console")).await.unwrap();
    assert_eq!(anchor().await, None, "there is no log yet");
    world.store.create_log("log.example/l+x+y", b"sealed", NOW).await.unwrap();
    assert!(matches!(world.store.create_log("other", b"sealed", NOW).await, Err(StoreError::Conflict(_))));
    assert_eq!((anchor().await, anchor().await), (Some(0), None));
    world.store.append_audit(&look(world.officer, "/console")).await.unwrap();
    assert_eq!(anchor().await, Some(1));
    assert_eq!(world.store.log_entries(0, 9).await.unwrap(), [b"1", b"2"]);
    world.store.note_batch(NOW).await.unwrap();
    world.store.note_published(NOW + 1, 2).await.unwrap();
    world.store.note_published(NOW + 2, 1).await.unwrap();
    let state = world.store.log_state().await.unwrap().unwrap();
    assert_eq!((state.batch_at, state.published_at, state.published_size), (NOW, NOW + 1, 2));
}

async fn an_auditor_finds_by_officer_unit_and_page(database: TestDatabase) {
    let mut world = World::new(database).await;
    let other = OfficerId::generate(&mut world.rng);
    for (officer, what) in
        [(world.officer, "/console/cases/1"), (other, "/console/cases/12"), (other, "/console")]
    {
        world.store.append_audit(&look(officer, what)).await.unwrap();
    }
    let found = async |filter: AuditFilter, before| -> Vec<u64> {
        let links = world.store.audit_before(before, &filter, 10).await.unwrap();
        links.iter().map(|link| link.number).collect()
    };
    let none = AuditFilter::default;
    assert_eq!(found(none(), None).await, [3, 2, 1]);
    assert_eq!(found(none(), Some(2)).await, [1]);
    assert_eq!(found(AuditFilter { officer: Some(other), ..none() }, None).await, [3, 2]);
    assert_eq!(found(AuditFilter { unit: Some("BK-CDC".to_owned()), ..none() }, None).await, [0; 0]);
    assert_eq!(
        found(AuditFilter { what: Some("/console/cases/1".to_owned()), ..none() }, None).await,
        [2, 1]
    );
}

async fn a_units_newest_key_counts_once_it_is_in_the_log(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut add = async |unit: &str| {
        let public = world.hash();
        let (unit, name) = (unit.to_owned(), unit.to_lowercase());
        let new = NewUnitKey { public, unit, name, private_sealed: vec![1], now: NOW };
        let list = |keys: &[UnitKey]| entry(&keys.len().to_string());
        (public, world.store.add_unit_key(&new, list).await.unwrap())
    };
    let (first, second, third) = (add("A").await, add("B").await, add("A").await);
    assert_eq!((first.1, second.1, third.1), (0, 1, 2));
    assert_eq!(world.store.log_entries(0, 9).await.unwrap(), [b"1", b"2", b"2"]);
    for (size, expected) in
        [(0, vec![]), (1, vec![first.0]), (2, vec![first.0, second.0]), (9, vec![third.0, second.0])]
    {
        let keys = world.store.unit_keys(size).await.unwrap();
        assert_eq!(keys.iter().map(|key| key.public).collect::<Vec<_>>(), expected, "{size}");
    }
    let all = world.store.keys_of_unit("A").await.unwrap();
    assert_eq!(all.iter().map(|key| key.public).collect::<Vec<_>>(), [third.0, first.0]);
}

impl World {
    fn telling(&mut self, token: Option<TokenId>) -> NewConsent {
        let upload =
            NewUpload { hash: self.hash(), bytes: vec![7; 100], unit: "A".to_owned(), request: None };
        let mailbox = NewMailbox { request_key: self.hash(), handle_sealed: vec![8] };
        let (withdrawal, source) = (Some(self.hash()), (self.hash(), 100));
        NewConsent { upload: Some(upload), mailbox: Some(mailbox), token, withdrawal, source, now: NOW }
    }

    async fn told(&mut self) -> NewConsent {
        let telling = self.telling(None);
        assert_eq!(self.store.consent(&telling).await.unwrap(), Consented::Stored);
        telling
    }
}

fn hash_of(telling: &NewConsent) -> Hash {
    telling.upload.as_ref().unwrap().hash
}

async fn a_telling_is_stored_once_however_often_it_comes(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let code = world.code(case, CodeKind::Link, NOW).await;
    let redeem = world.redeem(code, CodeKind::Link, NOW);
    world.store.redeem_code(&redeem).await.unwrap();
    let telling = world.telling(Some(redeem.token_id));
    let results = race(&world.database, |_, store| {
        let telling = telling.clone();
        async move { store.consent(&telling).await.unwrap() }
    })
    .await;
    assert_eq!(count(&results, &Consented::Stored), TASKS);
    assert_eq!(world.store.uploads_of_case(case).await.unwrap().len(), 1);
    assert_eq!(world.store.mailboxes_of_case(case).await.unwrap().len(), 1);
    assert_eq!(world.store.upload_bytes(hash_of(&telling)).await.unwrap(), Some(vec![7; 100]));
    let late = NewConsent { now: NOW + TOKEN_LIFE, ..world.telling(Some(redeem.token_id)) };
    assert_eq!(world.store.consent(&late).await.unwrap(), Consented::TokenRefused);
    // Without a code so many from one source; repeating costs nothing.
    let mut few = world.telling(None);
    few.source.1 = 1;
    for _ in 0..3 {
        assert_eq!(world.store.consent(&few).await.unwrap(), Consented::Stored);
    }
    let more = NewConsent { source: few.source, ..world.telling(None) };
    assert_eq!(world.store.consent(&more).await.unwrap(), Consented::SourceLimited);
    let mut answer = world.telling(None);
    answer.upload.as_mut().unwrap().request = Some([1; 32]);
    assert_eq!(world.store.consent(&answer).await.unwrap(), Consented::NoSuchRequest);
}

async fn what_is_taken_back_is_gone_also_while_it_is_sent_again(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (telling, kept) = (world.told().await, world.told().await);
    race(&world.database, |i, store| {
        let telling = telling.clone();
        async move {
            if i % 2 == 0 {
                store.withdraw(telling.withdrawal.unwrap(), NOW).await.unwrap();
            } else {
                store.consent(&telling).await.unwrap();
            }
        }
    })
    .await;
    assert_eq!(world.store.consent(&telling).await.unwrap(), Consented::Stored, "it says nothing");
    assert!(world.store.upload(hash_of(&telling)).await.unwrap().is_none());
    assert!(world.store.mailbox(telling.mailbox.unwrap().request_key).await.unwrap().is_none());
    assert!(world.store.upload(hash_of(&kept)).await.unwrap().is_some());
}

async fn an_opening_is_ordered_once_and_kept(database: TestDatabase) {
    let mut world = World::new(database).await;
    let hash = hash_of(&world.told().await);
    let ordered = race(&world.database, |i, store| async move {
        store.order_opening(hash, &entry(&format!("opening {i}"))).await.unwrap()
    })
    .await;
    assert_eq!(count(&ordered, &0), TASKS);
    assert!(world.store.uploads_to_open(0, 9).await.unwrap().is_empty(), "not before the log has it");
    assert_eq!(world.store.uploads_to_open(1, 9).await.unwrap().len(), 1);
    world.store.refuse_opening(hash, "no").await.unwrap();
    assert!(world.store.uploads_to_open(1, 9).await.unwrap().is_empty());
    assert_eq!(world.store.order_opening(hash, &entry("again")).await.unwrap(), 1);
    world.store.finish_opening(hash, b"opened", NOW).await.unwrap();
    world.store.refuse_opening(hash, "too late").await.unwrap();
    let upload = world.store.upload(hash).await.unwrap().unwrap();
    assert_eq!(upload.state, OpeningState::Opened { entry: 1, at: NOW });
    assert_eq!(world.store.opened_bytes(hash).await.unwrap(), Some(b"opened".to_vec()));
    let unknown = world.store.order_opening([0; 32], &entry("x")).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
}

fn request(world: &mut World, mailbox: [u8; 32]) -> ReleaseRequest {
    ReleaseRequest {
        hash: world.hash(),
        statement: "a statement\n".to_owned(),
        unit: "A".to_owned(),
        mailbox,
        details_sealed: vec![1],
        made_by: world.officer,
        made_at: NOW,
        expires_at: NOW + 10 * HOUR,
        first_by: None,
        second_by: None,
        entry: None,
    }
}

async fn a_request_takes_two_officers_and_one_number(database: TestDatabase) {
    let mut world = World::new(database).await;
    let telling = world.told().await;
    let mailbox = telling.mailbox.as_ref().unwrap().request_key;
    let request = request(&mut world, mailbox);
    world.store.create_request(&request).await.unwrap();
    let officers: Vec<_> = (0..TASKS).map(|_| OfficerId::generate(&mut world.rng)).collect();
    let signed = race(&world.database, |i, store| {
        let (hash, officer) = (request.hash, officers[i]);
        async move {
            let logged = |first: &str| Some(entry(&format!("{first} {i}")));
            store.sign_request(hash, officer, &format!("signature {i}"), logged).await.unwrap()
        }
    })
    .await;
    assert_eq!((count(&signed, &Signed::First), count(&signed, &Signed::Logged(0))), (1, TASKS - 1));
    let sent = async |size, now: Timestamp| world.store.requests_to_send(size, now).await.unwrap().len();
    assert_eq!((sent(0, NOW).await, sent(1, NOW).await, sent(1, NOW + 10 * HOUR).await), (0, 1, 0));
    let listed = async |unit, territory| world.store.requests_within(unit, territory, 9).await.unwrap().len();
    assert_eq!(listed("A", Territory::Nowhere).await, 1);
    assert_eq!(listed("B", Territory::Nation).await, 0, "nobody knows where A is");
    let commune = "19/05710".parse().unwrap();
    world.store.create_unit(&Unit { territory: commune, ..unit("A") }).await.unwrap();
    for (territory, sees) in
        [("nation", 1), ("19", 1), ("19/05710", 1), ("19/05711", 0), ("01", 0), ("nowhere", 0)]
    {
        assert_eq!(listed("B", territory.parse().unwrap()).await, sees, "{territory}");
    }
    // An answer is taken while the request is open.
    let mut answer = world.telling(None);
    answer.upload.as_mut().unwrap().request = Some(request.hash);
    assert_eq!(world.store.consent(&answer).await.unwrap(), Consented::Stored);
    assert_eq!(world.store.answers(request.hash).await.unwrap().len(), 1);
    // Whoever takes the mailbox back is asked no more.
    world.store.withdraw(telling.withdrawal.unwrap(), NOW).await.unwrap();
    assert!(world.store.request(request.hash).await.unwrap().is_none());
}

async fn an_officers_key_takes_two_after_the_founding(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (id, officer) = (world.hash(), OfficerId::generate(&mut world.rng));
        let (change, until) = ("change\n".to_owned(), NOW + HOUR);
        let (credential, asked_at) = (vec![1], NOW);
        let key = OfficerKeyRecord {
            id,
            officer,
            credential,
            change,
            asked_at,
            until,
            first_by: None,
            entry: None,
            revoked: None,
        };
        let founding = |so_far: &[Vec<u8>]| (so_far.len() < 2).then(|| entry("key"));
        let number = world.store.add_officer_key(&key, founding).await.unwrap();
        assert!(matches!(world.store.add_officer_key(&key, founding).await, Err(StoreError::Conflict(_))));
        ids.push((id, officer, number));
    }
    assert_eq!(ids.iter().map(|id| id.2).collect::<Vec<_>>(), [Some(0), Some(1), None]);
    let third = ids[2].0;
    let sign = async |officer| {
        world
            .store
            .sign_officer_key(third, officer, "s", |first| Some(entry(&format!("{first}{first}"))))
            .await
            .unwrap()
    };
    assert_eq!(sign(ids[0].1).await, Signed::First);
    assert_eq!(sign(ids[0].1).await, Signed::Twice);
    assert_eq!(sign(ids[1].1).await, Signed::Logged(2));
    let revoke = async || world.store.revoke_officer_key(third, &entry("revoked")).await.unwrap();
    assert_eq!((revoke().await, revoke().await), (3, 3));
    assert_eq!(world.store.officer_key_entries().await.unwrap().len(), 4);
    world.store.drop_officer_key(third).await.unwrap();
    assert_eq!(world.store.officer_keys().await.unwrap().len(), 3, "what stands in the log is not dropped");
}

async fn keys_of_ended_accounts_are_found_until_they_are_revoked(database: TestDatabase) {
    let mut world = World::new(database).await;
    let id = world.hash();
    let key = OfficerKeyRecord {
        id,
        officer: world.officer,
        credential: vec![1],
        change: "change\n".to_owned(),
        asked_at: NOW,
        until: NOW + HOUR,
        first_by: None,
        entry: None,
        revoked: None,
    };
    world.store.add_officer_key(&key, |_| Some(entry("key"))).await.unwrap();
    let ended = async |now| world.store.ended_officer_keys(now).await.unwrap().len();
    assert_eq!(ended(NOW).await, 0);
    world.store.end_unit(UNIT, NOW + HOUR, NOW).await.unwrap();
    assert_eq!((ended(NOW).await, ended(NOW + HOUR).await), (0, 1), "the unit has ended");
    world.store.disable_officer(world.officer, NOW).await.unwrap();
    assert_eq!(ended(NOW).await, 1, "the account is disabled");
    world.store.revoke_officer_key(id, &entry("revoked")).await.unwrap();
    assert_eq!(ended(NOW + HOUR).await, 0, "once is enough");
}

async fn old_tellings_are_forgotten(database: TestDatabase) {
    let mut world = World::new(database).await;
    let telling = world.told().await;
    let mailbox = telling.mailbox.as_ref().unwrap().request_key;
    let request = request(&mut world, mailbox);
    world.store.create_request(&request).await.unwrap();
    let other = world.told().await;
    world.store.withdraw(other.withdrawal.unwrap(), NOW).await.unwrap();
    let retention = Retention { consents_s: 24 * HOUR, ..Retention::default() };
    assert_eq!(world.store.purge(NOW + 24 * HOUR, &retention).await.unwrap().consents, 0);
    assert_eq!(world.store.purge(NOW + 35 * HOUR, &retention).await.unwrap().consents, 5);
    assert!(world.store.upload(hash_of(&telling)).await.unwrap().is_none());
}

async fn what_was_compared_goes_when_a_side_of_it_is_taken_back(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let contact = world.contact(case, Origin::Case(case)).await.id;
    let (shared, reported, other) = (world.told().await, world.told().await, world.told().await);
    let both = [hash_of(&shared), hash_of(&reported)];
    let nothing = Comparison::default();
    for (at, uploads) in [(NOW, both.as_slice()), (NOW + 1, &[hash_of(&other)]), (NOW + 2, &[])] {
        world.store.add_evidence(contact, at, &nothing, uploads, &mut world.rng).await.unwrap();
    }
    let times = async |store: &Store| -> Vec<_> {
        store.evidence_of(contact).await.unwrap().iter().map(|(at, _)| at.0 - NOW.0).collect()
    };
    assert_eq!(times(&world.store).await, [2, 1, 0]);
    world.store.withdraw(shared.withdrawal.unwrap(), NOW).await.unwrap();
    assert_eq!(times(&world.store).await, [2, 1]);
    let late = world.store.add_evidence(contact, NOW, &nothing, &both, &mut world.rng).await;
    assert!(matches!(late, Err(StoreError::NotFound("the upload"))), "{late:?}");
    // What is only too old to keep was not taken back: the contact's record stays whole.
    world.store.purge(NOW + 31 * 24 * HOUR, &Retention::default()).await.unwrap();
    assert!(world.store.upload(hash_of(&other)).await.unwrap().is_none());
    assert_eq!(times(&world.store).await, [2, 1]);
}
