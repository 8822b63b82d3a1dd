//! Publishing as a contact (F1): codes, tokens, the export of its own, and becoming a case or nothing.

use crate::support::*;
use bluezone_domain::case::CaseStatus;
use bluezone_domain::code::{CodeKind, ContactFacts, Finding};
use bluezone_domain::contact::{Class, Contact, Origin};
use bluezone_domain::publication::{EMBARGO_S, RevisableKey, StoredKey, Stream};
use bluezone_protocol::diagnosis::{DiagnosisKey, ReportType};
use bluezone_store::testing::TestDatabase;
use bluezone_store::{
    Bound, Hash, Membership, NewCode, Publish, PublishRefusal, Published, Redeem, Redeemed, StoreError,
};

contract![
    only_a_concluded_f1_gets_a_code,
    only_a_phone_that_says_so_gets_its_token,
    who_became_a_case_needs_another_code,
    its_keys_stand_in_an_export_of_their_own,
    it_becomes_a_case_at_once_and_once,
    it_is_revoked_where_it_stands,
    a_case_never_becomes_a_contact,
    nobody_turns_the_keys_of_others,
];

const FACTS: ContactFacts = ContactFacts { publish_from: NOW };

impl World {
    /// A contact that an officer concluded to be F1.
    async fn f1(&mut self) -> Contact {
        let case = self.case(CaseStatus::Confirmed).await;
        let contact = Contact { concluded: true, ..self.new_contact(case, Origin::Case(case)).await };
        self.store.create_contact(&contact).await.unwrap();
        contact
    }

    fn contact_code(&mut self, contact: &Contact) -> NewCode {
        NewCode { contact: Some((contact.id, FACTS)), ..self.new_code(contact.case, CodeKind::Link, NOW) }
    }

    fn contact_redeem(&mut self, code_hash: Hash) -> Redeem {
        Redeem { accepts_contact: true, ..self.redeem(code_hash, CodeKind::Link, NOW) }
    }

