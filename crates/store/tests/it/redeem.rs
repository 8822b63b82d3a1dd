use crate::support::*;
use bluezone_domain::case::{CaseFacts, CaseStatus};
use bluezone_domain::code::CodeKind;
use bluezone_domain::id::TokenId;
use bluezone_protocol::api::TestType;
use bluezone_store::testing::TestDatabase;
use bluezone_store::{GuessLimits, Redeem, Redeemed, StatusChange};

contract![
    a_code_works_once_and_its_phone_may_ask_again,
    without_a_nonce_there_is_no_second_answer,
    a_code_that_the_phone_cannot_handle_is_not_burnt,
    unknown_expired_used_and_wrong_kind_are_refused_alike,
    the_token_keeps_the_case_as_it_was,
    a_phone_that_asks_from_eight_places_gets_one_token,
    of_eight_phones_with_one_code_one_gets_it,
    a_link_outlives_the_limits_on_short_codes,
    a_request_cut_off_anywhere_burns_and_stores_or_neither,
];

async fn short_code(world: &mut World) -> [u8; 32] {
    let case = world.case(CaseStatus::Suspected).await;
    world.code(case, CodeKind::Short, NOW).await
}

async fn a_code_works_once_and_its_phone_may_ask_again(database: TestDatabase) {
    let mut world = World::new(database).await;
    let code = short_code(&mut world).await;
    let first = world.redeem(code, CodeKind::Short, NOW);
    let Redeemed::New { finding } = world.store.redeem_code(&first).await.unwrap() else { panic!("refused") };
    assert_eq!(finding.test_type(), TestType::Likely);
    // The retry brings a new token along, as a server that lost its memory would.
    let retry = Redeem {
        nonce_hash: first.nonce_hash,
        ..world.redeem(code, CodeKind::Short, NOW + CodeKind::Short.lifetime_s() + 1)
    };
    let expected =
        Redeemed::Repeated { token_id: first.token_id, token_sealed: first.token_sealed.clone(), finding };
    let repeated = world.store.redeem_code(&retry).await.unwrap();
    assert!(repeated == expected, "{repeated:?}");
    let other = world.redeem(code, CodeKind::Short, NOW);
    assert_eq!(world.store.redeem_code(&other).await.unwrap(), Redeemed::Refused);
    let late = Redeem { now: NOW + TOKEN_LIFE, ..retry };
    assert_eq!(world.store.redeem_code(&late).await.unwrap(), Redeemed::Refused, "the token has expired");
}

async fn without_a_nonce_there_is_no_second_answer(database: TestDatabase) {
    let mut world = World::new(database).await;
    let code = short_code(&mut world).await;
    let redeem = Redeem { nonce_hash: None, ..world.redeem(code, CodeKind::Short, NOW) };
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
    let again = Redeem { token_id: TokenId::generate(&mut world.rng), ..redeem };
    assert_eq!(world.store.redeem_code(&again).await.unwrap(), Redeemed::Refused);
}

async fn a_code_that_the_phone_cannot_handle_is_not_burnt(database: TestDatabase) {
    let mut world = World::new(database).await;
    let code = short_code(&mut world).await;
    let all = world.redeem(code, CodeKind::Short, NOW);
    let confirmed_only = Redeem { accepted: vec![CaseStatus::Confirmed], ..all.clone() };
    let unsupported = |redeemed: Redeemed| matches!(redeemed, Redeemed::Unsupported(finding) if finding.test_type() == TestType::Likely);
    assert!(unsupported(world.store.redeem_code(&confirmed_only).await.unwrap()));
    assert!(matches!(world.store.redeem_code(&all).await.unwrap(), Redeemed::New { .. }));
    assert!(unsupported(world.store.redeem_code(&confirmed_only).await.unwrap()), "a retry says the same");
    // Of a code that is used or expired nothing is told.
    let others = Redeem { nonce_hash: Some(world.hash()), ..confirmed_only.clone() };
    assert_eq!(world.store.redeem_code(&others).await.unwrap(), Redeemed::Refused);
    let code = short_code(&mut world).await;
    let late = NOW + CodeKind::Short.lifetime_s();
    let expired = Redeem { accepted: confirmed_only.accepted, ..world.redeem(code, CodeKind::Short, late) };
    assert_eq!(world.store.redeem_code(&expired).await.unwrap(), Redeemed::Refused);
}

async fn unknown_expired_used_and_wrong_kind_are_refused_alike(database: TestDatabase) {
    let mut world = World::new(database).await;
    let (code, used) = (short_code(&mut world).await, short_code(&mut world).await);
    let redeem = world.redeem(used, CodeKind::Short, NOW);
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
    let unknown = world.hash();
    let late = NOW + CodeKind::Short.lifetime_s();
    let before = world.store.guess_spent(late).await.unwrap();
    for (hash, kind, at) in [
        (unknown, CodeKind::Short, NOW),
        (code, CodeKind::Short, late),
        (used, CodeKind::Short, NOW),
        (code, CodeKind::Link, NOW),
        (unknown, CodeKind::Link, NOW),
    ] {
        let redeem = world.redeem(hash, kind, at);
        assert_eq!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::Refused);
        let limits = GuessLimits { source_failures: 1, ..redeem.limits };
        let again = Redeem { limits, ..world.redeem(unknown, CodeKind::Short, at) };
        let counted = match kind {
            CodeKind::Short => Redeemed::SourceLimited,
            CodeKind::Link => Redeemed::Refused,
        };
        assert_eq!(
            world.store.redeem_code(&again).await.unwrap(),
            counted,
            "each wrong short code is counted"
        );
    }
    assert!(world.store.guess_spent(late).await.unwrap() > before);
    // The last second is still good.
    let redeem = world.redeem(code, CodeKind::Short, late - 1);
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
}