    /// A publication of such a contact, at a time after [`NOW`].
    async fn as_contact(&mut self, keys: &[DiagnosisKey], at: i64) -> Publish {
        let contact = self.f1().await;
        let code = self.contact_code(&contact);
        self.store.issue_code(&code).await.unwrap();
        let redeem = self.contact_redeem(code.code_hash);
        assert!(matches!(self.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
        let (token, tekmac) = (redeem.token_id, self.hash());
        let bound = self.store.bind_certificate(token, tekmac, NOW).await.unwrap();
        assert_eq!(bound, Bound::New { finding: Finding::Contact(FACTS) });
        let now = NOW + at;
        let keys = keys.iter().map(|key| StoredKey::received(key.clone(), now, EMBARGO_S)).collect();
        let response = self.hash().to_vec();
        Publish { token, tekmac, keys, padding: vec![], revision: None, response, now }
    }

    async fn publish_as_contact(&mut self, count: u32) -> Vec<DiagnosisKey> {
        let keys = self.keys(count, ReportType::Recursive);
        let publish = self.as_contact(&keys, 0).await;
        let stored = Published::Stored { inserted: count, revised: 0 };
        assert_eq!(self.store.publish(&publish).await.unwrap(), stored);
        keys
    }

    /// The new and the revised keys of the batch of this time.
    async fn export_of(&self, stream: Stream, at: i64) -> [Vec<DiagnosisKey>; 2] {
        let batch = self.store.open_batch(stream, NOW + at, HOUR).await.unwrap().unwrap();
        let keys =
            async |membership| self.store.batch_keys(stream, batch.id, membership, None, 1000).await.unwrap();
        let keys = [keys(Membership::New).await, keys(Membership::Revised).await];
        self.store.finish_batch(stream, batch.id, &format!("{}.zip", batch.id.0), [1; 32]).await.unwrap();
        keys
    }

    /// The same keys, as something else, with their revision token.
    async fn turn(&mut self, keys: &[DiagnosisKey], status: CaseStatus, at: i64) -> Publish {
        let as_new = |key: &DiagnosisKey| DiagnosisKey { report_type: status.report_type(), ..key.clone() };
        let now: Vec<DiagnosisKey> = keys.iter().map(as_new).collect();
        let publish = self.publication(status, &now, NOW + at).await;
        Publish { revision: Some(keys.iter().map(RevisableKey::from).collect()), ..publish }
    }
}

fn types(keys: &[DiagnosisKey]) -> Vec<ReportType> {
    keys.iter().map(|key| key.report_type).collect()
}

async fn only_a_concluded_f1_gets_a_code(database: TestDatabase) {
    let mut world = World::new(database).await;
    let good = world.f1().await;
    let proposed = world.contact(good.case, Origin::Case(good.case)).await;
    let f2 = Contact { concluded: true, ..world.new_contact(good.case, Origin::Contact(good.id)).await };
    world.store.create_contact(&f2).await.unwrap();
    assert_eq!(f2.class, Class::F21);
    for wrong in [&proposed, &f2] {
        let code = world.contact_code(wrong);
        assert!(matches!(world.store.issue_code(&code).await, Err(StoreError::NotAllowed(_))));
    }
    let other = world.case(CaseStatus::Confirmed).await;
    let code = NewCode { case: other, ..world.contact_code(&good) };
    assert!(matches!(world.store.issue_code(&code).await, Err(StoreError::NotFound(_))));
    for _ in 0..3 {
        let code = world.contact_code(&good);
        world.store.issue_code(&code).await.unwrap();
    }
    let fourth = world.contact_code(&good);
    assert!(matches!(world.store.issue_code(&fourth).await, Err(StoreError::NotAllowed(_))));
    assert_eq!(world.store.codes_of_contact(good.id, NOW).await.unwrap().len(), 3);
    assert_eq!(world.store.codes_of_case(good.case, NOW).await.unwrap(), [], "not the case's");
    world.code(good.case, CodeKind::Link, NOW).await;
}

async fn only_a_phone_that_says_so_gets_its_token(database: TestDatabase) {
    let mut world = World::new(database).await;
    let contact = world.f1().await;
    let code = world.contact_code(&contact);
    world.store.issue_code(&code).await.unwrap();
    let finding = Finding::Contact(FACTS);
    let able = world.contact_redeem(code.code_hash);
    let unable = Redeem { accepts_contact: false, ..able.clone() };
    assert_eq!(world.store.redeem_code(&unable).await.unwrap(), Redeemed::Unsupported(finding));
    assert_eq!(world.store.redeem_code(&able).await.unwrap(), Redeemed::New { finding });
    let (token_id, token_sealed) = (able.token_id, able.token_sealed.clone());
    let again = Redeemed::Repeated { token_id, token_sealed, finding };
    assert_eq!(world.store.redeem_code(&able).await.unwrap(), again);
    let other = world.contact_redeem(code.code_hash);
    assert_eq!(world.store.redeem_code(&other).await.unwrap(), Redeemed::Refused);
}

async fn who_became_a_case_needs_another_code(database: TestDatabase) {
    let mut world = World::new(database).await;
    let contact = world.f1().await;
    let code = world.contact_code(&contact);
    world.store.issue_code(&code).await.unwrap();
    let became = Contact { became: Some(contact.case), ..world.f1().await };
    let case = became.case;
    let second = Contact { id: world.new_contact(case, Origin::Case(case)).await.id, ..became };
    world.store.create_contact(&second).await.unwrap();
    let late = NewCode { contact: Some((second.id, FACTS)), ..world.new_code(case, CodeKind::Link, NOW) };
    assert!(matches!(world.store.issue_code(&late).await, Err(StoreError::NotAllowed(_))));
    let redeem = world.contact_redeem(code.code_hash);
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
}

async fn its_keys_stand_in_an_export_of_their_own(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut keys = world.publish_as_contact(4).await;
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(world.export_of(Stream::Cases, HOUR).await, [vec![], vec![]], "no client of others sees them");
    assert_eq!(world.export_of(Stream::Contacts, HOUR).await, [keys, vec![]]);
    assert_eq!(world.store.published(Stream::Cases).await.unwrap().len(), 1);
    assert_eq!(world.store.published(Stream::Contacts).await.unwrap().len(), 1);
}

/// However often it is sent, and whatever is cut off in between: both halves happen, once.
async fn it_becomes_a_case_at_once_and_once(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.publish_as_contact(2).await;
    world.export_of(Stream::Contacts, HOUR).await;
    let turn = world.turn(&keys, CaseStatus::Confirmed, HOUR + 1).await;
    let results = four_times(&world, &turn).await;
    let stored = Published::Stored { inserted: 2, revised: 2 };
    assert_eq!(results.iter().filter(|result| **result == stored).count(), 1);
    assert!(results.iter().all(|result| !matches!(result, Published::Refused(_))));
    let [new, revised] = world.export_of(Stream::Contacts, 2 * HOUR).await;
    assert_eq!((new, types(&revised)), (vec![], vec![ReportType::Revoked; 2]));
    let [new, revised] = world.export_of(Stream::Cases, 2 * HOUR).await;
    assert_eq!((types(&new), revised), (vec![ReportType::ConfirmedTest; 2], vec![]));
    // And withdrawn among the cases; among the contacts there is nothing left to do.
    let turn = world.turn(&keys, CaseStatus::Negative, 2 * HOUR + 1).await;
    let stored = Published::Stored { inserted: 0, revised: 2 };
    assert_eq!(world.store.publish(&turn).await.unwrap(), stored);
    assert_eq!(world.export_of(Stream::Contacts, 3 * HOUR).await, [vec![], vec![]]);
    let [_, revised] = world.export_of(Stream::Cases, 3 * HOUR).await;
    assert_eq!(types(&revised), [ReportType::Revoked; 2]);
}

async fn four_times(world: &World, publish: &Publish) -> Vec<Published> {
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let (store, publish) = (world.store.clone(), publish.clone());
        tasks.push(tokio::spawn(async move { store.publish(&publish).await.unwrap() }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

async fn it_is_revoked_where_it_stands(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.publish_as_contact(2).await;
    world.export_of(Stream::Contacts, HOUR).await;
    let turn = world.turn(&keys, CaseStatus::Negative, HOUR + 1).await;
    let stored = Published::Stored { inserted: 0, revised: 2 };
    assert_eq!(world.store.publish(&turn).await.unwrap(), stored);
    let [_, revised] = world.export_of(Stream::Contacts, 2 * HOUR).await;
    assert_eq!(types(&revised), [ReportType::Revoked; 2]);
    assert_eq!(world.export_of(Stream::Cases, 2 * HOUR).await, [vec![], vec![]]);
}

async fn a_case_never_becomes_a_contact(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.keys(2, ReportType::ConfirmedTest);
    world.publish(CaseStatus::Confirmed, &keys, NOW).await;
    let recursive: Vec<DiagnosisKey> =
        keys.iter().map(|key| DiagnosisKey { report_type: ReportType::Recursive, ..key.clone() }).collect();
    let publish = world.as_contact(&recursive, 1).await;
    let refused = Published::Refused(PublishRefusal::MissingRevisionToken);
    assert_eq!(world.store.publish(&publish).await.unwrap(), refused);
    let vouched = Publish { revision: Some(keys.iter().map(RevisableKey::from).collect()), ..publish };
    let refused = Published::Refused(PublishRefusal::InvalidTransition);
    assert_eq!(world.store.publish(&vouched).await.unwrap(), refused);
    assert_eq!(world.export_of(Stream::Contacts, HOUR).await, [vec![], vec![]]);
}

async fn nobody_turns_the_keys_of_others(database: TestDatabase) {
    let mut world = World::new(database).await;
    let keys = world.publish_as_contact(2).await;
    let good = world.turn(&keys, CaseStatus::Confirmed, 1).await;
    let none = Publish { revision: None, ..good.clone() };
    let refused = Published::Refused(PublishRefusal::MissingRevisionToken);
    assert_eq!(world.store.publish(&none).await.unwrap(), refused);
    let others = Publish { revision: Some(vec![RevisableKey::from(&keys[0])]), ..good };
    let refused = Published::Refused(PublishRefusal::InvalidRevisionToken);
    assert_eq!(world.store.publish(&others).await.unwrap(), refused);
    assert_eq!(world.export_of(Stream::Cases, HOUR).await, [vec![], vec![]], "all or none");
    assert_eq!(world.export_of(Stream::Contacts, HOUR).await[0].len(), 2);
}