async fn the_token_keeps_the_case_as_it_was(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Suspected).await;
    let code = world.code(case, CodeKind::Short, NOW).await;
    let redeem = world.redeem(code, CodeKind::Short, NOW);
    let Redeemed::New { finding } = world.store.redeem_code(&redeem).await.unwrap() else {
        panic!("refused")
    };
    let changed = CaseFacts { status: CaseStatus::Confirmed, symptom_onset: None, test_date: Some(NOW) };
    let change =
        StatusChange { case, expected: CaseStatus::Suspected, facts: changed, by: world.officer, at: NOW };
    world.store.change_case_status(&change).await.unwrap();
    match world.store.redeem_code(&redeem).await.unwrap() {
        Redeemed::Repeated { finding: again, .. } => assert_eq!(again, finding),
        other => panic!("{other:?}"),
    }
}

async fn a_phone_that_asks_from_eight_places_gets_one_token(database: TestDatabase) {
    let mut world = World::new(database).await;
    // Links more than once: only the code's own lock is between them, short codes queue for the guess budget anyway.
    for kind in [CodeKind::Short, CodeKind::Link, CodeKind::Link, CodeKind::Link] {
        let case = world.case(CaseStatus::Confirmed).await;
        let code = world.code(case, kind, NOW).await;
        let first = world.redeem(code, kind, NOW);
        let attempts: Vec<Redeem> = (0..TASKS)
            .map(|_| Redeem { nonce_hash: first.nonce_hash, ..world.redeem(code, kind, NOW) })
            .collect();
        let tokens: Vec<_> = race(&world.database, |i, store| {
            let attempt = attempts[i].clone();
            async move {
                match store.redeem_code(&attempt).await.unwrap() {
                    Redeemed::New { .. } => (true, attempt.token_id, attempt.token_sealed),
                    Redeemed::Repeated { token_id, token_sealed, .. } => (false, token_id, token_sealed),
                    other => panic!("{other:?}"),
                }
            }
        })
        .await;
        assert_eq!(tokens.iter().filter(|(new, ..)| *new).count(), 1);
        assert!(tokens.iter().all(|(_, id, sealed)| (id, sealed) == (&tokens[0].1, &tokens[0].2)));
    }
}

async fn of_eight_phones_with_one_code_one_gets_it(database: TestDatabase) {
    let mut world = World::new(database).await;
    for kind in CodeKind::ALL {
        let case = world.case(CaseStatus::Confirmed).await;
        let code = world.code(case, kind, NOW).await;
        let attempts: Vec<Redeem> = (0..TASKS).map(|_| world.redeem(code, kind, NOW)).collect();
        let results = race(&world.database, |i, store| {
            let attempt = attempts[i].clone();
            async move { store.redeem_code(&attempt).await.unwrap() }
        })
        .await;
        assert_eq!(results.iter().filter(|r| matches!(r, Redeemed::New { .. })).count(), 1);
        assert_eq!(count(&results, &Redeemed::Refused), TASKS - 1);
    }
}

async fn a_link_outlives_the_limits_on_short_codes(database: TestDatabase) {
    let mut world = World::new(database).await;
    let case = world.case(CaseStatus::Confirmed).await;
    let (link, short) =
        (world.code(case, CodeKind::Link, NOW).await, world.code(case, CodeKind::Short, NOW).await);
    let mut redeem = world.redeem(short, CodeKind::Short, NOW);
    redeem.limits.budget_units = 0;
    assert_eq!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::Paused);
    redeem.limits.budget_units = i64::MAX;
    redeem.limits.source_failures = 0;
    assert_eq!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::SourceLimited);
    redeem.limits.source_failures = 1;
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::New { .. }));
    // A retry is no guess.
    redeem.limits.budget_units = 0;
    redeem.limits.source_failures = 0;
    assert!(matches!(world.store.redeem_code(&redeem).await.unwrap(), Redeemed::Repeated { .. }));
    let mut by_link = world.redeem(link, CodeKind::Link, NOW);
    by_link.limits = redeem.limits;
    assert!(matches!(world.store.redeem_code(&by_link).await.unwrap(), Redeemed::New { .. }));
}

async fn a_request_cut_off_anywhere_burns_and_stores_or_neither(database: TestDatabase) {
    let mut world = World::new(database).await;
    let mut answered = false;
    for polls in 1.. {
        let code = short_code(&mut world).await;
        let redeem = world.redeem(code, CodeKind::Short, NOW);
        answered = cut_off(world.store.redeem_code(&redeem), polls).await.is_some();
        // Whatever happened, the phone's retry gets its token.
        match world.store.redeem_code(&redeem).await.unwrap() {
            Redeemed::New { .. } => assert!(!answered),
            Redeemed::Repeated { token_sealed, .. } => assert!(token_sealed == redeem.token_sealed),
            other => panic!("{other:?} after {polls} polls"),
        }
        if answered {
            break;
        }
    }
    assert!(answered);
}
